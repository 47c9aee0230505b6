"""What an installation sets for units at work: for how long, how roads wind, whose clock."""

from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

from meris.dispatch.travel import DETOUR_FACTOR
from meris.distances import MILES, Distances


@dataclass(frozen=True)
class Terms:
    """An installation's choice: MERIS_HOLD_MINUTES, MERIS_ASSIGNMENT_HOURS, MERIS_DETOUR_FACTOR,
    MERIS_DUTY_HOURS, MERIS_DISTANCES, and the state's zone."""

    hold: timedelta = timedelta(minutes=10)
    work: timedelta = timedelta(hours=8)
    detour: float = DETOUR_FACTOR
    duty: timedelta = timedelta(hours=14)
    zone: tzinfo = UTC
    distances: Distances = MILES
