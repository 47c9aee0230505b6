"""Counts of people: one place for them, the newest leads, and nothing written goes uncounted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from meris import counts, resources, uploads
from meris.db import SYSTEM, driver_url, name_actor
from meris.errors import Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.tables import Resource, Shelter, ShelterCount
from tests import makers
from tests.rules.sending import CAROL, send
from tests.rules.sending import shelter as named

HOME = Home.of()
HEAD = "external_id | name | status | city"


def ago(minutes):
    return datetime.now(UTC) - timedelta(minutes=minutes)


@pytest.fixture
def sam(cast):
    return cast.viewer("sam")


@pytest.fixture
def gym(session, sam):
    """A shelter of Sam's that was confirmed four hours ago and never counted."""
    return makers.shelter(session, agency_id=sam.agency_id, confirmed_at=ago(240))


def facts(session, shelter_id):
    session.expire_all()
    part = session.get_one(Shelter, shelter_id)
    return part.population_total, part.population_medical_needs, part.reporting_period


def kept(session, shelter_id):
    return [(row.total, row.source, row.reported_by) for row in counts.history(session, shelter_id)]


def test_the_newest_count_is_what_the_shelter_says(session, sam, gym):
    at = ago(10)
    count = counts.Count(general=100, medical_needs=8, other=2, pets=4, period="midday")
    taken = counts.take(session, sam, gym, count, at=at)
    shelter = session.get_one(Resource, gym)
    assert taken.leads
    assert facts(session, gym) == (110, 8, "midday")
    assert session.get_one(Shelter, gym).counted_at == at
    assert (shelter.confirmed_at, shelter.confirmed_by, shelter.version) == (at, "Sam", 2)
    assert kept(session, gym) == [(110, "phone", "Sam")]


def test_an_older_count_is_kept_and_does_not_lead(session, sam, gym):
    counts.take(session, sam, gym, counts.Count(general=50), at=ago(10))
    version = session.get_one(Resource, gym).version
    late = counts.take(session, sam, gym, counts.Count(general=90), at=ago(60))
    session.expire_all()
    assert not late.leads
    assert facts(session, gym) == (50, None, "adhoc")
    assert session.get_one(Resource, gym).version == version
    assert [total for total, _, _ in kept(session, gym)] == [50, 90]


def test_what_was_not_counted_is_unknown_and_not_zero(session, sam, gym):
    counts.take(session, sam, gym, counts.Count(general=50, medical_needs=5), at=ago(20))
    counts.take(session, sam, gym, counts.Count(pets=3), at=ago(10))
    assert facts(session, gym) == (None, None, "adhoc")
    assert session.get_one(Shelter, gym).population_pets == 3


def test_the_same_key_counts_once(session, sam, gym):
    for _ in range(2):
        counts.take(session, sam, gym, counts.Count(general=50), at=ago(10), key="k-1")
    assert len(kept(session, gym)) == 1


def test_a_change_by_hand_leaves_a_count_even_of_the_same_number(session, cast, gym):
    carol = cast.viewer("carol")
    for version in (1, 2):
        resources.change(
            session, carol, gym, version=version, values={"population_total": 70}, home=HOME
        )
    assert session.get_one(Resource, gym).version == 3
    assert [(total, by) for total, _, by in kept(session, gym)] == [(70, "Carol"), (70, "Carol")]
    newest = counts.latest(session, gym)
    assert session.get_one(Shelter, gym).counted_at == newest.at
    assert session.get_one(Resource, gym).confirmed_at == newest.at


def test_another_field_leaves_none(session, cast, gym):
    resources.change(
        session, cast.viewer("carol"), gym, version=1, values={"kitchen": True}, home=HOME
    )
    assert kept(session, gym) == []


def test_an_operator_in_the_database_counts_as_well(session, sam, gym):
    counts.take(session, sam, gym, counts.Count(general=50), at=ago(10))
    session.execute(update(Shelter).where(Shelter.resource_id == gym).values(population_total=55))
    assert [total for total, _, _ in kept(session, gym)] == [55, 50]
    # nobody said when: it corrects the count before it
    newest, before = counts.history(session, gym)
    assert (newest.at, newest.general) == (before.at, 50)
    assert facts(session, gym)[0] == 55


def test_new_shelters_bring_their_first_count(session):
    at = ago(30)
    made = makers.shelter(session, population_total=12, confirmed_at=at, confirmed_by="Ann")
    silent = makers.shelter(session, confirmed_at=at)
    assert kept(session, made) == [(12, "database", "Ann")]
    assert session.get_one(Shelter, made).counted_at == at
    assert kept(session, silent) == []


def test_many_at_once_are_each_counted(session):
    made = [makers.shelter(session, population_total=number) for number in range(1, 31)]
    session.execute(
        update(Shelter)
        .where(Shelter.resource_id.in_(made))
        .values(population_total=Shelter.population_total + 100)
    )
    statement = select(func.count()).where(ShelterCount.resource_id.in_(made))
    assert session.scalar(statement) == 60
    assert facts(session, made[4])[0] == 105


