"""Letting go of trails that are past their time. Each day is a partition, so it is a DROP."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from psycopg2.errors import LockNotAvailable
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from meris.db import SYSTEM, Database

#: What came for days without a partition of their own.
_STRAY = "position_fix_other"


class LetGo(NamedTuple):
    """Days dropped, days of which something is on hold, and days that were in use just then."""

    dropped: int
    held: int
    busy: int


def let_go(database: Database, days: int) -> LetGo:
    """Let go of the trail of all days that ended more than `days` ago, except what is on hold.

    Each day in a transaction of its own, so that nobody waits for long; a second run finds nothing.
    """
    first_kept = (datetime.now(UTC) - timedelta(days=max(1, days))).date()
    with database.reading() as session:
        past = list(session.scalars(select(func.position_fix_past(first_kept))))
    counts = dict.fromkeys(("dropped", "held", "busy"), 0)
    for number, part in enumerate(past):
        became = _let_go_of(database, part, first_kept)
        if became == "busy":
            # whoever reads the trail just now holds all its days
            counts["busy"] = len(past) - number
            break
        counts[became] += 1
    else:
        _let_go_of(database, _STRAY, first_kept)
    return LetGo(**counts)


def _let_go_of(database: Database, part: str, first_kept: object) -> str:
    try:
        with database.transaction(SYSTEM) as session:
            return str(session.scalar(select(func.position_fix_let_go(part, first_kept))))
    except OperationalError as problem:
        if isinstance(problem.orig, LockNotAvailable):
            return "busy"
        raise
