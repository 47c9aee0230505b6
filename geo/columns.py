"""How places are stored: column types, and the way of a position into and out of a row."""

import struct
from typing import Any

import shapely
from geoalchemy2 import Geometry
from geoalchemy2.elements import WKBElement
from shapely.geometry import MultiPolygon, Polygon

from geo.values import SRID, Position

#: Bits that PostGIS adds to the type of a WKB geometry (EWKB).
_HAS_SRID = 0x20000000
_TYPE = 0x0FFFFFFF
_POINT = 1


def point_column(**options: Any) -> Geometry:
    """Type of a column that holds one position; `options` go to geoalchemy2's Geometry."""
    return Geometry("POINT", srid=SRID, **options)


def multipolygon_column(**options: Any) -> Geometry:
    """Type of a column that holds an area; `options` go to geoalchemy2's Geometry."""
    return Geometry("MULTIPOLYGON", srid=SRID, **options)


def as_wkb(position: Position) -> WKBElement:
    """`position` as a column of `point_column` takes it."""
    point = struct.pack("<BIIdd", 1, _POINT | _HAS_SRID, SRID, position.lon, position.lat)
    return WKBElement(point, srid=SRID, extended=True)


def boundary_as_wkb(area: Polygon | MultiPolygon) -> WKBElement:
    """`area` as a column of `multipolygon_column` takes it."""
    many = area if isinstance(area, MultiPolygon) else MultiPolygon([area])
    wkb = shapely.to_wkb(shapely.set_srid(many, SRID), include_srid=True)
    return WKBElement(wkb, srid=SRID, extended=True)


def position_of(value: WKBElement | bytes | str | None) -> Position | None:
    """The position in a row's value (WKB or EWKB, raw or hexadecimal); None for NULL.

    Raises ValueError when the value is a geometry other than a point: that is a wrong column, not
    a wrong place.
    """
    if value is None:
        return None
    raw = value.data if isinstance(value, WKBElement) else value
    return _decode_point(bytes.fromhex(raw) if isinstance(raw, str) else bytes(raw))


def _decode_point(wkb: bytes) -> Position:
    order = "<" if wkb[0] == 1 else ">"
    (kind,) = struct.unpack_from(f"{order}I", wkb, 1)
    if kind & _TYPE != _POINT:
        raise ValueError(f"geometry type {kind & _TYPE} in a column of points")
    lon, lat = struct.unpack_from(f"{order}dd", wkb, 9 if kind & _HAS_SRID else 5)
    return Position(lat, lon)


def boundary_of(value: WKBElement) -> MultiPolygon:
    """The area in a row's value of a `multipolygon_column`."""
    return area_of_wkb(bytes(value.data))


def area_of_wkb(wkb: bytes) -> MultiPolygon:
    """The area that a WKB or EWKB holds; ValueError when that is something else."""
    area = shapely.from_wkb(wkb)
    if not isinstance(area, MultiPolygon):
        raise ValueError(f"a {area.geom_type} in a column of areas")
    return area
