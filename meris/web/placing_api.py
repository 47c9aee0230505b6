"""/api/places, /api/bed-holds: a place for people, and beds held for them.

A party and where it is come in the body, so that no address and no log has them; nothing of either
is kept.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from geo.values import Position
from meris import placing
from meris.errors import Invalid
from meris.fields.times import happened
from meris.incidents.typed import key_of, number_of
from meris.placing import demand, evacuate, find, holds, origins, party
from meris.placing.party import require_known
from meris.web.context import context, viewer
from meris.web.sending import body_of

api = Blueprint("placing_api", __name__)

_FIND = frozenset({*party.NAMES, *origins.NAMES, "reach_km"})
_HOLD = frozenset({"people", "wheelchair", "key", "at"})
_MOVE = frozenset({"move", "people", "at"})
_PLAN = frozenset({*demand.NAMES, "reach_km"})


@api.post("/api/places")
def places() -> ResponseReturnValue:
    """Shelters for a party from where it is; reads only."""
    body = body_of()
    require_known(body, _FIND)
    who = placing.read_party(body, context().home)
    with context().database.reading() as session:
        place = placing.origin(session, viewer(), body, context().home)
        found = places_of(session, place.position, who, body)
        here = {
            "text": place.text,
            "note": place.note,
            "lat": place.position.lat,
            "lon": place.position.lon,
        }
        return jsonify(place=here, party=who.told(), **found.told())


@api.get("/api/areas/<int:area_id>/places")
def plan(area_id: int) -> ResponseReturnValue:
    """An area's people against the beds free within reach: who goes where, and what is short."""
    given = request.args
    require_known(given, _PLAN)
    with context().database.reading() as session:
        return jsonify(plan_of(session, area_id, given).told())


@api.get("/api/bed-holds")
def running() -> ResponseReturnValue:
    """Beds that are held now, at every shelter that you may see, the first to run out first."""
    with context().database.reading() as session:
        return jsonify(holds=[held.told() for held in holds.running(session, viewer())])


@api.get("/api/shelters/<int:shelter_id>/holds")
def of_shelter(shelter_id: int) -> ResponseReturnValue:
    """What is and was held at a shelter: what runs first, then the newest."""
    with context().database.reading() as session:
        found = holds.of_shelter(session, viewer(), shelter_id)
        return jsonify(holds=[held.told() for held in found])


@api.post("/api/shelters/<int:shelter_id>/holds")
def hold(shelter_id: int) -> ResponseReturnValue:
    """Hold beds at a shelter; the same key twice holds once."""
    body = body_of()
    require_known(body, _HOLD)
    who = placing.read_party(body, context().home)
    key, at = key_of(body.get("key")), happened(body.get("at"), context().home)
    with context().database.transaction(viewer().actor) as session:
        held = holds.hold(
            session,
            viewer(),
            shelter_id,
            who.people,
            wheelchair=who.wheelchair,
            key=key,
            at=at,
            terms=terms_of(),
        )
        return jsonify(held.told()), 201


@api.patch("/api/bed-holds/<int:hold_id>")
def move(hold_id: int) -> ResponseReturnValue:
    """Hold the beds longer (once), or say that the people have arrived."""
    body = body_of()
    require_known(body, _MOVE)
    to, people = body.get("move"), number_of(body.get("people"), "people")
    at = happened(body.get("at"), context().home)
    with context().database.transaction(viewer().actor) as session:
        if to == "extend":
            held = holds.extend(session, viewer(), hold_id, terms=terms_of())
        elif to == "arrived":
            held = holds.arrive(session, viewer(), hold_id, terms=terms_of(), people=people, at=at)
        else:
            raise Invalid('Send "move": "extend" or "arrived". To let the beds go, DELETE.')
        return jsonify(held.told())


@api.delete("/api/bed-holds/<int:hold_id>")
def release(hold_id: int) -> ResponseReturnValue:
    """Let beds go that were held: they are free again. The hold stays in the record."""
    with context().database.transaction(viewer().actor) as session:
        return jsonify(holds.release(session, viewer(), hold_id, terms=terms_of()).told())


def terms_of() -> holds.Terms:
    """For how long this installation holds beds, and its clock."""
    minutes = timedelta(minutes=context().settings.bed_hold_minutes)
    return holds.Terms(minutes, context().home.zone)


def places_of(
    session: Session,
    position: Position,
    who: placing.Party,
    given: Mapping[str, Any],
    usual: int = find.USUAL_REACH,
) -> placing.Found:
    """Shelters for a party within the kilometers that were asked for, else the usual ones.

    Raises `Invalid`.
    """
    return placing.places(
        session,
        viewer(),
        position,
        who,
        detour=context().settings.detour_factor,
        distances=context().home.distances,
        reach_km=_reach_of(given, usual),
    )


def plan_of(
    session: Session, area_id: int, given: Mapping[str, Any], usual: int = evacuate.USUAL_REACH
) -> placing.Plan:
    """An area's people in the shelters around it. Raises `NotFound`, `Invalid`."""
    return placing.plan(
        session,
        viewer(),
        area_id,
        given,
        home=context().home,
        detour=context().settings.detour_factor,
        reach_km=_reach_of(given, usual),
    )


def _reach_of(given: Mapping[str, Any], usual: int) -> int:
    return number_of(given.get("reach_km"), "reach_km") or usual


def given_of(form: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """What a form says of some fields, without those left empty."""
    return {name: text for name in names if (text := form.get(name, "").strip())}
