"""When something happened that a phone tells later, by a clock that may be wrong.

A phone says when it was tapped and when it sends, both by its own clock. The difference of the two
is right however wrong that clock is, as long as nobody sets it in between. Where somebody did, what
is certain bounds the answer: it was not after it arrived, not after what was said after it, and not
before what the phone showed at that moment had happened.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from meris.errors import Invalid
from meris.language import _

#: What was said longer ago is told by voice: nobody remembers what it was about.
OLDEST = timedelta(hours=72)
#: A line may take so long to carry a report, which then seems to have happened later by that.
SLOWEST = timedelta(minutes=2)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def read(given: object) -> datetime:
    """A moment as programs write it, with its zone. Raises `Invalid`."""
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
        if moment is not None and moment.tzinfo and _EARLIEST < moment < _LATEST:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid(
        _("The time of this report cannot be read. Check the phone's clock, then say it again.")
    )


def happened(said_at: datetime, sent_at: datetime, received_at: datetime) -> datetime:
    """`said_at` by our clock, and never later than it arrived."""
    return min(said_at + (received_at - sent_at), received_at)


def in_order(moments: Sequence[datetime]) -> list[datetime]:
    """The same, none later than the one after it: a phone sends in the order of the taps."""
    ordered: list[datetime] = []
    for moment in reversed(moments):
        ordered.append(min(moment, ordered[-1]) if ordered else moment)
    return ordered[::-1]


def not_before(moment: datetime, shown: object, received_at: datetime) -> datetime:
    """`moment`, but not before what the phone showed (`shown`, our own time) had happened."""
    try:
        floor = read(shown)
    except Invalid:
        return moment
    return max(moment, min(floor, received_at))


def not_before_the_last(
    moment: datetime, said_at: datetime, last: datetime, last_said_at: datetime
) -> datetime:
    """`moment`, but not before the report that the same person's phone made before this one.

    What a slow line carried seems to have happened later than it did, by as long as it took. By
    the phone's own clock the order of the two is certain.
    """
    slow = last_said_at <= said_at and timedelta() < last - moment <= SLOWEST
    return last if slow else moment
