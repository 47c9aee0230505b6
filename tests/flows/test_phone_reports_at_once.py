"""A phone on a bad line sends the same again and again: each report is carried out once, in order.

MERIS_ROUNDS=20 plays as many rounds as were asked for; a plain run plays one.
"""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from meris.accounts import viewer_of
from meris.db import SYSTEM, Database
from meris.dispatch.assignments import assign
from meris.phone import bases
from meris.tables import Assignment, Change, IncidentLog, PhoneReport, Resource
from tests import makers, people, phones
from tests.phones import minutes_ago, report

TIMES = 20
ROUNDS = int(os.environ.get("MERIS_ROUNDS", "1"))


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web, pool_size=TIMES)
    yield database
    database.dispose()


@pytest.fixture
def lines():
    with ThreadPoolExecutor(TIMES) as pool:
        yield pool


@pytest.fixture
def rita(database):
    with database.transaction(SYSTEM) as session:
        return viewer_of(people.account(session, "rita"))


def scene(database, rita):
    """Rita's engine, sent to a fire half an hour ago, and what her phone shows of it."""
    with database.transaction(SYSTEM) as session:
        dana = viewer_of(people.account(session, "dana"))
        engine = makers.unit(session, name="E12", agency_id=rita.agency_id)
        fire = makers.incident(session)
    with database.transaction(dana.actor) as session:
        assign(session, dana, fire, [engine], at=minutes_ago(30))
        base = bases.of_unit(session, session.get_one(Resource, engine, populate_existing=True))
    return engine, fire, base


def batch(engine, fire, base):
    """A fire from the way there to the way home, said in a dead spot."""

    def became(status, ago):
        return report("unit_status", engine, ago=ago, base=base, status=status)

    return [
        became("en_route", 25),
        became("on_scene", 18),
        report("log", engine, ago=15, incident_id=fire, text="Second floor is clear."),
        report("check_in", engine, ago=10, base=base),
        became("available", 4),
        became("staged", 2),
    ]


def test_the_same_batch_twenty_times_at_once(database, rita, lines):
    for _ in range(ROUNDS):
        engine, fire, base = scene(database, rita)
        given = batch(engine, fire, base)
        start = Barrier(TIMES)

        def send(_number, given=given, start=start):
            start.wait(30)
            return [one.told() for one in phones.send(database, rita, *given)]

        answers = list(lines.map(send, range(TIMES)))
        assert [one["outcome"] for one in answers[0]] == ["applied"] * 6
        assert all(one == answers[0] for one in answers)
        told_once(database, engine, fire, given)


def test_parts_of_it_again_and_again_in_the_order_of_a_queue(database, rita):
    """A line that breaks: each try sends the queue from the first report without an answer."""
    engine, fire, base = scene(database, rita)
    given = batch(engine, fire, base)
    chance = random.Random(5)
    reached = sorted(chance.randrange(1, len(given)) for _ in range(TIMES))
    for most in [*reached, len(given)]:
        phones.send(database, rita, *given[:most])
    told_once(database, engine, fire, given)


def told_once(database, engine, fire, given):
    """Every status once and in order, every line once, each report kept once."""
    with database.transaction(SYSTEM) as session:
        became = session.scalars(
            select(Change.after["status"].astext)
            .where(Change.table_name == "resource", Change.resource_id == engine)
            .where(Change.operation == "U", Change.after.has_key("status"))
            .order_by(Change.id)
        ).all()
        assert became == ["dispatched", "en_route", "on_scene", "available", "staged"]
        held = session.scalars(select(Assignment).where(Assignment.resource_id == engine)).one()
        times = (held.en_route_at, held.on_scene_at, held.heard_at, held.released_at)
        assert [round((minutes_ago(0) - at).total_seconds() / 60) for at in times] == [
            25,
            18,
            10,
            4,
        ]
        kinds = session.scalars(
            select(IncidentLog.kind)
            .where(IncidentLog.incident_id == fire, IncidentLog.author == "Rita")
            .order_by(IncidentLog.at)
        ).all()
        assert kinds == ["status", "status", "note", "check_in", "assignment"]
        kept = session.scalars(
            select(PhoneReport.key)
            .where(PhoneReport.resource_id == engine)
            .order_by(PhoneReport.received_at)
        ).all()
        assert kept == [one["key"] for one in given]
