"""Supply sites and their stock in a few words: for the map, a record, a phone."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.supplies.free import FREE, usable
from meris.supplies.words import number
from meris.tables import StockLine


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


def brief_stock(
    session: Session, ids: Sequence[int], *, today: date
) -> dict[int, list[tuple[str, Decimal, str]]]:
    """What each site can give away: item, quantity and unit, the items with most lines first."""
    free = func.sum(FREE)
    statement = (
        select(StockLine.resource_id, StockLine.item_name, StockLine.unit_of_issue, free)
        .where(StockLine.resource_id.in_(ids), usable(today))
        .group_by(StockLine.resource_id, StockLine.item_name, StockLine.unit_of_issue)
        .having(free > 0)
        .order_by(func.count().desc(), free.desc(), StockLine.item_name)
    )
    found: dict[int, list[tuple[str, Decimal, str]]] = {}
    for site, name, unit, quantity in session.execute(statement):
        found.setdefault(site, []).append((name, quantity, unit))
    return found


def _line(line: StockLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "item_code": line.item_code,
        "item_name": line.item_name,
        "category": line.category,
        "on_hand": number(line.quantity_on_hand),
        "committed": number(line.quantity_committed),
        "available": number(line.quantity_on_hand - line.quantity_committed),
        "unit": line.unit_of_issue,
        "lot": line.lot,
        "expires_on": line.expires_on.isoformat() if line.expires_on else None,
        "condition": line.condition,
        "as_of": line.as_of.isoformat() if line.as_of else None,
    }
