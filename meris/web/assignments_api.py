"""/api/assignments and what hangs on it: committing units, moving them on, check-ins."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from meris.dispatch import par, times
from meris.dispatch.assignments import assign
from meris.dispatch.moves import move, move_all
from meris.dispatch.terms import Terms
from meris.errors import refused
from meris.incidents.lines import line, lines, of_many, of_unit
from meris.incidents.log import read_time
from meris.incidents.typed import key_of, number_of
from meris.web.context import context, viewer
from meris.web.sending import body_of, version_of

api = Blueprint("assignments", __name__)

_MOST_MINUTES = 10_000


@api.get("/api/incidents/<int:incident_id>/assignments")
def of_incident(incident_id: int) -> ResponseReturnValue:
    """The units of an incident: what is reserved, sent, at work and over."""
    with context().database.reading() as session:
        return jsonify(assignments=lines(session, viewer(), incident_id))


@api.get("/api/units/<int:unit_id>/assignments")
def of_one_unit(unit_id: int) -> ResponseReturnValue:
    """What a unit is at, what it is booked for, and its last ones."""
    with context().database.reading() as session:
        return jsonify(of_unit(session, viewer(), unit_id))


@api.post("/api/incidents/<int:incident_id>/assignments")
def assigned(incident_id: int) -> ResponseReturnValue:
    """Send or reserve units, all of them or none.

    409 with `taken` and `next` when somebody else has one, with `unfit` when one cannot go.
    """
    body, home = body_of(), context().home
    with context().database.transaction(viewer().actor) as session:
        made = assign(
            session,
            viewer(),
            incident_id,
            _ids(body.get("units")),
            how=_word(body, "how") or "dispatched",
            at=read_time(body.get("at"), home),
            until=times.ahead(body.get("until"), "until", home),
            booked_from=times.ahead(body.get("from"), "from", home),
            task=body.get("task"),
            key=key_of(body.get("key")),
            terms=terms_of(),
        )
        told = of_many(session, viewer(), [one.id for one in made])
        return jsonify(assignments=told), 201


@api.post("/api/incidents/<int:incident_id>/move")
def all_moved(incident_id: int) -> ResponseReturnValue:
    """Move every unit of an incident that is in one of the statuses `from`."""
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        moved, kept = move_all(
            session,
            viewer(),
            incident_id,
            from_=_words(body.get("from")),
            status=_status(body),
            at=read_time(body.get("at"), context().home),
            left_as=_word(body, "left_as"),
            reason=body.get("reason"),
            key=key_of(body.get("key")),
            terms=terms_of(),
        )
        return jsonify(
            moved=of_many(session, viewer(), [one.assignment.id for one in moved]),
            kept=[
                {"line": line(session, viewer(), one.assignment.id), "why": one.why} for one in kept
            ],
        )


@api.post("/api/assignments/<int:assignment_id>/move")
def moved(assignment_id: int) -> ResponseReturnValue:
    """Set the status of an assignment; the unit's own follows.

    `outcome` is "moved", "same" (it was so already) or "older" (only the time was kept).
    """
    body = body_of()
    with context().database.transaction(viewer().actor) as session:
        done = move(
            session,
            viewer(),
            assignment_id,
            version=None if body.get("version") is None else version_of(body),
            status=_status(body),
            at=read_time(body.get("at"), context().home),
            left_as=_word(body, "left_as"),
            destination=body.get("destination"),
            destination_id=number_of(body.get("destination_id"), "destination_id"),
            reason=body.get("reason"),
            key=key_of(body.get("key")),
            terms=terms_of(),
        )
        told = line(session, viewer(), done.assignment.id)
        return jsonify(assignment=told, outcome=done.outcome)


@api.post("/api/assignments/<int:assignment_id>/check-in")
def checked_in(assignment_id: int) -> ResponseReturnValue:
    """Say that the unit was heard of; its timer starts anew."""
    body = _optional_body()
    with context().database.transaction(viewer().actor) as session:
        key = key_of(body.get("key"))
        par.check_in(session, viewer(), assignment_id, body.get("note"), key=key)
        return jsonify(assignment=line(session, viewer(), assignment_id))


@api.post("/api/assignments/<int:assignment_id>/silence")
def silenced(assignment_id: int) -> ResponseReturnValue:
    """Silence the check-in alarm of a unit for everybody; 0 minutes lets it sound again."""
    body = body_of()
    minutes = _minutes(body)
    with context().database.transaction(viewer().actor) as session:
        par.silence(session, viewer(), assignment_id, minutes, key=key_of(body.get("key")))
        return jsonify(assignment=line(session, viewer(), assignment_id))


def terms_of() -> Terms:
    """How units are committed in this installation."""
    settings = context().settings
    return Terms(
        hold=timedelta(minutes=settings.hold_minutes),
        work=timedelta(hours=settings.assignment_hours),
        detour=settings.detour_factor,
        duty=timedelta(hours=settings.duty_hours),
        zone=context().home.zone,
        distances=context().home.distances,
    )


def _optional_body() -> Mapping[str, Any]:
    """A check-in needs no words: an empty request is one too."""
    return body_of() if request.get_data() else {}


def _ids(given: object) -> list[int]:
    ids = given if isinstance(given, list) else [given]
    read = [number_of(one, "units") for one in ids]
    known = [one for one in read if one is not None]
    if not known or len(known) < len(read):
        raise refused("units", 'Name the units: "units" is a list of their ids.')
    return known


def _words(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise refused("from", '"from" is a list of statuses, such as ["dispatched"].')
    return given


def _status(body: Mapping[str, Any]) -> str:
    status = _word(body, "status")
    if status is None:
        raise refused("status", 'The body needs "status": what the unit is now.')
    return status


def _word(body: Mapping[str, Any], name: str) -> str | None:
    given = body.get(name)
    if given is None or isinstance(given, str):
        return given or None
    raise refused(name, f'"{name}" is a word in quotes.')


def _minutes(body: Mapping[str, Any]) -> int:
    given = body.get("minutes")
    if not isinstance(given, int) or isinstance(given, bool) or abs(given) > _MOST_MINUTES:
        raise refused("minutes", '"minutes" is a whole number, such as 5.')
    return given
