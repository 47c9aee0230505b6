"""What happens in the exercise, and which counties it strikes.

A state may have a file `meris/demo/states/<postal>.toml`; without one, the four most populous
counties are hit by a tornado and the next six by a flood, along lines through their main towns.
"""

import math
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely

from geo.gazetteer import Gazetteer
from geo.values import METERS_PER_DEGREE, Position
from meris.demo.ground import Ground, Land

#: Where the states' own stories are.
STORIES = Path(__file__).parent / "states"
_KM_PER_DEGREE = METERS_PER_DEGREE / 1000
_TORN, _FLOODED = 4, 6


@dataclass(frozen=True)
class Hazard:
    """A tornado or a flood along a line; `counties` are the FIPS codes that it strikes."""

    title: str
    kind: str
    counties: tuple[str, ...]
    path: tuple[Position, ...]

    def km_from(self, place: Position) -> float:
        """Distance of a place from the line, on a plane: exact enough within a state."""
        return float(shapely.distance(self._line, shapely.Point(self._plane(place))))

    def near(self, place: Position) -> Position:
        """The point of the line that is nearest to a place."""
        along = shapely.line_locate_point(self._line, shapely.Point(self._plane(place)))
        return self._at(along, normalized=False)

    def along(self, share: float) -> Position:
        """The point of the line that lies so far along it: 0 its beginning, 1 its end."""
        return self._at(share, normalized=True)

    def around(self, km: float) -> shapely.Polygon:
        """The land within so many km of the line, in degrees (x is the longitude)."""
        strip = self._line.buffer(km, quad_segs=4)
        return shapely.transform(strip, lambda points: points / (self._km_per_lon, _KM_PER_DEGREE))

    def _at(self, along: float, *, normalized: bool) -> Position:
        spot = shapely.line_interpolate_point(self._line, along, normalized=normalized)
        return Position(spot.y / _KM_PER_DEGREE, spot.x / self._km_per_lon)

    @cached_property
    def _line(self) -> shapely.LineString:
        return shapely.LineString([self._plane(position) for position in self.path])

    @cached_property
    def _km_per_lon(self) -> float:
        return _KM_PER_DEGREE * math.cos(math.radians(self.path[0].lat))

    def _plane(self, place: Position) -> tuple[float, float]:
        return place.lon * self._km_per_lon, place.lat * _KM_PER_DEGREE


@dataclass(frozen=True)
class Charity:
    """A charity's chapter: its seat, and what its units are called on the radio."""

    name: str
    town: str
    call: str


@dataclass(frozen=True)
class StateAgencies:
    """Names of the agencies of the whole state; `{code}` in the patrol's is a region's."""

    emergency: str
    health: str
    roads: str
    patrol: str
    patrol_call: str
    patrol_scheme: str | None


@dataclass(frozen=True)
class Story:
    """The exercise of one state."""

    area_codes: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    agencies: StateAgencies
    charities: tuple[Charity, ...]
    calm_editor: str
    hit_editor: str

    @cached_property
    def torn(self) -> tuple[str, ...]:
        """Counties struck by a tornado, the first track's first."""
        return self._struck_by("tornado")

    @cached_property
    def flooded(self) -> tuple[str, ...]:
        """Counties under water that no tornado struck."""
        return tuple(fips for fips in self._struck_by("flood") if fips not in self.torn)

    def threats(self, fips: str) -> tuple[Hazard, ...]:
        """What strikes a county."""
        return tuple(hazard for hazard in self.hazards if fips in hazard.counties)

    def _struck_by(self, kind: str) -> tuple[str, ...]:
        hazards = [hazard for hazard in self.hazards if hazard.kind == kind]
        return tuple(dict.fromkeys(fips for hazard in hazards for fips in hazard.counties))

    @classmethod
    def of(cls, gazetteer: Gazetteer, ground: Ground, files: Path = STORIES) -> "Story":
        """The story told in the state's file, or one made up for it."""
        path = files / f"{gazetteer.facts.postal}.toml"
        if not path.is_file():
            return _made_up(gazetteer, ground)
        return _told(tomllib.loads(path.read_text("utf-8")))


def _told(facts: dict[str, Any]) -> Story:
    return Story(
        area_codes=tuple(facts["area_codes"]),
        hazards=tuple(_hazard(**entry) for entry in facts["hazards"]),
        agencies=StateAgencies(**facts["agencies"]),
        charities=tuple(Charity(**entry) for entry in facts["charities"]),
        calm_editor=facts["editors"]["calm"],
        hit_editor=facts["editors"]["hit"],
    )


def _hazard(
    title: str, kind: str, counties: Iterable[str], path: Iterable[Sequence[float]]
) -> Hazard:
    return Hazard(title, kind, tuple(counties), tuple(Position(lat, lon) for lat, lon in path))


def _made_up(gazetteer: Gazetteer, ground: Ground) -> Story:
    name = gazetteer.facts.name
    crowded = sorted(ground.counties, key=lambda county: -county.people)
    torn, flooded = crowded[:_TORN], crowded[_TORN : _TORN + _FLOODED]
    seats = [county.main.town for county in crowded[:3]]
    schemes = [scheme.code for scheme in gazetteer.regions]
    return Story(
        area_codes=("555",),
        hazards=tuple(
            _through(title, kind, counties)
            for title, kind, counties in (
                ("Tornado", "tornado", torn),
                ("Flooding", "flood", flooded),
            )
            if counties
        ),
        agencies=StateAgencies(
            emergency=f"{name} Emergency Management Agency",
            health=f"{name} Department of Health",
            roads=f"{name} Department of Transportation",
            patrol=f"{name} State Patrol, Region {{code}}",
            patrol_call="Region {code}",
            patrol_scheme=schemes[0] if schemes else None,
        ),
        charities=tuple(
            Charity(f"American Red Cross, {seat}", seat, f"Red Cross {seat}") for seat in seats
        ),
        calm_editor=crowded[-1].fips,
        hit_editor=crowded[0].fips,
    )


def _through(title: str, kind: str, lands: Sequence[Land]) -> Hazard:
    """A line through the largest towns of some counties, from west to east."""
    centers = sorted((land.main.center for land in lands), key=lambda place: place.lon)
    if len(centers) == 1:
        # a line needs two ends
        centers.append(Position(centers[0].lat, centers[0].lon + 0.2))
    return Hazard(title, kind, tuple(land.fips for land in lands), tuple(centers))
