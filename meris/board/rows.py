"""The rows of the board as one policy may see them."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session, aliased

from meris import units
from meris.accounts import Policy
from meris.tables import (
    Agency,
    Area,
    Assignment,
    County,
    Incident,
    IncidentLog,
    IncidentType,
    Resource,
)

#: About a meter, and a third of the characters that a double takes.
_SHAPE_DIGITS = 5
Row = dict[str, Any]
Ids = Collection[int] | None


def whole(session: Session, policy: Policy) -> dict[str, Any]:
    """Every row of the board that `policy` may see; call inside `reading`."""
    return {
        "incidents": incidents(session, policy),
        "assignments": assignments(session, policy),
        "areas": areas(session, policy),
        "gone": {"incidents": [], "assignments": [], "areas": []},
    }


def types(session: Session) -> dict[str, Row]:
    """What may happen, by code, in the order of lists; `overdue` and `par` in minutes."""
    rows = session.scalars(select(IncidentType).order_by(IncidentType.rank, IncidentType.code))
    return {
        row.code: {
            "title": row.title,
            "short": row.short,
            "words": row.words,
            "category": row.category,
            "priority": row.priority,
            "overdue": row.overdue_minutes,
            "par": row.par_minutes,
            "active": row.active,
        }
        for row in rows
    }


def incidents(session: Session, policy: Policy, ids: Ids = None) -> list[Row]:
    """Open incidents, or those of them with these ids."""
    if not policy.staff and not policy.everything:
        return []
    statement = _only(_incidents(policy), Incident.id, ids)
    return [dict(row) for row in session.execute(statement).mappings()]


def assignments(session: Session, policy: Policy, ids: Ids = None) -> list[Row]:
    """Assignments in force, of units and incidents that the policy may see."""
    if not policy.staff and not policy.everything:
        return []
    statement = _only(_assignments(policy), Assignment.id, ids)
    return [dict(row) for row in session.execute(statement).mappings()]


def areas(session: Session, policy: Policy, ids: Ids = None) -> list[Row]:
    """Areas in force or to come, with their shape as GeoJSON."""
    rows = session.execute(_only(_areas(policy), Area.id, ids)).mappings()
    return [{**row, "geometry": json.loads(row["geometry"])} for row in rows]


def is_live() -> ColumnElement[bool]:
    """Whether an assignment has not ended."""
    return Assignment.status.not_in(units.ENDED)


def overdue_at() -> ColumnElement[Any]:
    """When an incident has waited too long for its first unit on scene; NULL once one was there."""
    reached = (
        select(literal(1))
        .where(Assignment.incident_id == Incident.id, Assignment.on_scene_at.is_not(None))
        .exists()
    )
    waits = and_(Incident.status.in_(("new", "active")), ~reached)
    return case((waits, Incident.reported_at + units.minutes(IncidentType.overdue_minutes)))


def _only(statement: Select[Any], column: Any, ids: Ids) -> Select[Any]:
    return statement if ids is None else statement.where(column.in_(ids))


def _epoch(moment: Any) -> ColumnElement[Any]:
    return cast(func.floor(func.extract("epoch", moment)), BigInteger)


def _of_incident(policy: Policy) -> ColumnElement[Any]:
    """How many units work on it, of those the viewer may know of; what is only held is not."""
    return (
        select(func.count())
        .select_from(Assignment)
        .join(Resource, Resource.id == Assignment.resource_id)
        .where(
            Assignment.incident_id == Incident.id,
            is_live(),
            Assignment.status != "reserved",
            policy.condition(),
        )
        .scalar_subquery()
    )


def _of_log(value: Any) -> ColumnElement[Any]:
    return select(value).where(IncidentLog.incident_id == Incident.id).scalar_subquery()


def _incidents(policy: Policy) -> Select[Any]:
    parent = aliased(Incident)
    return (
        select(
            Incident.id,
            Incident.number,
            Incident.type,
            Incident.title,
            Incident.priority,
            Incident.status,
            cast(func.ST_Y(Incident.position), Double).label("lat"),
            cast(func.ST_X(Incident.position), Double).label("lon"),
            Incident.position_radius_m.label("radius_m"),
            Incident.place,
            County.name.label("county"),
            Incident.county_fips,
            Incident.jurisdiction,
            parent.id.label("parent"),
            _epoch(Incident.reported_at).label("reported_at"),
            _epoch(Incident.status_at).label("status_at"),
            _epoch(overdue_at()).label("overdue_at"),
            Agency.name.label("agency"),
            Incident.version,
            _of_incident(policy).label("units"),
            _of_log(func.count(IncidentLog.id)).label("entries"),
            _epoch(_of_log(func.max(IncidentLog.entered_at))).label("entry_at"),
            Incident.sensitivity,
        )
        .join(IncidentType, IncidentType.code == Incident.type)
        .outerjoin(County, County.fips == Incident.county_fips)
        .outerjoin(Agency, Agency.id == Incident.agency_id)
        # a parent that the viewer may not see is not named
        .outerjoin(parent, and_(parent.id == Incident.parent_id, _seen(policy, parent.id)))
        .where(Incident.status != "closed", policy.incidents())
        .order_by(Incident.priority, Incident.reported_at, Incident.id)
    )


def _seen(policy: Policy, incident_id: Any) -> ColumnElement[bool]:
    seen: ColumnElement[bool] = incident_id.in_(select(Incident.id).where(policy.incidents()))
    return seen


def _assignments(policy: Policy) -> Select[Any]:
    return (
        select(
            Assignment.id,
            Assignment.incident_id.label("incident"),
            Assignment.resource_id.label("unit"),
            Resource.name.label("unit_name"),
            Resource.type.label("unit_type"),
            Resource.agency_id.label("unit_agency"),
            Assignment.status,
            _epoch(Assignment.status_at).label("status_at"),
            Assignment.booked,
            _epoch(func.lower(Assignment.during)).label("from"),
            _epoch(func.upper(Assignment.during)).label("until"),
            _epoch(Assignment.eta_at).label("eta_at"),
            _epoch(units.par_due()).label("par_at"),
            _epoch(Assignment.silenced_until).label("silenced_until"),
            Assignment.silenced_by,
            Assignment.version,
        )
        .join(Resource, Resource.id == Assignment.resource_id)
        .join(Incident, Incident.id == Assignment.incident_id)
        .where(units.in_force(), policy.incidents(), policy.condition())
        .order_by(Assignment.incident_id, Assignment.id)
    )


def _areas(policy: Policy) -> Select[Any]:
    return (
        select(
            Area.id,
            Area.kind,
            Area.name,
            Incident.id.label("incident"),
            func.ST_AsGeoJSON(Area.shape, _SHAPE_DIGITS).label("geometry"),
            _epoch(Area.starts_at).label("starts_at"),
            _epoch(Area.ends_at).label("ends_at"),
            Area.sensitivity,
            Area.version,
        )
        .outerjoin(Incident, and_(Incident.id == Area.incident_id, policy.incidents()))
        .where(policy.areas(), func.coalesce(Area.ends_at > func.now(), True))
        .order_by(Area.starts_at, Area.id)
    )
