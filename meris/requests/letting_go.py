"""Letting go of what was promised for a line: stock is free again, units are called back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.dispatch import moves as assignments
from meris.errors import Conflict, Forbidden, NotFound, refused
from meris.fields import LOG_TEXT, Home
from meris.ledger import promising
from meris.ledger.shelves import keeps
from meris.requests import events, outside
from meris.requests.read import NOTHING, find_line
from meris.requests.stand import Part, parts
from meris.requests.states import is_desk
from meris.tables import Fill, RequestLine

#: Steps after which nothing is promised for the line.
LETS_GO = frozenset({"sourcing", "denied", "cancelled"})


def all_of(session: Session, viewer: Viewer, line: RequestLine, reason: str) -> None:
    """Let go of every part that is not on its way; the line is locked.

    Raises `Conflict` when a shipment carries some of it: that is turned back or received first.
    """
    for part in _of(session, viewer, line.id):
        if part.fill.stock_line_id and part.fill.quantity_in_transit:
            numbers = ", ".join(one.number for one in part.shipments if one.status == "in_transit")
            raise Conflict(
                f"{numbers or 'A shipment'} is on its way with some of it. Turn it back, or receive"
                " it first."
            )
        _one(session, viewer, part, reason)


def release(
    session: Session, viewer: Viewer, fill_id: int, *, reason: str | None, home: Home
) -> Fill:
    """Let go of one giver's part. Who: the desk of who asked, and the giver.

    The same again changes nothing. Raises `NotFound`, `Forbidden`, `Invalid` without a reason.
    """
    line_id = session.scalar(select(Fill.request_line_id).where(Fill.id == fill_id))
    if line_id is None:
        raise NotFound(NOTHING)
    line, request, _ = find_line(session, viewer, line_id, stock=True)
    part = next(one for one in _of(session, viewer, line.id) if one.fill.id == fill_id)
    gives = part.site is not None and keeps(viewer, part.site)
    if not (is_desk(viewer, request) or gives):
        raise Forbidden(f"{viewer.name} may not release what is promised for {request.number}.")
    words = LOG_TEXT.read(reason, home)
    if not words:
        message = "Say why it is released."
        raise refused("reason", message)
    if _one(session, viewer, part, str(words)):
        giver = part.site or part.unit
        name = part.fill.provider or (giver.name if giver else "the giver")
        events.add(
            session,
            viewer,
            line.request_id,
            f"Released from {name}: {words}.",
            kind="fill",
            line_id=line.id,
            resource_id=giver.id if giver else None,
        )
    session.refresh(part.fill)
    return part.fill


def _of(session: Session, viewer: Viewer, line_id: int) -> list[Part]:
    return parts(session, viewer, [line_id]).get(line_id, [])


def _one(session: Session, viewer: Viewer, part: Part, reason: str) -> bool:
    """Whether there was anything to let go."""
    fill = part.fill
    if not fill.quantity_committed and not (fill.provider and fill.quantity_in_transit):
        return False
    if fill.provider is not None:
        outside.drop(session, fill)
    elif fill.assignment_id is not None:
        assignments.move(
            session, viewer, fill.assignment_id, status="cancelled", reason=reason[:200]
        )
    else:
        promising.release(session, viewer, fill.id, reason=reason, entitled=True)
    return True
