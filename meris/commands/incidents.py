"""Commands about incidents: place, write down, change, close."""

import re
from typing import Any

from sqlalchemy import select

from meris import fields
from meris.commands import fleet
from meris.commands.fleet import Called
from meris.commands.meaning import (
    Action,
    Meaning,
    Puzzle,
    Said,
    called_incident,
    called_place,
    incident_of,
    place_of,
    row,
    shorts,
    unit_row,
)
from meris.commands.needs import needs_of
from meris.commands.world import World
from meris.incidents.listing import similar
from meris.incidents.places import Place
from meris.tables import Incident, IncidentNeed, IncidentType

_PHONE = re.compile(r"\(?\+?\d[\d\s().-]{6,}\d")


def create(said: Said) -> Meaning:
    """A new incident."""
    kind: IncidentType = said.value("type") or said.value("short")
    place = place_of(said, _given_place(said))
    priority: int = said.value("priority") or kind.priority
    body: dict[str, Any] = {"type": kind.code, "priority": priority, "place": _text(said)}
    note, caller = said.after("note"), said.after("caller")
    body |= {"note": note} if note else {}
    body |= _caller(caller) if caller else {}
    sentence = f"New incident: {kind.title}, priority {priority}, at {_where(said.world, place)}."
    sentence += f" First entry: “{note}”." if note else ""
    return Meaning(
        sentence,
        [Action("POST", "/api/incidents", body)],
        warnings=_reported_already(said, kind, place),
        rows=_roughly(place),
    )


def _given_place(said: Said) -> Any:
    bound = said.one("place")
    if bound is None:
        raise Puzzle("Where is it? Add a town, an address, a grid reference or the name of a site.")
    return bound


def _text(said: Said) -> str:
    return said.text(_given_place(said))


def _where(world: World, place: Place) -> str:
    return called_place(world, place)


def _roughly(place: Place) -> list[dict[str, Any]]:
    """What was guessed of the place, for a person to know."""
    return [row(place.note, "")] if place.note and place.source != "place" else []


def _caller(words: str) -> dict[str, Any]:
    """A name and a telephone number, in either order."""
    phone = _PHONE.search(words)
    name = (words.replace(phone[0], " ") if phone else words).strip(" ,")
    found = {"caller_name": " ".join(name.split()) or None, "caller_phone": phone and phone[0]}
    return {name: value for name, value in found.items() if value}


def _reported_already(said: Said, kind: IncidentType, place: Place) -> list[str]:
    world = said.world
    near = similar(world.session, world.viewer, place.position, kind.code)
    return [
        f"Reported already? {one['number']}, {one['title']}, {_away(world, one['distance_m'])}."
        for one in near[:3]
    ]


def _away(world: World, meters: float) -> str:
    return "at the same place" if meters < 20 else f"{world.home.distances.say(meters)} from here"


def write(said: Said) -> Meaning:
    """An entry in the log."""
    incident = incident_of(said, may_be_closed=True)
    text = said.text(said.all("text")[0])
    return Meaning(
        f"Log of {incident.number}: “{text}”.",
        [Action("POST", f"/api/incidents/{incident.id}/log", {"text": text})],
    )


def priority(said: Said) -> Meaning:
    """Another priority."""
    incident = incident_of(said)
    new: int = said.value("priority")
    if incident.priority == new:
        raise Puzzle(f"{incident.number} has priority {new} already.", said.one("priority"))
    body = {"version": incident.version, "set": {"priority": new}}
    return Meaning(
        f"{called_incident(incident)}: priority {new} instead of {incident.priority}.",
        [Action("PATCH", f"/api/incidents/{incident.id}", body)],
    )


def state(said: Said) -> Meaning:
    """Active, under control, or open again."""
    reopens = said.has("reopen")
    incident = incident_of(said, may_be_closed=reopens)
    new = "active" if reopens else said.value("incident_status")
    title = fields.INCIDENT_STATUS[new].title.lower()
    if incident.status == new:
        raise Puzzle(f"{incident.number} is {title} already.", said.one("incident_status"))
    if reopens and incident.status != "closed":
        raise Puzzle(f"{incident.number} is not closed.", said.one("incident"))
    body: dict[str, Any] = {"version": incident.version, "status": new}
    body |= {"reason": said.after("because")} if reopens else {}
    sentence = f"{called_incident(incident)}: {'open again' if reopens else title}."
    return Meaning(sentence, [Action("POST", f"/api/incidents/{incident.id}/status", body)])


def close(said: Said) -> Meaning:
    """Closed with a reason; the units that are still there are shown and released."""
    incident = incident_of(said)
    world = said.world
    reason: str = said.value("reason")
    there = fleet.at_incident(world.session, world.policy, incident.id)
    body: dict[str, Any] = {
        "version": incident.version,
        "reason": reason,
        "release": [{"id": unit.assignment_id, "left_as": "available"} for unit in there],
    }
    note = said.after("note")
    body |= {"note": note} if note else {}
    if reason == "other" and not note:
        raise Puzzle("Say why in a few words: add note and the reason.", said.one("reason"))
    title = fields.CLOSE_REASON[reason].title.lower()
    return Meaning(
        f"Close {called_incident(incident)}: {title}.{_released(there)}",
        [Action("POST", f"/api/incidents/{incident.id}/close", body)],
        rows=[unit_row(world, unit) for unit in there],
        warnings=_on_scene(there),
    )


def _released(there: list[Called]) -> str:
    return f" Releases {shorts(there)}." if there else ""


def _on_scene(there: list[Called]) -> list[str]:
    still = [unit for unit in there if unit.assigned_as in ("on_scene", "transporting")]
    are = "is" if len(still) == 1 else "are"
    return [f"{shorts(still)} {are} still on scene."] if still else []


def need(said: Said) -> Meaning:
    """More that the incident asks for."""
    incident = incident_of(said)
    wanted = needs_of(said)
    kept = [_told(line) for line in _asked(said.world, incident)]
    fresh = [
        {"count": n.count, "unit_types": list(n.unit_types), "type_level": n.type_level}
        for n in wanted
    ]
    text = " and ".join(line.text for line in wanted)
    return Meaning(
        f"{called_incident(incident)}, needs {text}.",
        [Action("POST", f"/api/incidents/{incident.id}/needs", {"needs": kept + fresh})],
    )


def _asked(world: World, incident: Incident) -> list[IncidentNeed]:
    statement = select(IncidentNeed).where(IncidentNeed.incident_id == incident.id)
    return list(world.session.scalars(statement.order_by(IncidentNeed.rank, IncidentNeed.id)))


def _told(line: IncidentNeed) -> dict[str, Any]:
    return {
        "count": line.count,
        "unit_types": list(line.unit_types),
        "type_level": line.type_level,
        "capabilities": list(line.capabilities),
        "note": line.note,
    }
