"""How often a password or code may be tried: less and less often, and never locked for ever.

Every try is counted as a failure before it is judged, so that a hundred at once are a hundred; a
success takes the count back to nothing. Names nobody has are counted like any other.

A browser that has signed in to the account before is counted by itself. Thus a stranger who keeps
failing slows down other strangers, and not the person whose account it is.
"""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from meris.db import take_turns
from meris.language import ngettext
from meris.tables import LogInFailure

#: Tries that cost nothing; after them each failure doubles the wait, from one second on.
FREE = 5
LONGEST_WAIT = timedelta(minutes=15)
#: NIST SP 800-63B-4 §3.2.2 allows no more than this in a row: then one try a day.
MOST = 100
_DAY = timedelta(days=1)
_KEEP = timedelta(days=30)


def key(*parts: str) -> str:
    """What a count is kept under; says nothing about whom it is for."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def count_try(session: Session, who: str) -> timedelta | None:
    """Count a try. None lets it go ahead; otherwise how long to wait, and it is not counted."""
    # two tries of one name must see each other
    take_turns(session, who)
    now = func.clock_timestamp()
    failures, ago = session.execute(
        select(func.count(), now - func.max(LogInFailure.at)).where(LogInFailure.who == who)
    ).one()
    left = wait_after(failures) - (ago or _KEEP)
    if left > timedelta(0):
        return left
    session.add(LogInFailure(who=who, at=now))
    session.flush()
    return None


def forget(session: Session, who: str) -> None:
    """After a success the count starts anew."""
    session.execute(delete(LogInFailure).where(LogInFailure.who == who))


def prune(session: Session) -> None:
    """Remove failures of a month ago."""
    session.execute(delete(LogInFailure).where(LogInFailure.at < func.now() - _KEEP))


def wait_after(failures: int) -> timedelta:
    """How long after the last of so many failures the next try may be made."""
    if failures < FREE:
        return timedelta(0)
    if failures >= MOST:
        return _DAY
    return timedelta(seconds=min(2 ** (failures - FREE), LONGEST_WAIT.total_seconds()))


def in_words(wait: timedelta) -> str:
    """A wait as a person says it: "20 seconds", "3 minutes", "24 hours"."""
    seconds = max(1, round(wait.total_seconds()))
    if seconds >= 2 * 3600:
        return ngettext("%(num)s hour", "%(num)s hours", -(-seconds // 3600))
    if seconds >= 2 * 60:
        return ngettext("%(num)s minute", "%(num)s minutes", -(-seconds // 60))
    return ngettext("%(num)s second", "%(num)s seconds", seconds)
