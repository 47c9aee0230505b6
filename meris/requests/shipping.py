"""Sending off what is promised to a request: a shipment, from which its lines follow."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import ledger
from meris.accounts import Viewer
from meris.errors import Conflict, NotFound, refused
from meris.fields import Home
from meris.ledger import Said
from meris.requests.read import NOTHING, find_line
from meris.tables import Fill, RequestLine, Shipment


def ship(
    session: Session,
    viewer: Viewer,
    fill_ids: Sequence[int],
    *,
    home: Home,
    carrier: str | None = None,
    carrier_phone: str | None = None,
    expected_at: datetime | None = None,
    leaves: bool = True,
    at: datetime | None = None,
    key: str | None = None,
) -> Shipment:
    """A shipment of what these fills promise, all of one site and one request; `leaves`: now.

    Raises `NotFound`, `Forbidden`, `Invalid`, `Conflict` where it was sent already.
    """
    fills = _fills(session, viewer, fill_ids)
    line_id = fills[0].request_line_id
    assert line_id is not None
    _, request, site = find_line(session, viewer, line_id, lock=False)
    if site is None:
        raise Conflict(f"Where {request.number} was to go is gone. Say where it goes now.")
    loads = [
        ledger.shipments.Load(Said(loose), fill_id=fill.id)
        for fill in fills
        if (loose := fill.quantity_committed - _prepared(session, fill)) > 0
    ]
    plan = ledger.shipments.Plan(
        to_id=site.id,
        loads=loads,
        carrier=carrier,
        carrier_phone=carrier_phone,
        expected_at=expected_at,
        note=request.number,
        key=key,
    )
    if not loads and key is None:
        raise Conflict("All of that is on a shipment already.")
    made = ledger.shipments.prepare(session, viewer, plan, home=home)
    if leaves and made.status == "preparing":
        ledger.shipments.depart(session, viewer, made.id, at=at, expected_at=expected_at)
    session.refresh(made)
    return made


def _prepared(session: Session, fill: Fill) -> Decimal:
    return ledger.promising.in_preparation(session, fill.id)


def _fills(session: Session, viewer: Viewer, fill_ids: Sequence[int]) -> list[Fill]:
    """Stock of one request that is promised. Raises `NotFound`, `Invalid`."""
    statement = (
        select(Fill)
        .join(RequestLine, RequestLine.id == Fill.request_line_id)
        .where(Fill.id.in_(list(fill_ids)), Fill.stock_line_id.is_not(None))
        .order_by(Fill.id)
        .execution_options(populate_existing=True)
    )
    found = list(session.scalars(statement))
    if not found or len(found) < len(set(fill_ids)):
        raise NotFound(NOTHING)
    requests = {session.get_one(RequestLine, fill.request_line_id).request_id for fill in found}
    for fill in found:
        find_line(session, viewer, fill.request_line_id or 0, lock=False)
        _require_known(session, viewer, fill)
    if len(requests) > 1:
        raise refused("fills", "These belong to several requests. Ship each by itself.")
    return found


def _require_known(session: Session, viewer: Viewer, fill: Fill) -> None:
    """A hidden giver's part is answered as one that is not there."""
    try:
        ledger.find(session, viewer, fill.stock_line_id or 0)
    except NotFound as hidden:
        raise NotFound(NOTHING) from hidden
