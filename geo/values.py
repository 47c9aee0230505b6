"""Positions and boxes on the Earth, checked when they are made.

Everything is WGS 84, in decimal degrees. Text and GeoJSON put longitude first where their formats
say so; these values name their parts, so the order is never a question inside the product.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

#: WGS 84. The only place where this number is written; everyone else imports the name.
SRID = 4326

#: Mean radius of the Earth in meters (IUGG), for distances on a sphere.
EARTH_RADIUS_M = 6_371_008.8

#: Length of a degree of latitude in meters on that sphere.
METERS_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


class NotAPlace(ValueError):  # noqa: N818  # a noun: what it is, not that it went wrong
    """What was given is no place. The message says why, in words for the person who typed it.

    `meant` is the place that person probably had in mind, where that can be told.
    """

    def __init__(self, message: str, meant: "Position | None" = None) -> None:
        super().__init__(message)
        self.meant = meant


@dataclass(frozen=True, slots=True)
class Position:
    """A point: `lat` and `lon` in degrees, WGS 84. Raises NotAPlace when out of range or NaN."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        # Numbers from JSON and databases may be int or Decimal; inside they are floats.
        object.__setattr__(self, "lat", float(self.lat))
        object.__setattr__(self, "lon", float(self.lon))
        if not -90 <= self.lat <= 90:
            raise NotAPlace(f"{self.lat:g} is not a latitude. It must lie between -90 and 90.")
        if not -180 <= self.lon <= 180:
            raise NotAPlace(f"{self.lon:g} is not a longitude. It must lie between -180 and 180.")

    def rounded(self, digits: int = 5) -> "Position":
        """The same point with `digits` decimals; 5 of them are about 1 m."""
        return Position(round(self.lat, digits), round(self.lon, digits))

    def meters_to(self, other: "Position") -> float:
        """Great-circle distance in meters (haversine on a sphere: within 0.5 % of the truth)."""
        lat, other_lat = math.radians(self.lat), math.radians(other.lat)
        half_lon = math.radians(other.lon - self.lon) / 2
        chord = (
            math.sin((other_lat - lat) / 2) ** 2
            + math.cos(lat) * math.cos(other_lat) * math.sin(half_lon) ** 2
        )
        return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box of degrees that includes its edges. Raises NotAPlace when swapped or out of range.

    A box across the 180th meridian is refused: no state needs it, and it cannot be told from a
    swapped one.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        southwest, northeast = Position(self.south, self.west), Position(self.north, self.east)
        object.__setattr__(self, "west", southwest.lon)
        object.__setattr__(self, "south", southwest.lat)
        object.__setattr__(self, "east", northeast.lon)
        object.__setattr__(self, "north", northeast.lat)
        if self.west > self.east:
            raise NotAPlace(f"West {self.west:g} lies east of {self.east:g}: the box is swapped.")
        if self.south > self.north:
            raise NotAPlace(
                f"South {self.south:g} lies north of {self.north:g}: the box is swapped."
            )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read "west,south,east,north", as a map's bounds string and a `bbox` parameter have it."""
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError as problem:
            raise NotAPlace(
                f'"{text}" is not a box. Write west,south,east,north in degrees.'
            ) from problem
        return cls(west, south, east, north)

    @classmethod
    def around(cls, positions: Iterable[Position]) -> Self:
        """The smallest box that holds all `positions`; NotAPlace when there are none."""
        points = list(positions)
        if not points:
            raise NotAPlace("There is no box around no positions.")
        lats = [point.lat for point in points]
        lons = [point.lon for point in points]
        return cls(min(lons), min(lats), max(lons), max(lats))

    @property
    def center(self) -> Position:
        """The middle of the box in degrees."""
        return Position((self.south + self.north) / 2, (self.west + self.east) / 2)

    def contains(self, position: Position) -> bool:
        """Whether `position` lies in the box or on its edge."""
        return self.west <= position.lon <= self.east and self.south <= position.lat <= self.north

    def expanded(self, degrees: float) -> "Bounds":
        """The box grown by `degrees` on each side, cut off at the ends of the Earth."""
        return Bounds(
            max(-180.0, self.west - degrees),
            max(-90.0, self.south - degrees),
            min(180.0, self.east + degrees),
            min(90.0, self.north + degrees),
        )

    def as_list(self) -> list[float]:
        """`[west, south, east, north]`, the `bbox` of GeoJSON."""
        return [self.west, self.south, self.east, self.north]
