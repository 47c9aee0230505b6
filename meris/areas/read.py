"""Areas as a viewer may know them: one with its shape, or many in a line each."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from geo.columns import boundary_of
from geo.geojson import geometry
from geo.shapes import bounds_of, square_meters
from meris.accounts import Policy, Viewer
from meris.errors import NotFound
from meris.fields import AREA_KIND, DANGEROUS_AREAS
from meris.tables import Agency, Area, Incident

MOST_LISTED = 500


def find(session: Session, policy: Policy, area_id: int) -> Area:
    """The area, if the policy admits it. The same `NotFound` whether or not it exists."""
    area = session.scalar(select(Area).where(Area.id == area_id, policy.areas()))
    if area is None:
        raise NotFound("There is no such area, or you may not see it.")
    return area


def detail(session: Session, viewer: Viewer, area_id: int) -> dict[str, Any]:
    """Everything the viewer may know of one area; `geometry` as GeoJSON. Raises `NotFound`.

    Notes and who drew it are for staff.
    """
    area = find(session, viewer.policy, area_id)
    shape = boundary_of(area.shape)
    staff = viewer.may("see_staff")
    return {
        **_line(area, session.scalar(select(func.statement_timestamp()))),
        "incident": _incident(session, viewer, area),
        "agency": _agency(session, area),
        "geometry": geometry(shape),
        "bounds": bounds_of(shape).as_list(),
        "sq_km": round(square_meters(shape) / 1e6, 3),
        "notes": area.notes if staff else None,
        "created_by": area.created_by if staff else None,
        "created_at": area.created_at.isoformat(),
        "updated_at": area.updated_at.isoformat(),
        "editable": viewer.may("dispatch"),
    }


def listed(
    session: Session, viewer: Viewer, *, over: bool = False, incident_id: int | None = None
) -> list[dict[str, Any]]:
    """A line for each area that is not over (with `over`, of all), the newest first."""
    now = session.scalar(select(func.statement_timestamp()))
    rows = session.scalars(_listed(viewer.policy, over, incident_id))
    return [_line(area, now) for area in rows]


def _listed(policy: Policy, over: bool, incident_id: int | None) -> Select[Area]:
    statement = (
        select(Area)
        .where(policy.areas())
        .order_by(Area.starts_at.desc(), Area.id.desc())
        .limit(MOST_LISTED)
    )
    if not over:
        statement = statement.where(
            or_(Area.ends_at.is_(None), Area.ends_at > func.statement_timestamp())
        )
    if incident_id is not None:
        # whoever may not know of the incident learns nothing by asking for its areas
        statement = statement.join(Incident, Incident.id == Area.incident_id)
        statement = statement.where(Incident.id == incident_id, policy.incidents())
    return statement


def _line(area: Area, now: datetime | None) -> dict[str, Any]:
    return {
        "id": area.id,
        "kind": area.kind,
        "kind_title": AREA_KIND[area.kind].title,
        "danger": area.kind in DANGEROUS_AREAS,
        "name": area.name,
        "starts_at": area.starts_at.isoformat(),
        "ends_at": area.ends_at.isoformat() if area.ends_at else None,
        "state": state_of(area, now or area.starts_at),
        "sensitivity": area.sensitivity,
        "version": area.version,
    }


def state_of(area: Area, now: datetime) -> str:
    """`planned`, `in force` or `over`."""
    if area.starts_at > now:
        return "planned"
    return "over" if area.ends_at and area.ends_at <= now else "in force"


def _incident(session: Session, viewer: Viewer, area: Area) -> dict[str, Any] | None:
    if area.incident_id is None:
        return None
    statement = select(Incident.id, Incident.number, Incident.title, Incident.status).where(
        Incident.id == area.incident_id, viewer.policy.incidents()
    )
    row = session.execute(statement).mappings().one_or_none()
    return dict(row) if row else None


def _agency(session: Session, area: Area) -> dict[str, Any] | None:
    agency = session.get(Agency, area.agency_id) if area.agency_id else None
    return {"id": agency.id, "name": agency.name} if agency else None
