"""What is inside and near as a CSV file: for a briefing, a spreadsheet, a neighbor."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from geo.columns import boundary_of
from meris import fields
from meris.accounts import Viewer
from meris.areas.found import found
from meris.areas.inside import check, in_order
from meris.areas.read import find
from meris.dangers import place
from meris.distances import MILES, Distances
from meris.fields.guard import guarded
from meris.shelters import capacity, places_free
from meris.tables import Agency, Area, County, Resource, Shelter, UnitPosition

_BATCH = 2_000
_COLUMNS = (
    "where",
    "meris_id",
    "kind",
    "name",
    "type",
    "status",
    "city",
    "county",
    "agency",
    "latitude",
    "longitude",
    "placed_by_device",
    "capacity_in_use",
    "people",
    "places_free",
    "confirmed_at",
)


def write(
    session: Session,
    viewer: Viewer,
    area_id: int,
    near_km: float,
    out: BinaryIO,
    distances: Distances = MILES,
) -> Area:
    """Write a row for each resource that the viewer may see; the area it was.

    Unknown numbers are empty cells. Call inside `reading`. Raises `NotFound`, `Invalid`.
    """
    check(near_km)
    area = find(session, viewer.policy, area_id)
    statement = _query(found(viewer.policy, boundary_of(area.shape), near_km * 1000))
    rows = session.execute(statement.execution_options(yield_per=_BATCH))
    near = f"within {distances.chosen(near_km * 1000)}"
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in _told(row, near)])
    text.detach()  # flushes, and leaves the file open
    return area


def _query(inside: Select[Any]) -> Select[Any]:
    rows = inside.cte("found")
    return (
        select(
            rows.c.near,
            rows.c.live,
            Resource,
            County.full_name.label("county"),
            Agency.name.label("agency"),
            func.ST_Y(place()).label("lat"),
            func.ST_X(place()).label("lon"),
            capacity().label("capacity"),
            Shelter.population_total.label("people"),
            places_free().label("free"),
        )
        .join(Resource, Resource.id == rows.c.id)
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .outerjoin(Shelter, Shelter.resource_id == Resource.id)
        .order_by(*in_order(rows))
    )


def _told(row: Row[Any], near: str) -> Iterator[Any]:
    resource: Resource = row.Resource
    yield near if row.near else "inside"
    yield resource.id
    yield resource.kind
    yield resource.name
    yield resource.type
    yield fields.statuses(resource.kind)[resource.status].title
    yield resource.city
    yield row.county
    yield row.agency
    yield round(row.lat, 6)
    yield round(row.lon, 6)
    yield "yes" if row.live else "no"
    yield row.capacity
    yield row.people
    yield row.free
    yield resource.confirmed_at.isoformat() if resource.confirmed_at else None


def _cell(value: Any) -> Any:
    """Numbers as they are; a text cannot pass for a formula (ADR 0009)."""
    if value is None or isinstance(value, int | float | Decimal):
        return value
    return guarded(str(value))
