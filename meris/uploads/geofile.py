"""GeoJSON: features with properties and a place, and the like that map servers send."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape

from geo.crs import ToDegrees, is_wgs84, to_degrees
from meris.errors import Refused
from meris.uploads.delimited import Coding, decoded, detect_coding
from meris.uploads.json_stream import Damaged, Stream
from meris.uploads.places import Feature, Place, columns_of, point_in, table_of
from meris.uploads.sheet import Sheet
from meris.uploads.workbook import as_text

Json = Any


def is_json(start: bytes) -> bool:
    """Whether a file that begins so is JSON."""
    return start.startswith((b"{", b"[{", b"[ {", b"[\n", b"[\r"))


def open_geojson(content: bytes, name: str) -> Sheet:
    """The table of a GeoJSON file: FeatureCollection, Feature, or a list of plain objects.

    Positions become the columns longitude and latitude, in WGS 84 whatever the file is in. Raises
    `Refused` for other JSON, damaged files and coordinate systems that are not known.
    """
    coding = detect_coding(content, name)
    first = _Reading(content, coding)
    try:
        found = columns_of(lambda: map(_feature, first.features()), name)
    except (Damaged, UnicodeDecodeError) as problem:
        said = str(problem) if isinstance(problem, Damaged) else "its text is damaged"
        raise Refused(f"{name} is not sound GeoJSON: {said}. Export it again, or as CSV.") from None
    turn, notes = _system(first.members, name)

    def features() -> Iterator[Feature]:
        for feature in map(_feature, _Reading(content, coding).features()):
            yield _turned(feature, turn) if turn else feature

    told = (*filter(None, [coding.note()]), *notes)
    return replace(table_of(found, features, name, told), encoding=coding.title)


@dataclass
class _Reading:
    """One way through the file; `members` are the other members of the outermost object."""

    content: bytes
    coding: Coding
    members: dict[str, Json] = field(default_factory=dict)

    def features(self) -> Iterator[dict[str, Json]]:
        """The features as they stand. Raises `Damaged`."""
        stream = Stream(decoded(self.content, self.coding))
        if stream.peek() == "[":
            yield from self._listed(stream)
        else:
            yield from self._collected(stream)
        if stream.peek():
            raise Damaged("something stands after its end")

    def _listed(self, stream: Stream) -> Iterator[dict[str, Json]]:
        for number, item in enumerate(stream.items(), start=1):
            if not isinstance(item, dict):
                raise Damaged(f"feature {number} is not an object")
            yield item

    def _collected(self, stream: Stream) -> Iterator[dict[str, Json]]:
        for member in stream.members():
            if member == "features" and stream.peek() == "[":
                yield from self._listed(stream)
            else:
                self.members[member] = stream.value()
        if self.members.get("type") == "Feature":
            yield self.members


def _system(members: dict[str, Json], name: str) -> tuple[ToDegrees | None, tuple[str, ...]]:
    """What turns the file's coordinates into degrees (None: nothing needs to), and a note."""
    said = _named_system(members)
    if not said or is_wgs84(said):
        return None, ()
    turn = to_degrees(said)
    if turn is None:
        raise Refused(
            f"{name} is in a coordinate system that MERIS does not know ({said[:60]}). Export it "
            "in WGS 84 (longitude and latitude)."
        )
    return turn, (f"The file says its coordinates are in {said}; they were turned into degrees.",)


def _named_system(members: dict[str, Json]) -> str | None:
    """The system's name in a `crs` member (GeoJSON of 2008) or as ArcGIS servers say it."""
    crs, esri = members.get("crs"), members.get("spatialReference")
    if isinstance(crs, dict) and isinstance(crs.get("properties"), dict):
        return str(crs["properties"].get("name") or "") or None
    code = esri.get("latestWkid") or esri.get("wkid") if isinstance(esri, dict) else None
    if code is None:
        return None
    return f"{'EPSG' if isinstance(code, int) and code < 32_768 else 'ESRI'}:{code}"


def _feature(found: dict[str, Json]) -> Feature:
    properties = found.get("properties", found.get("attributes"))
    if "geometry" not in found and properties is None:
        return Feature(_texts(found), None)  # a list of plain objects
    cells = _texts(properties) if isinstance(properties, dict) else {}
    geometry = found.get("geometry")
    place = _place(geometry) if isinstance(geometry, dict) else None
    return Feature(cells, place, _text(found["id"]) if "id" in found else None)


def _texts(properties: dict[str, Json]) -> dict[str, str]:
    return {_sound(name): _text(value) for name, value in properties.items()}


def _text(value: Json) -> str:
    """A property as a cell: lists of words as people write them, other nests as JSON."""
    if isinstance(value, str):
        return _sound(value)
    if value is None:
        return ""
    if isinstance(value, list) and all(not isinstance(item, list | dict) for item in value):
        return "; ".join(_text(item) for item in value)
    if isinstance(value, list | dict):
        return _sound(json.dumps(value, ensure_ascii=False))
    return as_text(value)


def _sound(text: str) -> str:
    """A text without zero characters and halves of letters, which JSON can name and no database
    takes."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _place(geometry: dict[str, Json]) -> Place | None:
    """A point's numbers as they stand, so that wrong ones are told; else a point on the shape."""
    kind: Json = geometry.get("type")
    at: Json = geometry.get("coordinates")
    if kind is None and "x" in geometry and "y" in geometry:
        return Place(_text(geometry["x"]), _text(geometry["y"]))
    if kind == "MultiPoint" and isinstance(at, list) and len(at) == 1:
        kind, at = "Point", at[0]
    if kind == "Point":
        return _point(at)
    try:
        return point_in(shape(geometry))
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None


def _point(at: Json) -> Place | None:
    if not isinstance(at, list) or len(at) < 2:
        return None
    if any(isinstance(number, list | dict) for number in at[:2]):
        return None
    return Place(_text(at[0]), _text(at[1]))


def _turned(feature: Feature, turn: ToDegrees) -> Feature:
    """The feature in degrees; numbers that are none or lie outside stay, to be told."""
    place = feature.place
    if place is None:
        return feature
    try:
        lon, lat = turn(float(place.longitude), float(place.latitude))
    except ValueError:
        return feature
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return feature
    return feature._replace(place=place._replace(longitude=repr(lon), latitude=repr(lat)))
