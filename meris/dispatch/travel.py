"""How long a unit takes to arrive. A router of roads may take the place of the straight line."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.values import Position
from meris.distances import MILES, Distances
from meris.tables import UnitProfile

#: Roads are longer than the straight line: for most pairs of places by a fifth to two fifths.
DETOUR_FACTOR = 1.3


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of unit travels: km/h door to door, minutes to turn out, hours until it rests."""

    speed_kmh: float = 50.0
    turnout_minutes: float = 15.0
    rest_after_hours: float = 12.0
    flies: bool = False

    @classmethod
    def of(cls, row: "UnitProfile | Row[Any]") -> "Profile":
        """From a row that has these columns."""
        return cls(
            float(row.speed_kmh),
            float(row.turnout_minutes),
            float(row.rest_after_hours),
            row.flies,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """Minutes until arrival, turning out included; `meters` as the crow flies; `how` in words."""

    minutes: float
    meters: float
    how: str


class Router(Protocol):
    """What estimates arrivals. `at_best` keeps the search exact: see there."""

    def estimate(
        self, origin: Position, destination: Position, profile: Profile, *, staged: bool
    ) -> Estimate:
        """When a unit at `origin` would be at `destination`; no turning out where it is `staged`,
        that is, stands ready to roll or rolls already."""
        ...

    def at_best(self, meters: float, profile: Profile) -> float:
        """Minutes that no such unit beats which is at least `meters` away in a straight line."""
        ...


@dataclass(frozen=True)
class StraightLine:
    """Arrival from the distance on a sphere, a detour and a mean speed; told in `distances`."""

    detour: float = DETOUR_FACTOR
    distances: Distances = MILES

    def estimate(
        self, origin: Position, destination: Position, profile: Profile, *, staged: bool
    ) -> Estimate:
        """See `Router`."""
        meters = origin.meters_to(destination)
        turnout = 0.0 if staged else profile.turnout_minutes
        parts = [f"{self.distances.say(meters)} away"]
        if not profile.flies:
            parts.append(f"×{self.detour:g}")
        parts.append(self.distances.speed(profile.speed_kmh))
        parts.append("ready to roll" if staged else f"{turnout:g} min to turn out")
        return Estimate(self._rolling(meters, profile) + turnout, meters, ", ".join(parts))

    def at_best(self, meters: float, profile: Profile) -> float:
        """See `Router`."""
        return self._rolling(meters, profile)

    def _rolling(self, meters: float, profile: Profile) -> float:
        detour = 1.0 if profile.flies else self.detour
        return meters * detour / 1000 / profile.speed_kmh * 60


def profiles(session: Session) -> dict[str, Profile]:
    """How each kind of unit travels; a kind that nobody described travels like the usual one."""
    rows = session.scalars(select(UnitProfile))
    return defaultdict(Profile, {row.unit_type: Profile.of(row) for row in rows})
