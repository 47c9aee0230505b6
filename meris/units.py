"""Units (responders): their statuses and moves, and how one is summed up."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.tables import Unit

_ANY_TIME = frozenset({"available", "out_of_service", "off_duty"})

#: From each status the ones it may become (domain §1.3). A radio call may be missed, so that a
#: move may skip steps forward; nobody goes back without passing `available`.
TRANSITIONS: dict[str, frozenset[str]] = {
    "available": frozenset({"staged", "dispatched", "en_route", "on_scene"}) | _ANY_TIME,
    "staged": frozenset({"dispatched", "en_route", "on_scene", "returning"}) | _ANY_TIME,
    "dispatched": frozenset({"en_route", "on_scene", "returning"}) | _ANY_TIME,
    "en_route": frozenset({"staged", "on_scene", "returning"}) | _ANY_TIME,
    "on_scene": frozenset({"transporting", "returning"}) | _ANY_TIME,
    "transporting": frozenset({"at_destination", "returning"}) | _ANY_TIME,
    "at_destination": frozenset({"returning"}) | _ANY_TIME,
    "returning": frozenset({"staged", "dispatched", "en_route"}) | _ANY_TIME,
    "out_of_service": _ANY_TIME,
    "off_duty": _ANY_TIME,
}


def summary(facts: Mapping[str, Any]) -> str:
    """One line for a list: type level, people, base."""
    people = facts.get("personnel_count")
    parts = [
        f"Type {facts['type_level']}" if facts.get("type_level") else "",
        "" if people is None else ("1 person" if people == 1 else f"{people} people"),
        facts.get("home_base") or "",
    ]
    return ", ".join(part for part in parts if part)


def briefs(session: Session, ids: list[int]) -> dict[int, str]:
    """The summary of each unit among `ids`."""
    statement = select(
        Unit.resource_id, Unit.type_level, Unit.personnel_count, Unit.home_base
    ).where(Unit.resource_id.in_(ids))
    return {row["resource_id"]: summary(dict(row)) for row in session.execute(statement).mappings()}
