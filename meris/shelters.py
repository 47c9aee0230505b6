"""Shelters: their statuses and moves, what must agree in one, and how one is summed up."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from meris.errors import Invalid
from meris.tables import Resource, Shelter

#: From each status the ones it may become (domain §2.5). A report may always say `unknown`.
TRANSITIONS: dict[str, frozenset[str]] = {
    "unknown": frozenset({"closed", "alert", "standby", "open", "full"}),
    "closed": frozenset({"alert", "standby", "open", "unknown"}),
    "alert": frozenset({"standby", "open", "closed", "unknown"}),
    "standby": frozenset({"alert", "open", "closed", "unknown"}),
    "open": frozenset({"full", "standby", "closed", "unknown"}),
    "full": frozenset({"open", "closed", "unknown"}),
}

#: The columns of the lists and of `capacity_in_use`.
BRIEF = (
    Shelter.evacuation_capacity,
    Shelter.post_impact_capacity,
    Shelter.population_total,
    Shelter.pet_policy,
    Shelter.wheelchair_accessible,
)


def closed_on_people(status: str | None, people: int | None) -> bool:
    """Whether a shelter is said to be closed while somebody is still counted in it."""
    return status == "closed" and (people or 0) > 0


def check(status: str, facts: Mapping[str, Any]) -> None:
    """Raise `Invalid` when the facts of a shelter cannot all be true (domain §8.7)."""
    people = facts.get("population_total")
    if closed_on_people(status, people):
        raise Invalid(
            f"{people} people are still counted here, so it cannot be closed."
            " Set the count to 0, or leave it open.",
            field="status",
        )


def capacity_in_use(facts: Mapping[str, Any]) -> int | None:
    """Places that count: post-impact once known, else evacuation; None is unknown."""
    capacity: int | None = facts.get("post_impact_capacity")
    return facts.get("evacuation_capacity") if capacity is None else capacity


def capacity() -> ColumnElement[int | None]:
    """`capacity_in_use` for queries on `Shelter`."""
    return func.coalesce(Shelter.post_impact_capacity, Shelter.evacuation_capacity)


def places_free() -> ColumnElement[int | None]:
    """Places that nobody takes, for queries on `Shelter`; NULL when either number is unknown."""
    # not greatest(): it passes over NULL, and unknown would be zero
    taken = Shelter.population_total
    return case((capacity() > taken, capacity() - taken), (capacity() <= taken, 0))


def summary(status: str, facts: Mapping[str, Any]) -> str:
    """One line for a list: people and places, unknown said as such."""
    people, places = facts.get("population_total"), capacity_in_use(facts)
    if status == "closed" and not people and places is not None:
        # nobody counts in an empty building
        return f"{places:,} places"
    if places is None:
        return "places unknown" if people is None else f"{people:,} people, places unknown"
    if people is None:
        return f"{places:,} places, count unknown"
    return f"{people:,} of {places:,} places taken"


def briefs(session: Session, ids: list[int]) -> dict[int, str]:
    """The summary of each shelter among `ids`."""
    statement = (
        select(Shelter.resource_id, Resource.status, *BRIEF)
        .join(Resource, Resource.id == Shelter.resource_id)
        .where(Shelter.resource_id.in_(ids))
    )
    rows = session.execute(statement).mappings()
    return {row["resource_id"]: summary(row["status"], dict(row)) for row in rows}
