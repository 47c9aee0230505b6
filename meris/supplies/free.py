"""What of a stock line may be given away, and how much that is."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, func, or_

from meris.tables import ItemUnit, StockLine

#: For queries: on hand and promised to nobody, in the line's own unit.
FREE: ColumnElement[Decimal] = StockLine.quantity_on_hand - StockLine.quantity_committed
#: Base units in one of a line's unit, for queries that join `ItemUnit`; null where nobody knows.
BASE_SIZE = func.coalesce(case((ItemUnit.is_pack, StockLine.units_per_pack)), ItemUnit.size)


def usable(today: date) -> ColumnElement[bool]:
    """For queries: neither expired nor unserviceable; the last day is one of use."""
    return and_(
        or_(StockLine.expires_on.is_(None), StockLine.expires_on >= today),
        StockLine.condition.is_distinct_from("unserviceable"),
    )
