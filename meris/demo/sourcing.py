"""Where the things that were asked for come from: stock of a site nearby, or somebody outside.

All of it by the ledger's own functions, so that shelves, shipments and requests agree.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.values import Position
from meris import ledger
from meris.accounts import Viewer
from meris.demo.shares import one_of
from meris.demo.world import World
from meris.fields import Home
from meris.tables import Fill, Request, RequestLine, Resource, StockLine

#: Farther than this nobody sends a truck.
_REACH_M = 150_000
_DRIVERS = ("County truck 4", "National Guard, 2 trucks", "Volunteer driver", "Freight company")
_WHO_ACTS = text("SELECT current_setting('meris.name', true)")
_ACT_AS = text("SELECT set_config('meris.name', :name, true)")
_DESK = Viewer(name="Logistics desk", roles=frozenset({"state"}))


@dataclass
class _Shelf:
    """A stock line that may give, and how much of it is left to give."""

    line_id: int
    unit: str
    free: Decimal
    where: Position


@dataclass(frozen=True)
class Wanted:
    """A line, how far it shall be, and when its last step was."""

    line_id: int
    goal: str
    since: datetime


def source(
    session: Session,
    world: World,
    wanted: Sequence[Wanted],
    givers: Sequence[str],
    chance: Random,
) -> int:
    """Bring every line as far as it shall be; how many parts were promised."""
    shelves = _shelves(session)
    # the steps of a line are told by who makes them
    before = session.scalar(_WHO_ACTS)
    session.execute(_ACT_AS, {"name": _DESK.name})
    for one in wanted:
        line, site = session.execute(
            select(RequestLine, Resource)
            .join(Request, Request.id == RequestLine.request_id)
            .join(Resource, Resource.id == Request.deliver_to_id)
            .where(RequestLine.id == one.line_id)
        ).one()
        shelf = (
            None if one.goal == "sourced" else _nearest(shelves[line.item_code or ""], line, site)
        )
        if shelf is None:
            _from_outside(session, world, line, one, one_of(chance, givers), chance)
        else:
            _from_stock(session, line, site, shelf, one, world, chance)
    session.execute(_ACT_AS, {"name": before})
    return len(wanted)


def _shelves(session: Session) -> defaultdict[str, list[_Shelf]]:
    found: defaultdict[str, list[_Shelf]] = defaultdict(list)
    statement = (
        select(StockLine, Resource.position)
        .join(Resource, Resource.id == StockLine.resource_id)
        .where(
            Resource.kind == "supply_site",
            Resource.position.is_not(None),
            Resource.sensitivity != "confidential",
            StockLine.condition == "serviceable",
            StockLine.item_code.is_not(None),
        )
        .order_by(StockLine.id)
    )
    for line, point in session.execute(statement):
        free = line.quantity_on_hand - line.quantity_committed - (line.par_level or 0)
        position = position_of(point)
        if free > 0 and position is not None:
            shelf = _Shelf(line.id, line.unit_of_issue, free, position)
            found[line.item_code].append(shelf)
    return found


def _nearest(shelves: Sequence[_Shelf], line: RequestLine, site: Resource) -> _Shelf | None:
    here = position_of(site.position)
    if here is None:
        return None
    like = [one for one in shelves if one.unit == line.unit_of_issue]
    enough = [one for one in like if one.free >= line.quantity]
    near = [(here.meters_to(one.where), one) for one in enough]
    near = [pair for pair in near if pair[0] < _REACH_M]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _from_stock(
    session: Session,
    line: RequestLine,
    site: Resource,
    shelf: _Shelf,
    one: Wanted,
    world: World,
    chance: Random,
) -> None:
    now, home = world.clock.now, Home.of(world.state)
    shelf.free -= line.quantity
    begin = line.status_at
    said = ledger.Said(line.quantity, at=begin + (one.since - begin) * 0.3)
    fill = ledger.promise(session, _DESK, shelf.line_id, said, request_line_id=line.id)
    load = ledger.shipments.Load(ledger.Said(line.quantity), fill_id=fill.id)
    plan = ledger.shipments.Plan(site.id, [load], carrier=one_of(chance, _DRIVERS))
    shipment = ledger.shipments.prepare(session, _DESK, plan, home=home)
    left = begin + (one.since - begin) * 0.6 if one.goal == "on_scene" else one.since
    # most are on time still
    begun = left if one.goal == "on_scene" or chance.random() < 0.25 else max(left, now)
    due = begun + timedelta(minutes=chance.randint(15, 150))
    ledger.shipments.depart(session, _DESK, shipment.id, at=left, expected_at=due)
    if one.goal == "on_scene":
        ledger.shipments.take_in(session, _DESK, shipment.id, at=one.since)


def _from_outside(
    session: Session,
    world: World,
    line: RequestLine,
    one: Wanted,
    giver: str,
    chance: Random,
) -> None:
    """An agency that gives of what MERIS does not count."""
    left = None if one.goal == "sourced" else one.since
    session.execute(
        insert(Fill).values(
            request_line_id=line.id,
            provider=giver,
            unit_of_issue=line.unit_of_issue,
            quantity_committed=line.quantity if one.goal == "sourced" else 0,
            quantity_in_transit=line.quantity if one.goal == "en_route" else 0,
            quantity_received=line.quantity if one.goal == "on_scene" else 0,
            expected_at=world.clock.now + timedelta(hours=3 * chance.random()),
            departed_at=left,
            received_at=one.since if one.goal == "on_scene" else None,
            made_by=_DESK.name,
            made_at=one.since,
        )
    )
