"""kill -9 of the server at random moments of an apply: never half an upload, never a lost one.

MERIS_KILLS says how many moments (3 where it does not), MERIS_KILLS_SEED which, MERIS_KILLS_ROWS
how long an apply lasts:

    MERIS_KILLS=20 MERIS_KILLS_ROWS=5000 pytest -n 0 -s tests/flows/test_upload_kill.py
"""

import json
import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from meris import uploads
from meris.accounts import Viewer, tokens
from meris.db import SYSTEM, Database
from meris.fields import Home
from meris.tables import Agency, Change, Resource, Shelter
from meris.uploads import Decisions, review, run, turns
from tests import makers
from tests.browsing import start_server, stop_server
from tests.rules.sending import CAROL

ROWS = int(os.environ.get("MERIS_KILLS_ROWS", "2000"))
KILLS = int(os.environ.get("MERIS_KILLS", "3"))
SEED = int(os.environ.get("MERIS_KILLS_SEED", "7"))
_PATIENCE_S = 120
FILE = "external_id,name,status,evacuation_capacity,latitude,longitude\r\n" + "".join(
    f"S{n},Hall {n},open,{n % 900},{37 + n / 5_000:.5f},{-93 + n / 10_000:.5f}\r\n"
    for n in range(ROWS)
)


class County:
    """Somebody who sends files to a server that may die, and looks at the tables meanwhile."""

    def __init__(self, urls, home):
        self.urls, self.home = urls, home
        self.database = Database.at(urls.web, pool_size=3)
        admin = Viewer(name="test", roles=frozenset({"admin"}))
        with self.database.transaction(SYSTEM) as session:
            self.agency_id = makers.agency(session, "Camden County OEM")
            agency = session.get_one(Agency, self.agency_id)
            made = tokens.create(session, admin, name="Cron", role="county_editor", agency=agency)
            self.secret = made.secret
        self.server = start_server(urls, home, fork=True)

    def close(self):
        stop_server(self.server)
        self.database.dispose()

    def send(self):
        """Send the file and have it checked; its number."""
        with self.database.transaction(CAROL) as session:
            received = uploads.receive(
                session,
                CAROL,
                agency_id=self.agency_id,
                kind="shelter",
                filename="halls.csv",
                content=FILE.encode(),
            )
        run.check(self.database, CAROL, received.upload_id, Home.of(), Decisions())
        return received.upload_id

    def ask(self, path, body=None):
        """What the server answers."""
        request = urllib.request.Request(
            f"{self.server.url}/api/uploads/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.secret}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
            return json.load(answer)

    def apply_and_kill(self, upload_id, after):
        """Ask the server to apply, and end all of it after so many seconds."""
        asking = threading.Thread(target=self._ask_in_vain, args=(f"{upload_id}/apply",))
        asking.start()
        time.sleep(after)
        for pid in family(self.server.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.process.wait(_PATIENCE_S)
        asking.join(_PATIENCE_S)
        self._wait_for_the_database(upload_id)

    def _ask_in_vain(self, path):
        with suppress(OSError, urllib.error.URLError):
            self.ask(path, {})

    def _wait_for_the_database(self, upload_id):
        """It learns of the death when it next has something to say."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            with self.database.reading() as session:
                if not turns.is_being_applied(session, upload_id):
                    return
            time.sleep(0.05)
        pytest.fail("the lock of a dead server was never released")

    def restart(self):
        self.server = start_server(self.urls, self.home, fork=True)

    def state(self, upload_id):
        with self.database.reading() as session:
            return review.line_of(session, upload_id).state

    def tables(self, upload_id):
        """Resources, shelters, and what the journal says that the upload made of each."""
        with self.database.reading() as session:
            made = (
                select(func.count())
                .select_from(Change)
                .where(Change.upload_id == upload_id, Change.operation == "I")
            )
            return [
                session.scalar(select(func.count()).select_from(Resource)),
                session.scalar(select(func.count()).select_from(Shelter)),
                session.scalar(made.where(Change.table_name == "resource")),
                session.scalar(made.where(Change.table_name == "shelter")),
            ]

    def clear(self):
        with self.database.transaction(SYSTEM) as session:
            session.execute(delete(Resource))


def family(pid):
    """A process and all that it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


@pytest.fixture
def county(fresh_database, tmp_path):
    county = County(fresh_database, tmp_path / "home")
    yield county
    county.close()


@pytest.mark.slow
def test_a_killed_server_leaves_no_half_upload_and_loses_none(county):
    span = seconds_of_an_apply(county)
    dice, found = random.Random(SEED), []
    for number in range(KILLS):
        # one in each part of the span, so that few moments cover all of it too
        after = span * (number + dice.random()) / KILLS
        upload_id = county.send()
        county.apply_and_kill(upload_id, after)
        state, seen = county.state(upload_id), county.tables(upload_id)
        found.append(f"{after:.2f} s of {span:.2f} s: {state}")
        assert state in ("received", "interrupted", "applied"), found
        assert seen == [ROWS if state == "applied" else 0] * 4, found
        county.restart()
        assert county.ask(f"{upload_id}")["state"] == state, found
        if state != "applied":
            assert county.ask(f"{upload_id}/apply", {})["state"] == "applied", found
        assert county.tables(upload_id) == [ROWS] * 4, found
        assert county.ask(f"{county.send()}")["fates"] == {"unchanged": ROWS}, found
        county.clear()
    print("\n".join(found))
    assert len(found) == KILLS


def seconds_of_an_apply(county):
    """How long it takes where nobody is killed."""
    upload_id = county.send()
    began = time.monotonic()
    assert county.ask(f"{upload_id}/apply", {})["state"] == "applied"
    span = time.monotonic() - began
    county.clear()
    return span
