"""Coordinates that are no place in the state: what may have gone wrong, as proposals.

One row cannot tell meters of one zone from feet of another; all of them together can. So the
columns of the place are read once through the whole file, when the first wrong row is met, and the
repairs are judged by how many rows they bring into the counties that these rows state. Nothing is
repaired until a person accepts a proposal.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.projected import Marks, Repair, best, proposals
from geo.values import Position
from meris.fields import Home
from meris.uploads.cells import batches
from meris.uploads.decisions import Choices, Corrections
from meris.uploads.given import SURVEYED, given
from meris.uploads.match import Match
from meris.uploads.sheet import Sheet

# A proposal is shown on the map by so many of its rows.
_MOST_POINTS = 500


class Mended(NamedTuple):
    """The repair that a row needs, in words, and the place it gives with its county code (None
    outside of the state's counties); no place until the repair is accepted."""

    id: str
    fault: str
    fix: str
    position: Position | None = None
    code: str | None = None


@dataclass
class _Rows:
    """The rows of a file whose numbers are no place in the state."""

    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    lats: "array[float]" = field(default_factory=lambda: array("d"))
    lons: "array[float]" = field(default_factory=lambda: array("d"))
    counties: list[str | None] = field(default_factory=list)


@dataclass(frozen=True)
class Repairs:
    """What could be done about the wrong rows of a file; `survey` finds them when first needed."""

    home: Home
    choices: Choices
    survey: Callable[[], _Rows]

    @classmethod
    def of(
        cls, sheet: Sheet, match: Match, home: Home, choices: Choices, corrections: Corrections
    ) -> "Repairs":
        """The repairs for a file. Reads it once more, but only if a row asks for a repair."""
        return cls(home, choices, lambda: _survey(sheet, match, home, corrections))

    def of_row(self, number: int) -> Mended | None:
        """What to do about the numbers of a wrong row; None when nothing makes a place of them."""
        at = self._place_of(number)
        if at is None or self._chosen[at][0] < 0:
            return None
        wanted, allowed = self._chosen[at]
        if allowed < 0:
            return self._proposed[wanted]
        repair = self._found[allowed]
        code = str(repair.codes[at]) or None
        return self._proposed[allowed]._replace(position=repair.position(at), code=code)

    def as_json(self) -> list[dict[str, Any]]:
        """The proposals, likeliest first, as a page shows them; empty when no row asked for one."""
        if "_rows" not in self.__dict__ or not self._found:
            return []
        needed = set(self._best[self._best >= 0].tolist())
        states_county = any(self._rows.counties)
        return [
            {
                "id": repair.id,
                "title": _say(repair)[1],
                "rows": repair.rows_repaired,
                "inside_state": repair.rows_inside_state,
                "inside_county": repair.rows_inside_stated_county if states_county else None,
                "accepted": repair.id in self.choices.repairs,
                "best": number in needed,
                "points": self._points(repair),
            }
            for number, repair in enumerate(self._found)
        ]

    @cached_property
    def _rows(self) -> _Rows:
        return self.survey()

    @cached_property
    def _found(self) -> list[Repair]:
        rows = self._rows
        return proposals(
            np.array(rows.lats),
            np.array(rows.lons),
            rows.counties,
            self.home.gazetteer,
        )

    @cached_property
    def _proposed(self) -> list[Mended]:
        return [Mended(repair.id, *_say(repair)) for repair in self._found]

    @cached_property
    def _best(self) -> npt.NDArray[np.intp]:
        return best(self._found)

    @cached_property
    def _allowed(self) -> npt.NDArray[np.intp]:
        """For each row the accepted repair to use, -1 for none.

        An accepted repair waits where only another one brings the row as far as that: into its
        county or into the state.
        """
        accepted = [n for n, one in enumerate(self._found) if one.id in self.choices.repairs]
        if not accepted:
            return np.full_like(self._best, -1)
        own = [self._found[n] for n in accepted]
        chosen = best(own)
        numbers = np.where(chosen < 0, -1, np.array(accepted)[chosen])
        far_enough = _reached(own) >= _reached(self._found)
        allowed: npt.NDArray[np.intp] = np.where(far_enough, numbers, -1)
        return allowed

    @cached_property
    def _chosen(self) -> list[tuple[int, int]]:
        """For each row the repair it needs and the one that is allowed, as numbers; -1 for none."""
        if not self._found:
            return [(-1, -1)] * len(self._rows.numbers)
        return list(zip(self._best.tolist(), self._allowed.tolist(), strict=True))

    def _place_of(self, number: int) -> int | None:
        numbers = self._rows.numbers
        at = bisect_left(numbers, number)
        return at if at < len(numbers) and numbers[at] == number else None

    def _points(self, repair: Repair) -> list[list[float]]:
        """Row, latitude and longitude of rows spread evenly over those that are repaired."""
        which = np.flatnonzero(repair.repaired)
        which = which[:: max(1, -(-len(which) // _MOST_POINTS))]
        return [
            [
                self._rows.numbers[n],
                round(float(repair.lats[n]), 6),
                round(float(repair.lons[n]), 6),
            ]
            for n in which
        ]


def _reached(repairs: list[Repair]) -> npt.NDArray[np.int8]:
    """How far any of some repairs brings each row: 3 into its county, 2 the state, 1 near, 0."""
    steps = np.stack([_steps(r.confirmed, r.inside_state, r.repaired) for r in repairs])
    most: npt.NDArray[np.int8] = steps.max(axis=0)
    return most


def _steps(confirmed: Marks, inside: Marks, near: Marks) -> npt.NDArray[np.int8]:
    return np.select([confirmed, inside, near], [3, 2, 1], 0).astype(np.int8)


def _survey(sheet: Sheet, match: Match, home: Home, corrections: Corrections) -> _Rows:
    """Read the columns of the place through the whole file, and keep the rows that are wrong."""
    columns = tuple(c for c in match.columns if c.field.name in SURVEYED)
    constants = {name: text for name, text in match.constants.items() if name in SURVEYED}
    narrow = replace(match, columns=columns, constants=constants)
    rows, bounds = _Rows(), home.bounds
    for batch in batches(sheet, narrow, home, corrections):
        for record in batch:
            values = record.values
            found, _ = given(values)
            if found is None or values.get("state") not in (None, home.state):
                continue  # another state's rows are no mistakes of this kind
            if record.number in corrections.left_out:
                continue
            if not (
                bounds.south <= found.lat <= bounds.north
                and bounds.west <= found.lon <= bounds.east
            ):
                rows.numbers.append(record.number)
                rows.lats.append(found.lat)
                rows.lons.append(found.lon)
                rows.counties.append(values.get("county_fips") or values.get("county"))
    return rows


_IN_DEGREES = {
    "sign": ("the minus sign is missing", "Use negative longitudes"),
    "swap": ("latitude and longitude are swapped", "Exchange latitude and longitude"),
    "swap_and_sign": (
        "latitude and longitude are swapped and the minus sign is missing",
        "Exchange latitude and longitude and use negative longitudes",
    ),
    "decimal_point": ("the decimal point is missing", "Put the decimal point after two digits"),
}


def _say(repair: Repair) -> tuple[str, str]:
    """What is wrong with the rows, and what the repair does about it."""
    if repair.kind in _IN_DEGREES:
        return _IN_DEGREES[repair.kind]
    return (
        f"the coordinates are not degrees; they look like {repair.title}",
        f"Read the coordinates as {repair.title}",
    )
