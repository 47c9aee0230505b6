"""Points of distribution: what each type is planned for, and how many people one serves a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from meris.running_out.factors import Factors


@dataclass(frozen=True)
class PodType:
    """What the Corps of Engineers plans for a type (domain §3.3); the site is in feet."""

    title: str
    people_a_day: int
    vehicles_per_hour: int
    lanes: int
    loading_points: int
    site_ft: tuple[int, int]
    staff_by_day: int


#: Type 1 is the largest.
POD_TYPES: Mapping[int, PodType] = {
    1: PodType("type 1", 20_000, 560, 4, 12, (250, 500), 78),
    2: PodType("type 2", 10_000, 280, 2, 6, (250, 300), 34),
    3: PodType("type 3", 5_000, 140, 1, 3, (150, 300), 19),
}

#: When one opens where nobody said so.
OPENS = time(7)
_CLOCK = re.compile(r"^(\d{1,2})(?::?(\d{2}))?\s*(?:h|hrs?|hours)?\s*([ap])?\.?m?\.?$")
_NAMED = {"noon": time(12), "midnight": time(0)}
_ALWAYS = re.compile(r"24\s*(?:/\s*7|h|hours?)|around the clock|always")


@dataclass(frozen=True)
class Pod:
    """How a point of distribution works. Numbers are those reported, or else planned: `assumed`
    names which. None is unknown."""

    type: int | None
    vehicles_per_hour: int | None
    people_per_vehicle: float
    hours: float
    opens: time
    loading_points: int | None
    staff: int | None
    assumed: frozenset[str]

    @property
    def people_a_day(self) -> float | None:
        """Vehicles an hour × hours × people in a vehicle."""
        if self.vehicles_per_hour is None:
            return None
        return self.vehicles_per_hour * self.hours * self.people_per_vehicle

    @property
    def check(self) -> str | None:
        """The calculation, and beside it what the type is planned for: 140 × 12 × 3 = 5,040."""
        if self.people_a_day is None:
            return None
        parts = (self.vehicles_per_hour, self.hours, self.people_per_vehicle)
        told = " × ".join(f"{part:,g}" for part in parts)
        planned = POD_TYPES[self.type].people_a_day if self.type else None
        beside = f"; {POD_TYPES[self.type].title} is planned for {planned:,}" if self.type else ""
        return f"{told} = {self.people_a_day:,.0f} people a day{beside}"


def pod_of(facts: Mapping[str, Any], factors: Factors) -> Pod:
    """A point of distribution from the fields of its supply site."""
    kind = facts.get("pod_type")
    planned = POD_TYPES.get(kind) if kind else None
    hours = open_hours(facts.get("hours_open"), facts.get("hours_close"))
    vehicles, people = facts.get("vehicles_per_hour"), facts.get("people_per_vehicle")
    points, staff = facts.get("loading_points"), facts.get("pod_staff")
    missing = {
        "vehicles_per_hour": vehicles is None and planned is not None,
        "people_per_vehicle": people is None,
        "hours": hours is None,
        "loading_points": points is None and planned is not None,
        "staff": staff is None and planned is not None,
    }
    return Pod(
        type=kind,
        vehicles_per_hour=_or_planned(vehicles, planned.vehicles_per_hour if planned else None),
        people_per_vehicle=float(people or factors.number("people_per_vehicle")),
        hours=hours or factors.number("pod_hours"),
        opens=clock_of(facts.get("hours_open")) or OPENS,
        loading_points=_or_planned(points, planned.loading_points if planned else None),
        staff=_or_planned(staff, planned.staff_by_day if planned else None),
        assumed=frozenset(name for name, is_so in missing.items() if is_so),
    )


def open_hours(opens: str | None, closes: str | None) -> float | None:
    """Hours a day between two times in words; None where they cannot be read. Past midnight too."""
    if any(_ALWAYS.search((text or "").casefold()) for text in (opens, closes)):
        return 24.0
    begin, end = clock_of(opens), clock_of(closes)
    if begin is None or end is None:
        return None
    minutes = (end.hour * 60 + end.minute - begin.hour * 60 - begin.minute) % (24 * 60)
    return minutes / 60 or 24.0


def clock_of(text: str | None) -> time | None:
    """A time of day as people write it: 07:00, 0700, 7 am, 7:30 PM, noon; None for other words."""
    folded = (text or "").strip().casefold()
    if folded in _NAMED:
        return _NAMED[folded]
    found = _CLOCK.match(folded)
    if found is None:
        return None
    digits, minutes, half = found[1], int(found[2] or 0), found[3]
    hour = int(digits)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour % 24, minutes) if hour <= 24 and minutes < 60 else None


def _or_planned(said: int | None, planned: int | None) -> int | None:
    return planned if said is None else said
