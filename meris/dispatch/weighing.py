"""What speaks against sending a unit: reasons with the minutes they add, or why it cannot go.

A unit's score is its minutes until arrival and, for each thing that speaks against it, some minutes
more: never fewer, and each no more than stated here. No standard sets these numbers; they are ours
(docs/dispatch.md) and only order the list: the arrival that is shown is the plain one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from meris import fields, wording
from meris.age_limits import Limits
from meris.dispatch.candidates import READY, Candidate
from meris.dispatch.travel import Estimate, Profile
from meris.dispatch.work import Work
from meris.fields import Home
from meris.needs.need import Need

#: Minutes added, at the most, for each thing.
BETTER_TYPE, UNTYPED = 1.0, 5.0  # the first for each level above what was asked
OLD_FIX, UNKNOWN_TIME, ROUGH_PLACE = 5.0, 1.0, 10.0
TIRED = 10.0
COVER = 8.0
DANGER = 5.0
BOOKED_SOON, BOOKED_LATER, LEAVES_SOON = 10.0, 3.0, 5.0

#: A start of duty longer ago is not a shift's.
_LONGEST_SHIFT = timedelta(hours=72)
#: From so long before the hours are full, being on duty counts.
_TIRED_FROM_HOURS = 2
_SOON, _LATER = timedelta(hours=2), timedelta(hours=8)
#: Faster than a walk: it is rolling already.
_ROLLING_MPS = 3.0
#: A device that knows its place better than this is taken at its word.
_GOOD_FIX_M = 100


@dataclass(frozen=True, slots=True)
class Against:
    """One thing that speaks against a unit; `warns` when a dispatcher should think twice."""

    minutes: float
    words: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """A unit for a need: when it would arrive, what speaks against it, what cover it leaves."""

    unit: Candidate
    estimate: Estimate
    against: tuple[Against, ...] = ()
    notices: tuple[str, ...] = ()
    cover: str | None = None

    @property
    def score(self) -> float:
        """Minutes until arrival and those that are added."""
        return self.estimate.minutes + sum(item.minutes for item in self.against)

    def stripping(self, words: str) -> "Weighed":
        """The same where it would leave too little cover behind, as the words say."""
        more = Against(COVER, words, warns=True)
        return replace(self, against=(*self.against, more), cover=words)

    @property
    def reasons(self) -> list[str]:
        """In words, the arrival first."""
        arrival = f"{wording.minutes(self.estimate.minutes)}: {self.estimate.how}"
        return [arrival, *(f"{item.words} (+{item.minutes:.2g} min)" for item in self.against)]

    @property
    def warnings(self) -> list[str]:
        """What a dispatcher should think about before sending it."""
        return [item.words for item in self.against if item.warns] + list(self.notices)


@dataclass(frozen=True)
class Scale:
    """What units are weighed by: the clock, where, and who is already spoken for."""

    now: datetime
    home: Home
    limits: Mapping[tuple[str, str], Limits]
    incident_id: int | None = None
    uncommitted: bool = False

    def out(self, unit: Candidate) -> str | None:
        """Why the unit cannot go at all, whatever is needed; None when it can."""
        busy = unit.load.now(self.now)
        if busy:
            return self._busy(busy)
        if unit.status not in READY:
            return self._not_ready(unit)
        if unit.available_from and unit.available_from > self.now:
            return f"available only from {self.clock(unit.available_from)}"
        if unit.available_until and unit.available_until <= self.now:
            return f"had to be released at {self.clock(unit.available_until)}"
        booking = unit.load.next_booking(self.now)
        if booking and (self.uncommitted or booking.begins <= self.now):
            return self._booked(booking)
        return None

    def against(self, unit: Candidate, profile: Profile) -> Iterator[Against]:
        """What speaks against the unit, whatever is needed."""
        yield from self._place(unit, profile)
        yield from self._hours(unit, profile)
        yield from self._plans(unit)
        if unit.dangers:
            names = ", ".join(unit.dangers)
            yield Against(DANGER, f"inside a danger area: {names}", warns=True)

    def notices(self, unit: Candidate) -> tuple[str, ...]:
        """What is worth knowing of the unit and adds nothing."""
        if unit.unreported_at:
            return ("no longer in its agency's file",)
        if unit.confirmed_at is None:
            return ("status never confirmed",)
        if unit.confirmed_at + self.limits["unit", unit.status].confirmed < self.now:
            return (f"status confirmed {wording.ago(unit.confirmed_at, self.now)}",)
        return ()

    def clock(self, at: datetime) -> str:
        """A time by the state's clocks; with its day when it is not today."""
        return wording.clock(at, self.now, self.home.zone)

    def _busy(self, busy: Work) -> str:
        where = f"to {busy.number}" if busy.number else "to another incident"
        if busy.holds(self.now):
            if busy.incident_id == self.incident_id:
                return f"held for this incident already, by {busy.by}"
            return f"held by {busy.by} until {self.clock(busy.ends)}"
        if busy.incident_id == self.incident_id:
            return "sent to this incident already"
        since = f"since {self.clock(busy.dispatched_at or busy.status_at)}"
        if busy.status in ("dispatched", "acknowledged"):
            return f"dispatched {where} {since}"
        return f"{_said('unit', busy.status)}, dispatched {where} {since}"

    def _not_ready(self, unit: Candidate) -> str:
        words = _said("unit", unit.status)
        if unit.status_reason:
            words += f": {unit.status_reason.replace('_', ' ')}"
        return words + (f", since {self.clock(unit.status_at)}" if unit.status_at else "")

    def _booked(self, booking: Work) -> str:
        where = f" for {booking.number}" if booking.number else ""
        return f"booked{where} from {self.clock(booking.begins)}"

    def _place(self, unit: Candidate, profile: Profile) -> Iterator[Against]:
        age = None if unit.placed_at is None else self.now - unit.placed_at
        limit = self.limits["unit", unit.status].of("position")
        if unit.live and age is not None:
            late = age / limit if limit else 0.0
            if late > 1:
                words = f"its device last reported {wording.from_now(age)}"
                yield Against(min(OLD_FIX, late / 2), words)
        elif age is None:
            yield Against(UNKNOWN_TIME, "no device, recorded place without a time")
        elif age > timedelta(days=1):
            yield Against(UNKNOWN_TIME, f"no device, place recorded {wording.from_now(age)}")
        if unit.radius_m and unit.radius_m > (_GOOD_FIX_M if unit.live else 0):
            minutes = unit.radius_m / 1000 / profile.speed_kmh * 60
            words = f"place known to about {self.home.distances.say(unit.radius_m)} only"
            yield Against(min(ROUGH_PLACE, minutes), words, warns=unit.radius_m > 5_000)

    def _hours(self, unit: Candidate, profile: Profile) -> Iterator[Against]:
        committed = unit.load.hours(self.now)
        begun = unit.available_from
        shift = self.now - begun if begun and begun <= self.now else timedelta()
        on_duty = shift / timedelta(hours=1) if shift <= _LONGEST_SHIFT else 0.0
        hours, what = max((on_duty, "on duty for"), (committed, "at work in the last day for"))
        early = profile.rest_after_hours - _TIRED_FROM_HOURS
        if hours > early:
            minutes = TIRED * (hours - early) / (2 * _TIRED_FROM_HOURS)
            words = f"{what} {hours:.0f} h, rest is due after {profile.rest_after_hours:g} h"
            yield Against(min(TIRED, minutes), words, warns=hours >= profile.rest_after_hours)

    def _plans(self, unit: Candidate) -> Iterator[Against]:
        booking = unit.load.next_booking(self.now)
        if booking and booking.begins - self.now < _LATER:
            soon = booking.begins - self.now < _SOON
            yield Against(BOOKED_SOON if soon else BOOKED_LATER, self._booked(booking), warns=soon)
        if unit.available_until and unit.available_until - self.now < _SOON:
            words = f"has to be released at {self.clock(unit.available_until)}"
            yield Against(LEAVES_SOON, words, warns=True)


