"""Makers of rows for tests: each takes a session, fills in the rest, and returns the id."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from shapely.geometry import Polygon
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.columns import as_wkb, boundary_as_wkb
from geo.values import Position
from meris.tables import (
    Agency,
    Area,
    Assignment,
    BedHold,
    Duty,
    Incident,
    IncidentLog,
    IncidentNeed,
    Resource,
    Shelter,
    StockLine,
    SupplySite,
    Unit,
    UnitPosition,
)

COLUMBIA = Position(38.95171, -92.33407)
SPRINGFIELD = Position(37.20896, -93.29230)
_number = count(1)


def agency(session: Session, name: str = "Boone County OEM", **values: Any) -> int:
    """The agency of that name, made when it is not there."""
    known = session.scalar(select(Agency.id).where(Agency.name == name))
    if known is not None:
        return known
    row = {"name": name, "kind": "county", **values}
    return session.scalars(insert(Agency).values(row).returning(Agency.id)).one()


def _resource(
    session: Session, kind: str, position: Position | None, values: dict[str, Any]
) -> int:
    row = {
        "kind": kind,
        "agency_id": values.pop("agency_id", None) or agency(session),
        "name": f"{kind} {next(_number)}",
        "confirmed_at": datetime.now(UTC),
        "county_fips": "29019",
        "sensitivity": "restricted",
        **values,
    }
    if position is not None:
        row |= {"position": as_wkb(position), "position_source": "reported"}
    return session.scalars(insert(Resource).values(row).returning(Resource.id)).one()


def shelter(session: Session, *, at: Position | None = COLUMBIA, **values: Any) -> int:
    """A shelter, open unless said otherwise; fields of both tables may be given."""
    part = {name: values.pop(name) for name in list(values) if name in Shelter.__table__.columns}
    values = {"status": "open", "type": "evacuation", **values}
    resource_id = _resource(session, "shelter", at, values)
    session.execute(insert(Shelter).values(resource_id=resource_id, **part))
    return resource_id


def supply_site(session: Session, *, at: Position | None = COLUMBIA, **values: Any) -> int:
    """A supply site without stock; fields of both tables may be given."""
    part = {name: values.pop(name) for name in list(values) if name in SupplySite.__table__.columns}
    values = {"status": "open", "type": "supply_cache", **values}
    resource_id = _resource(session, "supply_site", at, values)
    session.execute(insert(SupplySite).values(resource_id=resource_id, **part))
    return resource_id


def stock(session: Session, resource_id: int, item_name: str = "Cot", **values: Any) -> int:
    """A stock line at a supply site."""
    row = {
        "resource_id": resource_id,
        "item_name": item_name,
        "quantity_on_hand": 40,
        "unit_of_issue": "EA",
        **values,
    }
    return session.scalars(insert(StockLine).values(row).returning(StockLine.id)).one()


def unit(session: Session, *, at: Position | None = COLUMBIA, **values: Any) -> int:
    """A unit at its base, available."""
    part = {name: values.pop(name) for name in list(values) if name in Unit.__table__.columns}
    values = {"status": "available", "type": "engine", **values}
    resource_id = _resource(session, "unit", at, values)
    session.execute(insert(Unit).values(resource_id=resource_id, **part))
    return resource_id


def fix(session: Session, resource_id: int, at: Position, when: datetime | None = None) -> None:
    """The newest position of a unit, as a device reported it."""
    session.execute(
        insert(UnitPosition).values(
            resource_id=resource_id,
            position=as_wkb(at),
            at=when or datetime.now(UTC),
            source="owntracks",
        )
    )


def duty(session: Session, account_id: int, resource_id: int, **values: Any) -> int:
    """Somebody on duty on a unit for fourteen hours from now on, sharing no position."""
    now = datetime.now(UTC)
    row = {
        "account_id": account_id,
        "resource_id": resource_id,
        "started_at": now,
        "until_at": now + timedelta(hours=14),
        **values,
    }
    return session.scalars(insert(Duty).values(row).returning(Duty.id)).one()


def sharing(session: Session, account_id: int, resource_id: int, **values: Any) -> int:
    """The same since an hour ago, sharing the position from the start."""
    since = datetime.now(UTC) - timedelta(hours=1)
    row = {"started_at": since, "sharing": True, "sharing_at": since, **values}
    return duty(session, account_id, resource_id, **row)


def incident(session: Session, *, at: Position | None = COLUMBIA, **values: Any) -> int:
    """A new structure fire."""
    row = {
        "number": f"2000-{next(_number):06}",
        "type": "structure_fire",
        "priority": 1,
        "title": "Structure fire",
        "county_fips": "29019",
        "created_by": "Dana",
        **values,
    }
    if at is not None:
        row = {"position_source": "click", **row, "position": as_wkb(at)}
    return session.scalars(insert(Incident).values(row).returning(Incident.id)).one()


def assignment(
    session: Session, resource_id: int, incident_id: int, status: str = "dispatched", **values: Any
) -> int:
    """A unit committed to an incident from now on, for eight hours."""
    now = datetime.now(UTC)
    row = {
        "resource_id": resource_id,
        "incident_id": incident_id,
        "status": status,
        "status_at": now,
        "status_by": "Dana",
        "during": Range(now, now + timedelta(hours=8)),
        "created_by": "Dana",
        **values,
    }
    return session.scalars(insert(Assignment).values(row).returning(Assignment.id)).one()


#: About 20 km around Columbia.
AROUND_COLUMBIA = ((-92.45, 38.85), (-92.22, 38.85), (-92.22, 39.05), (-92.45, 39.05))


def hold(session: Session, resource_id: int, people: int, **values: Any) -> int:
    """Beds of a shelter, held for half an hour from now on."""
    now = datetime.now(UTC)
    row = {
        "resource_id": resource_id,
        "people": people,
        "held_by": "Dana",
        "held_at": now,
        "held_until": now + timedelta(minutes=30),
        **values,
    }
    return session.scalars(insert(BedHold).values(row).returning(BedHold.id)).one()


def area(
    session: Session, corners: Sequence[tuple[float, float]] = AROUND_COLUMBIA, **values: Any
) -> int:
    """A hazard area in force, without an end; `corners` are longitude and latitude."""
    row = {
        "kind": "hazard",
        "name": f"Flooding {next(_number)}",
        "starts_at": datetime.now(UTC) - timedelta(minutes=1),
        "created_by": "Dana",
        "shape": boundary_as_wkb(Polygon(corners)),
        **values,
    }
    return session.scalars(insert(Area).values(row).returning(Area.id)).one()


def need(session: Session, incident_id: int, unit_types: Sequence[str], **values: Any) -> int:
    """A line of what an incident asks for: one unit of any of these kinds."""
    row = {
        "incident_id": incident_id,
        "unit_types": list(unit_types),
        "count": 1,
        "rank": next(_number),
        **values,
    }
    return session.scalars(insert(IncidentNeed).values(row).returning(IncidentNeed.id)).one()


def log_entry(session: Session, incident_id: int, words: str, **values: Any) -> int:
    """A line in an incident's log."""
    row = {"incident_id": incident_id, "text": words, "author": "Dana", **values}
    return session.scalars(insert(IncidentLog).values(row).returning(IncidentLog.id)).one()
