"""The private cluster: started, killed, raced, moved, as root and as anybody."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest

from meris.errors import Refused
from meris.postgres import EXTENSIONS, Cluster, installed

ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0


@contextmanager
def new_folder() -> Iterator[Path]:
    """A folder that the server's user can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="meris-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    with new_folder() as path:
        yield path


@pytest.fixture(scope="module")
def standing() -> Iterator[Cluster]:
    """A started cluster for tests that only look at it."""
    with new_folder() as path:
        cluster = Cluster(path / "home", durable=False)
        cluster.ensure()
        yield cluster
        cluster.stop()


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder / "home", durable=False)
    yield cluster
    cluster.stop()


def ask(url: str, query: str) -> object:
    """The first value that a query answers over one of the cluster's addresses."""
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchone()[0]


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}/cwd").exists():
        time.sleep(0.01)


def as_user(name: str, work: Callable[[], str]) -> str:
    """What `work` answers in a process of another user, or the message it was refused with."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside xdist's thread is fine
        child = os.fork()
    if child == 0:
        entry = pwd.getpwnam(name)
        if entry.pw_uid != os.geteuid():
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
        try:
            answer = work()
        except Refused as refused:
            answer = refused.message
        except Exception as error:  # noqa: BLE001 - told to the parent
            answer = repr(error)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return answer


def in_another_process(home: Path, then: str) -> subprocess.Popen[str]:
    """A process that ensures the cluster, prints the server's pid and goes on with `then`."""
    program = (
        "import sys, time, pathlib; from meris.postgres import Cluster\n"
        "cluster = Cluster(pathlib.Path(sys.argv[1]), durable=False)\n"
        f"cluster.ensure(); print(cluster.server.pid(), flush=True)\n{then}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_a_first_start_gives_two_roles_a_database_and_the_extensions(standing: Cluster) -> None:
    urls = standing.ensure()
    assert ask(urls.owner, "SELECT current_user") == "meris_owner"
    assert ask(urls.web, "SELECT current_user") == "meris_web"
    names = "SELECT array_agg(extname::text) FROM pg_extension"
    assert set(EXTENSIONS) <= set(ask(urls.web, names))
    assert ask(urls.web, "SHOW data_checksums") == "on"
    assert ask(urls.web, "SELECT datcollate FROM pg_database WHERE datname = 'meris'") == "C.UTF-8"


def test_the_owner_may_make_tables_and_the_web_may_not(standing: Cluster) -> None:
    urls = standing.ensure()
    make = "CREATE TABLE public.ours (a int); SELECT 1"
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(urls.web, make)
    assert ask(urls.owner, make) == 1


def test_the_web_never_waits_for_ever(standing: Cluster) -> None:
    urls = standing.ensure()
    assert ask(urls.web, "SHOW statement_timeout") == "30s"
    assert ask(urls.web, "SHOW lock_timeout") == "5s"
    assert ask(urls.web, "SHOW max_parallel_workers_per_gather") == "0"
    assert ask(urls.owner, "SHOW statement_timeout") == "0"


def test_nothing_listens_on_the_network(standing: Cluster) -> None:
    standing.ensure()
    sockets = {str(file.readlink()) for file in Path(f"/proc/{standing.server.pid()}/fd").iterdir()}
    inodes = {name[8:-1] for name in sockets if name.startswith("socket:")}
    tcp = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    assert inodes.isdisjoint({line.split()[9] for line in tcp.splitlines() if ":" in line})


def test_a_password_is_needed_and_kept_to_ourselves(standing: Cluster) -> None:
    urls = standing.ensure()
    assert (standing.home / "secrets.json").stat().st_mode & 0o777 == 0o600
    password = urls.web.split(":")[2].split("@")[0]
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(urls.web.replace(password, "guess"), "SELECT 1")


def test_a_second_start_changes_nothing(standing: Cluster) -> None:
    first, pid = standing.ensure(), standing.server.pid()
    assert (standing.ensure(), standing.server.pid()) == (first, pid)


def test_data_survives_kill_9(folder: Path) -> None:
    cluster = Cluster(folder / "home")
    urls = cluster.ensure()
    ask(urls.owner, "CREATE TABLE kept AS SELECT 7 AS n; COMMIT; SELECT 1")
    killed = cluster.server.pid()
    kill(killed)
    assert cluster.server.pid() is None
    assert cluster.ensure() == urls
    assert cluster.server.pid() != killed
    assert ask(urls.owner, "SELECT n FROM kept") == 7
    cluster.stop()


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(cluster: Cluster) -> None:
    cluster.ensure()
    file = cluster.server.data / "postmaster.pid"
    left_behind = file.read_text().splitlines()
    kill(cluster.server.pid())
    for stranger in (os.getpid(), 1, 2**22 - 1):
        cluster.stop()
        file.write_text("\n".join([str(stranger), *left_behind[1:]]) + "\n")
        shutil.chown(file, cluster.server.data.owner())
        cluster.ensure()
        assert cluster.server.pid() not in (None, stranger)


@pytest.mark.parametrize("major", [9, 14, 99])
def test_data_of_another_version_is_refused_and_left_alone(cluster: Cluster, major: int) -> None:
    cluster.ensure()
    cluster.stop()
    (cluster.server.data / "PG_VERSION").write_text(f"{major}\n")
    before = sorted(path.name for path in cluster.server.data.iterdir())
    with pytest.raises(Refused, match=f"made by PostgreSQL {major}.*pg_upgrade.*aside"):
        cluster.ensure()
    assert sorted(path.name for path in cluster.server.data.iterdir()) == before


def test_a_folder_that_is_not_a_data_folder_is_refused(cluster: Cluster) -> None:
    (cluster.home / "postgres").mkdir(parents=True)
    with pytest.raises(Refused, match="not a PostgreSQL data folder"):
        cluster.ensure()


def test_without_postgis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Refused, match="apt install postgresql-postgis"):
        installed.newest_installation()


