"""When things happened: everything counts back from the minute the exercise is loaded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Self

#: The outbreak began the evening before; hours.
HOURS_SINCE_IMPACT = 21


@dataclass(frozen=True)
class Clock:
    """The minute at which the exercise stands."""

    now: datetime

    @classmethod
    def starting(cls, now: datetime | None = None) -> Self:
        """A clock at `now`, rounded down to the minute."""
        return cls((now or datetime.now(UTC)).replace(second=0, microsecond=0))

    def ago(self, minutes: float) -> datetime:
        """That many minutes ago, to the minute."""
        return self.now - timedelta(minutes=int(minutes))

    @property
    def impact(self) -> datetime:
        """When it began."""
        return self.ago(HOURS_SINCE_IMPACT * 60)


def age(chance: Random, limit_minutes: int, *, fresh: float) -> int:
    """Minutes since somebody confirmed something that may be believed for `limit_minutes`.

    `fresh` of all are within the limit; the others are up to three times as old as it allows.
    """
    if chance.random() < fresh:
        # people report often rather than at the last moment
        return int(limit_minutes * 0.95 * chance.random() ** 1.6)
    return int(limit_minutes * (1.02 + 2 * chance.random() ** 2))
