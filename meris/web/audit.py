"""/audit: how far the journal is sealed, the root of each day, and a paper of one to keep."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import segno
from flask import Blueprint, Response, jsonify, render_template, request
from markupsafe import Markup

from meris import sealing
from meris.errors import Invalid, NotFound
from meris.ics.press import pdf_of
from meris.sealing import Root
from meris.web.context import context, viewer
from meris.web.paper_css import css_of

pages = Blueprint("audit", __name__)
api = Blueprint("audit_api", __name__)

#: Days shown at once, and answered at once by the API.
_SHOWN, _MOST = 31, 366
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(\.pdf)?")


@pages.get("/audit")
def index() -> str:
    """How far the journal is sealed, and the roots of a month."""
    last = _day("to") or _today()
    first = last - timedelta(days=_SHOWN - 1)
    with context().database.reading() as session:
        state = sealing.state(session)
        roots = sealing.roots(session, context().home.zone, first, last)
        begun = sealing.first_day(session, context().home.zone)
    return render_template(
        "audit/index.html",
        state=state,
        roots=roots,
        first=first,
        last=last,
        today=_today(),
        compared=_compared(),
        earlier=first - timedelta(days=1) if begun and begun < first else None,
    )


@pages.get("/audit/roots/<day>")
def root(day: str) -> Response | str:
    """The root of a day on one sheet, to read aloud and to keep; with .pdf behind it, as PDF."""
    asked = _DAY.fullmatch(day)
    if asked is None:
        raise NotFound("There is no such paper. A root is named by its day, such as 2026-11-22.")
    found = _root_of(_date(asked[1]))
    known: dict[str, Any] = {
        "root": found,
        "code": _code(found),
        "today": found.day == _today(),
        "home": context().home,
        "made": datetime.now(context().home.zone),
        "by": viewer().name,
    }
    if asked[2] is None:
        return render_template("audit/root.html", **known)
    # a PDF takes seconds: nothing of the database is held meanwhile
    page = render_template("audit/paper.html", css=css_of("audit"), **known)
    response = Response(pdf_of(page), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="meris-root-{found.day}.pdf"'
    return response


@api.get("/api/audit/roots")
def list_roots() -> Response:
    """The root of each day from one to another, newest first, and how far the journal is sealed.

    A day on which nothing was sealed has none; today's changes until the day is over.
    """
    last = _day("to") or _today()
    first = _day("from") or last - timedelta(days=_SHOWN - 1)
    if not 0 <= (last - first).days < _MOST:
        raise Invalid(f'Give days "from" and "to" that are at most {_MOST} days apart.')
    with context().database.reading() as session:
        state = sealing.state(session)
        roots = sealing.roots(session, context().home.zone, first, last)
    return jsonify(
        zone=context().home.zone.key,
        sealed_at=state.sealed_at and state.sealed_at.isoformat(),
        not_sealed=state.waiting,
        oldest_not_sealed=state.oldest and state.oldest.isoformat(),
        roots=[one.told() | {"final": one.day < _today()} for one in roots],
    )


def _root_of(day: date) -> Root:
    with context().database.reading() as session:
        found = sealing.root_of(session, context().home.zone, day)
    if found is None:
        raise NotFound(f"Nothing was sealed on {day}, so this day has no root of its own.")
    return found


def _compared() -> dict[str, Any] | None:
    """What is said of a root that was typed in: which seal it is of, that none has it, or what is
    wrong with it."""
    given = request.args.get("root", "").strip()
    if not given:
        return None
    try:
        prefix = sealing.prefix_of(given)
    except Invalid as wrong:
        return {"given": given, "problem": wrong.message}
    with context().database.reading() as session:
        found = sealing.with_hash(session, prefix)
    if found is None:
        return {"given": given, "seal": None}
    n, sealed_at = found
    return {"given": given, "seal": n, "at": sealed_at.astimezone(context().home.zone)}


def _code(root: Root) -> Markup:
    """The whole root as a QR code; in capitals, which make a coarser one."""
    said = f"MERIS {root.day} {root.n} {root.hash.hex()}".upper()
    # drawn by attributes: the page's policy forbids styles of its own
    drawn = segno.make(said, error="m").svg_inline(
        border=4, light="#fff", dark="#000", svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704  # nosec B704  # drawn from a date, a number and a hash


def _today() -> date:
    return context().home.today()


def _day(name: str) -> date | None:
    given = request.args.get(name, "").strip()
    return _date(given) if given else None


def _date(given: str) -> date:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = date.min
    # the midnights of the first and last years are in no calendar that a clock reaches
    if not 1970 <= day.year < 9000:
        raise Invalid(f"{given[:20]} is no day. Write it as 2026-11-22.")
    return day
