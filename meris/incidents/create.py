"""Making an incident: numbered by year, placed, typed, with its needs and its first entry."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.columns import as_wkb
from meris.accounts import Viewer
from meris.db import take_turns
from meris.errors import refused
from meris.fields import INCIDENT_BY_NAME, Home
from meris.incidents import log, needs, parents, typed, types
from meris.incidents.places import Place, at_area, at_click, at_resource, read_place
from meris.incidents.read import find
from meris.numbers import next_of_year
from meris.tables import Area, Incident, IncidentCounter, IncidentType

_AHEAD = timedelta(minutes=2)
_FACTS = frozenset(INCIDENT_BY_NAME) - {"situation", "objectives", "commander", "command_post"}
_OTHERS = frozenset({"note", "needs", "key"})
#: Places told by numbers: the town says more to a person than they do.
_NUMBERS = ("click", "coordinates", "grid")
_LONGEST_TITLE = 120


def create(
    session: Session,
    viewer: Viewer,
    facts: Mapping[str, Any],
    *,
    home: Home,
    key: str | None = None,
) -> Incident:
    """A new incident; the same `key` twice answers the first one.

    Raises `Invalid` with every problem, `Forbidden`, `NotFound` (parent, resource, area).
    """
    viewer.require("dispatch", "open incidents")
    known = _by_key(session, viewer, key)
    if known is not None:
        return known
    given = {name: value for name, value in facts.items() if name not in _OTHERS}
    kind = types.type_of(session, str(given.get("type") or ""))
    columns = typed.read_values(_without_empty(given), home, most=_FACTS)
    note = log.read_text(facts["note"]) if facts.get("note") else None
    asked = needs.read_all(facts["needs"]) if facts.get("needs") is not None else None
    place = place_of(session, viewer, given, home)
    parent_id = typed.number_of(given.get("parent_id"), "parent_id")
    if parent_id is not None:
        parents.require(session, viewer, parent_id)
    row = _row(viewer, kind, columns, place) | {"parent_id": parent_id, "client_key": key}
    incident = _insert(session, row, home)
    _take_area(session, viewer, incident, place)
    needs.give(session, incident, asked)
    _write_first(session, viewer, incident, place, note)
    return incident


def place_of(
    session: Session, viewer: Viewer, given: Mapping[str, Any], home: Home
) -> Place | None:
    """Where it is, by whichever of the ways was used: click, site, area or words.

    Words beside a click or site are how the place is called. None where nothing was said.
    """
    words = str(given.get("place") or "").strip()
    position = typed.position_of(given)
    resource_id = typed.number_of(given.get("resource_id"), "resource_id")
    area_id = typed.number_of(given.get("area_id"), "area_id")
    text = INCIDENT_BY_NAME["place"].rule.read(words, home) if words else None
    if resource_id is not None:
        return at_resource(session, viewer, resource_id, home)
    if position is not None:
        return at_click(position, home, text)
    if area_id is not None:
        return at_area(session, viewer, area_id, home)
    return read_place(session, viewer, text, home) if text else None


def columns_of(place: Place) -> dict[str, Any]:
    """A place as the columns of an incident."""
    return {
        "position": as_wkb(place.position),
        "position_source": place.source,
        "position_radius_m": place.radius_m,
        "place": place.text[:200],
        "county_fips": place.county_fips,
        "jurisdiction": place.jurisdiction,
        "resource_id": place.resource_id,
    }


def _by_key(session: Session, viewer: Viewer, key: str | None) -> Incident | None:
    """The incident that was made by this key; whoever sends it twice at once has to wait here."""
    if key is None:
        return None
    take_turns(session, key, 4)
    known = session.scalar(select(Incident.id).where(Incident.client_key == key))
    return None if known is None else find(session, viewer.policy, known)


def _without_empty(given: Mapping[str, Any]) -> dict[str, Any]:
    """On a new form an empty field stands for its default."""
    return {name: value for name, value in given.items() if value not in (None, "")}


def _row(
    viewer: Viewer, kind: IncidentType, columns: dict[str, Any], place: Place | None
) -> dict[str, Any]:
    now = datetime.now(UTC)
    row = {"priority": kind.priority, "reported_at": now, "sensitivity": "restricted", **columns}
    if row["reported_at"] > now + _AHEAD:
        message = "That time lies in the future. Write when the call came."
        raise refused("reported_at", message)
    if place is not None:
        row |= columns_of(place)
        row["sensitivity"] = "confidential" if place.confidential else row["sensitivity"]
    row.setdefault("title", _title(kind, place))
    return row | {
        "type": kind.code,
        "agency_id": viewer.agency_id,
        "created_by": viewer.name,
    }


def _title(kind: IncidentType, place: Place | None) -> str:
    where = place and (place.jurisdiction if place.source in _NUMBERS else place.text)
    title = f"{kind.title}, {where}" if where else kind.title
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"


def _insert(session: Session, row: dict[str, Any], home: Home) -> Incident:
    """The row with its number; whoever makes the next one waits until this one is committed."""
    year, number = next_of_year(session, IncidentCounter, home)
    row["number"] = f"{year}-{number:06}"
    return session.scalars(insert(Incident).values(row).returning(Incident)).one()


def _take_area(session: Session, viewer: Viewer, incident: Incident, place: Place | None) -> None:
    """The area that an incident was made from belongs to it, unless it belongs to another."""
    if place is not None and place.area_id is not None:
        session.execute(
            update(Area)
            .where(Area.id == place.area_id, Area.incident_id.is_(None), viewer.policy.areas())
            .values(incident_id=incident.id)
            .execution_options(synchronize_session=False)
        )


def _write_first(
    session: Session, viewer: Viewer, incident: Incident, place: Place | None, note: str | None
) -> None:
    where = f" {place.note}" if place and place.note else "" if place else " No place yet."
    log.add(
        session,
        viewer,
        incident.id,
        f"Reported: {incident.title}.{where}",
        kind="status",
        at=incident.reported_at,
    )
    if note:
        log.add(session, viewer, incident.id, note, kind="note")
