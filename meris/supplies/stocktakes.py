"""Count sheets as they are read: what the books say, what was counted, and how the two differ."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import NotFound
from meris.fields import find_item
from meris.fields.lists_supply import CATEGORY
from meris.supplies.sheet import expiry, keeper, told
from meris.supplies.words import amount, number
from meris.tables import Resource, StockLine, StockMovement, Stocktake, StocktakeLine

_MOST = 50
_ON_HAND = ("free", "promised")
TITLES = {"open": "To be counted", "entered": "Applied", "cancelled": "Put away"}


def stocktakes(session: Session, viewer: Viewer, site_id: int) -> dict[str, Any]:
    """The newest count sheets of a site, with how many of their lines were counted.

    Raises `NotFound`.
    """
    site = keeper(session, viewer, site_id)
    statement = (
        select(
            Stocktake,
            func.count(StocktakeLine.id).label("lines"),
            func.count(StocktakeLine.counted).label("counted"),
        )
        .outerjoin(StocktakeLine, StocktakeLine.stocktake_id == Stocktake.id)
        .where(Stocktake.resource_id == site_id)
        .group_by(Stocktake.id)
        .order_by(Stocktake.id.desc())
        .limit(_MOST)
    )
    category = func.coalesce(StockLine.category, "other")
    kinds = select(category, func.count()).where(StockLine.resource_id == site_id)
    counted = {row[0]: row[1] for row in session.execute(kinds.group_by(category))}
    return {
        "site": told(site),
        "categories": [
            {"code": one.code, "title": one.title, "lines": counted[one.code]}
            for one in CATEGORY
            if one.code in counted
        ],
        "stocktakes": [
            _about(row.Stocktake) | {"lines": row.lines, "counted": row.counted}
            for row in session.execute(statement)
        ],
    }


def stocktake(
    session: Session, viewer: Viewer, stocktake_id: int, *, today: date
) -> dict[str, Any]:
    """One count sheet with its lines, in the order they are walked. Raises `NotFound`.

    `books` is what should have been there when it was counted; `difference` is null where
    nothing was counted.
    """
    statement = (
        select(Stocktake, Resource)
        .join(Resource, Resource.id == Stocktake.resource_id)
        .where(Stocktake.id == stocktake_id, viewer.policy.condition())
    )
    row = session.execute(statement).one_or_none() if viewer.may("see_staff") else None
    if row is None:
        raise NotFound("There is no such count sheet, or you may not see it.")
    sheet: Stocktake = row.Stocktake
    lines = _lines(session, sheet, today)
    return _about(sheet) | {
        "site": told(row.Resource),
        "lines": lines,
        "counted_lines": sum(line["counted"] is not None for line in lines),
        "differing": sum(bool(line["difference"]) for line in lines),
    }


def _about(sheet: Stocktake) -> dict[str, Any]:
    return {
        "id": sheet.id,
        "status": sheet.status,
        "status_title": TITLES[sheet.status],
        "drawn_by": sheet.drawn_by,
        "drawn_at": sheet.drawn_at.isoformat(),
        "counted_by": sheet.counted_by,
        "counted_at": _iso(sheet.counted_at),
        "entered_by": sheet.entered_by,
        "entered_at": _iso(sheet.entered_at),
    }


def _lines(session: Session, sheet: Stocktake, today: date) -> list[dict[str, Any]]:
    statement = (
        select(StocktakeLine, StockLine)
        .join(StockLine, StockLine.id == StocktakeLine.stock_line_id)
        .where(StocktakeLine.stocktake_id == sheet.id)
        .order_by(StockLine.item_name, StockLine.expires_on.nulls_last(), StockLine.id)
    )
    rows = session.execute(statement).all()
    since = _moved_since(session, sheet, [row.StockLine.id for row in rows])
    order = {code: rank for rank, code in enumerate(CATEGORY.by_code)}
    told = [_line(*row, sheet, since.get(row.StockLine.id, Decimal(0)), today) for row in rows]
    return sorted(told, key=lambda line: order.get(line["category"], 99))


def _moved_since(session: Session, sheet: Stocktake, ids: Sequence[int]) -> dict[int, Decimal]:
    """What came and went since it was counted, which the count says nothing of; once the sheet
    is applied, what that corrected."""
    m = StockMovement
    into = case((m.to_place.in_(_ON_HAND), m.quantity), else_=0)
    out = case((m.from_place.in_(_ON_HAND), m.quantity), else_=0)
    statement = select(m.stock_line_id, func.sum(into - out)).group_by(m.stock_line_id)
    if sheet.status == "entered":
        statement = statement.where(m.stocktake_id == sheet.id)
    elif sheet.counted_at is None:
        return {}
    else:
        statement = statement.where(m.stock_line_id.in_(ids), m.at > sheet.counted_at)
    return {row[0]: row[1] for row in session.execute(statement) if row[0]}


def _line(
    entry: StocktakeLine, line: StockLine, sheet: Stocktake, since: Decimal, today: date
) -> dict[str, Any]:
    item = find_item(line.item_code, line.item_name)
    books, gap = _compared(entry, line, sheet, since)
    category = line.category or (item.category if item else "other")
    return {
        "stock_line_id": line.id,
        "item_name": line.item_name,
        "category": category,
        "category_title": CATEGORY[category].title if category in CATEGORY else category,
        "lot": line.lot,
        "expires_on": line.expires_on.isoformat() if line.expires_on else None,
        "expiry": expiry(line.expires_on, today),
        "unit": line.unit_of_issue,
        "expected": number(entry.expected),
        "books": number(books),
        "books_words": amount(books, line.unit_of_issue),
        "committed": number(line.quantity_committed),
        "counted": None if entry.counted is None else number(entry.counted),
        "difference": None if gap is None else number(gap),
        "note": entry.note,
    }


def _compared(
    entry: StocktakeLine, line: StockLine, sheet: Stocktake, since: Decimal
) -> tuple[Decimal, Decimal | None]:
    """What should have been there when it was counted, and the difference."""
    if sheet.status == "entered":
        return (entry.expected, None) if entry.counted is None else (entry.counted - since, since)
    books = line.quantity_on_hand - since
    return books, None if entry.counted is None else entry.counted - books


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
