"""What a row says of its position, before anybody asks whether that is a place in the state."""

from typing import Any, Literal, NamedTuple

from geo.grid import from_usng
from meris.fields import APPROXIMATE_SOURCES
from meris.fields.record import UNPLACED

Values = dict[str, Any]

#: Fields that only say where a row is; its position takes their place.
POSITION_FIELDS = (
    "latitude",
    "longitude",
    "coordinates",
    "northing",
    "easting",
    "usng",
    "county",
    "position_source",
    "position_radius_m",
)
#: Fields that tell whether and in which county a row is to be looked for.
SURVEYED = frozenset({*POSITION_FIELDS, "county_fips", "state"})

# A grid reference this coarse is drawn as an area.
_COARSE_SQUARE_M = 1_000

#: Why two numbers are no position: zeros or twice the same; or the one that is lacking.
Fault = Literal["zero", "latitude", "longitude"]


class Given(NamedTuple):
    """Two numbers for latitude (or y) and longitude (or x), maybe no place in the state.

    `field` is what to speak of in messages: latitude, coordinates, northing or usng.
    """

    lat: float
    lon: float
    field: str
    source: str = "reported"
    radius_m: int | None = None


def given(values: Values) -> tuple[Given | None, Fault | None]:
    """The position a row states and what is wrong with its latitude and longitude.

    Degrees come first, then one cell with both, a grid reference, X and Y: an export may carry
    several, of which the first may be empty or zero.
    """
    lat, lon = values.get("latitude"), values.get("longitude")
    found = _pair(lat, lon, "latitude")
    if found is not None:
        return _as_recorded(found, values), None
    found = (
        _one_cell(values)
        or _grid(values)
        or _pair(values.get("northing"), values.get("easting"), "northing")
    )
    return (found and _as_recorded(found, values)), _fault(values, lat, lon)


def _pair(lat: float | None, lon: float | None, name: str) -> Given | None:
    if lat is None or lon is None or _nowhere(lat, lon):
        return None
    return Given(lat, lon, name)


def _fault(values: Values, lat: float | None, lon: float | None) -> Fault | None:
    if lat is not None and lon is not None:
        return "zero"
    # a lone zero says as little as an empty cell, and a file without the column never says more
    if not (lat or lon) or "latitude" not in values or "longitude" not in values:
        return None
    return "latitude" if lat is None else "longitude"


def _nowhere(lat: float, lon: float) -> bool:
    return lat == lon or lat == 0 or lon == 0


def _one_cell(values: Values) -> Given | None:
    numbers = values.get("coordinates")
    if numbers is None or _nowhere(numbers.lat, numbers.lon):
        return None
    return Given(numbers.lat, numbers.lon, "coordinates")


def _grid(values: Values) -> Given | None:
    """The middle of a grid square; a coarse square gets its half diagonal as a radius."""
    if values.get("usng") is None:
        return None
    square = from_usng(values["usng"])
    radius = round(square.size_m * 0.7072) if square.size_m >= _COARSE_SQUARE_M else None
    return Given(square.center.lat, square.center.lon, "usng", "usng", radius)


def _as_recorded(found: Given, values: Values) -> Given:
    """A file that came from MERIS says how each place was known; it stays as rough as it was."""
    source, radius = values.get("position_source"), values.get("position_radius_m")
    if source is None and radius is None:
        return found
    if source in (None, UNPLACED):
        source = found.source
    if radius is None and source in APPROXIMATE_SOURCES:
        return found
    return found._replace(source=source, radius_m=found.radius_m if radius is None else radius)
