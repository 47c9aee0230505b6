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
Codes = npt.NDArray[np.str_]
Kind = Literal["sign", "swap", "swap_and_sign", "decimal_point", "reproject"]

#: Reprojected positions keep so many decimals: 0.1 m, more than the datum's change is known to.
_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """One way to make places of rows that are none.

    `lats` and `lons` have an entry for each row: where this repair puts it, in degrees, or NaN
    when the row is a place already or this repair does not help it. `codes` are the FIPS codes of
    the state's counties that the rows land in, empty outside; `confirmed` marks the rows that land
    in the county they state. `crs` names the projection taken away; `crossed` says that x and y
    stood in each other's column.
    """

    kind: Kind
    title: str
    lats: Numbers
    lons: Numbers
    codes: Codes
    confirmed: Marks
    crs: str | None = None
    crossed: bool = False

    @property
    def id(self) -> str:
        """What a person's consent names: "sign", "reproject:EPSG:26915"."""
        return ":".join(
            part for part in (self.kind, self.crs, "crossed" if self.crossed else None) if part
        )

    @property
    def inside_state(self) -> Marks:
        """The rows that land in one of the state's counties."""
        marks: Marks = self.codes != ""
        return marks

    @property
    def repaired(self) -> Marks:
        """The rows that this repair brings into the state's bounds."""
        marks: Marks = np.isfinite(self.lats)
        return marks

    @property
    def rows_repaired(self) -> int:
        """How many rows this repair brings into the state's bounds."""
        return int(self.repaired.sum())

    @property
    def rows_inside_state(self) -> int:
        """How many rows land in one of the state's counties."""
        return int(self.inside_state.sum())

    @property
    def rows_inside_stated_county(self) -> int:
        """How many rows land in the county they state."""
        return int(self.confirmed.sum())

    def position(self, row: int) -> Position | None:
        """Where this repair puts a row; None when it does not help it."""
        lat, lon = float(self.lats[row]), float(self.lons[row])
        return None if math.isnan(lat) else Position(lat, lon)


@dataclass(frozen=True, slots=True)
class _Guess:
    """Where a repair would put every row, and which rows it can be meant for."""

    kind: Kind
    title: str
    lats: Numbers
    lons: Numbers
    fits: Marks
    crs: str | None = None
    crossed: bool = False


def proposals(
    lats: npt.ArrayLike,
    lons: npt.ArrayLike,
    counties: Sequence[str | None],
    gazetteer: Gazetteer,
) -> list[Repair]:
    """Repairs for the rows that lie outside the state's bounds, the likeliest first.

    `lats` and `lons` are the numbers in the columns for latitude (or y) and longitude (or x), as
    they stand; NaN where there is none. `counties` are the FIPS codes that the rows state. Of
    repairs that help the same rows, those are named that put rows into the counties they state.
    """
    y, x = _finite(lats), _finite(lons)
    wrong = np.isfinite(y) & np.isfinite(x) & ~_inside(gazetteer.bounds, y, x)
    if not wrong.any():
        return []
    stated = _codes(counties)
    guesses = [*_in_degrees(y, x), *_projected(y, x, gazetteer.facts.projected, wrong)]
    repairs = [_judge(guess, wrong, stated, gazetteer) for guess in guesses]
    ranked = sorted((repair for repair in repairs if repair.rows_repaired), key=_rank)
    return _telling(ranked, unstated=stated == "")


def best(repairs: Sequence[Repair]) -> npt.NDArray[np.intp]:
    """For each row the number of the repair to believe, -1 for none.

    The first that puts it into its stated county, else the first that puts it into the state, else
    the first that brings it near.
    """
    rows = len(repairs[0].lats) if repairs else 0
    chosen = np.full(rows, -1, dtype=np.intp)
    for marks in ("confirmed", "inside_state", "repaired"):
        for number, repair in enumerate(repairs):
            chosen[(chosen < 0) & getattr(repair, marks)] = number
    return chosen


def _finite(values: npt.ArrayLike) -> Numbers:
    numbers = np.array(values, dtype=np.float64)
    numbers[~np.isfinite(numbers)] = math.nan
    return numbers


def _codes(counties: Sequence[str | None]) -> Codes:
    """FIPS codes as an array; empty where there is none."""
    return np.array([code or "" for code in counties], dtype=np.str_)


def _rank(repair: Repair) -> tuple[int, int, int]:
    return -repair.rows_inside_stated_county, -repair.rows_inside_state, -repair.rows_repaired


def _telling(repairs: list[Repair], unstated: Marks) -> list[Repair]:
    """All of them where no county confirms anything; else those that confirm further rows, or
    reach further ones of the rows without a county."""
    if not any(repair.confirmed.any() for repair in repairs):
        return repairs
    kept: list[Repair] = []
    done: Marks = np.zeros_like(unstated)
    for repair in repairs:
        helps = repair.confirmed | (repair.inside_state & unstated)
        if (helps & ~done).any():
            kept.append(repair)
            done = done | helps
    return kept


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
    pointed = _pointed(lats), _pointed(lons)
    # Only with its sign: large positive numbers are meters or feet far more often.
    yield _Guess("decimal_point", "The decimal point is missing", *pointed, (lons < 0) & (lats > 0))


def _pointed(values: Numbers) -> Numbers:
    """The values with the decimal point behind their second digit; NaN for those without two."""
    size = np.abs(values)
    long = np.where(size >= 10, size, math.nan)
    power = np.floor(np.log10(long)) - 1
    return np.round(values / 10.0**power, 7)


def _projected(
    lats: Numbers, lons: Numbers, systems: Sequence[ProjectedSystem], wrong: Marks
) -> Iterator[_Guess]:
    """Each system whose ranges hold a row, with x in the column for longitude or in the other."""
    for crossed in (False, True):
        x, y = (lats, lons) if crossed else (lons, lats)
        how = ", with x and y swapped" if crossed else ""
        for system in systems:
            fits = wrong & _within(system.x, x) & _within(system.y, y)
            if fits.any():
                lon, lat = _to_degrees(system.crs, x, y, fits)
                title = system.title + how
                yield _Guess("reproject", title, lat, lon, fits, system.crs, crossed)


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


def _judge(guess: _Guess, wrong: Marks, stated: Codes, gazetteer: Gazetteer) -> Repair:
    helps = wrong & guess.fits & _inside(gazetteer.bounds, guess.lats, guess.lons)
    lats = np.where(helps, guess.lats, math.nan)
    lons = np.where(helps, guess.lons, math.nan)
    found = np.full(len(lats), "", dtype="U5")
    found[helps] = _codes(gazetteer.counties_at(lats[helps], lons[helps]))
    return Repair(
        kind=guess.kind,
        title=guess.title,
        lats=lats,
        lons=lons,
        codes=found,
        confirmed=(found != "") & (found == stated),
        crs=guess.crs,
        crossed=guess.crossed,
    )
