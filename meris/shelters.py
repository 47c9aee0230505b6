"""Shelters: their statuses and moves, what must agree in one, and how one is summed up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from meris.errors import Invalid
from meris.language import _, ngettext
from meris.tables import BedHold, Resource, Shelter, ShelterDeparture

#: From each status the ones it may become (domain §2.5). A report may always say `unknown`, but for
#: a retired site: that comes back as closed and in no other way.
TRANSITIONS: dict[str, frozenset[str]] = {
    "unknown": frozenset(
        {"closed", "alert", "standby", "open", "full", "consolidating", "retired"}
    ),
    "closed": frozenset({"alert", "standby", "open", "unknown", "retired"}),
    "alert": frozenset({"standby", "open", "closed", "unknown", "retired"}),
    "standby": frozenset({"alert", "open", "closed", "unknown", "retired"}),
    "open": frozenset({"full", "standby", "consolidating", "closed", "unknown"}),
    "full": frozenset({"open", "consolidating", "closed", "unknown"}),
    "consolidating": frozenset({"open", "closed", "unknown"}),
    "retired": frozenset({"closed"}),
}
#: In these people sleep there; a consolidating one takes nobody new.
IN_USE = ("open", "full", "consolidating")
#: In these nobody is there.
EMPTY = frozenset({"closed", "retired"})

#: A building is looked at once a year; an agreement is renewed in time.
_INSPECTED_DAYS, _SOON_DAYS = 366, 60

#: The columns of the lists and of `capacity_in_use`.
BRIEF = (
    Shelter.evacuation_capacity,
    Shelter.post_impact_capacity,
    Shelter.capacity_phase,
    Shelter.population_total,
    Shelter.pet_policy,
    Shelter.wheelchair_accessible,
)


def closed_on_people(status: str | None, people: int | None) -> bool:
    """Whether a shelter is said to be closed or retired while somebody is still counted in it."""
    return status in EMPTY and (people or 0) > 0


def check(status: str, facts: Mapping[str, Any]) -> None:
    """Raise `Invalid` when the facts of a shelter cannot all be true (domain §8.7)."""
    people = facts.get("population_total")
    if closed_on_people(status, people):
        raise Invalid(
            _(
                "%(people)s people are still counted here, so it cannot be %(status)s."
                " Say where they went, or leave it open.",
                people=f"{people:,}",
                status=status,
            ),
            field="status",
        )
    if status in IN_USE and people and facts.get("restored_on"):
        raise Invalid(
            _(
                "%(people)s people are still counted here, so the building is not given back."
                " Close it first and say where they went.",
                people=f"{people:,}",
            ),
            field="restored_on",
        )


def dates(before: str, status: str, now: datetime) -> dict[str, Any]:
    """What a move says of the dates: it opens, closes, and is no longer as it was given back."""
    if status in IN_USE and before not in IN_USE:
        return {"opened_at": now, "restored_on": None}
    return {"closed_at": now} if status in EMPTY and before in IN_USE else {}


def warnings(part: Shelter, today: date) -> list[str]:
    """What of a shelter's papers is past or soon will be, in words."""
    found = []
    if part.agreement_until is not None:
        left = (part.agreement_until - today).days
        if left < 0:
            found.append(f"The agreement ended on {part.agreement_until:%B %-d, %Y}.")
        elif left <= _SOON_DAYS:
            found.append(f"The agreement ends on {part.agreement_until:%B %-d, %Y}.")
    if part.inspected_on is not None and (today - part.inspected_on).days > _INSPECTED_DAYS:
        found.append(f"Last inspected on {part.inspected_on:%B %-d, %Y}: more than a year ago.")
    return found


def facts_of(part: Shelter) -> dict[str, Any]:
    """What `summary`, `capacity_in_use` and `phase_in_use` read of a shelter."""
    return {
        "evacuation_capacity": part.evacuation_capacity,
        "post_impact_capacity": part.post_impact_capacity,
        "capacity_phase": part.capacity_phase,
        "population_total": part.population_total,
    }


def capacity_in_use(facts: Mapping[str, Any]) -> int | None:
    """Places that count: those of the phase that is said to be in use, else post-impact once
    known, else evacuation; None is unknown."""
    capacity: int | None = facts.get(f"{phase_in_use(facts)}_capacity")
    return capacity


def phase_in_use(facts: Mapping[str, Any]) -> str:
    """Which capacity counts: `evacuation` or `post_impact`, as said or else as far as known."""
    said: str | None = facts.get("capacity_phase")
    known = "evacuation" if facts.get("post_impact_capacity") is None else "post_impact"
    return said or known


def capacity() -> ColumnElement[int | None]:
    """`capacity_in_use` for queries on `Shelter`."""
    either = func.coalesce(Shelter.post_impact_capacity, Shelter.evacuation_capacity)
    return case(
        (Shelter.capacity_phase == "evacuation", Shelter.evacuation_capacity),
        (Shelter.capacity_phase == "post_impact", Shelter.post_impact_capacity),
        else_=either,
    )


def places_free() -> ColumnElement[int | None]:
    """Places that nobody takes or is promised, for queries on `Shelter`; NULL when it is unknown.

    The one place that says so: capacity in use, without the people counted, the beds held and who
    is on the way from another shelter.
    """
    left = capacity() - Shelter.population_total
    # greatest() passes over NULL, and unknown would be zero: it is asked where the rest is known
    free = case((left <= 0, 0), (left > 0, func.greatest(left - held() - coming(), 0)))
    # sums of holds are wider than a number of places, and a sum of them would be no integer at all
    return cast(free, Integer)


