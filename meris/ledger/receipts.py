"""Taking in what a shipment brought: all of it or a part, short, damaged, or more than was said.

Goods come to the line of the receiver that holds the same (`meris.ledger.lots`). What is not told
of stays on the way. All functions raise `NotFound`, `Forbidden`, `Invalid`, `Conflict`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.db import take_turns
from meris.errors import Conflict, Forbidden, NotFound, refused
from meris.ledger.lots import Lot, line_for
from meris.ledger.quantities import Said, of_line
from meris.ledger.record import done_before, record, record_on_the_way, undo
from meris.ledger.sending import become, happened, lines_of, require_end
from meris.ledger.shelves import Shelf, handles, hold, hold_requests
from meris.ledger.shipping_states import Freight, find, require_move
from meris.tables import Resource, Shipment, ShipmentLine, StockLine, StockMovement

_NONE = Decimal(0)
_NO_RECEIPT = "There is no such receipt, or you may not see it."


@dataclass(frozen=True)
class Taken:
    """What became of one line of a shipment, in `unit` or the giver's unit of issue.

    `short` did not come, `damaged` came and is thrown away; both need a reason, and so does more
    than was sent.
    """

    shipment_line_id: int
    received: Decimal = _NONE
    short: Decimal = _NONE
    damaged: Decimal = _NONE
    unit: str | None = None
    reason: str | None = None


def take_in(
    session: Session,
    viewer: Viewer,
    shipment_id: int,
    taken: Sequence[Taken] | None = None,
    *,
    at: datetime | None = None,
    source: str = "web",
    key: str | None = None,
) -> Shipment:
    """Put what came on the shelf; without `taken`, all that is on the way. The same `key` twice
    is done once. Received when nothing of it is on the way any more."""
    freight = find(session, viewer, shipment_id, lock=True)
    if _done(session, viewer, shipment_id, key):
        return freight.shipment
    require_end(viewer, freight)
    if not handles(viewer, freight.goal):
        raise Forbidden(f"{viewer.name} may not take in {freight.shipment.number} there.")
    require_move(freight.shipment, "received")
    said = Said(_NONE, at=happened(freight, at), source=source, key=key)
    _put(session, viewer, freight, freight.goal, taken, said)
    came = {"arrived_at": freight.shipment.arrived_at or said.when()}
    if _under_way(session, shipment_id):
        return become(session, viewer, freight, "arrived", said.when(), **came)
    done = {"received_at": said.when(), "received_by": viewer.name}
    return become(session, viewer, freight, "received", said.when(), **came, **done)


def come_back(
    session: Session,
    viewer: Viewer,
    shipment_id: int,
    taken: Sequence[Taken] | None = None,
    *,
    at: datetime | None = None,
    source: str = "web",
    key: str | None = None,
) -> Shipment:
    """Put what turned back on the giver's shelf again, where it is free; told as in `take_in`."""
    freight = find(session, viewer, shipment_id, lock=True)
    if _done(session, viewer, shipment_id, key):
        return freight.shipment
    if not handles(viewer, freight.origin):
        raise Forbidden(f"{viewer.name} may not take back {freight.shipment.number} there.")
    require_move(freight.shipment, "returned")
    said = Said(_NONE, at=happened(freight, at), source=source, key=key)
    _put(session, viewer, freight, None, taken, said)
    if _under_way(session, shipment_id):
        return freight.shipment
    return become(session, viewer, freight, "returned", said.when())


def reverse_receipt(
    session: Session, viewer: Viewer, movement_id: int, said: Said
) -> StockMovement:
    """Take back one movement of a receipt: the goods are on the way again, and the shipment has
    arrived and is not received. `said.quantity` is not read; a reason is needed."""
    done = session.get(StockMovement, movement_id)
    sent = session.get(ShipmentLine, done.shipment_line_id or 0) if done else None
    if done is None or sent is None or done.kind == "transfer_out":
        raise NotFound(_NO_RECEIPT)
    try:
        freight = find(session, viewer, sent.shipment_id, lock=True)
    except NotFound as problem:
        raise NotFound(_NO_RECEIPT) from problem
    before = done_before(session, viewer, said, done.kind, done.stock_line_id)
    if before is not None:
        return before
    if not handles(viewer, freight.goal) or freight.shipment.status not in ("arrived", "received"):
        raise Conflict(f"The receipt of {freight.shipment.number} cannot be reversed now.")
    if done.reverses_id is not None or not said.reason:
        raise refused("reason", "Say why, and reverse the receipt itself.")
    own = done.stock_line_id
    hold_requests(session, [sent.fill_id])
    shelves = hold(session, [sent.stock_line_id, own or sent.stock_line_id])
    shelf = shelves[own] if own else None
    made = undo(session, viewer, done, said, shelf)
    if freight.shipment.status == "received":
        again = {"received_at": None, "received_by": None, "status_reason": said.reason}
        become(session, viewer, freight, "arrived", said.when(), **again)
    return made


