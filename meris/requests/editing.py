"""What may be changed of a request that was made: how urgent, by when, for what, whom to call."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, refused
from meris.fields import LOG_TEXT, Home
from meris.fields.lists_request import OUTSIDE_SYSTEM, REQUEST_PRIORITY
from meris.fields.times import Moment
from meris.incidents.read import find as find_incident
from meris.incidents.typed import number_of
from meris.requests import events
from meris.requests.read import find
from meris.requests.states import is_desk, may_ask
from meris.tables import Request

MOST_REFS = 20
_TEXTS = ("note", "substitutes", "contact_name", "requested_title")
#: The names that may be set.
NAMES = ("priority", "needed_by", "incident", "contact_phone", "external_refs", *_TEXTS)


def change(
    session: Session,
    viewer: Viewer,
    request_id: int,
    values: Mapping[str, Any],
    *,
    version: int,
    home: Home,
) -> Request:
    """Set some of `NAMES`, seen at `version`. Who: who asks for the site, and the desk.

    Raises `NotFound`, `Forbidden`, `Invalid`, `Conflict`.
    """
    _, site = find(session, viewer, request_id)
    request = session.get_one(Request, request_id, with_for_update=True, populate_existing=True)
    asks = site is not None and may_ask(viewer, site)
    if not (is_desk(viewer, request) or asks):
        raise Forbidden(f"{viewer.name} may not change {request.number}.")
    unknown = [name for name in values if name not in NAMES]
    if unknown:
        raise refused(unknown[0][:40], f"A request has no {unknown[0][:40]!r} to set.")
    if request.version != version:
        raise Conflict(
            f"{request.number} was changed meanwhile. Look again, then change it.",
            current={"version": request.version},
        )
    read = dict(_read(session, viewer, name, given, home) for name, given in values.items())
    changed = {name: value for name, value in read.items() if getattr(request, name) != value}
    if not changed:
        return request
    session.execute(update(Request).where(Request.id == request.id).values(changed))
    titles = ", ".join(sorted(name.removesuffix("_id").replace("_", " ") for name in changed))
    events.add(session, viewer, request.id, f"Changed: {titles}.")
    session.refresh(request)
    return request


def _read(session: Session, viewer: Viewer, name: str, given: Any, home: Home) -> tuple[str, Any]:
    if name == "priority":
        found = REQUEST_PRIORITY.find(str(given or ""))
        if found is None:
            raise refused(name, f"{str(given)[:40]!r} is not a priority.")
        return name, found.code
    if name == "needed_by":
        return name, Moment(future=True).read(given, home)
    if name == "incident":
        incident = number_of(given, name)
        if incident is not None:
            find_incident(session, viewer.policy, incident)
        return "incident_id", incident
    if name == "contact_phone":
        return name, fields.field("shelter", name).rule.read(given, home)
    if name == "external_refs":
        return name, read_refs(given)
    return name, LOG_TEXT.read(given, home) or None


def read_refs(given: Any) -> list[dict[str, str]]:
    """Where other systems have the request: {system, id, url}. Numbers are never read into.

    Raises `Invalid`.
    """
    if not isinstance(given, list) or len(given) > MOST_REFS:
        raise refused("external_refs", f"Send a list of at most {MOST_REFS} references.")
    return [_ref(one) for one in given]


def _ref(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise refused("external_refs", "Each reference is {system, id, url}.")
    system = OUTSIDE_SYSTEM.find(str(given.get("system") or ""))
    number = str(given.get("id") or "").strip()
    url = str(given.get("url") or "").strip()
    if system is None:
        offered = ", ".join(OUTSIDE_SYSTEM.by_code)
        raise refused("external_refs", f"Name the system: one of {offered}.")
    if not number.isprintable() or not 0 < len(number) <= 100:
        raise refused("external_refs", "Give its number there, at most 100 characters.")
    if url and (len(url) > 500 or urlsplit(url).scheme not in ("http", "https")):
        raise refused("external_refs", "An address begins with http:// or https://.")
    return {"system": system.code, "id": number} | ({"url": url} if url else {})
