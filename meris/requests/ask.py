"""Asking for something: a request with its number and its lines, made once however often sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.db import take_turns
from meris.errors import Forbidden, refused
from meris.fields import LOG_TEXT, Home, field
from meris.fields.lists_request import REQUEST_PRIORITY
from meris.incidents.read import find as find_incident
from meris.language import _
from meris.numbers import next_of_year
from meris.requests.read import find
from meris.requests.states import is_consumable, may_ask
from meris.requests.wants import MOST_LINES, Want
from meris.resources.read import find as find_site
from meris.tables import Request, RequestCounter, RequestLine


@dataclass(frozen=True)
class Asked:
    """What is asked for and where it is to go; `at` is when it was said, None is now.

    Contact: whom to call about it, where that is not the site's own contact. `title`: the position
    of who asks. `substitutes`: what would do as well, and who may have it. `draft`: not yet sent.
    """

    deliver_to: int
    lines: Sequence[Want]
    priority: str | None = None
    needed_by: datetime | None = None
    note: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    incident: int | None = None
    title: str | None = None
    substitutes: str | None = None
    draft: bool = False
    at: datetime | None = None
    source: str = "web"


def ask(
    session: Session, viewer: Viewer, asked: Asked, *, home: Home, key: str | None = None
) -> Request:
    """A new request, submitted or a draft; the same `key` twice answers the first one.

    Raises `NotFound`, `Forbidden`, `Invalid`.
    """
    known = _by_key(session, viewer, key)
    if known is not None:
        return known
    site = find_site(session, viewer.policy, asked.deliver_to)
    if site.kind == "unit":
        raise refused("deliver_to", f"{site.name} is a unit. Name the shelter or site it goes to.")
    if not may_ask(viewer, site):
        raise Forbidden(
            _(
                "%(name)s may not ask for %(site)s. It belongs to %(agency)s.",
                name=viewer.name,
                site=site.name,
                agency=site.agency.name,
            )
        )
    if not 0 < len(asked.lines) <= MOST_LINES:
        raise refused("lines", f"A request has 1 to {MOST_LINES} lines.")
    if asked.incident is not None:
        find_incident(session, viewer.policy, asked.incident)
    now = datetime.now(UTC)
    at = min(asked.at or now, now)
    row = {
        "number": _number(session, home),
        "agency_id": site.agency_id,
        "deliver_to_id": site.id,
        "priority": _priority(asked.priority),
        "needed_by": _needed_by(asked.needed_by, at),
        "incident_id": asked.incident,
        "contact_name": LOG_TEXT.read(asked.contact_name, home),
        "contact_phone": field("shelter", "contact_phone").rule.read(asked.contact_phone, home),
        "requested_title": LOG_TEXT.read(asked.title, home),
        "substitutes": LOG_TEXT.read(asked.substitutes, home),
        "note": LOG_TEXT.read(asked.note, home),
        "requested_by": viewer.name,
        "requested_at": at,
        "source": asked.source,
        "client_key": key,
    }
    request = session.scalars(insert(Request).values(row).returning(Request)).one()
    status = "draft" if asked.draft else "submitted"
    lines = [
        _line(request.id, rank, want, at, viewer) | {"status": status}
        for rank, want in enumerate(asked.lines, 1)
    ]
    session.execute(insert(RequestLine).values(lines))
    return request


def _line(
    request_id: int, rank: int, want: Want, at: datetime, viewer: Viewer
) -> dict[str, object]:
    return {
        "request_id": request_id,
        "rank": rank,
        "item_code": want.item_code,
        "item_name": want.item_name,
        "quantity": want.quantity,
        "unit_of_issue": want.unit_of_issue,
        "details": want.details,
        "consumable": is_consumable(want.item_code),
        "status_at": at,
        "status_by": viewer.name,
    }


def _by_key(session: Session, viewer: Viewer, key: str | None) -> Request | None:
    """The request that was made by this key; whoever sends it twice at once has to wait here."""
    if key is None:
        return None
    take_turns(session, key, 5)
    known = session.scalar(select(Request.id).where(Request.client_key == key))
    return None if known is None else find(session, viewer, known)[0]


def _priority(given: str | None) -> str:
    if not given:
        return "normal"
    found = REQUEST_PRIORITY.find(given)
    if found is None:
        offered = ", ".join(REQUEST_PRIORITY.offered())
        raise refused("priority", f"{given[:40]!r} is not a priority. Use one of: {offered}.")
    return found.code


def _needed_by(given: datetime | None, at: datetime) -> datetime | None:
    if given is not None and given < at:
        raise refused("needed_by", "That time is past. Leave it empty where it is needed at once.")
    return given


def _number(session: Session, home: Home) -> str:
    year, number = next_of_year(session, RequestCounter, home)
    return f"R{year}-{number:06}"
