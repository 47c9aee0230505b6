"""Times as dispatchers say them: a clock time of today, minutes from now, or a whole date."""

import re
from datetime import UTC, datetime, timedelta

from meris.errors import Invalid
from meris.fields import Home
from meris.fields.times import Moment

_CLOCK = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")
_SPAN = re.compile(r"\+?\s*(\d{1,4})\s*(min|m|h)", re.IGNORECASE)
_ANY = Moment(future=True)
_SOON = timedelta(minutes=1)


def told_as(at: datetime, known: datetime | None) -> datetime:
    """A time that was told to the minute, or to the second, beside one that is known better.

    14:05 is not before 14:05:40: who says so means the same minute, and then it was not earlier.
    """
    grain = timedelta(0)
    if at.microsecond == 0:
        grain = timedelta(seconds=1) if at.second else timedelta(minutes=1)
    return known if known is not None and at < known < at + grain else at


def ahead(given: object, field: str, home: Home) -> datetime | None:
    """A time to come: "18:00" (the next one), "+90 min", "2 h", or a date and time.

    None for nothing. Raises `Invalid`.
    """
    text = given.strip() if isinstance(given, str) else given
    if text in (None, ""):
        return None
    span = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if span:
        unit = timedelta(hours=1) if span[2].lower() == "h" else timedelta(minutes=1)
        return home.now() + int(span[1]) * unit
    clock = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if clock:
        return _next(home, int(clock[1]), int(clock[2]))
    try:
        moment = _ANY.read(text, home)
    except Invalid as refusal:
        problem = {
            "field": field,
            "value": refusal.details.get("value"),
            "message": refusal.message,
        }
        raise Invalid(refusal.message, problems=[problem]) from refusal
    return moment if isinstance(moment, datetime) else None


def _next(home: Home, hour: int, minute: int) -> datetime:
    now = home.now().astimezone(home.zone)
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (then if then > now - _SOON else then + timedelta(days=1)).astimezone(UTC)
