"""What the pages of requests do: each step a form, and back to where it was sent from."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import ledger, requests
from meris.errors import Invalid
from meris.fields.lists_request import LINE_STATUS, REQUEST_LEVEL
from meris.fields.times import happened
from meris.incidents.typed import number_of
from meris.ledger import read_quantity
from meris.tables import RequestLine
from meris.web.assignments_api import terms_of
from meris.web.context import context, viewer
from meris.web.requests import KEPT, SAID
from meris.web.requests_given import key, moment_of, step_of, up_of, word

pages = Blueprint("requests_writes", __name__)


@pages.post("/requests/lines/<int:line_id>/move")
def move(line_id: int) -> ResponseReturnValue:
    """Make one step with a line."""

    def step(session: Session) -> str:
        given = step_of(request.form, request.form.get("version", 0, int))
        line = requests.move(session, viewer(), line_id, given, home=context().home)
        return f"{line.item_name}: {LINE_STATUS[line.status].title.lower()}."

    return _do(step, f"line-{line_id}")


@pages.post("/requests/lines/<int:line_id>/commit")
def commit(line_id: int) -> ResponseReturnValue:
    """Promise what was suggested: `take` is stock line and quantity, or `unit` an id."""
    form = request.form

    def promise(session: Session) -> str:
        if form.get("unit"):
            unit = number_of(form["unit"], "unit") or 0
            requests.send_units(session, viewer(), line_id, [unit], key=key(form), terms=terms_of())
            return "Sent. It follows its assignment from here."
        takes = [_take(one) for one in form.getlist("take")]
        fills = requests.commit_stock(
            session, viewer(), line_id, takes, key=key(form), terms=terms_of()
        )
        line = session.get_one(RequestLine, line_id)
        several = f" from {len(fills)} lots" if len(fills) > 1 else ""
        return f"{line.item_name}: committed{several}. Ship it when it is loaded."

    return _do(promise, f"line-{line_id}")


@pages.post("/requests/fills/<int:fill_id>/release")
def release(fill_id: int) -> ResponseReturnValue:
    """Let go of what one giver promised."""

    def let_go(session: Session) -> str:
        reason = request.form.get("reason")
        requests.release(session, viewer(), fill_id, reason=reason, home=context().home)
        return "Released: it is free again."

    return _do(let_go)


@pages.post("/requests/fills/<int:fill_id>/ship")
def ship(fill_id: int) -> ResponseReturnValue:
    """Make a shipment of it and send it off."""
    form = request.form

    def send(session: Session) -> str:
        made = requests.ship(
            session,
            viewer(),
            [fill_id],
            home=context().home,
            carrier=word(form, "carrier"),
            carrier_phone=word(form, "carrier_phone"),
            expected_at=moment_of(form.get("expected_at")),
            leaves=form.get("leaves") != "later",
            at=happened(form.get("at"), context().home),
            key=key(form),
        )
        left = "is on its way" if made.status == "in_transit" else "is being prepared"
        return f"Shipment {made.number} {left}."

    return _do(send)


@pages.post("/requests/shipments/<int:shipment_id>/receive")
def receive(shipment_id: int) -> ResponseReturnValue:
    """Everything that is on the way has come; what is short is said on the shipment's page."""

    def take_in(session: Session) -> str:
        done = ledger.shipments.take_in(session, viewer(), shipment_id, key=key(request.form))
        return f"Shipment {done.number} is received."

    return _do(take_in)


@pages.post("/requests/<int:request_id>/level")
def level(request_id: int) -> ResponseReturnValue:
    """Take it up, or hand it back."""

    def escalate(session: Session) -> str:
        given = up_of(request.form, request.form.get("version", 0, int))
        done = requests.escalate(session, viewer(), request_id, given, home=context().home)
        return f"{done.number} is with the {REQUEST_LEVEL[done.level].title.lower()}."

    return _do(escalate, "level")


@pages.post("/requests/<int:request_id>/change")
def change(request_id: int) -> ResponseReturnValue:
    """Change what is said of the whole request."""
    form = request.form

    def write(session: Session) -> str:
        named = [name for name in requests.NAMES if name in form]
        values: dict[str, Any] = {name: form.get(name) for name in named}
        if "ref_system" in form:
            values["external_refs"] = _refs(session, request_id)
        done = requests.change(
            session,
            viewer(),
            request_id,
            values,
            version=form.get("version", 0, int),
            home=context().home,
        )
        return f"{done.number} is changed."

    return _do(write, "about")


def _refs(session: Session, request_id: int) -> list[Any]:
    """What is there, and the one more of the form."""
    one = requests.told(session, viewer(), request_id)
    form = request.form
    more = {name: form.get(f"ref_{name}", "") for name in ("system", "id", "url")}
    return [*one["external_refs"], more]


def _take(given: str) -> requests.Take:
    line_id, _, much = given.partition(":")
    number = number_of(line_id, "take")
    if number is None:
        raise Invalid("Name the stock line and how much of it.")
    return requests.Take(number, read_quantity(much, context().home))


def _do(step: Callable[[Session], str], anchor: str | None = None) -> ResponseReturnValue:
    """Do it in one transaction, say how it went, and go back."""
    try:
        with context().database.transaction(viewer().actor) as session:
            said = step(session)
        flash(said, "success")
    except SAID as refused:
        flash(refused.message, "error")
    form = request.form
    request_id = form.get("of", "")
    if request_id.isdecimal() and len(request_id) < 19:
        return redirect(url_for("requests.show", request_id=int(request_id), _anchor=anchor))
    kept: dict[str, Any] = {name: form[name] for name in (*KEPT, "page") if form.get(name)}
    return redirect(url_for("requests.index", **kept, _anchor=anchor))
