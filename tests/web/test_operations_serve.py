"""`meris serve` as a process: it starts, it answers, and it ends well, whatever is going on."""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from meris.web import server as server_module
from tests.browsing import start_server, stop_server

MERIS = str(Path(sys.executable).parent / "meris")


@pytest.fixture
def program(fresh_database, tmp_path):
    """A server of this test's own, started as people start it."""
    running = start_server(fresh_database, tmp_path / "home")
    yield running
    if running.process.poll() is None:
        stop_server(running)


@pytest.fixture
def server(fresh_database, tmp_path):
    """The same as a fork."""
    running = start_server(fresh_database, tmp_path / "home", fork=True)
    yield running
    if running.process.poll() is None:
        stop_server(running)


def ask(server, path):
    return urllib.request.urlopen(server.url + path, timeout=10)


def log_lines(server):
    return [json.loads(line) for line in server.log.read_text().splitlines() if line[:1] == "{"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "Ctrl-C"])
def test_it_ends_soon_although_a_feed_is_open(program, how):
    with closing(ask(program, "/api/feed")) as feed:
        assert feed.readline().startswith(b"retry:")
        program.process.send_signal(how)
        # without the cut it would wait for the feed; a busy machine gets its time
        assert program.process.wait(20) == 0
    with closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", int(program.url.rpartition(":")[2]))) != 0


def test_a_taken_port_is_said_in_plain_words_and_at_once(tmp_path):
    """Before anything is done: the database that is named is not there."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        environ = {
            **os.environ,
            "MERIS_HOME": str(tmp_path),
            "MERIS_ENV": "test",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "PORT": port,
        }
        done = subprocess.run(
            [MERIS, "serve"], env=environ, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 1
    assert f"listens on 127.0.0.1:{port}" in done.stderr
    assert "PORT=8001 meris serve" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_writes_one_json_object_a_line(server):
    ask(server, "/fields").close()
    (line,) = [entry for entry in log_lines(server) if entry.get("route") == "/fields"]
    assert {"at", "level", "request_id", "method", "status", "ms", "who"} <= set(line)


def test_many_feeds_do_not_keep_the_database_from_others(server):
    """A feed holds a thread and no connection: there are 30 of those."""
    feeds = [ask(server, "/api/feed") for _ in range(60)]
    try:
        for feed in feeds:
            feed.readline()
        assert json.load(ask(server, "/api/search?q=Columbia"))["query"] == "Columbia"
    finally:
        for feed in feeds:
            feed.close()


def test_a_cookie_is_good_after_a_restart(server, fresh_database, tmp_path):
    """The key that signs it is made once and kept."""
    key = tmp_path / "home" / "secret.key"
    made = key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    stop_server(server)
    again = start_server(fresh_database, tmp_path / "home", fork=True)
    assert key.read_text() == made
    stop_server(again)


@pytest.mark.slow
def test_a_private_database_is_started_prepared_and_stopped(tmp_path):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "MERIS_HOME": str(tmp_path),
        "MERIS_ENV": "test",
        "PORT": str(port),
    }
    tmp_path.chmod(0o711)
    with subprocess.Popen(
        [MERIS, "serve"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
            assert json.load(answer)["ready"] is True
        data = (tmp_path / "postgres").resolve()
        assert (data / "postmaster.pid").exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not (data / "postmaster.pid").exists()


def test_what_stays_for_good_is_not_looked_through_by_every_collection(app):
    before = gc.get_freeze_count()
    try:
        assert server_module._Server(lambda: app, {}).load() is app
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
