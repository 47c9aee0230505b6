"""A unit's status set on its own page: while it is assigned that is a move of its assignment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import fields, resources, units
from meris.accounts import Viewer
from meris.dispatch import found, phrases
from meris.dispatch.moves import move
from meris.dispatch.terms import Terms
from meris.errors import Forbidden, Invalid, NotFound, refused
from meris.fields import Home
from meris.language import _
from meris.resources.read import find
from meris.resources.write import require_editable, require_version
from meris.tables import Assignment, Resource

_OF_THE_MOVE = frozenset({"status", "status_at", "status_reason"})


def set_unit_status(
    session: Session,
    viewer: Viewer,
    unit_id: int,
    *,
    version: int,
    values: Mapping[str, Any],
    home: Home,
    terms: Terms | None = None,
) -> None:
    """Change fields of a resource as `resources.change` does; a unit stays of one mind.

    1. Without an assignment at work, or without a status, it is a plain change. 2. Else the other
    fields are changed, and the status moves the assignment: available, returning, staged and out
    of service release it.

    Raises what `resources.change` and `move` raise; nothing is half done.
    """
    resource = find(session, viewer.policy, unit_id)
    held = _led_by(session, resource) if "status" in values else None
    if held is None:
        resources.change(session, viewer, unit_id, version=version, values=values, home=home)
        return
    require_editable(viewer, resource, values)
    require_version(session, viewer, resource, version)
    status = _read("status", values["status"], home)
    if status == resource.status:
        resources.change(session, viewer, unit_id, version=version, values=values, home=home)
        return
    rest = {name: raw for name, raw in values.items() if name not in _OF_THE_MOVE}
    if rest:
        resources.change(session, viewer, unit_id, version=version, values=rest, home=home)
    at = _read("status_at", values.get("status_at"), home)
    reason = phrases.read(values.get("status_reason"), "status_reason")
    _move(session, viewer, held, resource, status, at, reason, terms)


def _led_by(session: Session, resource: Resource) -> Assignment | None:
    """The assignment that the unit's status comes from, with the unit locked."""
    if resource.kind != "unit":
        return None
    found.lock_unit(session, resource.id)
    session.refresh(resource)
    return session.scalar(
        select(Assignment).where(Assignment.resource_id == resource.id, units.at_work())
    )


def _read(name: str, raw: Any, home: Home) -> Any:
    field = fields.by_name("unit")[name]
    try:
        value = field.rule.read(raw, home)
    except Invalid as refusal:
        raise refused(name, refusal.message) from refusal
    if value is None and field.required:
        raise refused(name, _("%(field)s is empty. Fill it in.", field=field.title))
    return value


def _move(
    session: Session,
    viewer: Viewer,
    held: Assignment,
    unit: Resource,
    status: str,
    at: datetime | None,
    reason: str | None,
    terms: Terms | None,
) -> None:
    if status not in units.moves_of(unit.status, held.status):
        raise refused("status", _why_not(unit, held, status))
    ends = status in units.AFTERWARD
    try:
        move(
            session,
            viewer,
            held.id,
            status="released" if ends else status,
            left_as=status if ends else None,
            at=at,
            reason=reason,
            terms=terms,
        )
    except NotFound as hidden:
        raise Forbidden(
            _(
                "%(unit)s is at an incident that %(name)s may not see. Its own agency and those"
                " who may see the incident move it.",
                unit=unit.name,
                name=viewer.name,
            )
        ) from hidden


def _why_not(unit: Resource, held: Assignment, status: str) -> str:
    titles = fields.statuses("unit")
    allowed = ", ".join(_(titles[s].title) for s in units.moves_of(unit.status, held.status))
    return _(
        "%(unit)s is %(status)s at an incident and cannot become %(next)s from there."
        " It can become %(allowed)s.",
        unit=unit.name,
        status=phrases.told_title(held.status),
        next=_(titles[status].title),
        allowed=allowed,
    )
