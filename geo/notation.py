"""Positions as people write them: decimal degrees, degrees and minutes, and grid references.

    38.57669, -92.17352      38.57669 -92.17352     38,57669; -92,17352     (38.5, -92.1)
    38.57669 N 92.17352 W    N38.57669 W92.17352    lat 38.57669, lon -92.17352
    38°34'36.1"N 92°10'24.7"W    38 34 36.1 N, 92 10 24.7 W    38-34.6N 092-10.4W
    15S WC 72042 70394       15SWC7270
    POINT (-92.17352 38.57669)    {"type": "Point", "coordinates": [-92.17352, 38.57669]}
    201 W Capitol Ave, Jefferson City (38.57669, -92.17352)

Latitude comes first unless letters or the format say otherwise. Nothing is guessed: what can be
read in two ways is refused, and where one of them leads to a place the refusal names it
(`NotAPlace.meant`).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from geo.grid import from_usng
from geo.values import METERS_PER_DEGREE, NotAPlace, Position

Notation = Literal["decimal degrees", "degrees and minutes", "degrees, minutes, seconds", "USNG"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A position as it was written; `precision_m` is what its last digit stands for, in meters.

    For degrees that is measured north to south. A grid reference gives the middle of its square.
    """

    position: Position
    precision_m: float
    notation: Notation


