"""/requests: the board of what is asked for, one request with all of it, and asking."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from meris import requests
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import ITEMS
from meris.fields.lists_request import (
    LINE_STATUS,
    OUTSIDE_SYSTEM,
    REQUEST_LEVEL,
    REQUEST_PRIORITY,
)
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.requests.states import WITH_PROVIDER, WITH_REASON
from meris.resources.read import find as find_site
from meris.resources.search import escaped
from meris.tables import County, Incident, Resource
from meris.web import phone_words, supplies_words
from meris.web.assignments_api import terms_of
from meris.web.context import context, viewer
from meris.web.requests_board import card, columns
from meris.web.requests_given import asked_of, key, question_of

pages = Blueprint("requests", __name__)

#: What an address is kept by, from one step to the next.
KEPT = ("status", "priority", "q", "deliver_to", "incident", "county", "item", "level", "mine")
#: What the button of each move says.
_VERBS = {
    "submitted": "Submit",
    "approved": "Approve",
    "denied": "Deny",
    "sourcing": "Source again",
    "sourced": "From outside",
    "assigned": "Giver is ready",
    "en_route": "On the way",
    "on_scene": "Received",
    "demobilizing": "Returning",
    "closed": "Close",
    "cancelled": "Cancel",
}
#: So many lines of the new form, and of sites that a search offers.
_ROWS, _OFFERED = 5, 12
#: Sources are worked out for so many lines when the page is opened; the others by their link.
_SOURCED = 3


@pages.get("/requests")
def index() -> str:
    """What is open as a board by stage; one state, or what has ended, as a list."""
    asked = question_of(request.args)
    kept = {name: text for name in KEPT if (text := request.args.get(name, "").strip())}
    now = context().home.now()
    with context().database.reading() as session:
        found = requests.listed(session, viewer(), asked)
        site = _site_name(session, asked.deliver_to)
        counties = _counties(session)
    on_board = asked.status in ("", "open")
    return render_template(
        "requests/board.html" if on_board else "requests/list.html",
        columns=columns(found["requests"], now),
        cards=[card(one, line, now) for one in found["requests"] for line in one["lines"]],
        requests=found["requests"],
        more=found["more"],
        page=asked.page,
        site=site,
        chosen={name: kept.get(name, "") for name in KEPT} | {"status": asked.status or "open"},
        kept=kept,
        narrowed=bool(kept.keys() - {"status"}) or asked.status not in ("", "open", "all"),
        counties=counties,
        **words(now),
    )


@pages.get("/requests/<int:request_id>")
def show(request_id: int) -> str:
    """One request: its lines with figures, givers and sources, its way up, what was done."""
    now = context().home.now()
    with context().database.reading() as session:
        one = requests.told(session, viewer(), request_id)
        steps = requests.timeline(session, viewer(), request_id)
        row, site = requests.find(session, viewer(), request_id)
        region = requests.region_of(session, site)
        levels = requests.levels_of(viewer(), row)
        sources = _sources(session, one)
        incidents = _incidents(session) if one["desk"] else []
    return render_template(
        "requests/show.html",
        one=one,
        cards=[card(one, line, now) for line in one["lines"]],
        timeline=steps,
        region=region,
        levels=levels,
        sources=sources,
        incidents=incidents,
        kept={},
        page=1,
        fresh_key=lambda: uuid4().hex,
        **words(now),
    )


def _sources(session: Session, one: Mapping[str, Any]) -> dict[int, Any]:
    """Of the lines that still miss something, for who finds or gives."""
    if not any(map(viewer().may, ("edit_own", "edit_all"))):
        return {}
    asked = request.args.get("line", 0, int)
    open_ = [line["id"] for line in one["lines"] if line["fillable"]]
    first = {*open_[:_SOURCED], asked} & set(open_)
    return {
        line: requests.suggest(session, viewer(), line, terms=terms_of())
        for line in open_
        if line in first
    }


@pages.get("/requests/new")
def new() -> str:
    """The form of a new request; `deliver_to`, `incident`, `text` and `needed_by` may be given."""
    return _form(request.args.to_dict(), {})


@pages.post("/requests/new")
def make() -> ResponseReturnValue:
    """Make it, or show the form again with what is wrong."""
    form = request.form.to_dict()
    try:
        body: dict[str, Any] = {name: text for name, text in form.items() if text.strip()}
        body |= {"lines": _given_lines(form)} if not body.get("text") else {}
        with context().database.transaction(viewer().actor) as session:
            made = requests.ask(
                session,
                viewer(),
                asked_of(body, source="web"),
                home=context().home,
                key=key(body),
            )
        flash(f"Request {made.number} is made.", "success")
        return redirect(url_for(".show", request_id=made.id))
    except (Forbidden, Invalid, NotFound) as refused:
        problems = refused.details.get("problems") or []
        field = str(problems[0]["field"]) if problems else ""
        return _form(form, {"field": field, "message": refused.message}), 422


def _given_lines(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of the form that say something."""
    names = ("item_name", "quantity", "unit_of_issue", "details")
    rows = [{name: form.get(f"{name}-{n}", "").strip() for name in names} for n in range(_ROWS)]
    return [row for row in rows if row["item_name"] or row["quantity"]]


