"""/api/supplies and /api/movements: the stock of a site, why it is so, and moving it."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import ledger, supplies
from meris.errors import NotFound
from meris.incidents.typed import number_of
from meris.ledger.explain import explain, movement
from meris.ledger.recent import recent
from meris.tables import StockMovement
from meris.web.context import context, viewer
from meris.web.sending import body_of
from meris.web.supplies import asked_of, sites_of
from meris.web.supplies_given import move, today, why_of

api = Blueprint("supplies_api", __name__)


@api.get("/api/supplies")
def sites() -> ResponseReturnValue:
    """The sites that keep stock, by name, with what is amiss at each."""
    with context().database.reading() as session:
        asked = sites_of(request.args)
        return jsonify(supplies.sites(session, viewer(), asked, today=today()))


@api.get("/api/supplies/<int:site_id>/stock")
def stock(site_id: int) -> ResponseReturnValue:
    """The stock of a site or shelter by item and lot, with what is on its way."""
    with context().database.reading() as session:
        asked = asked_of(request.args)
        return jsonify(supplies.sheet(session, viewer(), site_id, today=today(), asked=asked))


@api.get("/api/supplies/<int:site_id>/movements")
def movements(site_id: int) -> ResponseReturnValue:
    """The movements of a site, the newest first; of one `line` with all its figures explained."""
    line_id = number_of(request.args.get("line"), "line")
    before = number_of(request.args.get("before"), "before")
    with context().database.reading() as session:
        supplies.keeper(session, viewer(), site_id)
        if line_id is None:
            return jsonify(recent(session, viewer(), site_id, before=before))
        found = explain(session, viewer(), line_id, before=before)
    if found["line"]["site"]["id"] != site_id:
        raise NotFound("There is no such stock, or you may not see it.")
    return jsonify(found)


@api.post("/api/supplies/<int:site_id>/movements")
def moved(site_id: int) -> ResponseReturnValue:
    """Move stock of a `line`, or receive goods by `item`; the same client_key twice moves once."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        made = move(session, viewer(), site_id, body, "api")
        return jsonify(_told(session, made)), 201


@api.post("/api/movements/<int:movement_id>/reverse")
def reverse(movement_id: int) -> ResponseReturnValue:
    """Take a movement back by another that goes the other way; both stay in the books."""
    said = why_of(body_of(), "api")
    with context().database.transaction(viewer().actor) as session:
        made = ledger.reverse(session, viewer(), movement_id, said)
        return jsonify(_told(session, made)), 201


def _told(session: Session, made: StockMovement) -> dict[str, Any]:
    line = ledger.find(session, viewer(), made.stock_line_id or 0).line
    figures = {
        "on_hand": line.quantity_on_hand,
        "committed": line.quantity_committed,
        "available": line.quantity_on_hand - line.quantity_committed,
    }
    about = {"id": line.id, "item_name": line.item_name, "unit": line.unit_of_issue}
    return {
        "movement": movement(made),
        "line": about | {name: supplies.number(figure) for name, figure in figures.items()},
    }
