"""How long it lasts: the range of an estimate, the moment of it, and what that asks for.

Hours are hours of use: a shelter uses things day and night, a point of distribution while it is
open.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

#: Four in five times it lies between the two ends: 1.28 standard deviations of a normal spread.
_FOUR_IN_FIVE = 1.28
#: How far single counts are off, as a share; two of them give one rate.
_COUNT_SPREAD = 0.35
#: Beyond this nobody plans by the hour.
FARTHEST = timedelta(days=60)
#: What keeps people alive; without the others they are worse off.
VITAL = frozenset({"water", "food", "medical", "fuel"})
_URGENT_HOURS, _SOON_HOURS = 12, 24


@dataclass(frozen=True)
class Opening:
    """When a place uses things: `hours` a day from a time on; 24 is always."""

    hours: float = 24.0
    opens: time = time(0)

    def after(self, start: datetime, hours: float, zone: tzinfo) -> datetime | None:
        """The moment by which so many hours of use have passed; None beyond `FARTHEST`."""
        if hours > FARTHEST / timedelta(hours=1):
            return None
        if self.hours >= 24:
            return start + timedelta(hours=hours)
        left, begin = hours, self._began(start, zone)
        while begin - start < FARTHEST:
            end = begin + timedelta(hours=self.hours)
            here = max(start, begin)
            lasts = max(0.0, (end - here) / timedelta(hours=1))
            if left <= lasts:
                return here + timedelta(hours=left)
            left -= lasts
            begin = _at(begin, 1, self.opens, zone)
        return None

    def _began(self, start: datetime, zone: tzinfo) -> datetime:
        """The opening of the day before, which may reach past midnight."""
        return _at(start, -1, self.opens, zone)


def _at(day: datetime, days: int, clock: time, zone: tzinfo) -> datetime:
    local = day.astimezone(zone)
    return datetime.combine(local.date() + timedelta(days=days), clock, zone)


def spread(row: Mapping[str, Any]) -> tuple[float, float]:
    """By what the rate may be divided and multiplied, from how it was found.

    Of issues by how uneven they were: as many as `points`, of these `squares`. Of counts by how
    many there were. Of a factor by its own range.
    """
    if row["basis"] == "factor":
        usual = float(row["factor"])
        return usual / float(row["least"]), float(row["most"]) / usual
    if row["basis"] == "issues":
        share = math.sqrt(float(row["squares"])) / float(row["issued"])
    else:
        share = _COUNT_SPREAD / math.sqrt(row["counts"] - 1)
    times = math.exp(_FOUR_IN_FIVE * min(share, 1.0))
    return times, times


def between(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """The fewest and the most hours that it may last; None where nobody knows."""
    if row["hours_left"] is None:
        return None
    slower, faster = spread(row)
    hours = float(row["hours_left"])
    return hours / faster, hours * slower


def priority(hours: float | None, category: str | None) -> str:
    """How urgent it is to fill up, of the priorities of requests. Lifesaving is for a person to
    say."""
    vital = category in VITAL
    if hours is None:
        return "high" if vital else "normal"
    if hours < _URGENT_HOURS:
        return "life_sustaining" if vital else "high"
    return "high" if vital and hours < _SOON_HOURS else "normal"


def wanted(
    row: Mapping[str, Any], *, days: float, reorder_at: float | None, coming: float
) -> float:
    """Base units to ask for: up to par, where that is more than what is reordered at; else to last
    `days`, or for everybody there; 0 is enough. `coming` is on its way already."""
    par, daily = float(row["par"] or 0), _daily_use(row)
    if row["per"] == "person":
        target = float(row["people"] or 0) * float(row["factor"]) - float(row["issued"] or 0)
    elif par > (reorder_at or 0):
        target = par
    else:
        target = daily * days
    return max(0.0, target - float(row["free"] or 0) - coming)


def _daily_use(row: Mapping[str, Any]) -> float:
    """Measured, or planned where nothing is on record to be measured."""
    if row["an_hour"] is not None:
        return float(row["an_hour"]) * float(row["hours"])
    if row["per"] == "person_day" and row["people"] is not None:
        return float(row["people"]) * float(row["factor"])
    return 0.0
