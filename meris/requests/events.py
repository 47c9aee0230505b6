"""The timeline of a request: every step with who, when, from where to where. Never changed."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.fields.lists_request import LINE_STATUS, REQUEST_LEVEL
from meris.requests.read import find
from meris.tables import RequestEvent, RequestLine, Resource

MOST = 500


def add(
    session: Session,
    viewer: Viewer,
    request_id: int,
    text: str,
    *,
    kind: str = "change",
    line_id: int | None = None,
    at: datetime | None = None,
    before: str | None = None,
    after: str | None = None,
    resource_id: int | None = None,
) -> None:
    """Write an entry. `resource_id`: whose name is in the text, for who may not know of it."""
    row = {
        "request_id": request_id,
        "request_line_id": line_id,
        "at": at or datetime.now(UTC),
        "kind": kind,
        "before": before,
        "after": after,
        "text": text,
        "resource_id": resource_id,
        "by_name": viewer.name,
    }
    session.execute(insert(RequestEvent).values(row))


def timeline(session: Session, viewer: Viewer, request_id: int) -> list[dict[str, Any]]:
    """The newest first, at most `MOST`; what names a hidden giver is left out.

    Raises `NotFound`.
    """
    find(session, viewer, request_id)
    seen = or_(
        RequestEvent.resource_id.is_(None),
        and_(Resource.id.is_not(None), viewer.policy.condition()),
    )
    statement = (
        select(RequestEvent, RequestLine.item_name)
        .outerjoin(RequestLine, RequestLine.id == RequestEvent.request_line_id)
        .outerjoin(Resource, Resource.id == RequestEvent.resource_id)
        .where(RequestEvent.request_id == request_id, seen)
        .order_by(RequestEvent.at.desc(), RequestEvent.id.desc())
        .limit(MOST)
    )
    return [_told(event, item) for event, item in session.execute(statement)]


def _told(event: RequestEvent, item: str | None) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "by": event.by_name,
        "kind": event.kind,
        "line_id": event.request_line_id,
        "item": item,
        "before": _title(event.kind, event.before),
        "after": _title(event.kind, event.after),
        "text": event.text,
    }


def _title(kind: str, code: str | None) -> str | None:
    titles = LINE_STATUS if kind == "status" else REQUEST_LEVEL
    return titles[code].title if code and code in titles else None
