"""What is inside and near an area: the same as looking at each place by hand."""

import math
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import shapely
from sqlalchemy.orm import Session

from geo import shapes
from geo.columns import boundary_as_wkb
from geo.values import Position
from meris import areas, dangers
from meris.accounts import PUBLIC, Policy
from meris.areas.found import found
from meris.fields import Home
from meris.tables import Resource
from tests import makers
from tests.people import Cast

HOME = Home.of()
STAFF = Policy(staff=True, everything=True)
CENTER = Position(38.6, -92.6)
NOW = datetime.now(UTC)


def area(session: Session, shape, **values) -> int:
    return makers.area(session, shape=boundary_as_wkb(shape), **values)


def found_by_hand(shape, places: dict[int, Position], near_m: float) -> tuple[set, set]:
    """Ids inside and near, place by place."""
    ids = list(places)
    away = shapes.meters_from(shape, [places[i] for i in ids])
    inside = {i for i, meters in zip(ids, away, strict=True) if meters == 0}
    near = {i for i, meters in zip(ids, away, strict=True) if 0 < meters <= near_m}
    return inside, near


def scattered(session: Session, count: int) -> dict[int, Position]:
    """Resources of all kinds around the center; every third unit is where its device says."""
    chance = random.Random(7)
    places: dict[int, Position] = {}
    for number in range(count):
        at, elsewhere = (
            Position(CENTER.lat + chance.gauss(0, 0.4), CENTER.lon + chance.gauss(0, 0.5))
            for _ in range(2)
        )
        make = (makers.shelter, makers.supply_site, makers.unit)[number % 3]
        made = make(session, at=at)
        if number % 9 == 2:
            makers.fix(session, made, elsewhere)
            at = elsewhere
        places[made] = at
    return places


