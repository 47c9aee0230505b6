"""How lines of requests stand: what is wanted, promised, on the way, received and missing.

Figures are in the line's own unit; the database works them out (view `request_line_stand`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.fields import BY_CODE, in_base_units
from meris.tables import (
    Assignment,
    Fill,
    RequestLine,
    Resource,
    Shipment,
    ShipmentLine,
    StockLine,
)

_STAND = table(
    "request_line_stand",
    *(
        column(name)
        for name in (
            "request_line_id", "wanted", "ordered", "promised", "in_transit", "received", "missing",
        )
    ),
)  # fmt: skip
_NONE = Decimal(0)


@dataclass(frozen=True)
class Stand:
    """One line's figures, in its unit. `committed` is promised by name, `ordered` only on paper."""

    wanted: Decimal
    ordered: Decimal = _NONE
    committed: Decimal = _NONE
    in_transit: Decimal = _NONE
    received: Decimal = _NONE
    missing: Decimal = _NONE

    @property
    def part(self) -> bool:
        """Partially filled: some has been delivered and not all."""
        return 0 < self.received < self.wanted

    def told(self, line: RequestLine) -> dict[str, Any]:
        """For JSON, each figure also in the item's base unit where that is known."""
        figures = {name: getattr(self, name) for name in _FIGURES}
        item = BY_CODE.get(line.item_code or "")
        one = in_base_units(item, Decimal(1), line.unit_of_issue) if item else None
        base = {
            name: number(figure * one) if one is not None else None
            for name, figure in figures.items()
        }
        return {
            **{name: number(figure) for name, figure in figures.items()},
            "partial": self.part,
            "base_unit": item.base_unit if item and one is not None else None,
            "base": base if one is not None else None,
            "words": self.words(line.unit_of_issue),
        }

    def words(self, unit: str) -> str:
        """40 missing, 60 on the way; empty when nothing was done for it yet."""
        parts = (
            (self.missing, "missing"),
            (self.ordered, "on order"),
            (self.committed, "committed"),
            (self.in_transit, "on the way"),
            (self.received, "received"),
        )
        if self.missing == self.wanted:
            return ""
        return ", ".join(f"{supplies.amount(much, unit)} {what}" for much, what in parts if much)


_FIGURES = ("wanted", "ordered", "committed", "in_transit", "received", "missing")


class Part(NamedTuple):
    """One giver's part of a line. `site` is None where the viewer may not know of it."""

    fill: Fill
    site: Resource | None
    stock: StockLine | None
    unit: Resource | None
    assignment: Assignment | None
    shipments: tuple[Shipment, ...]
    hidden: bool


def stands(session: Session, line_ids: Iterable[int]) -> dict[int, Stand]:
    """The figures of each line."""
    statement = select(_STAND).where(_STAND.c.request_line_id.in_(list(line_ids)))
    return {
        row.request_line_id: Stand(
            row.wanted, row.ordered, row.promised, row.in_transit, row.received, row.missing
        )
        for row in session.execute(statement)
    }


def parts(session: Session, viewer: Viewer, line_ids: Collection[int]) -> dict[int, list[Part]]:
    """Who gives what of each line, in the order it was promised."""
    if not line_ids:
        return {}
    giver = StockLine.resource_id
    statement = (
        select(Fill, StockLine, Resource, viewer.policy.condition(), Assignment)
        .outerjoin(StockLine, StockLine.id == Fill.stock_line_id)
        .outerjoin(Resource, Resource.id.in_((giver, Fill.unit_id)))
        .outerjoin(Assignment, Assignment.id == Fill.assignment_id)
        .where(Fill.request_line_id.in_(line_ids))
        .order_by(Fill.id)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(statement).all()
    carried = _shipments(session, [row.Fill.id for row in rows])
    found: dict[int, list[Part]] = {}
    for fill, stock, resource, seen, assignment in rows:
        hidden = resource is not None and not seen
        known = resource if seen else None
        one = Part(
            fill,
            known if stock else None,
            None if hidden else stock,
            known if fill.unit_id else None,
            assignment,
            tuple(() if hidden else carried.get(fill.id, ())),
            hidden,
        )
        found.setdefault(fill.request_line_id or 0, []).append(one)
    return found


def _shipments(session: Session, fill_ids: Collection[int]) -> dict[int, list[Shipment]]:
    statement = (
        select(ShipmentLine.fill_id, Shipment)
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(ShipmentLine.fill_id.in_(fill_ids), Shipment.status != "cancelled")
        .order_by(Shipment.id)
    )
    found: dict[int, list[Shipment]] = {}
    for fill_id, shipment in session.execute(statement):
        found.setdefault(fill_id, []).append(shipment)
    return found


def outside_moves(of_line: Iterable[Part]) -> set[str]:
    """Which steps givers outside MERIS can still make of their parts."""
    moves: set[str] = set()
    for one in of_line:
        fill = one.fill
        if fill.provider is None:
            continue
        if fill.quantity_committed and fill.confirmed_at is None:
            moves.add("assigned")
        if fill.quantity_committed:
            moves |= {"en_route", "on_scene"}
        if fill.quantity_in_transit:
            moves.add("on_scene")
    return moves


def number(quantity: Decimal) -> int | float:
    """A quantity for JSON."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
