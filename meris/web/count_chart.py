"""People in a shelter over days against its capacities, as the geometry of a small picture.

What is drawn is only what was counted: where nobody counted for longer than a day the line breaks,
and a count without a total is not on it. The table beside it says all of it in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from meris import shelters, wording
from meris.language import _
from meris.tables import Shelter, ShelterCount

#: A day, and somebody may be late: longer than this nobody knows how many there were.
_GAP = timedelta(hours=26)
_LONGEST = timedelta(days=21)
_STEPS = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 48, 96, 168))
_MOST_TICKS = 9
_CHARACTER = 6.6


@dataclass(frozen=True)
class Point:
    """A count on the picture; `labelled`: there is room to write its number beside it."""

    x: float
    y: float
    people: int
    overnight: bool
    labelled: bool = False


@dataclass(frozen=True)
class Level:
    """A capacity: a line across the picture."""

    y: float
    label_y: float
    places: int
    title: str
    in_use: bool


@dataclass(frozen=True)
class Tick:
    """A mark on an axis, in pixels along it."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Everything that the template draws, in pixels; `lines` are the points of unbroken stretches.

    None of the levels is drawn where no capacity is known.
    """

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    points: Sequence[Point]
    lines: Sequence[str]
    levels: Sequence[Level]
    days: Sequence[Tick]
    people: Sequence[Tick]
    words: str


def chart(
    counts: Sequence[ShelterCount],
    shelter: Shelter,
    now: datetime,
    zone: ZoneInfo,
    *,
    width: int = 720,
    height: int = 260,
) -> Chart | None:
    """The picture of `counts`, in any order; None where nobody was ever counted in all."""
    counted = sorted(
        (one for one in counts if one.total is not None and now - one.at < _LONGEST),
        key=lambda one: (one.at, one.id),
    )
    if not counted:
        return None
    capacities = _capacities(shelter)
    most = _round_up(
        max([one.total or 0 for one in counted] + [places for places, _, _ in capacities])
    )
    frame = _Frame(width, height, counted[0].at, max(now, counted[-1].at), most)
    points = _labelled([frame.point(one) for one in counted])
    return Chart(
        width,
        height,
        frame.left,
        frame.right,
        frame.top,
        frame.bottom,
        points,
        _lines(counted, points),
        _levels(capacities, frame),
        _days(frame, zone),
        [Tick(frame.y(value), f"{value:,}") for value in (0, most // 2, most)],
        _words(counted, capacities),
    )


@dataclass(frozen=True)
class _Frame:
    width: int
    height: int
    start: datetime
    end: datetime
    most: int

    @property
    def left(self) -> float:
        return 12 + _CHARACTER * len(f"{self.most:,}")

    @property
    def right(self) -> float:
        return self.width - 14

    @property
    def top(self) -> float:
        return 20

    @property
    def bottom(self) -> float:
        return self.height - 26

    def x(self, at: datetime) -> float:
        span = max(self.end - self.start, timedelta(hours=1))
        return round(self.left + 8 + (at - self.start) / span * (self.right - self.left - 16), 1)

    def y(self, people: int) -> float:
        return round(self.bottom - people / self.most * (self.bottom - self.top), 1)

    def point(self, one: ShelterCount) -> Point:
        people = one.total or 0
        return Point(self.x(one.at), self.y(people), people, one.period == "overnight")


def _labelled(points: Sequence[Point]) -> list[Point]:
    """Numbers at the overnight counts, the last first, none on another's."""
    found: list[Point] = []
    free_until = float("inf")
    for point in reversed(points):
        width = _CHARACTER * len(f"{point.people:,}") + 8
        room = point.overnight and point.x + width / 2 <= free_until
        if room:
            free_until = point.x - width / 2
        found.append(replace(point, labelled=room))
    return found[::-1]


def _round_up(most: int) -> int:
    """A little more than that, in two digits and even, so that half of it is whole."""
    step: int = 2 * 10 ** max(0, len(str(max(most, 4))) - 2)
    return -(-max(most, 4) // step) * step


def _capacities(shelter: Shelter) -> list[tuple[int, str, bool]]:
    """Places, what they are called, and whether they are the ones in use."""
    facts = shelters.facts_of(shelter)
    used = shelters.phase_in_use(facts)
    known = (("evacuation", _("Evacuation")), ("post_impact", _("Post-impact")))
    return [
        (facts[f"{phase}_capacity"], title, phase == used)
        for phase, title in known
        if facts[f"{phase}_capacity"] is not None
    ]


def _levels(capacities: Sequence[tuple[int, str, bool]], frame: _Frame) -> list[Level]:
    """The lines, with labels that do not lie on one another."""
    found: list[Level] = []
    for places, title, in_use in sorted(capacities, reverse=True):
        y = frame.y(places)
        label_y = y - 5
        if found and label_y - found[-1].label_y < 14:
            label_y = y + 14
        found.append(Level(y, label_y, places, title, in_use))
    return found


def _lines(counted: Sequence[ShelterCount], points: Sequence[Point]) -> list[str]:
    stretches: list[list[Point]] = []
    for before, one, point in zip([None, *counted], counted, points, strict=False):
        if before is None or one.at - before.at > _GAP:
            stretches.append([])
        stretches[-1].append(point)
    return [" ".join(f"{p.x},{p.y}" for p in stretch) for stretch in stretches if len(stretch) > 1]


def _days(frame: _Frame, zone: ZoneInfo) -> list[Tick]:
    """Marks at whole hours or days of the state's clock, not too many."""
    span = frame.end - frame.start
    most = max(2, min(_MOST_TICKS, frame.width // 80))
    step = next((step for step in _STEPS if span / step <= most), _STEPS[-1])
    at = frame.start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ticks = []
    while at <= frame.end:
        if at >= frame.start:
            whole_day = at.hour == 0
            ticks.append(Tick(frame.x(at), wording.day(at) if whole_day else f"{at:%H:%M}"))
        at = (at.replace(tzinfo=None) + step).replace(tzinfo=zone)
    return ticks


def _words(counted: Sequence[ShelterCount], capacities: Sequence[tuple[int, str, bool]]) -> str:
    """The picture in a sentence, for who does not see it."""
    highest = max(one.total or 0 for one in counted)
    last = counted[-1].total
    parts = [
        _(
            "%(number)s counts, at most %(highest)s people, last %(last)s",
            number=len(counted),
            highest=f"{highest:,}",
            last=f"{last:,}",
        )
    ]
    for places, title, in_use in capacities:
        told = _("%(phase)s capacity %(places)s", phase=title.lower(), places=f"{places:,}")
        parts.append(f"{told}, {_('in use')}" if in_use else told)
    return "; ".join(parts)
