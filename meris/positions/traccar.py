"""What Traccar's own client and OsmAnd send (traccar.org/osmand): a query, a form, or JSON.

The device's token comes in the message itself. Cells, wireless networks and whatever else a client
adds are not looked at.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from meris.positions.fix import Fix, course, number

SOURCE = "traccar"
_KNOT_MPS = 0.514444
#: A number from here on counts milliseconds.
_MILLISECONDS_FROM = 2**31
_MOST_FIELDS = 200


class Said(NamedTuple):
    """Who speaks, by the token, and where it is; a sign of life has no position."""

    token: str | None
    fix: Fix | None


def from_query(query: str, now: float) -> Said:
    """A query string or the body of a form; `now` stands in for a time that is not told."""
    try:
        told = dict(parse_qsl(query, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return Said(None, None)
    return Said(told.get("id") or told.get("deviceid"), _from_fields(told, now))


def _from_fields(told: Mapping[str, str], now: float) -> Fix | None:
    lat, lon = number(told.get("lat")), number(told.get("lon"))
    if "location" in told:
        lat, lon = _pair(told["location"])
    at = _moment(told["timestamp"]) if told.get("timestamp") else now
    if at is None or lat is None or lon is None or told.get("valid") in ("0", "false"):
        return None
    speed = number(told.get("speed"), least=0.0)
    return Fix(
        at,
        lat,
        lon,
        accuracy_m=number(told.get("accuracy") or told.get("hacc"), least=0.001),
        speed_mps=None if speed is None else speed * _KNOT_MPS,
        course_deg=course(told.get("bearing") or told.get("heading")),
        altitude_m=number(told.get("altitude")),
    )


def _pair(said: str) -> tuple[float | None, float | None]:
    lat, _, lon = said.partition(",")
    return number(lat), number(lon)


def from_json(body: bytes, now: float) -> Said:
    """The body that clients from version 9 on send."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return Said(None, None)
    if not isinstance(said, dict):
        return Said(None, None)
    token = said.get("device_id")
    return Said(token if isinstance(token, str) else None, _from_location(said, now))


def _from_location(said: dict[str, Any], now: float) -> Fix | None:
    location = said.get("location")
    coords = location.get("coords") if isinstance(location, dict) else None
    if not isinstance(location, dict) or not isinstance(coords, dict):
        return None
    told = location.get("timestamp")
    at = now if told is None else _moment(str(told))
    lat, lon = number(coords.get("latitude")), number(coords.get("longitude"))
    if at is None or lat is None or lon is None:
        return None
    return Fix(
        at,
        lat,
        lon,
        accuracy_m=number(coords.get("accuracy"), least=0.001),
        speed_mps=number(coords.get("speed"), least=0.0),
        course_deg=course(coords.get("heading")),
        altitude_m=number(coords.get("altitude")),
    )


def _moment(said: str) -> float | None:
    """Seconds or milliseconds since 1970, ISO 8601, or date and time in UTC."""
    counted = number(said)
    if counted is not None:
        return counted / 1000 if counted >= _MILLISECONDS_FROM else counted
    try:
        moment = datetime.fromisoformat(said.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
