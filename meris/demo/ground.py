"""Where people live, so that what serves them stands there: towns, and quarters of large cities.

A town is a disk around its center whose size follows its population. A city with several ZIP codes
is one disk for each, which follows it over county lines. Every position is tried against the exact
boundary of its county.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random

import shapely

from geo.counties import County
from geo.gazetteer import Gazetteer
from geo.names import key
from geo.places import Place
from geo.values import METERS_PER_DEGREE, Position

#: People on a square kilometer of a built-up town.
_DENSITY = 900
#: A hamlet that only a ZIP code tells of: its people lie between these.
_HAMLET = (120, 3000)
_LEAST_REACH_KM = 0.45
#: From so many ZIP codes on, a city is told apart into quarters.
_QUARTERS = 3
#: A ZIP code's center may be so many reaches away from its city's.
_NEAR_ENOUGH = 3.0
_KM_PER_DEGREE = METERS_PER_DEGREE / 1000
#: Two buildings do not share a cell of this size (degrees, about 50 m).
_CELL = 0.0005


@dataclass(frozen=True, slots=True)
class Spot:
    """A town or a quarter of one, in one county.

    `home` is the county of the town's center; `town_people` are those of the whole town. It
    `spreads` when it lies in several counties.
    """

    town: str
    zip: str | None
    fips: str
    home: str
    center: Position
    people: float
    town_people: int
    reach_km: float
    spreads: bool = False


@dataclass
class Land:
    """A county as ground to build on; forgets what stands where when it is done with."""

    county: County
    spots: list[Spot]
    cell: float = _CELL
    _taken: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        shapely.prepare(self.county.geometry)

    @property
    def fips(self) -> str:
        return self.county.fips

    @property
    def people(self) -> int:
        """Who lives in the county; what is not known counts as little."""
        return self.county.population or 1000

    @property
    def main(self) -> Spot:
        """The largest town, or its most peopled quarter here."""
        return max(self.spots, key=lambda spot: (spot.town_people, spot.people))

    def weights(self) -> dict[Spot, float]:
        """The spots by the people they stand for."""
        return {spot: spot.people for spot in self.spots}

    def holds(self, place: Position) -> bool:
        """Whether a place lies in the county."""
        return bool(shapely.intersects_xy(self.county.geometry, place.lon, place.lat))

    def building(self, chance: Random, spot: Spot, *, outskirts: float = 0.08) -> Position:
        """Where a building stands, apart from all others: mostly in town, sometimes outside."""
        reach = spot.reach_km
        if chance.random() < outskirts:
            reach = reach * 1.8 + 1.5
        for _ in range(80):
            place = _moved(chance, spot.center, reach)
            if self.holds(place):
                if self._take(place):
                    return place
                reach *= 1.06
        return spot.center

    def beside(self, chance: Random, place: Position) -> Position:
        """A place some steps away, for vehicles that share a yard."""
        for _ in range(40):
            near = _moved(chance, place, 0.04)
            if self.holds(near):
                return near
        return place

    def forget(self) -> None:
        """Let go of the memory of where things stand."""
        self._taken.clear()

    def _take(self, place: Position) -> bool:
        cell = (int(place.lat / self.cell), int(place.lon / self.cell))
        if cell in self._taken:
            return False
        self._taken.add(cell)
        return True


class Ground:
    """All counties of a state as ground to build on.

    `scale` makes buildings stand closer, so that there is room for a million of them.
    """

    def __init__(self, gazetteer: Gazetteer, *, scale: float = 1) -> None:
        spots = _spots(gazetteer)
        cell = _CELL / math.sqrt(max(1.0, scale))
        self._lands = {
            fips: Land(county, spots[fips] or [_middle(county)], cell)
            for fips, county in gazetteer.counties.items()
        }

    @property
    def counties(self) -> Iterable[Land]:
        """All of them, in the gazetteer's order."""
        return self._lands.values()

    def county(self, fips: str) -> Land:
        """One county."""
        return self._lands[fips]

    def town(self, name: str) -> Spot | None:
        """The largest spot of a town, wherever it is."""
        found = [s for land in self.counties for s in land.spots if s.town == name]
        return max(found, key=lambda spot: spot.people, default=None)


