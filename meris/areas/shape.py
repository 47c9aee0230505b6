"""The shape of an area, from whatever it is given as: GeoJSON, counties, a circle, pasted text."""

from collections.abc import Mapping
from typing import Any

from shapely.geometry import MultiPolygon

from geo import shapes
from geo.geojson import geometry
from geo.notation import read_position
from geo.shapes import NotAShape
from geo.values import NotAPlace, Position
from meris.errors import Invalid
from meris.fields import Home

#: The members that say a shape; an area has exactly one of them.
MEMBERS = ("geometry", "counties", "circle", "text")

# A tornado does not stop at the state line, and neither does an evacuation.
_MARGIN_DEGREES = 1.5
_MOST_COUNTIES = 200
_LONGEST_TEXT = 400_000


def read(facts: Mapping[str, Any], home: Home) -> MultiPolygon:
    """The shape that `facts` say by one of `MEMBERS`.

    `geometry` GeoJSON, also as a Feature; `counties` names or FIPS codes; `circle` an object of
    `radius_km` and `lat` and `lon` or a `place` in words, coordinates or USNG; `text` corners line
    by line, or GeoJSON. `allow_elsewhere` takes what lies far from the state. Raises `Invalid`,
    with `at` (lon, lat) and `meant` (GeoJSON) where they can be told.
    """
    given = [name for name in MEMBERS if facts.get(name) is not None]
    if len(given) != 1:
        raise _refuse("geometry", f"Say the shape by one of {', '.join(MEMBERS)}.")
    try:
        area = _READERS[given[0]](facts[given[0]], home)
        if facts.get("allow_elsewhere") is not True:
            _check_where(area, home)
    except NotAShape as problem:
        raise _refuse(given[0], str(problem), at=problem.at, meant=problem.meant) from problem
    except NotAPlace as problem:
        raise _refuse(given[0], str(problem)) from problem
    return area


def _read_text(given: Any, _home: Home) -> MultiPolygon:
    if not isinstance(given, str) or len(given) > _LONGEST_TEXT:
        raise NotAShape(f"The text must be a text of at most {_LONGEST_TEXT:,} characters.")
    return shapes.from_text(given)


def _read_counties(given: Any, home: Home) -> MultiPolygon:
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_COUNTIES:
        raise NotAShape("Name the counties in a list, such as [Boone, Callaway].")
    return shapes.union(_county(str(name)[:100], home) for name in given)


def _county(name: str, home: Home) -> Any:
    match = home.gazetteer.county_named(name)
    if match is None:
        raise NotAShape(f'"{name}" is not a county of {home.name}.')
    return match.county.geometry


def _read_circle(given: Any, home: Home) -> MultiPolygon:
    members: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    radius = members.get("radius_km")
    if isinstance(radius, bool) or not isinstance(radius, int | float):
        raise NotAShape("A circle needs radius_km, a number of kilometers.")
    return shapes.circle(_center(members, home), float(radius) * 1000)


def _center(members: Mapping[str, Any], home: Home) -> Position:
    place = members.get("place")
    if place not in (None, ""):
        return _place(str(place)[:200], home)
    lat, lon = members.get("lat"), members.get("lon")
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in (lat, lon)):
        raise NotAShape("A circle needs its middle: lat and lon, or a place.")
    return Position(lat, lon)  # type: ignore[arg-type]  # numbers, as just seen


def _place(words: str, home: Home) -> Position:
    """A position in any notation, or the one town, ZIP code or county of that name."""
    try:
        return read_position(words).position
    except NotAPlace:
        found = home.gazetteer.search(words, limit=1)
    if not found:
        raise NotAShape(
            f'There is no place "{words}". Write a town, ZIP code, coordinates or USNG.'
        )
    return found[0].position


_READERS = {
    "geometry": lambda given, _home: shapes.from_geojson(given),
    "counties": _read_counties,
    "circle": _read_circle,
    "text": _read_text,
}


def _check_where(area: MultiPolygon, home: Home) -> None:
    """Raise NotAShape for what reaches far out of the state: mostly a slip of a digit."""
    corner = shapes.outside(area, home.bounds.expanded(_MARGIN_DEGREES))
    if corner is not None:
        raise NotAShape(
            f"{corner.lat:.4f}, {corner.lon:.4f} is far from {home.name}."
            " Correct it, or say that it is meant.",
            at=corner,
        )


def _refuse(
    name: str, message: str, *, at: Position | None = None, meant: MultiPolygon | None = None
) -> Invalid:
    details: dict[str, Any] = {"problems": [{"field": name, "value": None, "message": message}]}
    if at is not None:
        details["at"] = [at.lon, at.lat]
    if meant is not None:
        details["meant"] = geometry(meant)
    return Invalid(message, **details)
