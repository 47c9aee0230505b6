import math
from collections.abc import Callable
from typing import NamedTuple

import pytest
from pyproj import Transformer

from geo.gazetteer import Gazetteer
from geo.projected import Repair, best, proposals
from geo.values import Position

#: Counties of each State Plane zone, east to west, by somebody who looked at the map.
EAST = ["29510", "29186", "29071", "29181", "29045"]
CENTRAL = ["29019", "29051", "29105", "29067", "29171"]
WEST = ["29095", "29097", "29037", "29005", "29119"]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load("MO")


class Row(NamedTuple):
    """Numbers as they stand in a file, and the county stated beside them."""

    latitude: float | None
    longitude: float | None
    county_fips: str | None = None


def proposed(rows: list[Row], gazetteer: Gazetteer) -> list[Repair]:
    numbers = [[math.nan if n is None else n for n in row[:2]] for row in rows]
    lats, lons = [n[0] for n in numbers], [n[1] for n in numbers]
    return proposals(lats, lons, [row.county_fips for row in rows], gazetteer)


def positions(repair: Repair) -> list[Position | None]:
    return [repair.position(n) for n in range(len(repair.lats))]


def as_rows(
    gazetteer: Gazetteer, counties: list[str], written: Callable[[Position], tuple[float, float]]
) -> list[Row]:
    """A row for the label of each county, its latitude and longitude as `written` has them."""
    places = [gazetteer.counties[fips].centroid for fips in counties]
    return [Row(*written(place), fips) for place, fips in zip(places, counties, strict=True)]


def projected(crs: str) -> Callable[[Position], tuple[float, float]]:
    """y in the column for latitude, x in that for longitude."""
    transformer = Transformer.from_crs(4326, crs, always_xy=True)

    def write(place: Position) -> tuple[float, float]:
        x, y = transformer.transform(place.lon, place.lat)
        return y, x

    return write


def assert_all_home(repair: Repair, rows: list[Row], gazetteer: Gazetteer) -> None:
    for row, position in zip(rows, positions(repair), strict=True):
        assert position is not None
        assert position.meters_to(gazetteer.counties[row.county_fips or ""].centroid) < 1
    assert repair.rows_inside_stated_county == repair.rows_repaired == len(rows)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("sign", lambda place: (place.lat, -place.lon)),
        ("swap", lambda place: (place.lon, place.lat)),
        ("swap_and_sign", lambda place: (-place.lon, place.lat)),
    ],
)
def test_degrees_that_lost_their_sign_or_order(
    gazetteer: Gazetteer, kind: str, written: Callable[[Position], tuple[float, float]]
) -> None:
    rows = as_rows(gazetteer, EAST + CENTRAL + WEST, written)
    (repair,) = proposed(rows, gazetteer)
    assert repair.kind == kind
    assert_all_home(repair, rows, gazetteer)


@pytest.mark.parametrize(
    ("crs", "title", "counties"),
    [
        ("EPSG:3857", "Web Mercator, meters", EAST + CENTRAL + WEST),
        ("EPSG:26915", "UTM zone 15N, meters", EAST + CENTRAL + WEST),
        ("EPSG:26916", "UTM zone 16N, meters", ["29031", "29133", "29155"]),
        ("EPSG:26996", "State Plane Missouri East, meters", EAST),
        ("EPSG:26997", "State Plane Missouri Central, meters", CENTRAL),
        ("EPSG:26998", "State Plane Missouri West, meters", WEST),
        ("ESRI:102696", "State Plane Missouri East, US feet", EAST),
        ("ESRI:102697", "State Plane Missouri Central, US feet", CENTRAL),
        ("ESRI:102698", "State Plane Missouri West, US feet", WEST),
    ],
)
def test_projections_are_taken_away(
    gazetteer: Gazetteer, crs: str, title: str, counties: list[str]
) -> None:
    rows = as_rows(gazetteer, counties, projected(crs))
    repair = proposed(rows, gazetteer)[0]
    assert (repair.kind, repair.title, repair.crs) == ("reproject", title, crs)
    assert_all_home(repair, rows, gazetteer)


def test_every_county_fits_the_ranges_of_its_state(gazetteer: Gazetteer) -> None:
    """Labels of all counties, in the systems that serve the whole state."""
    systems = {system.crs: system for system in gazetteer.facts.projected}
    for crs in ("EPSG:3857", "EPSG:26915"):
        for y, x in (projected(crs)(c.centroid) for c in gazetteer.counties.values()):
            assert systems[crs].holds(x, y)


def test_each_county_fits_a_state_plane_zone_in_meters_and_in_feet(gazetteer: Gazetteer) -> None:
    systems = {system.crs: system for system in gazetteer.facts.projected}
    for zone in (
        ("EPSG:26996", "EPSG:26997", "EPSG:26998"),
        ("ESRI:102696", "ESRI:102697", "ESRI:102698"),
    ):
        for county in gazetteer.counties.values():
            written = ((systems[crs], projected(crs)(county.centroid)) for crs in zone)
            assert any(system.holds(x, y) for system, (y, x) in written), county.full_name


