"""The rows that a move is about: found, locked in one order for all, and whose they are.

Everybody who writes locks the incident first, then units by their ids, then assignments; whoever
did otherwise would wait for somebody who waits for them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from meris.accounts import Policy, Viewer
from meris.db import beyond
from meris.errors import Forbidden, Invalid, NotFound
from meris.language import _
from meris.sql import named
from meris.tables import Assignment, Incident, Resource
from meris.units import ENDED

#: So many units can be sent by one order.
MOST_UNITS = 200


# Raised by take_turn in meris/sql/assignments.sql.
_COMMITTED = "MR409"


class Lost(Exception):  # noqa: N818  # what happened; whoever asks learns by whom
    """Somebody else has committed one of the units."""


class Found(NamedTuple):
    """An assignment with its unit and its incident."""

    assignment: Assignment
    unit: Resource
    incident: Incident


class Live(NamedTuple):
    """An assignment that is not over, whoever may see its incident; `seen`: this viewer may."""

    assignment: Assignment
    incident: Incident
    seen: bool


def find(session: Session, viewer: Viewer, assignment_id: int) -> Found:
    """The assignment, if the viewer may know of it. Raises `NotFound`.

    An agency sees what its own units are sent to, whatever else it may see.
    """
    sees = viewer.policy.incidents()
    if viewer.agency_id is not None and viewer.may("see_staff"):
        sees = or_(sees, Resource.agency_id == viewer.agency_id)
    statement = _joined().where(Assignment.id == assignment_id, viewer.policy.condition(), sees)
    with beyond(session):
        row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(_("There is no such assignment, or you may not see it."))
    held, unit, incident = row
    return Found(held, unit, incident)


def _joined() -> Select[Assignment, Resource, Incident]:
    return (
        select(Assignment, Resource, Incident)
        .join(Resource, Resource.id == Assignment.resource_id)
        .join(Incident, Incident.id == Assignment.incident_id)
    )


def of_incident(
    session: Session, viewer: Viewer, incident_id: int
) -> list[tuple[Assignment, Resource]]:
    """What is not over at an incident, with the units that the viewer may see, by unit."""
    statement = (
        select(Assignment, Resource)
        .join(Resource, Resource.id == Assignment.resource_id)
        .where(
            Assignment.incident_id == incident_id,
            Assignment.status.not_in(ENDED),
            viewer.policy.condition(),
        )
        .order_by(Resource.id, Assignment.id)
        .execution_options(populate_existing=True)
    )
    return [(held, unit) for held, unit in session.execute(statement)]


def require_mover(viewer: Viewer, unit: Resource) -> None:
    """Dispatchers move any unit, people who report those of their agency. Raises `Forbidden`."""
    granted = viewer.editable(kind="unit", agency_id=unit.agency_id)
    if viewer.may("dispatch") or granted is None or "status" in granted:
        return
    raise Forbidden(
        _(
            "%(name)s may not move %(unit)s: dispatchers may, and %(agency)s.",
            name=viewer.name,
            unit=unit.name,
            agency=unit.agency.name,
        )
    )


def read_ids(ids: Iterable[int]) -> list[int]:
    """The ids of an order, each once, in the order of locks. Raises `Invalid`."""
    wanted = sorted(set(ids))
    if not 0 < len(wanted) <= MOST_UNITS:
        raise Invalid(f"Name 1 to {MOST_UNITS} units; {len(wanted)} were named.")
    return wanted


def units_of(session: Session, policy: Policy, ids: Sequence[int], *, lock: bool) -> list[Resource]:
    """The units by id; with `lock`, nobody commits them meanwhile. Raises `NotFound`."""
    statement = (
        select(Resource)
        .where(Resource.id.in_(ids), Resource.kind == "unit", policy.condition())
        .order_by(Resource.id)
        .execution_options(populate_existing=True)
    )
    if lock:
        statement = statement.with_for_update(key_share=True)
    units = list(session.scalars(statement))
    if len(units) < len(ids):
        raise NotFound("There is no such unit, or you may not see it.")
    return units


def take_turn(session: Session, incident_id: int, ids: Iterable[int]) -> None:
    """Lock the units before anything is read of them. Raises `Lost` when one is committed."""
    bound = {"units": sorted(set(ids)), "incident": incident_id}
    try:
        session.execute(named("assignments", "take_turn"), bound)
    except DBAPIError as problem:
        if getattr(problem.orig, "pgcode", None) == _COMMITTED:
            raise Lost from problem
        raise


def lock_unit(session: Session, unit_id: int) -> None:
    """One unit that was found already."""
    session.execute(
        select(Resource.id).where(Resource.id == unit_id).with_for_update(key_share=True)
    )


def live(session: Session, viewer: Viewer, unit_ids: Iterable[int]) -> list[Live]:
    """Everything of these units that is not over, as it is now, the earliest first."""
    statement = (
        select(Assignment, Incident, viewer.policy.incidents())
        .join(Incident, Incident.id == Assignment.incident_id)
        .where(Assignment.resource_id.in_(list(unit_ids)), Assignment.status.not_in(ENDED))
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    )
    with beyond(session):  # a unit is taken by what its reader may not see as well
        return [Live(*row) for row in session.execute(statement)]


def site(session: Session, policy: Policy, resource_id: int) -> Resource:
    """Where a unit takes somebody. Raises `NotFound`."""
    statement = select(Resource).where(Resource.id == resource_id, policy.condition())
    resource = session.scalar(statement)
    if resource is None:
        raise NotFound("There is no such place to go to, or you may not see it.")
    return resource
