"""The journal's readers. A cursor is a database snapshot (design.md §2), so none is missed.

What is new since a cursor is what that snapshot could not see and the present one can. Serial
numbers would lose the change of a transaction that began first and committed last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from select import POLLIN, poll
from typing import Any, NamedTuple, Self

import psycopg2
from sqlalchemy import Cast, Connection, cast, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from meris.errors import Refused
from meris.sql import named
from meris.tables import Change
from meris.tables.base import PgSnapshot

#: Tables whose changes alter the map without belonging to one resource.
_WHOLE_MAP = ("agency", "status_code", "region", "region_scheme", "region_county")


class CursorElsewhere(Refused):
    """The cursor is of another cluster, or of this one before a restore: start afresh."""

    code = "reload"


@dataclass(frozen=True)
class Cursor:
    """A moment of one journal: `identity` of the cluster, and a snapshot `xmin:xmax:running`."""

    identity: str
    snapshot: str

    def __str__(self) -> str:
        return f"{self.identity}-{self.snapshot}"

    @classmethod
    def parse(cls, given: str) -> Self:
        """A cursor from its text; raises `CursorElsewhere` when it is none."""
        identity, _, snapshot = given.partition("-")
        parts = snapshot.split(":")
        numbers = parts[:2] + [n for n in parts[2:3] if n]
        if len(parts) != 3 or not all(_is_xid_list(part) for part in numbers):
            raise CursorElsewhere("This cursor cannot be read. Load everything again.")
        return cls(identity, snapshot)

    def within(self, other: "Cursor") -> bool:
        """Whether everything this cursor has seen, `other` has seen as well."""
        if self.identity != other.identity:
            return False
        _, mine, my_running = _parts(self.snapshot)
        _, theirs, their_running = _parts(other.snapshot)
        return mine <= theirs and all(x in my_running for x in their_running if x < mine)


def _is_xid_list(part: str) -> bool:
    # isdecimal also takes digits of other scripts, which PostgreSQL does not
    return part.isascii() and all(n.isdecimal() and len(n) < 20 for n in part.split(","))


def _parts(snapshot: str) -> tuple[int, int, frozenset[int]]:
    xmin, xmax, running = snapshot.split(":")
    return int(xmin), int(xmax), frozenset(int(x) for x in running.split(",") if x)


def now(session: Session) -> Cursor:
    """The cursor of this session's snapshot; take it in `Database.reading`."""
    row = session.execute(
        text("SELECT left(journal_identity(), 12), pg_current_snapshot()::text")
    ).one()
    return Cursor(*row)


def since(session: Session, cursor: Cursor) -> Sequence[Change]:
    """Every change the session sees and the cursor did not, oldest first.

    Raises `CursorElsewhere` for a cursor that this journal never gave.
    """
    here = now(session)
    check(cursor, here)
    statement = (
        select(Change)
        .where(
            func.journal_is_new(Change.xid, _snapshot(cursor.snapshot), _snapshot(here.snapshot))
        )
        .order_by(Change.id)
    )
    return session.scalars(statement).all()


def _snapshot(given: str) -> Cast[str]:
    return cast(given, PgSnapshot)


def check(cursor: Cursor, here: Cursor) -> None:
    """Raise `CursorElsewhere` unless `cursor` is of this journal and not from its future."""
    if not cursor.within(here):
        raise CursorElsewhere(
            "This cursor belongs to another database or to one since restored."
            " Load everything again."
        )


class Touched(NamedTuple):
    """A resource that changed, with what decided who might see it at the cursor.

    `before` holds `kind`, `sensitivity` and `agency_id` where they differed then; None: it did
    not exist.
    """

    id: int
    before: dict[str, Any] | None


class News(NamedTuple):
    """What a stretch of the journal means for the map."""

    touched: list[Touched]
    whole_map: bool
    overflow: bool


class MovedUnit(NamedTuple):
    """A unit's newest position as the feed tells it.

    `line` is JSON: [id, latitude, longitude, epoch seconds, accuracy m, speed m/s, course degrees,
    minute since 2020 at which its status turns stale].
    `of` is what decides who may know of it: sensitivity and agency.
    """

    id: int
    line: str
    of: tuple[str, int]


