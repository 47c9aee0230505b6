"""Which county, town or ZIP code is where, and what they are called; of one state, offline.

The places come from `python -m geo.build`, the facts from `geo/states`. Boundaries are those of the
Census Bureau at 1:500,000: right within about 100 m, so a point that close to a border may be
given to the county across it.
"""

import gzip
import json
import math
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry import MultiPolygon, Polygon

from geo.counties import County, CountyMatch, CountyNames
from geo.names import key
from geo.places import Place, PlaceIndex
from geo.states import STATES, CountyFacts, RegionScheme, StateFacts
from geo.tiles import Tile, layout
from geo.values import METERS_PER_DEGREE, Bounds, Position

DATA = Path(__file__).parent / "data"

#: How far the center of a ZIP code may be from a place in it: nine in ten of two sources' centers
#: agree within 5.4 km.
_ZIP_RADIUS_M = 6_000.0

#: People on a square kilometer, by which the reach of a town is guessed.
_DENSITY = 1_000


class PlacesMissingError(RuntimeError):
    """The shipped places have not been built; the message says how to."""


class Gazetteer:
    """The places of one state. Get one by `Gazetteer.load`; it is safe to share between threads."""

    def __init__(self, facts: StateFacts, folder: Path) -> None:
        self.facts = facts
        self._folder = folder
        known = {county.fips: county for county in facts.counties}
        self.counties: Mapping[str, County] = {
            fips: _own(known[fips], facts, boundary)
            for fips, boundary in _read(folder / "counties.json.gz")
        }
        self._home = _Finder(self.counties)
        self._names = CountyNames(facts, self.counties.values())

    @staticmethod
    def load(state: str = "MO", *, facts: Path = STATES, data: Path = DATA) -> "Gazetteer":
        """The gazetteer of a state, read once a process.

        Raises UnknownStateError without facts of the state, PlacesMissingError before
        `python -m geo.build` has run.
        """
        return _load(state, facts, data)

    @cached_property
    def neighbors(self) -> Mapping[str, County]:
        """All counties of the neighboring states, by FIPS code; read when first asked for."""
        return {row[0]: _neighbor(*row) for row in _read(self._folder / "neighbors.json.gz")}

    @cached_property
    def _abroad(self) -> "_Finder":
        return _Finder(self.neighbors)

    @property
    def bounds(self) -> Bounds:
        """The box around the state."""
        return self.facts.bounds

    @property
    def regions(self) -> list[RegionScheme]:
        """The ways of dividing the state."""
        return self.facts.schemes

    @cached_property
    def tiles(self) -> Mapping[str, Tile]:
        """Where each county of the state stands in a map of equal squares, by FIPS code."""
        return layout(self.facts.counties)

    def in_region(self, scheme: str, code: str) -> list[County]:
        """The counties of a region, e.g. of `"sema"`, `"F"`; empty when there is no such region."""
        return [county for county in self.counties.values() if county.regions[scheme] == code]

    def county_at(self, position: Position) -> County | None:
        """The state's county at a position; None outside. On a border, the lowest FIPS code."""
        return self._home.at(position)

    def neighbor_at(self, position: Position) -> County | None:
        """The county of a neighboring state at a position."""
        return self._abroad.at(position)

    def counties_at(self, lats: ArrayLike, lons: ArrayLike) -> list[str | None]:
        """`county_at` for many positions: FIPS codes in their order. NaN is nowhere."""
        return self._home.codes_at(lats, lons)

    def meters_to_county(self, position: Position, fips: str) -> float:
        """Distance from a position to a county, 0 inside; KeyError for a county not known.

        Measured on a plane, which is right within 1 % up to 100 km.
        """
        county = self.counties.get(fips) or self.neighbors[fips]
        shrink = math.cos(math.radians(position.lat))
        plane = shapely.transform(
            county.geometry, lambda points: (points - (position.lon, position.lat)) * (shrink, 1)
        )
        return float(shapely.distance(plane, shapely.Point(0, 0))) * METERS_PER_DEGREE

    def county_named(self, text: str) -> CountyMatch | None:
        """The county that `text` names: "Boone", "St Louis City", "19", "29019.0", "MOC019"."""
        return self._names.find(text)

    def counties_of_same(self, code: str) -> list[County]:
        """Counties that a SAME code of an alert names; 000 after the state means all of it."""
        if code[1:] == f"{self.facts.fips}000":
            return list(self.counties.values())
        county = self.counties.get(code[1:]) if len(code) == 6 else None
        return [county] if county else []

    def zip(self, code: str) -> Place | None:
        """The ZIP code, of which only the first five digits are read; None when unknown."""
        return self.zips.get(code.strip()[:5])

    def town(self, name: str, county_fips: str | None = None) -> list[Place]:
        """Towns of this name, spelled any way: the state's own first, then the bigger."""
        wanted = key(name.partition(",")[0])
        return [
            town
            for town in self._towns_by_key.get(wanted, [])
            if county_fips is None or town.county_fips == county_fips
        ]

    def search(self, text: str, limit: int = 10) -> list[Place]:
        """Counties, towns and ZIP codes for what somebody is typing, the likeliest first."""
        return self._index.search(text, limit)

    @cached_property
    def _index(self) -> PlaceIndex:
        counties = [_county_place(county) for county in self.counties.values()]
        # An independent city is there as a county already.
        towns = [town for town in self.towns if not self._is_city(town.county_fips)]
        states = {self.facts.postal: self.facts.name}
        states |= {neighbor.postal: neighbor.name for neighbor in self.facts.neighbors}
        return PlaceIndex([*counties, *towns, *self.zips.values()], states)

    def _is_city(self, fips: str | None) -> bool:
        county = self.counties.get(fips or "")
        return county is not None and county.is_city

    @cached_property
    def towns(self) -> list[Place]:
        """Towns and hamlets of the state and of its neighbors near it, the biggest first."""
        return [self._town(*row) for row in _rows(self._folder / "towns.json.gz")]

    @cached_property
    def _towns_by_key(self) -> dict[str, list[Place]]:
        towns: dict[str, list[Place]] = {}
        for town in sorted(self.towns, key=lambda town: town.state != self.facts.postal):
            towns.setdefault(key(town.name), []).append(town)
        return towns

    @cached_property
    def zips(self) -> dict[str, Place]:
        """ZIP codes of the state and of its neighbors near it, by code."""
        return {row[0]: self._zip(*row) for row in _rows(self._folder / "zips.json.gz")}

    def _town(
        self,
        name: str,
        state: str,
        county: str,
        lat: float,
        lon: float,
        population: int,
        seat: int,
    ) -> Place:
        kind = "Town" if population else "Place"
        kind = ("State capital" if seat == 1 else "County seat") if seat else kind
        reach = math.sqrt(population / _DENSITY / math.pi) * 1_000
        return Place(
            kind="town",
            title=self._title(name, state),
            what=f"{kind} in {self._county_title(county, state)}",
            name=name,
            position=Position(lat, lon),
            state=state,
            county_fips=county or None,
            radius_m=max(1_000.0, round(reach, -2)),
            population=population,
        )

    def _zip(self, code: str, town: str, state: str, county: str, lat: float, lon: float) -> Place:
        return Place(
            kind="zip",
            title=code,
            what=f"ZIP code of {self._title(town, state)}, {self._county_title(county, state)}",
            name=code,
            position=Position(lat, lon),
            state=state,
            county_fips=county or None,
            radius_m=_ZIP_RADIUS_M,
            town=town,
        )

    def _title(self, name: str, state: str) -> str:
        return name if state == self.facts.postal else f"{name}, {state}"

    def _county_title(self, fips: str, state: str) -> str:
        county = self.counties.get(fips) or self.neighbors.get(fips)
        return county.full_name if county else state