def test_a_file_leaves_counts_and_undoing_it_takes_them_back(session, sam):
    send(session, f"{HEAD}\nA-1 | Gym | open | Columbia")
    gym = named(session, "A-1").id
    counts.take(session, sam, gym, counts.Count(general=40), at=ago(600))
    before = facts(session, gym), session.get_one(Shelter, gym).counted_at
    upload_id, _ = send(
        session,
        f"{HEAD} | population_total\nA-1 | Gym | open | Columbia | 90"
        "\nA-2 | Hall | open | Columbia | 7",
    )
    assert facts(session, gym)[0] == 90
    assert [(total, source) for total, source, _ in kept(session, gym)] == [
        (90, "upload"),
        (40, "phone"),
    ]
    assert kept(session, named(session, "A-2").id) == [(7, "upload", "Carol")]
    uploads.undo(session, CAROL, upload_id)
    assert kept(session, gym) == [(40, "phone", "Sam")]
    assert (facts(session, gym), session.get_one(Shelter, gym).counted_at) == before


def test_a_file_from_before_the_last_count_is_kept_and_does_not_lead(session, sam):
    send(session, f"{HEAD} | as_of\nA-1 | Gym | open | Columbia | 2026-01-01 08:00")
    gym = named(session, "A-1").id
    counts.take(session, sam, gym, counts.Count(general=40), at=ago(10))
    older = f"{ago(120):%Y-%m-%dT%H:%M:%SZ}"
    for _ in range(2):  # the same file twice changes nothing the second time
        send(
            session,
            f"{HEAD} | population_total | as_of\nA-1 | Gym | open | Columbia | 90 | {older}",
        )
    assert facts(session, gym)[0] == 40
    assert [(total, source) for total, source, _ in kept(session, gym)] == [
        (40, "phone"),
        (90, "upload"),
    ]


def test_an_export_that_is_edited_and_sent_back_counts_now(session, sam):
    """The time in it is what MERIS wrote, not when the people were counted."""
    send(session, f"{HEAD} | as_of\nA-1 | Gym | open | Columbia | 2026-01-01 08:00")
    gym = named(session, "A-1").id
    counts.take(session, sam, gym, counts.Count(general=40), at=ago(10))
    as_of = named(session, "A-1").as_of.isoformat()
    send(session, f"{HEAD} | population_total | as_of\nA-1 | Gym | open | Columbia | 45 | {as_of}")
    assert facts(session, gym)[0] == 45


def test_a_count_is_never_changed_nor_taken_away(session, sam, gym):
    counts.take(session, sam, gym, counts.Count(general=50), at=ago(10))
    for statement in (update(ShelterCount).values(total=1), delete(ShelterCount)):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(statement)
    assert len(kept(session, gym)) == 1


def test_a_number_below_zero_is_refused_by_the_database(session, gym):
    row = {"resource_id": gym, "at": ago(1), "period": "adhoc", "general": -1}
    with pytest.raises(IntegrityError, match="not_negative"):
        session.execute(insert(ShelterCount).values(**row, reported_by="x", source="web"))


def test_only_who_keeps_a_shelter_counts_its_people(session, cast, gym):
    for who in ("rita", "joe"):
        with pytest.raises(Forbidden, match="may not count"):
            counts.take(session, cast.viewer(who), gym, counts.Count(general=1), at=ago(1))
    hidden = makers.shelter(session, sensitivity="confidential")
    with pytest.raises(NotFound):
        counts.take(session, cast.viewer("joe"), hidden, counts.Count(general=1), at=ago(1))
    assert counts.take(session, cast.viewer("dana"), gym, counts.Count(general=1), at=ago(1)).leads


def test_nobody_is_counted_in_a_closed_shelter_or_in_a_unit(session, sam):
    closed = makers.shelter(session, agency_id=sam.agency_id, status="closed")
    with pytest.raises(Invalid, match="is closed"):
        counts.take(session, sam, closed, counts.Count(general=3), at=ago(1))
    engine = makers.unit(session, agency_id=sam.agency_id)
    with pytest.raises(Invalid, match="is no shelter"):
        counts.take(session, sam, engine, counts.Count(general=3), at=ago(1))


def test_a_form_is_read_figure_by_figure():
    given = {"general": "1,020", "medical_needs": "", "pets": "3", "period": "overnight"}
    count = counts.read(given, HOME)
    assert count == counts.Count(general=1020, pets=3, period="overnight")
    assert count.people == 1020
    assert counts.read({"total": "8"}, HOME).people == 8


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Nothing was counted"),
        ({"general": "-3"}, "less than 0|below|smaller|at least|negative"),
        ({"general": "many"}, "whole number"),
        ({"general": "5", "period": "teatime"}, "count"),
        ({"general": "50", "other": "3", "total": "52"}, "more than 52"),
    ],
)
def test_a_bad_count_is_refused_in_words(given, says):
    with pytest.raises(Invalid, match=says):
        counts.read(given, HOME)


_SITES = text("""
    INSERT INTO resource (kind, agency_id, name, status, source)
    SELECT 'shelter', :agency, 'Gym ' || n, 'open', 'file' FROM generate_series(1, 2000) AS n
""")
_COUNTED = text("""
    INSERT INTO shelter (resource_id, population_total) SELECT id, 5 FROM resource
    WHERE kind = 'shelter'
""")
_SCANS = text("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'shelter_count'")


def test_many_counts_at_once_are_looked_up_one_by_one_though_there_were_none(fresh_database):
    owner = create_engine(driver_url(fresh_database.owner))
    with owner.begin() as connection, Session(connection) as session:
        name_actor(session, SYSTEM)
        session.execute(_SITES, {"agency": makers.agency(session)})
        session.execute(text("ANALYZE shelter_count"))  # it hears that there is nothing to read
        session.execute(_COUNTED)
        assert session.scalar(select(func.count()).select_from(ShelterCount)) == 2_000
        # such as the count above
        assert session.scalar(_SCANS) < 5
    owner.dispose()
