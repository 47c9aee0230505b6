"""Everything of one incident, as the panel and the API show it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.grid import to_usng
from meris import fields
from meris.accounts import Viewer
from meris.incidents.lines import lines
from meris.incidents.log import log_of
from meris.incidents.places import SOURCES
from meris.incidents.read import find, overdue_at
from meris.incidents.status import TRANSITIONS
from meris.needs.need import missing, of_incident, sent_to
from meris.tables import Area, Incident, IncidentNeed, Resource


def detail(session: Session, viewer: Viewer, incident_id: int) -> dict[str, Any]:
    """The incident with its needs, assignments, log and areas; JSON. Raises `NotFound`."""
    incident = find(session, viewer.policy, incident_id)
    return {
        "incident": _told(session, viewer, incident),
        "needs": _needs(session, incident.id),
        "assignments": lines(session, viewer, incident.id),
        "log": log_of(session, viewer, incident.id),
        "areas": _areas(session, viewer, incident.id),
    }


def _told(session: Session, viewer: Viewer, incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "number": incident.number,
        "type": incident.type,
        "type_title": incident.kind.title,
        "priority": incident.priority,
        "title": incident.title,
        "status": incident.status,
        "status_at": _iso(incident.status_at),
        "moves": sorted(TRANSITIONS[incident.status]),
        "parent": _parent(session, viewer, incident),
        "children": _children(session, viewer, incident),
        "reported_at": _iso(incident.reported_at),
        "overdue_at": _iso(overdue_at(session, incident)),
        "agency": incident.agency.name if incident.agency else None,
        "sensitivity": incident.sensitivity,
        "situation": incident.situation,
        "objectives": incident.objectives,
        "commander": incident.commander,
        "command_post": incident.command_post,
        "created_by": incident.created_by,
        "created_at": _iso(incident.created_at),
        "closed_at": _iso(incident.closed_at),
        "closed_by": incident.closed_by,
        "close_reason": incident.close_reason,
        "close_title": incident.close_reason and fields.CLOSE_REASON[incident.close_reason].title,
        "version": incident.version,
        "editable": viewer.may("dispatch"),
        **_place(session, viewer, incident),
        **_caller(viewer, incident),
    }


def _place(session: Session, viewer: Viewer, incident: Incident) -> dict[str, Any]:
    position = position_of(incident.position)
    return {
        "lat": round(position.lat, 6) if position else None,
        "lon": round(position.lon, 6) if position else None,
        "usng": to_usng(position) if position else None,
        "radius_m": incident.position_radius_m,
        "source": incident.position_source,
        "source_title": SOURCES.get(incident.position_source or ""),
        "place": incident.place,
        "county": incident.county.full_name if incident.county else None,
        "county_fips": incident.county_fips,
        "jurisdiction": incident.jurisdiction,
        "resource": _resource(session, viewer, incident.resource_id),
    }


def _caller(viewer: Viewer, incident: Incident) -> dict[str, Any]:
    """Who called is for those who may have to call back."""
    if not viewer.may("dispatch"):
        return {}
    return {"caller_name": incident.caller_name, "caller_phone": incident.caller_phone}


def _resource(session: Session, viewer: Viewer, resource_id: int | None) -> dict[str, Any] | None:
    if resource_id is None:
        return None
    name = session.scalar(
        select(Resource.name).where(Resource.id == resource_id, viewer.policy.condition())
    )
    return {"id": resource_id, "name": name} if name else None


def _parent(session: Session, viewer: Viewer, incident: Incident) -> dict[str, Any] | None:
    if incident.parent_id is None:
        return None
    statement = select(Incident).where(Incident.id == incident.parent_id, viewer.policy.incidents())
    parent = session.scalar(statement)
    return brief(parent) if parent else None


def _children(session: Session, viewer: Viewer, incident: Incident) -> list[dict[str, Any]]:
    statement = (
        select(Incident)
        .where(Incident.parent_id == incident.id, viewer.policy.incidents())
        .order_by(Incident.status == "closed", Incident.priority, Incident.id)
    )
    return [brief(child) for child in session.scalars(statement)]


def brief(incident: Incident) -> dict[str, Any]:
    """An incident in a line, as others point to it."""
    return {
        "id": incident.id,
        "number": incident.number,
        "title": incident.title,
        "status": incident.status,
        "priority": incident.priority,
    }


def _needs(session: Session, incident_id: int) -> list[dict[str, Any]]:
    asked = of_incident(session, incident_id)
    lacking = missing(asked, sent_to(session, incident_id))
    statement = select(IncidentNeed.id, IncidentNeed.note)
    statement = statement.where(IncidentNeed.incident_id == incident_id)
    notes = {row.id: row.note for row in session.execute(statement)}
    return [
        {
            **need.told(),
            "note": notes.get(need.id or 0),
            "sent": need.count - lack,
            "missing": lack,
        }
        for need, lack in zip(asked, lacking, strict=True)
    ]


def _areas(session: Session, viewer: Viewer, incident_id: int) -> list[dict[str, Any]]:
    statement = (
        select(Area.id, Area.kind, Area.name, Area.starts_at, Area.ends_at)
        .where(Area.incident_id == incident_id, viewer.policy.areas())
        .order_by(Area.starts_at, Area.id)
    )
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "name": row.name,
            "starts_at": _iso(row.starts_at),
            "ends_at": _iso(row.ends_at),
        }
        for row in session.execute(statement)
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
