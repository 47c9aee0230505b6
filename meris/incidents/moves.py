"""The status of an incident: which moves are allowed, and how they are made."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.errors import refused
from meris.incidents import log
from meris.incidents.conflict import conflict
from meris.incidents.read import find
from meris.incidents.status import TRANSITIONS
from meris.tables import Incident

__all__ = [
    "CLOSING",
    "TRANSITIONS",
    "require_allowed",
    "require_version",
    "set_status",
    "start",
    "write",
]

#: Filled while an incident is closed, and only then.
CLOSING = ("closed_at", "closed_by", "close_reason")


def set_status(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    *,
    version: int,
    status: str,
    reason: str | None = None,
    note: str | None = None,
    key: str | None = None,
) -> None:
    """Move an incident on, or reopen it with a reason. To close it, `close` is called.

    Raises `Invalid`, `Forbidden`, `NotFound`, or `Conflict` when somebody wrote in between. The
    same `key` twice does it once.
    """
    viewer.require("dispatch", "change the status of incidents")
    incident = find(session, viewer.policy, incident_id, lock=True)
    if log.has(session, incident.id, key):
        return
    require_version(session, viewer, incident, version)
    if status == "closed":
        raise refused("status", "An incident is closed with a reason, by its own request.")
    require_allowed(incident, status)
    before = fields.INCIDENT_STATUS[incident.status].title
    after = fields.INCIDENT_STATUS[status].title
    if incident.status == "closed":
        why = log.read_text(reason) if reason else None
        if why is None:
            raise refused("reason", "Say why the incident is reopened.")
        write(session, incident, status, **dict.fromkeys(CLOSING))
        log.add(session, viewer, incident.id, f"Reopened: {why}", kind="status", key=key)
        return
    words = log.read_text(note or reason) if note or reason else None
    write(session, incident, status)
    said = f": {words}" if words else "."
    log.add(session, viewer, incident.id, f"{before} → {after}{said}", kind="status", key=key)


def start(session: Session, viewer: Viewer, incident_id: int, at: datetime | None = None) -> bool:
    """The first unit goes: a new incident becomes active. Whether it was new."""
    statement = (
        update(Incident)
        .where(Incident.id == incident_id, Incident.status == "new")
        .values(status="active", status_at=at or datetime.now(UTC))
        .returning(Incident.id)
        .execution_options(synchronize_session=False)
    )
    begun = session.scalar(statement) is not None
    if begun:
        session.expire_all()
        log.add(session, viewer, incident_id, "New → Active.", kind="status", at=at)
    return begun


def require_version(session: Session, viewer: Viewer, incident: Incident, version: int) -> None:
    """Raise `Conflict` unless the incident is still what the viewer saw."""
    if incident.version != version:
        raise conflict(session, viewer, incident, version)


def require_allowed(incident: Incident, status: str) -> None:
    """Raise `Invalid` unless `TRANSITIONS` has the move."""
    titles = fields.INCIDENT_STATUS
    if status not in titles:
        raise refused("status", f"{status[:40]!r} is not a status of an incident.")
    if status not in TRANSITIONS[incident.status]:
        allowed = ", ".join(titles[s].title for s in sorted(TRANSITIONS[incident.status]))
        raise refused(
            "status",
            f"{incident.number} is {titles[incident.status].title} and cannot become"
            f" {titles[status].title} from there. It can become {allowed}.",
        )


def write(session: Session, incident: Incident, status: str, **columns: Any) -> None:
    """Set the status, at this moment, of an incident that is locked."""
    session.execute(
        update(Incident)
        .where(Incident.id == incident.id)
        .values(status=status, status_at=datetime.now(UTC), **columns)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
