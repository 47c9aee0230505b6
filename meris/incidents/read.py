"""Finding an incident, if this viewer may know of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import Policy
from meris.board import rows
from meris.errors import Conflict, NotFound
from meris.language import _
from meris.tables import Incident, IncidentType


def find(session: Session, policy: Policy, incident_id: int, *, lock: bool = False) -> Incident:
    """The incident, if the policy admits it. The same `NotFound` whether or not it exists.

    `lock` keeps it as it is until the transaction ends.
    """
    statement = select(Incident).where(Incident.id == incident_id, policy.incidents())
    if lock:
        statement = statement.with_for_update(key_share=True, of=Incident).execution_options(
            populate_existing=True
        )
    incident = session.scalar(statement)
    if incident is None:
        raise NotFound(_("There is no such incident, or you may not see it."))
    return incident


def find_open(session: Session, policy: Policy, incident_id: int) -> Incident:
    """As `find`, and locked so that nobody closes it meanwhile. Raises `Conflict` when closed."""
    incident = find(session, policy, incident_id, lock=True)
    if incident.status == "closed":
        raise Conflict(
            _(
                "%(name)s has closed %(number)s. Reopen it first.",
                name=incident.closed_by,
                number=incident.number,
            ),
            closed_at=incident.closed_at.isoformat() if incident.closed_at else None,
        )
    return incident


def overdue_at(session: Session, incident: Incident) -> datetime | None:
    """When the first unit should be on scene; None once one was, or when it is not waited for."""
    due = select(rows.overdue_at()).join(IncidentType).where(Incident.id == incident.id)
    return session.scalar(due.select_from(Incident))