def unfit(unit: Candidate, need: Need) -> str | None:
    """Why the unit does not fit this need; None when it does."""
    if need.outranks(unit.type_level):
        return f"type {unit.type_level} when {need.type_level} was asked"
    lacking = need.lacking(unit.capabilities or ())
    return f"not known to do {' and '.join(lacking)}" if lacking else None


def fit(unit: Candidate, need: Need) -> Iterator[Against]:
    """What the unit's type says against it for this need."""
    if need.type_level is None:
        return
    if unit.type_level is None:
        yield Against(UNTYPED, f"untyped, type {need.type_level} was asked")
    elif unit.type_level < need.type_level:
        above = need.type_level - unit.type_level
        words = f"type {unit.type_level}, better than the {need.type_level} asked"
        yield Against(BETTER_TYPE * above, words)


def is_rolling(unit: Candidate, scale: Scale) -> bool:
    """Whether no time is needed to turn out: it stands staged, or drives."""
    if unit.status == "staged":
        return True
    fresh = scale.limits["unit", unit.status].of("position") or timedelta.max
    return bool(
        unit.live
        and unit.placed_at
        and scale.now - unit.placed_at <= fresh
        and (unit.speed_mps or 0) >= _ROLLING_MPS
    )


def _said(kind: str, status: str) -> str:
    choices = fields.statuses(kind)
    return choices[status].title.lower() if status in choices else status.replace("_", " ")
