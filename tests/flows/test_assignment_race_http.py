"""The same race through a running server: fifty consoles, each with a line and a name of its own.

MERIS_ROUNDS=200 plays as many rounds as were asked for; a plain run plays fewer of the same.
"""

import http.client
import json
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from meris.accounts import tokens, viewer_of
from meris.db import SYSTEM
from meris.tables import Assignment
from meris.units import in_hand
from tests import makers, people

CONSOLES = 50
ROUNDS = int(os.environ.get("MERIS_ROUNDS", "0"))


class Scene(NamedTuple):
    """What the consoles see: one unit that all want, one to spare, an incident for each."""

    unit: int
    spare: int
    incidents: list[int]
    secrets: list[str]


@pytest.fixture(scope="module")
def database(live_server):
    database = live_server.database()
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def scene(database) -> Scene:
    with database.transaction(SYSTEM) as session:
        stella = viewer_of(people.account(session, "stella"))
        secrets = [
            tokens.create(session, stella, name=f"Console {n}", role="dispatcher").secret
            for n in range(CONSOLES)
        ]
        return Scene(
            makers.unit(session, name="E12"),
            makers.unit(session, name="E14"),
            [makers.incident(session) for _ in range(CONSOLES)],
            secrets,
        )


class Consoles:
    """Fifty programs that each keep one connection open, as browsers do."""

    def __init__(self, url: str, secrets: list[str]) -> None:
        self._address = urlsplit(url)
        self._secrets = secrets
        self._pool = ThreadPoolExecutor(CONSOLES)
        self._lines: list[http.client.HTTPConnection] = [self._connect() for _ in secrets]

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address.hostname, self._address.port, timeout=60)

    def post(self, number: int, path: str, body: dict) -> tuple[int, dict, float]:
        """Status, answer and seconds of one request."""
        line = self._lines[number]
        headers = {
            "Authorization": f"Bearer {self._secrets[number]}",
            "Content-Type": "application/json",
        }
        began = time.monotonic()
        line.request("POST", path, json.dumps(body), headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read()), time.monotonic() - began

    def all_post(self, path_of, body_of) -> list[tuple[int, dict, float]]:
        """Everybody at the same moment."""
        start = Barrier(CONSOLES)

        def run(number):
            start.wait(30)
            return self.post(number, path_of(number), body_of(number))

        return list(self._pool.map(run, range(CONSOLES)))

    def close(self) -> None:
        self._pool.shutdown()
        for line in self._lines:
            line.close()


@pytest.fixture(scope="module")
def consoles(live_server, scene) -> Iterator[Consoles]:
    with closing(Consoles(live_server.url, scene.secrets)) as consoles:
        yield consoles


def path_of(scene, number):
    return f"/api/incidents/{scene.incidents[number]}/assignments"


def in_hand_of(database, unit):
    with database.transaction(SYSTEM) as session:
        statement = select(Assignment.incident_id).where(Assignment.resource_id == unit, in_hand())
        return list(session.scalars(statement))


def release(consoles, answer):
    held = answer["assignments"][0]["id"]
    status, _, _ = consoles.post(0, f"/api/assignments/{held}/move", {"status": "released"})
    assert status == 200


def test_one_wins_and_all_others_are_told_who(scene, consoles, database, capsys):
    seconds = []
    for _ in range(ROUNDS or 1):
        answers = consoles.all_post(lambda n: path_of(scene, n), lambda n: {"units": [scene.unit]})
        assert sorted({status for status, _, _ in answers}) == [201, 409]
        won = [n for n, (status, _, _) in enumerate(answers) if status == 201]
        assert len(won) == 1
        assert in_hand_of(database, scene.unit) == [scene.incidents[won[0]]]
        for status, body, taken in answers:
            seconds.append(taken)
            if status == 409:
                assert body["error"] == "taken"
                assert body["message"].startswith(f"Console {won[0]} (token ")
                assert body["taken"][0]["incident_id"] == scene.incidents[won[0]]
                assert body["next"][0]["unit_id"] == scene.spare
        release(consoles, answers[won[0]][1])
    with capsys.disabled():
        ranked = sorted(seconds)
        print(
            f"\n{len(seconds)} requests by {CONSOLES} consoles at once: median"
            f" {statistics.median(ranked):.2f} s, p95 {ranked[int(len(ranked) * 0.95)]:.2f} s"
        )


def test_a_double_click_of_every_console_sends_once(scene, consoles, database):
    """The same key from everybody stands for one console that is very impatient."""
    path = path_of(scene, 0)
    answers = consoles.all_post(
        lambda _: path, lambda _: {"units": [scene.unit], "key": "one impatient hand"}
    )
    assert {status for status, _, _ in answers} == {201}
    assert len({body["assignments"][0]["id"] for _, body, _ in answers}) == 1
    with database.transaction(SYSTEM) as session:
        made = select(func.count()).where(Assignment.client_key.startswith("one impatient hand"))
        assert session.scalar(made) == 1
    release(consoles, answers[0][1])
