"""/api/areas: drawing, changing and ending areas, and what is inside and near them."""

import re
from typing import Any, BinaryIO

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from geo.geojson import geometry
from geo.shapes import bounds_of, square_meters
from meris import areas
from meris.areas.inside import MOST_LISTED, NEAR_KM
from meris.areas.people import living_in
from meris.errors import Invalid
from meris.incidents.typed import key_of, number_of
from meris.web.context import context, viewer
from meris.web.sending import body_of, values_of, version_of
from meris.web.written import download

api = Blueprint("areas", __name__)
writes = Blueprint("area_writes", __name__)


@api.get("/api/areas")
def listed() -> ResponseReturnValue:
    """Areas that are not over, the newest first, without their shapes."""
    over = request.args.get("over", "") not in ("", "0")
    incident_id = number_of(request.args.get("incident"), "incident")
    with context().database.reading() as session:
        found = areas.listed(session, viewer(), over=over, incident_id=incident_id)
        return jsonify(areas=found)


@writes.post("/api/areas")
def create() -> ResponseReturnValue:
    """Draw an area: kind, name, and a shape said in one of several ways."""
    body = body_of()
    key = key_of(body.pop("key", None))
    with context().database.transaction(viewer().actor) as session:
        area = areas.create(session, viewer(), body, home=context().home, key=key)
        return jsonify(areas.detail(session, viewer(), area.id)), 201


@writes.post("/api/areas/shape")
def shape() -> ResponseReturnValue:
    """What a shape is understood as, before anything is made of it."""
    viewer().require("dispatch", "draw areas")
    area = areas.shape.read(body_of(), context().home)
    return jsonify(
        geometry=geometry(area),
        bounds=bounds_of(area).as_list(),
        sq_km=round(square_meters(area) / 1e6, 3),
        people=living_in(area, context().home),
    )


@api.get("/api/areas/<int:area_id>")
def detail(area_id: int) -> ResponseReturnValue:
    """One area with its shape."""
    with context().database.reading() as session:
        return jsonify(areas.detail(session, viewer(), area_id))


@writes.patch("/api/areas/<int:area_id>")
def change(area_id: int) -> ResponseReturnValue:
    """Set fields seen at a version; `ends_at` "now" ends the area."""
    body = body_of()
    values = values_of(body)
    version = version_of(body)
    with context().database.transaction(viewer().actor) as session:
        areas.change(session, viewer(), area_id, version=version, given=values, home=context().home)
        return jsonify(areas.detail(session, viewer(), area_id))


@writes.delete("/api/areas/<int:area_id>")
def remove(area_id: int) -> ResponseReturnValue:
    """Take away what was drawn by mistake, with a reason. What is over is ended, not removed."""
    body = body_of()
    version = version_of(body)
    with context().database.transaction(viewer().actor) as session:
        areas.remove(session, viewer(), area_id, version=version, reason=body.get("reason"))
        return jsonify(removed=area_id)


@api.get("/api/areas/<int:area_id>/inside")
def inside(area_id: int) -> ResponseReturnValue:
    """What is inside and near at this moment: counts, and a page of the list."""
    most = number_of(request.args.get("limit"), "limit") or 100
    if most > MOST_LISTED:
        raise Invalid(f"Ask for 1 to {MOST_LISTED} at once.")
    with context().database.reading() as session:
        found = areas.inside(
            session,
            viewer(),
            area_id,
            home=context().home,
            near_km=_near_km(),
            most=most,
            skip=number_of(request.args.get("skip"), "skip") or 0,
        )
        return jsonify(found)


@api.get("/api/areas/<int:area_id>/inside.csv")
def inside_csv(area_id: int) -> Response:
    """What is inside and near, a row each, as CSV."""

    def write(out: BinaryIO) -> str:
        with context().database.reading() as session:
            area = areas.table.write(
                session, viewer(), area_id, _near_km(), out, context().home.distances
            )
        words = "-".join(re.findall(r"[a-z0-9]+", area.name.lower())) or "area"
        return f"{words[:80]}-inside.csv"

    return download("text/csv; charset=utf-8", write)


def _near_km() -> float:
    given: Any = request.args.get("near_km") or NEAR_KM
    try:
        return float(given)
    except ValueError as problem:
        raise Invalid(f"{str(given)[:40]!r} is not a number of kilometers.") from problem
