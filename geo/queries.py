"""The questions asked of places, as SQL expressions that an index answers.

The question is put in the column's terms and never the column in the question's: a function around
a column hides it from its index. Distances are the one exception, because only `geography` knows
meters; a column that is asked for them carries a `geography_index` as well.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from geoalchemy2.elements import WKBElement
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Double,
    Index,
    Select,
    Text,
    cast,
    column,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute

from geo.values import SRID, Bounds, Position

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def inside(column: Column, bounds: Bounds) -> ColumnElement[bool]:
    """Rows whose geometry has a point in `bounds` or on its edge."""
    box = func.ST_MakeEnvelope(bounds.west, bounds.south, bounds.east, bounds.north, SRID)
    return func.ST_Intersects(column, box, type_=Boolean)


def touching(column: Column, geometry: BaseGeometry | Column) -> ColumnElement[bool]:
    """Rows whose geometry shares a point with `geometry` (WGS 84), which may be a column too."""
    other = _constant(geometry) if isinstance(geometry, BaseGeometry) else geometry
    return func.ST_Intersects(column, other, type_=Boolean)


def near(column: Column, position: Position | ColumnElement[Any]) -> ColumnElement[float]:
    """Order by this to get the nearest rows first; it is the distance in meters, on a sphere.

    With a LIMIT and a `geography_index` the database walks the index instead of sorting the table.
    A statement that is kept takes the position as a `spot`.
    """
    return func.geography(column).op("<->", return_type=Double())(_as_spot(position))


def spot(lat: ColumnElement[float], lon: ColumnElement[float]) -> ColumnElement[Any]:
    """A place that a statement is told when it is sent, for `near`; in degrees, WGS 84."""
    return func.geography(func.ST_SetSRID(func.ST_MakePoint(lon, lat), SRID))


def meters_to(column: Column, position: Position) -> ColumnElement[float]:
    """Distance of a row from `position` in meters, on the WGS 84 ellipsoid."""
    return func.ST_Distance(func.geography(column), _geography(position), type_=Double)


def within_meters(
    column: Column, position: Position | ColumnElement[Any], meters: float | ColumnElement[float]
) -> ColumnElement[bool]:
    """Rows at most `meters` away from `position`; answered from a `geography_index`. A statement
    that is kept takes the position as a `spot`."""
    return func.ST_DWithin(func.geography(column), _as_spot(position), meters, type_=Boolean)


def geography_index(name: str, column: str, *first: str, where: str | None = None) -> Index:
    """The index that `near` and `within_meters` need, for the `__table_args__` of a table.

    `first` are columns asked for by their value; then the walk meets no other rows.
    """
    condition = None if where is None else text(where)
    parts: tuple[Any, ...] = (*first, text(f"geography({column})"))
    return Index(name, *parts, postgresql_using="gist", postgresql_where=condition)


def _as_spot(position: Position | ColumnElement[Any]) -> ColumnElement[Any]:
    return _geography(position) if isinstance(position, Position) else position


def _geography(position: Position) -> ColumnElement[Any]:
    return spot(literal(position.lat), literal(position.lon))


def _constant(geometry: BaseGeometry) -> WKBElement:
    wkb = shapely.to_wkb(shapely.set_srid(geometry, SRID), include_srid=True)
    return WKBElement(wkb, srid=SRID, extended=True)


def each(marked: Sequence[tuple[BaseGeometry, bool]]) -> Select[Any]:
    """A row for each geometry: `piece`, and `mark` as it was given beside it."""
    geometries = shapely.set_srid(np.array([geometry for geometry, _ in marked], object), SRID)
    hexes = shapely.to_wkb(geometries, hex=True, include_srid=True).tolist()
    marks = [mark for _, mark in marked]
    lists = func.unnest(cast(hexes, ARRAY(Text)), cast(marks, ARRAY(Boolean)))
    columns = column("hex", Text), column("mark", Boolean)
    given = lists.table_valued(*columns, name="given").render_derived()
    piece = func.ST_GeomFromEWKB(func.decode(given.c.hex, "hex"))
    return select(piece.label("piece"), given.c.mark)
