"""/running-out: what runs out first, and the request that fills it up."""

import json
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from meris import fields, requests, running_out
from meris.accounts import agencies
from meris.errors import Conflict, Forbidden, Invalid
from meris.web import phone_words, running_out_words
from meris.web.context import context, viewer
from meris.web.running_out_api import answer, question_of

pages = Blueprint("running_out", __name__)

_KEPT = ("show", "hours", "county", "agency", "kind", "item", "site")
_TABS = (("soon", "Within {hours:g} h"), ("known", "All that is known"), ("unsure", "Not known"))


@pages.get("/running-out")
def index() -> str:
    """Items by how long they last, the soonest first; or everything of one `site`."""
    if request.args.get("site"):
        return _site(request.args.get("site", 0, int))
    asked, kept = question_of(request.args), _kept()
    told = json.loads(answer(asked))
    with context().database.reading() as session:
        known = agencies.every(session)
    return render_template(
        "running_out/index.html",
        **told,
        asked=asked,
        kept=kept,
        rest={name: text for name, text in kept.items() if name != "show"},
        tabs=_TABS,
        agencies=known,
        counties=context().home.gazetteer.counties,
        items=fields.ITEMS,
        narrowed=bool(kept.keys() - {"show", "hours"}),
        **_words(),
    )


@pages.post("/running-out/order")
def order() -> ResponseReturnValue:
    """Ask for what fills a place up, and show the page as it was."""
    form = request.form
    try:
        with context().database.transaction(viewer().actor) as session:
            made = running_out.order(
                session,
                viewer(),
                form.get("site", 0, int),
                form.get("need", "")[:300],
                context().home,
                key=form.get("key") or None,
            )
            told = requests.told(session, viewer(), made.id)
        flash(f"{told['number']}: {told['lines'][0]['words']} asked for.", "success")
    except (Conflict, Forbidden, Invalid) as refused:
        flash(refused.message, "error")
    kept: dict[str, Any] = {
        name: form[f"kept_{name}"] for name in _KEPT if form.get(f"kept_{name}")
    }
    return redirect(url_for(".index", **kept, _anchor=form.get("anchor", "")[:80]))


def _site(site_id: int) -> str:
    with context().database.reading() as session:
        told = running_out.of_site(session, viewer(), site_id, context().home)
    return render_template("running_out/site.html", **told, kept=_kept(), **_words())


def _kept() -> dict[str, str]:
    return {name: text for name in _KEPT if (text := request.args.get(name, "").strip())}


def _words() -> dict[str, Any]:
    now = context().home.now()
    return {
        "words": running_out_words,
        "new_key": lambda: str(uuid4()),
        "clock": lambda at: phone_words.at_clock(at, now),
    }
