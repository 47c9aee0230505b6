"""Taking a request up: to the region, to the state (domain §4.4).

Only the chief elected official of a jurisdiction in Missouri, or whom they name, asks the state,
and only when local resources are exhausted. So both are written down before a request goes up, and
stock of the state is not promised to a request that has not come to it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_FLOOR
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.dispatch.terms import Terms
from meris.errors import Conflict, Forbidden, refused
from meris.fields import LOG_TEXT, Home
from meris.fields.lists_request import REQUEST_LEVEL
from meris.requests import events
from meris.requests.levels import ORDER, levels_of
from meris.requests.read import find
from meris.requests.sources import local_stock, plain
from meris.requests.states import ENDED, is_desk
from meris.tables import Request, RequestLine, Resource


@dataclass(frozen=True)
class Up:
    """Where a request goes. `tried`: what was tried locally. `left`: why local stock that MERIS
    still knows of cannot be given. Authority: who asks the state, and when they said so."""

    to: str
    version: int
    tried: str | None = None
    left: str | None = None
    authority_name: str | None = None
    authority_title: str | None = None
    authority_at: datetime | None = None
    reason: str | None = None
    at: datetime | None = None


def escalate(session: Session, viewer: Viewer, request_id: int, up: Up, *, home: Home) -> Request:
    """Take a request up, or hand it back with a reason; the timeline keeps each step.

    Raises `NotFound`, `Forbidden`, `Invalid`, `Conflict` where somebody was faster.
    """
    find(session, viewer, request_id)
    request = session.get_one(Request, request_id, with_for_update=True, populate_existing=True)
    _, site = find(session, viewer, request_id)
    if up.to not in REQUEST_LEVEL:
        raise refused("to", f"{up.to[:40]!r} is not a level of requests.")
    if not is_desk(viewer, request):
        raise Forbidden(
            f"{viewer.name} may not take {request.number} to another level. Those who keep the"
            " agency's resources do that."
        )
    if request.version != up.version:
        raise Conflict(
            f"{request.number} was changed meanwhile. Look again, then decide.",
            current={"version": request.version, "level": request.level},
        )
    if up.to not in levels_of(viewer, request):
        title = REQUEST_LEVEL[request.level].title.lower()
        raise refused("to", f"It is with the {title} and cannot be taken there by you.")
    higher = ORDER.index(up.to) > ORDER.index(request.level)
    values, said = (
        _going_up(session, viewer, request, site, up, home) if higher else _going_down(up, home)
    )
    before = request.level
    session.execute(update(Request).where(Request.id == request.id).values(level=up.to, **values))
    events.add(
        session, viewer, request.id, said, kind="level", before=before, after=up.to, at=up.at
    )
    session.refresh(request)
    return request


def _going_up(
    session: Session,
    viewer: Viewer,
    request: Request,
    site: Resource | None,
    up: Up,
    home: Home,
) -> tuple[dict[str, Any], str]:
    tried = LOG_TEXT.read(up.tried, home) or request.tried_locally
    if not tried:
        raise refused("tried", "Say what was tried locally: own stock, neighbors, who was called.")
    left = LOG_TEXT.read(up.left, home)
    still = _still_there(session, viewer, request, site, home)
    if still and not left:
        raise refused(
            "left",
            f"Local resources are not exhausted: {still}. Commit that first, or say why it cannot"
            " be given.",
        )
    values: dict[str, Any] = {"tried_locally": f"{tried} {left}" if left else tried}
    said = f"Tried locally: {values['tried_locally']}"
    if up.to == "state":
        authority = _authority(request, up, home)
        values |= authority
        said = (
            f"Asked by {authority['authority_name']}, {authority['authority_title']},"
            f" {authority['authority_at'].astimezone(home.zone):%Y-%m-%d %H:%M}. {said}"
        )
    return values, said


def _authority(request: Request, up: Up, home: Home) -> dict[str, Any]:
    """Who may ask the state: the chief elected official, or whom they named."""
    name = LOG_TEXT.read(up.authority_name, home) or request.authority_name
    title = LOG_TEXT.read(up.authority_title, home) or request.authority_title
    at = up.authority_at or request.authority_at
    if not name or not title or at is None:
        raise refused(
            "authority_name",
            "Only the chief elected official or whom they name may ask the state. Give their name,"
            " their title and when they asked.",
        )
    if at > datetime.now(UTC):
        raise refused("authority_at", "That time lies in the future. Give when they asked.")
    return {"authority_name": name, "authority_title": title, "authority_at": at}


def _still_there(
    session: Session, viewer: Viewer, request: Request, site: Resource | None, home: Home
) -> str | None:
    """What the agency that asks could still give of what is missing, in words."""
    lines = session.scalars(
        select(RequestLine).where(
            RequestLine.request_id == request.id, RequestLine.status.not_in(ENDED)
        )
    ).all()
    found, terms = [], Terms(zone=home.zone, distances=home.distances)
    for line in lines:
        for one in local_stock(session, viewer, line, request, site, terms)[:2]:
            spare = plain(one.spare, ROUND_FLOOR)
            much = supplies.goods(line.item_code, line.item_name, spare, line.unit_of_issue)
            found.append(f"{one.giver.name} can spare {much}")
    return "; ".join(found[:4]) or None


def _going_down(up: Up, home: Home) -> tuple[dict[str, Any], str]:
    reason = LOG_TEXT.read(up.reason, home)
    if not reason:
        raise refused("reason", "Say why it is handed back.")
    return {}, f"Handed back: {reason}"