def winding(seed: int):
    """An outline of many corners, which is cut into pieces."""
    chance = random.Random(seed)
    ring = []
    for number in range(480):
        angle, reach = 2 * math.pi * number / 480, 0.4 + chance.random() * 0.2
        ring.append([CENTER.lon + reach * math.cos(angle), CENTER.lat + reach * math.sin(angle)])
    return shapes.from_geojson({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def test_the_query_finds_what_is_found_by_hand(session: Session):
    places = scattered(session, 240)
    for seed, near_m in ((1, 0.0), (2, 8_000.0), (3, 25_000.0)):
        shape = winding(seed)
        rows = session.execute(found(STAFF, shape, near_m)).all()
        inside, near = found_by_hand(shape, places, near_m)
        assert {row.id for row in rows if not row.near} == inside
        # the rounded corners of what is around are 0.5 % short of the distance
        certain = found_by_hand(shape, places, near_m * 0.99)[1]
        assert certain <= {row.id for row in rows if row.near} <= near
        assert len(rows) == len({row.id for row in rows})
        assert inside


def test_whole_counties_hold_what_their_borders_hold(session: Session):
    names = ("29019", "29027", "29051", "29089", "29135")
    shape = shapes.union(HOME.gazetteer.counties[fips].geometry for fips in names)
    places = scattered(session, 150)
    rows = session.execute(found(STAFF, shape, 0)).all()
    by_hand = {
        i for i, at in places.items()
        if (county := HOME.gazetteer.county_at(at)) and county.fips in names
    }  # fmt: skip
    assert {row.id for row in rows} == by_hand
    assert by_hand


def test_a_unit_is_where_its_newest_place_is(session: Session):
    shape = shapes.circle(makers.COLUMBIA, 3_000)
    gone, back, come = (makers.unit(session), makers.unit(session), makers.unit(session, at=None))
    makers.fix(session, gone, makers.SPRINGFIELD)
    makers.fix(session, back, makers.SPRINGFIELD, NOW - timedelta(hours=2))
    session.get_one(Resource, back).position_at = NOW - timedelta(hours=1)
    makers.fix(session, come, makers.COLUMBIA)
    session.flush()
    rows = {row.id: row.live for row in session.execute(found(STAFF, shape, 0))}
    assert rows == {back: False, come: True}


def test_unknown_places_free_are_said_and_never_zero(session: Session, cast: Cast):
    area_id = area(session, shapes.circle(makers.COLUMBIA, 5_000))
    makers.shelter(session, evacuation_capacity=100, population_total=30)
    makers.shelter(session, evacuation_capacity=100, post_impact_capacity=40, population_total=30)
    makers.shelter(session, evacuation_capacity=50, population_total=80)
    makers.shelter(session, evacuation_capacity=50)
    makers.shelter(session, population_total=5)
    makers.shelter(session, status="closed", evacuation_capacity=500, population_total=0)
    makers.shelter(session, status="full", evacuation_capacity=20, population_total=21)
    counted = areas.inside(session, cast.viewer("dana"), area_id, home=HOME)["inside"]["shelter"]
    assert counted == {
        "count": 7,
        "by_status": {"closed": 1, "full": 1, "open": 5},
        "open": 5,
        "free": 70 + 10 + 0,
        "free_unknown": 2,
        "people": 30 + 30 + 80 + 5 + 21,
        "people_unknown": 1,
    }


def test_the_list_has_what_the_counts_have_in_pages(session: Session, cast: Cast):
    scattered(session, 60)
    area_id = area(session, winding(4))
    dana = cast.viewer("dana")
    whole = areas.inside(session, dana, area_id, home=HOME, near_km=20, most=200)
    listed = whole["resources"]
    assert whole["total"] == len(listed) > 20
    counted = Counter((one["near"], one["kind"]) for one in listed)
    for near, name in ((False, "inside"), (True, "near")):
        for kind, counts in whole[name].items():
            assert counted[near, kind] == counts["count"] == sum(counts["by_status"].values())
    assert all((one["meters"] > 0) == one["near"] for one in listed)
    assert max(one["meters"] for one in listed) <= 20_000
    pages = [
        areas.inside(session, dana, area_id, home=HOME, near_km=20, most=25, skip=skip)["resources"]
        for skip in range(0, len(listed), 25)
    ]
    assert [one["id"] for page in pages for one in page] == [one["id"] for one in listed]


def test_people_go_by_each_countys_share(session: Session, cast: Cast):
    boone, callaway = (HOME.gazetteer.counties[fips] for fips in ("29019", "29027"))
    west, south, east, north = boone.geometry.bounds
    half = shapely.box(west, south, (west + east) / 2, north).intersection(boone.geometry)
    area_id = area(session, shapes.union([half, callaway.geometry]))
    people = areas.inside(session, cast.viewer("dana"), area_id, home=HOME)["people"]
    shares = {county["fips"]: county for county in people["counties"]}
    assert set(shares) == {"29019", "29027"}
    assert shares["29027"]["estimate"] == callaway.population
    share = half.area / boone.geometry.area
    assert shares["29019"]["share"] == pytest.approx(share, abs=0.01)
    assert people["estimate"] == sum(county["estimate"] for county in people["counties"])
    assert "evenly" in people["assumes"]


def test_who_may_not_see_them_is_not_told_of_units(session: Session):
    area_id = area(session, shapes.circle(makers.COLUMBIA, 5_000), sensitivity="public")
    makers.unit(session)
    makers.shelter(session, sensitivity="public")
    makers.shelter(session, sensitivity="restricted")
    told = areas.inside(session, PUBLIC, area_id, home=HOME)
    assert {kind: counts["count"] for kind, counts in told["inside"].items()} == {
        "shelter": 1,
        "supply_site": 0,
        "unit": 0,
    }
    assert told["total"] == len(told["resources"]) == 1


@pytest.mark.parametrize(
    ("kind", "starts", "ends", "flagged"),
    [
        ("hazard", -60, None, True),
        ("evacuation", -60, 60, True),
        ("exclusion", -60, None, True),
        ("closure", -60, None, False),
        ("staging", -60, None, False),
        ("hazard", 60, None, False),
        ("hazard", -60, -30, False),
    ],
)
def test_in_danger_is_what_is_in_an_area_in_force(session: Session, kind, starts, ends, flagged):
    shelter, far = makers.shelter(session), makers.shelter(session, at=makers.SPRINGFIELD)
    makers.area(
        session,
        kind=kind,
        name="Track",
        starts_at=NOW + timedelta(minutes=starts),
        ends_at=None if ends is None else NOW + timedelta(minutes=ends),
    )
    expected = {shelter: ["Track"]} if flagged else {}
    assert areas.dangers_of(session, STAFF, [shelter, far]) == expected


def test_dangers_follow_the_newest_place_and_the_viewers_rights(session: Session):
    unit = makers.unit(session, at=makers.SPRINGFIELD)
    makers.area(session, name="Old", starts_at=NOW - timedelta(hours=2))
    makers.area(session, name="New", starts_at=NOW - timedelta(hours=1), kind="evacuation")
    makers.area(session, name="Secret", sensitivity="confidential")
    assert dangers.of(session, STAFF, [unit]) == {}
    makers.fix(session, unit, makers.COLUMBIA)
    assert areas.dangers_of(session, STAFF, [unit]) == {unit: ["Secret", "New", "Old"]}
    assert areas.dangers_of(session, Policy(staff=True), [unit]) == {unit: ["New", "Old"]}
    assert areas.dangers_of(session, Policy(), [unit]) == {}
    assert dangers.of(session, STAFF, []) == {}


def test_a_position_on_the_edge_is_inside_once(session: Session):
    shape = shapes.from_geojson(
        {
            "type": "Polygon",
            "coordinates": [[[-93, 38], [-92, 38], [-92, 39], [-93, 39], [-93, 38]]],
        }
    )
    on_edge = makers.shelter(session, at=Position(38.5, -92.0))
    rows = session.execute(found(STAFF, shape, 5_000)).all()
    assert [(row.id, row.near) for row in rows] == [(on_edge, False)]
