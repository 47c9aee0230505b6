"""/supplies: which site has what, why its figures are what they are, and moving its stock."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meris import ledger, supplies
from meris.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from meris.fields import ITEMS
from meris.fields.lists_supply import CONDITION, UNIT_OF_ISSUE
from meris.incidents.typed import number_of
from meris.ledger.explain import explain
from meris.ledger.recent import recent, reversed_by
from meris.resources.read import find as find_site
from meris.web import supplies_words
from meris.web.context import context, viewer
from meris.web.supplies_given import move, today, why_of

pages = Blueprint("supplies", __name__)

_KEPT = ("category", "q", "only")


@pages.get("/supplies")
def index() -> str:
    """The sites that keep stock, with what is amiss at each."""
    asked = sites_of(request.args)
    with context().database.reading() as session:
        found = supplies.sites(session, viewer(), asked, today=today())
        counties = supplies.counties(session)
    return render_template(
        "supplies/index.html",
        **found,
        asked=asked,
        counties=counties,
        kept={name: text for name in ("q", "county", "own") if (text := request.args.get(name))},
        words=supplies_words,
        now=context().home.now(),
    )


@pages.get("/supplies/<int:site_id>")
def site(site_id: int) -> str:
    """The stock of a site; `?line=` opens a line to move, `?line=new` goods it does not have."""
    return _sheet(site_id)


@pages.post("/supplies/<int:site_id>/movements")
def moved(site_id: int) -> ResponseReturnValue:
    """Move stock, and show the line as it is now; what is refused is said where it was typed."""
    form = request.form
    try:
        with context().database.transaction(viewer().actor) as session:
            made = move(session, viewer(), site_id, form, "web")
            line = ledger.find(session, viewer(), made.stock_line_id or 0).line
            much = supplies.goods(line.item_code, line.item_name, made.quantity, line.unit_of_issue)
            free = supplies.amount(
                line.quantity_on_hand - line.quantity_committed, line.unit_of_issue
            )
            verb = supplies_words.VERBS[form["kind"]]
            flash(f"{verb}: {much}. {free} free now.", "success")
    except (Conflict, Forbidden, Invalid) as refused:
        return _sheet(site_id, refused=refused), _status(refused)
    kept: dict[str, Any] = _kept(form)
    return redirect(url_for(".site", site_id=site_id, _anchor=f"line-{made.stock_line_id}", **kept))


@pages.get("/supplies/<int:site_id>/movements")
def movements(site_id: int) -> str:
    """Every movement of a site, or of one `line`, which explains its figures."""
    return _movements(site_id)


@pages.post("/supplies/<int:site_id>/movements/<int:movement_id>/reverse")
def reverse(site_id: int, movement_id: int) -> ResponseReturnValue:
    """Take a movement back by another, with a reason; both stay in the books."""
    form = request.form
    try:
        with context().database.transaction(viewer().actor) as session:
            supplies.keeper(session, viewer(), site_id)
            made = ledger.reverse(session, viewer(), movement_id, why_of(form, "web"))
        flash("Taken back. Both movements stay in the books.", "success")
    except (Conflict, Forbidden, Invalid) as refused:
        flash(refused.message, "error")
        return redirect(url_for(".movements", site_id=site_id, line=form.get("line") or None))
    return redirect(
        url_for(".movements", site_id=site_id, line=made.stock_line_id, _anchor=f"m-{made.id}")
    )


def sites_of(given: Any) -> supplies.Sites:
    """Which sites an address asks for. Raises `Invalid`."""
    return supplies.Sites(
        q=given.get("q", "")[:200].strip(),
        county=given.get("county", "")[:5].strip(),
        own=given.get("own") == "1",
        page=page_of(given),
    )


def page_of(given: Any) -> int:
    """The page of a list, from 1. Raises `Invalid`."""
    page = number_of(given.get("page"), "page") or 1
    if page > 10_000:
        raise Invalid("There is no such page.")
    return page


def asked_of(given: Any) -> supplies.Asked:
    """Which lines of a sheet an address asks for."""
    texts = (given.get(name, "")[:200].strip() for name in _KEPT)
    return supplies.Asked(*texts)


def _sheet(site_id: int, refused: Refused | None = None) -> str:
    given = request.form if request.method == "POST" else request.args
    asked = asked_of(given)
    with context().database.reading() as session:
        found = supplies.sheet(session, viewer(), site_id, today=today(), asked=asked)
        at = find_site(session, viewer().policy, site_id)
        keeps, handles = ledger.keeps(viewer(), at), ledger.handles(viewer(), at)
    kinds = list(ledger.BY_NAME) if keeps else list(ledger.BY_HANDS) if handles else []
    return render_template(
        "supplies/site.html",
        **found,
        asked=asked,
        kept=_kept(given),
        opened=given.get("line") or ("new" if refused else None),
        given=given,
        refused=refused,
        key=given.get("client_key") or secrets.token_hex(16),
        keeps=keeps,
        kinds=kinds,
        units=UNIT_OF_ISSUE,
        conditions=CONDITION,
        catalogue=ITEMS,
        words=supplies_words,
        now=context().home.now(),
    )


def _movements(site_id: int) -> str:
    line_id = number_of(request.args.get("line"), "line")
    before = number_of(request.args.get("before"), "before")
    with context().database.reading() as session:
        at = supplies.keeper(session, viewer(), site_id)
        name, keeps = at.name, ledger.keeps(viewer(), at)
        handles = ledger.handles(viewer(), at)
        if line_id is None:
            found = recent(session, viewer(), site_id, before=before)
        else:
            found = explain(session, viewer(), line_id, before=before)
            if found["line"]["site"]["id"] != site_id:
                raise NotFound("There is no such stock, or you may not see it.")
        undone = reversed_by(session, [one["id"] for one in found["movements"]])
    return render_template(
        "supplies/movements.html",
        site={"id": site_id, "name": name},
        line=found.get("line"),
        promises=found.get("promises", []),
        shipments=found.get("shipments", []),
        movements=found["movements"],
        more=found["more"],
        before=before,
        undone=undone,
        reversible=ledger.is_reversible,
        may=lambda one: keeps or (handles and one["kind"] in ledger.BY_HANDS),
        words=supplies_words,
        key=lambda: secrets.token_hex(16),
        now=context().home.now(),
    )


def _kept(given: Any) -> dict[str, str]:
    return {name: text for name in _KEPT if (text := given.get(name, "").strip())}


def _status(refused: Refused) -> int:
    return {"conflict": 409, "forbidden": 403}.get(refused.code, 422)
