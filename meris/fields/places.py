"""Rules for places: latitude and longitude, grid references, counties, states and ZIP codes."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from geo.grid import from_usng, to_usng
from geo.notation import read_position
from geo.values import NotAPlace, Position
from meris.errors import Invalid
from meris.fields.home import Home
from meris.fields.rule import Judged, Rule
from meris.fields.states import by_key, names_by_key
from meris.fields.words import clean, closest, key

# Decimal places of a degree that are kept: a centimeter.
_DIGITS = 7
# With so many decimal places there is nothing to warn of.
_ORDINARY = re.compile(rf"-?[0-9]{{1,3}}\.[0-9]{{3,{_DIGITS}}}")
_DECIMAL = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$")
_DEGREES = re.compile(
    r"""^(?P<before>[NSEW])?\s*(?P<sign>[+-])?
    (?P<degrees>\d{1,3}(?:\.\d+)?)\s*[°ºd:\s]?\s*
    (?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['’′m:\s]?\s*)?
    (?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:["”″s]|'')?\s*)?
    (?P<after>[NSEW])?$""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Angle(Rule):
    """What latitude and longitude share: degrees as a decimal, or as degrees and minutes."""

    limit: ClassVar[int]
    letters: ClassVar[str]
    widget: ClassVar[str] = "coordinate"

    def plain(self, cell: str) -> float | None:
        value = float(cell) if _ORDINARY.fullmatch(cell) else None
        return value if value is not None and abs(value) <= self.limit else None

    def _judge(self, text: str, home: Home) -> Judged:
        if _DECIMAL.match(text):
            value, warning = round(float(text), _DIGITS), _coarse(text)
        else:
            value, warning = self._from_degrees(text), None
        if not -self.limit <= value <= self.limit:
            raise self._outside(text, value, home)
        return Judged(value, warning)

    def _from_degrees(self, text: str) -> float:
        """Degrees, minutes and seconds; a hemisphere letter or a sign, never both."""
        found = _DEGREES.match(text.strip())
        letter = ((found["before"] or "") + (found["after"] or "")).upper() if found else ""
        if not found or len(letter) > 1 or (letter and letter not in self.letters):
            raise self._not_an_angle(text)
        minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
        if minutes >= 60 or seconds >= 60:
            raise self._not_an_angle(text)
        if letter and found["sign"]:
            raise self.refuse(
                text, "has a sign and a letter", f"Write a minus sign or {letter}, not both."
            )
        value = round(float(found["degrees"]) + minutes / 60 + seconds / 3600, _DIGITS)
        return -value if found["sign"] == "-" or letter in ("S", "W") else value

    def _not_an_angle(self, text: str) -> Invalid:
        return self.refuse(
            text, f"is not a {self.noun}", f"Write decimal degrees, for example {self.example}."
        )

    def _outside(self, text: str, value: float, home: Home) -> Invalid:
        low, high = self.range_of(home)
        fix, meant = f"{home.name} lies between {low:g} and {high:g}.", None
        west, east = home.bounds.west, home.bounds.east
        guess = _shifted(value, low, high)
        if self.limit == 90 and west <= value <= east:
            fix = f"{fix} This looks like a longitude: are the two columns swapped?"
        elif guess is not None:
            meant = f"{guess:.6f}".rstrip("0")
        return self.refuse(text, f"is not a {self.noun}", fix, meant)

    @property
    def example(self) -> str:
        """A value to imitate."""
        raise NotImplementedError

    def range_of(self, home: Home) -> tuple[float, float]:
        """The least and greatest value inside the state's box."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": -self.limit, "maximum": self.limit}

    def _text(self, value: Any, _home: Home) -> str:
        return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Latitude(Angle):
    """Degrees north."""

    noun: str = "latitude"
    limit: ClassVar[int] = 90
    letters: ClassVar[str] = "NS"

    @property
    def example(self) -> str:
        return "38.57669"

    def range_of(self, home: Home) -> tuple[float, float]:
        return home.bounds.south, home.bounds.north


@dataclass(frozen=True)
class Longitude(Angle):
    """Degrees east; all of the mainland is negative."""

    noun: str = "longitude"
    limit: ClassVar[int] = 180
    letters: ClassVar[str] = "EW"

    @property
    def example(self) -> str:
        return "-92.17352"

    def range_of(self, home: Home) -> tuple[float, float]:
        return home.bounds.west, home.bounds.east


#: What to say of coordinates so short that they name a whole neighborhood. It names no value, so
#: that all rows of which it is said are told together.
COARSE = "the position has two decimal places or fewer: it may be a kilometer off or more."


def _coarse(text: str) -> str | None:
    places = len(text.partition(".")[2])
    return None if places > 2 or float(text) == 0 else COARSE


def _shifted(value: float, low: float, high: float) -> float | None:
    """The value with its decimal point moved so that it falls into the range, if any does."""
    for power in range(1, 9):
        for guess in (value / 10.0**power, -value / 10.0**power):
            if low <= guess <= high:
                return round(guess, 6)
    return None


_PAIR_IN_BRACKETS = re.compile(r"\(\s*([+-]?\d+\.\d+)\s*,\s*([+-]?\d+\.\d+)\s*\)\s*$")


@dataclass(frozen=True)
class Coordinates(Rule):
    """Latitude and longitude in one cell, in any notation, also at the end of an address."""

    noun: str = "position"

    def _judge(self, text: str, _home: Home) -> Judged:
        found = _PAIR_IN_BRACKETS.search(text)
        try:
            if found:
                return Judged(Position(float(found[1]), float(found[2])))
            return Judged(read_position(clean(text)).position)
        except NotAPlace:
            raise self.refuse(
                text,
                "is not a position",
                "Write latitude, longitude, for example 38.57669, -92.17352.",
            ) from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def _text(self, value: Any, _home: Home) -> str:
        return f"{value.lat!r}, {value.lon!r}"

    def json(self, value: Any) -> Any:
        return None if value is None else self.text(value)


@dataclass(frozen=True)
class Usng(Rule):
    """A US National Grid reference; kept as written, with the usual spaces."""

    noun: str = "US National Grid reference"

    def _judge(self, text: str, _home: Home) -> Judged:
        try:
            square = from_usng(text)
        except NotAPlace:
            raise self.refuse(
                text,
                "is not a US National Grid reference",
                "Write zone, square and digits, for example 15S WC 72042 70394.",
            ) from None
        digits = {1: 5, 10: 4, 100: 3, 1_000: 2, 10_000: 1}.get(round(square.size_m))
        return Judged(to_usng(square.center, digits) if digits else clean(text).upper())

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 20}


@dataclass(frozen=True)
class County(Rule):
    """A county by name or code; the value is its five-digit FIPS code."""

    noun: str = "county"
    widget: ClassVar[str] = "county"

    def _judge(self, text: str, home: Home) -> Judged:
        match = home.gazetteer.county_named(text)
        if match is None:
            raise self._none_such(text, home)
        return Judged(match.county.fips, match.warning)

    def _none_such(self, text: str, home: Home) -> Invalid:
        fix = "Write the county's name or its five-digit FIPS code."
        near = closest(text, home.county_names)
        return self.refuse(text, f"is not a county of {home.name}", fix, near)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{5}$"}

    def _text(self, value: Any, home: Home) -> str:
        county = home.gazetteer.counties.get(value)
        return county.full_name if county else str(value)


@dataclass(frozen=True)
class CountyCode(County):
    """As `County`, shown as the code itself."""

    noun: str = "county code"

    def _text(self, value: Any, _home: Home) -> str:
        return str(value)


@dataclass(frozen=True)
class State(Rule):
    """A state of the United States by postal code, FIPS code or name; the value is `MO`."""

    noun: str = "state"

    def _judge(self, text: str, home: Home) -> Judged:
        postal = by_key().get(key(text.removesuffix(".0")))
        if postal is None:
            fix = f"Write the two-letter code, for example {home.state}."
            near = closest(text, names_by_key())
            raise self.refuse(text, "is not a state", fix, near)
        return Judged(postal)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{2}$"}


_ZIP = re.compile(r"^\d{5}(-\d{4})?$")


_ZIP_IN_TEXT = re.compile(r"(?<![\d.])(\d{5})(?:-\d{4})?(?![\d.])")


def _zip_within(text: str) -> str | None:
    """The one ZIP code that stands among other words, or has a wrong number of digits behind."""
    bare = text.removesuffix(".0")
    if found := re.fullmatch(r"(\d{5})-?\d{1,3}", bare):
        return found[1]
    among = _ZIP_IN_TEXT.findall(text)
    return str(among[0]) if len(among) == 1 else None


@dataclass(frozen=True)
class Zip(Rule):
    """A ZIP code of five digits, or nine with a hyphen. Always text: zeros may lead."""

    noun: str = "ZIP code"

    def _judge(self, text: str, home: Home) -> Judged:
        bare = text.removesuffix(".0").removesuffix("-").replace(" ", "")
        if bare.isdecimal() and len(bare) == 9:
            bare = f"{bare[:5]}-{bare[5:]}"
        if bare.isdecimal() and len(bare) == 4:
            return Judged(f"0{bare}", "the ZIP code lost its leading zero, which was put back.")
        if not _ZIP.match(bare):
            fix = "Write five digits, or nine with a hyphen: 65101-0001."
            raise self.refuse(text, "is not a ZIP code", fix, _zip_within(text))
        low, high = home.facts.zip_prefixes
        if not low <= int(bare[:3]) <= high:
            return Judged(bare, f"this is not a ZIP code of {home.name}; check it.")
        return Judged(bare)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{5}(-\d{4})?$"}
