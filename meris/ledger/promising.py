"""Promising stock to a request or a transfer, and letting it go again.

A promise is a `Fill`. What it promises is still on the shelf and no longer free; nobody else can be
promised the same, because the line is locked and its balances cannot go below zero.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.db import take_turns
from meris.errors import Conflict, NotFound
from meris.ledger.quantities import Said, of_line
from meris.ledger.record import done_before, record
from meris.ledger.shelves import Shelf, hold, hold_requests, lock, require_keeper
from meris.tables import (
    Fill,
    RequestLine,
    Resource,
    Shipment,
    ShipmentLine,
    StockLine,
    StockMovement,
)

_NO_FILL = "There is no such promise, or you may not see it."


def promise(
    session: Session,
    viewer: Viewer,
    line_id: int,
    said: Said,
    *,
    request_line_id: int | None = None,
    **more: Any,
) -> Fill:
    """A new fill that commits so much of a stock line; the same `said.key` twice is one.

    `more` are columns of `Fill`: expected_at, cost, note. Who may: who keeps the giver's stock.
    Raises `NotFound`, `Forbidden`, `Invalid`, `Conflict` when less is free.
    """
    known = _by_key(session, viewer, said.key, line_id, request_line_id)
    if known is not None:
        return known
    if request_line_id is not None:
        session.get(RequestLine, request_line_id, with_for_update={"key_share": True})
    shelf = lock(session, viewer, [line_id])[line_id]
    require_keeper(viewer, shelf.site)
    row = {
        "request_line_id": request_line_id,
        "stock_line_id": line_id,
        "unit_of_issue": shelf.line.unit_of_issue,
        "made_by": viewer.name,
        "made_at": said.when(),
        "client_key": said.key,
        **more,
    }
    fill = session.scalars(insert(Fill).values(row).returning(Fill)).one()
    record(session, viewer, "commit", shelf, said.part("commit"), fill_id=fill.id)
    session.refresh(fill)
    return fill


def commit(session: Session, viewer: Viewer, fill_id: int, said: Said) -> StockMovement:
    """More of its line for a fill that is there."""
    line_id = _line_of(session, viewer, fill_id)
    done = done_before(session, viewer, said, "commit", line_id)
    if done is not None:
        return done
    hold_requests(session, [fill_id])
    shelf = lock(session, viewer, [line_id])[line_id]
    require_keeper(viewer, shelf.site)
    made = record(session, viewer, "commit", shelf, said, fill_id=fill_id)
    _refresh(session, fill_id)
    return made


def release(
    session: Session,
    viewer: Viewer,
    fill_id: int,
    said: Said | None = None,
    *,
    reason: str | None = None,
    entitled: bool = False,
) -> StockMovement | None:
    """Make free again what a fill promises: so much, or all that no shipment is being made of.

    `entitled`: the caller has judged that the viewer may, as who cancels a request may. None, and
    nothing done, where nothing is left to let go. Raises `Conflict` for more than that.
    """
    line_id = _line_of(session, None if entitled else viewer, fill_id)
    if said is not None:
        done = done_before(session, viewer, said, "release_commit", line_id)
        if done is not None:
            return done
    hold_requests(session, [fill_id])
    if entitled:
        shelf = hold(session, [line_id])[line_id]
    else:
        shelf = lock(session, viewer, [line_id])[line_id]
        require_keeper(viewer, shelf.site)
    return let_go(session, viewer, shelf, fill_id, said, reason)


def let_go(
    session: Session,
    viewer: Viewer,
    shelf: Shelf,
    fill_id: int,
    said: Said | None,
    reason: str | None,
) -> StockMovement | None:
    """`release` of a locked line."""
    fill = _refresh(session, fill_id)
    rest = fill.quantity_committed - in_preparation(session, fill_id)
    if said is None:
        if not rest:
            return None
        said = Said(rest, reason=reason)
    require_loose(session, shelf, said, fill)
    made = record(session, viewer, "release_commit", shelf, said, fill_id=fill_id)
    _refresh(session, fill_id)
    return made


def require_loose(session: Session, shelf: Shelf, said: Said, fill: Fill) -> None:
    """Raise `Conflict` for more than a fill promises and no shipment is being made of."""
    wanted, unit = of_line(shelf.line, said), fill.unit_of_issue
    if wanted > fill.quantity_committed:
        of, kept = shelf.line, fill.quantity_committed
        left = supplies.goods(of.item_code, of.item_name, kept, unit)
        raise Conflict(f"Only {left} {'is' if kept == 1 else 'are'} promised there.")
    shipped = in_preparation(session, fill.id)
    if wanted > fill.quantity_committed - shipped:
        raise Conflict(
            f"A shipment is being made of {supplies.amount(shipped, unit)}. Cancel the shipment"
            " first."
        )


def in_preparation(session: Session, fill_id: int) -> Decimal:
    """What of a fill stands in shipments that have not left."""
    statement = (
        select(func.coalesce(func.sum(ShipmentLine.quantity), 0))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(ShipmentLine.fill_id == fill_id, Shipment.status == "preparing")
    )
    return Decimal(session.scalars(statement).one())


def _line_of(session: Session, viewer: Viewer | None, fill_id: int) -> int:
    """The line that a fill promises of, where the viewer may see it. Raises `NotFound`."""
    statement = select(Fill.stock_line_id).where(Fill.id == fill_id)
    if viewer is not None:
        statement = (
            statement.join(StockLine, StockLine.id == Fill.stock_line_id)
            .join(Resource, Resource.id == StockLine.resource_id)
            .where(viewer.policy.condition())
        )
    line_id = session.scalar(statement)
    if line_id is None:
        raise NotFound(_NO_FILL)
    return line_id


def _refresh(session: Session, fill_id: int) -> Fill:
    fill = session.get(Fill, fill_id, populate_existing=True)
    if fill is None:
        raise NotFound(_NO_FILL)
    return fill


def _by_key(
    session: Session, viewer: Viewer, key: str | None, line_id: int, request_line_id: int | None
) -> Fill | None:
    if key is None:
        return None
    take_turns(session, key, 6)
    known = session.scalar(select(Fill).where(Fill.client_key == key))
    same = (viewer.name, line_id, request_line_id)
    if known and (known.made_by, known.stock_line_id, known.request_line_id) != same:
        raise Conflict("This key was used for another promise. Send a key of its own with each.")
    return known
