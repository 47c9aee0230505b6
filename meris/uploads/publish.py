"""Showing what an upload made to everybody: a separate act, by a person who has looked at it."""

from typing import Any

from sqlalchemy import BigInteger, Select, and_, cast, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from meris.db import Actor
from meris.tables import Change, Resource, UploadRow
from meris.uploads import turns


def publish(session: Session, actor: Actor, upload_id: int) -> int:
    """Make the new records of an applied upload public; answers how many.

    Not those that the file itself calls restricted or confidential, nor those whose sensitivity
    somebody has set since. Undoing the upload takes them away as ever. The caller has made sure
    that the actor may edit them. Raises `Conflict` unless the upload is applied.
    """
    turns.take_applied(session, actor, upload_id, "show its records")
    shown = (
        update(Resource)
        .values(sensitivity="public")
        .where(Resource.id.in_(_hidden(upload_id).correlate(None)))
        .returning(Resource.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(shown).all())


def publishable(session: Session, upload_id: int) -> int:
    """How many new records of an upload could be shown to everybody."""
    hidden = _hidden(upload_id).subquery()
    return session.scalar(select(func.count()).select_from(hidden)) or 0


def _hidden(upload_id: int) -> Select[Any]:
    made, later = Change, aliased(Change)
    set_since = exists().where(
        later.resource_id == Resource.id,
        later.table_name == "resource",
        later.operation == "U",
        later.after.has_key("sensitivity"),
    )
    stated = UploadRow.stated
    own = func.coalesce(stated["sensitivity"].astext, stated["staged_row"]["sensitivity"].astext)
    said = own.in_(("restricted", "confidential"))
    own_word = select(UploadRow.resource_id).where(
        UploadRow.upload_id == upload_id, UploadRow.resource_id.is_not(None), said
    )
    return select(Resource.id).where(
        and_(
            made.upload_id == upload_id,
            made.table_name == "resource",
            made.operation == "I",
            cast(made.row_id, BigInteger) == Resource.id,
        ),
        Resource.sensitivity == "restricted",
        ~set_since,
        Resource.id.not_in(own_word),
    )
