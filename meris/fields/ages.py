"""How long a fact may be believed at first; the database holds what an installation made of it."""

from datetime import timedelta
from typing import NamedTuple


class AgeLimit(NamedTuple):
    """A default: `status` None counts for every status not named. `group` is what grows old."""

    kind: str
    status: str | None
    group: str
    limit: timedelta


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

AGE_LIMITS = (
    AgeLimit("shelter", "open", "status", 4 * _HOUR),
    AgeLimit("shelter", "full", "status", 4 * _HOUR),
    AgeLimit("shelter", "consolidating", "status", 4 * _HOUR),
    AgeLimit("shelter", "alert", "status", 24 * _HOUR),
    AgeLimit("shelter", "standby", "status", 24 * _HOUR),
    AgeLimit("shelter", "closed", "status", 180 * _DAY),
    AgeLimit("shelter", "retired", "status", 730 * _DAY),
    AgeLimit("shelter", None, "status", 24 * _HOUR),
    # Nobody is counted where nobody sleeps; elsewhere a count is good for one day (ESF-6).
    AgeLimit("shelter", "open", "people", 24 * _HOUR),
    AgeLimit("shelter", "full", "people", 24 * _HOUR),
    AgeLimit("shelter", "consolidating", "people", 24 * _HOUR),
    AgeLimit("unit", None, "status", 12 * _HOUR),
    AgeLimit("unit", None, "position", timedelta(minutes=10)),
    AgeLimit("supply_site", None, "status", 7 * _DAY),
    AgeLimit("supply_site", None, "stock", 7 * _DAY),
)

_BY_WHAT = {(age.kind, age.status, age.group): age.limit for age in AGE_LIMITS}


def age_limit(kind: str, status: str | None = None, group: str = "status") -> timedelta | None:
    """The default age limit; None where a fact does not grow old (a building's address)."""
    return _BY_WHAT.get((kind, status, group)) or _BY_WHAT.get((kind, None, group))


def age_limit_minutes(kind: str, status: str) -> int:
    """After how many minutes a status is stale; what the database is seeded with.

    What grows old beside it (a count, a position, stock) has limits of its own: `limit_minutes`.
    """
    minutes = limit_minutes(kind, status, "status")
    if minutes is None:
        raise LookupError(f"no age limit for a {kind} that is {status}")
    return minutes


def limit_minutes(kind: str, status: str, group: str) -> int | None:
    """The default for a group of facts in minutes; None where they do not grow old."""
    limit = age_limit(kind, status, group)
    return None if limit is None else int(limit.total_seconds() // 60)
