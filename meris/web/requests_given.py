"""What is sent about requests, by a form or as JSON, read into what `meris.requests` takes."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from meris import requests
from meris.errors import Invalid
from meris.fields.times import Moment, happened
from meris.incidents.typed import key_of, number_of
from meris.ledger import read_quantity
from meris.web.context import context

_TRUE = ("1", "on", "true", "yes")


def question_of(given: Mapping[str, str]) -> requests.Question:
    """What an address asks for. Raises `Invalid`."""
    page = number_of(given.get("page"), "page") or 1
    if page > 10_000:
        raise Invalid("There is no such page.")
    return requests.Question(
        status=given.get("status", "open").strip(),
        priority=given.get("priority", "").strip(),
        q=given.get("q", "")[:200].strip(),
        deliver_to=number_of(given.get("deliver_to"), "deliver_to"),
        incident=number_of(given.get("incident"), "incident"),
        county=given.get("county", "").strip()[:5],
        agency=number_of(given.get("agency"), "agency"),
        item=given.get("item", "").strip()[:40],
        level=given.get("level", "").strip(),
        mine=given.get("mine", "").lower() in _TRUE,
        page=page,
    )


def asked_of(body: Mapping[str, Any], *, source: str) -> requests.Asked:
    """A new request. Raises `Invalid`."""
    deliver_to = number_of(body.get("deliver_to"), "deliver_to")
    if deliver_to is None:
        raise Invalid("Where is it to go? Send deliver_to: the id of a shelter or supply site.")
    return requests.Asked(
        deliver_to=deliver_to,
        lines=_lines(body),
        priority=word(body, "priority"),
        needed_by=moment_of(word(body, "needed_by")),
        note=word(body, "note"),
        contact_name=word(body, "contact_name"),
        contact_phone=word(body, "contact_phone"),
        incident=number_of(body.get("incident"), "incident"),
        title=word(body, "title"),
        substitutes=word(body, "substitutes"),
        draft=str(body.get("draft") or "").lower() in _TRUE,
        at=happened(word(body, "at"), context().home),
        source=source,
    )


def step_of(body: Mapping[str, Any], version: int) -> requests.Step:
    """One step of a line. Raises `Invalid`."""
    home = context().home
    return requests.Step(
        to=word(body, "to") or "",
        version=version,
        reason=word(body, "reason"),
        provider=word(body, "provider"),
        expected_at=moment_of(word(body, "expected_at")),
        quantity=quantity_of(body, "quantity"),
        cost=quantity_of(body, "cost"),
        at=happened(word(body, "at"), home),
        name=word(body, "name"),
        title=word(body, "title"),
        place=word(body, "place"),
        disposition=word(body, "disposition"),
    )


def takes_of(body: Mapping[str, Any]) -> list[requests.Take]:
    """`takes`: [{stock_line_id, quantity}]. Raises `Invalid`."""
    given = body.get("takes")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Invalid('Send "takes": a list of {"stock_line_id", "quantity"}; or "units".')
    found = []
    for one in given:
        line_id = number_of(one.get("stock_line_id"), "stock_line_id")
        if line_id is None:
            raise Invalid("Each take names its stock_line_id.")
        found.append(requests.Take(line_id, read_quantity(one.get("quantity"), context().home)))
    return found


def ids_of(body: Mapping[str, Any], name: str) -> list[int]:
    """A list of ids. Raises `Invalid`."""
    given = body.get(name)
    if not isinstance(given, list) or not 0 < len(given) <= 200:
        raise Invalid(f'Send "{name}": a list of 1 to 200 ids.')
    found = [number_of(one, name) for one in given]
    if None in found:
        raise Invalid(f'Send "{name}": a list of ids.')
    return [one for one in found if one is not None]


def up_of(body: Mapping[str, Any], version: int) -> requests.Up:
    """Where a request goes, and by whose authority. Raises `Invalid`."""
    return requests.Up(
        to=word(body, "to") or "",
        version=version,
        tried=word(body, "tried"),
        left=word(body, "left"),
        authority_name=word(body, "authority_name"),
        authority_title=word(body, "authority_title"),
        authority_at=moment_of(word(body, "authority_at")),
        reason=word(body, "reason"),
        at=happened(word(body, "at"), context().home),
    )


def moment_of(text: str | None) -> datetime | None:
    """A time as somebody typed it, by the state's clock. Raises `Invalid`."""
    value: datetime | None = Moment(future=True).read(text, context().home)
    return value


def quantity_of(body: Mapping[str, Any], name: str) -> Decimal | None:
    """A number above zero; None where nothing was sent. Raises `Invalid`."""
    given = body.get(name)
    return None if given in (None, "") else read_quantity(given, context().home, name)


def word(body: Mapping[str, Any], name: str) -> str | None:
    """A text; None where there is none. Raises `Invalid`."""
    given = body.get(name)
    if given is not None and not isinstance(given, str):
        raise Invalid(f'"{name}" is to be text.')
    return given


def key(body: Mapping[str, Any]) -> str | None:
    """The key by which sending twice makes one."""
    return key_of(body.get("key"))


def _lines(body: Mapping[str, Any]) -> list[requests.Want]:
    home, text, lines = context().home, body.get("text"), body.get("lines")
    if isinstance(text, str) and not lines:
        return requests.read_text(text, home)
    if not isinstance(lines, list) or not all(isinstance(one, dict) for one in lines):
        raise Invalid('Send "text" such as "cots 40", or "lines": a list of objects.')
    return [requests.read_want(one, home) for one in lines]
