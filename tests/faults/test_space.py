"""No room: on the database's disk, in its write-ahead log, among its connections."""

import os
from contextlib import closing, suppress
from pathlib import Path

import pytest

from meris.postgres.installed import run_as
from meris.web import logs
from tests.faults.harness import closed, kill, take, until
from tests.faults.load import load

_MB = 1 << 20


@pytest.fixture
def ballast(disk):
    """Fills the disk that the database lies on, and empties it again."""
    if not disk.is_mount():
        pytest.skip(f"Only root may mount a file system of its own; this is user {os.geteuid()}.")
    file = disk / "ballast"

    def fill() -> None:
        free = os.statvfs(disk)
        with file.open("ab", buffering=0) as stream, suppress(OSError):
            size, most = file.stat().st_size, free.f_bavail * free.f_frsize
            os.posix_fallocate(stream.fileno(), size, max(1, most - _MB))
            while stream.write(bytes(4096)):
                pass

    yield fill
    file.unlink(missing_ok=True)


def test_a_full_disk(installation, disk, ballast, turn):
    with load(installation) as busy:
        told = until(lambda: _told_of(busy, "disk", ballast), "it is told")
        assert (told[0].status, told[0].body["error"]) == (503, "not_ready")
        assert "Tell your administrator" in told[0].words
        assert int(told[0].retry_after) > 0
        (disk / "ballast").unlink()
        busy.goes_on()
        print(busy.verdict())


def _told_of(busy, word, once_more):
    once_more()
    return [answer for answer in busy.refusals() if word in answer.words]


def test_a_full_disk_under_the_log_of_requests(app, client, monkeypatch, capsys):
    """What MERIS writes about a request must not decide whether there is an answer."""
    with suppress(OSError), Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stderr", full)
        logs.configure("info")
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz").status_code == 200
    monkeypatch.undo()
    logs.configure("info")
    assert client.get("/healthz").status_code == 200
    assert '{"event": "log.lost", "lines": 2}' in capsys.readouterr().err
    logs.configure("error")


def test_a_log_that_cannot_be_written(installation, turn):
    """The same without a disk of one's own: PostgreSQL may write no file beyond a megabyte.

    It panics, is started again and again, cannot recover, and can once it may write.
    """
    with load(installation) as busy:
        limited = installation.postmaster
        _limit(limited, str(_MB))
        for pid in installation.backends():
            kill(pid)
        until(lambda: installation.ask("/readyz").status == 503, "it is not ready")
        _limit(installation.cluster.server.pid(), "unlimited")
        busy.goes_on()
        assert _stays_alive(installation)
        print(busy.verdict())


def _limit(pid, size):
    """As the user of the server: root of a container may not do it to another's process."""
    if pid is not None:
        user = Path(f"/proc/{pid}").owner()
        done = run_as(user, ["prlimit", "--pid", str(pid), f"--fsize={size}:"])
        assert done.returncode == 0, done.stderr


def _stays_alive(installation):
    return installation.ask("/healthz").status == 200


def test_connections_taken_by_somebody_else(installation, turn):
    taken = []
    with load(installation) as busy:
        try:
            with closing(installation.cluster.server.connect("meris")) as administrator:
                until(lambda: take(installation, administrator, taken), "all are taken")
            ready = until(lambda: _not_ready(installation), "it is not ready")
            assert "takes no more connections" in ready.body["because"]["database"]
            assert "takes no more connections" in installation.ask("/api/search?q=Columbia").words
            told = [a for a in busy.refusals() if "takes no more connections" in a.words]
            assert {(a.status, a.retry_after) for a in told} == {(503, "5")}
            assert installation.ask("/healthz").status == 200
        finally:
            closed(taken)
        installation.until_ready()
        busy.goes_on()
        print(busy.verdict())


def _not_ready(installation):
    answer = installation.ask("/readyz")
    # the feed's listener may say so before the database is asked
    return answer if answer.status == 503 and "database" in answer.body["because"] else None
