"""/confirm: what is stale or soon will be, the most urgent first, for who phones around."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import freshness
from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.freshness import Asked
from meris.freshness.ages import in_words
from meris.tables import Agency
from meris.web import phone_words
from meris.web.context import context, viewer
from meris.web.sending import body_of, version_of

pages = Blueprint("confirm", __name__)
api = Blueprint("confirm_api", __name__)

_KEPT = ("kind", "county", "agency", "show", "page")
_EVERY = "all"


@pages.get("/confirm")
def index() -> str:
    """The worklist."""
    given = request.args
    now = context().home.now()
    with context().database.reading() as session:
        asked = _asked(given)
        ids, more = freshness.worklist(session, viewer(), asked, now)
        own = freshness.mine(session, viewer())
        rows = freshness.rows_of(session, viewer(), [i for i in ids if i not in own], now)
        return render_template(
            "confirm/index.html",
            rows=rows,
            own=freshness.rows_of(session, viewer(), own, now),
            more=more,
            page=asked.page,
            total=freshness.total(session, viewer(), asked, now),
            most=freshness.MOST_COUNTED,
            waiting=freshness.total(session, viewer(), _asked({**given, "show": "waiting"}), now),
            asked=asked,
            agency=_agency(given),
            kept={name: given[name] for name in _KEPT[:-1] if given.get(name)},
            agencies=_agencies(session),
            counties=context().home.gazetteer.counties.values(),
            me=viewer().account_id,
            limit=in_words,
            since=lambda at: phone_words.since(at, now),
            until=lambda at: phone_words.until(at, now),
        )


@pages.post("/confirm/<int:site_id>/<what>")
def act(site_id: int, what: str) -> ResponseReturnValue:
    """One tap: take it in hand, or say what came of asking."""
    form = request.form
    if what not in _ACTS:
        raise NotFound("There is no such step. Take it, release it, or say what came of asking.")
    try:
        with context().database.transaction(viewer().actor) as session:
            said = _ACTS[str(what)](session, viewer(), site_id, form)
        flash(said, "success")
    except (Conflict, Forbidden, Invalid, NotFound) as refused:
        flash(refused.message, "error")
    else:
        if what == "changed":
            return redirect(_form_of(site_id, form.get("kind", "")))
    kept: dict[str, Any] = {name: form[f"at_{name}"] for name in _KEPT if form.get(f"at_{name}")}
    return redirect(url_for(".index", **kept, _anchor=f"site-{site_id}"))


@api.get("/api/confirm")
def worklist() -> ResponseReturnValue:
    """A page of what has to be confirmed, with why, and who has it in hand."""
    now = context().home.now()
    with context().database.reading() as session:
        asked = _asked(request.args)
        ids, more = freshness.worklist(session, viewer(), asked, now)
        rows = freshness.rows_of(session, viewer(), ids, now)
        total = freshness.total(session, viewer(), asked, now)
    return jsonify(
        sites=[_told(row) for row in rows],
        more=more,
        total=total,
        total_is_least=total >= freshness.MOST_COUNTED,
    )


@api.post("/api/resources/<int:resource_id>/tries")
def tried(resource_id: int) -> ResponseReturnValue:
    """Take a site in hand, put it back, or say what came of asking there."""
    body = body_of()
    what, note = body.get("outcome"), body.get("note")
    worded = isinstance(what, str) and (note is None or isinstance(note, str))
    if not worded or what not in _ACTS:
        raise Invalid(f'"outcome" is one of {", ".join(_ACTS)}; "note" is text.')
    given = {"note": note or ""}
    if what == "still_true":
        given["version"] = str(version_of(body))
    with context().database.transaction(viewer().actor) as session:
        said = _ACTS[str(what)](session, viewer(), resource_id, given)
    return jsonify(message=said)


Act = Callable[[Session, Viewer, int, Mapping[str, str]], str]


def _take(session: Session, who: Viewer, site_id: int, _form: Mapping[str, str]) -> str:
    hand = freshness.take(session, who, site_id)
    return f"It is yours until {hand.until.astimezone(context().home.zone):%H:%M}."


def _release(session: Session, who: Viewer, site_id: int, _form: Mapping[str, str]) -> str:
    freshness.let_go(session, who, site_id)
    return "It is back on the list."


def _still_true(session: Session, who: Viewer, site_id: int, form: Mapping[str, str]) -> str:
    given = form.get("version", "")
    version = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0
    home, note = context().home, form.get("note")
    freshness.still_true(session, who, site_id, version=version, home=home, note=note)
    return "Confirmed: still true."


def _cannot_reach(session: Session, who: Viewer, site_id: int, form: Mapping[str, str]) -> str:
    again = freshness.cannot_reach(
        session, who, site_id, home=context().home, note=form.get("note")
    )
    return f"Nobody answered. It comes back at {again.astimezone(context().home.zone):%H:%M}."


def _changed(session: Session, who: Viewer, site_id: int, form: Mapping[str, str]) -> str:
    freshness.changed(session, who, site_id, home=context().home, note=form.get("note"))
    return "Noted. Write down here what is so now."


_ACTS: dict[str, Act] = {
    "take": _take,
    "release": _release,
    "still_true": _still_true,
    "cannot_reach": _cannot_reach,
    "changed": _changed,
}


def _form_of(site_id: int, kind: str) -> str:
    """Where what changed is written down."""
    if kind == "shelter":
        return url_for("site_records.show", site_id=site_id, _anchor="move")
    return f"/#id={site_id}"


def _asked(given: Mapping[str, str]) -> Asked:
    page = given.get("page", "1")
    agency = _agency(given)
    return Asked(
        kind=given.get("kind", ""),
        county_fips=given.get("county") or None,
        agency_id=None if agency == _EVERY else _number(agency),
        show=given.get("show") or "due",
        page=_number(page),
    )


def _agency(given: Mapping[str, str]) -> str:
    """Whose sites: who keeps only one agency's begins with those."""
    own = viewer().agency_id
    mine = own is not None and viewer().may("edit_own") and not viewer().may("edit_all")
    return given.get("agency") or (str(own) if mine else _EVERY)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid(f'"{text[:40]}" is not a whole number.')
    return int(text)


def _agencies(session: Session) -> list[tuple[int, str]]:
    rows = session.execute(select(Agency.id, Agency.name).order_by(Agency.name))
    return [(row.id, row.name) for row in rows]


def _told(row: freshness.Row) -> dict[str, Any]:
    hand = row.hand
    names = ("id", "kind", "name", "status", "version", "city", "county", "agency", "missed")
    return {name: getattr(row, name) for name in names} | {
        "summary": row.brief,
        "reasons": [reason.told() for reason in row.reasons],
        "calls": [{"who": who, "phone": phone} for who, phone in row.calls],
        "next_at": row.next_at.isoformat() if row.next_at else None,
        "in_hand": {"name": hand.name, "until": hand.until.isoformat()} if hand else None,
    }
