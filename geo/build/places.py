"""Towns and ZIP codes of the state and of what lies near, each with its county."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import shapely

from geo.build.cities import City
from geo.build.display import NEAR_DEGREES
from geo.build.sources import Area, Zip
from geo.names import key, tidy
from geo.states import StateFacts
from geo.values import Position

Place = TypeVar("Place", City, Zip)


@dataclass(frozen=True, slots=True)
class Town:
    """A town or hamlet. `population` is 0 where only its ZIP code is known.

    `county` is a FIPS code, empty outside the states whose counties are known. `seat` is 1 for a
    state's capital, 2 for a county's seat.
    """

    name: str
    state: str
    county: str
    lat: float
    lon: float
    population: int
    seat: int


@dataclass(frozen=True, slots=True)
class ZipCode:
    """A ZIP code, the town of its post office, and the county its center lies in."""

    code: str
    town: str
    state: str
    county: str
    lat: float
    lon: float


class Finder:
    """Says in which of some counties a point lies."""

    def __init__(self, counties: list[Area]) -> None:
        self._counties = counties
        self._tree = shapely.STRtree([county.geometry for county in counties])

    def county(self, lat: float, lon: float) -> str:
        """FIPS code of the county at a point, the lowest on a border, empty outside of all."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return min((self._counties[hit].fips for hit in hits), default="")


def towns(state: StateFacts, cities: Iterable[City], zips: list[Zip], finder: Finder) -> list[Town]:
    """The state's towns and its neighbors' near it, the biggest first."""
    known = [city for city in near(state, cities) if not _is_doubtful(city, state)]
    found = [
        Town(
            tidy(city.name),
            city.state,
            finder.county(city.lat, city.lon),
            city.lat,
            city.lon,
            city.population,
            city.seat,
        )
        for city in known
    ]
    names = {(city.state, key(city.name)) for city in known}
    found += [
        hamlet
        for hamlet in _hamlets(near(state, zips), finder)
        if (hamlet.state, key(hamlet.name)) not in names
    ]
    return sorted(found, key=lambda town: (-town.population, town.name, town.state, town.lat))


def zip_codes(state: StateFacts, zips: list[Zip], finder: Finder) -> list[ZipCode]:
    """The state's ZIP codes and its neighbors' near it, in order."""
    return [
        ZipCode(
            place.code,
            tidy(place.town),
            place.state,
            finder.county(place.lat, place.lon),
            place.lat,
            place.lon,
        )
        for place in near(state, zips)
    ]


def near(state: StateFacts, places: Iterable[Place]) -> list[Place]:
    """The places of the state, and its neighbors' close to it."""
    box = state.bounds.expanded(NEAR_DEGREES)
    neighbors = {neighbor.postal for neighbor in state.neighbors}
    return [
        place
        for place in places
        if place.state == state.postal
        or (place.state in neighbors and box.contains(Position(place.lat, place.lon)))
    ]


def _hamlets(zips: list[Zip], finder: Finder) -> Iterable[Town]:
    """One place for each town that has a ZIP code's area, at the center of its lowest one."""
    areas = [place for place in zips if place.is_area]
    lowest = {(place.state, place.town): place for place in reversed(areas)}
    for place in lowest.values():
        county = finder.county(place.lat, place.lon)
        yield Town(tidy(place.town), place.state, county, place.lat, place.lon, 0, 0)


def _is_doubtful(city: City, state: StateFacts) -> bool:
    return city.state == state.postal and city.name in state.doubtful_towns
