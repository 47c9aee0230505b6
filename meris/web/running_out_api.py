"""/api/running-out: what runs out first, and asking for what fills it up."""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from meris import requests, running_out
from meris.errors import Invalid
from meris.incidents.typed import key_of, number_of
from meris.web.context import context, viewer
from meris.web.sending import body_of

api = Blueprint("running_out_api", __name__)


@api.get("/api/running-out")
def listed() -> ResponseReturnValue:
    """Items of shelters and points of distribution by how long they last, the soonest first."""
    response = Response(answer(question_of(request.args)), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@api.get("/api/running-out/<int:site_id>")
def of_site(site_id: int) -> ResponseReturnValue:
    """Every item of one shelter or point of distribution, and how the latter works."""
    with context().database.reading() as session:
        return jsonify(running_out.of_site(session, viewer(), site_id, context().home))


@api.post("/api/running-out/<int:site_id>/order")
def ordered(site_id: int) -> ResponseReturnValue:
    """Ask for what fills one `need` of a place up; what is asked for already is answered by 409."""
    body = body_of()
    need = body.get("need")
    if not isinstance(need, str):
        raise Invalid('The body needs "need": as the list names it.')
    with context().database.transaction(viewer().actor) as session:
        made = running_out.order(
            session,
            viewer(),
            site_id,
            need[:300],
            context().home,
            key=key_of(body.get("key")),
            source="api",
        )
        return jsonify(requests.told(session, viewer(), made.id)), 201


def answer(asked: running_out.Question) -> bytes:
    """A page of the list as JSON: worked out once for all who may see the same and ask the same."""
    who = viewer()
    # whether one may ask for a site hangs on the agency and the roles as well
    question = ("running-out", asked, who.policy.key, who.agency_id, who.roles)
    with context().database.reading() as session:
        return context().shared.answer(
            question,
            session,
            lambda: json.dumps(running_out.listed(session, who, asked, context().home)).encode(),
        )


def question_of(given: Mapping[str, str]) -> running_out.Question:
    """What an address asks for. Raises `Invalid`."""
    usual = running_out.Question()
    page, limit = (number_of(given.get(name), name) for name in ("page", "limit"))
    return running_out.Question(
        show=given.get("show", "").strip() or usual.show,
        hours=_hours(given.get("hours", "").strip(), usual.hours),
        county=given.get("county", "").strip()[:5],
        agency=number_of(given.get("agency"), "agency"),
        kind=given.get("kind", "").strip(),
        item=given.get("item", "").strip(),
        page=usual.page if page is None else page,
        limit=usual.limit if limit is None else limit,
    )


def _hours(text: str, usual: float) -> float:
    if not text:
        return usual
    if not (text.isascii() and text.replace(".", "", 1).isdecimal() and len(text) < 9):
        raise Invalid(f'"{text[:40]}" is no number of hours.')
    return float(text)
