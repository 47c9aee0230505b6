"""What a unit's own pages say of its assignments; committing and moving is `meris.dispatch`'s."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, literal, or_, select
from sqlalchemy.orm import Session

from meris import fields, units
from meris.accounts import Viewer
from meris.db import beyond
from meris.tables import Assignment, Change, Incident, Resource

#: How a history says what came of a unit; {} is the incident.
_MOVED = {
    "reserved": "reserved it for {}",
    "dispatched": "sent it to {}",
    "acknowledged": "said that it has acknowledged {}",
    "en_route": "said that it is en route to {}",
    "on_scene": "said that it is on scene at {}",
    "transporting": "said that it is transporting from {}",
    "at_destination": "said that it is at its destination from {}",
    "released": "released it from {}",
    "cancelled": "cancelled it for {}",
}


class Assigned(NamedTuple):
    """The assignment that a unit is at work for; incident None where the viewer may not see it."""

    id: int
    status: str
    incident_id: int | None
    incident_number: str | None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "incident_id": self.incident_id,
            "incident_number": self.incident_number,
            "status": self.status,
            "status_title": fields.ASSIGNMENT_STATUS[self.status].title,
        }


def at_work(session: Session, viewer: Viewer, resource: Resource) -> Assigned | None:
    """What a unit is at work for; None when nothing leads it."""
    if resource.kind != "unit":
        return None
    statement = (
        select(
            Assignment.id, Assignment.status, Incident.id, Incident.number, _sees(viewer, resource)
        )
        .join(Incident, Incident.id == Assignment.incident_id)
        .where(Assignment.resource_id == resource.id, units.at_work())
    )
    with beyond(session):
        row = session.execute(statement).one_or_none()
    if row is None:
        return None
    held_id, status, incident_id, number, seen = row
    return Assigned(held_id, status, incident_id if seen else None, number if seen else None)


def sentences(
    session: Session, viewer: Viewer, resource: Resource, rows: Iterable[Change]
) -> dict[int, str]:
    """What the rows of the journal about a unit's assignments say, by the id of the row."""
    about = [row for row in rows if row.table_name == "assignment"]
    if not about:
        return {}
    named = _incidents(session, viewer, resource, {int(row.row_id) for row in about})
    told = {row.id: _sentence(row, named.get(int(row.row_id), "an incident")) for row in about}
    return {row_id: sentence for row_id, sentence in told.items() if sentence}


def _sentence(row: Change, incident: str) -> str | None:
    """One row in words; None for what only counts or plans."""
    before, after = row.before or {}, row.after or {}
    if row.operation == "I" and after.get("booked"):
        return f"booked it for {incident}"
    if "status" in after:
        return _MOVED[after["status"]].format(incident) + _how(after)
    if after.get("silenced_until"):
        return f"silenced its check-in alarm at {incident}"
    if row.operation == "U" and "heard_at" in after and "heard_at" in before:
        return f"heard of it at {incident}"
    late = [s for s in _MOVED if f"{s}_at" in after]
    return f"told since when it was {_title(late[0])} at {incident}" if late else None


def _how(after: Mapping[str, Any]) -> str:
    left_as = after.get("left_as")
    goes = f" to {after['destination']}" if after.get("destination") else ""
    left = f", {fields.statuses('unit')[left_as].title.lower()}" if left_as else ""
    return f"{goes}{left}" + (f": {after['reason']}" if after.get("reason") else "")


def _title(status: str) -> str:
    return fields.ASSIGNMENT_STATUS[status].title.lower()


def _incidents(
    session: Session, viewer: Viewer, resource: Resource, ids: set[int]
) -> dict[int, str]:
    """Number and title of the incidents that the viewer may see, by the assignment."""
    statement = (
        select(Assignment.id, Incident.number + literal(" ") + Incident.title)
        .join(Incident, Incident.id == Assignment.incident_id)
        .where(Assignment.id.in_(ids), _sees(viewer, resource))
    )
    with beyond(session):
        return dict(session.execute(statement).all())


def _sees(viewer: Viewer, resource: Resource) -> ColumnElement[bool]:
    """An agency sees where its own units were sent."""
    own = viewer.may("see_staff") and resource.agency_id == viewer.agency_id
    return or_(viewer.policy.incidents(), literal(own))
