"""Phones that wait: told of what is theirs, and never of what is not."""

import json

import pytest
from sqlalchemy import delete, insert, update

from meris import notices
from meris.app import create_app
from meris.db import SYSTEM, Database
from meris.dispatch.assignments import assign
from meris.feed import Hub
from meris.notices import watch as watching
from meris.tables import Assignment, Duty, IncidentLog, Request, RequestLine, Resource, Shelter
from tests import makers
from tests.people import Cast, Visitor


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web, pool_size=5)
    yield database
    database.dispose()


@pytest.fixture
def hub(database):
    hub = Hub(database)
    hub.advance()  # by hand: no listener runs beside the test
    yield hub
    hub.stop()


class World:
    """Rita and her engine at a fire, Sam's shelter, and another engine at another fire."""

    def __init__(self, database, hub):
        self.database, self.hub = database, hub
        with database.transaction(SYSTEM) as session:
            cast = Cast(session)
            self.rita, self.sam = cast.viewer("rita"), cast.viewer("sam")
            self.engine = makers.unit(session, name="E12", agency_id=self.rita.agency_id)
            self.other = makers.unit(session, name="L3", agency_id=self.rita.agency_id)
            self.fire, self.flood = makers.incident(session), makers.incident(session)
            self.shelter = makers.shelter(session, agency_id=self.sam.agency_id)
            self.foreign = makers.shelter(session, agency_id=makers.agency(session, "Greene"))
            makers.duty(session, self.rita.account_id, self.engine)
            makers.assignment(session, self.engine, self.fire)
            makers.assignment(session, self.other, self.flood)
            self.beside = makers.unit(session, name="E14", agency_id=self.sam.agency_id)
            makers.assignment(session, self.beside, self.fire)
        hub.advance()
        self.phones = {"rita": self.opened(self.rita), "sam": self.opened(self.sam)}

    def opened(self, viewer):
        with self.database.reading() as session:
            return self.hub.watch.open(notices.interests(session, viewer))

    def told(self, *statements):
        """Who is told of what when this happens, in one transaction."""
        with self.database.transaction(SYSTEM) as session:
            for statement in statements:
                session.execute(statement)
        self.hub.advance()
        told = {who: sorted(phone.take(0) or ()) for who, phone in self.phones.items()}
        return {who: about for who, about in told.items() if about}


@pytest.fixture
def world(database, hub):
    return World(database, hub)


def test_each_phone_is_told_of_its_own_and_no_other(world):
    rita, sam = world.rita.account_id, world.sam.account_id
    note = {"text": "Roof vented", "author": "Dana"}
    assert world.told(_status(world.engine)) == {"rita": ["resource"]}
    assert world.told(_status(world.other)) == {}
    assert world.told(_population(world.shelter)) == {"sam": ["shelter"]}
    assert world.told(_population(world.foreign)) == {}
    log = insert(IncidentLog).values(incident_id=world.fire, **note)
    assert world.told(log) == {"rita": ["incident_log"]}
    assert world.told(insert(IncidentLog).values(incident_id=world.flood, **note)) == {}
    # who else is going to the same fire is on the page, who goes elsewhere is not
    assert world.told(_task(world.other)) == {}
    assert world.told(_task(world.beside)) == {"rita": ["assignment"]}
    ended = update(Duty).where(Duty.account_id == rita)
    assert world.told(ended.values(ended_at=makers.datetime.now(makers.UTC), ended_by="limit")) == {
        "rita": ["duty"]
    }
    begun = {"started_at": makers.datetime(2030, 1, 1), "until_at": makers.datetime(2030, 1, 2)}
    assert world.told(insert(Duty).values(account_id=sam, resource_id=world.other, **begun)) == {
        "sam": ["duty"]
    }


def test_a_shelter_is_told_how_its_requests_stand(world):
    at = makers.datetime.now(makers.UTC)
    request = {
        "id": 7,
        "number": "R-1",
        "agency_id": world.sam.agency_id,
        "deliver_to_id": world.shelter,
        "priority": "normal",
        "requested_by": "Sam",
        "requested_at": at,
        "source": "phone",
    }
    line = {
        "request_id": 7,
        "rank": 0,
        "item_name": "Cot",
        "quantity": 40,
        "unit_of_issue": "EA",
        "status_at": at,
        "status_by": "Sam",
    }
    asked = world.told(insert(Request).values(request), insert(RequestLine).values(line))
    assert asked == {"sam": ["request", "request_line"]}
    assert world.told(update(RequestLine).values(status="approved")) == {"sam": ["request_line"]}


