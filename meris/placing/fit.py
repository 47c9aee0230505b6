"""Whether a shelter suits a party, need by need: yes, no, or nobody knows (then: call first).

Unknown is never taken for yes, and never for no.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from meris import fields, wording
from meris.placing.party import Party

Answer = Literal["yes", "unknown", "no"]

#: Kinds that give shelter for hours, or to animals: nobody sleeps there.
NO_BEDS = frozenset(
    {
        "pet",
        "warming_center",
        "cooling_center",
        "tornado_safe_room",
        "temporary_evacuation_point",
        "family_assistance_center",
        "respite_center",
    }
)


#: How the pet policy is told.
PETS = fields.field("shelter", "pet_policy").rule


@dataclass(frozen=True)
class Reason:
    """What speaks for or against a shelter, in words; `about` names the need."""

    about: str
    answer: Answer
    text: str

    def told(self) -> dict[str, str]:
        """The same for JSON."""
        return {"about": self.about, "answer": self.answer, "text": self.text}


@dataclass(frozen=True)
class Facts:
    """Of a shelter, what decides; None is unknown. `free` is without what is held for others."""

    type: str | None
    capacity: int | None
    people: int | None
    free: int | None
    wheelchair: bool | None
    ada: bool | None
    generator: bool | None
    off_grid: bool | None
    pet_policy: str | None
    pet_capacity: int | None
    pets: int | None
    confirmed_at: datetime | None
    stale: bool
    dangers: Sequence[str] = ()


def judge(facts: Facts, party: Party, now: datetime) -> list[Reason]:
    """Every reason, in the order in which somebody asks."""
    asked: list[tuple[bool, Callable[[Facts, Party], Reason]]] = [
        (True, _beds),
        (party.wheelchair > 0, _wheelchair),
        (party.power, _power),
        (party.pets > 0, _pets),
        (True, _kind),
    ]
    reasons = [rule(facts, party) for wanted, rule in asked if wanted]
    return [*_danger(facts.dangers), *reasons, _age(facts, now)]


def verdict(reasons: Iterable[Reason]) -> Answer:
    """`no` when anything speaks against it, `unknown` when something is not known."""
    answers = {reason.answer for reason in reasons}
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


#: What people may need besides a bed, as an area's plan asks for it.
NEEDS = ("medical", "wheelchair", "power", "pets")


def suits(facts: Facts) -> dict[str, Answer]:
    """Whether a shelter suits people who need one thing; "" stands for those who need a bed."""
    answers: dict[str, Answer] = {
        "": verdict([_kind(facts, Party(1))]),
        "medical": verdict([_kind(facts, Party(1, medical=True))]),
    }
    one = Party(1, wheelchair=1, power=True, pets=1)
    rules = {"wheelchair": _wheelchair, "power": _power, "pets": _pets}
    return answers | {
        need: verdict([_kind(facts, Party(1)), rule(facts, one)]) for need, rule in rules.items()
    }


def _danger(names: Sequence[str]) -> list[Reason]:
    return [Reason("danger", "no", f"Lies in {wording.listed(names, most=6)}")] if names else []


def _beds(facts: Facts, party: Party) -> Reason:
    if facts.free is None:
        return Reason("beds", "unknown", "Nobody knows how many beds are free")
    free = "No bed free" if facts.free == 0 else f"{wording.plural(facts.free, 'bed')} free"
    if facts.free < party.people:
        need = f"; {party.people:,} needed" if facts.free else ""
        return Reason("beds", "no", f"{free}{need}")
    return Reason("beds", "yes", f"{free}{_how_full(facts)}")


def _how_full(facts: Facts) -> str:
    if not facts.capacity or facts.people is None:
        return ""
    return f", {facts.people:,} of {facts.capacity:,} taken"


def _wheelchair(facts: Facts, _: Party) -> Reason:
    if facts.wheelchair is None:
        ada = ", though said to be ADA compliant" if facts.ada else ""
        return Reason("wheelchair", "unknown", f"Wheelchair access is not known{ada}")
    if facts.wheelchair:
        return Reason("wheelchair", "yes", "Wheelchair access")
    return Reason("wheelchair", "no", "No wheelchair access")


def has_power(facts: Facts) -> bool | None:
    """Whether the lights stay on when the grid is down; None is unknown."""
    if facts.generator or facts.off_grid:
        return True
    return False if facts.generator is False else None


def _power(facts: Facts, _: Party) -> Reason:
    known = has_power(facts)
    if known is None:
        return Reason("power", "unknown", "Backup power is not known")
    return (
        Reason("power", "yes", "Backup power") if known else Reason("power", "no", "No generator")
    )


def _pets(facts: Facts, party: Party) -> Reason:
    if facts.pet_policy is None:
        return Reason("pets", "unknown", "Whether pets may come is not known")
    title = PETS.text(facts.pet_policy)
    if facts.pet_policy == "none":
        return Reason("pets", "no", "No pets but service animals")
    if facts.pet_policy == "offsite":
        return Reason("pets", "unknown", f"{title}: ask where")
    room = None if facts.pet_capacity is None else facts.pet_capacity - (facts.pets or 0)
    if room is not None and room < party.pets:
        return Reason("pets", "no", f"Room for {max(room, 0):,} more pets; {party.pets:,} come")
    return Reason("pets", "yes", title)


def _kind(facts: Facts, party: Party) -> Reason:
    if facts.type is None:
        return Reason("kind", "unknown", "What kind of shelter it is is not known")
    title = fields.types("shelter")[facts.type].title
    if facts.type in NO_BEDS:
        return Reason("kind", "no", f"{title}: no beds for the night")
    if facts.type == "medical_needs":
        answer: Answer = "yes" if party.medical else "no"
        return Reason("kind", answer, title if party.medical else "Kept for medical needs")
    if party.medical:
        return Reason("kind", "unknown", f"{title}: ask whether it can care for medical needs")
    return Reason("kind", "yes", title)


def _age(facts: Facts, now: datetime) -> Reason:
    if facts.confirmed_at is None:
        return Reason("age", "unknown", "Never confirmed")
    ago = wording.ago(facts.confirmed_at, now)
    if facts.stale:
        return Reason("age", "unknown", f"Last confirmed {ago}: too old to rely on")
    return Reason("age", "yes", f"Confirmed {ago}")


def known_facts(row: Any, dangers: Sequence[str], *, stale: bool) -> Facts:
    """The facts of a row of `meris.placing.reach`."""
    return Facts(
        type=row.type,
        capacity=row.capacity,
        people=row.population_total,
        free=row.free,
        wheelchair=row.wheelchair_accessible,
        ada=row.ada_compliant,
        generator=row.generator,
        off_grid=row.self_sufficient_electricity,
        pet_policy=row.pet_policy,
        pet_capacity=row.pet_capacity,
        pets=row.population_pets,
        confirmed_at=row.counted_at or row.confirmed_at,
        stale=stale,
        dangers=dangers,
    )
