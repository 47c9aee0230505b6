"""/items: what there is of each item over all sites, and who has it."""

import json
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from meris import ledger, supplies
from meris.errors import Invalid
from meris.web import supplies_words
from meris.web.context import context, viewer
from meris.web.supplies import page_of
from meris.web.supplies_given import today

pages = Blueprint("items", __name__)
api = Blueprint("items_api", __name__)


@pages.get("/items")
def index() -> str:
    """The catalogue with units, packs, and what is available of each item."""
    return render_template("items/index.html", **_catalogue(), words=supplies_words)


@pages.get("/items/<code>")
def one(code: str) -> str:
    """One item: its units, a conversion, and which sites have it."""
    return render_template(
        "items/one.html",
        **_item(code),
        asked=_asked(request.args),
        worked_out=_worked_out(code, request.args),
        words=supplies_words,
        now=context().home.now(),
    )


@api.get("/api/items")
def listed() -> ResponseReturnValue:
    """The catalogue of items with what the viewer's sites have of each."""
    return jsonify(_catalogue())


@api.get("/api/items/<code>")
def told(code: str) -> ResponseReturnValue:
    """One item and the sites that have it, the most available first."""
    return jsonify(_item(code))


def _catalogue() -> dict[str, Any]:
    """Worked out once for all with the same policy: it adds up the stock of the whole state."""
    day, seen = today(), viewer()
    with context().database.reading() as session:
        body = context().shared.answer(
            ("items", seen.policy.key, day),
            session,
            lambda: json.dumps(supplies.catalogue(session, seen, today=day)).encode(),
        )
    found: dict[str, Any] = json.loads(body)
    return found


def _item(code: str) -> dict[str, Any]:
    with context().database.reading() as session:
        return supplies.item(session, viewer(), code, today=today(), asked=_asked(request.args))


def _asked(given: MultiDict[str, str]) -> supplies.Holders:
    return supplies.Holders(county=given.get("county", "")[:5].strip(), page=page_of(given))


def _worked_out(code: str, given: MultiDict[str, str]) -> dict[str, Any]:
    """What somebody asked to have converted, in every other unit; or why that cannot be."""
    much, unit = given.get("quantity", "").strip(), given.get("unit", "").strip()
    found: dict[str, Any] = {"quantity": much, "unit": unit, "words": [], "problem": None}
    if not much:
        return found
    try:
        quantity = ledger.read_quantity(much, context().home)
        known = supplies.find_item(viewer(), code)
        unit = ledger.read_unit(unit) or known.base_unit
        said = supplies.amount(quantity, unit)
        found["words"] = [said, *supplies.in_every_unit(known, quantity, unit)]
    except Invalid as refused:
        found["problem"] = refused.message
    return found
