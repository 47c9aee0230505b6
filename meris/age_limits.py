"""How long each group of facts may be believed: the installation's settings, in one place.

Queries join `StatusCode` (`snapshot.OF_STATUS`); who has a session and no query asks here.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from meris.tables import StatusCode

#: What grows old, as the columns of `StatusCode` are named.
GROUPS = ("status", "people", "position", "stock")
COLUMNS = {"status": "age_limit_minutes"} | {
    group: f"{group}_limit_minutes" for group in GROUPS[1:]
}


class Limits(NamedTuple):
    """After how many minutes each group is stale in one status; None: it does not grow old."""

    status: int
    people: int | None = None
    position: int | None = None
    stock: int | None = None

    def of(self, group: str) -> timedelta | None:
        """The limit of a group as a length of time."""
        length: int | None = getattr(self, group)
        return None if length is None else minutes(length)

    @property
    def confirmed(self) -> timedelta:
        """What a confirmation is good for: status, and stock where there is any."""
        return minutes(min(self.status, self.stock or self.status))


def minutes(length: int) -> timedelta:
    """A limit as a length of time."""
    return timedelta(minutes=length)


def confirmed_minutes() -> ColumnElement[int]:
    """`Limits.confirmed` in minutes, for queries that join `StatusCode`."""
    # least() passes over what is NULL
    return func.least(StatusCode.age_limit_minutes, StatusCode.stock_limit_minutes)


def every(session: Session) -> dict[tuple[str, str], Limits]:
    """The limits by (kind, status)."""
    columns = [getattr(StatusCode, COLUMNS[group]) for group in GROUPS]
    rows = session.execute(select(StatusCode.kind, StatusCode.code, *columns))
    return {(kind, code): Limits(*minutes) for kind, code, *minutes in rows}
