"""/api/shipments: goods on their way, preparing them, and every step until they are taken in."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from meris.ledger import shipments
from meris.supplies import shipments as read
from meris.web.context import context, viewer
from meris.web.sending import body_of
from meris.web.shipments_given import loads_of, plan_of, question_of, step, taken_of

api = Blueprint("shipments_api", __name__)


@api.get("/api/shipments")
def listed() -> ResponseReturnValue:
    """Shipments: the open ones that are due first, then the newest."""
    with context().database.reading() as session:
        return jsonify(read.listed(session, viewer(), question_of(request.args)))


@api.post("/api/shipments")
def prepared() -> ResponseReturnValue:
    """Prepare a shipment; its goods are promised to it from now on."""
    body = body_of()
    plan = plan_of(body, loads_of(body.get("lines")))
    with context().database.transaction(viewer().actor) as session:
        made = shipments.prepare(session, viewer(), plan, home=context().home)
        return jsonify(read.one(session, viewer(), made.id)), 201


@api.get("/api/shipments/<int:shipment_id>")
def one(shipment_id: int) -> ResponseReturnValue:
    """One shipment with what is on it."""
    with context().database.reading() as session:
        return jsonify(read.one(session, viewer(), shipment_id))


@api.post("/api/shipments/<int:shipment_id>/<name>")
def moved(shipment_id: int, name: str) -> ResponseReturnValue:
    """Make one step: depart, arrive, receive, turn-back, come-back or cancel.

    What is received may be said by line; without lines it is all that is on the way.
    """
    body = body_of()
    taken = taken_of(body.get("lines"))
    with context().database.transaction(viewer().actor) as session:
        step(session, viewer(), shipment_id, name, body, taken, source="api")
        return jsonify(read.one(session, viewer(), shipment_id))