class _Finder:
    """Finds the county at a point among some."""

    def __init__(self, counties: Mapping[str, County]) -> None:
        # In order of FIPS codes, so that the first hit is the lowest.
        self._counties = [counties[fips] for fips in sorted(counties)]
        self._shapes = np.array([county.geometry for county in self._counties])
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def at(self, position: Position) -> County | None:
        point = shapely.Point(position.lon, position.lat)
        boxes = sorted(self._tree.query(point))
        return next((self._counties[n] for n in boxes if self._shapes[n].intersects(point)), None)

    def codes_at(self, lats: ArrayLike, lons: ArrayLike) -> list[str | None]:
        x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        points, boxes = self._tree.query(shapely.points(x, y))
        inside = shapely.intersects_xy(self._shapes[boxes], x[points], y[points])
        codes: list[str | None] = [None] * len(x)
        hits = sorted(
            zip(points[inside].tolist(), boxes[inside].tolist(), strict=True), reverse=True
        )
        for point, box in hits:
            codes[point] = self._counties[box].fips
        return codes


@cache
def _load(state: str, facts: Path, data: Path) -> Gazetteer:
    return Gazetteer(StateFacts.read(state, facts), data / state)


def _read(path: Path) -> Any:
    try:
        return json.loads(gzip.decompress(path.read_bytes()))
    except FileNotFoundError as problem:
        raise PlacesMissingError(
            f"{path} is missing. Run `make setup` or `python -m geo.build`."
        ) from problem


def _rows(path: Path) -> list[tuple[Any, ...]]:
    return list(zip(*_read(path).values(), strict=True))


def _own(facts: CountyFacts, state: StateFacts, boundary: str) -> County:
    is_city = facts.kind == "city"
    return County(
        fips=facts.fips,
        name=facts.name,
        full_name=f"City of {facts.name.removesuffix(' city')}"
        if is_city
        else f"{facts.name} County",
        state=state.postal,
        population=facts.population,
        centroid=facts.label,
        geometry=_area(boundary),
        regions=facts.regions,
        is_city=is_city,
    )


def _neighbor(
    fips: str, name: str, full_name: str, state: str, place: list[float], boundary: str
) -> County:
    return County(
        fips=fips,
        name=name,
        full_name=full_name,
        state=state,
        population=None,
        centroid=Position(*place),
        geometry=_area(boundary),
    )


def _area(boundary: str) -> Polygon | MultiPolygon:
    area = shapely.from_wkb(boundary)
    assert isinstance(area, Polygon | MultiPolygon)
    return area


def _county_place(county: County) -> Place:
    return Place(
        kind="county",
        title=county.full_name,
        what="Independent city" if county.is_city else "County",
        name=county.full_name,
        position=county.centroid,
        state=county.state,
        county_fips=county.fips,
        bounds=county.bounds,
        population=county.population or 0,
        names=(county.name,),
    )
