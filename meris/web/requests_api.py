"""/api/requests: what is asked for, asking, moving a line on, finding and promising sources."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import requests
from meris.fields.times import happened
from meris.tables import RequestLine
from meris.web.assignments_api import terms_of
from meris.web.context import context, viewer
from meris.web.requests_given import (
    asked_of,
    ids_of,
    key,
    moment_of,
    question_of,
    step_of,
    takes_of,
    up_of,
    word,
)
from meris.web.sending import body_of, values_of, version_of

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
    wanted = asked_of(body, source="api")
    with context().database.transaction(viewer().actor) as session:
        made = requests.ask(session, viewer(), wanted, home=home, key=key(body))
        return jsonify(requests.told(session, viewer(), made.id)), 201


@api.get("/api/requests/<int:request_id>")
def one(request_id: int) -> ResponseReturnValue:
    """One request with its lines, figures and givers, and everything that was done with it."""
    with context().database.reading() as session:
        return jsonify(
            requests.told(session, viewer(), request_id)
            | {"timeline": requests.timeline(session, viewer(), request_id)}
        )


@api.patch("/api/requests/<int:request_id>")
def changed(request_id: int) -> ResponseReturnValue:
    """Change how urgent it is, by when, for which incident, whom to call, where others have it."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        requests.change(
            session,
            viewer(),
            request_id,
            values_of(body),
            version=version_of(body),
            home=context().home,
        )
        return jsonify(requests.told(session, viewer(), request_id))


@api.post("/api/requests/<int:request_id>/level")
def escalated(request_id: int) -> ResponseReturnValue:
    """Take it to the region or the state, with what was tried and by whose authority."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        requests.escalate(
            session, viewer(), request_id, up_of(body, version_of(body)), home=context().home
        )
        return jsonify(requests.told(session, viewer(), request_id))


@api.post("/api/request-lines/<int:line_id>/move")
def moved(line_id: int) -> ResponseReturnValue:
    """Make one step with a line that was seen at a version; answers its whole request."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        line = requests.move(
            session, viewer(), line_id, step_of(body, version_of(body)), home=context().home
        )
        return jsonify(requests.told(session, viewer(), line.request_id))


@api.get("/api/request-lines/<int:line_id>/sources")
def sources(line_id: int) -> ResponseReturnValue:
    """Who could give what is missing, the best together first, with reasons and why not."""
    with context().database.reading() as session:
        return jsonify(requests.suggest(session, viewer(), line_id, terms=terms_of()))


@api.post("/api/request-lines/<int:line_id>/commit")
def committed(line_id: int) -> ResponseReturnValue:
    """Promise stock of several sites at once (`takes`), or send `units`: all of it or nothing."""
    body = body_of()
    at, terms = happened(word(body, "at"), context().home), terms_of()
    with context().database.transaction(viewer().actor) as session:
        if body.get("units"):
            requests.send_units(
                session, viewer(), line_id, ids_of(body, "units"), key=key(body), at=at, terms=terms
            )
        else:
            requests.commit_stock(
                session, viewer(), line_id, takes_of(body), key=key(body), at=at, terms=terms
            )
        return jsonify(_of_line(session, line_id))


@api.post("/api/fills/<int:fill_id>/release")
def released(fill_id: int) -> ResponseReturnValue:
    """Let go of what one giver promised; needs a reason."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        fill = requests.release(
            session, viewer(), fill_id, reason=word(body, "reason"), home=context().home
        )
        return jsonify(_of_line(session, fill.request_line_id or 0))


@api.post("/api/fills/ship")
def shipped() -> ResponseReturnValue:
    """Make a shipment of what `fills` of one site promise to one request, and send it off."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        made = requests.ship(
            session,
            viewer(),
            ids_of(body, "fills"),
            home=context().home,
            carrier=word(body, "carrier"),
            carrier_phone=word(body, "carrier_phone"),
            expected_at=moment_of(word(body, "expected_at")),
            leaves=body.get("leaves") is not False,
            at=happened(word(body, "at"), context().home),
            key=key(body),
        )
        return jsonify(
            id=made.id, number=made.number, status=made.status, version=made.version
        ), 201


def _of_line(session: Session, line_id: int) -> object:
    line = session.get_one(RequestLine, line_id)
    return requests.told(session, viewer(), line.request_id)
