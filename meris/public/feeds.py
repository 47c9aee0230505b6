"""The open shelters for programs: CSV and GeoJSON, the same facts that the page tells."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from geo.geojson import MEDIA_TYPE, feature, feature_collection
from meris.fields.guard import guarded
from meris.public.open_shelters import OpenShelter

__all__ = ["MEDIA_TYPE", "as_csv", "as_geojson"]

_PLACE = ("latitude", "longitude")


def as_csv(shelters: Iterable[OpenShelter]) -> bytes:
    """RFC 4180, UTF-8 with the mark that Excel needs; no text can pass for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*_FACTS, *_PLACE))
    for one in shelters:
        at = one.position
        place = (round(at.lat, 6), round(at.lon, 6)) if at else ("", "")
        writer.writerow((*map(_cell, facts(one).values()), *place))
    return text.getvalue().encode("utf-8-sig")


def as_geojson(shelters: Iterable[OpenShelter], as_of: datetime) -> bytes:
    """RFC 7946, a feature a line; `as_of` is when this was read, to the minute."""
    features = (feature(one.position, facts(one), identity=one.id) for one in shelters)
    whole = feature_collection([], as_of=_iso(as_of.replace(second=0, microsecond=0)))
    head = json.dumps(whole, ensure_ascii=False).removesuffix("]}")
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
    return f"{head}\n{lines}\n]}}\n".encode()


def facts(one: OpenShelter) -> dict[str, Any]:
    """What is told of a shelter but for its place; None is unknown."""
    return {name: get(one) for name, get in _FACTS.items()}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


_FACTS: dict[str, Callable[[OpenShelter], Any]] = {
    "id": attrgetter("id"),
    "name": attrgetter("name"),
    "status": attrgetter("status"),
    "space": attrgetter("room.code"),
    "shelter_type": attrgetter("type"),
    "address": attrgetter("street"),
    "city": attrgetter("city"),
    "zip": attrgetter("zip"),
    "county": attrgetter("county"),
    "county_fips": attrgetter("county_fips"),
    "usng": attrgetter("usng"),
    "place_within_m": attrgetter("within_m"),
    "pets": attrgetter("pets"),
    "wheelchair_accessible": attrgetter("wheelchair"),
    "backup_power": attrgetter("power"),
    "hours": attrgetter("hours"),
    "confirmed_at": lambda one: _iso(one.confirmed_at),
    "counted_at": lambda one: _iso(one.counted_at),
    "stale": attrgetter("stale"),
}


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guarded(value) if isinstance(value, str) else value
