"""The journal's readers. A cursor is a database snapshot (design.md §2), so none is missed.

What is new since a cursor is what that snapshot could not see and the present one can. Serial
numbers would lose the change of a transaction that began first and committed last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from meris.errors import Refused
from meris.tables import Change

#: Tables whose changes alter the map without belonging to one resource.
_WHOLE_MAP = ("agency", "status_code", "region", "region_scheme", "region_county")

_NEW = (
    "{alias}.xid >= pg_snapshot_xmin(CAST(:since AS pg_snapshot))"
    " AND NOT pg_visible_in_snapshot({alias}.xid, CAST(:since AS pg_snapshot))"
    " AND pg_visible_in_snapshot({alias}.xid, CAST(:until AS pg_snapshot))"
)


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


def since(session: Session, cursor: Cursor) -> Sequence[Row[tuple[Change]]]:
    """Every change the session sees and the cursor did not, oldest first.

    Raises `CursorElsewhere` for a cursor that this journal never gave.
    """
    here = now(session)
    check(cursor, here)
    statement = (
        select(Change)
        .where(text(_NEW.format(alias="change")))
        .order_by(Change.id)
        .params(since=cursor.snapshot, until=here.snapshot)
    )
    return session.execute(statement).all()


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


_TOUCHED = text(
    # The first change of a resource row in the stretch says what it was at the cursor; later ones
    # only matter for the columns that the first left alone, hence the aggregate in reverse order.
    "SELECT resource_id,"
    " bool_or(table_name = 'resource' AND operation = 'I') AS made,"
    " coalesce(jsonb_merge(before ORDER BY id DESC) FILTER (WHERE table_name = 'resource'),"
    " '{}'::jsonb) AS before"
    " FROM (SELECT id, resource_id, table_name, operation,"
    " (SELECT jsonb_object_agg(key, value) FROM jsonb_each(change.before)"
    "  WHERE key IN ('kind', 'sensitivity', 'agency_id')) AS before"
    f" FROM change WHERE {_NEW.format(alias='change')} AND resource_id IS NOT NULL) AS stretch"
    " GROUP BY resource_id LIMIT :most"
)
_MOVED = text(
    f"SELECT resource_id FROM unit_position WHERE {_NEW.format(alias='unit_position')} LIMIT :most"
)
_WHOLE = text(
    f"SELECT EXISTS (SELECT FROM change WHERE {_NEW.format(alias='change')}"
    " AND resource_id IS NULL AND table_name = ANY(:tables))"
)


def news(session: Session, cursor: Cursor, until: Cursor, *, most: int) -> News:
    """Which resources changed between two cursors; `overflow` when more than `most` did."""
    span = {"since": cursor.snapshot, "until": until.snapshot}
    changed = session.execute(_TOUCHED, {**span, "most": most + 1}).all()
    moved = session.scalars(_MOVED, {**span, "most": most + 1}).all()
    touched = {row.resource_id: None if row.made else row.before for row in changed}
    for resource_id in moved:
        touched.setdefault(resource_id, {})
    whole = bool(session.scalar(_WHOLE, {**span, "tables": list(_WHOLE_MAP)}))
    items = [Touched(i, before) for i, before in touched.items()]
    return News(items[:most], whole, len(items) > most)


def quiet(session: Session, cursor: Cursor, until: Cursor) -> bool:
    """Whether nothing on the map changed between two cursors."""
    found = news(session, cursor, until, most=1)
    return not found.touched and not found.whole_map


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
        .where(Change.resource_id == resource_id, Change.xid.in_(recent))
        .order_by(Change.id)
    )
    return session.scalars(statement).all()
