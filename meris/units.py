"""Units (responders): their statuses and moves, what holds them, and how one is summed up."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from meris.language import _, ngettext
from meris.tables import Assignment, Duty, Unit

_ANY_TIME = frozenset({"available", "out_of_service", "off_duty"})

#: From each status the ones it may become (domain §1.3). A radio call may be missed, so that a
#: move may skip steps forward; nobody goes back without passing `available`.
TRANSITIONS: dict[str, frozenset[str]] = {
    "available": frozenset({"staged", "dispatched", "en_route", "on_scene"}) | _ANY_TIME,
    "staged": frozenset({"dispatched", "en_route", "on_scene", "returning"}) | _ANY_TIME,
    "dispatched": frozenset({"en_route", "on_scene", "returning"}) | _ANY_TIME,
    "en_route": frozenset({"staged", "on_scene", "returning"}) | _ANY_TIME,
    "on_scene": frozenset({"transporting", "returning"}) | _ANY_TIME,
    "transporting": frozenset({"at_destination", "returning"}) | _ANY_TIME,
    "at_destination": frozenset({"returning"}) | _ANY_TIME,
    "returning": frozenset({"staged", "dispatched", "en_route"}) | _ANY_TIME,
    "out_of_service": _ANY_TIME,
    "off_duty": _ANY_TIME,
}

#: The same of an assignment (domain §1.3). Steps may be skipped forward, for radio calls are
#: missed; what is over stays over.
ASSIGNMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    "reserved": frozenset({"dispatched", "cancelled"}),
    "dispatched": frozenset({"acknowledged", "en_route", "on_scene", "cancelled", "released"}),
    "acknowledged": frozenset({"en_route", "on_scene", "cancelled", "released"}),
    "en_route": frozenset({"on_scene", "cancelled", "released"}),
    "on_scene": frozenset({"transporting", "released"}),
    "transporting": frozenset({"at_destination", "released"}),
    "at_destination": frozenset({"on_scene", "released"}),
    "released": frozenset(),
    "cancelled": frozenset(),
}
ENDED = ("released", "cancelled")
#: What a unit may be once its assignment is over; the first unless somebody says otherwise.
AFTERWARD = ("available", "returning", "staged", "out_of_service")
#: Where a unit must be heard of from time to time.
CHECKED = ("on_scene",)


def at_work() -> ColumnElement[bool]:
    """Of an assignment: whether its unit was sent and is not released yet."""
    return Assignment.status.not_in((*ENDED, "reserved"))


def in_force(now: datetime | None = None) -> ColumnElement[bool]:
    """Of an assignment: whether it holds its unit, or will. The one rule for every reader.

    A hold or booking that has run out holds nobody, though nobody may have swept it away yet.
    """
    reserved = Assignment.status == "reserved"
    lasts = func.upper(Assignment.during) > (now or datetime.now(UTC))
    return or_(at_work(), and_(reserved, lasts))


#: Why a hold is over that nobody cancelled.
RAN_OUT = "it ran out"


class Span(NamedTuple):
    """When a unit is promised: from the one moment until before the other."""

    begin: datetime
    end: datetime

    @property
    def column(self) -> Range[Any]:
        """As the database keeps it."""
        return Range(self.begin, self.end)


def span_of(assignment: Assignment) -> Span:
    """When an assignment that is not over has its unit; both ends are always known."""
    begin, end = assignment.during.lower, assignment.during.upper
    assert begin is not None
    assert end is not None
    return Span(begin, end)


def ran_out(assignment: Assignment, now: datetime) -> bool:
    """Whether a hold or a booking has run out; what `in_force` says to the database."""
    return assignment.status == "reserved" and span_of(assignment).end <= now


def in_hand(now: datetime | None = None) -> ColumnElement[bool]:
    """Of an assignment: whether it holds its unit now; there is one such for a unit at most."""
    return and_(in_force(now), not_(Assignment.booked))


def par_at(held: Assignment) -> datetime | None:
    """When a unit must be heard of again; None where nobody waits for it."""
    if held.status not in CHECKED or held.par_minutes is None:
        return None
    heard = max(held.heard_at or held.status_at, held.status_at)
    return heard + timedelta(minutes=held.par_minutes)


def par_due() -> ColumnElement[Any]:
    """`par_at` for the database; a test holds the two together."""
    heard = func.greatest(Assignment.heard_at, Assignment.status_at)
    waited_for = and_(Assignment.status.in_(CHECKED), Assignment.par_minutes.is_not(None))
    return case((waited_for, heard + minutes(Assignment.par_minutes)))


def minutes(column: Any) -> ColumnElement[Any]:
    """A column of minutes as a span of time."""
    return func.make_interval(0, 0, 0, 0, 0, column)


def moves_of(status: str, assigned: str | None) -> list[str]:
    """What a unit may become next; `assigned` is the status of its assignment, if it has one."""
    if assigned is None:
        return sorted(TRANSITIONS[status])
    onward = ASSIGNMENT_TRANSITIONS[assigned] & TRANSITIONS.keys()
    return sorted(onward | set(AFTERWARD))


def summary(facts: Mapping[str, Any]) -> str:
    """One line for a list: type level, people, base."""
    people = facts.get("personnel_count")
    parts = [
        _("Type %(level)s", level=facts["type_level"]) if facts.get("type_level") else "",
        "" if people is None else ngettext("%(num)s person", "%(num)s people", people),
        facts.get("home_base") or "",
    ]
    return ", ".join(part for part in parts if part)


def briefs(session: Session, ids: list[int]) -> dict[int, str]:
    """The summary of each unit among `ids`."""
    statement = select(
        Unit.resource_id, Unit.type_level, Unit.personnel_count, Unit.home_base
    ).where(Unit.resource_id.in_(ids))
    return {row["resource_id"]: summary(dict(row)) for row in session.execute(statement).mappings()}


def on_duty(now: datetime | None = None) -> ColumnElement[bool]:
    """Of a turn of duty: whether it lasts, be it that nobody has noticed its end yet."""
    return and_(Duty.ended_at.is_(None), Duty.until_at > (now or datetime.now(UTC)))
