"""Fifty consoles want one unit at the same moment: one has it, the others are told who.

MERIS_ROUNDS=200 plays as many rounds as were asked for; a plain run plays fewer of the same.
"""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg2
import pytest
from psycopg2.errors import ExclusionViolation, UniqueViolation
from sqlalchemy import func, select

from meris.accounts import Viewer
from meris.db import SYSTEM, Database
from meris.dispatch.assignments import assign
from meris.dispatch.taken import Taken
from meris.tables import Assignment, IncidentLog
from meris.units import ENDED
from tests import makers

CONSOLES = 50
ROUNDS = int(os.environ.get("MERIS_ROUNDS", "0"))
NAMES = [f"Console {number}" for number in range(CONSOLES)]
VIEWERS = [Viewer(name, None, None, None, frozenset({"dispatcher"})) for name in NAMES]


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web, pool_size=CONSOLES)
    yield database
    database.dispose()


@pytest.fixture
def consoles():
    with ThreadPoolExecutor(CONSOLES) as pool:
        yield pool


def at_once(consoles, do: Callable[[int], object]) -> list:
    """What each console got when all of them begin at the same moment."""
    start = Barrier(CONSOLES)

    def run(number):
        start.wait(30)
        return do(number)

    return list(consoles.map(run, range(CONSOLES)))


def scene(database, units=1):
    """Units at Columbia, one to spare, and as many incidents as consoles."""
    with database.transaction(SYSTEM) as session:
        wanted = [makers.unit(session) for _ in range(units)]
        spare = makers.unit(session)
        incidents = [makers.incident(session) for _ in range(CONSOLES)]
    return wanted, spare, incidents


def ask(database, number, incident, unit_ids):
    """The assignments made, or the refusal; anything else fails the round."""
    viewer = VIEWERS[number]
    try:
        with database.transaction(viewer.actor) as session:
            return assign(session, viewer, incident, unit_ids)
    except Taken as refusal:
        return refusal


def holders(database, unit):
    """(incident, created by) of everything that holds the unit."""
    with database.transaction(SYSTEM) as session:
        return session.execute(
            select(Assignment.incident_id, Assignment.created_by).where(
                Assignment.resource_id == unit, Assignment.status.not_in(ENDED)
            )
        ).all()


def free(database, *unit_ids):
    """For the next round: the units are released."""
    with database.transaction(SYSTEM) as session:
        for held in session.scalars(
            select(Assignment).where(
                Assignment.resource_id.in_(unit_ids), Assignment.status.not_in(ENDED)
            )
        ):
            held.status, held.status_at = "released", held.status_at


def winner_of(answers):
    won = [number for number, answer in enumerate(answers) if not isinstance(answer, Taken)]
    assert len(won) == 1
    return won[0]


def test_fifty_consoles_one_unit_one_winner(database, consoles):
    (unit,), spare, incidents = scene(database)
    for _ in range(ROUNDS or 3):
        answers = at_once(consoles, lambda n: ask(database, n, incidents[n], [unit]))
        won = winner_of(answers)
        assert holders(database, unit) == [(incidents[won], NAMES[won])]
        for answer in answers:
            if isinstance(answer, Taken):
                assert answer.message.startswith(f"{NAMES[won]} sent unit ")
                (taken,) = answer.details["taken"]
                assert (taken["by"], taken["incident_id"]) == (NAMES[won], incidents[won])
                assert [one["unit_id"] for one in answer.details["next"]] == [spare]
        free(database, unit)


def test_each_winner_wrote_one_line_and_the_losers_none(database, consoles):
    (unit,), _, incidents = scene(database)
    answers = at_once(consoles, lambda n: ask(database, n, incidents[n], [unit]))
    won = winner_of(answers)
    with database.transaction(SYSTEM) as session:
        lines = session.execute(select(IncidentLog.incident_id, IncidentLog.kind)).all()
        journal = session.scalar(select(func.count()).select_from(Assignment))
    assert sorted(lines) == [(incidents[won], "assignment"), (incidents[won], "status")]
    assert journal == 1


def test_two_units_in_either_order_never_block_one_another(database, consoles):
    pair, _, incidents = scene(database, units=2)
    for _ in range(ROUNDS or 2):
        answers = at_once(
            consoles,
            lambda n: ask(database, n, incidents[n], pair if n % 2 else pair[::-1]),
        )
        won = winner_of(answers)
        for unit in pair:
            assert holders(database, unit) == [(incidents[won], NAMES[won])]
        free(database, *pair)


def raw_insert(connection, unit, incident):
    """By plain SQL, around everything that MERIS does: what the database says to it."""
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO assignment (resource_id, incident_id, status, status_at, status_by,"
                " during, created_by) VALUES (%s, %s, 'dispatched', now(), 'psql',"
                " tstzrange(now(), now() + interval '8 hours'), 'psql')",
                (unit, incident),
            )
    except (ExclusionViolation, UniqueViolation) as refusal:
        return refusal.diag.constraint_name
    return "committed"


def test_the_database_itself_refuses(database, fresh_database, consoles):
    (unit,), _, incidents = scene(database)
    plain = fresh_database.web.replace("+psycopg2", "")
    lines = [psycopg2.connect(plain) for _ in range(CONSOLES)]
    for _ in range(ROUNDS or 6):
        said = Counter(at_once(consoles, lambda n: raw_insert(lines[n], unit, incidents[n])))
        assert said.pop("committed") == 1
        assert set(said) <= {"uq_assignment_now", "ex_assignment_once"}
        assert sum(said.values()) == CONSOLES - 1
        assert len(holders(database, unit)) == 1
        free(database, unit)
    for line in lines:
        line.close()
