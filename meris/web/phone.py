"""/m: the responder's phone. Pages that are whole before any script, and forms that need none.

Without a script a report is posted here and the page comes back with what became of it; with one
the same form goes into the phone's outbox (`static/js/phone`), and from there to `/api/phone`.
"""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from meris import fields, running_out
from meris.errors import Invalid
from meris.language import _
from meris.phone import view, view_me, view_near, view_shelter, words
from meris.phone.report import read_batch
from meris.phone.reports import take
from meris.web import assets, phone_words, running_out_words
from meris.web.account_mark import mark_of, name_account
from meris.web.assignments_api import terms_of
from meris.web.context import context, viewer
from meris.web.count_chart import chart
from meris.web.packing import pack

pages = Blueprint("phone", __name__)
pages.after_request(pack)

#: What a form says beside its report.
_NOT_SAID = frozenset({"csrf_token", "key", "kind", "subject", "base", "next"})
#: How each outcome is told after a post without script.
_TONES = {"applied": "good", "older": "warn", "conflict": "bad", "refused": "bad"}


@pages.after_request
def _name_account(response: Response) -> Response:
    """Whose page it is, so that a phone never keeps it under another name."""
    account_id = viewer().account_id
    return response if account_id is None else name_account(response, account_id)


@pages.get("/m")
def home() -> str:
    """My unit; who keeps shelters and reports for no unit starts there."""
    if not view.may_report(viewer(), "unit") and view.may_report(viewer(), "shelter"):
        return shelter()
    with context().database.reading() as session:
        page = view.unit_page(session, viewer(), find=request.args.get("find", ""))
    return phone_page("unit", page.duty, page=page)


@pages.route("/m/near", methods=["GET", "POST"])
def near() -> str:
    """Shelters and supply sites around a place; posted, so that no address tells where I am."""
    form = request.form
    here = (form.get("lat", ""), form.get("lon", ""))
    with context().database.reading() as session:
        page = view_near.near_page(
            session, viewer(), context().home, typed=form.get("place", ""), here=here
        )
    return phone_page("near", page.duty, page=page)


@pages.get("/m/me")
def me() -> str:
    """Duty, position sharing, notices, and the way out."""
    with context().database.reading() as session:
        page = view_me.me_page(session, viewer())
    return phone_page("me", page.duty, page=page)


@pages.get("/m/queue")
def queue() -> str:
    """What was said and has not arrived, was refused, or contradicts somebody."""
    with context().database.reading() as session:
        duty = view.on_duty(session, viewer())
    return phone_page("queue", duty)


@pages.get("/m/shelter")
@pages.get("/m/shelter/<int:shelter_id>")
def shelter(shelter_id: int | None = None) -> str:
    """A shelter that I keep: its count, its status, what it lacks."""
    hour = datetime.now(context().home.zone).hour
    with context().database.reading() as session:
        page = view_shelter.shelter_page(
            session, viewer(), shelter_id, find=request.args.get("find", ""), clock_hour=hour
        )
        told = page.shelter and running_out.of_site(
            session, viewer(), page.shelter.id, context().home
        )
    kept, home = page.shelter, context().home
    drawn = kept and chart(kept.counts, kept.part, page.now, home.zone, width=340, height=190)
    lasting = told and running_out_words.lasting(told, page.now)
    return phone_page("shelter", page.duty, page=page, chart=drawn, lasting=lasting)


@pages.post("/m/report")
def report() -> ResponseReturnValue:
    """One report by a form, without a script."""
    now = datetime.now(UTC)
    said = _said() | {"said_at": now.isoformat()}
    batch = read_batch({"sent_at": now.isoformat(), "reports": [said]}, now)
    parts = context()
    became = take(parts.database, viewer(), batch, parts.home, terms_of())[0].outcome
    flash(became.message, _TONES[became.outcome])
    return redirect(_onward(), 303)


def phone_page(name: str, duty: view.OnDuty | None, **parts: Any) -> str:
    """The page `templates/phone/NAME.html` for whoever asks; `duty` is theirs, for the bar."""
    now = datetime.now(UTC)
    return render_template(
        f"phone/{name}.html",
        name=name,
        duty=duty,
        now=now,
        mark=mark_of(viewer().account_id or 0),
        version=current_app.extensions["static_version"],
        zone=context().home.facts.time_zone,
        map_settings=_map_settings(),
        tabs=_tabs(),
        words=phone_words,
        goods=words.goods,
        apple=phone_words.has_apple_maps(),
        new_key=lambda: str(uuid4()),
        reasons=fields.OUT_REASON,
        duty_hours=round(terms_of().duty.total_seconds() / 3600),
        trail_days=context().settings.trail_days,
        **parts,
    )


def _map_settings() -> dict[str, Any]:
    """What the small map needs when it is asked for: the members of the big one's settings."""
    settings, home = context().settings, context().home
    return {
        "state": {"name": home.name},
        "bounds": home.bounds.as_list(),
        "geo_url": assets.static_url(f"geo/{home.state}"),
        "tile_url": settings.tile_url,
        "tile_attribution": settings.tile_attribution,
        "pmtiles": settings.pmtiles,
    }


def _tabs() -> list[tuple[str, str, str]]:
    """What this person can use, in the order of the thumb."""
    tabs = [("near", "/m/near", _("Nearby")), ("me", "/m/me", _("Me"))]
    if view.may_report(viewer(), "shelter"):
        tabs.insert(0, ("shelter", "/m/shelter", _("Shelter")))
    if view.may_report(viewer(), "unit") or len(tabs) == 2:
        tabs.insert(0, ("unit", "/m", _("Unit")))
    return tabs


def _said() -> dict[str, Any]:
    """The form as the page's script would send it; numbers are read by who knows them."""
    form = request.form
    return {
        "key": form.get("key"),
        "kind": form.get("kind"),
        "subject": form.get("subject"),
        "base": _base(form.get("base", "")),
        "body": {name: text for name, text in form.items() if name not in _NOT_SAID and text},
    }


def _base(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise Invalid(_("The form is damaged. Load the page again.")) from error


def _onward() -> str:
    """Back to the page of the form, and to no other site."""
    to = urlsplit(request.form.get("next", ""))
    inside = not to.scheme and not to.netloc and (to.path == "/m" or to.path.startswith("/m/"))
    return to.path + (f"?{to.query}" if to.query else "") if inside else "/m"
