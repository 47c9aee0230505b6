"""Why a line says what it says: each figure of it by the movements that made it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from meris.accounts import Viewer
from meris.ledger.promised import Promise, promises
from meris.ledger.shelves import Shelf, find, require_staff
from meris.ledger.shipping_states import TITLES, UNDER_WAY
from meris.tables import Resource, Shipment, ShipmentLine, StockLine, StockMovement

MOST = 200
#: What the sides of a movement are called.
PLACES = {
    "free": "on the shelf, free",
    "promised": "on the shelf, promised",
    "transit": "on the way",
    "outside": "outside",
    "consumed": "handed out",
    "difference": "a difference in the books",
    "disposed": "thrown away",
}
_ON_HAND = ("free", "promised")


def explain(
    session: Session, viewer: Viewer, line_id: int, *, before: int | None = None, most: int = 50
) -> dict[str, Any]:
    """A stock line with everything its figures are made of, for JSON.

    `line` with on_hand, committed, promised, set_aside, available, in_transit and coming (to this
    site of the same item) in the line's unit; `promises` and `shipments` behind them; `movements`,
    the newest first, each with what it changed and the balances after it; `more`: the id to ask
    for with `before`, or None. Read it in one moment (`Database.reading`). Raises `NotFound`,
    `Forbidden`.
    """
    require_staff(viewer)
    shelf = find(session, viewer, line_id)
    made = promises(session, viewer, line_id)
    sent = _shipments(session, viewer, shelf.line)
    rows = _movements(session, shelf.line, before, min(max(most, 1), MOST) + 1)
    page = rows[: min(max(most, 1), MOST)]
    return {
        "line": _line(shelf, sent),
        "promises": [_promise(one) for one in made],
        "shipments": sent,
        "movements": _told(shelf.line, page, *_since(session, line_id, before)),
        "more": page[-1].id if len(rows) > len(page) else None,
    }


def _line(shelf: Shelf, sent: Sequence[dict[str, Any]]) -> dict[str, Any]:
    line, site = shelf
    return {
        "id": line.id,
        "site": {"id": site.id, "name": site.name, "kind": site.kind},
        "item_code": line.item_code,
        "item_name": line.item_name,
        "unit": line.unit_of_issue,
        "lot": line.lot,
        "expires_on": line.expires_on.isoformat() if line.expires_on else None,
        "on_hand": number(line.quantity_on_hand),
        "committed": number(line.quantity_committed),
        "promised": number(line.quantity_promised),
        "set_aside": number(line.quantity_committed - line.quantity_promised),
        "available": number(line.quantity_on_hand - line.quantity_committed),
        "in_transit": sum(one["quantity"] for one in sent if one["from_here"]),
        "coming": sum(one["quantity"] for one in sent if not one["from_here"]),
    }


def _promise(one: Promise) -> dict[str, Any]:
    return {
        "fill_id": one.fill_id,
        "quantity": number(one.quantity),
        "request": {"id": one.request_id, "number": one.number} if one.number else None,
        "site": {"id": one.site_id, "name": one.site} if one.site else None,
    }


def _shipments(session: Session, viewer: Viewer, line: StockLine) -> list[dict[str, Any]]:
    """What is on the way from this line, and of the same item and unit to its site."""
    given = aliased(StockLine)
    far = case((ShipmentLine.stock_line_id == line.id, Shipment.to_id), else_=Shipment.from_id)
    same = (given.item_name, given.unit_of_issue, Shipment.to_id)
    statement = (
        select(Shipment, ShipmentLine, Resource.name)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .join(given, given.id == ShipmentLine.stock_line_id)
        .outerjoin(Resource, (Resource.id == far) & viewer.policy.condition())
        .where(
            Shipment.status.in_(UNDER_WAY),
            ShipmentLine.quantity_in_transit > 0,
            or_(
                ShipmentLine.stock_line_id == line.id,
                func.row(*same) == func.row(line.item_name, line.unit_of_issue, line.resource_id),
            ),
        )
        .order_by(Shipment.expected_at.asc().nulls_last(), Shipment.id)
        .limit(MOST)
    )
    return [_sent(row, line) for row in session.execute(statement)]


def _sent(row: Any, line: StockLine) -> dict[str, Any]:
    shipment, sent, name = row
    here = sent.stock_line_id == line.id
    return {
        "id": shipment.id,
        "number": shipment.number,
        "status": shipment.status,
        "status_title": TITLES[shipment.status],
        "from_here": here,
        "site": name,
        "quantity": number(sent.quantity_in_transit),
        "expected_at": shipment.expected_at.isoformat() if shipment.expected_at else None,
    }


def _movements(
    session: Session, line: StockLine, before: int | None, most: int
) -> Sequence[StockMovement]:
    statement = select(StockMovement).where(StockMovement.stock_line_id == line.id)
    if before is not None:
        statement = statement.where(StockMovement.id < before)
    return session.scalars(statement.order_by(StockMovement.id.desc()).limit(most)).all()


def _since(session: Session, line_id: int, before: int | None) -> tuple[Decimal, Decimal]:
    """What the movements from `before` on changed of on hand and of committed."""
    if before is None:
        return Decimal(0), Decimal(0)
    m = StockMovement
    statement = select(
        func.coalesce(func.sum(_into(_ON_HAND) - _out_of(_ON_HAND)), 0),
        func.coalesce(func.sum(_into(("promised",)) - _out_of(("promised",))), 0),
    ).where(m.stock_line_id == line_id, m.id >= before)
    on_hand, committed = session.execute(statement).one()
    return Decimal(on_hand), Decimal(committed)


def _into(places: Sequence[str]) -> Any:
    return case((StockMovement.to_place.in_(places), StockMovement.quantity), else_=0)


def _out_of(places: Sequence[str]) -> Any:
    return case((StockMovement.from_place.in_(places), StockMovement.quantity), else_=0)


def _told(
    line: StockLine, rows: Sequence[StockMovement], later: Decimal, later_committed: Decimal
) -> list[dict[str, Any]]:
    """Each with the balances after it: those of today less what was moved since."""
    on_hand = line.quantity_on_hand - later
    committed = line.quantity_committed - later_committed
    told = []
    for row in rows:
        change, bound = changed(row)
        told.append(
            movement(row)
            | {
                "change": number(change),
                "change_committed": number(bound),
                "on_hand": number(on_hand),
                "committed": number(committed),
            }
        )
        on_hand, committed = on_hand - change, committed - bound
    return told


def changed(row: StockMovement) -> tuple[Decimal, Decimal]:
    """What a movement changed of on hand and of committed."""
    on_hand = (row.to_place in _ON_HAND) - (row.from_place in _ON_HAND)
    committed = (row.to_place == "promised") - (row.from_place == "promised")
    return row.quantity * on_hand, row.quantity * committed


def movement(row: StockMovement) -> dict[str, Any]:
    """A movement for JSON."""
    return {
        "id": row.id,
        "at": row.at.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
        "kind": row.kind,
        "quantity": number(row.quantity),
        "from": row.from_place,
        "from_title": PLACES[row.from_place],
        "to": row.to_place,
        "to_title": PLACES[row.to_place],
        "entered_quantity": None if row.entered_quantity is None else number(row.entered_quantity),
        "entered_unit": row.entered_unit,
        "reason": row.reason,
        "by": row.by_name,
        "source": row.source,
        "reverses_id": row.reverses_id,
        "fill_id": row.fill_id,
        "shipment_line_id": row.shipment_line_id,
        "stocktake_id": row.stocktake_id,
        "upload_id": row.upload_id,
    }


def number(quantity: Decimal) -> int | float:
    """A quantity as JSON has it."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
