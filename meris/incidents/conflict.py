"""What the loser of a race must know: what an incident is now, and who changed what meanwhile."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.errors import Conflict
from meris.incidents.detail import detail
from meris.tables import Change, Incident

_TITLES = {
    "status": "Status",
    "position": "Position",
    "county_fips": "County",
    "jurisdiction": "Jurisdiction",
    "parent_id": "Belongs to",
    "close_reason": "Reason for closing",
}
_CALLER = frozenset({"caller_name", "caller_phone"})


def conflict(session: Session, viewer: Viewer, incident: Incident, version: int) -> Conflict:
    """The refusal of a write that had seen `version`."""
    session.refresh(incident)
    told = changed(session, viewer, incident, writes=max(incident.version - version, 1))
    who = ", ".join(dict.fromkeys(item["by"] for item in told)) or "Somebody else"
    return Conflict(
        f"{who} changed {incident.number} while you had it open."
        " Look at what changed, then save again.",
        current=detail(session, viewer, incident.id),
        changed=told,
    )


def changed(
    session: Session, viewer: Viewer, incident: Incident, *, writes: int
) -> list[dict[str, Any]]:
    """The newest value of each field that the last `writes` writes changed, and whose it is."""
    newest: dict[str, dict[str, Any]] = {}
    for row in _recent(session, incident.id, writes):
        for column, value in (row.after or {}).items():
            title = title_of(column)
            if title is not None and (column not in _CALLER or viewer.may("dispatch")):
                newest[column] = {
                    "field": column,
                    "title": title,
                    "theirs": text_of(column, value),
                    "value": None if column == "position" else value,
                    "by": row.actor_name,
                    "at": row.at.isoformat(),
                }
    return list(newest.values())


def title_of(column: str) -> str | None:
    """What people call a column; None for one they need not hear of."""
    field = fields.INCIDENT_BY_NAME.get(column)
    return field.title if field else _TITLES.get(column)


def text_of(column: str, value: Any) -> str:
    """A value as a person reads it."""
    if column == "status" and value in fields.INCIDENT_STATUS:
        return fields.INCIDENT_STATUS[value].title
    if column == "priority":
        return fields.PRIORITY[str(value)].title
    if column == "close_reason" and value in fields.CLOSE_REASON:
        return fields.CLOSE_REASON[value].title
    if column == "position":
        return "another place"
    return "" if value is None else str(value)


def _recent(session: Session, incident_id: int, writes: int) -> list[Change]:
    """The changes of the last so many transactions on an incident, oldest first."""
    own = (Change.table_name == "incident", Change.row_id == str(incident_id))
    last = (
        select(Change.xid)
        .where(*own)
        .group_by(Change.xid)
        .order_by(func.max(Change.id).desc())
        .limit(writes)
    )
    statement = (
        select(Change)
        .where(*own, Change.operation == "U", Change.xid.in_(last))
        .order_by(Change.id)
    )
    return list(session.scalars(statement))
