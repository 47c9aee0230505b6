"""How assignments are told in sentences."""

from datetime import datetime, timedelta

from meris import fields, wording
from meris.fields.text_rules import Text
from meris.language import _

_LATE = timedelta(minutes=1)


def title(status: str) -> str:
    """An assignment's status as the middle of a sentence has it: on scene."""
    return fields.ASSIGNMENT_STATUS[status].title.lower()


def told_title(status: str) -> str:
    """The same in the language spoken: for an answer, never for a log."""
    return _(fields.ASSIGNMENT_STATUS[status].title).lower()


def unit_title(status: str) -> str:
    """The same of a unit's status: out of service."""
    return fields.statuses("unit")[status].title.lower()


def late(at: datetime, now: datetime) -> str:
    """What an entry adds when it was written down long after it happened."""
    return f" (reported {wording.span(now - at)} later)" if now - at >= _LATE else ""


def read(given: object, noun: str, longest: int = 200) -> str | None:
    """A line somebody wrote, as it is kept; None when there is none. Raises `Invalid`."""
    words = Text(longest, noun).read(given)
    return None if words is None else str(words)
