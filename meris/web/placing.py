"""/place: find a place for people, hold beds for them, and place a whole area. No script needed.

A party and where it is are posted, so that no address and no log tells of them, and are carried
from step to step in the page itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import areas, placing, wording
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields.lists_incident import AREA_KIND
from meris.incidents.places import Place
from meris.incidents.typed import key_of, number_of
from meris.placing import demand, find, holds, origins, party
from meris.tables import Incident, Resource
from meris.web import phone_words
from meris.web.context import context, viewer
from meris.web.placing_api import given_of, places_of, plan_of, terms_of

pages = Blueprint("placing", __name__)

#: Within how far the pages offer to look, in the installation's units: around a party, an area.
_AROUND = {"miles": (15, 30, 60, 120), "km": (25, 50, 100, 200)}
_AROUND_AREA = {"miles": (5, 15, 30, 60), "km": (10, 25, 50, 100)}
#: The one of them that is chosen where nobody chose.
_USUAL = 2
_KEPT = (*party.NAMES, *origins.NAMES, "reach_km")
#: A button of the list of holds, and what it does.
_MOVES = {"extend": holds.extend, "arrived": holds.arrive, "release": holds.release}


@pages.get("/place")
def index() -> str:
    """The form; from an incident or a site, with its place filled in."""
    given = given_of(request.args, ("incident_id", "resource_id"))
    with context().database.reading() as session:
        title = _title_of(session, given)
        return _page(session, given if title else {}, around=title)


@pages.post("/place")
def found() -> str:
    """Shelters for the party, the surest first; or the form, from a point of the map."""
    given = _given()
    with context().database.reading() as session:
        begins = "people" not in given and request.form.get("begin")
        return _page(session, given) if begins else _answer(session, given)


@pages.post("/place/hold/<int:shelter_id>")
def hold(shelter_id: int) -> ResponseReturnValue:
    """Hold beds at one of the shelters found, and show the others again."""
    given, form = _given(), request.form
    try:
        who = placing.read_party(given, context().home)
        with context().database.transaction(viewer().actor) as session:
            held = holds.hold(
                session,
                viewer(),
                shelter_id,
                who.people,
                wheelchair=who.wheelchair,
                key=key_of(form.get("key")),
                terms=terms_of(),
            )
    except (Conflict, Forbidden, Invalid) as refused:
        with context().database.reading() as session:
            return _answer(session, given, refused=refused.message)
    with context().database.reading() as session:
        return _answer(session, given, held=held)


@pages.get("/place/holds")
def held() -> str:
    """Beds that are held now; of one shelter, also what was held before."""
    shelter_id = number_of(request.args.get("shelter"), "shelter")
    with context().database.reading() as session:
        if shelter_id is None:
            found, of = holds.running(session, viewer()), None
        else:
            found = holds.of_shelter(session, viewer(), shelter_id)
            of = _site_name(session, shelter_id)
    return _render("holds", holds=found, shelter=shelter_id, of=of)


@pages.post("/place/holds/<int:hold_id>/<move>")
def moved(hold_id: int, move: str) -> ResponseReturnValue:
    """Hold longer, let go, or say that they have arrived."""
    if move not in _MOVES:
        raise NotFound("There is no such step. There are extend, arrived and release.")
    more: dict[str, Any] = {}
    try:
        if move == "arrived":
            more["people"] = number_of(request.form.get("people"), "people")
        with context().database.transaction(viewer().actor) as session:
            one = _MOVES[move](session, viewer(), hold_id, terms=terms_of(), **more)
            flash(_said(one, move), "success")
    except (Conflict, Forbidden, Invalid, NotFound) as refused:
        flash(refused.message, "error")
    shelter = number_of(request.form.get("shelter"), "shelter")
    return redirect(url_for(".held", shelter=shelter), 303)


@pages.get("/place/area/<int:area_id>")
def area(area_id: int) -> str:
    """An area's people against the beds free within reach; prints."""
    given = given_of(request.args, (*demand.NAMES, "reach_km"))
    plan, wrong = None, None
    with context().database.reading() as session:
        detail = areas.detail(session, viewer(), area_id)
        try:
            plan = plan_of(session, area_id, given, _reaches(_AROUND_AREA)[_USUAL])
        except Invalid as refused:
            wrong = refused
        return _render(
            "area",
            area=detail,
            kind=AREA_KIND[detail["kind"]].title,
            plan=plan,
            given=given,
            problems=_problems(wrong),
            reaches=_reaches(_AROUND_AREA),
            usual_reach=_reaches(_AROUND_AREA)[_USUAL],
            share=demand.USUAL_SHARE,
            how=find.how(context().settings.detour_factor, context().home.distances),
        )