def _put(
    session: Session,
    viewer: Viewer,
    freight: Freight,
    goal: Resource | None,
    taken: Sequence[Taken] | None,
    said: Said,
) -> None:
    """Write what became of the goods; without a `goal` they go back where they came from."""
    lines = {line.id: line for line in lines_of(session, freight.shipment.id)}
    hold_requests(session, [line.fill_id for line in lines.values()])
    given = hold(session, [line.stock_line_id for line in lines.values()], [freight.shipment.to_id])
    told = taken if taken is not None else [_all_of(line) for line in lines.values()]
    if not told:
        raise refused("lines", "Say what came of each line.")
    for one in told:
        line = lines.get(one.shipment_line_id)
        if line is None:
            raise NotFound("That is not on this shipment.")
        giver = given[line.stock_line_id]
        amounts = _amounts(giver.line, one, line)
        _account(session, viewer, line, one, amounts, said)
        if amounts.received:
            shelf = giver if goal is None else _shelf(session, goal, giver.line)
            record(
                session, viewer, "transfer_in", shelf,
                said.part(f"{line.id}#received", amounts.received),
                fill_id=line.fill_id, shipment_line_id=line.id,
            )  # fmt: skip
        session.refresh(line)


@dataclass(frozen=True)
class _Amounts:
    received: Decimal
    short: Decimal
    damaged: Decimal
    over: Decimal


def _amounts(giver: StockLine, one: Taken, line: ShipmentLine) -> _Amounts:
    """The same in the giver's unit of issue, checked against what is on the way."""
    own = [_own(giver, quantity, one.unit) for quantity in (one.received, one.short, one.damaged)]
    if not any(own):
        raise refused("received", "Say how many came, were short or damaged.")
    over = max(sum(own, _NONE) - line.quantity_in_transit, _NONE)
    if over and (own[1] or not line.quantity_in_transit):
        left = line.quantity_in_transit
        said = supplies.goods(giver.item_code, giver.item_name, left, giver.unit_of_issue)
        raise Conflict(
            f"Only {said} {'is' if left == 1 else 'are'} still on the way. Look at what was taken"
            " in already."
        )
    if (own[1] or own[2] or over) and not one.reason:
        raise refused("reason", "Say why it is not what was sent.")
    return _Amounts(own[0], own[1], own[2], over)


def _own(giver: StockLine, quantity: Decimal, unit: str | None) -> Decimal:
    if quantity < 0:
        raise refused("received", "Write a number from zero on.")
    return of_line(giver, Said(quantity, unit)) if quantity else _NONE


def _account(
    session: Session,
    viewer: Viewer,
    line: ShipmentLine,
    one: Taken,
    amounts: _Amounts,
    said: Said,
) -> None:
    """What was not as it was sent, before the rest is put on the shelf."""
    differing = (
        ("adjust_up", amounts.over),
        ("adjust_down", amounts.short),
        ("damage", amounts.damaged),
    )
    for kind, quantity in differing:
        if quantity:
            part = said.part(f"{line.id}#{kind}", quantity)
            why = Said(quantity, None, part.at, one.reason, part.source, part.key)
            of = {"fill_id": line.fill_id, "shipment_line_id": line.id}
            record_on_the_way(session, viewer, kind, quantity, why, **of)


def _shelf(session: Session, goal: Resource, giver: StockLine) -> Shelf:
    return Shelf(line_for(session, goal, Lot.of(giver)), goal)


def _all_of(line: ShipmentLine) -> Taken:
    return Taken(line.id, received=line.quantity_in_transit)


def _under_way(session: Session, shipment_id: int) -> bool:
    return any(line.quantity_in_transit for line in lines_of(session, shipment_id))


def _done(session: Session, viewer: Viewer, shipment_id: int, key: str | None) -> bool:
    """Whether a receipt was written by this key. Raises `Conflict` where it is another's."""
    if key is None:
        return False
    take_turns(session, key, 6)
    by = session.scalar(
        select(StockMovement.by_name)
        .join(ShipmentLine, ShipmentLine.id == StockMovement.shipment_line_id)
        .where(
            ShipmentLine.shipment_id == shipment_id,
            StockMovement.client_key.startswith(f"{key}#", autoescape=True),
        )
        .limit(1)
    )
    if by not in (None, viewer.name):
        raise Conflict("This key was used for another receipt. Send a key of its own with each.")
    return by is not None
