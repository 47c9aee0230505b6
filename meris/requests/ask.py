"""Asking for something: a request with its number and its lines, made once however often sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Forbidden, Invalid
from meris.fields import LOG_TEXT, Home
from meris.fields.lists_request import REQUEST_PRIORITY
from meris.requests.read import find
from meris.requests.states import may_ask
from meris.requests.wants import MOST_LINES, Want
from meris.resources.read import find as find_site
from meris.tables import Request, RequestCounter, RequestLine


@dataclass(frozen=True)
class Asked:
    """What is asked for and where it is to go; `at` is when it was said, None is now.

    Contact: whom to call about it, where that is not the site's own contact.
    """

    deliver_to: int
    lines: Sequence[Want]
    priority: str | None = None
    needed_by: datetime | None = None
    note: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    at: datetime | None = None
    source: str = "web"


def ask(
    session: Session, viewer: Viewer, asked: Asked, *, home: Home, key: str | None = None
) -> Request:
    """A new request, submitted; the same `key` twice answers the first one.

    Raises `NotFound`, `Forbidden`, `Invalid`.
    """
    known = _by_key(session, viewer, key)
    if known is not None:
        return known
    site = find_site(session, viewer.policy, asked.deliver_to)
    if site.kind == "unit":
        raise _refused("deliver_to", f"{site.name} is a unit. Name the shelter or site it goes to.")
    if not may_ask(viewer, site):
        raise Forbidden(
            f"{viewer.name} may not ask for {site.name}. It belongs to {site.agency.name}."
        )
    if not 0 < len(asked.lines) <= MOST_LINES:
        raise _refused("lines", f"A request has 1 to {MOST_LINES} lines.")
    now = datetime.now(UTC)
    at = min(asked.at or now, now)
    row = {
        "number": _number(session, home),
        "agency_id": site.agency_id,
        "deliver_to_id": site.id,
        "priority": _priority(asked.priority),
        "needed_by": _needed_by(asked.needed_by, at),
        "contact_name": asked.contact_name,
        "contact_phone": asked.contact_phone,
        "note": LOG_TEXT.read(asked.note, home),
        "requested_by": viewer.name,
        "requested_at": at,
        "source": asked.source,
        "client_key": key,
    }
    request = session.scalars(insert(Request).values(row).returning(Request)).one()
    lines = [_line(request.id, rank, want, at, viewer) for rank, want in enumerate(asked.lines, 1)]
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
        "status": "submitted",
        "status_at": at,
        "status_by": viewer.name,
    }


def _by_key(session: Session, viewer: Viewer, key: str | None) -> Request | None:
    """The request that was made by this key; whoever sends it twice at once has to wait here."""
    if key is None:
        return None
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 5))))
    known = session.scalar(select(Request.id).where(Request.client_key == key))
    return None if known is None else find(session, viewer, known)[0]


def _priority(given: str | None) -> str:
    if not given:
        return "normal"
    found = REQUEST_PRIORITY.find(given)
    if found is None:
        offered = ", ".join(REQUEST_PRIORITY.offered())
        raise _refused("priority", f"{given[:40]!r} is not a priority. Use one of: {offered}.")
    return found.code


def _needed_by(given: datetime | None, at: datetime) -> datetime | None:
    if given is not None and given < at:
        raise _refused("needed_by", "That time is past. Leave it empty where it is needed at once.")
    return given


def _number(session: Session, home: Home) -> str:
    """The next number of the year; whoever makes the next one waits until this is committed."""
    year = home.now().astimezone(home.zone).year
    counter = (
        insert(RequestCounter)
        .values(year=year, last=1)
        .on_conflict_do_update(
            index_elements=["year"], set_={"last": RequestCounter.__table__.c.last + 1}
        )
        .returning(RequestCounter.last)
    )
    return f"R{year}-{session.scalars(counter).one():06}"


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, problems=[{"field": field, "message": message}])
