"""What an incident asks for: from the run card of its type, or as the dispatcher says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace as replace_fields
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.errors import Invalid, refused
from meris.incidents import log
from meris.incidents.read import find_open
from meris.needs.cards import needs_of
from meris.needs.need import Need, of_incident
from meris.tables import Incident, IncidentNeed
from meris.wording import listed

_MOST_LINES, _MOST_UNITS, _MOST_LEVEL = 30, 200, 5


def read_all(given: object) -> list[dict[str, Any]]:
    """Lines as they are kept, from JSON: count, unit_types, type_level, capabilities, note.

    Raises `Invalid` with every problem.
    """
    if not isinstance(given, list) or len(given) > _MOST_LINES:
        raise refused("needs", f'"needs" is a list of at most {_MOST_LINES} lines.')
    return [_read(line, rank) for rank, line in enumerate(given)]


def _read(line: object, rank: int) -> dict[str, Any]:
    if not isinstance(line, Mapping):
        raise refused(
            "needs", "A line of needs is an object: count, unit_types, type_level, capabilities."
        )
    kinds = line.get("unit_types")
    if not isinstance(kinds, list) or not kinds:
        raise refused("needs", "Name at least one kind of unit.")
    note = line.get("note")
    return {
        "rank": rank,
        "count": _whole(line.get("count", 1), "units", 1, _MOST_UNITS),
        "unit_types": list(dict.fromkeys(_unit_type(kind) for kind in kinds)),
        "type_level": None
        if line.get("type_level") in (None, "")
        else _whole(line["type_level"], "type level", 1, _MOST_LEVEL),
        "capabilities": _capabilities(line.get("capabilities")),
        "note": log.read_text(note) if note else None,
    }


def _whole(given: object, what: str, least: int, most: int) -> int:
    text = str(given)
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise refused("needs", f"The {what} must be a whole number from {least} to {most}.")
    if not least <= int(text) <= most:
        raise refused("needs", f"The {what} must be a whole number from {least} to {most}.")
    return int(text)


def _unit_type(given: object) -> str:
    choice = fields.types("unit").find(str(given))
    if choice is None:
        raise refused("needs", f"{str(given)[:40]!r} is not a kind of unit.")
    return choice.code


def _capabilities(given: object) -> list[str]:
    if given in (None, "", []):
        return []
    rule = fields.field("unit", "capabilities").rule
    try:
        return list(rule.read(given) or [])
    except Invalid as refusal:
        raise refused("needs", refusal.message) from refusal


def give(session: Session, incident: Incident, asked: Sequence[dict[str, Any]] | None) -> None:
    """Write the lines of a new incident; without any said, those of its run card."""
    lines = _lines(of_card(session, incident)) if asked is None else asked
    if lines:
        session.execute(
            insert(IncidentNeed), [{**line, "incident_id": incident.id} for line in lines]
        )


def replace(
    session: Session, viewer: Viewer, incident_id: int, given: object, *, key: str | None = None
) -> None:
    """Ask for something else; the same `key` twice does it once.

    Raises `Invalid`, `Forbidden`, `NotFound`, or `Conflict` when the incident is closed.
    """
    viewer.require("dispatch", "say what an incident needs")
    incident = find_open(session, viewer.policy, incident_id)
    if log.has(session, incident.id, key):
        return
    lines = read_all(given)
    session.execute(delete(IncidentNeed).where(IncidentNeed.incident_id == incident.id))
    give(session, incident, lines)
    told = listed([_said(line) for line in lines]) or "nothing"
    log.add(session, viewer, incident.id, f"Needs now: {told}.", key=key)


def _said(line: Mapping[str, Any]) -> str:
    level, able = line["type_level"], tuple(line["capabilities"])
    return Need(line["count"], tuple(line["unit_types"]), level, able).text


def follow_card(session: Session, incident: Incident, before: Sequence[Need]) -> str | None:
    """After a change of type, priority or county: ask for what the card now says.

    Only where it still asked for what the card had said, for a person's word stays. `before` is
    what that was. Answers the line for the log.
    """
    now = of_card(session, incident)
    asked = of_incident(session, incident.id)
    if _bare(asked) != _bare(before) or _bare(now) == _bare(before):
        return None
    session.execute(delete(IncidentNeed).where(IncidentNeed.incident_id == incident.id))
    give(session, incident, None)
    return f"Needs now: {listed([need.text for need in now]) or 'nothing'}."


def of_card(session: Session, incident: Incident) -> Sequence[Need]:
    """What the run card of an incident says."""
    return needs_of(session, incident.type, incident.priority, incident.county_fips)


def _bare(asked: Sequence[Need]) -> list[Need]:
    return [replace_fields(need, id=None) for need in asked]


def _lines(asked: Sequence[Need]) -> list[dict[str, Any]]:
    return [
        {
            "rank": rank,
            "count": need.count,
            "unit_types": list(need.unit_types),
            "type_level": need.type_level,
            "capabilities": list(need.capabilities),
            "note": None,
        }
        for rank, need in enumerate(asked)
    ]
