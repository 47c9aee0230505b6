"""Requests as they are listed: by urgency, when they are needed, and how long they wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.errors import Invalid
from meris.fields.lists_request import LINE_STATUS, REQUEST_PRIORITY
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.requests.read import seen_by
from meris.requests.states import ENDED, moves_of
from meris.resources.search import escaped
from meris.tables import Agency, Request, RequestLine, Resource

MOST = 200
#: A line that has arrived keeps nobody waiting.
_ARRIVED = ("on_scene", "demobilizing", *ENDED)


@dataclass(frozen=True)
class Question:
    """Which requests: `status` is open, ended, all or one state of a line; `page` begins at 1."""

    status: str = "open"
    priority: str = ""
    q: str = ""
    deliver_to: int | None = None
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
        .where(*_conditions(asked), exists().where(RequestLine.request_id == Request.id, wanted))
        .order_by(*_URGENT)
        .limit(most + 1)
        .offset((max(asked.page, 1) - 1) * most)
    )
    rows = session.execute(statement).all()
    return {"requests": _told(session, viewer, rows[:most], wanted), "more": len(rows) > most}


def open_at(session: Session, viewer: Viewer, site_id: int) -> list[dict[str, Any]]:
    """The requests of one site that have an open line, with all their lines, most urgent first."""
    pending = exists().where(RequestLine.request_id == Request.id, _lines("open"))
    statement = _query(viewer).where(Request.deliver_to_id == site_id, pending)
    rows = session.execute(statement.order_by(*_URGENT).limit(MOST)).all()
    return _told(session, viewer, rows, RequestLine.id.is_not(None))


def told(session: Session, viewer: Viewer, request_id: int) -> dict[str, Any]:
    """One request with all its lines, for JSON."""
    rows = session.execute(_query(viewer).where(Request.id == request_id)).all()
    return _told(session, viewer, rows, RequestLine.id.is_not(None))[0]


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


def _conditions(asked: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.priority:
        known = REQUEST_PRIORITY.find(asked.priority)
        if known is None:
            raise Invalid(f"{asked.priority[:40]!r} is not a priority.")
        found.append(Request.priority == known.code)
    if asked.deliver_to is not None:
        found.append(Request.deliver_to_id == asked.deliver_to)
    found += [_holds(word) for word in asked.q.split()[:8]]
    return found


def _holds(word: str) -> ColumnElement[bool]:
    like = f"%{escaped(word[:60])}%"
    line = exists().where(
        RequestLine.request_id == Request.id, RequestLine.item_name.ilike(like, escape="\\")
    )
    columns = (Request.number, Resource.name, Resource.city)
    return or_(line, *(column.ilike(like, escape="\\") for column in columns))


def _told(
    session: Session, viewer: Viewer, rows: Sequence[Any], wanted: ColumnElement[bool]
) -> list[dict[str, Any]]:
    ids = [row.Request.id for row in rows]
    statement = select(RequestLine).where(and_(RequestLine.request_id.in_(ids), wanted))
    lines: dict[int, list[RequestLine]] = {}
    for line in session.scalars(statement.order_by(RequestLine.rank)):
        lines.setdefault(line.request_id, []).append(line)
    return [_request(row, viewer, lines.get(row.Request.id, [])) for row in rows]


def _request(row: Any, viewer: Viewer, lines: Iterable[RequestLine]) -> dict[str, Any]:
    request: Request = row.Request
    site: Resource | None = row.Resource
    return {
        "id": request.id,
        "number": request.number,
        "priority": request.priority,
        "priority_title": REQUEST_PRIORITY[request.priority].title,
        "needed_by": _iso(request.needed_by),
        "deliver_to": {"id": site.id, "name": site.name, "city": site.city} if site else None,
        "agency": row.agency,
        "requested_by": request.requested_by,
        "requested_at": request.requested_at.isoformat(),
        "source": request.source,
        "note": request.note,
        "lines": [_line(one, request, site, viewer) for one in lines],
    }


def _line(
    line: RequestLine, request: Request, site: Resource | None, viewer: Viewer
) -> dict[str, Any]:
    late = request.needed_by is not None and request.needed_by < datetime.now(UTC)
    return {
        "id": line.id,
        "words": words_of(line),
        "item_code": line.item_code,
        "item_name": line.item_name,
        "quantity": _number(line),
        "unit_of_issue": line.unit_of_issue,
        "status": line.status,
        "status_title": LINE_STATUS[line.status].title,
        "status_at": line.status_at.isoformat(),
        "by": line.status_by,
        "reason": line.status_reason,
        "provider": line.provider,
        "expected_at": _iso(line.expected_at),
        "overdue": late and line.status not in _ARRIVED,
        "version": line.version,
        "moves": moves_of(viewer, request, site, line.status),
    }


def words_of(line: RequestLine) -> str:
    """What a line asks for: 40 cots, standard; 12 pallets of bottled water."""
    thing = line.item_name[:1].lower() + line.item_name[1:] if line.item_code else line.item_name
    unit = UNIT_OF_ISSUE[line.unit_of_issue].title if line.unit_of_issue in UNIT_OF_ISSUE else ""
    if line.unit_of_issue == "EA" or (unit and unit in thing):
        return f"{supplies.amount(line.quantity, 'EA')} {thing}"
    return f"{supplies.amount(line.quantity, line.unit_of_issue)} of {thing}"


def _number(line: RequestLine) -> int | float:
    whole = line.quantity == line.quantity.to_integral_value()
    return int(line.quantity) if whole else float(line.quantity)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