def test_where_ranges_overlap_the_stated_counties_decide(gazetteer: Gazetteer) -> None:
    """Central meters are numbers that East feet may be too; only one puts Boone into Boone."""
    rows = as_rows(gazetteer, CENTRAL, projected("EPSG:26997"))
    unstated = [Row(row.latitude, row.longitude) for row in rows]
    assert "State Plane Missouri East, US feet" in {
        repair.title for repair in proposed(unstated, gazetteer)
    }
    assert [repair.title for repair in proposed(rows, gazetteer)] == [
        "State Plane Missouri Central, meters"
    ]


def test_without_counties_the_most_rows_in_the_state_decide(gazetteer: Gazetteer) -> None:
    rows = as_rows(gazetteer, EAST + CENTRAL + WEST, projected("EPSG:26915"))
    unstated = [Row(row.latitude, row.longitude) for row in rows]
    first = proposed(unstated, gazetteer)[0]
    assert first.title == "UTM zone 15N, meters"
    assert (first.rows_inside_state, first.rows_inside_stated_county) == (len(rows), 0)


def test_x_and_y_in_each_others_columns(gazetteer: Gazetteer) -> None:
    rows = as_rows(gazetteer, WEST, lambda place: projected("EPSG:26915")(place)[::-1])
    repair = proposed(rows, gazetteer)[0]
    assert repair.title == "UTM zone 15N, meters, with x and y swapped"
    assert_all_home(repair, rows, gazetteer)


def test_a_file_of_several_mistakes_gets_several_repairs(gazetteer: Gazetteer) -> None:
    boone, cole, greene = (
        gazetteer.counties[fips].centroid for fips in ("29019", "29051", "29077")
    )
    rows = [
        Row(boone.lat, -boone.lon, "29019"),
        Row(cole.lat, -cole.lon, "29051"),
        Row(greene.lon, greene.lat, "29077"),
        Row(boone.lat, boone.lon, "29019"),
        Row(None, -92.0, "29019"),
        Row(0.0, 0.0, "29019"),
    ]
    sign, swap = proposed(rows, gazetteer)
    assert (sign.id, positions(sign)) == ("sign", [boone, cole, None, None, None, None])
    assert (swap.id, positions(swap)) == ("swap", [None, None, greene, None, None, None])
    assert sign.confirmed.tolist() == [True, True, False, False, False, False]
    assert swap.codes.tolist() == ["", "", "29077", "", "", ""]
    assert best([sign, swap]).tolist() == [0, 0, 1, -1, -1, -1]


def test_a_mistake_of_rows_without_a_county_is_named_beside_confirmed_ones(
    gazetteer: Gazetteer,
) -> None:
    boone = gazetteer.counties["29019"].centroid
    rows = [Row(boone.lat, -boone.lon, "29019"), Row(boone.lon, boone.lat)]
    assert [repair.id for repair in proposed(rows, gazetteer)] == ["sign", "swap"]


def test_each_row_gets_the_zone_that_puts_it_into_its_county(gazetteer: Gazetteer) -> None:
    rows = [
        *as_rows(gazetteer, EAST, projected("ESRI:102696")),
        *as_rows(gazetteer, CENTRAL, projected("ESRI:102697")),
        *as_rows(gazetteer, WEST, projected("ESRI:102698")),
    ]
    repairs = proposed(rows, gazetteer)
    assert {repair.crs for repair in repairs} == {"ESRI:102696", "ESRI:102697", "ESRI:102698"}
    for number, (row, chosen) in enumerate(zip(rows, best(repairs), strict=True)):
        place = repairs[chosen].position(number)
        assert place is not None
        assert place.meters_to(gazetteer.counties[row.county_fips or ""].centroid) < 1


def test_degrees_that_lost_their_decimal_point(gazetteer: Gazetteer) -> None:
    rows = [Row(3857669.0, -9217352.0, "29051"), Row(385766900.0, -921735200.0, "29051")]
    (repair,) = proposed(rows, gazetteer)
    assert (repair.id, positions(repair)) == ("decimal_point", [Position(38.57669, -92.17352)] * 2)


def test_places_in_the_state_need_no_repair(gazetteer: Gazetteer) -> None:
    rows = as_rows(gazetteer, EAST, lambda place: (place.lat, place.lon))
    assert proposed(rows, gazetteer) == []
    assert proposed([], gazetteer) == []


@pytest.mark.parametrize(
    "row",
    [
        Row(39.94, -91.41 + 3, None),  # Illinois: a place, only not ours
        Row(float("nan"), 92.0, None),
        Row(5.0, 5.0, None),
        Row(1e9, -1e9, None),
    ],
)
def test_what_no_repair_brings_home_is_left_alone(gazetteer: Gazetteer, row: Row) -> None:
    assert proposed([row], gazetteer) == []
