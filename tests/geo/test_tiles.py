import math
from collections.abc import Iterator
from dataclasses import replace

import pytest

from geo.gazetteer import Gazetteer
from geo.states import StateFacts
from geo.tiles import Tile, layout

ST_LOUIS_CITY, ST_LOUIS_COUNTY = "29510", "29189"
BOOTHEEL = ("29069", "29155")  # Dunklin and Pemiscot
#: Borders shorter than this are corners: nobody expects those counties side by side.
_CORNER_DEGREES = 0.03


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load("MO")


@pytest.fixture(scope="module")
def tiles(gazetteer: Gazetteer) -> dict[str, Tile]:
    return dict(gazetteer.tiles)


def neighbors(gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    """Pairs of counties that share more than a corner."""
    counties = list(gazetteer.counties.values())
    for number, one in enumerate(counties):
        for other in counties[number + 1 :]:
            shared = one.geometry.boundary.intersection(other.geometry.boundary)
            if shared.length > _CORNER_DEGREES:
                yield one.fips, other.fips


def apart(one: Tile, other: Tile) -> int:
    """Steps between two tiles, as a king goes."""
    return max(abs(one.row - other.row), abs(one.column - other.column))


def test_every_county_has_a_tile_of_its_own(gazetteer: Gazetteer, tiles: dict[str, Tile]) -> None:
    assert tiles.keys() == gazetteer.counties.keys()
    assert len(set(tiles.values())) == 115
    assert min(tile.row for tile in tiles.values()) == 1
    assert min(tile.column for tile in tiles.values()) == 1


def test_neighbors_stay_neighbors(gazetteer: Gazetteer, tiles: dict[str, Tile]) -> None:
    steps = [apart(tiles[one], tiles[other]) for one, other in neighbors(gazetteer)]
    assert len(steps) > 250
    assert steps.count(1) / len(steps) > 0.95
    assert max(steps) <= 3


def test_tiles_stand_near_their_counties(gazetteer: Gazetteer, tiles: dict[str, Tile]) -> None:
    """Half a tile away in the mean, once the grid is laid over the state."""
    counties = gazetteer.counties.values()
    shrink = math.cos(math.radians(38.4))
    east = {c.fips: c.geometry.centroid.x * shrink for c in counties}
    south = {c.fips: -c.geometry.centroid.y for c in counties}
    side = math.sqrt(sum(c.geometry.area for c in counties) * shrink / len(counties))
    left = sum(east[f] - tiles[f].column * side for f in tiles) / len(tiles)
    top = sum(south[f] - tiles[f].row * side for f in tiles) / len(tiles)
    away = [
        math.hypot(
            (east[f] - left) / side - tiles[f].column, (south[f] - top) / side - tiles[f].row
        )
        for f in tiles
    ]
    assert sum(away) / len(away) < 0.55
    assert max(away) < 1.5


def test_the_city_of_st_louis_lies_east_of_its_county(tiles: dict[str, Tile]) -> None:
    city, county = tiles[ST_LOUIS_CITY], tiles[ST_LOUIS_COUNTY]
    assert (city.row, city.column) == (county.row, county.column + 1)


def test_the_bootheel_hangs_below_the_rest(tiles: dict[str, Tile]) -> None:
    lowest = max(tile.row for tile in tiles.values())
    below = {fips for fips, tile in tiles.items() if tile.row == lowest}
    assert below == set(BOOTHEEL)
    assert min(tiles[fips].column for fips in below) > 10


def test_a_state_without_a_layout_gets_its_counties_by_name() -> None:
    counties = [replace(c, tile=None) for c in StateFacts.read("MO").counties]
    made = layout(counties)
    in_order = sorted(made, key=lambda fips: made[fips])
    names = {county.fips: county.name for county in counties}
    assert [names[fips] for fips in in_order] == sorted(names.values(), key=str.casefold)
    assert max(made.values()) == Tile(11, 5)
    assert len(set(made.values())) == 115


def test_one_county_without_a_tile_takes_all_of_them_out_of_the_layout() -> None:
    first, *rest = StateFacts.read("MO").counties
    assert layout([replace(first, tile=None), *rest])[first.fips] == Tile(1, 1)


def test_a_state_without_counties_has_no_tiles() -> None:
    assert layout([]) == {}
