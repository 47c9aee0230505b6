"""/requests: what is asked for and how far it has come; each line moved on from here."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meris import requests
from meris.dispatch import phrases
from meris.errors import Conflict, Forbidden, Invalid
from meris.fields.lists_request import LINE_STATUS, REQUEST_PRIORITY
from meris.requests.states import WITH_PROVIDER, WITH_REASON
from meris.tables import Resource
from meris.web import phone_words
from meris.web.context import context, viewer
from meris.web.requests_api import moment_of, question_of

pages = Blueprint("requests", __name__)

_KEPT = ("status", "priority", "q", "deliver_to")
#: What the button of each move says.
_VERBS = {
    "submitted": "Submit",
    "approved": "Approve",
    "denied": "Deny",
    "sourcing": "Start sourcing",
    "sourced": "Sourced",
    "assigned": "Committed",
    "en_route": "On the way",
    "on_scene": "Delivered",
    "demobilizing": "Returning",
    "closed": "Close",
    "cancelled": "Cancel",
}


@pages.get("/requests")
def index() -> str:
    """Requests by state, priority and words: the most urgent and longest waiting first."""
    asked = question_of(request.args)
    kept = {name: text for name in _KEPT if (text := request.args.get(name, "").strip())}
    now = context().home.now()
    with context().database.reading() as session:
        found = requests.listed(session, viewer(), asked)
        site = _site_name(session, asked.deliver_to)
    return render_template(
        "requests/index.html",
        requests=found["requests"],
        more=found["more"],
        page=asked.page,
        site=site,
        chosen={"status": asked.status or "open", "priority": asked.priority, "q": asked.q},
        kept=kept,
        narrowed=bool(kept.keys() - {"status"}) or asked.status not in ("", "open", "all"),
        statuses=LINE_STATUS,
        priorities=REQUEST_PRIORITY,
        verbs=_VERBS,
        with_reason=WITH_REASON,
        with_provider=WITH_PROVIDER,
        since=lambda at: phone_words.since(at, now),
        until=lambda at: _until(at, now),
    )


@pages.post("/requests/lines/<int:line_id>/move")
def move(line_id: int) -> ResponseReturnValue:
    """Make one step with a line, and show the list as it was being looked at."""
    form = request.form
    try:
        with context().database.transaction(viewer().actor) as session:
            line = requests.move(
                session,
                viewer(),
                line_id,
                to=form.get("to", ""),
                version=form.get("version", 0, int),
                home=context().home,
                reason=form.get("reason"),
                provider=form.get("provider"),
                expected_at=moment_of(form.get("expected_at")),
            )
            said = f"{line.item_name}: {LINE_STATUS[line.status].title.lower()}."
        flash(said, "success")
    except (Conflict, Forbidden, Invalid) as refused:
        flash(refused.message, "error")
    kept: dict[str, Any] = {name: form[name] for name in (*_KEPT, "page") if form.get(name)}
    return redirect(url_for(".index", **kept, _anchor=f"line-{line_id}"))


def _until(at: str, now: datetime) -> str:
    """15:30, in 2 h; or how long ago that was."""
    moment = datetime.fromisoformat(at)
    left = moment - now
    ahead = left > timedelta()
    span = phrases.span(abs(left))
    return f"{phone_words.clock(moment, now)}, {f'in {span}' if ahead else f'{span} ago'}"


def _site_name(session: Any, site_id: int | None) -> str | None:
    """The site whose requests are asked for; None where there is none for this viewer."""
    if site_id is None:
        return None
    site = session.get(Resource, site_id)
    known = site is not None and viewer().policy.admits(
        kind=site.kind, sensitivity=site.sensitivity, agency_id=site.agency_id
    )
    return site.name if known else "a site that you may not see"
