"""Repairs of coordinates that are no place in the state, as proposals for a person to accept.

County files come with the minus sign missing, with latitude and longitude swapped, or in meters or
feet of a projection. Which systems a state's files use, and the ranges of their numbers, stands in
its `state.toml`. Ranges overlap, so the repair that puts most rows into the counties they state is
named first.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from geo.gazetteer import Gazetteer
from geo.states import ProjectedSystem
from geo.values import SRID, Bounds, Position

Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]
Kind = Literal["sign", "swap", "swap_and_sign", "reproject"]

#: Reprojected positions keep so many decimals: 0.1 m, more than the datum's change is known to.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers in a row's columns for latitude (or y) and longitude (or x), as they stand.

    `county_fips` is the county the row states, where it does.
    """

    latitude: float | None
    longitude: float | None
    county_fips: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to make places of rows that are none.

    `positions` has an entry for each row: where this repair puts it, or None when the row is a
    place already or this repair does not help it. `confirmed` are the numbers (from 0) of the rows
    that land in the county they state. `crs` names the projection taken away.
    """

    kind: Kind
    title: str
    positions: tuple[Position | None, ...]
    rows_repaired: int
    rows_inside_state: int
    confirmed: frozenset[int]
    crs: str | None = None

    @property
    def rows_inside_stated_county(self) -> int:
        """How many rows land in the county they state."""
        return len(self.confirmed)


@dataclass(frozen=True, slots=True)
class _Guess:
    """Where a repair would put every row, and which rows it can be meant for."""

    kind: Kind
    title: str
    lats: Numbers
    lons: Numbers
    fits: Marks
    crs: str | None = None


def proposals(rows: Sequence[Row], gazetteer: Gazetteer) -> list[Repair]:
    """Repairs for the rows that lie outside the state's bounds, the likeliest first.

    Once one repair puts rows into the counties they state, others are named only if they do so for
    further rows.
    """
    lats = _numbers([row.latitude for row in rows])
    lons = _numbers([row.longitude for row in rows])
    wrong = np.isfinite(lats) & np.isfinite(lons) & ~_inside(gazetteer.bounds, lats, lons)
    if not wrong.any():
        return []
    guesses = [*_in_degrees(lats, lons), *_projected(lats, lons, gazetteer.facts.projected, wrong)]
    repairs = [_judge(guess, wrong, rows, gazetteer) for guess in guesses]
    return _telling(sorted((repair for repair in repairs if repair.rows_repaired), key=_rank))


def _rank(repair: Repair) -> tuple[int, int, int]:
    return -repair.rows_inside_stated_county, -repair.rows_inside_state, -repair.rows_repaired


def _telling(repairs: list[Repair]) -> list[Repair]:
    """Without those that confirm nothing new; all of them where no county confirms anything."""
    if not any(repair.confirmed for repair in repairs):
        return repairs
    kept: list[Repair] = []
    confirmed: set[int] = set()
    for repair in repairs:
        if repair.confirmed - confirmed:
            kept.append(repair)
            confirmed |= repair.confirmed
    return kept


def _numbers(values: Sequence[float | None]) -> Numbers:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _inside(bounds: Bounds, lats: Numbers, lons: Numbers) -> Marks:
    north_south = (lats >= bounds.south) & (lats <= bounds.north)
    marks: Marks = north_south & (lons >= bounds.west) & (lons <= bounds.east)
    return marks


def _in_degrees(lats: Numbers, lons: Numbers) -> Iterator[_Guess]:
    swapped = "Latitude and longitude are swapped"
    yield _Guess("sign", "The minus sign of longitude is missing", lats, -lons, lons > 0)
    yield _Guess("swap", swapped, lons, lats, lats < 0)
    yield _Guess(
        "swap_and_sign", f"{swapped}, and the minus sign is missing", lons, -lats, lats > 0
    )


def _projected(
    lats: Numbers, lons: Numbers, systems: Sequence[ProjectedSystem], wrong: Marks
) -> Iterator[_Guess]:
    """Each system whose ranges hold a row, with x in the column for longitude or in the other."""
    for x, y, how in ((lons, lats, ""), (lats, lons, ", with x and y swapped")):
        for system in systems:
            fits = wrong & _within(system.x, x) & _within(system.y, y)
            if fits.any():
                lon, lat = _to_degrees(system.crs, x, y, fits)
                yield _Guess("reproject", system.title + how, lat, lon, fits, system.crs)


def _within(span: tuple[float, float], values: Numbers) -> Marks:
    marks: Marks = (values >= span[0]) & (values <= span[1])
    return marks


def _to_degrees(crs: str, x: Numbers, y: Numbers, fits: Marks) -> tuple[Numbers, Numbers]:
    """Longitude and latitude of the rows that fit, NaN for the others."""
    lons, lats = np.full_like(x, math.nan), np.full_like(y, math.nan)
    lon, lat = _transformer(crs).transform(x[fits], y[fits])
    lons[fits], lats[fits] = np.round(lon, _DIGITS), np.round(lat, _DIGITS)
    return lons, lats


@cache
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(crs, SRID, always_xy=True)


def _judge(guess: _Guess, wrong: Marks, rows: Sequence[Row], gazetteer: Gazetteer) -> Repair:
    helps = wrong & guess.fits & _inside(gazetteer.bounds, guess.lats, guess.lons)
    lats = np.where(helps, guess.lats, math.nan)
    lons = np.where(helps, guess.lons, math.nan)
    found = gazetteer.counties_at(lats, lons)
    return Repair(
        kind=guess.kind,
        title=guess.title,
        positions=tuple(
            Position(lat, lon) if helped else None
            for lat, lon, helped in zip(lats, lons, helps, strict=True)
        ),
        rows_repaired=int(helps.sum()),
        rows_inside_state=sum(fips is not None for fips in found),
        confirmed=frozenset(
            n
            for n, (fips, row) in enumerate(zip(found, rows, strict=True))
            if fips is not None and fips == row.county_fips
        ),
        crs=guess.crs,
    )