def _given() -> dict[str, str]:
    """What the form says. A choice among several places of one name, and a point of the map, take
    the place of what was typed."""
    given = given_of(request.form, _KEPT)
    click = [given.pop(name, "") for name in ("latitude", "longitude")]
    chosen = request.form.get("choice", "").strip() or (", ".join(click) if all(click) else "")
    return {**given, "place": chosen} if chosen else given


def _answer(session: Session, given: Mapping[str, str], **more: Any) -> str:
    """The page with what was found, or with what is wrong in the form."""
    home = context().home
    try:
        place = placing.origin(session, viewer(), given, home)
        who = placing.read_party(given, home)
        answer = places_of(session, place.position, who, given, _reaches(_AROUND)[_USUAL])
    except Invalid as refused:
        return _page(session, given, wrong=refused, **more)
    return _page(session, given, place=place, who=who, answer=answer, **more)


def _page(
    session: Session,
    given: Mapping[str, str],
    *,
    wrong: Invalid | None = None,
    place: Place | None = None,
    **more: Any,
) -> str:
    around = more.pop("around", None) or _title_of(session, given)
    return _render(
        "index",
        given=given,
        around=around,
        problems=_problems(wrong),
        choices=wrong.details.get("choices", ()) if wrong else (),
        place=place,
        reaches=_reaches(_AROUND),
        usual_reach=_reaches(_AROUND)[_USUAL],
        running=len(holds.running(session, viewer())),
        areas=[one for one in areas.listed(session, viewer()) if one["danger"]],
        minutes=context().settings.bed_hold_minutes,
        key=str(uuid4()),
        **more,
    )


def _reaches(offered: Mapping[str, Sequence[int]]) -> list[int]:
    """Kilometers to look within."""
    distances = context().home.distances
    return [round(one * distances.unit_m / 1000) for one in offered[distances.code]]


def _title_of(session: Session, given: Mapping[str, str]) -> str | None:
    """What the people are at, where the form came from something on the map."""
    if (incident_id := number_of(given.get("incident_id"), "incident_id")) is not None:
        statement = select(Incident).where(Incident.id == incident_id, viewer().policy.incidents())
        incident = session.scalar(statement)
        return f"Incident {incident.number}, {incident.title}" if incident else None
    if (resource_id := number_of(given.get("resource_id"), "resource_id")) is not None:
        return _site_name(session, resource_id)
    return None


def _site_name(session: Session, resource_id: int) -> str | None:
    known = Resource.id == resource_id, viewer().policy.condition()
    return session.scalar(select(Resource.name).where(*known))


def _problems(wrong: Invalid | None) -> dict[str, str]:
    """What is wrong, by field; what no field is to blame for is under "place"."""
    if wrong is None:
        return {}
    listed = wrong.details.get("problems") or [{"field": "place", "message": wrong.message}]
    return {problem["field"]: problem["message"] for problem in listed}


def _said(one: placing.Held, move: str) -> str:
    until = phone_words.clock(one.hold.held_until, datetime.now(UTC))
    beds = wording.plural(one.hold.people, "bed")
    return {
        "extend": f"{beds} at {one.shelter.name} held until {until}.",
        "arrived": f"{one.hold.people:,} arrived at {one.shelter.name}. Their beds stay taken"
        " until the next count.",
        "release": f"{beds} at {one.shelter.name} are free again.",
    }[move]


def _render(name: str, **parts: Any) -> str:
    return render_template(
        f"placing/{name}.html",
        now=datetime.now(UTC),
        zone=context().home.zone,
        words=phone_words,
        **parts,
    )
