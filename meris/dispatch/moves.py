"""Moving an assignment on: which moves are allowed, and what radio calls reported late mean."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from meris import notices, units
from meris.accounts import Viewer
from meris.dispatch import arrivals, found, holds, phrases, reports
from meris.dispatch.found import Found
from meris.dispatch.reports import Report
from meris.dispatch.taken import taken, turn, unfit
from meris.dispatch.terms import Terms
from meris.dispatch.times import told_as
from meris.dispatch.travel import StraightLine
from meris.errors import Refused, refused
from meris.incidents import log
from meris.incidents import moves as incident_moves
from meris.incidents.read import find as find_incident
from meris.incidents.read import find_open
from meris.tables import Assignment, IncidentLog, Resource

TRANSITIONS = units.ASSIGNMENT_TRANSITIONS
#: The constraints by which the database keeps a unit from being committed twice.
ONCE = frozenset({"ex_assignment_once", "uq_assignment_now"})


class Moved(NamedTuple):
    """What became of a move: "moved", "same" (it was so already) or "older" (only its time was
    kept, because something newer is known)."""

    assignment: Assignment
    outcome: str


class Kept(NamedTuple):
    """An assignment that did not move with the others, and why."""

    assignment: Assignment
    why: str


def move(
    session: Session,
    viewer: Viewer,
    assignment_id: int,
    *,
    version: int | None = None,
    status: str,
    at: datetime | None = None,
    left_as: str | None = None,
    destination: str | None = None,
    destination_id: int | None = None,
    reason: str | None = None,
    key: str | None = None,
    terms: Terms | None = None,
) -> Moved:
    """Set the status of an assignment; the unit's own follows, and a line goes into the log.

    `at` is when it was so. What is older than what is known never replaces it: its time is kept.
    `left_as`: what the unit is afterward (`units.AFTERWARD`). `version`: the one that was seen.
    The same `key` again changes nothing.

    Raises `Invalid`, `Forbidden`, `NotFound`, or `Conflict`: over already, seen at an older
    version, or (a hold that is to be sent) the unit is `Taken` or `Unfit`.
    """
    incident_id = found.find(session, viewer, assignment_id).incident.id
    with turn(session, viewer, incident_id):
        row = held_for(session, viewer, assignment_id)
        if heard_before(session, row, key):
            return Moved(row.assignment, "same")
        reports.require_version(session, viewer, row, version)
        report = reports.read(
            session,
            viewer,
            status,
            at=at,
            left_as=left_as,
            destination=destination,
            destination_id=destination_id,
            reason=reason,
        )
        if at is None:
            # said now is after all that is known, also where a clock was put back meanwhile
            report = replace(report, at=max(report.at, row.assignment.status_at))
        return _carry_out(session, viewer, row, report, key, terms or Terms())


def move_all(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    *,
    from_: Sequence[str],
    status: str,
    at: datetime | None = None,
    left_as: str | None = None,
    reason: str | None = None,
    key: str | None = None,
    terms: Terms | None = None,
) -> tuple[list[Moved], list[Kept]]:
    """Move every assignment of an incident that is in one of the statuses `from_`.

    Those that cannot, or that the viewer may not move, are answered with the reason.
    """
    unknown = [s for s in from_ if s not in TRANSITIONS or s in units.ENDED]
    if unknown or not from_:
        raise refused("from", "Name the statuses that are to move on, such as dispatched.")
    find_incident(session, viewer.policy, incident_id, lock=True)
    rows = found.of_incident(session, viewer, incident_id)
    for assignment, _ in rows:
        found.lock_unit(session, assignment.resource_id)
    moved, kept = [], []
    for assignment, _ in rows:
        if assignment.status not in from_:
            continue
        try:
            done = move(
                session,
                viewer,
                assignment.id,
                status=status,
                at=at,
                left_as=left_as,
                reason=reason,
                key=None if key is None else f"{key}:{assignment.id}",
                terms=terms,
            )
            moved.append(done)
        except Refused as refusal:
            kept.append(Kept(assignment, refusal.message))
    return moved, kept


def fit(unit: Resource) -> bool:
    """Whether a unit's own status lets it be sent."""
    return "dispatched" in units.TRANSITIONS[unit.status]


def send(assignment: Assignment, viewer: Viewer, at: datetime) -> None:
    """Turn a hold or a booking into a dispatch; its span is the caller's to set."""
    assignment.status, assignment.status_at = "dispatched", at
    assignment.status_by = viewer.name
    assignment.booked = False
    assignment.heard_at = at


def constraint_of(problem: IntegrityError) -> str | None:
    """The constraint that refused."""
    return getattr(getattr(problem.orig, "diag", None), "constraint_name", None)


def held_for(session: Session, viewer: Viewer, assignment_id: int) -> Found:
    """An assignment that the viewer may move, which nobody else changes meanwhile."""
    peek = found.find(session, viewer, assignment_id)
    found.require_mover(viewer, peek.unit)
    if peek.assignment.status == "reserved":
        viewer.require("dispatch", "send or cancel what is reserved")
        find_open(session, viewer.policy, peek.incident.id)
    found.lock_unit(session, peek.unit.id)
    session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    row = found.find(session, viewer, assignment_id)
    session.refresh(row.unit)
    return row


