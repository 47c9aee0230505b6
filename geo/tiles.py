"""A map in which every county is a square of the same size, so that none is too small to read.

Where the squares stand is a fact of the state (`tile_row`, `tile_column` of counties.csv).
Missouri's were found by cutting the state into 115 squares along its outline, giving each to a
county by least distance, and exchanging until neighbors touched as often as they can;
tests/geo/test_tiles.py says how often that is.
"""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from geo.states import CountyFacts


class Tile(NamedTuple):
    """A place in the grid, from 1: row 1 is the north, column 1 the west."""

    row: int
    column: int


def layout(counties: Iterable[CountyFacts]) -> Mapping[str, Tile]:
    """Where each county's tile stands, by FIPS code.

    A state whose facts leave a county without a tile gets its counties in the order of their
    names, row by row, in a grid that is about as high as wide.
    """
    known = list(counties)
    if all(county.tile for county in known):
        return {county.fips: Tile(*county.tile) for county in known if county.tile}
    return _by_name(known)


def _by_name(counties: list[CountyFacts]) -> dict[str, Tile]:
    wide = math.isqrt(max(len(counties) - 1, 0)) + 1
    ordered = sorted(counties, key=lambda county: (county.name.casefold(), county.fips))
    return {
        county.fips: Tile(number // wide + 1, number % wide + 1)
        for number, county in enumerate(ordered)
    }
