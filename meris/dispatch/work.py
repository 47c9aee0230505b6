"""What units are committed to now, have been in the last day, and are booked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select

from meris.accounts import Policy
from meris.tables import Assignment, Incident, Resource
from meris.units import ENDED

#: Work longer ago does not tire anybody.
LOOK_BACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Work:
    """One assignment of a unit. `number` is None where the viewer may not know of the incident."""

    incident_id: int
    number: str | None
    status: str
    status_at: datetime
    booked: bool
    begins: datetime
    ends: datetime
    dispatched_at: datetime | None
    by: str

    @property
    def over(self) -> bool:
        """Whether the unit was released or called off."""
        return self.status in ENDED

    def holds(self, now: datetime) -> bool:
        """Whether it is a hold that has not run out."""
        return self.status == "reserved" and not self.booked and self.ends > now

    @property
    def commits(self) -> bool:
        """Whether the unit is sent."""
        return not self.over and self.status != "reserved"


@dataclass(frozen=True, slots=True)
class Workload:
    """What one unit has to do."""

    all: Sequence[Work] = ()

    def now(self, now: datetime) -> Work | None:
        """What it is sent to or held for."""
        return next((work for work in self.all if work.commits or work.holds(now)), None)

    def next_booking(self, now: datetime) -> Work | None:
        """What it is promised to next."""
        ahead = (work for work in self.all if work.booked and not work.over and work.ends > now)
        return min(ahead, key=lambda work: work.begins, default=None)

    def hours(self, now: datetime) -> float:
        """How long it was committed in the last 24 hours."""
        since = now - LOOK_BACK
        spans = (
            min(work.ends if work.over else now, now) - max(work.dispatched_at, since)
            for work in self.all
            if work.dispatched_at
        )
        return sum((max(span, timedelta()) for span in spans), timedelta()) / timedelta(hours=1)


NONE = Workload()


def listed(policy: Policy, since: ColumnElement[datetime]) -> ScalarSelect[Any]:
    """The work of a resource as JSON for `read`, to be selected beside `Resource`: what is not over
    or was over after `since`. An incident that the policy hides has no number."""
    ended = func.coalesce(Assignment.released_at, Assignment.cancelled_at)
    parts = (
        Assignment.incident_id,
        Incident.number,
        Assignment.status,
        _epoch(Assignment.status_at),
        Assignment.booked,
        # a span that was over before it began is empty and has no ends
        _epoch(func.coalesce(func.lower(Assignment.during), Assignment.status_at)),
        _epoch(func.coalesce(func.upper(Assignment.during), Assignment.status_at)),
        _epoch(Assignment.dispatched_at),
        Assignment.created_by,
    )
    return (
        select(func.json_agg(func.json_build_array(*parts)))
        .select_from(Assignment)
        .outerjoin(Incident, and_(Incident.id == Assignment.incident_id, policy.incidents()))
        .where(Assignment.resource_id == Resource.id)
        .where(or_(Assignment.status.not_in(ENDED), ended > since))
        .correlate(Resource)
        .scalar_subquery()
    )


def read(told: Sequence[Sequence[Any]] | None) -> Workload:
    """The work that `listed` told."""
    return Workload(tuple(_work(*parts) for parts in told)) if told else NONE


def _work(
    incident: int,
    number: str | None,
    status: str,
    status_at: float,
    booked: bool,
    begins: float,
    ends: float,
    dispatched_at: float | None,
    by: str,
) -> Work:
    out = None if dispatched_at is None else _time(dispatched_at)
    times = _time(begins), _time(ends), out
    return Work(incident, number, status, _time(status_at), booked, *times, by)


def _epoch(moment: Any) -> ColumnElement[Any]:
    return func.extract("epoch", moment)


def _time(epoch: float) -> datetime:
    return datetime.fromtimestamp(float(epoch), UTC)
