"""To whom the stock of a line is promised, as far as the viewer may know."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.errors import Conflict
from meris.tables import Fill, Request, RequestLine, Resource, Shipment, ShipmentLine, StockLine

_MOST_NAMED = 3


class Promise(NamedTuple):
    """So much is kept for somebody: a request, or the site of a shipment; None is not told."""

    fill_id: int
    quantity: Decimal
    number: str | None
    request_id: int | None
    site_id: int | None
    site: str | None


def promises(session: Session, viewer: Viewer, line_id: int) -> list[Promise]:
    """What of a line is promised, the oldest promise first."""
    return promises_of(session, viewer, [line_id]).get(line_id, [])


def promises_of(
    session: Session, viewer: Viewer, line_ids: Sequence[int]
) -> dict[int, list[Promise]]:
    """The same of many lines, by line."""
    to = func.coalesce(Request.deliver_to_id, _shipped_to())
    own = and_(Resource.id.is_(None), Request.agency_id == (viewer.agency_id or 0))
    seen = or_(and_(Resource.id.is_not(None), viewer.policy.condition()), own)
    named = (Request.number, Request.id, Resource.id, Resource.name)
    statement = (
        select(Fill.stock_line_id, Fill.id, Fill.quantity_committed, seen, *named)
        .outerjoin(RequestLine, RequestLine.id == Fill.request_line_id)
        .outerjoin(Request, Request.id == RequestLine.request_id)
        .outerjoin(Resource, Resource.id == to)
        .where(Fill.stock_line_id.in_(line_ids), Fill.quantity_committed > 0)
        .order_by(Fill.id)
    )
    found: dict[int, list[Promise]] = {}
    for line_id, fill, quantity, may_know, *told in session.execute(statement):
        whom = told if may_know else (None, None, None, None)
        found.setdefault(line_id or 0, []).append(Promise(fill, quantity, *whom))
    return found


def _shipped_to() -> ScalarSelect[int]:
    """Where a plain transfer goes."""
    return (
        select(Shipment.to_id)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(ShipmentLine.fill_id == Fill.id, Shipment.status == "preparing")
        .order_by(Shipment.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def to_whom(found: Sequence[Promise]) -> str:
    """Of promises: R2026-000012, a shipment to Cole Cache and others."""
    known = dict.fromkeys(
        one.number or (f"a shipment to {one.site}" if one.site else "") for one in found
    )
    names = [name for name in known if name]
    told = names[:_MOST_NAMED]
    if len(names) > len(told) or "" in known:
        told.append("others")
    return ", ".join(told[:-1]) + (" and " if len(told) > 1 else "") + "".join(told[-1:])


def too_many(session: Session, viewer: Viewer, line: StockLine) -> Conflict:
    """The refusal of a movement that takes more than is free."""
    unit = line.unit_of_issue
    free = line.quantity_on_hand - line.quantity_committed
    said = f"{supplies.amount(line.quantity_on_hand, unit)} on hand"
    if line.quantity_promised:
        whom = to_whom(promises(session, viewer, line.id))
        said += f", {supplies.amount(line.quantity_promised, unit)} promised to {whom}"
    aside = line.quantity_committed - line.quantity_promised
    if aside:
        said += f", {supplies.amount(aside, unit)} set aside"
    only = "Nothing is" if not free else f"Only {supplies.amount(free, unit)} "
    verb = "" if not free else ("is" if free == 1 else "are")
    name = supplies.small(line.item_name) if line.item_code else line.item_name
    return Conflict(
        f"{only}{verb} free of {name}: {said}.",
        on_hand=_number(line.quantity_on_hand),
        committed=_number(line.quantity_committed),
        available=_number(free),
    )


def _number(quantity: Decimal) -> int | float:
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
