"""Holds and bookings: how long each lasts, and what becomes of one that has run out.

Nothing waits for a sweeper: `units.in_force` tells every reader that a hold which has run out
holds nobody, and whoever next commits the unit ends it, with a line in the log.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.dispatch.found import Live
from meris.incidents import log
from meris.tables import Assignment, Resource
from meris.units import RAN_OUT, Span, ran_out, span_of

_MERIS = Viewer(name="MERIS")


def sweep(
    session: Session, live: Iterable[Live], units: Mapping[int, Resource], now: datetime
) -> list[Live]:
    """End the holds that have run out, each with a line in its log; answers the others."""
    kept = []
    for one in live:
        if ran_out(one.assignment, now):
            _end(session, one.assignment, units[one.assignment.resource_id].name)
        else:
            kept.append(one)
    return kept


def _end(session: Session, hold: Assignment, name: str) -> None:
    what, end = "booking" if hold.booked else "hold", span_of(hold).end
    text = f"The {what} on {name} by {hold.created_by} ran out."
    hold.status, hold.status_at, hold.status_by = "cancelled", end, _MERIS.name
    hold.reason = RAN_OUT
    session.flush()
    log.add(
        session,
        _MERIS,
        hold.incident_id,
        text,
        kind="assignment",
        at=end,
        resource_id=hold.resource_id,
    )


def clipped(begin: datetime, end: datetime, bookings: Iterable[Live]) -> Span:
    """From `begin` to `end`, or to where the unit's next booking begins."""
    starts = [span_of(one.assignment).begin for one in bookings]
    return Span(begin, min([end, *(start for start in starts if start > begin)]))


def overlapping(span: Span, one: Live) -> bool:
    """Whether something already promised lies in the way of a span."""
    other = span_of(one.assignment)
    return other.begin < span.end and span.begin < other.end


def extended(assignment: Assignment, at: datetime, work: timedelta, live: Iterable[Live]) -> Span:
    """The span of work that takes longer than planned: on from now, up to the next booking."""
    span = span_of(assignment)
    if span.end > at:
        return span
    others = [one for one in live if one.assignment.id != assignment.id]
    longer = clipped(span.begin, at + work, others)
    return max(span, longer)
