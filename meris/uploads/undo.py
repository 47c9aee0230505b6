"""Undo an upload from the journal, wherever nothing newer has touched what it changed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from meris.db import Actor, name_actor
from meris.errors import Conflict, Refused
from meris.sql import named
from meris.uploads import store, turns
from meris.uploads.stage import PARTS, RESOURCE, STOCK_LINE

#: How long an upload can be undone; a setting of the installation.
DAYS = 30
# Written by triggers or never to be taken back.
_KEPT = frozenset({"id", "resource_id", "version", "created_at", "updated_at", "search_text"})


@dataclass(frozen=True)
class Left:
    """A resource that was not put back, because somebody changed it since."""

    resource_id: int
    name: str
    touched_by: str


@dataclass(frozen=True)
class Undone:
    """What an undo did: resources removed that the upload had made, others put back, some left."""

    removed: int
    restored: int
    left: tuple[Left, ...]


def undo(session: Session, actor: Actor, upload_id: int, *, days: int = DAYS) -> Undone:
    """Put back what an upload changed and remove what it made.

    1. Resources that anybody changed after it are left as they are, and named. 2. What the upload
    made is deleted; what it changed gets its former values, from the journal; so do those that
    were marked as not in the file, or shown to everybody.

    Raises `Conflict` when the upload is not applied, `Refused` when it was longer than `days` ago
    or when nothing of it can be undone.
    """
    turns.take(session, upload_id)
    upload = store.find(session, upload_id)
    if upload.state != "applied":
        raise Conflict(f"{upload.filename} is {upload.state}, so there is nothing to undo.")
    if upload.applied_at and datetime.now(UTC) - upload.applied_at > timedelta(days=days):
        raise Refused(
            f"{upload.filename} was applied more than {days} days ago, so it stays. Correct the "
            "records, or send a newer file."
        )
    # the journal takes undoing for a part of the upload: it takes itself back
    name_actor(session, actor, upload_id=upload_id)
    session.execute(named("uploads", "lock_touched"), {"upload": upload_id})
    touched = _touched(session, upload_id)
    left = tuple(one.left for one in touched if one.left)
    made = [one.resource_id for one in touched if one.made and not one.left]
    changed = [one.resource_id for one in touched if not one.made and not one.left]
    if touched and not made and not changed:
        raise Refused(
            f"Nothing of {upload.filename} can be undone: {left[0].touched_by} and others changed "
            "every record of it since.",
            left=[vars(one) for one in left],
        )
    session.execute(named("uploads", "withdraw_counts"), {"upload": upload_id, "ids": changed})
    _put_back(session, upload_id, changed)
    session.execute(named("uploads", "remove_resources"), {"ids": made})
    upload.state, upload.undone_at = "undone", datetime.now(UTC)
    session.flush()
    return Undone(len(made), len(changed), left)


def touched_since(session: Session, upload_id: int) -> tuple[Left, ...]:
    """The resources of an upload that an undo would leave as they are, and who changed them."""
    return tuple(one.left for one in _touched(session, upload_id) if one.left)


class _Touched(NamedTuple):
    resource_id: int
    made: bool
    left: Left | None


def _touched(session: Session, upload_id: int) -> list[_Touched]:
    found = session.execute(named("uploads", "touched"), {"upload": upload_id})
    return [
        _Touched(
            row.resource_id,
            row.made,
            Left(row.resource_id, row.name, row.touched_by) if row.touched_by else None,
        )
        for row in found
    ]


def _put_back(session: Session, upload_id: int, ids: list[int]) -> None:
    bound = {"upload": upload_id, "ids": ids}
    session.execute(named("uploads", "remove_lines"), bound)
    for table in (RESOURCE, *PARTS.values(), STOCK_LINE):
        session.execute(text(_former_values(table)), bound)


def _former_values(table: Table) -> str:
    """An UPDATE to the values before the upload: the journal keeps only columns that changed, and
    `jsonb_populate_record` leaves the others as they are."""
    key = next(iter(table.primary_key.columns)).name
    columns = [column.name for column in table.columns if column.name not in _KEPT]
    return f"""
        UPDATE {table.name} SET ({", ".join(columns)}) = (
          SELECT {", ".join(f"former.{name}" for name in columns)}
          FROM jsonb_populate_record({table.name}, before.fields) AS former)
        FROM (SELECT row_id::bigint AS row_id, jsonb_merge(before ORDER BY id DESC) AS fields
              FROM change
              WHERE upload_id = :upload AND table_name = '{table.name}' AND operation = 'U'
                AND resource_id = ANY(:ids)
              GROUP BY row_id) AS before
        WHERE {table.name}.{key} = before.row_id
    """  # noqa: S608  # nosec B608  # names from our own tables; values are bound
