"""Count sheets: drawn for a site, printed, entered back down the column, and applied whole."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meris import ledger, supplies
from meris.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from meris.fields.lists_supply import CATEGORY
from meris.fields.times import happened
from meris.ics.press import pdf_of
from meris.incidents.typed import number_of
from meris.ledger import stocktaking
from meris.ledger.stocktaking import Counted
from meris.resources.read import find as find_site
from meris.web import supplies_words
from meris.web.context import context, viewer
from meris.web.paper_css import css_of
from meris.web.sending import body_of
from meris.web.supplies_given import count_of, today, words_of

pages = Blueprint("stocktakes", __name__)
api = Blueprint("stocktakes_api", __name__)

Given = Mapping[str, Any]


@pages.get("/supplies/<int:site_id>/counts")
def of_site(site_id: int) -> str:
    """The count sheets of a site, and drawing a new one of some categories or all."""
    with context().database.reading() as session:
        found = supplies.stocktakes(session, viewer(), site_id)
        may = ledger.handles(viewer(), find_site(session, viewer().policy, site_id))
    return render_template(
        "supplies/counts.html", **found, may=may, words=supplies_words, now=context().home.now()
    )


@pages.post("/supplies/<int:site_id>/counts")
def draw(site_id: int) -> ResponseReturnValue:
    """A new count sheet of what the books say now."""
    try:
        with context().database.transaction(viewer().actor) as session:
            supplies.keeper(session, viewer(), site_id)
            chosen = _categories(request.form.getlist("category"))
            made = stocktaking.draw(session, viewer(), site_id, categories=chosen)
    except (Conflict, Forbidden, Invalid) as refused:
        flash(refused.message, "error")
        return redirect(url_for(".of_site", site_id=site_id))
    return redirect(url_for(".one", stocktake_id=made.id))


@pages.get("/counts/<int:stocktake_id>")
def one(stocktake_id: int) -> str:
    """A count sheet: to print, and to enter what was counted."""
    return _page(stocktake_id)


@pages.get("/counts/<int:stocktake_id>.pdf")
def paper(stocktake_id: int) -> Response:
    """The sheet as PDF, with room for the numbers."""
    with context().database.reading() as session:
        found = supplies.stocktake(session, viewer(), stocktake_id, today=today())
    # a PDF takes seconds: nothing of the database is held meanwhile
    page = render_template(
        "supplies/count_paper.html", sheet=found, css=css_of("paper"), words=supplies_words
    )
    response = Response(pdf_of(page), content_type="application/pdf")
    name = f"count-sheet-{stocktake_id}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post("/counts/<int:stocktake_id>")
def entered(stocktake_id: int) -> ResponseReturnValue:
    """Keep what was typed; with do=apply also make the books say so, whole or not at all."""
    form, do = request.form, request.form.get("do", "enter")
    try:
        with context().database.transaction(viewer().actor) as session:
            if do == "cancel":
                site = stocktaking.cancel(session, viewer(), stocktake_id).resource_id
                flash("The count sheet was put away.", "success")
            else:
                _enter(session, stocktake_id, _from_form(form), form)
        if do == "cancel":
            return redirect(url_for(".of_site", site_id=site))
        if do == "apply":
            flash(_applied(stocktake_id), "success")
    except (Conflict, Forbidden, Invalid) as refused:
        return _page(stocktake_id, refused), 409 if isinstance(refused, Conflict) else 422
    return redirect(url_for(".one", stocktake_id=stocktake_id, _anchor="result"))


@api.get("/api/supplies/<int:site_id>/stocktakes")
def listed(site_id: int) -> ResponseReturnValue:
    """The newest count sheets of a site."""
    with context().database.reading() as session:
        return jsonify(supplies.stocktakes(session, viewer(), site_id))


@api.post("/api/supplies/<int:site_id>/stocktakes")
def drawn(site_id: int) -> ResponseReturnValue:
    """Draw a count sheet of what the books say now, of some `categories` or all."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        supplies.keeper(session, viewer(), site_id)
        chosen = _categories(body.get("categories") or [])
        made = stocktaking.draw(session, viewer(), site_id, categories=chosen)
        return jsonify(supplies.stocktake(session, viewer(), made.id, today=today())), 201