def held() -> ColumnElement[int]:
    """People whose beds are held or who have arrived since the last count, for queries on
    `Shelter`."""
    return _sum_of(func.sum(BedHold.people), taking())


def taking() -> ColumnElement[bool]:
    """Holds that take places of their shelter now, for queries on `BedHold` and `Shelter`: those
    that have not run out, and those whose people have come and are in no count yet."""
    now = func.statement_timestamp()
    return and_(
        BedHold.resource_id == Shelter.resource_id,
        # said as the index says it
        or_(BedHold.outcome.is_(None), BedHold.outcome == "arrived"),
        func.coalesce(BedHold.ended_at, BedHold.held_until) > _counted(),
        or_(BedHold.ended_at.is_not(None), BedHold.held_until > now),
    )


def coming() -> ColumnElement[int]:
    """People on their way from a shelter that emptied, until the next count, for queries on
    `Shelter`."""
    on_their_way = and_(
        ShelterDeparture.to_id == Shelter.resource_id,
        ShelterDeparture.left_at > _counted(),
    )
    return _sum_of(func.sum(ShelterDeparture.people), on_their_way)


def _counted() -> ColumnElement[datetime]:
    """When the people of a shelter were counted last, by whatever clock: not after now."""
    never = cast(literal_column("'-infinity'"), DateTime(True))
    return func.least(func.coalesce(Shelter.counted_at, never), func.statement_timestamp())


def _sum_of(people: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(_asked_beside(people, condition), 0)


def _asked_beside(what: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(what).where(condition).correlate(Shelter).scalar_subquery()


@dataclass(frozen=True)
class Promised:
    """What of a shelter's places is promised: people for whom beds are held, until when the last
    of these, people who came since the count, and people on their way from another shelter."""

    held: int = 0
    until: datetime | None = None
    arrived: int = 0
    coming: int = 0

    def __bool__(self) -> bool:
        return bool(self.held or self.arrived or self.coming)

    def told(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "held": self.held,
            "until": self.until.isoformat() if self.until else None,
            "arrived": self.arrived,
            "coming": self.coming,
        }

    def in_words(self, zone: tzinfo) -> str:
        """12 beds held until 14:30, 5 people arrived since the count, 8 on their way."""
        held = ngettext("%(num)s bed held", "%(num)s beds held", self.held, num=f"{self.held:,}")
        if self.until:
            until = f"{self.until.astimezone(zone):%H:%M}"
            held = _("%(held)s until %(time)s", held=held, time=until)
        arrived, coming = f"{self.arrived:,}", f"{self.coming:,}"
        parts = [
            (self.held, held),
            (self.arrived, _("%(num)s arrived since the count", num=arrived)),
            (self.coming, _("%(num)s on their way from another shelter", num=coming)),
        ]
        return ", ".join(words for number, words in parts if number)


def promised(session: Session, ids: Collection[int]) -> dict[int, Promised]:
    """Of the shelters among `ids`, those that have places promised."""
    if not ids:
        return {}
    rows = session.execute(_promised(), {"ids": list(ids)})
    found = {row[0]: Promised(row[1], row[2], row[3], row[4]) for row in rows}
    return {id_: one for id_, one in found.items() if one}


@cache
def _promised() -> Select[Any]:
    """Made once: to say it takes as long as to ask it."""
    waiting = and_(taking(), BedHold.outcome.is_(None))
    there = and_(taking(), BedHold.outcome == "arrived")
    return select(
        Shelter.resource_id,
        _sum_of(func.sum(BedHold.people), waiting),
        _asked_beside(func.max(BedHold.held_until), waiting),
        _sum_of(func.sum(BedHold.people), there),
        coming(),
    ).where(Shelter.resource_id.in_(bindparam("ids", expanding=True)))


def free_and_promised(session: Session, shelter_id: int) -> tuple[int | None, Promised]:
    """Places free of a shelter, None where that is unknown, and what is promised of the others."""
    statement = select(places_free()).where(Shelter.resource_id == shelter_id)
    promises = promised(session, [shelter_id])
    return session.scalar(statement), promises.get(shelter_id, Promised())


def summary(status: str, facts: Mapping[str, Any]) -> str:
    """One line for a list: people and places, unknown said as such."""
    people, places = facts.get("population_total"), capacity_in_use(facts)
    if status in EMPTY and not people and places is not None:
        # nobody counts in an empty building
        return _("%(places)s places", places=f"{places:,}")
    if places is None and people is None:
        return _("places unknown")
    if places is None:
        return _("%(people)s people, places unknown", people=f"{people:,}")
    if people is None:
        return _("%(places)s places, count unknown", places=f"{places:,}")
    return _("%(people)s of %(places)s places taken", people=f"{people:,}", places=f"{places:,}")


def briefs(session: Session, ids: list[int]) -> dict[int, str]:
    """The summary of each shelter among `ids`."""
    statement = (
        select(Shelter.resource_id, Resource.status, *BRIEF)
        .join(Resource, Resource.id == Shelter.resource_id)
        .where(Shelter.resource_id.in_(ids))
    )
    rows = session.execute(statement).mappings()
    return {row["resource_id"]: summary(row["status"], dict(row)) for row in rows}
