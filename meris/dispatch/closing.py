"""Closing an incident: with a reason, and only after a look at the units that are still there."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.dispatch.moves import move
from meris.errors import Conflict, refused
from meris.incidents import log
from meris.incidents.lines import lines
from meris.incidents.moves import require_allowed, require_version, write
from meris.incidents.read import find
from meris.incidents.typed import number_of
from meris.tables import Assignment, Incident
from meris.units import in_force
from meris.wording import listed

Release = Mapping[str, Any]

#: More units or incidents than these are counted, not named.
_MOST_NAMED = 5


def close(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    *,
    version: int,
    reason: str,
    note: str | None = None,
    release: Sequence[Release] = (),
    key: str | None = None,
) -> None:
    """Close an incident, releasing the units named: `release` is [{id, left_as}] of assignments.

    Every assignment that is not over must be named, because somebody has to have looked; else
    `Conflict` with `still` (their lines). Raises `Invalid`, `Forbidden`, `NotFound` besides. The
    same `key` twice closes it once.
    """
    viewer.require("dispatch", "close incidents")
    incident = find(session, viewer.policy, incident_id, lock=True)
    if log.has(session, incident.id, key):
        return
    require_version(session, viewer, incident, version)
    require_allowed(incident, "closed")
    why = _reason(reason)
    words = log.read_text(note) if note else None
    if why == "other" and words is None:
        raise refused("note", "Say in a few words why it is closed.")
    _require_no_children(session, incident)
    _release(session, viewer, incident, _named(release))
    title = fields.CLOSE_REASON[why].title
    now = datetime.now(UTC)
    write(session, incident, "closed", closed_at=now, closed_by=viewer.name, close_reason=why)
    said = f": {words}" if words else ""
    log.add(session, viewer, incident.id, f"Closed. {title}{said}", kind="status", key=key)


def _reason(given: object) -> str:
    choice = fields.CLOSE_REASON.find(str(given or ""))
    if choice is None:
        offered = listed(fields.CLOSE_REASON.offered(), "or")
        raise refused("reason", f"Why is it closed? {offered}.")
    return choice.code


def _require_no_children(session: Session, incident: Incident) -> None:
    statement = select(Incident.number).where(
        Incident.parent_id == incident.id, Incident.status != "closed"
    )
    numbers = session.scalars(statement.order_by(Incident.number)).all()
    if numbers:
        raise Conflict(
            f"{listed(numbers, most=_MOST_NAMED)} {'belongs' if len(numbers) == 1 else 'belong'} to"
            f" {incident.number} and {'is' if len(numbers) == 1 else 'are'} still open."
            " Close them first, or take them out.",
            children=list(numbers),
        )


def _named(release: Sequence[Release]) -> dict[int, Release]:
    """What shall become of each assignment, by id."""
    if not isinstance(release, list | tuple) or not all(isinstance(r, Mapping) for r in release):
        raise refused("release", '"release" is a list of {"id", "left_as"}.')
    ids = [(number_of(one.get("id"), "release"), one) for one in release]
    return {i: one for i, one in ids if i is not None}


def _release(
    session: Session, viewer: Viewer, incident: Incident, named: Mapping[int, Release]
) -> None:
    statement = (
        select(Assignment.id, Assignment.status)
        .where(Assignment.incident_id == incident.id, in_force())
        .order_by(Assignment.resource_id, Assignment.id)
    )
    held = {row.id: row.status for row in session.execute(statement)}
    if held.keys() - named.keys():
        raise _still_there(session, viewer, incident, held.keys() - named.keys())
    for assignment_id, status in held.items():
        ends = "cancelled" if status == "reserved" else "released"
        left_as = named[assignment_id].get("left_as") if ends == "released" else None
        move(session, viewer, assignment_id, status=ends, left_as=left_as, reason="Incident closed")


def _still_there(
    session: Session, viewer: Viewer, incident: Incident, unnamed: AbstractSet[int]
) -> Conflict:
    still = [line for line in lines(session, viewer, incident.id) if line["id"] in unnamed]
    names = listed((line["unit_name"] for line in still), most=_MOST_NAMED)
    is_are = "is" if len(still) == 1 else "are"
    return Conflict(
        f"{names} {is_are} still at {incident.number}. Look at what becomes of"
        f" {'it' if len(still) == 1 else 'them'}, then close.",
        still=still,
    )
