"""Requests as they are listed: by urgency, when they are needed, and how long they wait."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, or_, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Invalid
from meris.fields.lists_request import LINE_STATUS, REQUEST_LEVEL, REQUEST_PRIORITY
from meris.requests.read import find, seen_by
from meris.requests.states import ENDED
from meris.requests.telling import tell
from meris.resources.search import escaped
from meris.tables import Agency, Request, RequestEvent, RequestLine, Resource

MOST = 200


@dataclass(frozen=True)
class Question:
    """Which requests: `status` is open, ended, all or one state of a line; `page` begins at 1.

    `county`: FIPS code of where they go. `item`: a code of the catalogue. `mine`: which the viewer
    made or moved, or their agency's.
    """

    status: str = "open"
    priority: str = ""
    q: str = ""
    deliver_to: int | None = None
    incident: int | None = None
    county: str = ""
    agency: int | None = None
    item: str = ""
    level: str = ""
    mine: bool = False
    page: int = 1
    limit: int = 100


def listed(session: Session, viewer: Viewer, asked: Question) -> dict[str, Any]:
    """A page of requests with those of their lines that were asked for.

    `requests` as `told`, and `more`: whether another page follows. Nothing is counted.
    """
    most = min(max(asked.limit, 1), MOST)
    wanted = _lines(asked.status)
    statement = (
        _query(viewer)
        .where(
            *_conditions(asked, viewer),
            exists().where(RequestLine.request_id == Request.id, wanted),
        )
        .order_by(*_URGENT)
        .limit(most + 1)
        .offset((max(asked.page, 1) - 1) * most)
    )
    rows = session.execute(statement).all()
    return {"requests": tell(session, viewer, rows[:most], wanted), "more": len(rows) > most}


def open_at(session: Session, viewer: Viewer, site_id: int) -> list[dict[str, Any]]:
    """The requests of one site that have an open line, with all their lines, most urgent first."""
    pending = exists().where(RequestLine.request_id == Request.id, _lines("open"))
    statement = _query(viewer).where(Request.deliver_to_id == site_id, pending)
    rows = session.execute(statement.order_by(*_URGENT).limit(MOST)).all()
    return tell(session, viewer, rows, RequestLine.id.is_not(None))


def told(session: Session, viewer: Viewer, request_id: int) -> dict[str, Any]:
    """One request with all its lines, for JSON. Raises `NotFound`."""
    find(session, viewer, request_id)
    rows = session.execute(_query(viewer).where(Request.id == request_id)).all()
    return tell(session, viewer, rows, RequestLine.id.is_not(None))[0]


_URGENT = (
    case(
        {code: rank for rank, code in enumerate(REQUEST_PRIORITY.by_code)}, value=Request.priority
    ),
    Request.needed_by.asc().nulls_last(),
    Request.requested_at,
    Request.id,
)


def _query(viewer: Viewer) -> Select[Request, Resource, str]:
    return (
        select(Request, Resource, Agency.name.label("agency"))
        .join(Agency, Agency.id == Request.agency_id)
        .outerjoin(Resource, Resource.id == Request.deliver_to_id)
        .where(seen_by(viewer))
    )


def _lines(status: str) -> ColumnElement[bool]:
    if status in ("", "open"):
        return RequestLine.status.not_in(ENDED)
    if status == "ended":
        return RequestLine.status.in_(ENDED)
    if status == "all":
        return RequestLine.id.is_not(None)
    if status not in LINE_STATUS:
        offered = ", ".join(("open", "ended", "all", *LINE_STATUS.by_code))
        raise Invalid(f"{status[:40]!r} is not a state of a request. Use one of: {offered}.")
    return RequestLine.status == status


def _conditions(asked: Question, viewer: Viewer) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.mine:
        found.append(_own(viewer))
    if asked.level:
        known_level = REQUEST_LEVEL.find(asked.level)
        if known_level is None:
            raise Invalid(f"{asked.level[:40]!r} is not a level of requests.")
        found.append(Request.level == known_level.code)
    if asked.item:
        found.append(
            exists().where(
                RequestLine.request_id == Request.id, RequestLine.item_code == asked.item
            )
        )
    for column, wanted in (
        (Request.incident_id, asked.incident),
        (Request.agency_id, asked.agency),
        (Resource.county_fips, asked.county or None),
    ):
        if wanted is not None:
            found.append(column == wanted)
    if asked.priority:
        known = REQUEST_PRIORITY.find(asked.priority)
        if known is None:
            raise Invalid(f"{asked.priority[:40]!r} is not a priority.")
        found.append(Request.priority == known.code)
    if asked.deliver_to is not None:
        found.append(Request.deliver_to_id == asked.deliver_to)
    found += [_holds(word) for word in asked.q.split()[:8]]
    return found


def _own(viewer: Viewer) -> ColumnElement[bool]:
    """What the viewer's agency asked for, and what the viewer has had in hand."""
    acted = exists().where(
        RequestEvent.request_id == Request.id, RequestEvent.by_name == viewer.name
    )
    if viewer.agency_id is None:
        return acted
    return or_(Request.agency_id == viewer.agency_id, acted)


def _holds(word: str) -> ColumnElement[bool]:
    like = f"%{escaped(word[:60])}%"
    line = exists().where(
        RequestLine.request_id == Request.id, RequestLine.item_name.ilike(like, escape="\\")
    )
    columns = (Request.number, Resource.name, Resource.city)
    return or_(line, *(column.ilike(like, escape="\\") for column in columns))
