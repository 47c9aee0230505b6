"""Which stock line goods belong to: one item in one lot, with one expiry and one pack size."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import supplies
from meris.errors import Invalid
from meris.fields import find_item
from meris.tables import Resource, StockLine

#: How many lots that differ only in what the key does not say one site may have of an item.
_MOST = 100


@dataclass(frozen=True)
class Lot:
    """What goods are, wherever they stand."""

    item_name: str
    unit_of_issue: str
    item_code: str | None = None
    category: str | None = None
    lot: str | None = None
    expires_on: date | None = None
    units_per_pack: Decimal | None = None
    condition: str | None = None
    owner_agency: str | None = None
    kw: Decimal | None = None
    size: str | None = None

    @classmethod
    def of(cls, line: StockLine) -> "Lot":
        """The goods of a line."""
        return cls(**{name: getattr(line, name) for name in cls.__dataclass_fields__})


def line_for(session: Session, site: Resource, lot: Lot) -> StockLine:
    """The line of these goods at a locked site, locked; made with nothing on hand where there is
    none. Goods of another expiry or pack size are not mixed with them: the lot then says which.
    """
    lot = _known(lot)
    for name in _names(lot):
        line = _line(session, site, replace(lot, lot=name))
        if _same(line, lot):
            return line
    raise Invalid(f"{site.name} has too many lots of {lot.item_name}.", field="lot")


def _known(lot: Lot) -> Lot:
    """With the code and category of the catalogue, where it is one of its items."""
    item = find_item(lot.item_code, lot.item_name)
    if item is None:
        return lot
    return replace(
        lot, item_code=lot.item_code or item.code, category=lot.category or item.category
    )


def _names(lot: Lot) -> Iterator[str | None]:
    """The lots to try: as it is called, then with its expiry, its pack size, a number."""
    yield lot.lot
    parts = [lot.lot] if lot.lot else []
    if lot.expires_on:
        parts.append(f"exp {lot.expires_on:%Y-%m-%d}")
        yield " ".join(parts)
    if lot.units_per_pack:
        parts.append(f"of {supplies.amount(lot.units_per_pack, 'EA')}")
        yield " ".join(parts)
    for number in range(2, _MOST):
        yield " ".join([*parts, f"no. {number}"])


def _line(session: Session, site: Resource, lot: Lot) -> StockLine:
    row = {"resource_id": site.id, "quantity_on_hand": Decimal(0), **asdict(lot)}
    session.execute(insert(StockLine).values(row).on_conflict_do_nothing())
    found = (
        select(StockLine)
        .where(
            StockLine.resource_id == site.id,
            StockLine.item_name == lot.item_name,
            StockLine.lot.is_not_distinct_from(lot.lot),
            StockLine.unit_of_issue == lot.unit_of_issue,
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(found).one()


def _same(line: StockLine, lot: Lot) -> bool:
    """Whether goods may be put with those of a line and nobody can tell them apart."""
    if (line.condition == "unserviceable") != (lot.condition == "unserviceable"):
        return False
    if (line.item_code or lot.item_code) != (lot.item_code or line.item_code):
        return False
    return (line.expires_on, line.units_per_pack) == (lot.expires_on, lot.units_per_pack)
