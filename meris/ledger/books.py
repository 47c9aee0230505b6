"""Whether the books balance: every balance is the sum of its movements, and nothing is made of air.

The balances are kept by triggers as movements are written (docs/adr/0014). This counts everything
again from the movements alone, and tells what does not agree.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.sql import named
from meris.tables import Fill, ShipmentLine, StockLine, StockMovement

#: What a row of the check is about, in words.
_TABLES = {
    "stock_line": "stock line",
    "fill": "promise",
    "shipment_line": "line of a shipment",
}


@dataclass(frozen=True)
class Fault:
    """A balance that is not what its movements say."""

    table: str
    row_id: int
    column: str
    kept: Decimal
    counted: Decimal

    def __str__(self) -> str:
        what = _TABLES.get(self.table, self.table)
        return (
            f"{what} {self.row_id}: {self.column} is {self.kept:f},"
            f" its movements make {self.counted:f}"
        )


class Size(NamedTuple):
    """How many rows the books have."""

    movements: int
    lines: int
    fills: int
    shipment_lines: int


def size(session: Session) -> Size:
    """How much there is to count."""
    tables = (StockMovement, StockLine, Fill, ShipmentLine)
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in tables]
    return Size(*session.execute(select(*counts)).one())


def check(session: Session) -> list[Fault]:
    """Every balance that differs from the sum of its movements; empty when the books balance.

    Reads all movements, so it is for the shell. See it in one moment (`Database.reading`).
    """
    found = session.execute(named("ledger", "faults"))
    return [Fault(*row) for row in found]


def places(session: Session, item_name: str | None = None) -> dict[tuple[str, str, str], Decimal]:
    """How much of each item went to each place in all, by (item, unit, place).

    Shelves and transit as the balances say, the others by their movements; the sum over the places
    of an item is zero, because nothing comes from nowhere.
    """
    found = session.execute(named("ledger", "places"), {"item_name": item_name})
    return {(row.item_name, row.unit_of_issue, row.place): row.quantity for row in found}