def news(
    session: Session, cursor: Cursor, until: Cursor, *, most: int, positions: bool = True
) -> News:
    """Which resources changed between two cursors; `overflow` when more than `most` did.

    Units that only moved are among them unless `positions` is false.
    """
    span = _span(cursor, until)
    changed = session.execute(named("journal", "touched"), {**span, "most": most + 1}).all()
    touched = {row.resource_id: None if row.made else row.before for row in changed}
    if positions:
        for unit in moved(session, cursor, until, most=most + 1):
            touched.setdefault(unit.id, {})
    whole = bool(
        session.scalar(named("journal", "whole_map"), {**span, "tables": list(_WHOLE_MAP)})
    )
    items = [Touched(i, before) for i, before in touched.items()]
    return News(items[:most], bool(whole), len(items) > most)


def moved(session: Session, cursor: Cursor, until: Cursor, *, most: int) -> list[MovedUnit]:
    """Units whose newest position was written between two cursors, unless their place was told by
    hand since."""
    rows = session.execute(named("journal", "moved"), {**_span(cursor, until), "most": most})
    return [MovedUnit(row.id, row.line, (row.sensitivity, row.agency_id)) for row in rows]


def anything_moved(session: Session, cursor: Cursor, until: Cursor) -> bool:
    """Whether `moved` may have something to say."""
    return bool(session.scalar(named("journal", "anything_moved"), _span(cursor, until)))


def anything_of(session: Session, cursor: Cursor, until: Cursor, tables: Sequence[str]) -> bool:
    """Whether rows of some tables changed between two cursors."""
    span = {**_span(cursor, until), "tables": list(tables)}
    return bool(session.scalar(named("journal", "anything_of"), span))


def _span(cursor: Cursor, until: Cursor) -> dict[str, str]:
    return {"since": cursor.snapshot, "until": until.snapshot}


def quiet(session: Session, cursor: Cursor, until: Cursor) -> bool:
    """Whether nothing on the map changed between two cursors, but for units that moved.

    What dispatchers write is on the map only where it moves a unit, which is a change of the unit.
    """
    span = _span(cursor, until)
    changed = session.scalar(named("journal", "map_changed"), {**span, "tables": list(_WHOLE_MAP)})
    return not changed


def history(session: Session, resource_id: int, *, most: int = 200) -> Sequence[Change]:
    """What happened to one resource, newest first."""
    statement = (
        select(Change)
        .where(Change.resource_id == resource_id)
        .order_by(Change.resource_id, Change.id.desc())
        .limit(most)
    )
    return session.scalars(statement).all()


def between_versions(session: Session, resource_id: int, *, writes: int) -> Iterable[Change]:
    """The changes of the last `writes` transactions on a resource, oldest first.

    A version is one transaction's work, so this is what a reader who is `writes` behind missed.
    """
    recent = (
        select(Change.xid)
        .where(Change.resource_id == resource_id)
        .group_by(Change.xid)
        .order_by(func.max(Change.id).desc())
        .limit(writes)
    )
    statement = (
        select(Change)
        .where(Change.resource_id == resource_id, Change.operation == "U", Change.xid.in_(recent))
        .order_by(Change.id)
    )
    return session.scalars(statement).all()


def wait_for_notice(connection: Connection, seconds: float) -> frozenset[str]:
    """Sleep until a channel is spoken on or the time is over: the channels that were.

    Raises `OperationalError` when the connection is lost, as statements do.
    """
    driver = connection.connection.driver_connection
    if driver is None:
        return frozenset()
    try:
        if not driver.notifies:
            # not select(): that one fails beyond a thousand open files
            ready = poll()
            ready.register(driver, POLLIN)
            ready.poll(max(0.0, seconds) * 1000)
            driver.poll()
    except psycopg2.Error as lost:
        raise OperationalError("LISTEN", None, lost) from lost
    channels = frozenset(notice.channel for notice in driver.notifies)
    driver.notifies.clear()
    return channels
