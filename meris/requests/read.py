"""Which requests somebody may know of: the one place that says so."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import NotFound
from meris.tables import Request, RequestLine, Resource


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
        raise NotFound(_NOTHING)
    return row.Request, row.Resource


def find_line(
    session: Session, viewer: Viewer, line_id: int
) -> tuple[RequestLine, Request, Resource | None]:
    """A line, locked until it is moved, with its request and site. Raises `NotFound`."""
    line = session.get(RequestLine, line_id, with_for_update=True, populate_existing=True)
    if line is None:
        raise NotFound(_NOTHING)
    return line, *find(session, viewer, line.request_id)


_NOTHING = "There is no such request, or you may not see it."
