"""How many people of an area need a place, and where in it they set out: typed, or estimated."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import shapely
from shapely.geometry import MultiPolygon

from geo.places import Place
from geo.values import Position
from meris.areas.people import living_in
from meris.errors import Invalid, refused
from meris.fields import Home
from meris.fields.amounts import Integer
from meris.placing.allocate import Group, parted
from meris.placing.fit import NEEDS

#: Of those who have to leave, so many use a public shelter: planners reckon with 10 to 20 in 100.
USUAL_SHARE = 15
MOST_PEOPLE = 2_000_000
_MOST_TOWNS = 12

_COUNT = Integer(most=MOST_PEOPLE, what="people")
_SHARE = Integer(least=1, most=100, what="of 100 people")
#: What a form or a program may say of an area's people.
NAMES = frozenset({"people", "share", *NEEDS})


@dataclass(frozen=True)
class Demand:
    """People to place, by need; `basis` says in words where the number is from."""

    people: int
    mix: Mapping[str, int]
    estimated: bool
    basis: str
    groups: Sequence[Group]
    share: int | None = None

    def told(self) -> dict[str, Any]:
        """For JSON."""
        said = {name: getattr(self, name) for name in ("people", "estimated", "basis", "share")}
        groups = [
            {"name": one.name, "people": one.people, **asdict(one.position)} for one in self.groups
        ]
        return {**said, **self.mix, "groups": groups}


def read_demand(
    given: Mapping[str, Any], shape: MultiPolygon, middle: Position, home: Home
) -> Demand:
    """The people of an area: `people` as typed, else `share` in 100 of those who live there; and
    how many of them have each need. Raises `Invalid` with every problem."""
    typed = _numbers(given, home)
    towns = _towns(shape, home)
    living, basis = _living(shape, towns, home)
    share = typed["share"] or USUAL_SHARE
    if (people := typed["people"]) is None:
        people = -(-living * share // 100)
        basis = f"{share} in 100 of the {living:,} people who live there. {basis}"
    else:
        basis = "As typed."
    mix = {need: typed[need] or 0 for need in NEEDS}
    if sum(mix.values()) > people:
        raise refused(
            "people",
            f"{sum(mix.values()):,} people with needs are more than {people:,} in all."
            " Count a person once, by the need that is hardest to meet.",
        )
    estimated = typed["people"] is None
    groups = _groups(people, living, towns, middle)
    return Demand(people, mix, estimated, basis, groups, share if estimated else None)


def _numbers(given: Mapping[str, Any], home: Home) -> dict[str, int | None]:
    values: dict[str, int | None] = {}
    problems = []
    for name in ("people", "share", *NEEDS):
        rule = _SHARE if name == "share" else _COUNT
        try:
            values[name] = rule.read(given.get(name), home)
        except Invalid as refusal:
            problems.append({"field": name, "value": None, "message": refusal.message})
    if problems:
        raise Invalid(str(problems[0]["message"]), problems=problems)
    return values


def _towns(shape: MultiPolygon, home: Home) -> list[Place]:
    """Towns whose middle lies in the area, the largest first."""
    known = [town for town in home.gazetteer.towns if town.population]
    points = shapely.points([(town.position.lon, town.position.lat) for town in known])
    shapely.prepare(shape)
    inside = [town for town, in_it in zip(known, shape.covers(points), strict=True) if in_it]
    return sorted(inside, key=lambda town: -town.population)[:_MOST_TOWNS]


def _living(shape: MultiPolygon, towns: Sequence[Place], home: Home) -> tuple[int, str]:
    """How many live in the area: by its part of the counties, or in its towns when those have
    more; and that in words."""
    spread: int = living_in(shape, home)["estimate"]
    in_towns = sum(town.population for town in towns)
    if in_towns > spread:
        names = "the town" if len(towns) == 1 else f"the {len(towns)} towns"
        return in_towns, f"An estimate: the people of {names} whose middle lies in the area."
    return spread, "An estimate: each county's people are taken to live evenly all over it."


def _groups(people: int, living: int, towns: Sequence[Place], middle: Position) -> list[Group]:
    """Where they set out: each town with its part, the others from the middle of the area."""
    elsewhere = max(0, living - sum(town.population for town in towns))
    weights = [*(town.population for town in towns), elsewhere if towns else 1]
    parts = parted(people, weights)
    name = "elsewhere in the area" if towns else "the middle of the area"
    named = [*((town.title, town.position) for town in towns), (name, middle)]
    groups = [
        Group(title, position, part)
        for (title, position), part in zip(named, parts, strict=True)
        if part
    ]
    return groups or [Group(name, middle, 0)]
