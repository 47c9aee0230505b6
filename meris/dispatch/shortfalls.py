"""What is missing, and who may come free next: estimates, and said to be."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris import wording
from meris.accounts import Policy
from meris.dispatch.answer import NextFree
from meris.dispatch.candidates import READY, Candidate
from meris.dispatch.choosing import Choosing, Line
from meris.dispatch.weighing import Weighed
from meris.needs.need import Need, kinds_said
from meris.tables import Resource, UnitPosition

_MOST = 3
#: Minutes that such work usually takes from its beginning. Ours; a promise that ends sooner counts.
_USUAL = {"transporting": 45, "at_destination": 20, "returning": 15}
#: Whoever should be free by now may be at any moment; nobody knows which.
_ANY_MOMENT = timedelta(minutes=5)


def next_free(chosen: Choosing, line: Line) -> tuple[NextFree, ...]:
    """Who of those met could fill the need next, the soonest there first."""
    able = sorted(_able(chosen, line), key=lambda unit: (unit.eta_minutes, unit.unit_id))
    return tuple(able[:_MOST])


def words(
    session: Session, policy: Policy, line: Line, free: tuple[NextFree, ...], within: float | None
) -> str | None:
    """What is missing: "3 of 4 engines; next free in about 25 min: E12"."""
    if not line.lacks:
        return None
    need = line.need
    limit = "" if within is None else f" within {within:g} min"
    parts = [f"{len(line.picks) or 'none'} of {need.count} {need.noun(need.count)}{limit}"]
    parts.append(_next(free) if free else "nobody is known to come free")
    unplaced = _unplaced(session, policy, need)
    if unplaced:
        said = kinds_said(need.unit_types, unplaced)
        parts.append(f"{unplaced} free {said} without a place on the map")
    return "; ".join(parts)


def _next(free: tuple[NextFree, ...]) -> str:
    first = free[0]
    if first.minutes == 0:
        return f"the next would arrive in {wording.minutes(first.eta_minutes)}: {first.name}"
    return f"next free in about {wording.minutes(first.minutes)}: {first.name}"


def _able(chosen: Choosing, line: Line) -> Iterator[NextFree]:
    now = chosen.terms.scale.now
    late = {weighed.unit.id for weighed in line.late}
    for number, weighed in line.fitting.items():
        if number in chosen.taken or number not in line.out:
            continue
        free_at = now if number in late else _free_at(weighed.unit, now)
        if free_at is not None:
            yield _told(weighed, line.out[number], now, free_at)


def _told(weighed: Weighed, reason: str, now: datetime, free_at: datetime) -> NextFree:
    minutes = (free_at - now) / timedelta(minutes=1)
    busy = weighed.unit.load.now(now)
    return NextFree(
        weighed.unit.id,
        weighed.unit.name,
        weighed.unit.type,
        round(minutes),
        minutes + weighed.estimate.minutes,
        reason,
        busy.number if busy else None,
    )


def _free_at(unit: Candidate, now: datetime) -> datetime | None:
    """When the unit may be free; None when nothing tells."""
    busy = unit.load.now(now)
    status = busy.status if busy and not busy.holds(now) else unit.status
    since = busy.status_at if busy else unit.status_at
    guesses = [busy.ends] if busy and busy.ends > now else []
    if status in _USUAL and since:
        guesses.append(max(since + timedelta(minutes=_USUAL[status]), now + _ANY_MOMENT))
    if status in READY and unit.available_from and unit.available_from > now:
        guesses.append(unit.available_from)
    return min(guesses, default=None)


def _unplaced(session: Session, policy: Policy, need: Need) -> int:
    """Free units of the kinds that have no place, and so no arrival."""
    statement = (
        select(func.count())
        .select_from(Resource)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(Resource.kind == "unit", Resource.type.in_(need.unit_types))
        .where(Resource.status.in_(READY), policy.condition())
        .where(Resource.position.is_(None), UnitPosition.resource_id.is_(None))
    )
    return session.scalar(statement) or 0
