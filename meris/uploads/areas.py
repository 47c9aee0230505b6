"""Where a row without coordinates is: in its ZIP code, town or county, and how large that is.

An area is the middle of something and a radius, so the map shows it as approximate. Nothing is
guessed: a misspelt town is asked about, and one of several towns of a name needs its county.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from geo.counties import County
from geo.likeness import town_like
from geo.places import Place
from geo.values import Position
from meris.fields import Home
from meris.fields.states import by_key, name_of
from meris.fields.words import key, shown
from meris.wording import listed

# A ZIP code or a town may reach into the next county by this much more than its radius.
_REACH_M = 10_000
# Areas remembered, and misspelt towns looked up: a bound for files of nothing but nonsense.
_REMEMBERED, _MOST_LOOKED_UP = 50_000, 500

_END_OF_ADDRESS = re.compile(
    r"[,\n]\s*(?P<city>[A-Za-z][A-Za-z .'-]{1,40}),?\s+(?P<state>[A-Za-z]{2}|[A-Z][a-z]+)\.?"
    r"(?:,?\s+(?P<zip>\d{5})(?:-\d{4})?)?\s*$"
)


class Where(NamedTuple):
    """What a row says of its place besides coordinates. `county` is a code, `state` postal."""

    zip: str | None
    city: str | None
    county: str | None
    state: str | None


def in_address(where: Where, address: str | None, state: str) -> Where:
    """Also with town and ZIP code of an address that holds them: "1 Oak St, Rolla, MO 65401"."""
    found = _END_OF_ADDRESS.search(address) if address else None
    if found is None or by_key().get(key(found["state"])) != state:
        return where
    return where._replace(zip=found["zip"], city=found["city"].strip())


class Area(NamedTuple):
    """The middle of an area, what it is (zip, town or county), its radius and its county."""

    position: Position
    source: str
    radius_m: int
    county: str | None


class Advice(NamedTuple):
    """What to tell about a cell that was of no use; `suggestion` is what it probably means."""

    field: str
    message: str
    suggestion: str | None = None


class Areas:
    """Finds areas by what rows say; equal rows are looked up once."""

    def __init__(self, home: Home) -> None:
        self._home, self._gazetteer = home, home.gazetteer
        self._known: dict[Where, tuple[Area | None, tuple[Advice, ...]]] = {}
        self._looked_up = 0

    def find(self, where: Where) -> tuple[Area | None, tuple[Advice, ...]]:
        """The smallest area that the row names, and what to tell about cells of no use."""
        if where not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            advice: list[Advice] = []
            area = self._by_zip(where, advice) or self._by_town(where, advice)
            self._known[where] = (area or self._by_county(where)), tuple(advice)
        return self._known[where]

    def _state(self, where: Where) -> str:
        return where.state or self._home.state

    def _by_zip(self, where: Where, advice: list[Advice]) -> Area | None:
        area = self._gazetteer.zip(where.zip) if where.zip else None
        if area is None or area.state != self._state(where):
            return None
        if not self._reaches(area, where.county):
            advice.append(
                Advice("zip", f"{area.name} lies in {self._county_of(area)}. {_NOT_USED}")
            )
            return None
        return _area(area, "zip", where.county)

    def _by_town(self, where: Where, advice: list[Advice]) -> Area | None:
        if not where.city:
            return None
        named = self._gazetteer.town(where.city)
        towns = [town for town in named if town.state == self._state(where)]
        own = [town for town in towns if town.county_fips == where.county]
        near = own or [town for town in towns if self._reaches(town, where.county)]
        if len(near) == 1:
            return _area(near[0], "town", where.county)
        if near:
            advice.append(Advice("city", self._several(near)))
        elif towns:
            place = self._county_of(towns[0])
            advice.append(Advice("city", f"{towns[0].name} lies in {place}. {_NOT_USED}"))
        elif where.state in (None, self._home.state):
            advice.extend(self._misspelt(where.city, where.county))
        return None

    def _by_county(self, where: Where) -> Area | None:
        county = self._gazetteer.counties.get(where.county or "")
        if county is None:
            return None
        return Area(county.centroid, "county", county.radius_m, county.fips)

    def _reaches(self, place: Place, county: str | None) -> bool:
        """Whether a place may lie in a county: nobody is sure of a border."""
        if county is None or place.county_fips == county:
            return True
        meters = self._gazetteer.meters_to_county(place.position, county)
        return meters <= (place.radius_m or 0) + _REACH_M

    def _several(self, towns: list[Place]) -> str:
        places = listed(self._county_of(town) for town in towns)
        return f"there are {len(towns)} towns called {towns[0].name}, in {places}. Name the county."

    def _misspelt(self, city: str, county: str | None) -> Iterable[Advice]:
        self._looked_up += 1
        if self._looked_up > _MOST_LOOKED_UP:
            return
        town = town_like(self._gazetteer, city, county)
        says = f"{shown(city)} is no town of {self._home.name} that MERIS knows."
        if town is None:
            yield Advice("city", says)
        else:
            yield Advice("city", f"{says} Did you mean {town.name}?", town.name)

    def _county_of(self, place: Place) -> str:
        county = self._county(place.county_fips)
        return county.full_name if county else name_of(place.state)

    def _county(self, fips: str | None) -> County | None:
        return self._gazetteer.counties.get(fips or "")


_NOT_USED = "It was not used to place the row, because the row names another county."


def _area(place: Place, source: str, county: str | None) -> Area:
    return Area(place.position, source, round(place.radius_m or 0), county or place.county_fips)
