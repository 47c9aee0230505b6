"""Rules for coordinates as files have them: whatever numbers stand in the column.

Longitude may lack its sign, the two may be swapped, or both may be meters of a projection. A single
cell cannot tell; the whole file can. So these rules read any number, and who reads the file judges.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from geo.notation import Numbers, read_numbers
from geo.values import NotAPlace
from meris.fields.home import Home
from meris.fields.places import COARSE, Angle, Coordinates, Latitude, Longitude
from meris.fields.rule import Judged, Rule

_PLAIN = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$")
# What nearly every cell is: a number exact enough to say nothing about.
_ORDINARY = re.compile(r"-?\d{1,3}\.\d{3,}|-?\d{5,12}(?:\.\d*)?")
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?:\.\d*)?$")
# "38,95171" can only be a decimal comma: groups of thousands have three digits.
_DECIMAL_COMMA = re.compile(r"^[+-]?\d{1,3},\d{4,}$")
_GROUPING = dict.fromkeys(map(ord, ", \u00a0\u202f"))
# No system used on Earth has longer numbers than this.
_LONGEST = 20
# Two decimals of a degree are a kilometer.
_COARSE = 0.01


def map_number(text: str) -> float | None:
    """The number in a cell, with thousands separators or a decimal comma; None for other texts."""
    if len(text) > _LONGEST + 10:
        return None
    plain = text.replace("−", "-")
    if _PLAIN.match(plain):
        return float(plain)
    if _GROUPED.match(plain):
        return float(plain.translate(_GROUPING))
    return float(plain.replace(",", ".")) if _DECIMAL_COMMA.match(plain) else None


@dataclass(frozen=True)
class MapNumber(Rule):
    """X or Y of any coordinate system, also degrees."""

    noun: str = "coordinate"
    widget: ClassVar[str] = "number"

    def plain(self, cell: str) -> Any:
        return float(cell) if _ORDINARY.fullmatch(cell) else None

    def _judge(self, text: str, _home: Home) -> Judged:
        number = map_number(text)
        if number is None or abs(number) > 10**_LONGEST:
            raise self.refuse(text, "is not a number on a map", "Write a number without words.")
        return Judged(number)

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}

    def _text(self, value: Any, _home: Home) -> str:
        return f"{Decimal(repr(value)):f}"


class _AnyNumber(Angle):
    """An angle in any notation, or any other number."""

    limit: ClassVar[int] = 10**_LONGEST
    letters: ClassVar[str] = "NSEW"

    def plain(self, cell: str) -> Any:
        return round(float(cell), 7) if _ORDINARY.fullmatch(cell) else None

    def _judge(self, text: str, home: Home) -> Judged:
        number = map_number(text)
        if number is None or abs(number) <= 180:
            as_written = number is None or _PLAIN.match(text)
            return super()._judge(text if as_written else repr(number), home)
        return Judged(number)


class LatitudeAsFound(_AnyNumber, Latitude):
    """What stands in a column for latitude."""


class LongitudeAsFound(_AnyNumber, Longitude):
    """What stands in a column for longitude."""


@dataclass(frozen=True)
class CoordinatesAsFound(Coordinates):
    """As `Coordinates`; numbers that are no place come as `geo.notation.Numbers`."""

    def _judge(self, text: str, home: Home) -> Judged:
        try:
            numbers = read_numbers(text)
        except NotAPlace:
            position = super()._judge(text, home).value
            return Judged(Numbers(position.lat, position.lon))
        if numbers.step < _COARSE or abs(numbers.lat) > 180:
            return Judged(numbers)
        return Judged(numbers, COARSE)
