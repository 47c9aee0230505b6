"""/api/resources and /api/search: reading and changing what is on the map."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import requests, resources, shelters
from meris.dispatch.unit_status import set_unit_status
from meris.errors import Invalid
from meris.web.assignments_api import terms_of
from meris.web.context import context, viewer
from meris.web.sending import body_of, values_of, version_of

api = Blueprint("resources", __name__)
writes = Blueprint("resource_writes", __name__)


@api.get("/api/resources")
def briefs() -> ResponseReturnValue:
    """A line for each of the ids asked for."""
    ids = _ids(request.args.get("ids", ""))
    with context().database.reading() as session:
        return jsonify(resources=resources.briefs(session, viewer(), ids))


@api.get("/api/resources/<int:resource_id>")
def detail(resource_id: int) -> ResponseReturnValue:
    """Everything the viewer may know of one resource."""
    with context().database.reading() as session:
        return jsonify(_detail(session, resource_id))


@api.get("/api/resources/<int:resource_id>/history")
def history(resource_id: int) -> ResponseReturnValue:
    """Who changed what, newest first."""
    with context().database.reading() as session:
        return jsonify(changes=resources.history(session, viewer(), resource_id))


@writes.patch("/api/resources/<int:resource_id>")
def change(resource_id: int) -> ResponseReturnValue:
    """Set fields seen at a version.

    The status of a unit that was sent moves its assignment.
    """
    body = body_of()
    values = values_of(body)
    with context().database.transaction(viewer().actor) as session:
        set_unit_status(
            session,
            viewer(),
            resource_id,
            version=version_of(body),
            values=values,
            home=context().home,
            terms=terms_of(),
        )
        return jsonify(_detail(session, resource_id))


@writes.post("/api/resources/<int:resource_id>/confirm")
def confirm(resource_id: int) -> ResponseReturnValue:
    """Say that what is recorded is still true."""
    version = version_of(body_of())
    with context().database.transaction(viewer().actor) as session:
        resources.confirm(session, viewer(), resource_id, version=version)
        return jsonify(_detail(session, resource_id))


@api.get("/api/search")
def search() -> ResponseReturnValue:
    """Places and resources that the words may mean."""
    query = request.args.get("q", "")
    gazetteer = context().home.gazetteer
    with context().database.reading() as session:
        return jsonify(resources.search(session, viewer().policy, query, gazetteer))


def _detail(session: Session, resource_id: int) -> dict[str, Any]:
    """The resource with what is open of its requests and promised of its beds, for who may see
    that."""
    told = resources.detail(session, viewer(), resource_id, context().home)
    asks = told["kind"] != "unit" and viewer().may("see_staff")
    open_ones = requests.open_at(session, viewer(), resource_id) if asks else []
    beds = _beds(session, resource_id) if asks and told["kind"] == "shelter" else None
    return told | {"requests": open_ones, "beds": beds}


def _beds(session: Session, shelter_id: int) -> dict[str, Any]:
    """Free ones, those promised in words, and where these are moved on."""
    free, promised = shelters.free_and_promised(session, shelter_id)
    return {
        "free": free,
        "promised": promised.in_words(context().home.zone),
        "url": f"/place/holds?shelter={shelter_id}",
    }


def _ids(given: str) -> list[int]:
    parts = [part.strip() for part in given.split(",") if part.strip()]
    wrong = next((p for p in parts if not (p.isascii() and p.isdecimal() and len(p) < 19)), None)
    if wrong is not None:
        raise Invalid(f'"{wrong[:40]}" is not an id. Send whole numbers, separated by commas.')
    return [int(part) for part in parts]
