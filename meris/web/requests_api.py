"""/api/requests: what is asked for, asking, and moving a line on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from meris import requests
from meris.errors import Invalid
from meris.fields.times import Moment
from meris.incidents.typed import key_of, number_of
from meris.web.context import context, viewer
from meris.web.sending import body_of, version_of

api = Blueprint("requests_api", __name__)


@api.get("/api/requests")
def listed() -> ResponseReturnValue:
    """Requests with their lines: the most urgent first, then by when they are needed."""
    with context().database.reading() as session:
        return jsonify(requests.listed(session, viewer(), question_of(request.args)))


@api.post("/api/requests")
def asked() -> ResponseReturnValue:
    """Ask for what a shelter or supply site needs: `lines` field by field, or `text` in words."""
    body, home = body_of(), context().home
    deliver_to = number_of(body.get("deliver_to"), "deliver_to")
    if deliver_to is None:
        raise Invalid("Where is it to go? Send deliver_to: the id of a shelter or supply site.")
    wanted = requests.Asked(
        deliver_to=deliver_to,
        lines=_lines(body),
        priority=_word(body, "priority"),
        needed_by=moment_of(_word(body, "needed_by")),
        note=_word(body, "note"),
        source="api",
    )
    with context().database.transaction(viewer().actor) as session:
        made = requests.ask(session, viewer(), wanted, home=home, key=key_of(body.get("key")))
        return jsonify(requests.told(session, viewer(), made.id)), 201


@api.post("/api/request-lines/<int:line_id>/move")
def moved(line_id: int) -> ResponseReturnValue:
    """Make one step with a line that was seen at a version; answers its whole request."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        line = requests.move(
            session,
            viewer(),
            line_id,
            to=_word(body, "to") or "",
            version=version_of(body),
            home=context().home,
            reason=_word(body, "reason"),
            provider=_word(body, "provider"),
            expected_at=moment_of(_word(body, "expected_at")),
        )
        return jsonify(requests.told(session, viewer(), line.request_id))


def question_of(given: Mapping[str, str]) -> requests.Question:
    """What an address asks for: status, priority, q, deliver_to and page. Raises `Invalid`."""
    page = number_of(given.get("page"), "page") or 1
    if page > 10_000:
        raise Invalid("There is no such page.")
    return requests.Question(
        status=given.get("status", "open").strip(),
        priority=given.get("priority", "").strip(),
        q=given.get("q", "")[:200].strip(),
        deliver_to=number_of(given.get("deliver_to"), "deliver_to"),
        page=page,
    )


def moment_of(text: str | None) -> datetime | None:
    """A time as somebody typed it, by the state's clock. Raises `Invalid`."""
    value: datetime | None = Moment(future=True).read(text, context().home)
    return value


def _lines(body: Mapping[str, Any]) -> list[requests.Want]:
    home, text, lines = context().home, body.get("text"), body.get("lines")
    if isinstance(text, str):
        return requests.read_text(text, home)
    if not isinstance(lines, list) or not all(isinstance(one, dict) for one in lines):
        raise Invalid('Send "text" such as "cots 40", or "lines": a list of objects.')
    return [requests.read_want(one, home) for one in lines]


def _word(body: Mapping[str, Any], name: str) -> str | None:
    given = body.get(name)
    if given is not None and not isinstance(given, str):
        raise Invalid(f'"{name}" is to be text.')
    return given
