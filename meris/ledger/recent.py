"""The newest movements of a whole site, and which of some movements were reversed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased

from meris.accounts import Viewer
from meris.ledger.explain import MOST, changed, movement, number
from meris.ledger.shelves import find_site, require_staff
from meris.tables import StockLine, StockMovement


def recent(
    session: Session, viewer: Viewer, site_id: int, *, before: int | None = None, most: int = 50
) -> dict[str, Any]:
    """The movements of all lines of a site, the newest first, each with its line; `more` as in
    `explain`. Raises `NotFound`, `Forbidden`."""
    require_staff(viewer)
    find_site(session, viewer, site_id)
    most = min(max(most, 1), MOST)
    movements = (
        select(StockMovement)
        .where(StockMovement.stock_line_id == StockLine.id)
        .order_by(StockMovement.id.desc())
        .limit(most + 1)
        .correlate(StockLine)
    )
    if before is not None:
        movements = movements.where(StockMovement.id < before)
    # a few of each line, by its index, and then the newest of those
    m = aliased(StockMovement, movements.lateral())
    statement = (
        select(m, StockLine)
        .select_from(StockLine)
        .join(m, true())
        .where(StockLine.resource_id == site_id)
        .order_by(m.id.desc())
        .limit(most + 1)
    )
    rows = session.execute(statement).all()
    page = rows[:most]
    return {
        "movements": [_told(row[0], row[1]) for row in page],
        "more": page[-1][0].id if len(rows) > most else None,
    }


def _told(row: StockMovement, line: StockLine) -> dict[str, Any]:
    change, bound = changed(row)
    return movement(row) | {
        "change": number(change),
        "change_committed": number(bound),
        "line": {
            "id": line.id,
            "item_code": line.item_code,
            "item_name": line.item_name,
            "unit": line.unit_of_issue,
            "lot": line.lot,
        },
    }


def reversed_by(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Of some movements those that were reversed, with the id of what reversed each."""
    undone = StockMovement.reverses_id
    statement = select(undone, StockMovement.id).where(undone.in_(list(ids)))
    return {row[0]: row[1] for row in session.execute(statement) if row[0]}
