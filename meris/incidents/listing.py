"""All incidents, open and closed: a page at a time, found by words; and those like a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.queries import meters_to, within_meters
from geo.values import Position
from meris import fields
from meris.accounts import Viewer
from meris.errors import Invalid
from meris.incidents.types import type_of
from meris.resources.search import escaped
from meris.tables import Assignment, County, Incident, IncidentType, Resource
from meris.units import in_force

MOST = 200
_NEAR_M, _RECENT = 500, timedelta(hours=3)
_MOST_SIMILAR = 10


@dataclass(frozen=True)
class Asked:
    """Which incidents: `status` is open, closed, all or one status; `county` FIPS or name;
    `before` the id that the page before ended with."""

    status: str = "open"
    q: str = ""
    county: str = ""
    type: str = ""
    before: int | None = None
    limit: int = 50


def listed(session: Session, viewer: Viewer, asked: Asked) -> dict[str, Any]:
    """A page of incidents, the newest first: `incidents`, and `next` (`before` of the next page).

    Nothing is counted: that would cost more than the page.
    """
    most = min(max(asked.limit, 1), MOST)
    statement = _query(viewer).where(*_conditions(session, asked))
    if asked.before is not None:
        statement = statement.where(Incident.id < asked.before)
    rows = session.execute(statement.order_by(Incident.id.desc()).limit(most + 1)).all()
    page = [_line(row) for row in rows[:most]]
    return {"incidents": page, "next": page[-1]["id"] if len(rows) > most else None}


def similar(
    session: Session, viewer: Viewer, position: Position, type_code: str | None = None
) -> list[dict[str, Any]]:
    """Open incidents of the last three hours within 500 m: reported already? Same type first.

    One that is only roughly placed counts where it is of the same type: every address of a town
    that no geocoder knows is placed in the town's middle.
    """
    distance = meters_to(Incident.position, position).label("distance_m")
    rough = func.coalesce(Incident.position_radius_m, 0) > _NEAR_M
    statement = (
        _query(viewer)
        .add_columns(distance)
        .where(
            Incident.status != "closed",
            Incident.reported_at > datetime.now(UTC) - _RECENT,
            within_meters(Incident.position, position, _NEAR_M),
            or_(~rough, Incident.type == type_code),
        )
        .order_by((Incident.type == type_code).desc(), distance, Incident.id)
        .limit(_MOST_SIMILAR)
    )
    return [
        _line(row) | {"distance_m": round(row.distance_m)} for row in session.execute(statement)
    ]


def _query(viewer: Viewer) -> Select[Any]:
    units = (
        select(func.count())
        .select_from(Assignment)
        .join(Resource, Resource.id == Assignment.resource_id)
        .where(
            Assignment.incident_id == Incident.id,
            in_force(),
            ~Assignment.booked,
            viewer.policy.condition(),
        )
        .scalar_subquery()
    )
    return (
        select(Incident, IncidentType.title, County.full_name, units.label("units"))
        .join(IncidentType, IncidentType.code == Incident.type)
        .outerjoin(County, County.fips == Incident.county_fips)
        .where(viewer.policy.incidents())
    )


def _line(row: Any) -> dict[str, Any]:
    incident: Incident = row.Incident
    position = position_of(incident.position)
    return {
        "id": incident.id,
        "number": incident.number,
        "type": incident.type,
        "type_title": row.title,
        "priority": incident.priority,
        "title": incident.title,
        "status": incident.status,
        "status_at": incident.status_at.isoformat(),
        "place": incident.place,
        "county": row.full_name,
        "jurisdiction": incident.jurisdiction,
        "lat": round(position.lat, 5) if position else None,
        "lon": round(position.lon, 5) if position else None,
        "radius_m": incident.position_radius_m,
        "parent": incident.parent_id,
        "reported_at": incident.reported_at.isoformat(),
        "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
        "close_reason": incident.close_reason,
        "units": row.units,
    }


def _conditions(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    found = [_of_status(asked.status), *map(_holds, asked.q.split()[:8])]
    if asked.county.strip():
        words = asked.county.strip()
        found.append(or_(Incident.county_fips == words, _named(words)))
    if asked.type.strip():
        found.append(Incident.type == type_of(session, asked.type).code)
    return found


def _of_status(status: str) -> ColumnElement[bool]:
    if status in ("", "open"):
        return Incident.status != "closed"
    if status == "all":
        return Incident.id.is_not(None)
    if status not in fields.INCIDENT_STATUS:
        offered = ", ".join(("open", "all", *fields.INCIDENT_STATUS.by_code))
        raise Invalid(f"{status[:40]!r} is not a status of incidents. Use one of: {offered}.")
    return Incident.status == status


def _named(words: str) -> ColumnElement[bool]:
    name = words.lower().removesuffix(" county")
    return or_(func.lower(County.name) == name, func.lower(County.full_name) == words.lower())


def _holds(word: str) -> ColumnElement[bool]:
    """Incidents that hold a word in their number, title, place or jurisdiction."""
    like = f"%{escaped(word[:60])}%"
    columns: Sequence[Any] = (
        Incident.number,
        Incident.title,
        Incident.place,
        Incident.jurisdiction,
        County.full_name,
        IncidentType.title,
    )
    return or_(*(column.ilike(like, escape="\\") for column in columns))
