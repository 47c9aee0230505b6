"""Which requests somebody may know of: the one place that says so. And locking their lines."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import NotFound
from meris.tables import Fill, Request, RequestLine, Resource, StockLine


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """For queries on `Request` outer-joined with its site: a request is as secret as where it goes.

    Where that is gone, nobody knows how secret it was, and only the agency that asked may see it.
    """
    if not viewer.may("see_staff"):
        return Request.id.is_(None)
    own = Request.agency_id == viewer.agency_id if viewer.agency_id else Request.id.is_(None)
    everything = Request.id.is_not(None) if viewer.may("see_all") else own
    gone = and_(Request.deliver_to_id.is_(None), everything)
    return or_(gone, and_(Resource.id.is_not(None), viewer.policy.condition()))


def find(session: Session, viewer: Viewer, request_id: int) -> tuple[Request, Resource | None]:
    """A request with the site it goes to. Raises `NotFound`."""
    statement = (
        select(Request, Resource)
        .outerjoin(Resource, Resource.id == Request.deliver_to_id)
        .where(Request.id == request_id, seen_by(viewer))
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(NOTHING)
    return row.Request, row.Resource


def find_line(
    session: Session, viewer: Viewer, line_id: int, *, lock: bool = True, stock: bool = False
) -> tuple[RequestLine, Request, Resource | None]:
    """A line, locked until it is moved, with its request and site. Raises `NotFound`.

    A shipment that leaves locks sites, stock lines, fills and then the request's line, whose state
    follows. Whoever is about to move stock (`stock`) locks in that order too.
    """
    request_id = session.scalar(select(RequestLine.request_id).where(RequestLine.id == line_id))
    if request_id is None:
        raise NotFound(NOTHING)
    request, site = find(session, viewer, request_id)
    if stock:
        lock_givers(session, line_id)
    line = session.get(RequestLine, line_id, with_for_update=lock, populate_existing=True)
    if line is None:
        raise NotFound(NOTHING)
    return line, request, site


def lock_givers(session: Session, line_id: int) -> None:
    """The sites and stock lines of what is promised for a line, in the order of their ids."""
    promised = select(Fill.stock_line_id).where(
        Fill.request_line_id == line_id, Fill.stock_line_id.is_not(None)
    )
    ids = list(session.scalars(promised))
    if not ids:
        return
    sites = select(StockLine.resource_id).where(StockLine.id.in_(ids))
    for statement in (
        select(Resource.id).where(Resource.id.in_(sites)).order_by(Resource.id),
        select(StockLine.id).where(StockLine.id.in_(ids)).order_by(StockLine.id),
        select(Fill.id)
        .where(Fill.request_line_id == line_id, Fill.stock_line_id.is_not(None))
        .order_by(Fill.id),
    ):
        session.execute(statement.with_for_update(key_share=True))


NOTHING = "There is no such request, or you may not see it."
