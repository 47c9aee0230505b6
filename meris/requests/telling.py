"""Requests as JSON and pages tell them, with their lines, figures and givers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.fields.lists_request import LINE_STATUS, REQUEST_LEVEL, REQUEST_PRIORITY
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.requests.stand import Part, Stand, number, outside_moves, parts, stands
from meris.requests.states import ARRIVED, ENDED, FILLABLE, is_desk, moves_of
from meris.tables import Incident, Request, RequestLine, Resource

#: Where a fill comes from that this viewer may not know of.
HIDDEN = "a site that you may not see"


def tell(
    session: Session, viewer: Viewer, rows: Sequence[Any], wanted: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Rows of (Request, its site, agency's name) with those of their lines that are `wanted`."""
    ids = [row.Request.id for row in rows]
    statement = select(RequestLine).where(and_(RequestLine.request_id.in_(ids), wanted))
    lines: dict[int, list[RequestLine]] = {}
    for line in session.scalars(statement.order_by(RequestLine.rank, RequestLine.id)):
        lines.setdefault(line.request_id, []).append(line)
    every = [line.id for some in lines.values() for line in some]
    figures, givers = stands(session, every), parts(session, viewer, every)
    incidents = _incidents(session, viewer, [row.Request for row in rows])
    return [
        _request(row, viewer, lines.get(row.Request.id, []), figures, givers, incidents)
        for row in rows
    ]


def _incidents(
    session: Session, viewer: Viewer, requests: Sequence[Request]
) -> dict[int, dict[str, Any]]:
    ids = {one.incident_id for one in requests if one.incident_id}
    if not ids:
        return {}
    statement = select(Incident).where(Incident.id.in_(ids), viewer.policy.incidents())
    return {
        one.id: {"id": one.id, "number": one.number, "title": one.title}
        for one in session.scalars(statement)
    }


def _request(
    row: Any,
    viewer: Viewer,
    lines: Sequence[RequestLine],
    figures: Mapping[int, Stand],
    givers: Mapping[int, list[Part]],
    incidents: Mapping[int, dict[str, Any]],
) -> dict[str, Any]:
    request: Request = row.Request
    site: Resource | None = row.Resource
    told = [
        _line(one, request, site, viewer, figures[one.id], givers.get(one.id, [])) for one in lines
    ]
    return {
        "id": request.id,
        "number": request.number,
        "version": request.version,
        "state": state_of(told),
        "priority": request.priority,
        "priority_title": REQUEST_PRIORITY[request.priority].title,
        "level": request.level,
        "level_title": REQUEST_LEVEL[request.level].title,
        "needed_by": _iso(request.needed_by),
        "deliver_to": _site(site),
        "incident": incidents.get(request.incident_id or 0),
        "agency": row.agency,
        "agency_id": request.agency_id,
        "contact_name": request.contact_name,
        "contact_phone": request.contact_phone,
        "requested_by": request.requested_by,
        "requested_title": request.requested_title,
        "requested_at": request.requested_at.isoformat(),
        "source": request.source,
        "note": request.note,
        "substitutes": request.substitutes,
        "tried_locally": request.tried_locally,
        "authority": _authority(request),
        "external_refs": request.external_refs,
        "desk": is_desk(viewer, request),
        "overdue": any(one["overdue"] for one in told),
        "lines": told,
    }


def _site(site: Resource | None) -> dict[str, Any] | None:
    if site is None:
        return None
    return {"id": site.id, "name": site.name, "city": site.city, "kind": site.kind}


def _authority(request: Request) -> dict[str, Any] | None:
    if request.authority_name is None:
        return None
    return {
        "name": request.authority_name,
        "title": request.authority_title,
        "at": _iso(request.authority_at),
    }


def state_of(lines: Sequence[Mapping[str, Any]]) -> str:
    """A request is as its lines are: open while one is, and partly filled when some came."""
    if not lines:
        return "none"
    if all(one["status"] in ENDED for one in lines):
        return "ended"
    some = any(one["stand"]["received"] for one in lines)
    waits = any(one["status"] not in ARRIVED for one in lines)
    if some and waits:
        return "partially_filled"
    return "open" if waits else "filled"


