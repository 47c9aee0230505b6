"""What happened to a resource, as a person reads it; the journal tells it column by column."""

from typing import Any

from sqlalchemy.orm import Session

from meris import changes
from meris.accounts import Viewer
from meris.fields import Field
from meris.resources import assigned, beds
from meris.resources.read import find, visible_fields
from meris.tables import Change

#: What a unit's own row says again of an assignment that was written in the same transaction.
_ECHO = frozenset(
    {"status", "status_at", "status_by", "status_reason", "confirmed_at", "confirmed_by"}
)


def history(session: Session, viewer: Viewer, resource_id: int) -> list[dict[str, Any]]:
    """What happened to a resource, newest first: who, when, and each field's old and new value.

    Of a unit also where it was sent, in words.
    """
    resource = find(session, viewer.policy, resource_id)
    if resource.agency_id != viewer.agency_id:
        viewer.require("history", "read the history of another agency's resource")
    rows = changes.history(session, resource_id)
    visible = {f.column: f for f in visible_fields(resource.kind, viewer) if f.column != "position"}
    sent = assigned.sentences(session, viewer, resource, rows)
    held = {row.id: said for row in rows if (said := beds.sentence(row))}
    echoed = {row.xid for row in rows if row.id in sent}
    in_words = {**held, **sent}
    return [
        told(row, visible) | ({"what": in_words[row.id]} if row.id in in_words else {})
        for row in rows
        if row.id in sent or not _says_nothing(row, echoed)
    ]


def _says_nothing(row: Change, echoed: set[str]) -> bool:
    """An assignment's times and plans, and the unit's status that followed from it."""
    if row.table_name == "assignment":
        return True
    columns = (row.after or {}).keys()
    return row.table_name == "resource" and row.xid in echoed and columns <= _ECHO


def told(row: Change, visible: dict[str, Field]) -> dict[str, Any]:
    """One row of the journal as a person reads it."""
    before, after = row.before or {}, row.after or {}
    return {
        "at": row.at.isoformat(),
        "actor": row.actor_name,
        "what": {"I": "added", "U": "changed", "D": "removed"}[row.operation],
        "table": row.table_name,
        "upload": row.upload_id,
        "fields": [
            {"name": c, "title": title_of(c, visible),
             "before": before.get(c), "after": after.get(c)}
            for c in sorted(before.keys() | after.keys())
            if row.operation == "U" and _tellable(row.table_name, c, visible)
        ],
    }  # fmt: skip


#: Columns without a field of their own that a history or a conflict still names.
_TITLES = {
    "position": "Position",
    "position_source": "How it was placed",
    "confirmed_at": "Confirmed",
    "confirmed_by": "Confirmed by",
    "status_by": "Status set by",
    "quantity_on_hand": "On hand",
    "quantity_committed": "Committed",
}


def title_of(column: str, visible: dict[str, Field]) -> str:
    """What people call a column."""
    return visible[column].title if column in visible else _TITLES.get(column, column)


def _tellable(table: str, column: str, visible: dict[str, Field]) -> bool:
    return column in visible or column in _TITLES or table == "stock_line"
