"""What came to the shelters and points of distribution of the exercise, and what they gave out.

Written as movements, so that every shelf is explained and its pace can be measured.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from meris.demo.world import World
from meris.fields import BY_CODE, Home
from meris.tables import Resource, Shelter, StockLine, StockMovement

#: How far back the books of a place go.
_PAST = timedelta(hours=36)
_BATCH = 5_000
#: Local hours at which a point of distribution hands out.
_DAY = range(7, 19)


class _Need(NamedTuple):
    """An item of a shelter: units of issue for each person a day, or once on entry (`lasts`)."""

    code: str
    unit: str
    each: float
    lasts: bool = False
    share: float = 1.0


_NEEDS = (
    _Need("WATER-BTL", "CS", 0.32),
    _Need("MEAL-SS", "CS", 0.25),
    _Need("COT-STD", "EA", 1.0, lasts=True),
    _Need("BLANKET", "EA", 2.0, lasts=True),
    _Need("KIT-HYG", "EA", 1.0, lasts=True, share=0.8),
    _Need("FOOD-INF", "EA", 0.15, share=0.4),
    _Need("PET-FOOD", "BG", 0.004, share=0.3),
)
#: What a point of distribution hands out in an hour, as a share of what it had in the morning.
_HANDED_OUT = {"WATER-BTL": 0.06, "MEAL-SS": 0.06, "ICE": 0.09, "TARP": 0.04, "BLANKET": 0.03}


def stock_up(session: Session, world: World, chance: Random) -> dict[str, int]:
    """Fill the shelves of open shelters and move what open points of distribution handed out.

    Returns the rows written, by table.
    """
    lines, rows = 0, list[dict[str, Any]]()
    for shelter, part in _shelters(session):
        made = _shelves(session, shelter, part, chance)
        lines += len(made)
        for line, need in made:
            rows += _at_a_shelter(line, need, shelter, part, world.clock.now, chance)
    zone = Home.of(world.state).zone
    for line, site in _handing_out(session):
        rows += _at_a_pod(line, site, world.clock.now, zone, chance)
    # the triggers add up what is inserted: in order, and each batch whole
    rows.sort(key=lambda row: row["at"])
    for start in range(0, len(rows), _BATCH):
        session.execute(insert(StockMovement), rows[start : start + _BATCH])
    return {"stock_line": lines, "stock_movement": len(rows)}


def _shelters(session: Session) -> Sequence[Any]:
    return session.execute(
        select(Resource, Shelter)
        .join(Shelter, Shelter.resource_id == Resource.id)
        .where(Resource.status.in_(("open", "full")), Shelter.population_total > 0)
        .order_by(Resource.id)
    ).all()


def _shelves(
    session: Session, shelter: Resource, part: Shelter, chance: Random
) -> list[tuple[StockLine, _Need]]:
    """The stock lines of a shelter, with nothing on them yet."""
    needs = [need for need in _NEEDS if chance.random() < need.share]
    people = max(part.population_total or 0, 20)
    made = []
    for need in needs:
        item = BY_CODE[need.code]
        line = StockLine(
            resource_id=shelter.id,
            item_code=item.code,
            item_name=item.title,
            category=item.category,
            quantity_on_hand=0,
            unit_of_issue=need.unit,
            units_per_pack=item.packs.get(need.unit) or (40 if need.unit == "BG" else None),
            par_level=None if need.lasts else max(2, round(people * need.each)),
            condition="serviceable",
        )
        session.add(line)
        made.append((line, need))
    session.flush()
    return made


def _at_a_shelter(
    line: StockLine,
    need: _Need,
    shelter: Resource,
    part: Shelter,
    now: datetime,
    chance: Random,
) -> Iterator[dict[str, Any]]:
    people = max(part.population_total or 0, 20)
    begin = max(part.opened_at or now - _PAST, now - _PAST)
    by = shelter.confirmed_by or "Shelter manager"
    days = 1.05 if need.lasts else chance.choice((0.6, 0.9, 1.2, 1.6, 2.4))
    days += 0.0 if need.lasts else (now - begin) / timedelta(days=1)
    stock = max(4, round(people * need.each * days))
    yield _row(line, "receive", stock, begin, by)
    at, left = begin, stock
    while left and (at := at + timedelta(hours=chance.uniform(3, 5))) < now:
        share = chance.uniform(0.1, 0.3) if need.lasts else chance.uniform(0.6, 1.4) / 6
        given = min(left - 1 if need.lasts else left, round(people * need.each * share))
        if given > 0:
            left -= given
            yield _row(line, "issue", given, at, by)


def _handing_out(session: Session) -> Sequence[Any]:
    return session.execute(
        select(StockLine, Resource)
        .join(Resource, Resource.id == StockLine.resource_id)
        .where(
            Resource.type == "pod",
            Resource.status == "open",
            StockLine.item_code.in_(_HANDED_OUT),
            StockLine.condition == "serviceable",
        )
        .order_by(StockLine.id)
    ).all()


def _at_a_pod(
    line: StockLine, site: Resource, now: datetime, zone: Any, chance: Random
) -> Iterator[dict[str, Any]]:
    """What stands there now is what is left: as much as was handed out came in before."""
    morning = float(line.quantity_on_hand)
    hours = [
        now - timedelta(hours=hour, minutes=7) for hour in range(int(_PAST.total_seconds() // 3600))
    ]
    given = [
        (at, round(morning * _HANDED_OUT[line.item_code or ""] * chance.uniform(0.5, 1.5)))
        for at in reversed(hours)
        if at.astimezone(zone).hour in _DAY
    ]
    given = [(at, count) for at, count in given if count > 0]
    by = site.confirmed_by or "Logistics officer"
    if given:
        first = given[0][0] - timedelta(hours=2)
        yield _row(line, "receive", sum(count for _, count in given), first, by)
    for at, count in given:
        yield _row(line, "issue", count, at, by)


def _row(line: StockLine, kind: str, quantity: int, at: datetime, by: str) -> dict[str, Any]:
    return {
        "at": at.replace(second=0, microsecond=0),
        "kind": kind,
        "quantity": quantity,
        "stock_line_id": line.id,
        "by_name": by,
        "source": "phone",
    }
