"""Check-in timers: a unit on scene has to be heard of, and silence is seen by everybody."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from meris import units, wording
from meris.accounts import Viewer
from meris.dispatch import found, moves, phrases
from meris.dispatch.found import Found
from meris.dispatch.taken import turn
from meris.errors import Conflict, Invalid
from meris.incidents import log
from meris.language import _
from meris.tables import Assignment

#: The alarm of a unit is silenced for so long at most; then it sounds again.
MOST_SILENT_MINUTES = 60


def check_in(
    session: Session,
    viewer: Viewer,
    assignment_id: int,
    note: str | None = None,
    *,
    key: str | None = None,
    at: datetime | None = None,
) -> Assignment:
    """The unit was heard of, now or at `at`: its timer starts anew and its alarm ends.

    What was heard of it since stays.

    Raises `Conflict` when the unit is not at work there, `Invalid`, `Forbidden`, `NotFound`.
    """
    words = None if note is None else phrases.read(note, "note", 1000)
    row = _held(session, viewer, assignment_id)
    held = row.assignment
    if moves.heard_before(session, row, key):
        return held
    _require_at_work(row)
    heard = at or datetime.now(UTC)
    held.heard_at = max(held.heard_at or heard, heard)
    held.silenced_until = held.silenced_by = None
    said = f": {words}" if words else "."
    _write(session, viewer, row, f"{row.unit.name} checked in{said}", key, at)
    return held


def silence(
    session: Session,
    viewer: Viewer,
    assignment_id: int,
    minutes: int,
    *,
    key: str | None = None,
) -> Assignment:
    """Silence the alarm of a unit, for everybody and by name; 0 minutes lets it sound again.

    Raises `Conflict` when nobody waits for the unit, `Invalid`, `Forbidden`, `NotFound`.
    """
    viewer.require("dispatch", "silence check-in alarms")
    if not 0 <= minutes <= MOST_SILENT_MINUTES:
        raise Invalid(
            f"An alarm is silenced for 1 to {MOST_SILENT_MINUTES} minutes, or 0 to end it."
        )
    row = _held(session, viewer, assignment_id)
    held = row.assignment
    if moves.heard_before(session, row, key):
        return held
    _require_at_work(row)
    if units.par_at(held) is None:
        raise Conflict(
            f"No check-in is due from {row.unit.name}: it is not on scene, or has no timer."
        )
    held.silenced_until = datetime.now(UTC) + timedelta(minutes=minutes) if minutes else None
    held.silenced_by = viewer.name if minutes else None
    alarm = f"Check-in alarm of {row.unit.name}"
    told = f"{alarm} silenced for {minutes} min." if minutes else f"{alarm} is on again."
    _write(session, viewer, row, told, key)
    return held


def _held(session: Session, viewer: Viewer, assignment_id: int) -> Found:
    incident_id = found.find(session, viewer, assignment_id).incident.id
    with turn(session, viewer, incident_id):
        return moves.held_for(session, viewer, assignment_id)


def _require_at_work(row: Found) -> None:
    held, now = row.assignment, datetime.now(UTC)
    if held.status in units.ENDED:
        raise Conflict(
            _(
                "%(unit)s was %(status)s %(since)s by %(name)s.",
                unit=row.unit.name,
                status=phrases.told_title(held.status),
                since=wording.ago(held.status_at, now),
                name=held.status_by,
            )
        )
    if held.status == "reserved":
        raise Conflict(
            _("%(unit)s is only reserved. It checks in once it was sent.", unit=row.unit.name)
        )


def _write(
    session: Session,
    viewer: Viewer,
    row: Found,
    text: str,
    key: str | None,
    at: datetime | None = None,
) -> None:
    session.flush()
    session.refresh(row.assignment)
    log.add(
        session,
        viewer,
        row.incident.id,
        text,
        kind="check_in",
        at=at,
        resource_id=row.unit.id,
        key=key,
    )
