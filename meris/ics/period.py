"""The time that a record covers: an operational period, from and to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from meris import fields
from meris.errors import Invalid, refused
from meris.fields import Home
from meris.ics.form import clock

#: What is usual (domain §1.4), where nobody says how long.
USUAL = timedelta(hours=12)
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Period:
    """From `start` up to but not including `end`; `open` where it runs until now."""

    start: datetime
    end: datetime
    open: bool = False

    def text(self, home: Home) -> str:
        """As forms show it."""
        zone = self.start.astimezone(home.zone).tzname()
        until = clock(self.end, home) + (" (now)" if self.open else "")
        return f"From: {clock(self.start, home)} {zone}\nTo: {until}"


def read_period(
    start: str | None,
    end: str | None,
    home: Home,
    *,
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> Period:
    """What was asked for; else from `begins` (or twelve hours before the end) to `ends` or now.

    Raises `Invalid` for what is no time, or ends before it begins.
    """
    now = home.now()
    to = _moment("to", end, home) or ends
    until = to or now
    since = _moment("from", start, home) or begins or until - USUAL
    if since > until:
        raise refused("from", "The period ends before it begins. Exchange the two times.")
    if until - since > _LONGEST:
        raise refused("from", "A record covers a year at most. Choose a shorter period.")
    return Period(since, until if to else until + timedelta(seconds=1), open=to is None)


def _moment(name: str, given: str | None, home: Home) -> datetime | None:
    if not given or not given.strip():
        return None
    try:
        moment = fields.INCIDENT_BY_NAME["reported_at"].rule.read(given, home)
    except Invalid as refusal:
        raise refused(name, refusal.message) from refusal
    return moment if isinstance(moment, datetime) else None
