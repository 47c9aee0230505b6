"""The choice itself: every need's units in the order of their scores, met no farther than needed.

A score only grows while units are chosen: cover is stripped, stations are emptied. So a unit is
weighed again when its turn comes, and goes back into the queue when something more speaks against
it; the first that stays where it is, is the best.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from math import inf
from typing import NamedTuple

from sqlalchemy.orm import Session

from geo.values import Position
from meris import wording
from meris.accounts import Policy
from meris.dispatch import weighing
from meris.dispatch.candidates import READY, ROUNDING, Candidate, Walk
from meris.dispatch.cover import Ledger
from meris.dispatch.keeping import Keep, Reserve
from meris.dispatch.travel import Estimate, Router
from meris.dispatch.weighing import Against, Scale, Weighed
from meris.needs.need import Need, kinds_said

#: Units that a walk meets at first, at the least: some of them are busy.
_FIRST = 40


@dataclass(frozen=True)
class Terms:
    """What a choice is made by; `most` others are weighed after those that are chosen."""

    position: Position
    router: Router
    scale: Scale
    within_minutes: float | None = None
    exclude: frozenset[int] = frozenset()
    keep: Keep | None = None
    most: int = 5


@dataclass
class Line:
    """One need: who is chosen, who would be next, who cannot (`out`, with why) or is too late.

    Whoever was met waits, by the minutes that it cannot beat, until they are few enough that it may
    be the best; then it is weighed and goes into the queue by its score.
    """

    need: Need
    picks: list[Weighed] = field(default_factory=list)
    others: list[Weighed] = field(default_factory=list)
    out: dict[int, str] = field(default_factory=dict)
    late: list[Weighed] = field(default_factory=list)
    fitting: dict[int, Weighed] = field(default_factory=dict)
    waiting: list[tuple[float, int, Candidate]] = field(default_factory=list)
    queue: list[tuple[float, int]] = field(default_factory=list)

    @property
    def lacks(self) -> int:
        """How many are still to be chosen."""
        return self.need.count - len(self.picks)


def first_step(needs: Sequence[Need], most: int) -> int:
    """How many units each walk meets before it is known whether they are enough. To ask once more
    costs as much as some dozens of units do; many of those met do not fit a choosy need. Doubled
    until it does, because for every number there is a plan to be made and kept."""
    choosy = any(need.type_level or need.capabilities for need in needs)
    step = _FIRST * 2 if choosy else _FIRST
    while step < 2 * (max(need.count for need in needs) + most):
        step *= 2
    return step


class _Judged(NamedTuple):
    """What holds for a unit whatever is needed: why it cannot go at all, and what it is worth."""

    out: str | None
    estimate: Estimate
    against: tuple[Against, ...]
    notices: tuple[str, ...]


class Choosing:
    """One recommendation in the making."""

    def __init__(
        self,
        session: Session,
        policy: Policy,
        terms: Terms,
        needs: Sequence[Need],
    ) -> None:
        wanted = sum(need.count for need in needs)
        self.lines = [Line(need) for need in needs]
        kinds = {kind for need in needs for kind in need.unit_types}
        self.ledger = Ledger(session, policy, sorted(kinds), wanted + 1)
        self.taken: dict[int, Need] = {}
        self.terms = terms
        self.walk = Walk(
            session, policy, terms.position, first_step(needs, terms.most), terms.scale.now
        )
        self._reserves = [
            Reserve(session, policy, terms.keep, need.unit_types) if terms.keep else None
            for need in needs
        ]
        self._judged: dict[int, _Judged] = {}
        self._meet(self.walk.start(sorted(kinds)))

    def choose(self) -> None:
        """Fill the lines: the best pair of need and unit first; then the others of each."""
        waiting = [line for line in self.lines if line.lacks]
        while waiting:
            heads = [(self._head(line), number) for number, line in enumerate(waiting)]
            able = [(head.score, number, head) for head, number in heads if head is not None]
            if not able:
                break
            _, number, head = min(able, key=lambda item: (item[0], item[1], item[2].unit.id))
            self._take(waiting[number], head)
            waiting = [line for line in waiting if line.lacks]
        for line in self.lines:
            while len(line.others) < self.terms.most and (other := self._head(line)):
                heappop(line.queue)
                line.others.append(other)

    def _take(self, line: Line, weighed: Weighed) -> None:
        unit = weighed.unit
        heappop(line.queue)
        line.picks.append(weighed)
        self.taken[unit.id] = line.need
        self.ledger.take(unit.county_fips, unit.type)
        for reserve in filter(None, self._reserves):
            reserve.take(unit)

    def _head(self, line: Line) -> Weighed | None:
        """The best unit that is left for the line; None when there is none."""
        while True:
            head = self._settled(line)
            bound, kind = self._unmet(line.need)
            if head is not None and head.score < bound:
                return head
            if bound == inf or bound > (self.terms.within_minutes or inf):
                return head
            self._meet(self.walk.extend(kind))

    def _unmet(self, need: Need) -> tuple[float, str]:
        """Minutes that no unit beats which was not met yet, and the kind that may come so soon."""
        at_best = self.terms.router.at_best
        return min(
            (at_best(self.walk.reached(kind), self.walk.profile(kind)), kind)
            for kind in need.unit_types
        )

    def _settled(self, line: Line) -> Weighed | None:
        """The best of those met, weighed as things stand now."""
        reserve = self._reserves[self.lines.index(line)]
        while self._has_head(line):
            score, number = line.queue[0]
            weighed = line.fitting[number]
            kept = reserve.refuses(weighed.unit) if reserve else None
            if kept:
                line.out[number] = kept
            if kept or number in self.taken:
                heappop(line.queue)
                continue
            present = self._with_cover(weighed)
            if present.score <= score:
                return present
            heapreplace(line.queue, (present.score, number))
        return None

    def _with_cover(self, weighed: Weighed) -> Weighed:
        unit = weighed.unit
        rule = self.ledger.broken_by(unit.county_fips, unit.type)
        if rule is None:
            return weighed
        left = max(0, rule.minimum - rule.short_by(1))
        kinds = kinds_said(rule.unit_types, rule.minimum)
        words = f"leaves {rule.title} with {left} of {rule.minimum} {kinds}"
        return weighed.stripping(words)

    def _has_head(self, line: Line) -> bool:
        """Weigh everybody who may be better than the first of the queue; False: there is nobody."""
        while line.waiting and (not line.queue or line.waiting[0][0] <= line.queue[0][0]):
            self.weigh(line, heappop(line.waiting)[2])
        return bool(line.queue)

    def _meet(self, units: list[Candidate]) -> None:
        """Have units wait in every line that their kind is asked for in."""
        units = [unit for unit in units if unit.id not in self.terms.exclude]
        self.ledger.meet(unit.county_fips for unit in units if unit.status in READY)
        for unit in units:
            profile = self.walk.profile(unit.type)
            at_best = self.terms.router.at_best(unit.meters * ROUNDING, profile)
            for line in self.lines:
                if unit.type in line.need.unit_types:
                    heappush(line.waiting, (at_best, unit.id, unit))

    def weigh(self, line: Line, unit: Candidate) -> None:
        """Note what the unit is worth for the line, once; units left out by who asked are not."""
        if unit.id in line.fitting or unit.id in line.out or unit.id in self.terms.exclude:
            return
        out, estimate, against, notices = self._judge(unit)
        unfit = weighing.unfit(unit, line.need)
        if unfit or out:
            line.out[unit.id] = unfit or out or ""
        if unfit:
            return
        every = (*weighing.fit(unit, line.need), *against)
        weighed = Weighed(unit, estimate, every, notices)
        line.fitting[unit.id] = weighed
        self._queue(line, weighed, out)

    def _judge(self, unit: Candidate) -> "_Judged":
        """What holds for the unit whatever is needed."""
        if unit.id not in self._judged:
            scale, profile = self.terms.scale, self.walk.profile(unit.type)
            staged = weighing.is_rolling(unit, scale)
            out = scale.out(unit)
            self._judged[unit.id] = _Judged(
                out,
                self.terms.router.estimate(
                    unit.position, self.terms.position, profile, staged=staged
                ),
                () if out else tuple(scale.against(unit, profile)),
                scale.notices(unit),
            )
        return self._judged[unit.id]

    def _queue(self, line: Line, weighed: Weighed, out: str | None) -> None:
        within = self.terms.within_minutes
        if out:
            return
        if within is not None and weighed.estimate.minutes > within:
            line.late.append(weighed)
            minutes = wording.minutes(weighed.estimate.minutes)
            line.out[weighed.unit.id] = f"would arrive in {minutes}, {within:g} min were asked"
            return
        heappush(line.queue, (weighed.score, weighed.unit.id))