def _form(given: Mapping[str, str], problem: Mapping[str, str]) -> str:
    with context().database.reading() as session:
        site = _chosen_site(session, given.get("deliver_to", ""))
        offered = [] if site else _offered(session, given.get("site", ""))
        incidents = _incidents(session)
    rows = [{name: given.get(f"{name}-{n}", "") for name in _COLUMNS} for n in range(_ROWS)]
    if given.get("text") and not any(row["item_name"] for row in rows):
        rows = _rows_of(given["text"], rows)
    return render_template(
        "requests/new.html",
        given={**given, "needed_by": _local(given.get("needed_by", ""))},
        problem=problem,
        site=site,
        offered=offered,
        searched=bool(given.get("site")),
        incidents=incidents,
        rows=rows,
        items=ITEMS,
        units=UNIT_OF_ISSUE,
        priorities=REQUEST_PRIORITY,
        key=given.get("key") or uuid4().hex,
    )


def _local(given: str) -> str:
    """A time as the browser's field of a form takes it: by the state's clock, without a zone."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return ""
    zone = context().home.zone
    local = moment.astimezone(zone) if moment.tzinfo else moment
    return f"{local:%Y-%m-%dT%H:%M}"


_COLUMNS = ("item_name", "quantity", "unit_of_issue", "details")


def _rows_of(text: str, empty: list[dict[str, str]]) -> list[dict[str, str]]:
    """Words such as "cots 40" as rows; what cannot be read stays for the person to write."""
    try:
        wants = requests.read_text(text, context().home)
    except Invalid:
        return empty
    rows = [
        {
            "item_name": want.item_name,
            "quantity": f"{want.quantity:f}",
            "unit_of_issue": want.unit_of_issue,
            "details": "",
        }
        for want in wants[:_ROWS]
    ]
    return rows + empty[len(rows) :]


def _chosen_site(session: Session, given: str) -> Resource | None:
    if not given.isascii() or not given.isdecimal() or len(given) > 18:
        return None
    try:
        site = find_site(session, viewer().policy, int(given))
    except NotFound:
        return None
    return site if site.kind != "unit" else None


def _offered(session: Session, wanted: str) -> list[Resource]:
    """Sites that the viewer may ask for, by words of their name."""
    statement = (
        select(Resource)
        .options(joinedload(Resource.agency))
        .where(Resource.kind.in_(("shelter", "supply_site")), viewer().policy.condition())
    )
    if not viewer().may("edit_all"):
        statement = statement.where(Resource.agency_id == (viewer().agency_id or 0))
    for word in wanted.split()[:6]:
        like = f"%{escaped(word.lower()[:60])}%"
        statement = statement.where(Resource.search_text.like(like, escape="\\"))
    return list(session.scalars(statement.order_by(Resource.name, Resource.id).limit(_OFFERED)))


def _incidents(session: Session) -> list[Incident]:
    statement = select(Incident).where(Incident.status != "closed", viewer().policy.incidents())
    return list(session.scalars(statement.order_by(Incident.priority, Incident.id).limit(100)))


def _counties(session: Session) -> list[Any]:
    statement = select(County.fips, County.name).where(County.served).order_by(County.name)
    return list(session.execute(statement))


def words(now: datetime) -> dict[str, Any]:
    """What every page of requests needs to say things in words."""
    return {
        "statuses": LINE_STATUS,
        "priorities": REQUEST_PRIORITY,
        "levels_known": REQUEST_LEVEL,
        "systems": OUTSIDE_SYSTEM,
        "items": ITEMS,
        "verbs": _VERBS,
        "with_reason": WITH_REASON,
        "with_provider": WITH_PROVIDER,
        "until": lambda at: phone_words.until(at, now),
        "clock": lambda at: phone_words.at_clock(at, now),
        "day": supplies_words.day,
        "now": now,
    }


def _site_name(session: Session, site_id: int | None) -> str | None:
    """The site whose requests are asked for; None where there is none for this viewer."""
    if site_id is None:
        return None
    site = session.get(Resource, site_id)
    known = site is not None and viewer().policy.admits(
        kind=site.kind, sensitivity=site.sensitivity, agency_id=site.agency_id
    )
    return site.name if site is not None and known else "a site that you may not see"


#: Refusals that are said on the page one came from.
SAID = (Conflict, Forbidden, Invalid)
