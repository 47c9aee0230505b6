"""What somebody typed into the form of an incident, read field by field."""

from collections.abc import Mapping
from typing import Any

from geo.values import NotAPlace, Position
from meris.errors import Invalid
from meris.fields import INCIDENT_BY_NAME, Home

Problem = dict[str, Any]

#: Read together, as one place.
PLACE_FIELDS = frozenset({"place", "latitude", "longitude", "lat", "lon", "resource_id", "area_id"})
#: Read by rules of their own: the types are data, a parent is another incident.
_ELSEWHERE = frozenset({"type", "parent_id"})
#: An incident always has these.
_NEVER_EMPTY = frozenset({"priority", "title", "sensitivity", "reported_at"})


def read_values(given: Mapping[str, Any], home: Home, *, most: frozenset[str]) -> dict[str, Any]:
    """Columns and values of the fields given, but for place, type and parent.

    Raises `Invalid` with every problem ([{field, value, message}]).
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, raw in given.items():
        if name in PLACE_FIELDS or name in _ELSEWHERE:
            continue
        if name not in most or name not in INCIDENT_BY_NAME:
            problems.append(_problem(name, raw, f"An incident has no field {name!r} to set."))
            continue
        _read_one(name, raw, home, values, problems)
    if problems:
        raise Invalid(problems[0]["message"], problems=problems)
    return values


def _read_one(
    name: str, raw: Any, home: Home, values: dict[str, Any], problems: list[Problem]
) -> None:
    field = INCIDENT_BY_NAME[name]
    try:
        value = field.rule.read(raw, home)
    except Invalid as refusal:
        problems.append(_problem(name, refusal.details.get("value"), refusal.message))
        return
    if value is None and name in _NEVER_EMPTY:
        problems.append(_problem(name, raw, f"{field.title} is empty. Fill it in."))
        return
    values[name] = int(value) if name == "priority" else value


def position_of(given: Mapping[str, Any]) -> Position | None:
    """The two numbers of a click; None where there are none. Raises `Invalid`."""
    lat = given.get("latitude", given.get("lat"))
    lon = given.get("longitude", given.get("lon"))
    if lat in (None, "") and lon in (None, ""):
        return None
    try:
        if lat in (None, "") or lon in (None, ""):
            raise NotAPlace("A place needs both a latitude and a longitude.")
        north = INCIDENT_BY_NAME["latitude"].rule.read(lat)
        east = INCIDENT_BY_NAME["longitude"].rule.read(lon)
        if north is None or east is None:
            raise NotAPlace("A place needs both a latitude and a longitude.")
        return Position(north, east)
    except (NotAPlace, Invalid) as refusal:
        message = str(refusal)
        problem = _problem("place", f"{lat}, {lon}"[:80], message)
        raise Invalid(message, problems=[problem]) from refusal


def number_of(given: object, field: str) -> int | None:
    """The id of another row; None for nothing. Raises `Invalid`."""
    if given in (None, ""):
        return None
    text = str(given)
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal() and len(text) < 19):
        message = f"{text[:40]!r} is not an id. Send a whole number."
        raise Invalid(message, problems=[_problem(field, text[:40], message)])
    return int(text)


def key_of(given: object) -> str | None:
    """The key by which sending twice makes one. Raises `Invalid`."""
    if given in (None, ""):
        return None
    if not isinstance(given, str) or len(given) > 64 or not given.isprintable():
        raise Invalid('"key" is text of at most 64 characters, made anew for each thing sent.')
    return given


def _problem(field: str, value: Any, message: str) -> Problem:
    return {"field": field, "value": value, "message": message}