def heard_before(session: Session, row: Found, key: str | None) -> bool:
    """Whether a request with this key was carried out already."""
    if key is None:
        return False
    statement = select(IncidentLog.id).where(
        IncidentLog.incident_id == row.incident.id, IncidentLog.client_key == key
    )
    return session.scalar(statement) is not None


def _carry_out(
    session: Session, viewer: Viewer, row: Found, report: Report, key: str | None, terms: Terms
) -> Moved:
    held = row.assignment
    if reports.is_repeated(held, report):
        return Moved(held, "older")
    if reports.is_late(held, report):
        return _late(session, viewer, row, report, key)
    if report.status == held.status:
        return _same(session, held, report)
    report = replace(report, at=told_as(report.at, held.status_at))
    reports.require_allowed(row, report)
    if report.status == "dispatched":
        _dispatch(session, viewer, row, report, terms)
    else:
        _advance(session, viewer, row, report, terms)
    _tell(session, viewer, row, report, key)
    return Moved(held, "moved")


def _same(session: Session, held: Assignment, report: Report) -> Moved:
    """It is so already; where it goes may still be new."""
    if held.status not in units.ENDED:
        reports.take_destination(held, report)
        _write(session, held)
    return Moved(held, "same")


def _late(session: Session, viewer: Viewer, row: Found, report: Report, key: str | None) -> Moved:
    """An older report never replaces a newer one; it tells when the unit came to be that."""
    held = row.assignment
    if reports.keep_time(row, report):
        _write(session, held)
        late = phrases.late(report.at, report.now)
        text = f"{row.unit.name} was {phrases.title(report.status)}{late}."
        _log(session, viewer, row, text, "status", report, key)
    return Moved(held, "older")


def _dispatch(session: Session, viewer: Viewer, row: Found, report: Report, terms: Terms) -> None:
    """Send what was held or booked, be it early, if the unit is free and fit now."""
    held, by_id = row.assignment, {row.unit.id: row.unit}
    live = [o for o in found.live(session, viewer, by_id) if o.assignment.id != held.id]
    live = holds.sweep(session, live, by_id, report.now)
    end = report.at + terms.work
    if held.booked:
        end = max(end, units.span_of(held).end)
    span = holds.clipped(report.at, end, [one for one in live if one.assignment.booked])
    rivals = [o for o in live if not o.assignment.booked or holds.overlapping(span, o)]
    if rivals:
        raise taken(row.incident, rivals, by_id)
    if not fit(row.unit):
        raise unfit([row.unit])
    router = StraightLine(terms.detour)
    found_out = arrivals.estimates(session, row.incident, [row.unit.id], router)
    arrivals.note(held, found_out.get(row.unit.id), report.at)
    send(held, viewer, report.at)
    held.during = span.column
    _write(session, held)


def _advance(session: Session, viewer: Viewer, row: Found, report: Report, terms: Terms) -> None:
    held = row.assignment
    if _answers(viewer, row, report):
        held.acknowledged_at = report.at
    held.status, held.status_at, held.status_by = report.status, report.at, viewer.name
    reports.take_destination(held, report)
    held.silenced_until = held.silenced_by = None
    if report.ends:
        left_as = report.left_as or units.AFTERWARD[0]
        held.left_as = left_as if held.dispatched_at else None
        held.reason = report.reason
    else:
        held.heard_at = max(held.heard_at or report.at, report.at)
        live = found.live(session, viewer, [row.unit.id])
        held.during = holds.extended(held, report.at, terms.work, live).column
    _write(session, held)


def _answers(viewer: Viewer, row: Found, report: Report) -> bool:
    """A crew that says it is rolling has acknowledged by that: one step, not two."""
    crew = viewer.agency_id == row.unit.agency_id
    return crew and report.status == "en_route" and row.assignment.status == "dispatched"


def _write(session: Session, held: Assignment) -> None:
    session.flush()
    session.refresh(held)


def _tell(session: Session, viewer: Viewer, row: Found, report: Report, key: str | None) -> None:
    kind = "assignment" if report.ends or report.status == "dispatched" else "status"
    _log(session, viewer, row, _sentence(row, report), kind, report, key)
    if report.status == "dispatched":
        incident_moves.start(session, viewer, row.incident.id, report.at)
        notices.sent(session, viewer, row.assignment, row.unit, row.incident)
    elif report.ends and row.assignment.dispatched_at:
        notices.ended(session, viewer, row.assignment, row.unit, row.incident)


def _sentence(row: Found, report: Report) -> str:
    """E12 released, returning."""
    what = phrases.title(report.status)
    if report.status == "en_route" and row.assignment.acknowledged_at == report.at:
        what = "acknowledged and en route"
    if report.destination and not report.ends:
        what += f" to {report.destination}"
    if report.left_as:
        what += f", {phrases.unit_title(report.left_as)}"
    reason = f": {report.reason}" if report.reason else ""
    return f"{row.unit.name} {what}{reason}{phrases.late(report.at, report.now)}."


def _log(
    session: Session,
    viewer: Viewer,
    row: Found,
    text: str,
    kind: str,
    report: Report,
    key: str | None,
) -> None:
    log.add(
        session,
        viewer,
        row.incident.id,
        text,
        kind=kind,
        at=min(report.at, report.now),
        resource_id=row.unit.id,
        key=key,
    )