def _moved(chance: Random, center: Position, reach_km: float) -> Position:
    """A place around `center`, denser toward the middle, to the meter."""
    distance = reach_km * chance.random() ** 0.65
    angle = chance.random() * math.tau
    lat = center.lat + distance * math.sin(angle) / _KM_PER_DEGREE
    km_per_lon = _KM_PER_DEGREE * math.cos(math.radians(center.lat))
    return Position(round(lat, 5), round(center.lon + distance * math.cos(angle) / km_per_lon, 5))


def _middle(county: County) -> Spot:
    """Where a county's people are when no town of it is known."""
    inside = county.geometry.representative_point()
    return Spot(
        town=county.name,
        zip=None,
        fips=county.fips,
        home=county.fips,
        center=Position(inside.y, inside.x).rounded(),
        people=county.population or _HAMLET[0],
        town_people=0,
        reach_km=_LEAST_REACH_KM,
    )


def _spots(gazetteer: Gazetteer) -> dict[str, list[Spot]]:
    home = gazetteer.facts.postal
    codes: dict[str, list[Place]] = defaultdict(list)
    for code in gazetteer.zips.values():
        if code.state == home and code.county_fips in gazetteer.counties:
            codes[key(code.town)].append(code)
    towns = [t for t in gazetteer.towns if t.state == home and t.county_fips in gazetteer.counties]
    rural = _rural_people(gazetteer, towns)
    found: dict[str, list[Spot]] = defaultdict(list)
    for town in towns:
        people = town.population or rural[str(town.county_fips)]
        for spot in _of_town(town, people, codes[key(town.name)]):
            found[spot.fips].append(spot)
    return found


def _of_town(town: Place, people: float, codes: list[Place]) -> list[Spot]:
    """The town as one spot, or as one for each of its ZIP codes."""
    near = [code for code in codes if code.county_fips == town.county_fips] or codes
    whole = Spot(
        town=town.name,
        zip=min((code.name for code in near), default=None),
        fips=str(town.county_fips),
        home=str(town.county_fips),
        center=town.position.rounded(),
        people=people,
        town_people=town.population,
        reach_km=_reach(people),
    )
    quarters = _quarters(whole, codes)
    return quarters if len(quarters) >= _QUARTERS else [whole]


def _quarters(city: Spot, codes: list[Place]) -> list[Spot]:
    """ZIP codes with a middle of their own; those of post boxes all lie in the city's center."""
    by_center = {code.position.rounded(2): code for code in reversed(codes)}
    limit = _NEAR_ENOUGH * city.reach_km * 1000
    near = [code for code in by_center.values() if city.center.meters_to(code.position) < limit]
    spreads = len({code.county_fips for code in near}) > 1
    return [
        replace(
            city,
            zip=code.name,
            fips=str(code.county_fips),
            center=code.position.rounded(),
            people=city.people / len(near),
            reach_km=_reach(city.people / len(near)) * 1.5,
            spreads=spreads,
        )
        for code in near
    ]


def _reach(people: float) -> float:
    return max(_LEAST_REACH_KM, math.sqrt(people / _DENSITY / math.pi))


def _rural_people(gazetteer: Gazetteer, towns: list[Place]) -> dict[str, float]:
    """What each hamlet of a county stands for: its share of those who live in no known town."""
    known: Counter[str] = Counter()
    hamlets: Counter[str] = Counter()
    for town in towns:
        known[str(town.county_fips)] += town.population
        hamlets[str(town.county_fips)] += town.population == 0
    least, most = _HAMLET
    left = {
        fips: (county.population or 0) - known[fips] for fips, county in gazetteer.counties.items()
    }
    return {
        fips: min(max(people / 2 / (hamlets[fips] or 1), least), most)
        for fips, people in left.items()
    }