def _line(
    line: RequestLine,
    request: Request,
    site: Resource | None,
    viewer: Viewer,
    stand: Stand,
    givers: Sequence[Part],
) -> dict[str, Any]:
    late = request.needed_by is not None and request.needed_by < datetime.now(UTC)
    live = [one for one in givers if lives(one)]
    dates = [one.fill.expected_at for one in live if one.fill.expected_at]
    return {
        "id": line.id,
        "words": words_of(line),
        "item_code": line.item_code,
        "item_name": line.item_name,
        "quantity": number(line.quantity),
        "unit_of_issue": line.unit_of_issue,
        "unit_title": unit_title(line.unit_of_issue),
        "details": line.details,
        "consumable": line.consumable,
        "status": line.status,
        "status_title": LINE_STATUS[line.status].title,
        "status_at": line.status_at.isoformat(),
        "by": line.status_by,
        "reason": line.status_reason,
        "approved_by": line.approved_by,
        "approved_title": line.approved_title,
        "approved_at": _iso(line.approved_at),
        "received_by": line.received_by,
        "released_to": line.released_to,
        "disposition": line.disposition,
        "cost": number(line.cost) if line.cost is not None else None,
        "provider": ", ".join(dict.fromkeys(giver_of(one) for one in live)) or None,
        "expected_at": _iso(max(dates)) if dates else None,
        "overdue": late and line.status not in ARRIVED,
        "version": line.version,
        "stand": stand.told(line),
        "fills": [_fill(one) for one in givers],
        "fillable": line.status in FILLABLE and stand.missing > 0,
        "moves": moves_of(viewer, request, site, line, outside_moves(givers)),
    }


def lives(part: Part) -> bool:
    """Whether anything of a part is promised, on the way or received."""
    fill = part.fill
    return bool(fill.quantity_committed or fill.quantity_in_transit or fill.quantity_received)


def giver_of(part: Part) -> str:
    """Who gives it: a site, a unit, or somebody outside in words."""
    if part.fill.provider is not None:
        return part.fill.provider
    known = part.site or part.unit
    return known.name if known else HIDDEN


def _fill(part: Part) -> dict[str, Any]:
    fill, stock = part.fill, part.stock
    giver = part.site or part.unit
    return {
        "id": fill.id,
        "kind": "provider" if fill.provider else "unit" if fill.unit_id else "stock",
        "from": giver_of(part),
        "site": {"id": giver.id, "name": giver.name} if giver else None,
        "stock_line_id": stock.id if stock else None,
        "lot": stock.lot if stock else None,
        "expires_on": stock.expires_on.isoformat() if stock and stock.expires_on else None,
        "assignment_id": fill.assignment_id if not part.hidden else None,
        "unit_of_issue": fill.unit_of_issue,
        "committed": number(fill.quantity_committed),
        "in_transit": number(fill.quantity_in_transit),
        "received": number(fill.quantity_received),
        "words": _fill_words(part),
        "expected_at": _iso(fill.expected_at),
        "cost": number(fill.cost) if fill.cost is not None else None,
        "note": fill.note,
        "made_by": fill.made_by,
        "made_at": fill.made_at.isoformat(),
        "shipments": [
            {"id": one.id, "number": one.number, "status": one.status} for one in part.shipments
        ],
        "live": lives(part),
    }


def _fill_words(part: Part) -> str:
    """40 cases committed, 20 on the way; released where nothing of it is left."""
    fill, unit = part.fill, part.fill.unit_of_issue
    if fill.unit_id is not None:
        return _unit_words(part)
    first = "on order" if fill.provider and fill.confirmed_at is None else "committed"
    said = [
        f"{supplies.amount(much, unit)} {what}"
        for much, what in (
            (fill.quantity_committed, first),
            (fill.quantity_in_transit, "on the way"),
            (fill.quantity_received, "received"),
        )
        if much
    ]
    return ", ".join(said) or "released"


def _unit_words(part: Part) -> str:
    fill = part.fill
    for much, words in (
        (fill.quantity_committed, "sent"),
        (fill.quantity_in_transit, "on the way"),
        (fill.quantity_received, "on scene"),
    ):
        if much:
            return words
    return "released"


def words_of(line: RequestLine) -> str:
    """What a line asks for: 1 portable toilet; 40 cots, standard; 12 pallets of bottled water."""
    return supplies.goods(line.item_code, line.item_name, line.quantity, line.unit_of_issue)


def unit_title(unit: str) -> str:
    """A unit of issue in words: case."""
    return UNIT_OF_ISSUE[unit].title if unit in UNIT_OF_ISSUE else unit


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
