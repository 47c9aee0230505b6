"""Supply sites and their stock lines."""

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.tables import StockLine

#: From each status the ones it may become; a site changes hands of its own accord.
TRANSITIONS: dict[str, frozenset[str]] = {
    "unknown": frozenset({"open", "standby", "closed"}),
    "open": frozenset({"standby", "closed", "unknown"}),
    "standby": frozenset({"open", "closed", "unknown"}),
    "closed": frozenset({"standby", "open", "unknown"}),
}


def briefs(session: Session, ids: list[int]) -> dict[int, str]:
    """How many different items each site holds."""
    statement = (
        select(StockLine.resource_id, func.count(func.distinct(StockLine.item_name)))
        .where(StockLine.resource_id.in_(ids))
        .group_by(StockLine.resource_id)
    )
    counted = {row[0]: row[1] for row in session.execute(statement)}
    return {i: _items(counted.get(i, 0)) for i in ids}


def _items(count: int) -> str:
    if count == 0:
        return "no stock reported"
    return "1 item" if count == 1 else f"{count} items"


def stock(session: Session, resource_id: int) -> list[dict[str, Any]]:
    """The stock lines of a site, first to expire first."""
    statement = (
        select(StockLine)
        .where(StockLine.resource_id == resource_id)
        .order_by(StockLine.category, StockLine.item_name, StockLine.expires_on.nulls_last())
    )
    return [_line(line) for line in session.scalars(statement)]


def _line(line: StockLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "item_code": line.item_code,
        "item_name": line.item_name,
        "category": line.category,
        "on_hand": _number(line.quantity_on_hand),
        "committed": _number(line.quantity_committed),
        "available": _number(line.quantity_on_hand - line.quantity_committed),
        "unit": line.unit_of_issue,
        "lot": line.lot,
        "expires_on": line.expires_on.isoformat() if line.expires_on else None,
        "condition": line.condition,
        "as_of": line.as_of.isoformat() if line.as_of else None,
    }


def _number(quantity: Decimal) -> int | float:
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
