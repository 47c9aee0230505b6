"""What is near, against weighing every site; and nothing for who may not know of it."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, text

from geo.values import Position
from meris.phone.near import bearing_deg, sites
from meris.tables import Shelter
from tests import makers

HERE = makers.COLUMBIA
STATUSES = ("open", "full", "closed", "standby", "unknown")


def somewhere(chance: random.Random) -> Position:
    return Position(HERE.lat + chance.uniform(-2, 2), HERE.lon + chance.uniform(-2, 2))


def test_the_nearest_are_those_that_weighing_every_site_would_give(session, cast):
    chance = random.Random(7)
    expected = []
    for _ in range(150):
        place, status = somewhere(chance), chance.choice(STATUSES)
        people = chance.choice((None, 0, 60, 100, 130))
        sensitivity = chance.choice(("public", "restricted", "confidential"))
        made = makers.shelter(
            session,
            at=place,
            status=status,
            sensitivity=sensitivity,
            agency_id=makers.agency(session, "Somebody else"),
            evacuation_capacity=chance.choice((None, 100)),
            population_total=None if status == "closed" else people,
        )
        kept = session.get(Shelter, made)
        full = kept.evacuation_capacity is not None and (kept.population_total or 0) >= 100
        if status == "open" and sensitivity != "confidential" and not full:
            expected.append((place, made))
    for _ in range(60):
        place, status = somewhere(chance), chance.choice(("open", "closed", "standby", "unknown"))
        made = makers.supply_site(session, at=place, status=status)
        if status != "closed":
            expected.append((place, made))
    session.flush()

    found = sites(session, cast.viewer("rita"), HERE, most=25)

    def meters(place):
        return session.scalar(
            select(
                func.ST_Distance(
                    text(f"ST_MakePoint({place.lon}, {place.lat})::geography"),
                    text(f"ST_MakePoint({HERE.lon}, {HERE.lat})::geography"),
                    False,  # on a sphere
                )
            )
        )

    expected = sorted((meters(place), made) for place, made in expected)[:25]
    assert [one.id for one in found] == [made for _, made in expected]
    assert [one.distance_m for one in found] == [round(away) for away, _ in expected]


def test_unknown_beds_are_unknown_and_a_full_shelter_is_not_listed(session, cast):
    unknown = makers.shelter(session, evacuation_capacity=100)
    makers.shelter(session, evacuation_capacity=100, population_total=100)
    free = makers.shelter(
        session, evacuation_capacity=200, post_impact_capacity=80, population_total=30
    )
    found = {one.id: one for one in sites(session, cast.viewer("rita"), HERE)}
    assert found.keys() == {unknown, free}
    assert (found[unknown].free, found[unknown].people, found[unknown].places) == (None, None, 100)
    assert (found[free].free, found[free].people, found[free].places) == (50, 30, 80)


def test_a_confidential_shelter_appears_to_its_own_keeper_only(session, cast):
    hidden = makers.shelter(
        session, sensitivity="confidential", agency_id=cast.account("sam").agency_id
    )
    assert [one.id for one in sites(session, cast.viewer("sam"), HERE)] == [hidden]
    for who in ("rita", "joe", "nobody"):
        assert sites(session, cast.viewer(who), HERE) == []


def test_the_facts_are_told_in_words_and_unknown_is_not_no(session, cast):
    at = datetime.now(UTC) - timedelta(minutes=20)
    makers.shelter(
        session,
        at=Position(HERE.lat + 0.1, HERE.lon),
        evacuation_capacity=100,
        population_total=10,
        counted_at=at,
        pet_policy="onsite",
        generator=True,
        backup_power_kw=60,
        contact_phone="573-555-0100",
        address_line1="100 Main St",
        city="Columbia",
    )
    makers.shelter(session, at=Position(HERE.lat, HERE.lon + 0.2), confirmed_at=None)
    known, bare = sites(session, cast.viewer("rita"), HERE)
    assert (known.direction, known.bearing_deg) == ("N", 0)
    assert known.pets == "Pets in a separate area"
    assert known.power == "Generator, 60 kW"
    assert known.wheelchair is None
    assert known.phone == "573-555-0100"
    assert known.address == "100 Main St, Columbia"
    assert (known.figures_at, known.stale) == (at, False)
    assert known.told()["figures_at"] == at.isoformat()
    assert (bare.direction, bare.pets, bare.power, bare.figures_at) == ("E", None, None, None)
    assert bare.stale


def test_a_supply_site_says_what_it_can_give_away(session, cast):
    site = makers.supply_site(session)
    makers.stock(session, site, "Cots, standard", quantity_on_hand=120, quantity_committed=20)
    makers.stock(session, site, "Bottled water", quantity_on_hand=1200, unit_of_issue="L")
    makers.stock(session, site, "Tarps", quantity_on_hand=5, quantity_committed=5)
    makers.stock(session, site, "Meals", quantity_on_hand=9, expires_on=date(2020, 1, 1))
    [one] = sites(session, cast.viewer("rita"), HERE, kinds=("supply_site",))
    assert set(one.stock) == {"Cots, standard: 100", "Bottled water: 1,200 liters"}
    assert (one.more_items, one.free, one.people) == (0, None, None)


def test_more_items_than_are_named_are_counted(session, cast):
    site = makers.supply_site(session)
    for number in range(9):
        makers.stock(session, site, f"Thing {number}")
    [one] = sites(session, cast.viewer("rita"), HERE, kinds=("supply_site",))
    assert (len(one.stock), one.more_items) == (6, 3)


@pytest.mark.parametrize(
    ("lat", "lon", "degrees"), [(1, 0, 0), (0, 1, 90), (-1, 0, 180), (0, -1, 270), (1, 1, 45)]
)
def test_the_direction_is_where_one_sets_out(lat, lon, degrees):
    assert bearing_deg(Position(0, 0), Position(lat, lon)) == pytest.approx(degrees, abs=1)


def test_the_walk_is_answered_by_the_index(session, cast):
    """With so few rows the planner would rather sort them, so sorting is ruled out."""
    makers.shelter(session)
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_sort = off"))
    seen = []

    def explain(connection, cursor, statement, parameters, context, many):
        if "<->" in statement and not statement.startswith("EXPLAIN"):
            with connection.connection.cursor() as plan:
                plan.execute(f"EXPLAIN {statement}", parameters)
                seen.append("\n".join(row[0] for row in plan.fetchall()))

    event.listen(session.connection(), "before_cursor_execute", explain)
    try:
        sites(session, cast.viewer("rita"), HERE)
    finally:
        event.remove(session.connection(), "before_cursor_execute", explain)
    assert len(seen) == 4
    assert all("Index Scan using ix_resource_site_nearest" in plan for plan in seen)
