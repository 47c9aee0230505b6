"""Which units to send: the best for each need, why, and why not those that are nearer.

Units are met nearest first (candidates) and weighed (weighing). A unit is chosen only when no unit
that has not been met can have a better score, since each of those is at least as far away as the
walk has come: the answer is the one that weighing every unit of the state would give. Over several
needs the pair of need and unit with the best score is chosen first, then the next; a unit once.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from math import inf

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.values import Position
from meris import age_limits, wording
from meris.accounts import Viewer
from meris.dispatch.answer import NeedLine, Passed, Pick, Recommendation
from meris.dispatch.candidates import Candidate
from meris.dispatch.choosing import Choosing, Line, Terms
from meris.dispatch.keeping import Keep
from meris.dispatch.shortfalls import next_free, words
from meris.dispatch.travel import Router, StraightLine
from meris.dispatch.weighing import Scale, Weighed
from meris.errors import Invalid, NotFound
from meris.fields import Home
from meris.needs.need import Need, checked, still_open
from meris.tables import Incident, Resource, Unit

__all__ = ["Keep", "Need", "Pick", "Recommendation", "for_incident", "next_best", "recommend"]

#: Other units shown after those that are proposed, and nearer ones that are not.
_MOST_PASSED = 12
_MOST_OTHERS = 50


def recommend(
    session: Session,
    viewer: Viewer,
    *,
    position: Position,
    needs: Sequence[Need],
    incident_id: int | None = None,
    within_minutes: float | None = None,
    exclude: Collection[int] = (),
    keep: Keep | None = None,
    most: int = 5,
    router: Router | None = None,
    now: datetime | None = None,
    uncommitted: bool = False,
    home: Home | None = None,
) -> Recommendation:
    """The units to send to `position`, of those the viewer may see, with up to `most` others each.

    `within_minutes` is of the arrival; `uncommitted` leaves out those booked ahead as well; `keep`
    units at their station or in their county; `home` is whose clock and distances the reasons go
    by. Raises `Invalid` for needs that cannot be met by anybody.
    """
    now = now or datetime.now(UTC)
    home = home or Home.of()
    terms = Terms(
        position=position,
        router=router or StraightLine(distances=home.distances),
        scale=Scale(now, home, age_limits.every(session), incident_id, uncommitted),
        within_minutes=within_minutes,
        exclude=frozenset(exclude),
        keep=keep,
        most=max(0, min(most, _MOST_OTHERS)),
    )
    chosen = Choosing(session, viewer.policy, terms, checked(needs))
    chosen.choose()
    lines = tuple(_line(session, viewer, chosen, line) for line in chosen.lines)
    return Recommendation(now, position, incident_id, lines, tuple(chosen.ledger.holes()))


def for_incident(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    *,
    within_minutes: float | None = None,
    exclude: Collection[int] = (),
    most: int = 5,
    router: Router | None = None,
    home: Home | None = None,
) -> Recommendation:
    """What the incident still needs: its needs less what is sent or held; no lines for nothing.

    Raises `NotFound`, and `Invalid` for an incident without a place.
    """
    incident = _incident(session, viewer, incident_id)
    needs = still_open(session, incident_id)
    if not needs:
        return Recommendation(datetime.now(UTC), position_of(incident.position), incident_id)
    return recommend(
        session,
        viewer,
        position=_place(incident),
        needs=needs,
        incident_id=incident_id,
        within_minutes=within_minutes,
        exclude=exclude,
        most=most,
        router=router,
        home=home,
    )


def next_best(
    session: Session,
    viewer: Viewer,
    unit_id: int,
    incident_id: int,
    *,
    exclude: Collection[int] = (),
    router: Router | None = None,
    home: Home | None = None,
) -> Pick | None:
    """The unit to send in the place of one that is taken: of its kind, and as capable or better.

    None when there is none, or when unit or incident have no place or are not for this viewer.
    """
    incident = _incident(session, viewer, incident_id)
    lost = session.execute(
        select(Resource.type, Unit.type_level)
        .join(Unit, Unit.resource_id == Resource.id)
        .where(Resource.id == unit_id, viewer.policy.condition())
    ).one_or_none()
    if lost is None or lost.type is None or incident.position is None:
        return None
    answer = recommend(
        session,
        viewer,
        position=_place(incident),
        needs=[Need(1, (lost.type,), lost.type_level)],
        incident_id=incident_id,
        exclude={unit_id, *exclude},
        most=0,
        router=router,
        home=home,
    )
    return next(iter(answer.picks), None)


def _incident(session: Session, viewer: Viewer, incident_id: int) -> Incident:
    statement = select(Incident).where(Incident.id == incident_id, viewer.policy.incidents())
    incident = session.scalar(statement)
    if incident is None:
        raise NotFound("There is no such incident, or you may not see it.")
    return incident


def _place(incident: Incident) -> Position:
    position = position_of(incident.position)
    if position is None:
        raise Invalid(
            f"{incident.number} has no place yet, and nothing is near nowhere. Place it first."
        )
    return position


def _line(session: Session, viewer: Viewer, chosen: Choosing, line: Line) -> NeedLine:
    free = next_free(chosen, line) if line.lacks else ()
    passed = _passed(chosen, line)
    return NeedLine(
        need=line.need,
        picks=tuple(_pick(weighed, chosen) for weighed in line.picks),
        runners_up=tuple(_pick(weighed, chosen) for weighed in line.others),
        passed=tuple(passed[:_MOST_PASSED]),
        more_passed=max(0, len(passed) - _MOST_PASSED),
        short=line.lacks,
        shortfall=words(session, viewer.policy, line, free, chosen.terms.within_minutes),
        next_free=free,
    )


def _pick(weighed: Weighed, chosen: Choosing) -> Pick:
    unit = weighed.unit
    age = None if unit.placed_at is None else chosen.terms.scale.now - unit.placed_at
    return Pick(
        unit_id=unit.id,
        name=unit.name,
        unit_type=unit.type,
        type_level=unit.type_level,
        agency=unit.agency,
        status=unit.status,
        county_fips=unit.county_fips,
        position=unit.position,
        position_age_s=None if age is None else round(age.total_seconds()),
        eta_minutes=weighed.estimate.minutes,
        distance_m=round(weighed.estimate.meters),
        score=weighed.score,
        reasons=weighed.reasons,
        warnings=weighed.warnings,
        cover=weighed.cover,
    )


def _passed(chosen: Choosing, line: Line) -> list[Passed]:
    """Everybody nearer than the farthest pick who is neither picked nor next, nearest first."""
    told = {weighed.unit.id for weighed in (*line.picks, *line.others)}
    reach = inf if line.lacks else max(weighed.unit.meters for weighed in line.picks)
    nearer = sorted(
        (unit.meters, unit.id, unit)
        for unit in chosen.walk.all_met()
        if unit.type in line.need.unit_types and unit.meters < reach and unit.id not in told
    )
    return [
        Passed(unit.id, unit.name, unit.type, round(unit.meters), reason)
        for _, _, unit in nearer
        if (reason := _why_not(chosen, line, unit)) is not None
    ]


def _why_not(chosen: Choosing, line: Line, unit: Candidate) -> str | None:
    if unit.id in chosen.taken:
        return f"proposed for the {chosen.taken[unit.id].noun()}"
    chosen.weigh(line, unit)
    if unit.id in line.out:
        return line.out[unit.id]
    weighed = line.fitting.get(unit.id)
    if weighed is None:
        return None  # left out by who asked
    arrival = wording.minutes(weighed.estimate.minutes)
    heaviest = max(weighed.against, key=lambda item: item.minutes, default=None)
    return f"would take {arrival}" + (f"; {heaviest.words}" if heaviest else "")