def test_a_start_that_was_cut_short_is_finished(cluster: Cluster) -> None:
    cluster.ensure()
    cluster.drop_database("meris")
    (cluster.server.data.with_name("postgres.new")).mkdir()
    urls = cluster.ensure()
    assert ask(urls.web, "SELECT postgis_lib_version() IS NOT NULL") is True


def test_lost_passwords_are_made_anew(cluster: Cluster) -> None:
    before = cluster.ensure()
    (cluster.home / "secrets.json").unlink()
    after = cluster.ensure()
    assert after != before
    assert ask(after.web, "SELECT 1") == 1


def test_many_may_start_it_at_once(cluster: Cluster) -> None:
    racers = [in_another_process(cluster.home, "") for _ in range(4)]
    pids = {racer.communicate(timeout=120)[0] for racer in racers}
    assert [racer.returncode for racer in racers] == [0, 0, 0, 0]
    assert pids == {f"{cluster.server.pid()}\n"}


def test_the_last_user_stops_it(cluster: Cluster) -> None:
    first, second = cluster, Cluster(cluster.home, durable=False)
    first.ensure()
    second.ensure()
    first.release()
    assert second.server.pid() is not None
    second.release()
    assert second.server.pid() is None


def test_a_worker_that_ends_leaves_it_running(cluster: Cluster) -> None:
    cluster.ensure()

    def work() -> str:
        cluster.release()
        return "ended"

    assert as_user(pwd.getpwuid(os.geteuid()).pw_name, work) == "ended"
    assert cluster.server.pid() is not None


def test_it_outlives_a_killed_starter_and_the_next_user_stops_it(cluster: Cluster) -> None:
    starter = in_another_process(cluster.home, "time.sleep(600)")
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.communicate()
    cluster.ensure()
    assert cluster.server.pid() == pid
    cluster.release()
    assert cluster.server.pid() is None


def test_a_database_can_be_copied_and_dropped(standing: Cluster) -> None:
    ask(standing.ensure().owner, "CREATE TABLE pattern AS SELECT 1 AS n; COMMIT; SELECT 1")
    copy = standing.create_database("copy", template="meris")
    assert ask(copy.owner, "SELECT n FROM pattern") == 1
    assert ask(copy.web, "SELECT current_database()") == "copy"
    standing.drop_database("copy")
    standing.drop_database("copy")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        ask(copy.owner, "SELECT 1")


@pytest.mark.parametrize("name", ['o\'clock & 50% of "it"', "long/" + "x" * 120])
def test_any_folder_will_do(folder: Path, name: str) -> None:
    cluster = Cluster(folder / name, durable=False)
    try:
        assert ask(cluster.ensure().web, "SELECT 1") == 1
    finally:
        cluster.stop()
        if cluster.server.sockets.parent != cluster.home:
            shutil.rmtree(cluster.server.sockets)


def test_a_home_that_cannot_be_written_is_refused(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(Refused, match="MERIS_HOME"):
        Cluster(folder / "file" / "home").ensure()


@pytest.mark.skipif(not AS_ROOT, reason="only root may become somebody else")
class TestOtherUsers:
    """Root serves as an unprivileged user; everybody else serves as themselves."""

    def test_root_runs_it_as_somebody_else(self, standing: Cluster) -> None:
        server = Path(f"/proc/{standing.server.pid()}")
        assert server.owner() == installed.unprivileged_user() != "root"

    def test_an_ordinary_user_runs_it_as_themselves(self, folder: Path) -> None:
        shutil.chown(folder, "nobody")
        cluster = Cluster(folder / "home", durable=False)

        def work() -> str:
            with cluster.running() as urls:
                owner = Path(f"/proc/{cluster.server.pid()}").owner()
                return f"{owner} {ask(urls.web, 'SELECT current_user')}"

        assert as_user("nobody", work) == "nobody meris_web"

    def test_another_users_home_is_refused(self, cluster: Cluster) -> None:
        cluster.ensure()
        assert "MERIS_HOME" in as_user("nobody", lambda: str(cluster.ensure()))
        cluster.home.chmod(0o777)
        for lock in cluster.home.glob("*.lock"):
            lock.chmod(0o666)
        refused = as_user("nobody", lambda: str(Cluster(cluster.home).ensure()))
        assert f"belongs to the user {cluster.server.data.owner()}" in refused

    def test_root_takes_up_what_an_ordinary_user_made(self, folder: Path) -> None:
        shutil.chown(folder, "nobody")
        cluster = Cluster(folder / "home", durable=False)

        def work() -> str:
            with cluster.running() as urls:
                return urls.web

        made = as_user("nobody", work)
        with cluster.running() as urls:
            assert urls.web == made
            assert Path(f"/proc/{cluster.server.pid()}").owner() == "nobody"

    def test_data_is_led_out_of_a_closed_home(self, folder: Path) -> None:
        folder.chmod(0o700)
        cluster = Cluster(folder / "home", durable=False)
        try:
            assert ask(cluster.ensure().web, "SELECT 1") == 1
            assert cluster.server.data.is_relative_to("/var/lib")
        finally:
            cluster.stop()
            with suppress(FileNotFoundError):
                shutil.rmtree(cluster.server.data.parent)
