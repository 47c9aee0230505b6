"""What every maker of drafts is told, and the columns that all kinds share."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from geo.values import Position
from meris.demo import words
from meris.demo.agencies import Roster, phone_number
from meris.demo.clock import Clock
from meris.demo.ground import Ground, Land, Spot
from meris.demo.quotas import Quota
from meris.demo.rows import Draft, Row
from meris.demo.shares import one_of
from meris.demo.story import Hazard, Story

#: How a place became known, where it is known well.
_SOURCES = ("reported",) * 6 + ("surveyed",) * 3 + ("usng",)
_FAR = 1000.0


@dataclass(frozen=True)
class World:
    """The exercise as a whole."""

    state: str
    clock: Clock
    ground: Ground
    story: Story
    roster: Roster
    #: The last number given to a unit, by the words before it.
    numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Names given in cities that lie in several counties, and how often.
    city_names: dict[str, int] = field(default_factory=dict)


@dataclass
class Scene:
    """One county of the exercise, with its own chance and the names it has given."""

    world: World
    land: Land
    quota: Quota
    chance: Random
    _names: dict[str, int] = field(default_factory=dict)
    _listed: Counter[str] = field(default_factory=Counter)

    @property
    def office(self) -> str:
        """The county's emergency management agency."""
        return self.world.roster.emergency[self.land.fips]

    def unused(self, spot: Spot, propose: Callable[[int], str]) -> str:
        """A name nothing else has here; numbered when the words run out.

        `propose` is given how often it was asked before.
        """
        # a city over several counties has each name once, too
        known = [self._names, self.world.city_names] if spot.spreads else [self._names]
        for attempt in range(8):
            name = propose(attempt)
            if not any(name in names for names in known):
                break
        number = 1 + max(names.get(name, 0) for names in known)
        for names in known:
            names[name] = number
        return name if number == 1 else f"{name} {number}"

    def external_id(self, letter: str) -> str | None:
        """A number of the county's own list; some lists have none."""
        self._listed[letter] += 1
        if self.chance.random() < 0.07:
            return None
        return f"{self.world.state}{self.land.fips[2:]}-{letter}{self._listed[letter]:03}"

    def nearest(self, place: Position | None) -> tuple[Hazard | None, float]:
        """The hazard of this county nearest to a place, and how many km away it is."""
        threats = self.world.story.threats(self.land.fips)
        if place is None or not threats:
            return None, _FAR
        return min(((hazard, hazard.km_from(place)) for hazard in threats), key=lambda t: t[1])

    def phone(self) -> str:
        """A phone number that nobody has."""
        return phone_number(self.chance, self.world.story.area_codes)

    def address(self) -> str:
        """House number and street."""
        chance = self.chance
        number = 100 + int(chance.random() ** 2 * 8900)
        if chance.random() < 0.15:
            street = f"{one_of(chance, words.ORDINALS)} Street"
        else:
            street = f"{one_of(chance, words.STREETS)} {one_of(chance, words.STREET_ENDS)}"
        return f"{number} {one_of(chance, words.SIDES)}{street}"

    def common(self, kind: str, spot: Spot, **values: Any) -> Row:
        """The columns of the common table that are the same for all kinds."""
        return {
            "kind": kind,
            "county_fips": self.land.fips,
            "city": spot.town,
            "zip": spot.zip,
            "state": self.world.state,
            "position_source": one_of(self.chance, _SOURCES),
            "sensitivity": "restricted",
            **values,
        }


def take_off_the_map(draft: Draft, note: str) -> None:
    """Nobody knows where it is."""
    draft.place = None
    draft.common |= {"position_source": None, "position_at": None, "notes": note}


def blur(draft: Draft, spot: Spot) -> None:
    """Only its town or ZIP code is known: it stands in the middle, with a radius."""
    draft.place = spot.center
    draft.common |= {
        "position_source": "zip" if spot.town_people == 0 and spot.zip else "town",
        "position_radius_m": max(1000, round(spot.reach_km * 12) * 100),
        "address_line1": None,
    }


def confirmed(when: datetime | None, by: str, source: str) -> Row:
    """Who last said that it is true; nobody ever did when there is no time."""
    if when is None:
        return {"source": source}
    return {"confirmed_at": when, "confirmed_by": by, "as_of": when, "source": source}
