"""/api/recommendation and /api/cover: which units to send, and what would be left behind."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from meris.dispatch import cover
from meris.dispatch.keeping import Keep
from meris.dispatch.recommend import for_incident, recommend
from meris.dispatch.travel import StraightLine
from meris.errors import Invalid
from meris.incidents import needs as incident_needs
from meris.incidents.create import place_of
from meris.incidents.typed import number_of
from meris.needs.need import Need
from meris.web.context import context, viewer
from meris.web.sending import body_of

api = Blueprint("recommend", __name__)

#: Units at once, in a list of ids; minutes; others shown.
_MOST_IDS, _LONGEST, _MOST_OTHERS = 500, 10_000, 50
_USUAL_OTHERS = 5


@api.get("/api/incidents/<int:incident_id>/recommendation")
def of_incident(incident_id: int) -> ResponseReturnValue:
    """Whom to send to an incident for what it still needs, with the reasons."""
    given = request.args
    with context().database.reading() as session:
        answer = for_incident(
            session,
            viewer(),
            incident_id,
            within_minutes=_minutes(given.get("within")),
            exclude=_ids(given.get("exclude", "").split(",")),
            most=_others(given.get("most")),
            router=router(),
            home=context().home,
        )
    return jsonify(answer.told())


@api.post("/api/recommendation")
def anywhere() -> ResponseReturnValue:
    """Whom to send to a place for what is needed there, with the reasons. Changes nothing."""
    body = body_of()
    wanted = [_need(line) for line in incident_needs.read_all(body.get("needs"))]
    with context().database.reading() as session:
        place = place_of(session, viewer(), body, context().home)
        if place is None:
            raise Invalid("Where to? Send place, or lat and lon.")
        answer = recommend(
            session,
            viewer(),
            position=place.position,
            needs=wanted,
            incident_id=number_of(body.get("incident_id"), "incident_id"),
            within_minutes=_minutes(body.get("within")),
            exclude=_ids(body.get("exclude")),
            keep=_keep(body.get("keep")),
            most=_others(body.get("most")),
            router=router(),
            uncommitted=_flag(body, "uncommitted"),
            home=context().home,
        )
    return jsonify(answer.told())


@api.get("/api/cover")
def holes() -> ResponseReturnValue:
    """Where fewer units are free than must be, the worst first, and how many minimums are set."""
    with context().database.reading() as session:
        found, rules = cover.holes(session, viewer()), cover.minimums(session)
    return jsonify(holes=[hole.told() for hole in found], rules=rules)


@api.post("/api/cover/what-if")
def stripped() -> ResponseReturnValue:
    """The holes in cover that sending these units would open or deepen. Changes nothing."""
    units = _ids(body_of().get("units"))
    with context().database.reading() as session:
        found = cover.stripped_by(session, units, viewer())
    return jsonify(holes=[hole.told() for hole in found])


def router() -> StraightLine:
    """How arrivals are estimated here."""
    return StraightLine(context().settings.detour_factor, context().home.distances)


def _need(line: dict[str, Any]) -> Need:
    return Need(
        line["count"],
        tuple(line["unit_types"]),
        line["type_level"],
        tuple(line["capabilities"]),
    )


def _ids(given: object) -> list[int]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > _MOST_IDS:
        raise Invalid(f"Send the units as a list of at most {_MOST_IDS} ids.")
    return [number for item in given if (number := number_of(item, "units")) is not None]


def _minutes(given: object) -> float | None:
    if given in (None, ""):
        return None
    try:
        minutes = float(str(given))
    except ValueError:
        minutes = 0.0
    # a NaN is not between anything
    if isinstance(given, bool) or not 0 < minutes <= _LONGEST:
        raise Invalid(f'"within" is a number of minutes, {_LONGEST:,} at most.')
    return minutes


def _others(given: object) -> int:
    most = number_of(given, "most")
    return _USUAL_OTHERS if most is None else min(most, _MOST_OTHERS)


def _keep(given: object) -> Keep | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise Invalid('"keep" is an object: count, and per station or county.')
    count = number_of(given.get("count", 1), "keep")
    return Keep(1 if count is None else count, given.get("per", "station"))


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise Invalid(f'"{name}" is true or false.')
    return value
