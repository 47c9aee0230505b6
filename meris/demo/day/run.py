"""The day's clock and what was noted of it: who does what next, what was done, what was refused."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from meris.demo.console import Answer
from meris.demo.day.cast import People, Stage, hours
from meris.demo.day.story import HOURS

Act = Callable[[float], None]


@dataclass
class Run:
    """One day. `done` counts what was done, `wrong` says what was not as it should have been."""

    people: People
    stage: Stage
    now: datetime
    zone: ZoneInfo
    chance: Random
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _waiting: list[tuple[float, int, Act]] = field(default_factory=list)
    _order: Any = field(default_factory=count)

    def at(self, hour: float) -> datetime:
        """A moment of the day; never after now."""
        return min(self.now, self.now - hours(HOURS - hour)).replace(microsecond=0)

    def local_hour(self, hour: float) -> int:
        """What a clock on the wall says, in hours."""
        return self.at(hour).astimezone(self.zone).hour

    def key(self, what: str) -> str:
        """A key that no other call has, today or on another day."""
        return f"day {self.now:%y%m%d%H%M%S} {what} {next(self._order)}"

    def later(self, hour: float, act: Act) -> None:
        """Do something when its hour comes, in the order of the hours; not after the end."""
        if hour <= HOURS:
            heapq.heappush(self._waiting, (hour, next(self._order), act))

    def play(self) -> None:
        """Everything, hour by hour, with what it brings about."""
        while self._waiting:
            hour, _, act = heapq.heappop(self._waiting)
            act(hour)

    def went(self, answer: Answer, what: str) -> dict[str, Any] | None:
        """What was answered; None, and noted, where it was refused and should not have been."""
        if answer.status < 400:
            self.done[what] += 1
            return answer.body
        self.wrong.append(f"{what}: {answer.status} {answer.body.get('message', answer.body)}")
        return None

    def refused(self, answer: Answer, what: str) -> None:
        """Somebody tried what must not be: it has to be refused, in words."""
        if 400 <= answer.status < 500 and answer.body.get("message"):
            self.done["refused as it should be"] += 1
        else:
            self.wrong.append(f"{what} should have been refused: {answer.status}")