def test_a_phone_waits_for_its_new_unit_from_the_moment_it_is_told(world, database):
    """Another unit, then news of that unit: the look between the two is the stream's own."""

    def look():
        with database.reading() as session:
            return notices.interests(session, world.rita)

    stream = world.hub.watch.stream(world.phones.pop("rita"), look)
    assert _event(next(stream))[0] == "beat"
    with database.transaction(SYSTEM) as session:
        session.execute(delete(Duty))
        makers.duty(session, world.rita.account_id, world.other)
    world.hub.advance()
    name, data = _event(next(stream))
    assert (name, data["about"], data["delay"]) == ("news", ["duty"], 0)
    assert world.told(_status(world.engine)) == {}
    assert (
        world.told(insert(IncidentLog).values(incident_id=world.flood, text="x", author="D")) == {}
    )
    name, data = _event(next(stream))
    assert (name, data["about"]) == ("news", ["incident_log"])
    stream.close()
    assert world.hub.watch.phones == 1


def test_a_bulk_load_tells_every_phone_to_look_in_its_own_time(world, monkeypatch):
    monkeypatch.setattr(watching, "_MOST", 3)
    with world.database.transaction(SYSTEM) as session:
        for _ in range(5):
            makers.shelter(session)
    world.hub.advance()
    for phone in world.phones.values():
        assert phone.take(0) == frozenset({"everything"})
    assert watching._news(frozenset({"everything"}))["delay"] > 0


def test_a_phone_that_went_away_is_forgotten(world):
    world.hub.watch.close(world.phones.pop("rita"))
    assert world.told(_status(world.engine)) == {}
    assert world.hub.watch.phones == 1


def test_the_streams_end_with_the_hub(world):
    world.hub.stop()
    assert world.phones["rita"].take(0) is None
    assert world.opened(world.rita).take(0) is None


def test_nothing_is_read_for_phones_where_none_waits(hub, database):
    watch = watching.Watch()
    # a session that cannot be asked anything
    watch.tell(None, hub._cursor, hub._cursor)  # type: ignore[arg-type]
    assert watch.phones == 0


def _status(resource_id):
    return update(Resource).where(Resource.id == resource_id).values(status_reason="looked at")


def _task(resource_id):
    return update(Assignment).where(Assignment.resource_id == resource_id).values(task="Sandbags")


def _population(resource_id):
    return update(Shelter).where(Shelter.resource_id == resource_id).values(population_total=41)


def _event(block):
    lines = dict(line.split(": ", 1) for line in block.decode().splitlines() if ": " in line)
    return lines["event"], json.loads(lines["data"])


def test_a_phone_hears_over_the_line_that_its_unit_was_sent(fresh_database, settings):
    """The whole way: a dispatcher sends the unit, the listener wakes, the stream speaks."""
    here = settings.at(database_url=fresh_database.web, owner_url=fresh_database.owner)
    database = Database.at(fresh_database.web, pool_size=8)
    app = create_app(here, database)
    app.test_client_class = Visitor
    phone = app.test_client()
    with database.transaction(SYSTEM) as session:
        rita = phone.sign_in(session, "rita")
        dana = Cast(session).viewer("dana")
        engine = makers.unit(session, name="E12", agency_id=rita.agency_id)
        fire = makers.incident(session)
        makers.duty(session, rita.account_id, engine)
    stream = iter(phone.get("/api/phone/feed", buffered=False).response)
    assert _event(next(stream))[0] == "beat"
    with database.transaction(dana.actor) as session:
        assign(session, dana, fire, [engine])
    name, data = _event(next(stream))
    assert name == "news"
    assert {"assignment", "incident"} & set(data["about"])
    assert phone.get("/api/phone/notices").get_json()["notices"][0]["kind"] == "assigned"
    app.extensions["meris"].hub.stop()
    assert [block for block in stream if b"news" in block] == []
    database.dispose()
