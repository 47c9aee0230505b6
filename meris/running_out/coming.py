"""What is on its way to a place, and what it has asked for and not got."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.fields import BY_CODE, in_base_units
from meris.requests.read import seen_by
from meris.requests.states import ENDED
from meris.requests.telling import words_of
from meris.running_out.factors import Factors
from meris.tables import Fill, Request, RequestLine, Resource, Shipment, ShipmentLine, StockLine

#: Goods that left and are not booked in yet.
_UNDER_WAY = ("in_transit", "arrived")
#: What has arrived is no longer waited for.
_WAITS_NO_MORE = ("draft", "on_scene", "demobilizing", *ENDED)

#: A place and what it needs.
Key = tuple[int, str]


@dataclass
class Transit:
    """Base units on their way to one place; `at` is when the first of them should be there."""

    quantity: Decimal = Decimal(0)
    at: datetime | None = None

    def add(self, quantity: Decimal, at: datetime | None) -> None:
        """One more load."""
        self.quantity += quantity
        self.at = min((one for one in (self.at, at) if one), default=None)


@dataclass
class Coming:
    """By place and need. A giver that the viewer may not see is not named: only what comes."""

    transit: dict[Key, Transit] = field(default_factory=dict)
    asked: dict[Key, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def find(
        cls, session: Session, viewer: Viewer, kinds: Mapping[int, str], factors: Factors
    ) -> "Coming":
        """For these places, each a `shelter` or a `pod`."""
        found = cls()
        found._find_transit(session, kinds, factors)
        found._find_asked(session, viewer, kinds, factors)
        return found

    def _find_transit(self, session: Session, kinds: Mapping[int, str], factors: Factors) -> None:
        statement = (
            select(ShipmentLine.quantity_in_transit, StockLine, Shipment)
            .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
            .join(StockLine, StockLine.id == ShipmentLine.stock_line_id)
            .where(
                Shipment.to_id.in_(kinds),
                Shipment.status.in_(_UNDER_WAY),
                ShipmentLine.quantity_in_transit > 0,
            )
        )
        for quantity, line, shipment in session.execute(statement):
            base = base_units(line, quantity)
            if base is not None:
                place = shipment.to_id
                key = (place, need_of(factors, kinds[place], line.item_code, line))
                self.transit.setdefault(key, Transit()).add(base, shipment.expected_at)

    def _find_asked(
        self, session: Session, viewer: Viewer, kinds: Mapping[int, str], factors: Factors
    ) -> None:
        expected = (
            select(func.max(Fill.expected_at))
            .where(Fill.request_line_id == RequestLine.id)
            .where(Fill.quantity_committed + Fill.quantity_in_transit > 0)
            .scalar_subquery()
        )
        statement = (
            select(Request, RequestLine, expected)
            .join(RequestLine, RequestLine.request_id == Request.id)
            .outerjoin(Resource, Resource.id == Request.deliver_to_id)
            .where(
                Request.deliver_to_id.in_(kinds),
                RequestLine.status.not_in(_WAITS_NO_MORE),
                seen_by(viewer),
            )
            .order_by(Request.id, RequestLine.rank)
        )
        for request, line, at in session.execute(statement):
            place = int(request.deliver_to_id or 0)
            key = (place, need_of(factors, kinds[place], line.item_code, line))
            self.asked.setdefault(key, []).append(_told(request, line, at))


def need_of(
    factors: Factors, place: str, item_code: str | None, line: StockLine | RequestLine
) -> str:
    """What a line is listed under, as the statement `listed` names it."""
    if item_code in BY_CODE:
        return str(factors.need(place, item_code))
    return f"other:{line.item_name.lower()}:{line.unit_of_issue}"


def base_units(line: StockLine, quantity: Decimal) -> Decimal | None:
    """A quantity of a stock line in base units; of no item of ours, as it is issued."""
    item = BY_CODE.get(line.item_code or "")
    if item is None:
        return quantity
    return in_base_units(item, quantity, line.unit_of_issue, line.units_per_pack)


def _told(request: Request, line: RequestLine, at: datetime | None) -> dict[str, Any]:
    return {
        "id": request.id,
        "number": request.number,
        "words": words_of(line),
        "status": line.status,
        "expected_at": at.isoformat() if at else None,
    }
