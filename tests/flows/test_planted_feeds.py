"""The planted secrets in the feed: whoever may not know of them hears nothing when they come, when
they change and when they go."""

import pytest
from sqlalchemy import delete, update

from meris.accounts import Policy
from meris.db import SYSTEM, Database
from meris.feed import Hub
from meris.tables import Area, Assignment, Incident, Resource, UnitPosition
from tests import makers
from tests.flows.following import received
from tests.planted import world

OTHERS = {
    "public": Policy(),
    "staff": Policy(staff=True),
    "another agency": Policy(staff=True, own_agency=1_000_000),
}


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web)
    yield database
    database.dispose()


@pytest.fixture
def hub(database):
    hub = Hub(database)
    yield hub
    hub.stop()


def coming_and_going(database):
    """A secret comes, changes, moves and goes, each in a transaction; told after each."""
    with database.transaction(SYSTEM) as session:
        ids = world.plant(session, "Plumbago", "confidential").ids
    yield ids
    with database.transaction(SYSTEM) as session:
        session.execute(update(Resource).where(Resource.id == ids["shelter"]).values(notes="x"))
        session.execute(update(Incident).where(Incident.id == ids["incident"]).values(title="x"))
        session.execute(update(Area).where(Area.id == ids["area"]).values(name="x"))
    yield ids
    with database.transaction(SYSTEM) as session:
        session.execute(delete(UnitPosition).where(UnitPosition.resource_id == ids["unit"]))
        makers.fix(session, ids["unit"], makers.SPRINGFIELD)
    yield ids
    with database.transaction(SYSTEM) as session:
        session.execute(
            update(Assignment).where(Assignment.id == ids["assignment"]).values(task="y")
        )
        session.execute(delete(Area).where(Area.id == ids["area"]))
    yield ids


def test_nobody_hears_of_what_they_may_not_know_and_who_may_hears_all(database, hub):
    boxes = {name: hub.subscribe(policy, None)[0] for name, policy in OTHERS.items()}
    knowing, _ = hub.subscribe(Policy(staff=True, everything=True), None)
    heard = 0
    for _ in coming_and_going(database):
        hub.advance()
        for name, box in boxes.items():
            told = [event for event in received(box) if event[0] != "beat"]
            assert [event for event in told if not _is_empty(event)] == [], name
        heard += len([event for event in received(knowing) if not _is_empty(event)])
    assert heard > 3


def _is_empty(event):
    """Whether an event tells of nothing: no rows, and nothing that is gone."""
    name, data, _ = event
    if name == "beat":
        return True
    lists = [value for key, value in data.items() if isinstance(value, list) and key != "looks"]
    return not any(lists)