@dataclass(frozen=True, slots=True)
class Numbers:
    """Two numbers as they stand for latitude (or y) and longitude (or x); maybe no place.

    `step` is what the last digit of the coarser one stands for, in the unit of the numbers.
    """

    lat: float
    lon: float
    step: float = 0.0


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind` is "number", "letter" (N S E W), "label" (lat, lon) or "comma" (what parts a pair)."""

    kind: str
    text: str
    sign: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Angle:
    """One half of a pair. `axis` is "lat" or "lon" where it says so; `step` is its last digit."""

    degrees: float
    step: float
    parts: int
    axis: str


class _Unreadable(Exception):  # noqa: N818  # never leaves this module
    """The message completes "… is not a position: "."""


_NOTATIONS: tuple[Notation, ...] = (
    "decimal degrees",
    "degrees and minutes",
    "degrees, minutes, seconds",
)

_EXAMPLE = "Write latitude and longitude, for example 38.57669, -92.17352, or a grid reference."

#: Characters that look like one on the keyboard and mean the same.
_SAME = str.maketrans(
    dict.fromkeys("−–—‐‑", "-")
    | dict.fromkeys("º˚∘", "°")
    | dict.fromkeys("’‘′´`ʹ", "'")
    | dict.fromkeys("”“″ʺ", '"')
)

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
#: What machines write, longitude first: well-known text (also with height) and GeoJSON.
_MACHINES = re.compile(
    rf"""(?:SRID=\d+;)?\s*POINT\s*(?:Z|M|ZM)?\s*\(\s*({_NUMBER})\s+({_NUMBER})[\s\d.+-]*\)
    | \{{.*"coordinates"\s*:\s*\[\s*({_NUMBER})\s*,\s*({_NUMBER})[\s\d.,+-]*\].*\}}""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
#: A pair in brackets at the end of an address; a street number in brackets has no decimals.
_AT_THE_END = re.compile(r"\(\s*([+-]?\d+\.\d+)\s*,\s*([+-]?\d+\.\d+)\s*\)\s*$")

_GRID = re.compile(r"\d{1,2}\s*[A-Z]\s*[A-Z]\s*[A-Z][\d\s]*", re.IGNORECASE)
_GRID_WITHOUT_ZONE = re.compile(r"[A-Z]\s*[A-Z]\s*\d[\d\s]*", re.IGNORECASE)
_DMS_BY_LETTER = re.compile(r"(\d)\s*d\s*(\d[\d.]*)\s*m(?:\s*(\d[\d.]*)\s*s)?")
_DECIMAL_COMMAS = re.compile(r"[^.,]*\d,\d+[^.,]*[\s;][^.,]*\d,\d+[^.,]*")
_DASH_IN_ANGLE = re.compile(r"(?<=\d)-(?=\d)")

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<label>lat(?:itude)?|lon(?:g|gitude)?|lng)\b\.?\s*[:=]?
    | (?P<letter>[NSEW])(?![a-z])
    | (?P<comma>[,;/])
    | (?P<sign>[+-])?\s*(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<mark>°|deg\b|'|min\b|"|sec\b)?
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_MARKS = {"deg": "°", "min": "'", "sec": '"'}


def read_position(text: str) -> Reading:
    """Read a position in any of the notations above. Raises NotAPlace, which says what is wrong."""
    plain = _plain(text)
    if _GRID.fullmatch(bare := _bare(plain)):
        square = from_usng(bare)
        return Reading(square.center, square.size_m, "USNG")
    with _said_of(text):
        first, second = _read(plain)
        return Reading(
            position=_pair(first, second),
            precision_m=max(first.step, second.step) * METERS_PER_DEGREE,
            notation=_NOTATIONS[max(first.parts, second.parts) - 1],
        )


def read_numbers(text: str) -> Numbers:
    """Read two numbers that may be no place: swapped, or meters of a projection.

    Every notation above but grid references. Raises NotAPlace for what is no pair of numbers.
    """
    with _said_of(text):
        first, second = _ordered(*_read(_plain(text)))
        return Numbers(first.degrees, second.degrees, max(first.step, second.step))


@contextmanager
def _said_of(text: str) -> Iterator[None]:
    try:
        yield
    except _Unreadable as problem:
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        raise NotAPlace(f'"{shown}" is not a position: {problem} {_EXAMPLE}') from problem


def _plain(text: str) -> str:
    """The text with keyboard characters only."""
    same = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    same = same.replace("''", '"').strip()
    return _DMS_BY_LETTER.sub(_with_marks, same)


def _bare(plain: str) -> str:
    """Without brackets around it."""
    return plain.strip("()[]").strip()


def _with_marks(found: re.Match[str]) -> str:
    degree, minutes, seconds = found.groups()
    return f"{degree}°{minutes}'" + (f'{seconds}"' if seconds else "")


def _read(plain: str) -> tuple[_Angle, _Angle]:
    """The two coordinates in the order they stand in; a machine's say which is which."""
    if found := _MACHINES.fullmatch(plain):
        x, y = (number for number in found.groups() if number)
        return _Angle(float(x), _step(x), 1, "lon"), _Angle(float(y), _step(y), 1, "lat")
    if found := _AT_THE_END.search(plain):
        plain = f"{found[1]}, {found[2]}"
    return _read_degrees(_bare(plain))


def _read_degrees(text: str) -> tuple[_Angle, _Angle]:
    if _GRID_WITHOUT_ZONE.fullmatch(text):
        raise _Unreadable("a grid reference needs its zone, such as 15S, before the square.")
    if _DECIMAL_COMMAS.fullmatch(text):
        text = text.replace(",", ".")
    tokens = list(_tokens(text))
    if any(token.kind == "letter" for token in tokens):
        tokens = list(_tokens(_DASH_IN_ANGLE.sub(" ", text)))
    first, second = (_angle(half) for half in _halves(tokens))
    return first, second


def _step(number: str) -> float:
    """What the last digit of a decimal number stands for."""
    return float(10.0 ** -len(number.partition(".")[2]))


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _Unreadable(f'"{text[at : at + 12].strip()}" does not belong in one.')
        kind = next(kind for kind in ("label", "letter", "comma", "number") if found[kind])
        mark = (found["mark"] or "").lower()
        yield _Token(kind, found[kind], found["sign"] or "", _MARKS.get(mark, mark))
        at = found.end()


def _halves(tokens: Sequence[_Token]) -> tuple[Sequence[_Token], Sequence[_Token]]:
    """Where the second coordinate begins, told by what is surest: words, letters, commas, marks."""
    for second in (_by_labels, _by_letters, _by_comma, _by_marks):
        cut = second(tokens)
        if cut is not None:
            return tokens[:cut], tokens[cut:]
    raise _Unreadable("two coordinates are needed, parted by a comma.")


def _by_labels(tokens: Sequence[_Token]) -> int | None:
    places = [n for n, token in enumerate(tokens) if token.kind == "label"]
    return places[1] if len(places) == 2 and places[0] == 0 else None


def _by_letters(tokens: Sequence[_Token]) -> int | None:
    """Letters stand before both numbers or after both."""
    places = [n for n, token in enumerate(tokens) if token.kind == "letter"]
    if not places:
        return None
    if len(places) != 2:
        raise _Unreadable("either both coordinates need a letter (N, S, E, W) or neither.")
    return places[1] if places[0] == 0 else places[0] + 1


def _by_comma(tokens: Sequence[_Token]) -> int | None:
    places = [n for n, token in enumerate(tokens) if token.kind == "comma"]
    if len(places) > 1:
        raise _Unreadable("it has more than one comma.")
    return places[0] if places else None


def _by_marks(tokens: Sequence[_Token]) -> int | None:
    """Without a comma: at the second degree mark, at a sign, or in the middle of an even count."""
    degrees = [n for n, token in enumerate(tokens) if token.mark == "°"]
    if len(degrees) == 2:
        return degrees[1]
    signs = [n for n, token in enumerate(tokens) if n and token.sign]
    if len(signs) == 1:
        return signs[0]
    # Whole numbers with nothing but spaces between may be anything.
    is_plain = all("." not in token.text and not token.sign for token in tokens)
    return None if is_plain or len(tokens) % 2 else len(tokens) // 2


def _angle(half: Sequence[_Token]) -> _Angle:
    numbers = [token for token in half if token.kind == "number"]
    commas = [n for n, token in enumerate(half) if token.kind == "comma"]
    if not 1 <= len(numbers) <= 3 or any(0 < n < len(half) - 1 for n in commas):
        raise _Unreadable("a coordinate is degrees, degrees and minutes, or with seconds too.")
    _check_parts(numbers)
    degrees = sum(float(number.text) / 60**n for n, number in enumerate(numbers))
    step = _step(numbers[-1].text) / 60 ** (len(numbers) - 1)
    axis, sign = _axis_and_sign(half, numbers[0].sign)
    return _Angle(sign * degrees, step, len(numbers), axis)


def _check_parts(numbers: Sequence[_Token]) -> None:
    for place, number in enumerate(numbers):
        if number.mark not in ("", "°'\""[place]):
            raise _Unreadable(f"{number.text}{number.mark} is out of order.")
        if place and (number.sign or float(number.text) >= 60):
            raise _Unreadable(f"{number.sign}{number.text} is no count of minutes or seconds.")
        if "." in number.text and place < len(numbers) - 1:
            raise _Unreadable(f"{number.text} has decimals, so nothing smaller can follow it.")


def _axis_and_sign(half: Sequence[_Token], sign: str) -> tuple[str, int]:
    letters = [token.text.upper() for token in half if token.kind == "letter"]
    labels = [token.text.lower() for token in half if token.kind == "label"]
    if letters and sign:
        raise _Unreadable(f"it has both a sign and the letter {letters[0]}.")
    axes = {"lat" if letter in "NS" else "lon" for letter in letters}
    axes |= {"lat" if label.startswith("lat") else "lon" for label in labels}
    if len(axes) > 1:
        raise _Unreadable(f"{labels[0]} and {letters[0]} contradict each other.")
    return axes.pop() if axes else "", -1 if sign == "-" or set(letters) & {"S", "W"} else 1


def _ordered(first: _Angle, second: _Angle) -> tuple[_Angle, _Angle]:
    """Latitude first, where the two say which they are."""
    if first.axis == second.axis and first.axis:
        raise _Unreadable("it gives the same coordinate twice.")
    crossed = first.axis == "lon" or second.axis == "lat"
    return (second, first) if crossed else (first, second)


def _pair(first: _Angle, second: _Angle) -> Position:
    """The place of two coordinates. Raises NotAPlace when they are out of range."""
    lat, lon = _ordered(first, second)
    if not first.axis and not second.axis and abs(lat.degrees) > 90 >= abs(lon.degrees):
        meant = Position(lon.degrees, lat.degrees)
        raise NotAPlace(
            f"Latitude comes first. Did you mean {meant.lat:g}, {meant.lon:g}?", meant=meant
        )
    return Position(lat.degrees, lon.degrees)
