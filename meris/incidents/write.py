"""Changing an incident that somebody saw at a version. What changed is written in its log."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meris import notices
from meris.accounts import Viewer
from meris.errors import Invalid, refused
from meris.fields import INCIDENT_BY_NAME, Home
from meris.incidents import log, needs, parents, typed, types
from meris.incidents.conflict import text_of, title_of
from meris.incidents.create import columns_of, place_of
from meris.incidents.moves import require_version
from meris.incidents.read import find
from meris.tables import Incident, Resource

_FIELDS = frozenset(INCIDENT_BY_NAME)
#: Told in the log by its words and not by columns.
_OF_PLACE = frozenset(
    {"position", "position_source", "position_radius_m", "county_fips", "jurisdiction", "place"}
    | {"resource_id"}
)
#: Only that they changed is told: the log is read by more people than these.
_UNTOLD = frozenset({"caller_name", "caller_phone"})
_LONG = frozenset({"situation", "objectives"})


def change(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    *,
    version: int,
    values: Mapping[str, Any],
    home: Home,
    key: str | None = None,
) -> None:
    """Set fields of an incident that the viewer saw at `version`.

    Raises `Invalid` with every problem, `Forbidden`, `NotFound`, or `Conflict` when somebody
    wrote in between: with what it is now and what they changed. Nothing is half done. The same
    `key` twice sets them once.
    """
    viewer.require("dispatch", "change incidents")
    incident = find(session, viewer.policy, incident_id, lock=True)
    if log.has(session, incident.id, key):
        return
    require_version(session, viewer, incident, version)
    columns = _read(session, viewer, incident, values, home)
    differing = {name: value for name, value in columns.items() if _differs(incident, name, value)}
    if not differing:
        return
    told = _told(session, incident, differing)
    card = needs.of_card(session, incident)
    session.execute(
        update(Incident)
        .where(Incident.id == incident.id)
        .values(differing)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    if not differing.keys().isdisjoint(("position", "place")):
        notices.moved(session, viewer, incident, version)
    asked = needs.follow_card(session, incident, card)
    log.add(session, viewer, incident.id, " ".join(filter(None, (told, asked))), key=key)


def _read(
    session: Session, viewer: Viewer, incident: Incident, given: Mapping[str, Any], home: Home
) -> dict[str, Any]:
    if not given:
        raise Invalid("Nothing was sent. Name at least one field to set.")
    columns = typed.read_values(given, home, most=_FIELDS)
    if "type" in given:
        columns["type"] = types.type_of(session, str(given["type"] or "")).code
    if "parent_id" in given:
        parent_id = typed.number_of(given["parent_id"], "parent_id")
        if parent_id is not None and parent_id != incident.parent_id:
            parents.require(session, viewer, parent_id, incident)
        columns["parent_id"] = parent_id
    if not typed.PLACE_FIELDS.isdisjoint(given):
        columns |= _moved(session, viewer, given, home)
    _keep_secret(session, incident, columns)
    return columns


def _moved(
    session: Session, viewer: Viewer, given: Mapping[str, Any], home: Home
) -> dict[str, Any]:
    place = place_of(session, viewer, given, home)
    if place is None:
        message = "Where is it? An incident that has a place keeps one."
        raise refused("place", message)
    secret = {"sensitivity": "confidential"} if place.confidential else {}
    return columns_of(place) | secret


def _keep_secret(session: Session, incident: Incident, columns: Mapping[str, Any]) -> None:
    """An incident at a confidential site stays confidential: its place would tell the site's."""
    site = columns.get("resource_id", incident.resource_id)
    if columns.get("sensitivity", "confidential") == "confidential" or site is None:
        return
    if session.scalar(select(Resource.sensitivity).where(Resource.id == site)) == "confidential":
        message = "It is at a confidential site, so only named roles may see it. Move it first."
        raise refused("sensitivity", message)


def _differs(incident: Incident, column: str, value: Any) -> bool:
    return column == "position" or getattr(incident, column) != value


def _told(session: Session, incident: Incident, differing: Mapping[str, Any]) -> str:
    """What changed, in a line of the log."""
    parts = [
        _part(session, incident, column, value)
        for column, value in differing.items()
        if column not in _OF_PLACE
    ]
    if "position" in differing or "place" in differing:
        parts.append(f"Place: {incident.place or 'none'} → {differing.get('place', 'the map')}.")
    return " ".join(parts)


def _part(session: Session, incident: Incident, column: str, value: Any) -> str:
    title = title_of(column) or column
    if column in _UNTOLD or column in _LONG:
        return f"{title} changed."
    before = getattr(incident, column)
    if column == "parent_id":
        before, value = (_number(session, one) for one in (before, value))
    return f"{title}: {text_of(column, before) or 'none'} → {text_of(column, value) or 'none'}."


def _number(session: Session, incident_id: int | None) -> str | None:
    return session.scalar(select(Incident.number).where(Incident.id == incident_id))
