"""How assignments are told in sentences."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from meris import fields
from meris.fields.text_rules import Text

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_LATE = timedelta(minutes=1)


def title(status: str) -> str:
    """An assignment's status as the middle of a sentence has it: on scene."""
    return fields.ASSIGNMENT_STATUS[status].title.lower()


def unit_title(status: str) -> str:
    """The same of a unit's status: out of service."""
    return fields.statuses("unit")[status].title.lower()


def span(length: timedelta) -> str:
    """A length of time in one figure with its unit: 4 s, 20 min, 5 h, 3 d."""
    if length < _MINUTE:
        return f"{max(length, timedelta()) // timedelta(seconds=1)} s"
    if length < _HOUR:
        return f"{length // _MINUTE} min"
    return f"{length // _HOUR} h" if length < 2 * _DAY else f"{length // _DAY} d"


def ago(at: datetime | None, now: datetime) -> str:
    """When something was: 4 s ago."""
    return "earlier" if at is None else f"{span(now - at)} ago"


def late(at: datetime, now: datetime) -> str:
    """What an entry adds when it was written down long after it happened."""
    return f" (reported {span(now - at)} later)" if now - at >= _LATE else ""


def clock(at: datetime, zone: tzinfo) -> str:
    """A moment as a log that outlives the day names it: 2026-11-22 14:05 CST."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a sentence: E1, E2 and E3."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def read(given: object, noun: str, longest: int = 200) -> str | None:
    """A line somebody wrote, as it is kept; None when there is none. Raises `Invalid`."""
    words = Text(longest, noun).read(given)
    return None if words is None else str(words)
