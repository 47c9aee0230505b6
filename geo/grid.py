"""The US National Grid (the same letters and figures as MGRS, on WGS 84).

A reference names the south-west corner of a square, so it is truncated and never rounded: rounding
would name the square next door. The mgrs package (NGA's GEOTRANS) writes references. They are read
here: GEOTRANS knows the middle of a square only, and lets a wrong band letter pass.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from mgrs import MGRS
from pyproj import Transformer
from pyproj.exceptions import ProjError

from geo.values import SRID, NotAPlace, Position

_GRID = MGRS()

_REFERENCE = re.compile(
    r"""(?P<zone>[1-9]|0[1-9]|[1-5]\d|60)\s*(?P<band>[C-HJ-NP-X])\s*
    (?P<square>[A-HJ-NP-Z]\s*[A-HJ-NP-V])\s*
    (?P<digits>\d[\d\s]*)""",
    re.VERBOSE,
)

_EXAMPLE = "Write zone, square, easting and northing, for example 15S WC 72042 70394."

#: Most digits of a coordinate: five are a meter.
_MOST = 5

_HUNDRED = 100_000
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"

#: Meters of northing to a degree of latitude, near enough to tell one band from another.
_METERS_NORTH = 110_900


@dataclass(frozen=True, slots=True)
class GridSquare:
    """What a reference names: a square of `size_m` meters. To show it as a point, use `center`."""

    southwest: Position
    center: Position
    size_m: float


def to_usng(position: Position, digits: int = _MOST) -> str:
    """The reference of `position`, such as "15S WC 72042 70394".

    `digits` of each coordinate: 5 are 1 m, 4 are 10 m … 1 is 10 km; ValueError otherwise. Raises
    NotAPlace north of 84° N and south of 80° S, where the grid ends.
    """
    if not 1 <= digits <= _MOST:
        raise ValueError(f"a grid reference has 1 to {_MOST} digits, not {digits}")
    if not -80 <= position.lat <= 84:
        raise NotAPlace("The US National Grid ends at 84 degrees north and 80 degrees south.")
    reference = _GRID.toMGRS(position.lat, position.lon, MGRSPrecision=_MOST)
    zone, square, figures = reference[:-12], reference[-12:-10], reference[-10:]
    easting, northing = figures[:digits], figures[_MOST : _MOST + digits]
    return f"{zone} {square} {easting} {northing}"


def from_usng(text: str) -> GridSquare:
    """The square that `text` names, with or without spaces, in any case; zone and square needed.

    Raises NotAPlace, with a message that says what is missing.
    """
    found = _REFERENCE.fullmatch(text.strip().upper())
    if found is None:
        raise NotAPlace(f'"{text}" is not a US National Grid reference. {_EXAMPLE}')
    groups = found["digits"].split()
    digits = "".join(groups)
    # Where spaces stand, one must stand between easting and northing.
    ends = accumulate(map(len, groups)) if len(groups) > 1 else [len(digits) / 2]
    if len(digits) > 2 * _MOST or len(digits) / 2 not in ends or len(digits) % 2:
        raise NotAPlace(
            f'"{text}" does not give easting and northing with as many digits each, at most 5.'
        )
    square = "".join(found["square"].split())
    return _square(int(found["zone"]), found["band"], square, digits, text)


def _square(zone: int, band: str, square: str, digits: str, text: str) -> GridSquare:
    half = len(digits) // 2
    size = 10 ** (_MOST - half)
    east, north = _hundreds(zone, band, square, text)
    easting = east + int(digits[:half]) * size
    northing = north + int(digits[half:]) * size
    middle = _on_earth(zone, easting + size / 2, northing + size / 2)
    corner = _on_earth(zone, easting, northing)
    if not _is_in_band(middle.lat, band, size):
        raise NotAPlace(f'"{text}" is not a grid reference: {band} and {square} are far apart.')
    return GridSquare(corner, middle, float(size))


def _hundreds(zone: int, band: str, square: str, text: str) -> tuple[int, int]:
    """Easting and northing of a 100 km square in meters; the equator is 0 also for the south.

    Columns repeat every three zones. Rows repeat every 2,000 km, five letters on in even zones;
    the band says which time is meant.
    """
    column = _COLUMNS[(zone - 1) % 3].find(square[0])
    if column < 0:
        raise NotAPlace(f'"{text}" is not a grid reference: zone {zone} has no square {square}.')
    row = (_ROWS.index(square[1]) - (0 if zone % 2 else 5)) % len(_ROWS)
    middle_of_band = (_south_of(band) + 4) * _METERS_NORTH
    turns = round((middle_of_band - row * _HUNDRED) / (len(_ROWS) * _HUNDRED))
    return (column + 1) * _HUNDRED, (row + turns * len(_ROWS)) * _HUNDRED


def _south_of(band: str) -> int:
    """Latitude of a band's southern edge; each is 8 degrees high, X is 12."""
    return _BANDS.index(band) * 8 - 80


def _is_in_band(lat: float, band: str, size: int) -> bool:
    """Whether a square with its middle at `lat` can have a part in the band."""
    reach = size / _METERS_NORTH
    height = 12 if band == "X" else 8
    return _south_of(band) - reach <= lat <= _south_of(band) + height + reach


def _on_earth(zone: int, easting: float, northing: float) -> Position:
    try:
        lon, lat = _from_utm(zone).transform(easting, northing, errcheck=True)
        return Position(lat, lon)
    except ProjError as problem:
        raise NotAPlace(f"{easting:g}, {northing:g} lies outside UTM zone {zone}.") from problem


@cache
def _from_utm(zone: int) -> Transformer:
    """From meters in a northern zone, which may be negative, to longitude and latitude."""
    return Transformer.from_crs(f"EPSG:{32600 + zone}", SRID, always_xy=True)
