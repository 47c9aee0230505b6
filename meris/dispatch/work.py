"""What units are committed to now, have been in the last day, and are booked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from meris.accounts import Policy
from meris.tables import Assignment, Incident

#: Work longer ago does not tire anybody.
LOOK_BACK = timedelta(hours=24)
_ENDED = ("released", "cancelled")


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
        return self.status in _ENDED

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


def of(
    session: Session, policy: Policy, ids: Collection[int], now: datetime
) -> dict[int, Workload]:
    """The work of those units that have any."""
    if not ids:
        return {}
    statement = (
        select(
            Assignment.resource_id,
            Assignment.incident_id,
            Incident.number,
            Assignment.status,
            Assignment.status_at,
            Assignment.booked,
            func.lower(Assignment.during).label("begins"),
            func.upper(Assignment.during).label("ends"),
            Assignment.dispatched_at,
            Assignment.created_by,
        )
        .outerjoin(Incident, and_(Incident.id == Assignment.incident_id, policy.incidents()))
        .where(Assignment.resource_id.in_(ids))
        .where(
            or_(
                Assignment.status.not_in(_ENDED),
                func.coalesce(Assignment.released_at, Assignment.cancelled_at) > now - LOOK_BACK,
            )
        )
        .order_by(Assignment.id)
    )
    found: dict[int, list[Work]] = {}
    for row in session.execute(statement):
        found.setdefault(row.resource_id, []).append(_work(tuple(row)[1:]))
    return {unit: Workload(tuple(works)) for unit, works in found.items()}


def _work(row: tuple[object, ...]) -> Work:
    return Work(*row)  # type: ignore[arg-type]
