"""When units that are sent now would arrive, as it is written down with the assignment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import position_of
from meris import dangers
from meris.dispatch.travel import Estimate, Router, profiles
from meris.tables import Assignment, Incident, Resource, UnitPosition

_READY = ("staged", "returning")


def note(assignment: Assignment, estimate: Estimate | None, at: datetime) -> None:
    """Keep how far it was and when the unit should be there; nothing where nobody can know."""
    if estimate is not None:
        assignment.distance_m = round(estimate.meters)
        assignment.eta_at = at + timedelta(minutes=estimate.minutes)


def estimates(
    session: Session, incident: Incident, unit_ids: Sequence[int], router: Router
) -> dict[int, Estimate]:
    """The estimate of each unit that has a place, by id; none when the incident has no place."""
    goal = position_of(incident.position)
    if goal is None:
        return {}
    rows = session.execute(
        select(Resource.id, Resource.type, Resource.status, dangers.place())
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(Resource.id.in_(list(unit_ids)))
    )
    travels = profiles(session)
    found = {}
    for unit_id, kind, status, where in rows:
        origin = position_of(where)
        if origin is not None:
            ready = status in _READY
            found[unit_id] = router.estimate(origin, goal, travels[kind or "other"], staged=ready)
    return found
