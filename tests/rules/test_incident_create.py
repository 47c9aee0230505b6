"""Opening an incident: its number, its type, its place, what it needs, and once only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from geo.columns import position_of
from geo.values import Position
from meris.db import Database
from meris.errors import Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.incidents.create import create
from meris.incidents.log import log_of
from meris.tables import Incident, IncidentNeed
from tests import makers

HOME = Home.of()


def open_one(session, viewer, key=None, home=HOME, **facts):
    given = {"type": "sf", "place": "Joplin", **facts}
    return create(session, viewer, given, home=home, key=key)


def test_what_is_not_said_comes_from_the_type_and_the_place(session, dana):
    made = open_one(session, dana)
    assert (made.type, made.priority, made.title) == ("structure_fire", 1, "Structure fire, Joplin")
    assert (made.county_fips, made.jurisdiction, made.status) == ("29097", "Joplin", "new")
    assert made.position_radius_m == 4100
    assert made.agency_id == dana.agency_id


def test_what_is_said_wins(session, dana):
    made = open_one(session, dana, priority="3", title="Shed on fire", sensitivity="confidential")
    assert (made.priority, made.title, made.sensitivity) == (3, "Shed on fire", "confidential")


def at(year, month, day, hour):
    moment = datetime(year, month, day, hour, tzinfo=UTC)
    return replace(HOME, now=lambda: moment)


def test_numbers_count_up_within_the_year_of_the_states_clocks(session, dana):
    eve = at(2031, 1, 1, 5)  # 23:00 in Missouri, still 2030
    numbers = [open_one(session, dana, home=eve).number for _ in range(2)]
    assert numbers == ["2030-000001", "2030-000002"]
    assert open_one(session, dana, home=at(2031, 1, 1, 7)).number == "2031-000001"


def test_many_at_once_get_numbers_without_a_gap_or_a_twin(fresh_database, cast):
    database, start, numbers = Database.at(fresh_database.web), Barrier(8), []
    viewer = replace(cast.viewer("dana"), account_id=None, agency_id=None)

    def call():
        start.wait()
        with database.transaction(viewer.actor) as session:
            numbers.append(open_one(session, viewer).number)

    threads = [Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()
    year = datetime.now(HOME.zone).year
    assert sorted(numbers) == [f"{year}-{n:06}" for n in range(1, 9)]


def test_the_same_key_twice_opens_one(session, dana):
    first = open_one(session, dana, key="k1", note="Smoke showing")
    again = open_one(session, dana, key="k1", note="Smoke showing")
    assert first.id == again.id
    assert session.scalar(select(func.count()).select_from(Incident)) == 1
    assert len(log_of(session, dana, first.id)) == 2


def test_the_same_key_twice_at_the_same_moment_opens_one(fresh_database, cast):
    database, start, made = Database.at(fresh_database.web), Barrier(4), []
    viewer = replace(cast.viewer("dana"), account_id=None, agency_id=None)

    def call():
        start.wait()
        with database.transaction(viewer.actor) as session:
            made.append(open_one(session, viewer, key="one click").number)

    threads = [Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        count = session.scalar(select(func.count()).select_from(Incident))
    database.dispose()
    assert (len(made), len(set(made)), count) == (4, 1, 1)


def test_the_needs_are_those_of_the_run_card_unless_said_otherwise(session, dana):
    def needs_of(incident):
        statement = select(IncidentNeed.count, IncidentNeed.unit_types).where(
            IncidentNeed.incident_id == incident.id
        )
        return [tuple(row) for row in session.execute(statement.order_by(IncidentNeed.rank))]

    assert needs_of(open_one(session, dana))[:2] == [(2, ["engine"]), (1, ["ladder"])]
    said = open_one(session, dana, needs=[{"count": 3, "unit_types": ["boat"]}])
    assert needs_of(said) == [(3, ["boat"])]
    assert needs_of(open_one(session, dana, needs=[])) == []


def test_the_first_entries_say_what_was_reported_and_by_whom(session, dana):
    called = datetime.now(UTC) - timedelta(minutes=3)
    made = open_one(session, dana, note="Two people inside", reported_at=called.isoformat())
    first, second = log_of(session, dana, made.id)
    assert first["text"].startswith("Reported: Structure fire, Joplin.")
    assert "within 2.5 mi" in first["text"]
    assert (second["text"], second["author"]) == ("Two people inside", "Dana")
    assert first["at"] < second["at"]


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"type": ""}, "type", "What happened"),
        ({"type": "qqq"}, "type", "not a type"),
        ({"type": "sf", "priority": "9"}, "priority", "priority"),
        ({"place": "Nowhereville"}, "place", "not a place"),
        ({"place": "", "lat": 12}, "place", "both"),
        ({"place": "", "lat": 38.9, "lon": 92.3}, "place", "minus"),
        ({"note": "Jim Doe 123-45-6789"}, "text", "Social Security"),
        ({"reported_at": "2099-01-01"}, "reported_at", "future"),
        ({"bogus": 1}, "bogus", "no field"),
        ({"needs": [{"count": 0, "unit_types": ["engine"]}]}, "needs", "from 1 to 200"),
        ({"needs": [{"unit_types": ["spaceship"]}]}, "needs", "not a kind of unit"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_field(session, dana, facts, field, words):
    with pytest.raises(Invalid, match=words) as refused:
        open_one(session, dana, **facts)
    assert refused.value.details["problems"][0]["field"] == field
    assert session.scalar(select(func.count()).select_from(Incident)) == 0


def test_a_type_that_may_be_several_offers_them(session, dana):
    assert open_one(session, dana, type="st").type == "storm"  # a short form is no beginning
    with pytest.raises(Invalid) as refused:
        open_one(session, dana, type="e")
    titles = {choice["title"] for choice in refused.value.details["choices"]}
    assert {"Explosion", "Entrapment"} <= titles


@pytest.mark.parametrize("words", ["sf", "SF", "house fire", "Structure fire", "structure_f"])
def test_a_type_is_found_by_any_of_its_names(session, dana, words):
    assert open_one(session, dana, type=words).type == "structure_fire"


@pytest.mark.parametrize("who", ["carol", "rita", "sam", "nobody"])
def test_only_dispatchers_open_incidents(session, cast, who):
    with pytest.raises(Forbidden):
        open_one(session, cast.viewer(who))


def test_a_parent_must_be_there_and_open(session, dana):
    big = makers.incident(session)
    assert open_one(session, dana, parent_id=big).parent_id == big
    with pytest.raises(NotFound):
        open_one(session, dana, parent_id=999_999)


def test_a_call_is_not_lost_for_a_mistyped_phone_number(session, dana):
    assert open_one(session, dana, caller_phone="5735550100").caller_phone == "(573) 555-0100"
    assert open_one(session, dana, caller_phone="pay phone at I-44").caller_phone is not None


def test_an_incident_at_a_confidential_site_is_confidential(session, dana):
    site = makers.shelter(session, sensitivity="confidential", agency_id=dana.agency_id)
    made = open_one(session, dana, resource_id=site, place=None)
    assert (made.sensitivity, made.resource_id) == ("confidential", site)
    assert position_of(made.position).meters_to(makers.COLUMBIA) < 1


def test_a_click_keeps_the_words_that_stand_beside_it(session, dana):
    made = open_one(session, dana, place="Behind the barn", lat=38.95, lon=-92.33)
    assert position_of(made.position) == Position(38.95, -92.33)
    assert (made.place, made.position_source) == ("Behind the barn", "click")
