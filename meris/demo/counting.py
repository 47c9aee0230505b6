"""How the shelters of the exercise filled: the counts before the newest one.

People come in the first hours and for the night, and some leave in the morning.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from meris.demo.world import World
from meris.fields import Home
from meris.tables import Resource, Shelter, ShelterCount

#: Hours between two counts, at least and at most.
_EVERY = (2.0, 5.0)
#: Local hours of the counts that have a name of their own.
_NIGHT, _NOON = (23, 0, 1), (11, 12, 13)
_BATCH = 5_000


def count_back(session: Session, world: World, chance: Random) -> int:
    """Give each open shelter that has counted its earlier counts; how many counts there are."""
    zone = Home.of(world.state).zone
    statement = (
        select(Shelter, Resource.confirmed_by)
        .join(Resource, Resource.id == Shelter.resource_id)
        .where(Shelter.counted_at.is_not(None), Shelter.opened_at.is_not(None))
        .order_by(Shelter.resource_id)
    )
    rows = []
    for shelter, reporter in session.execute(statement):
        for at in _times(shelter, chance):
            hour = at.astimezone(zone).hour
            rows.append(_count(shelter, at, hour, reporter or "Shelter manager", chance))
    for start in range(0, len(rows), _BATCH):
        session.execute(insert(ShelterCount), rows[start : start + _BATCH])
    return session.scalar(select(func.count()).select_from(ShelterCount)) or 0


def _times(shelter: Shelter, chance: Random) -> Iterator[datetime]:
    """When it was counted between its opening and the newest count."""
    assert shelter.opened_at is not None
    assert shelter.counted_at is not None
    at = shelter.opened_at + timedelta(minutes=40 * chance.random())
    while at < shelter.counted_at - timedelta(hours=1):
        yield at.replace(second=0, microsecond=0)
        at += timedelta(hours=chance.uniform(*_EVERY))


def _count(
    shelter: Shelter, at: datetime, hour: int, reporter: str, chance: Random
) -> dict[str, Any]:
    assert shelter.opened_at is not None
    assert shelter.counted_at is not None
    now = shelter.population_total or 0
    share = (at - shelter.opened_at) / (shelter.counted_at - shelter.opened_at)
    night = 1.12 if hour in (*_NIGHT, 2, 3, 4, 5) else 1.0
    places = shelter.evacuation_capacity or shelter.post_impact_capacity
    filled = now * (0.25 + 0.75 * share**0.6) * night * chance.uniform(0.95, 1.05)
    total = min(round(filled), max(places or round(filled), now))
    medical = round(total * (shelter.population_medical_needs or 0) / max(now, 1))
    other = round(total * (shelter.population_other or 0) / max(now, 1))
    grouped = shelter.population_general is not None
    return {
        "resource_id": shelter.resource_id,
        "at": at,
        "received_at": at,
        "period": "overnight" if hour in _NIGHT else "midday" if hour in _NOON else "adhoc",
        "total": total,
        "general": max(0, total - medical - other) if grouped else None,
        "medical_needs": min(medical, total) if grouped else None,
        "other": min(other, total - min(medical, total)) if grouped else None,
        "pets": round((shelter.population_pets or 0) * share),
        "reported_by": reporter,
        "source": "phone",
    }
