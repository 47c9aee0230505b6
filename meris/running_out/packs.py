"""In which unit a thing is asked for: as the place keeps it, else in its usual case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.fields import BY_CODE
from meris.fields.items import base_size
from meris.tables import StockLine


@dataclass(frozen=True)
class Pack:
    """A unit of issue, and how many base units one holds."""

    unit: str
    size: Fraction = Fraction(1)

    def whole(self, base: float) -> int:
        """So many whole ones hold at least as much: packs are not opened for a delivery."""
        # a share of a base unit is the estimate's, and not worth a pack
        return max(1, -(-Fraction(round(base, 1)) // self.size))


def usual(session: Session, ids: Sequence[int]) -> Mapping[tuple[int, str], Pack]:
    """How these places keep each item of the catalogue: most of it, by place and item."""
    statement = (
        select(StockLine)
        .where(StockLine.resource_id.in_(ids), StockLine.item_code.is_not(None))
        .order_by(StockLine.quantity_on_hand, StockLine.id)
    )
    found: dict[tuple[int, str], Pack] = {}
    for line in session.scalars(statement):
        pack = _of(str(line.item_code), line.unit_of_issue, line.units_per_pack)
        if pack is not None:
            found[line.resource_id, str(line.item_code)] = pack
    return found


def pack_for(row: Mapping[str, Any], known: Mapping[tuple[int, str], Pack]) -> Pack:
    """In which unit to ask for what a row of `listed` is short of."""
    need = row["need"]
    kept = known.get((row["id"], need))
    if kept is not None or need not in BY_CODE:
        return kept or Pack(row["unit"])
    return _of(need, "CS") or Pack(BY_CODE[need].base_unit)


def _of(code: str, unit: str, units_per_pack: Decimal | None = None) -> Pack | None:
    item = BY_CODE.get(code)
    size = base_size(item, unit, units_per_pack) if item else None
    return Pack(unit, size) if size else None
