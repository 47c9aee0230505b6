"""Supply sites and their stock lines."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.fields.lists_supply import UNIT_OF_ISSUE
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


def brief_stock(session: Session, ids: Sequence[int], *, most: int) -> dict[int, list[str]]:
    """What each site can give away, as "Cots, standard: 120", the items with most lines first.

    `most` are put in words, and the list is as long as there are items.
    """
    free = func.sum(StockLine.quantity_on_hand - StockLine.quantity_committed)
    statement = (
        select(StockLine.resource_id, StockLine.item_name, StockLine.unit_of_issue, free)
        .where(StockLine.resource_id.in_(ids))
        .group_by(StockLine.resource_id, StockLine.item_name, StockLine.unit_of_issue)
        .having(free > 0)
        .order_by(func.count().desc(), free.desc(), StockLine.item_name)
    )
    found: dict[int, list[str]] = {}
    for site, name, unit, quantity in session.execute(statement):
        lines = found.setdefault(site, [])
        lines.append(f"{name}: {amount(quantity, unit)}" if len(lines) < most else "")
    return found


def amount(quantity: Decimal, unit: str) -> str:
    """A quantity with its unit as people say it: 40, 1 pallet, 1,200 liters."""
    number = f"{quantity.normalize():,f}"
    if unit == "EA":
        return number
    title = UNIT_OF_ISSUE[unit].title if unit in UNIT_OF_ISSUE else unit
    if quantity == 1 or unit not in UNIT_OF_ISSUE:
        return f"{number} {title}"
    return f"{number} {title}{'es' if title.endswith('x') else 's'}"


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
