"""What a recommendation answers, and how it is told as JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geo.values import Position
from meris.dispatch.cover import Hole
from meris.needs.need import Need


@dataclass(frozen=True)
class Pick:
    """A unit that is proposed: minutes until arrival, meters in a straight line, why, and what to
    think about first. `score` is the minutes by which it was chosen; `cover` what it leaves."""

    unit_id: int
    name: str
    unit_type: str
    type_level: int | None
    agency: str
    status: str
    county_fips: str | None
    position: Position
    position_age_s: int | None
    eta_minutes: float
    distance_m: int
    score: float
    reasons: list[str]
    warnings: list[str]
    cover: str | None = None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "unit_id": self.unit_id,
            "name": self.name,
            "unit_type": self.unit_type,
            "type_level": self.type_level,
            "agency": self.agency,
            "status": self.status,
            "county_fips": self.county_fips,
            "lat": self.position.lat,
            "lon": self.position.lon,
            "position_age_s": self.position_age_s,
            "eta_minutes": round(self.eta_minutes, 1),
            "distance_m": self.distance_m,
            "score": round(self.score, 2),
            "reasons": self.reasons,
            "warnings": self.warnings,
            "cover": self.cover,
        }


@dataclass(frozen=True)
class Passed:
    """A unit of a kind asked for that is nearer than one proposed, and why it is not."""

    unit_id: int
    name: str
    unit_type: str
    distance_m: int
    reason: str

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class NextFree:
    """A unit that may come later: estimated minutes until it is free, and until it arrives."""

    unit_id: int
    name: str
    unit_type: str
    minutes: int
    eta_minutes: float
    reason: str
    incident_number: str | None = None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return vars(self) | {"eta_minutes": round(self.eta_minutes, 1)}


@dataclass(frozen=True)
class NeedLine:
    """One need: the units proposed, the best others, those passed over (the nearest of them, and
    how many more), and what is missing."""

    need: Need
    picks: tuple[Pick, ...]
    runners_up: tuple[Pick, ...]
    passed: tuple[Passed, ...]
    more_passed: int
    short: int
    shortfall: str | None
    next_free: tuple[NextFree, ...]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "need": self.need.told(),
            "picks": [pick.told() for pick in self.picks],
            "runners_up": [pick.told() for pick in self.runners_up],
            "passed": [unit.told() for unit in self.passed],
            "more_passed": self.more_passed,
            "short": self.short,
            "shortfall": self.shortfall,
            "next_free": [unit.told() for unit in self.next_free],
        }


@dataclass(frozen=True)
class Recommendation:
    """A line for each need, and the holes in cover that all the picks together would open."""

    at: datetime
    position: Position | None
    incident_id: int | None
    lines: tuple[NeedLine, ...] = ()
    cover: tuple[Hole, ...] = ()

    @property
    def picks(self) -> list[Pick]:
        """All units proposed, line by line."""
        return [pick for line in self.lines for pick in line.picks]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "at": self.at.isoformat(),
            "lat": self.position and self.position.lat,
            "lon": self.position and self.position.lon,
            "incident_id": self.incident_id,
            "lines": [line.told() for line in self.lines],
            "cover": [hole.told() for hole in self.cover],
        }
