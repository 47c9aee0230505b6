"""/shipments: what is on its way, sending it, and taking in what came."""

import secrets
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meris import ledger, supplies
from meris.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from meris.ics.press import pdf_of
from meris.ledger import shipments
from meris.ledger.receipts import Taken
from meris.ledger.shipments import Load
from meris.resources.read import find as find_site
from meris.supplies import goals
from meris.supplies import shipments as read
from meris.web import supplies_words
from meris.web.context import context, viewer
from meris.web.paper_css import css_of
from meris.web.shipments_given import plan_of, question_of, step, taken_one
from meris.web.supplies_given import today

pages = Blueprint("shipments", __name__)

_SAID = {
    "depart": "It is on its way.",
    "arrive": "It has arrived. Count it and take it in.",
    "receive": "Taken in.",
    "turn-back": "It turns back.",
    "come-back": "It is back on the shelf.",
    "cancel": "It is not sent.",
}


@pages.get("/shipments")
def index() -> str:
    """Shipments: open ones that are due first, late ones marked."""
    asked = question_of(request.args)
    with context().database.reading() as session:
        found = read.listed(session, viewer(), asked)
        site = _name(session, asked.site)
    kept = {name: text for name in ("status", "site", "q") if (text := request.args.get(name))}
    return render_template(
        "shipments/index.html",
        **found,
        asked=asked,
        kept=kept,
        site=site,
        titles=read.TITLES,
        words=supplies_words,
        now=context().home.now(),
    )


@pages.get("/shipments/<int:shipment_id>")
def one(shipment_id: int) -> str:
    """One shipment: what is on it, where it is, and what may be done next."""
    return _page(shipment_id)


@pages.get("/shipments/<int:shipment_id>/waybill.pdf")
def waybill(shipment_id: int) -> Response:
    """The paper that goes along, to be signed at both ends."""
    with context().database.reading() as session:
        found = read.one(session, viewer(), shipment_id)
    # a PDF takes seconds: nothing of the database is held meanwhile
    page = render_template(
        "shipments/waybill.html", one=found, css=css_of("paper"), words=supplies_words
    )
    response = Response(pdf_of(page), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{found["number"]}.pdf"'
    return response


@pages.post("/shipments/<int:shipment_id>/<name>")
def moved(shipment_id: int, name: str) -> ResponseReturnValue:
    """Make one step; what came is said line by line."""
    form = request.form
    try:
        taken = _taken(form) if name in ("receive", "come-back") else None
        with context().database.transaction(viewer().actor) as session:
            step(session, viewer(), shipment_id, name, form, taken, source="web")
        flash(_SAID[name], "success")
    except (Conflict, Forbidden, Invalid) as refused:
        return _page(shipment_id, refused), 409 if isinstance(refused, Conflict) else 422
    return redirect(url_for(".one", shipment_id=shipment_id))


@pages.get("/supplies/<int:site_id>/send")
def new(site_id: int) -> str:
    """Choose what goes to which site."""
    return _sending(site_id)


@pages.post("/supplies/<int:site_id>/send")
def prepare(site_id: int) -> ResponseReturnValue:
    """Prepare a shipment, and with do=depart send it at once."""
    form = request.form
    try:
        with context().database.transaction(viewer().actor) as session:
            supplies.keeper(session, viewer(), site_id)
            to = goals.goal(session, viewer(), form.get("to", "")[:300])
            plan = plan_of({**form, "to": to}, _loads(form))
            made = shipments.prepare(session, viewer(), plan, home=context().home)
            if made.from_id != site_id:
                raise NotFound("There is no such stock, or you may not see it.")
            if form.get("do") == "depart":
                shipments.depart(session, viewer(), made.id)
        flash(f"{made.number} is {'on its way' if form.get('do') else 'prepared'}.", "success")
    except (Conflict, Forbidden, Invalid) as refused:
        return _sending(site_id, refused), 409 if isinstance(refused, Conflict) else 422
    return redirect(url_for(".one", shipment_id=made.id))


def _page(shipment_id: int, refused: Refused | None = None) -> str:
    with context().database.reading() as session:
        found = read.one(session, viewer(), shipment_id)
    return render_template(
        "shipments/one.html",
        one=found,
        refused=refused,
        given=request.form,
        key=request.form.get("client_key") or secrets.token_hex(16),
        words=supplies_words,
        now=context().home.now(),
    )


def _sending(site_id: int, refused: Refused | None = None) -> str:
    with context().database.reading() as session:
        found = supplies.sheet(session, viewer(), site_id, today=today())
        at = find_site(session, viewer().policy, site_id)
        if not ledger.keeps(viewer(), at):
            raise Forbidden(f"{viewer().name} may not send the stock of {at.name}.")
        offered = goals.goals(session, viewer(), at)
    chosen = request.args.get("line")
    free = [
        item | {"lines": [line for line in item["lines"] if line["available"] > 0]}
        for item in found["items"]
    ]
    return render_template(
        "shipments/new.html",
        site=found["site"],
        items=[item for item in free if item["lines"]],
        offered=offered,
        chosen=chosen,
        refused=refused,
        given=request.form,
        key=request.form.get("client_key") or secrets.token_hex(16),
        words=supplies_words,
    )


def _loads(form: Any) -> list[Load]:
    """What was typed beside the lines; an empty field sends nothing of it."""
    found = []
    for name, text in form.items():
        if not name.startswith("send-") or not text.strip():
            continue
        line_id = name.removeprefix("send-")
        if not (line_id.isascii() and line_id.isdecimal() and len(line_id) < 19):
            raise Invalid("That is no line of this site.")
        said = ledger.read({"quantity": text}, context().home)
        found.append(Load(said=said, line_id=int(line_id)))
    return found


def _taken(form: Any) -> list[Taken]:
    """What came of each line; a line of which nothing is said stays on the way."""
    parts = ("received", "short", "damaged", "reason")
    named = [name.partition("-") for name in form]
    ids = dict.fromkeys(line_id for part, _, line_id in named if part in parts[:3])
    said = [{"id": i} | {part: form.get(f"{part}-{i}", "") for part in parts} for i in ids]
    return [taken_one(one) for one in said if any(one[part].strip() for part in parts[:3])]


def _name(session: Any, site_id: int | None) -> str | None:
    """The site whose shipments are asked for, where the viewer may know of it."""
    if site_id is None:
        return None
    try:
        return supplies.keeper(session, viewer(), site_id).name
    except NotFound:
        return "a site that you may not see"
