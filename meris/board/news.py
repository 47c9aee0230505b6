"""What a stretch of the journal means for the board, found once for all policies."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from meris.board.rows import is_live
from meris.changes import Cursor
from meris.sql import named
from meris.tables import Area, Assignment, Incident

Before = dict[str, Any]
#: Rows that changed, by id. What of `sensitivity`, `agency_id`, `status` … was different at the
#: cursor; None: the row did not exist then.
Touched = dict[int, Before | None]

#: A change of these alters who may see what hangs on the row.
_DECIDES = frozenset({"sensitivity", "agency_id"})


class BoardNews(NamedTuple):
    """Rows of the board that changed; `units` are those whose own row says other things now."""

    incidents: Touched
    assignments: Touched
    areas: Touched
    units: Touched
    types: bool
    cover_rules: bool
    overflow: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return any(self)


QUIET = BoardNews({}, {}, {}, {}, types=False, cover_rules=False, overflow=False)


def news(session: Session, cursor: Cursor, until: Cursor, *, most: int) -> BoardNews:
    """What changed between two cursors; `overflow` when that is more than `most` rows."""
    span = {"since": cursor.snapshot, "until": until.snapshot}
    rows = session.execute(named("board", "touched"), {**span, "most": most + 1}).all()
    if not rows:
        return QUIET
    of: dict[str, Touched] = {}
    for row in rows:
        if row.table_name not in ("incident_type", "cover_rule"):
            of.setdefault(row.table_name, {})[int(row.row_id)] = None if row.made else row.before
    tables = {row.table_name for row in rows}
    found = BoardNews(
        incidents=of.get("incident", {}),
        assignments=of.get("assignment", {}),
        areas=of.get("area", {}),
        units=of.get("resource", {}),
        types="incident_type" in tables,
        cover_rules="cover_rule" in tables,
        overflow=len(rows) > most,
    )
    if not found.overflow:
        _follow(session, found)
    return found


def _follow(session: Session, found: BoardNews) -> None:
    """Add the rows that say other things because another row changed."""
    reseen = [i for i, before in found.incidents.items() if before and _DECIDES & before.keys()]
    _add(found.areas, session.scalars(select(Area.id).where(_is_of(Area.incident_id, reseen))))
    statement = select(Incident.id).where(
        _is_of(Incident.parent_id, reseen), Incident.status != "closed"
    )
    _add(found.incidents, session.scalars(statement) if reseen else ())
    linked = _assignments(session, found, reseen)
    _add(found.assignments, (row.id for row in linked))
    # how many units an incident has, and since when one was on scene, is said with the incident
    _add(found.incidents, (row.incident_id for row in linked))


def _assignments(session: Session, found: BoardNews, reseen: Collection[int]) -> list[Any]:
    if not (found.assignments or found.units or reseen):
        return []
    touched = Assignment.id.in_(found.assignments)
    shown_elsewhere = or_(
        _is_of(Assignment.resource_id, found.units), _is_of(Assignment.incident_id, reseen)
    )
    statement = select(Assignment.id, Assignment.incident_id).where(
        or_(touched, is_live() & shown_elsewhere)
    )
    return list(session.execute(statement))


def _is_of(column: Any, ids: Collection[int]) -> Any:
    return column.in_(ids) if ids else false()


def _add(touched: Touched, ids: Iterable[int]) -> None:
    for i in ids:
        touched.setdefault(i, {})
