"""Who needs a place: numbers and needs. No name and nothing about a person's health is taken."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from meris import wording
from meris.errors import Invalid
from meris.fields import Home
from meris.fields.amounts import Integer
from meris.fields.text_rules import YesNo

#: More than this are placed as an area is: shelter by shelter.
MOST_PEOPLE = 5_000

_NUMBERS = {
    "people": Integer(most=MOST_PEOPLE, what="people"),
    "wheelchair": Integer(most=MOST_PEOPLE, what="people"),
    "pets": Integer(most=10_000, what="pets"),
}
_NEEDS = ("power", "medical")
#: What a form or a program may say of a party, and nothing else.
NAMES = frozenset({*_NUMBERS, *_NEEDS})


@dataclass(frozen=True)
class Party:
    """People who stay together. `wheelchair`: how many of them use one; `power`: for oxygen or
    another device; `pets`: animals, service animals not among them."""

    people: int
    wheelchair: int = 0
    power: bool = False
    pets: int = 0
    medical: bool = False

    def told(self) -> dict[str, Any]:
        """The same for JSON."""
        return asdict(self)

    def needs(self) -> list[str]:
        """What they need besides beds, in words."""
        said = [
            (bool(self.wheelchair), wording.plural(self.wheelchair, "wheelchair")),
            (self.power, "power for oxygen or a device"),
            (bool(self.pets), wording.plural(self.pets, "pet")),
            (self.medical, "medical needs"),
        ]
        return [words for asked, words in said if asked]

    def in_words(self) -> str:
        """12 people, 2 wheelchairs, 3 pets."""
        return ", ".join([wording.plural(self.people, "person"), *self.needs()])


def read_party(given: Mapping[str, Any], home: Home) -> Party:
    """The party of a form or of JSON; only `NAMES` are looked at. Raises `Invalid` with every
    problem."""
    values: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    rules = {**_NUMBERS, **dict.fromkeys(_NEEDS, YesNo())}
    for name, rule in rules.items():
        try:
            values[name] = rule.read(given.get(name), home)
        except Invalid as refusal:
            problems.append(_problem(name, given.get(name), refusal.message))
    if not problems:
        problems += _senseless(values)
    if problems:
        raise Invalid(problems[0]["message"], problems=problems)
    return Party(**{name: value for name, value in values.items() if value is not None})


def require_known(given: Collection[str], known: Collection[str]) -> None:
    """Raise `Invalid` when something else is said: MERIS takes no names and no notes of people."""
    foreign = sorted(set(given) - set(known))
    if foreign:
        raise Invalid(
            f'"{foreign[0][:40]}" is not taken here. Say how many people there are and what they'
            " need; no names and nothing else about a person."
        )


def _senseless(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    people, wheelchair = values["people"], values["wheelchair"] or 0
    if not people:
        return [_problem("people", people, "How many people are they? Type at least 1.")]
    if wheelchair > people:
        said = f"{wheelchair:,} wheelchairs are more than {people:,} people."
        return [_problem("wheelchair", wheelchair, said)]
    return []


def _problem(field: str, value: Any, message: str) -> dict[str, Any]:
    return {"field": field, "value": None if value is None else str(value)[:40], "message": message}
