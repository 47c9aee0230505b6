"""The recommendation worked out the slow way: every unit weighed for every need, from the facts it
was made with. Written from what the docs say, sharing nothing with meris.dispatch."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from geo.values import Position

HOUR = timedelta(hours=1)


@dataclass
class Made:
    """A unit as the test made it; times are hours from now, below zero in the past."""

    id: int
    type: str
    status: str
    county: str
    agency: int
    recorded: Position
    recorded_hours: float | None = None
    radius_m: int | None = None
    fix: Position | None = None
    fix_minutes: float = 0.0
    fix_speed: float | None = None
    level: int | None = None
    skills: tuple[str, ...] = ()
    base: str | None = None
    on_duty_hours: float | None = None
    leaves_hours: float | None = None
    work: list[tuple[float, float]] = field(default_factory=list)
    committed: bool = False
    held: bool = False
    booked_hours: float | None = None

    @property
    def by_device(self) -> bool:
        """Whether the device's place is the newer one."""
        if self.fix is None:
            return False
        return self.recorded_hours is None or self.fix_minutes / 60 <= -self.recorded_hours

    @property
    def place(self) -> Position:
        """Where it is believed to be."""
        return self.fix if self.by_device and self.fix else self.recorded

    @property
    def free(self) -> bool:
        """Whether it counts for cover."""
        return self.status in ("available", "staged") and not self.committed and not self.held


@dataclass
class Asked:
    """One need of the test."""

    count: int
    types: tuple[str, ...]
    level: int | None = None
    skills: tuple[str, ...] = ()


