"""Assignments as people and programs read them. Times are epoch seconds, as on the board."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from meris import units
from meris.accounts import Viewer
from meris.db import beyond
from meris.errors import NotFound
from meris.incidents.read import find as find_incident
from meris.resources.read import find as find_resource
from meris.tables import Agency, Assignment, County, Incident, Resource

_MOST_LAST, _MOST_READ = 10, 100
_TIMES = tuple(units.ASSIGNMENT_TRANSITIONS)
#: The likeliest next move, which a single key makes.
_NEXT = {
    "reserved": "dispatched",
    "dispatched": "en_route",
    "acknowledged": "en_route",
    "en_route": "on_scene",
    "on_scene": "released",
    "transporting": "at_destination",
    "at_destination": "released",
}


def lines(session: Session, viewer: Viewer, incident_id: int) -> list[dict[str, Any]]:
    """The assignments of an incident in the order they were made. Raises `NotFound`.

    Each: id, incident, incident_number, incident_title (None where the viewer may not see it),
    unit, unit_name, unit_type, unit_agency, unit_county, status, status_at, status_by, booked,
    from, until, overrun, eta_at, distance_m, task, destination, times {status: at}, moves (allowed
    next), next (the likeliest), par_minutes, heard_at, par_at, par, silenced_until, silenced_by,
    left_as, reason, released_at, created_by, version.
    """
    find_incident(session, viewer.policy, incident_id)
    return _told(session, viewer, Assignment.incident_id == incident_id)


def line(session: Session, viewer: Viewer, assignment_id: int) -> dict[str, Any]:
    """One assignment, as in `lines`. Raises `NotFound`."""
    told = _told(session, viewer, Assignment.id == assignment_id)
    if not told:
        raise NotFound("There is no such assignment, or you may not see it.")
    return told[0]


def of_many(session: Session, viewer: Viewer, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Several assignments, in the order they were made."""
    return _told(session, viewer, Assignment.id.in_(ids))


def of_unit(session: Session, viewer: Viewer, unit_id: int) -> dict[str, Any]:
    """What a unit is at, what it is booked for, and its last ones: {active, booked, last}.

    Where the viewer may not see an incident its number and title are None. Raises `NotFound`.
    """
    unit = find_resource(session, viewer.policy, unit_id)
    if unit.kind != "unit":
        raise NotFound(f"{unit.name} is not a unit.")
    newest = select(Assignment.id).where(Assignment.resource_id == unit_id)
    newest = newest.order_by(Assignment.id.desc()).limit(_MOST_READ)
    told = _told(session, viewer, Assignment.id.in_(newest), every=True)
    force = [one for one in told if one["status"] not in units.ENDED]
    over = [one for one in told if one["status"] in units.ENDED]
    return {
        "active": next((one for one in force if not one["booked"]), None),
        "booked": sorted((one for one in force if one["booked"]), key=lambda one: one["from"]),
        "last": over[::-1][:_MOST_LAST],
    }


def _told(
    session: Session, viewer: Viewer, which: ColumnElement[bool], *, every: bool = False
) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    with beyond(session):  # an agency sees where its own units were sent, whatever else it may see
        rows = session.execute(_query(viewer, which, every=every)).all()
    return [_line(row, now) for row in rows]


def _query(
    viewer: Viewer, which: ColumnElement[bool], *, every: bool
) -> Select[Assignment, Incident, Resource, str, str, bool]:
    """`every`: also those of incidents that the viewer may not see, which then have no name."""
    sees = viewer.policy.incidents()
    own = Resource.agency_id == viewer.agency_id
    statement: Select[Assignment, Incident, Resource, str, str, bool] = (
        select(Assignment, Incident, Resource, Agency.name, County.name, or_(sees, own))
        .join(Incident, Incident.id == Assignment.incident_id)
        .join(Resource, Resource.id == Assignment.resource_id)
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .where(which, viewer.policy.condition())
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    )
    return statement if every else statement.where(or_(sees, own))


def _line(
    row: Row[Assignment, Incident, Resource, str, str, bool], now: datetime
) -> dict[str, Any]:
    held, incident, unit, agency, county, seen = row
    over = units.ran_out(held, now)
    status, during = "cancelled" if over else held.status, held.during
    at_work = status not in (*units.ENDED, "reserved")
    moves = [] if over else [s for s in _TIMES if s in units.ASSIGNMENT_TRANSITIONS[status]]
    ended = held.released_at or held.cancelled_at or (during.upper if over else None)
    return {
        "id": held.id,
        "incident": incident.id if seen else None,
        "incident_number": incident.number if seen else None,
        "incident_title": incident.title if seen else None,
        "unit": unit.id,
        "unit_name": unit.name,
        "unit_type": unit.type,
        "unit_agency": agency,
        "unit_county": county,
        "status": status,
        "status_at": _epoch(ended if over else held.status_at),
        "status_by": "MERIS" if over else held.status_by,
        "booked": held.booked and not over,
        "from": _epoch(during.lower or held.status_at),
        "until": _epoch(during.upper or held.status_at),
        "overrun": bool(at_work and during.upper and during.upper <= now),
        "eta_at": _epoch(held.eta_at),
        "distance_m": held.distance_m,
        "task": held.task,
        "destination": held.destination,
        "destination_id": held.destination_id,
        "times": {s: _epoch(at) for s in _TIMES if (at := getattr(held, f"{s}_at"))},
        "moves": moves,
        "next": _NEXT.get(status),
        **_par(held, now),
        "left_as": held.left_as,
        "reason": units.RAN_OUT if over else held.reason,
        "released_at": _epoch(ended),
        "created_by": held.created_by,
        "version": held.version,
    }


def _par(held: Assignment, now: datetime) -> dict[str, Any]:
    """The check-in timer; `par` is None where nobody waits for the unit."""
    due = units.par_at(held)
    silenced = held.silenced_until if held.silenced_until and held.silenced_until > now else None
    timer = {
        "minutes": held.par_minutes,
        "due_at": _epoch(due),
        "overdue": due is not None and due <= now,
        "silenced_until": _epoch(silenced),
        "silenced_by": held.silenced_by if silenced else None,
    }
    return {
        "par_minutes": held.par_minutes,
        "heard_at": _epoch(held.heard_at),
        "par_at": timer["due_at"],
        "silenced_until": timer["silenced_until"],
        "silenced_by": timer["silenced_by"],
        "par": timer if due is not None else None,
    }


def _epoch(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
