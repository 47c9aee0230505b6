"""/api/incidents: opening, following and closing incidents, and what is written in their logs."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris.dispatch.closing import close
from meris.errors import Invalid
from meris.incidents import listing, log, needs
from meris.incidents.create import create, place_of
from meris.incidents.detail import detail
from meris.incidents.moves import set_status
from meris.incidents.places import as_json
from meris.incidents.typed import key_of, number_of, position_of
from meris.incidents.types import type_of
from meris.incidents.write import change
from meris.web.context import context, viewer
from meris.web.sending import body_of, values_of, version_of

api = Blueprint("incidents", __name__)


@api.get("/api/incidents")
def listed() -> ResponseReturnValue:
    """Incidents, the newest first, a page at a time."""
    given = request.args
    asked = listing.Asked(
        status=given.get("status", "open"),
        q=given.get("q", ""),
        county=given.get("county", ""),
        type=given.get("type", ""),
        before=number_of(given.get("before"), "before"),
        limit=number_of(given.get("limit"), "limit") or listing.Asked.limit,
    )
    with context().database.reading() as session:
        return jsonify(listing.listed(session, viewer(), asked))


@api.post("/api/incidents")
def opened() -> ResponseReturnValue:
    """Open an incident: type and place, and what else is known."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        made = create(session, viewer(), body, home=context().home, key=key_of(body.get("key")))
        return jsonify(detail(session, viewer(), made.id)), 201


@api.get("/api/incidents/place")
def place() -> ResponseReturnValue:
    """What a place given in words, or by two numbers, is understood as; nothing is made."""
    given = {"place": request.args.get("text"), **request.args}
    with context().database.reading() as session:
        found = place_of(session, viewer(), given, context().home)
    if found is None:
        raise Invalid("Where is it? Send text, or lat and lon.")
    return jsonify(as_json(found, context().home))


@api.get("/api/incidents/similar")
def similar() -> ResponseReturnValue:
    """Open incidents of the last three hours within 500 m: is it reported already?"""
    position = position_of(request.args)
    if position is None:
        raise Invalid("Send lat and lon.")
    with context().database.reading() as session:
        words = request.args.get("type")
        code = type_of(session, words).code if words else None
        return jsonify(incidents=listing.similar(session, viewer(), position, code))


@api.get("/api/incidents/<int:incident_id>")
def whole(incident_id: int) -> ResponseReturnValue:
    """Everything of one incident: facts, needs, assignments, log and areas."""
    with context().database.reading() as session:
        return jsonify(detail(session, viewer(), incident_id))


@api.patch("/api/incidents/<int:incident_id>")
def changed(incident_id: int) -> ResponseReturnValue:
    """Set fields seen at a version."""
    body = body_of()
    values = values_of(body)
    with context().database.transaction(viewer().actor) as session:
        change(
            session,
            viewer(),
            incident_id,
            version=version_of(body),
            values=values,
            home=context().home,
            key=key_of(body.get("key")),
        )
        return _answer(session, incident_id)


@api.post("/api/incidents/<int:incident_id>/status")
def moved(incident_id: int) -> ResponseReturnValue:
    """Move an incident on, or reopen a closed one with a reason."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        set_status(
            session,
            viewer(),
            incident_id,
            version=version_of(body),
            status=str(body.get("status") or ""),
            reason=body.get("reason"),
            note=body.get("note"),
            key=key_of(body.get("key")),
        )
        return _answer(session, incident_id)


@api.post("/api/incidents/<int:incident_id>/close")
def closed(incident_id: int) -> ResponseReturnValue:
    """Close an incident with a reason, releasing its units by name."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        close(
            session,
            viewer(),
            incident_id,
            version=version_of(body),
            reason=body.get("reason") or "",
            note=body.get("note"),
            release=body.get("release") or (),
            key=key_of(body.get("key")),
        )
        return _answer(session, incident_id)


@api.get("/api/incidents/<int:incident_id>/log")
def written(incident_id: int) -> ResponseReturnValue:
    """The log by the time that things happened."""
    with context().database.reading() as session:
        return jsonify(log=log.log_of(session, viewer(), incident_id))


@api.post("/api/incidents/<int:incident_id>/log")
def write(incident_id: int) -> ResponseReturnValue:
    """Write in the log; an entry is never changed, a correction is another entry."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        entry = log.write_log(
            session,
            viewer(),
            incident_id,
            body.get("text"),
            at=log.read_time(body.get("at"), context().home),
            resource_id=number_of(body.get("resource_id"), "resource_id"),
            corrects=number_of(body.get("corrects"), "corrects"),
            key=key_of(body.get("key")),
        )
        return jsonify(entry=log.told(session, viewer(), entry)), 201


@api.post("/api/incidents/<int:incident_id>/needs")
def needed(incident_id: int) -> ResponseReturnValue:
    """Say what the incident needs; the lines replace those before."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        needs.replace(
            session, viewer(), incident_id, body.get("needs"), key=key_of(body.get("key"))
        )
        return _answer(session, incident_id)


def _answer(session: Session, incident_id: int) -> ResponseReturnValue:
    answer: dict[str, Any] = detail(session, viewer(), incident_id)
    return jsonify(answer)
