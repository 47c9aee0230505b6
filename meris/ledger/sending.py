"""Shipments from site to site: prepared from stock, sent, taken in, or brought back.

Being prepared, goods are promised on the giver's shelf; sent, they are at neither site; taken in,
they are on the shelf of the receiver. Every step is written as movements (`meris.ledger.record`).
All functions raise `NotFound`, `Forbidden`, `Invalid`, `Conflict`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.db import take_turns
from meris.errors import Conflict, Forbidden, NotFound, refused
from meris.fields import Home
from meris.ledger import promising
from meris.ledger.quantities import Said, of_line
from meris.ledger.record import record
from meris.ledger.shelves import (
    Shelf,
    find_site,
    handles,
    hold,
    hold_requests,
    keeps,
    lock,
    require_keeper,
)
from meris.ledger.shipping_states import Freight, find, require_move
from meris.numbers import next_of_year
from meris.tables import Fill, Resource, Shipment, ShipmentCounter, ShipmentLine

MOST_LINES = 100


@dataclass(frozen=True)
class Load:
    """What goes on a shipment: so much of a stock line, or of what a fill promises."""

    said: Said
    line_id: int | None = None
    fill_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """A shipment to be made: where it goes, what is on it, who drives. The same `key` twice is
    one shipment."""

    to_id: int
    loads: Sequence[Load]
    carrier: str | None = None
    carrier_phone: str | None = None
    unit_id: int | None = None
    expected_at: datetime | None = None
    note: str | None = None
    key: str | None = None


def prepare(session: Session, viewer: Viewer, plan: Plan, *, home: Home) -> Shipment:
    """A new shipment, its goods promised to it. All of them stand at one site, whose keeper sends.

    A load of a stock line is promised now (a plain transfer); one of a fill was promised before.
    """
    known = _by_key(session, viewer, plan.key)
    if known is not None:
        return known
    if not 0 < len(plan.loads) <= MOST_LINES:
        raise refused("lines", f"A shipment has 1 to {MOST_LINES} lines.")
    goal = find_site(session, viewer, plan.to_id)
    ids = [_line_of(session, load) for load in plan.loads]
    hold_requests(session, [load.fill_id for load in plan.loads if load.fill_id])
    shelves = lock(session, viewer, ids)
    origin = _one_site(shelves.values())
    require_keeper(viewer, origin)
    if origin.id == goal.id:
        raise refused("to", f"The goods are at {goal.name} already.")
    shipment = _make(session, viewer, plan, origin, home)
    for rank, (load, line_id) in enumerate(zip(plan.loads, ids, strict=True), 1):
        _load(session, viewer, shipment, load, shelves[line_id], rank)
    return shipment


def depart(
    session: Session,
    viewer: Viewer,
    shipment_id: int,
    *,
    at: datetime | None = None,
    expected_at: datetime | None = None,
) -> Shipment:
    """It leaves: its goods are at neither site from now on."""
    freight = find(session, viewer, shipment_id, lock=True)
    if was_me(freight, viewer, "in_transit"):
        return freight.shipment
    _require_giver(viewer, freight)
    require_move(freight.shipment, "in_transit")
    lines = lines_of(session, shipment_id)
    hold_requests(session, [line.fill_id for line in lines])
    shelves = hold(session, [line.stock_line_id for line in lines])
    said = Said(Decimal(0), at=at)
    for line in lines:
        record(
            session,
            viewer,
            "transfer_out",
            shelves[line.stock_line_id],
            said.part("", line.quantity),
            fill_id=line.fill_id,
            shipment_line_id=line.id,
        )
    when = said.when()
    due = {} if expected_at is None else {"expected_at": expected_at}
    return become(session, viewer, freight, "in_transit", when, departed_at=when, **due)


def arrive(
    session: Session, viewer: Viewer, shipment_id: int, *, at: datetime | None = None
) -> Shipment:
    """It stands at the door, not yet counted and taken in."""
    freight = find(session, viewer, shipment_id, lock=True)
    if was_me(freight, viewer, "arrived"):
        return freight.shipment
    require_end(viewer, freight)
    if freight.shipment.status != "in_transit":
        require_move(freight.shipment, "arrived")
        raise Conflict(f"{freight.shipment.number} was taken in already. Reverse what is wrong.")
    when = happened(freight, at)
    return become(session, viewer, freight, "arrived", when, arrived_at=when)


def turn_back(
    session: Session,
    viewer: Viewer,
    shipment_id: int,
    *,
    reason: str | None,
    at: datetime | None = None,
) -> Shipment:
    """What is still on the way goes back to the giver. Needs a reason."""
    freight = find(session, viewer, shipment_id, lock=True)
    if was_me(freight, viewer, "returning"):
        return freight.shipment
    require_end(viewer, freight)
    require_move(freight.shipment, "returning")
    if not reason:
        raise refused("reason", "Say why it turns back.")
    when = happened(freight, at)
    return become(session, viewer, freight, "returning", when, status_reason=reason)


def cancel(
    session: Session,
    viewer: Viewer,
    shipment_id: int,
    *,
    reason: str | None,
    at: datetime | None = None,
) -> Shipment:
    """It is not sent. What was promised only to it is free again; what a request was promised
    stays promised. Needs a reason."""
    freight = find(session, viewer, shipment_id, lock=True)
    if was_me(freight, viewer, "cancelled"):
        return freight.shipment
    _require_giver(viewer, freight)
    require_move(freight.shipment, "cancelled")
    if not reason:
        raise refused("reason", "Say why it is not sent.")
    lines = lines_of(session, shipment_id)
    hold_requests(session, [line.fill_id for line in lines])
    shelves = hold(session, [line.stock_line_id for line in lines])
    when = happened(freight, at)
    done = become(session, viewer, freight, "cancelled", when, status_reason=reason)
    for line in lines:
        fill = session.get_one(Fill, line.fill_id)
        if fill.request_line_id is None:
            said = Said(line.quantity, at=when, reason=reason)
            promising.let_go(session, viewer, shelves[line.stock_line_id], fill.id, said, reason)
    return done


def _by_key(session: Session, viewer: Viewer, key: str | None) -> Shipment | None:
    if key is None:
        return None
    take_turns(session, key, 6)
    known = session.scalar(select(Shipment).where(Shipment.client_key == key))
    if known is not None and known.created_by != viewer.name:
        raise Conflict("This key was used for another shipment. Send a key of its own with each.")
    return known


def _line_of(session: Session, load: Load) -> int:
    """The stock line that a load is of. Raises `NotFound`."""
    line_id = load.line_id
    if load.fill_id is not None:
        line_id = session.scalar(select(Fill.stock_line_id).where(Fill.id == load.fill_id))
    if line_id is None:
        raise NotFound("There is no such stock, or you may not see it.")
    return line_id


def _one_site(shelves: Any) -> Resource:
    sites: dict[int, Resource] = {shelf.site.id: shelf.site for shelf in shelves}
    if len(sites) > 1:
        names = " and ".join(sorted(site.name for site in sites.values())[:2])
        raise refused("lines", f"The goods stand at {names}. Make a shipment from each.")
    return next(iter(sites.values()))


def _make(session: Session, viewer: Viewer, plan: Plan, origin: Resource, home: Home) -> Shipment:
    row = {
        "number": _number(session, home),
        "from_id": origin.id,
        "to_id": plan.to_id,
        "status_at": plan.loads[0].said.when(),
        "status_by": viewer.name,
        "carrier": plan.carrier,
        "carrier_phone": plan.carrier_phone,
        "unit_id": plan.unit_id,
        "expected_at": plan.expected_at,
        "note": plan.note,
        "created_by": viewer.name,
        "client_key": plan.key,
    }
    return session.scalars(insert(Shipment).values(row).returning(Shipment)).one()


def _number(session: Session, home: Home) -> str:
    year, number = next_of_year(session, ShipmentCounter, home)
    return f"SHP-{year}-{number:05}"


def _load(
    session: Session, viewer: Viewer, shipment: Shipment, load: Load, shelf: Shelf, rank: int
) -> None:
    if load.fill_id is None:
        said = load.said.part(f"{shipment.number}#{rank}")
        fill = promising.promise(session, viewer, shelf.line.id, said)
        quantity = fill.quantity_committed
    else:
        fill = session.get_one(Fill, load.fill_id, populate_existing=True)
        quantity = of_line(shelf.line, load.said)
        _require_promised(session, fill, shelf, quantity)
    row = {
        "shipment_id": shipment.id,
        "fill_id": fill.id,
        "stock_line_id": shelf.line.id,
        "quantity": quantity,
    }
    session.execute(insert(ShipmentLine).values(row))


def _require_promised(session: Session, fill: Fill, shelf: Shelf, quantity: Decimal) -> None:
    loose = fill.quantity_committed - promising.in_preparation(session, fill.id)
    if quantity > loose:
        of = shelf.line
        left = supplies.goods(of.item_code, of.item_name, loose, fill.unit_of_issue)
        verb = "is" if loose == 1 else "are"
        raise Conflict(f"Only {left} {verb} promised and not yet on the way.")


def lines_of(session: Session, shipment_id: int) -> Sequence[ShipmentLine]:
    """What is on a shipment, as it is now."""
    statement = (
        select(ShipmentLine)
        .where(ShipmentLine.shipment_id == shipment_id)
        .order_by(ShipmentLine.id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).all()


def require_end(viewer: Viewer, freight: Freight) -> None:
    """Who keeps either site, or reports for the shelter it goes to."""
    if not (keeps(viewer, freight.origin) or handles(viewer, freight.goal)):
        raise _forbidden(viewer, freight)


def _require_giver(viewer: Viewer, freight: Freight) -> None:
    if not keeps(viewer, freight.origin):
        raise _forbidden(viewer, freight)


def _forbidden(viewer: Viewer, freight: Freight) -> Forbidden:
    """Names no site: one of the two may be hidden from the viewer."""
    return Forbidden(
        f"{viewer.name} may not do this to {freight.shipment.number}. Those who keep its goods do."
    )


def was_me(freight: Freight, viewer: Viewer, status: str) -> bool:
    """Whether the viewer made this very step before: sent twice, done once."""
    return (freight.shipment.status, freight.shipment.status_by) == (status, viewer.name)


def happened(freight: Freight, at: datetime | None) -> datetime:
    """When a step was made: now, or as somebody says. Raises `Invalid` before the shipment left."""
    when, left = Said(Decimal(0), at=at).when(), freight.shipment.departed_at
    if left is not None and when < left:
        raise refused("at", f"{freight.shipment.number} left after that. Give a later time.")
    return when


def become(
    session: Session,
    viewer: Viewer,
    freight: Freight,
    status: str,
    when: datetime,
    **values: Any,
) -> Shipment:
    """Write the step of a locked shipment, made `when`."""
    step: dict[str, Any] = {
        "status": status,
        "status_at": when,
        "status_by": viewer.name,
        "status_reason": None,
    }
    session.execute(
        update(Shipment)
        .where(Shipment.id == freight.shipment.id)
        .values(step | values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(freight.shipment)
    return freight.shipment