@dataclass
class World:
    """What the slow way goes by: profiles as (km/h, turnout, rest, flies), cover as (county, types,
    minimum), one box of danger as (west, south, east, north)."""

    units: list[Made]
    profiles: dict[str, tuple[float, float, float, bool]]
    cover: list[tuple[str, tuple[str, ...], int]]
    danger: tuple[float, float, float, float] | None
    within: float | None = None
    keep: tuple[int, str] | None = None
    uncommitted: bool = False
    detour: float = 1.3

    def chosen(self, here: Position, asked: list[Asked], most: int):
        """For each need its picks and others, as (id, minutes, score)."""
        picks: list[list[tuple[int, float, float]]] = [[] for _ in asked]
        gone: list[Made] = []
        while True:
            best = None
            for number, need in enumerate(asked):
                if len(picks[number]) >= need.count:
                    continue
                for unit in self.units:
                    told = self.told(unit, need, here, gone)
                    if told and (best is None or (told[1], number, unit.id) < best[0]):
                        best = ((told[1], number, unit.id), unit, told)
            if best is None:
                break
            (_, number, _), unit, (minutes, score) = best
            picks[number].append((unit.id, minutes, score))
            gone.append(unit)
        others = []
        for need in asked:
            rest = [(u, told) for u in self.units if (told := self.told(u, need, here, gone))]
            rest.sort(key=lambda pair: (pair[1][1], pair[0].id))
            others.append([(u.id, m, s) for u, (m, s) in rest[:most]])
        return picks, others

    def told(self, unit: Made, need: Asked, here: Position, gone: list[Made]):
        """Minutes and score of a unit for a need; None when it cannot be sent."""
        if unit in gone or not self.possible(unit, need) or self.stays(unit, need, gone):
            return None
        speed, turnout, rest, flies = self.profiles[unit.type]
        rolling = unit.status == "staged" or (
            unit.by_device and unit.fix_minutes <= 10 and (unit.fix_speed or 0) >= 3
        )
        road = distance(unit.place, here) * (1 if flies else self.detour)
        minutes = road / 1000 / speed * 60 + (0 if rolling else turnout)
        if self.within is not None and minutes > self.within:
            return None
        return minutes, minutes + self.added(unit, need, speed, rest, gone)

    def possible(self, unit: Made, need: Asked) -> bool:
        """Whether it fits and is free to go at all."""
        if unit.type not in need.types or not unit.free:
            return False
        if need.level and unit.level and unit.level > need.level:
            return False
        if not set(need.skills) <= set(unit.skills):
            return False
        if unit.on_duty_hours is not None and unit.on_duty_hours < 0:
            return False
        if unit.leaves_hours is not None and unit.leaves_hours <= 0:
            return False
        return not (self.uncommitted and unit.booked_hours is not None)

    def stays(self, unit: Made, need: Asked, gone: list[Made]) -> bool:
        """Whether it is one of the last at its station or in its county."""
        if self.keep is None:
            return False
        count, per = self.keep

        def group(one: Made):
            return one.county if per == "county" else (one.agency, one.base)

        if per == "station" and unit.base is None:
            return False
        left = [
            u
            for u in self.units
            if u.free and u.type in need.types and u not in gone and group(u) == group(unit)
        ]
        return len(left) <= count

    def added(self, unit: Made, need: Asked, speed: float, rest: float, gone: list[Made]) -> float:
        """Minutes for everything that speaks against it."""
        return (
            self.for_type(unit, need)
            + self.for_place(unit, speed)
            + self.for_hours(unit, rest)
            + self.for_plans(unit)
            + (5.0 if self.in_danger(unit) else 0.0)
            + (8.0 if self.strips(unit, gone) else 0.0)
        )

    def for_type(self, unit: Made, need: Asked) -> float:
        """A better type than needed, or none at all."""
        if need.level is None:
            return 0.0
        return 5.0 if unit.level is None else float(need.level - unit.level)

    def for_place(self, unit: Made, speed: float) -> float:
        """An old fix, a place of no known age, a rough one."""
        more = 0.0
        if unit.by_device:
            if unit.fix_minutes > 10:
                more += min(5.0, unit.fix_minutes / 20)
        elif unit.recorded_hours is None or unit.recorded_hours < -24:
            more += 1.0
        if not unit.by_device and unit.radius_m:
            more += min(10.0, unit.radius_m / 1000 / speed * 60)
        return more

    def for_hours(self, unit: Made, rest: float) -> float:
        """Long on duty, or long at work in the last day."""
        shift = unit.on_duty_hours if unit.on_duty_hours and unit.on_duty_hours <= 72 else 0.0
        worked = sum(min(0.0, end) - max(-24.0, begin) for begin, end in unit.work if end > -24)
        hours = max(shift, worked)
        return min(10.0, max(0.0, (hours - (rest - 2)) * 2.5))

    def for_plans(self, unit: Made) -> float:
        """Promised to something else soon, or to be released."""
        more = 0.0
        if unit.booked_hours is not None and unit.booked_hours < 8:
            more += 10.0 if unit.booked_hours < 2 else 3.0
        if unit.leaves_hours is not None and unit.leaves_hours < 2:
            more += 5.0
        return more

    def in_danger(self, unit: Made) -> bool:
        """Whether it stands inside the danger area."""
        if self.danger is None:
            return False
        west, south, east, north = self.danger
        return west <= unit.place.lon <= east and south <= unit.place.lat <= north

    def strips(self, unit: Made, gone: list[Made]) -> bool:
        """Whether fewer than a minimum would be left where it counts."""
        for county, types, minimum in self.cover:
            if unit.county != county or unit.type not in types:
                continue
            left = [
                u
                for u in self.units
                if u.free and u.county == county and u.type in types and u not in gone
            ]
            if len(left) - 1 < minimum:
                return True
        return False


def distance(a: Position, b: Position) -> float:
    """Meters on a sphere, by the angle between the two."""

    def vector(p: Position) -> tuple[float, float, float]:
        lat, lon = math.radians(p.lat), math.radians(p.lon)
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)

    u, v = vector(a), vector(b)
    cross = math.hypot(
        u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]
    )
    return 6_371_008.8 * math.atan2(cross, sum(x * y for x, y in zip(u, v, strict=True)))


def hours_from(now: datetime, hours: float | None) -> datetime | None:
    """A time given as hours from now."""
    return None if hours is None else now + hours * HOUR