@api.get("/api/stocktakes/<int:stocktake_id>")
def told(stocktake_id: int) -> ResponseReturnValue:
    """A count sheet with what the books say, what was counted, and the difference."""
    with context().database.reading() as session:
        return jsonify(supplies.stocktake(session, viewer(), stocktake_id, today=today()))


@api.post("/api/stocktakes/<int:stocktake_id>/<step>")
def moved(stocktake_id: int, step: str) -> ResponseReturnValue:
    """enter what was `counted` by stock line, apply it whole, or cancel the sheet."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        if step == "enter":
            _enter(session, stocktake_id, _from_json(body), body)
        elif step == "apply":
            stocktaking.apply(session, viewer(), stocktake_id, source="api")
        elif step == "cancel":
            stocktaking.cancel(session, viewer(), stocktake_id)
        else:
            raise NotFound("There is no such step. There are enter, apply and cancel.")
        return jsonify(supplies.stocktake(session, viewer(), stocktake_id, today=today()))


def _page(stocktake_id: int, refused: Refused | None = None) -> str:
    with context().database.reading() as session:
        found = supplies.stocktake(session, viewer(), stocktake_id, today=today())
        may = ledger.handles(viewer(), find_site(session, viewer().policy, found["site"]["id"]))
    problems = refused.details.get("problems", []) if refused else []
    return render_template(
        "supplies/count.html",
        sheet=found,
        may=may and found["status"] == "open",
        refused=refused,
        wrong={one.get("stock_line_id"): one["message"] for one in problems},
        typed=request.form if request.method == "POST" else {},
        words=supplies_words,
        now=context().home.now(),
    )


def _applied(stocktake_id: int) -> str:
    with context().database.transaction(viewer().actor) as session:
        made = stocktaking.apply(session, viewer(), stocktake_id)
    if not made:
        return "Applied. The books were right."
    return f"Applied. {len(made)} {'line was' if len(made) == 1 else 'lines were'} corrected."


def _enter(session: Any, stocktake_id: int, counted: Mapping[int, Counted], given: Given) -> None:
    stocktaking.enter(
        session,
        viewer(),
        stocktake_id,
        counted,
        counted_by=words_of(given, "counted_by"),
        counted_at=happened(given.get("counted_at"), context().home, "counted_at"),
    )


def _from_form(form: Given) -> dict[int, Counted]:
    """The column as it was typed: an empty cell is not counted, which is not zero."""
    ids = [name.removeprefix("counted-") for name in form if name.startswith("counted-")]
    return {_id(i): _count(form[f"counted-{i}"], form.get(f"note-{i}")) for i in ids}


def _from_json(body: Given) -> dict[int, Counted]:
    counted, notes = body.get("counted"), body.get("notes") or {}
    if not isinstance(counted, dict) or not isinstance(notes, dict):
        raise Invalid('Send "counted": an object of stock lines and what was counted of each.')
    return {_id(i): _count(value, notes.get(i)) for i, value in counted.items()}


def _id(text: str) -> int:
    found = number_of(text, "counted")
    if found is None:
        raise Invalid("Each count belongs to a stock line.")
    return found


def _count(given: object, note: object) -> Counted:
    words = words_of({"note": note}, "note")
    if given is None or (isinstance(given, str) and not given.strip()):
        return Counted(None, words)
    return Counted(count_of(given, "counted"), words)


def _categories(given: object) -> list[str]:
    if not isinstance(given, list) or any(one not in CATEGORY for one in given):
        offered = ", ".join(CATEGORY.by_code)
        raise Invalid(f"These are not categories. Use some of: {offered}.")
    return given
