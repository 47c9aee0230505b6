"""What the people on a unit are told of its assignment, by those who send and recall units."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.notices.keep import tell
from meris.tables import Assignment, Duty, Incident, IncidentType, Resource
from meris.units import at_work

_PAGE = "/m"


def on_duty(session: Session, unit_id: int, but: Viewer) -> list[int]:
    """The accounts on duty on a unit now, except the one who acts: they know."""
    now = datetime.now(UTC)
    statement = select(Duty.account_id).where(
        Duty.resource_id == unit_id,
        Duty.ended_at.is_(None),
        Duty.until_at > now,
        Duty.account_id.is_distinct_from(but.account_id),
    )
    return list(session.scalars(statement))


def sent(
    session: Session, viewer: Viewer, assignment: Assignment, unit: Resource, incident: Incident
) -> None:
    """The unit was sent: its crew is told where and to what."""
    task = f" Task: {assignment.task}" if assignment.task else ""
    tell(
        session,
        on_duty(session, unit.id, viewer),
        "assigned",
        f"assignment/{assignment.id}",
        f"{unit.name}: go to {incident.number}",
        f"{_about(session, incident)}{task}",
        _PAGE,
    )


def ended(
    session: Session, viewer: Viewer, assignment: Assignment, unit: Resource, incident: Incident
) -> None:
    """The assignment was cancelled or the unit released by somebody who is not of its crew."""
    reason = f" {assignment.reason}." if assignment.reason else ""
    tell(
        session,
        on_duty(session, unit.id, viewer),
        "ended",
        f"assignment/{assignment.id}",
        f"{unit.name}: {assignment.status} from {incident.number}",
        f"By {viewer.name}.{reason}",
        _PAGE,
    )


def moved(session: Session, viewer: Viewer, incident: Incident, version: int) -> None:
    """The incident has another place since `version`: all who are on their way to it are told."""
    rows = session.execute(
        select(Resource.id, Resource.name)
        .join(Assignment, Assignment.resource_id == Resource.id)
        .where(Assignment.incident_id == incident.id, at_work())
    )
    for unit_id, name in rows.all():
        tell(
            session,
            on_duty(session, unit_id, viewer),
            "changed",
            f"incident/{incident.id}/{version}",
            f"{name}: {incident.number} has another place",
            _about(session, incident),
            _PAGE,
        )


def _about(session: Session, incident: Incident) -> str:
    """What is told on a locked screen: of a confidential incident, nothing but that there is one.

    The phone shows it to whoever holds it.
    """
    if incident.sensitivity == "confidential":
        return "Open MERIS for what and where."
    kind = session.get_one(IncidentType, incident.type).title
    place = incident.place or "Place not named; open MERIS for it"
    return f"{kind}, priority {incident.priority}. {place}."
