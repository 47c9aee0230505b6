"""A line that a device keeps open, on a real server: into the fast lane and out of it again."""

import http.client
import signal
import time
from base64 import b64encode
from contextlib import closing

import pytest
from sqlalchemy import func, select

from meris.accounts import viewer_of
from meris.db import SYSTEM, Database
from meris.positions import devices
from meris.tables import Device, PositionFix
from tests import makers, people
from tests.browsing import start_server, stop_server


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web, pool_size=2)
    yield database
    database.dispose()


@pytest.fixture
def token(database):
    with database.transaction(SYSTEM) as session:
        rita = viewer_of(people.account(session, "rita"))
        makers.sharing(session, rita.account_id, makers.unit(session))
        return devices.make(session, rita, name="Phone", kind="owntracks").token


@pytest.fixture
def server(fresh_database, tmp_path):
    running = start_server(fresh_database, tmp_path / "home")
    yield running
    if running.process.poll() is None:
        stop_server(running)


def say(line, method, path, **headers):
    """An answer on the line that is open: status, whether it stays open, body."""
    line.request(method, path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    return answer.status, not answer.will_close, body


def test_a_device_keeps_its_line_and_a_proxy_may_mix_its_requests(server, database, token):
    password = {"Authorization": "Basic " + b64encode(f"e12:{token}".encode()).decode()}
    where = f"/pos?id={token}&lat=38.95&lon=-92.33&timestamp="
    now = int(time.time())
    with closing(http.client.HTTPConnection(server.url.removeprefix("http://"))) as line:
        line.connect()
        before = line.sock
        for seconds in range(5):
            assert say(line, "GET", f"{where}{now - seconds}") == (200, True, b"")
        assert say(line, "POST", "/pub", **password) == (200, True, b"[]")
        assert say(line, "GET", "/healthz")[:2] == (200, True)
        assert say(line, "GET", f"{where}{now - 60}") == (200, True, b"")
        assert line.sock is before
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(PositionFix)) == 6
            assert session.scalar(select(Device.last_used_at)) is not None
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
    assert token not in server.log.read_text()
