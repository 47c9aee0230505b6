"""What somebody outside MERIS gives, in words: ordered, ready, on the way, received."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.errors import refused
from meris.requests import events
from meris.requests.stand import stands
from meris.requests.steps import Step
from meris.tables import Fill, RequestLine


def order(session: Session, viewer: Viewer, line: RequestLine, step: Step, at: datetime) -> None:
    """So much of a line is ordered: what is offered, or all that is missing."""
    missing = stands(session, [line.id])[line.id].missing
    if missing <= 0:
        raise refused("quantity", "Nothing of it is missing any more.")
    offered = step.quantity if step.quantity is not None else missing
    if not 0 < offered <= missing:
        said = supplies.amount(missing, line.unit_of_issue)
        raise refused("quantity", f"{said} are missing. Offer more than none and no more.")
    row = {
        "request_line_id": line.id,
        "provider": step.provider,
        "unit_of_issue": line.unit_of_issue,
        "quantity_committed": offered,
        "expected_at": step.expected_at,
        "cost": step.cost,
        "made_by": viewer.name,
        "made_at": at,
    }
    session.execute(insert(Fill).values(row))
    said = supplies.amount(offered, line.unit_of_issue)
    _tell(session, viewer, line, f"{said} from {step.provider}.", at)


def confirm(session: Session, _viewer: Viewer, line: RequestLine, step: Step, at: datetime) -> None:
    """The givers have it ready."""
    open_ = [one for one in _of(session, line) if one.quantity_committed and not one.confirmed_at]
    _require(open_, "Nothing is on order from somebody outside.")
    for fill in open_:
        _write(session, fill, confirmed_at=at, expected_at=step.expected_at or fill.expected_at)


def depart(session: Session, _viewer: Viewer, line: RequestLine, step: Step, at: datetime) -> None:
    """What is on order has left; `step.expected_at` is when it arrives."""
    open_ = [one for one in _of(session, line) if one.quantity_committed]
    _require(open_, "What is committed is stock or a unit of MERIS: its shipment or assignment"
             " moves it on.")  # fmt: skip
    for fill in open_:
        _write(
            session,
            fill,
            quantity_in_transit=fill.quantity_in_transit + fill.quantity_committed,
            quantity_committed=0,
            departed_at=at,
            expected_at=step.expected_at or fill.expected_at,
        )


def receive(session: Session, viewer: Viewer, line: RequestLine, step: Step, at: datetime) -> None:
    """What is on order or on the way has come: all of it, or `step.quantity` and then no more."""
    open_ = [one for one in _of(session, line) if one.quantity_committed + one.quantity_in_transit]
    _require(open_, "What is on the way is stock or a unit of MERIS: receive its shipment, or"
             " move its assignment.")  # fmt: skip
    due = sum((one.quantity_committed + one.quantity_in_transit for one in open_), Decimal(0))
    came = due if step.quantity is None else step.quantity
    if not 0 < came <= due:
        raise refused(
            "quantity", f"{supplies.amount(due, line.unit_of_issue)} are expected, no more."
        )
    if came < due:
        said = supplies.amount(due - came, line.unit_of_issue)
        why = f": {step.reason}" if step.reason else ""
        _tell(session, viewer, line, f"{said} did not come{why}.", at)
    for fill in open_:
        part = min(came, fill.quantity_committed + fill.quantity_in_transit)
        came -= part
        _write(
            session,
            fill,
            quantity_committed=0,
            quantity_in_transit=0,
            quantity_received=fill.quantity_received + part,
            received_at=at,
        )


def drop(session: Session, fill: Fill) -> None:
    """Nothing more of it will come."""
    _write(session, fill, quantity_committed=0, quantity_in_transit=0)


def _of(session: Session, line: RequestLine) -> list[Fill]:
    statement = (
        select(Fill)
        .where(Fill.request_line_id == line.id, Fill.provider.is_not(None))
        .order_by(Fill.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def _write(session: Session, fill: Fill, **values: object) -> None:
    session.execute(
        update(Fill)
        .where(Fill.id == fill.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _require(fills: list[Fill], message: str) -> None:
    if not fills:
        raise refused("to", message)


def _tell(session: Session, viewer: Viewer, line: RequestLine, text: str, at: datetime) -> None:
    events.add(session, viewer, line.request_id, text, kind="fill", line_id=line.id, at=at)
