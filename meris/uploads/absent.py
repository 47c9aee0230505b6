"""Resources that MERIS has and an agency's file has not: never deleted, but a person may say so.

absent.listed(session, upload_id)            what the file does not list
absent.mark(session, actor, upload_id)       "not reported": stale at once, until anybody
                                             confirms or changes it; undone with the upload
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, union, update
from sqlalchemy.orm import Session

from meris.db import Actor
from meris.fields import RESOURCE_KIND
from meris.tables import Agency, County, Resource, Upload, UploadPair, UploadRow
from meris.uploads import store, turns
from meris.uploads.keeping import PASSED


class Absent(NamedTuple):
    """A resource that a file does not list. `unreported_at`: since when that is marked."""

    id: int
    external_id: str | None
    name: str
    status: str
    city: str | None
    county: str | None
    confirmed_at: datetime | None
    unreported_at: datetime | None


def listed(session: Session, upload_id: int, after: int = 0, limit: int = 100) -> list[Absent]:
    """What is not in a file, by id, those after id `after`. Raises `NotFound`."""
    upload = store.find(session, upload_id)
    columns = (
        *(Resource.id, Resource.external_id, Resource.name, Resource.status, Resource.city),
        *(County.full_name, Resource.confirmed_at, Resource.unreported_at),
    )
    chosen = (
        select(*columns)
        .join(County, County.fips == Resource.county_fips, isouter=True)
        .where(*_everywhere(session, upload), Resource.id > after)
        .order_by(Resource.id)
        .limit(limit)
    )
    return [Absent(*row) for row in session.execute(chosen)]


def count(session: Session, upload_id: int) -> int:
    """How many resources are not in a file. Raises `NotFound`."""
    upload = store.find(session, upload_id)
    return _count(session, _conditions(upload)) and _count(session, _everywhere(session, upload))


def _count(session: Session, conditions: Iterable[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count(Resource.id)).where(*conditions)) or 0


def mark(session: Session, actor: Actor, upload_id: int, ids: Collection[int] | None = None) -> int:
    """Mark what is not in an applied file as not reported; answers how many.

    `ids` are those to mark, None all of them; what is in the file after all, or marked already, is
    passed over. The caller has made sure that the actor may edit them. Raises `Conflict` unless
    the upload is applied.
    """
    upload = turns.take_applied(session, actor, upload_id, "mark what it does not list")
    chosen = [*_everywhere(session, upload), Resource.unreported_at.is_(None)]
    if ids is not None:
        chosen.append(Resource.id.in_(ids))
    marked = (
        update(Resource)
        .values(unreported_at=upload.applied_at)
        .where(Resource.id.in_(select(Resource.id).where(*chosen).order_by(Resource.id)))
        .returning(Resource.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(marked).all())


def _everywhere(session: Session, upload: Upload) -> list[ColumnElement[bool]]:
    """What makes a resource one that a file should list and does not, where the file is about."""
    conditions = _conditions(upload)
    if counties := _counties(session, upload):
        somewhere = or_(Resource.county_fips.is_(None), Resource.county_fips.in_(counties))
        conditions.append(somewhere)
    return conditions


def _conditions(upload: Upload) -> list[ColumnElement[bool]]:
    if (upload.choices or {}).get("once"):
        # one row that somebody typed says nothing of all others
        return [false()]
    at = upload.applied_at or datetime.now(UTC)
    return [
        Resource.agency_id == upload.agency_id,
        Resource.kind == RESOURCE_KIND[upload.kind],
        # a file of which nothing can be used says nothing about what it lacks
        exists().where(UploadRow.upload_id == upload.id, UploadRow.fate.in_(PASSED)),
        Resource.created_at <= at,
        or_(Resource.confirmed_at.is_(None), Resource.confirmed_at <= at),
        *_unmentioned(upload, at),
    ]


def _unmentioned(upload: Upload, at: datetime) -> list[ColumnElement[bool]]:
    """Not named in the file in any way; a row with an error names a resource all the same.

    NOT IN and not NOT EXISTS: of a table that this transaction has filled the planner knows
    nothing, and would go through all of it for each resource.
    """
    row, sent = UploadRow, Upload
    own = row.upload_id == upload.id
    out = (own, row.fate.not_in(PASSED))
    external_id = row.stated["external_id"].astext
    found = select(row.resource_id).where(own, row.resource_id.is_not(None))
    named = select(func.lower(row.name)).where(*out, row.name.is_not(None))
    numbered = select(external_id).where(*out, external_id.is_not(None))
    alike = select(UploadPair.resource_id).where(
        UploadPair.upload_id == upload.id,
        UploadPair.resource_id.is_not(None),
        UploadPair.choice.is_distinct_from("different"),
    )
    later = (
        select(row.resource_id)
        .join(sent, sent.id == row.upload_id)
        .where(
            sent.agency_id == upload.agency_id,
            sent.state == "applied",
            sent.applied_at > at,
            row.resource_id.is_not(None),
        )
    )
    return [
        Resource.id.not_in(found),
        Resource.id.not_in(alike),
        Resource.id.not_in(later),
        func.lower(Resource.name).not_in(named),
        func.coalesce(Resource.external_id, "").not_in(numbered),
    ]


def _counties(session: Session, upload: Upload) -> list[str]:
    """The counties a file is about; none where it is about all that its agency has.

    A county's file is its whole list. That of a region, or of the state for one county, says
    nothing about other counties.
    """
    agency = session.get_one(Agency, upload.agency_id)
    if agency.kind == "county":
        return []
    return list(session.scalars(_stated_counties(upload.id)))


def _stated_counties(upload_id: int) -> Select[Any]:
    own = UploadRow.upload_id == upload_id, UploadRow.fate.in_(PASSED)
    said = UploadRow.stated
    fips = func.coalesce(said["county_fips"].astext, said["staged_row"]["county_fips"].astext)
    found = select(UploadRow.resource_id).where(*own)
    known = select(Resource.county_fips).where(Resource.id.in_(found))
    both = union(select(fips.label("fips")).where(*own), known).subquery()
    return select(both.c.fips).where(both.c.fips.is_not(None))
