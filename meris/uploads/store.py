"""Uploads as they are kept: received, found again, listed. The bytes stay in the database."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from meris.db import Actor
from meris.errors import NotFound, Refused
from meris.fields import ROW_KINDS
from meris.fields.words import key
from meris.tables import Account, HeaderMapping, Upload, UploadFile
from meris.uploads.match import nearest
from meris.uploads.personal import refuse_people
from meris.uploads.read import read, shown_name


@dataclass(frozen=True)
class Received:
    """A stored upload. `already` says when and by whom the same file was imported before."""

    upload_id: int
    already: str | None


def receive(
    session: Session, actor: Actor, *, agency_id: int, kind: str, filename: str, content: bytes
) -> Received:
    """Keep a file for an agency; nothing else changes.

    The caller has made sure that the actor may upload for the agency. Raises `Refused` for a file
    that holds no table or whose rows are people, in words for the person who sent it.
    """
    if kind not in ROW_KINDS:
        raise Refused(f'"{kind}" is no kind of file. Use {", ".join(ROW_KINDS)}.')
    refuse_people(read(content, filename))
    sha256 = hashlib.sha256(content).hexdigest()
    already = _said_already(session, agency_id, kind, sha256)
    upload_id = session.scalars(
        insert(Upload)
        .values(
            agency_id=agency_id,
            account_id=actor.account_id,
            kind=kind,
            filename=shown_name(filename),
            size=len(content),
            sha256=sha256,
            by_agency_id=actor.agency_id,
        )
        .returning(Upload.id)
    ).one()
    session.execute(insert(UploadFile).values(upload_id=upload_id, content=content))
    return Received(upload_id, already)


def _said_already(session: Session, agency_id: int, kind: str, sha256: str) -> str | None:
    """One sentence on the last time this very file was applied."""
    earlier = session.execute(
        select(Upload.applied_at, Account.name)
        .join(Account, Account.id == Upload.account_id, isouter=True)
        .where(
            Upload.agency_id == agency_id,
            Upload.kind == kind,
            Upload.sha256 == sha256,
            Upload.state == "applied",
        )
        .order_by(Upload.applied_at.desc())
        .limit(1)
    ).first()
    if earlier is None or earlier[0] is None:
        return None
    day = f"{earlier[0]:%Y-%m-%d %H:%M} UTC"
    return f"This file was already imported on {day} by {earlier[1] or 'MERIS'}."


def find(session: Session, upload_id: int, *, agency_id: int | None = None) -> Upload:
    """An upload; `agency_id` restricts it to that agency's. Raises `NotFound`."""
    upload = session.get(Upload, upload_id)
    if upload is None or agency_id not in (None, upload.agency_id):
        raise NotFound("There is no such upload.")
    return upload


def content_of(session: Session, upload_id: int) -> bytes:
    """The file as it was received. Raises `NotFound`."""
    content = session.scalar(select(UploadFile.content).where(UploadFile.upload_id == upload_id))
    if content is None:
        raise NotFound("The file of this upload is no longer kept.")
    return bytes(content)


def recent(session: Session, *, agency_id: int | None = None, limit: int = 50) -> Sequence[Upload]:
    """The latest uploads of an agency (None: of all), newest first."""
    statement = select(Upload).order_by(Upload.id.desc()).limit(limit)
    if agency_id is not None:
        statement = statement.where(Upload.agency_id == agency_id)
    return session.scalars(statement).all()


@dataclass(frozen=True)
class Remembered:
    """What a person decided the last time that a file had these headers: when, and who.

    `new` are the columns that the last file did not have, where its headers were a little others.
    """

    mapping: dict[str, str | None]
    choices: dict[str, Any]
    at: datetime
    by: str | None
    new: tuple[str, ...] = ()


def remembered(session: Session, agency_id: int, kind: str, fingerprint: str) -> Remembered | None:
    """What was decided about the last file of an agency with these headers, if anything was."""
    own = _kept(agency_id, kind).where(HeaderMapping.fingerprint == fingerprint)
    found = session.execute(own).first()
    return _as_remembered(found) if found else None


def remembered_nearly(
    session: Session, agency_id: int, kind: str, labels: Sequence[str]
) -> Remembered | None:
    """What was decided about the file whose columns are most like these, if any are nearly so;
    of its columns only those that are there again."""
    kept = [_as_remembered(row) for row in session.execute(_kept(agency_id, kind))]
    at = nearest(labels, [one.mapping for one in kept])
    if at is None:
        return None
    own, last = {key(label) for label in labels}, kept[at]
    again = {label: field for label, field in last.mapping.items() if key(label) in own}
    known = set(map(key, again))
    return replace(last, mapping=again, new=tuple(n for n in labels if key(n) not in known))


def _kept(agency_id: int, kind: str) -> Select[HeaderMapping, str]:
    return (
        select(HeaderMapping, Account.name)
        .join(Account, Account.id == HeaderMapping.account_id, isouter=True)
        .where(HeaderMapping.agency_id == agency_id, HeaderMapping.kind == kind)
        .order_by(HeaderMapping.id.desc())
    )


def _as_remembered(row: Row[HeaderMapping, str]) -> Remembered:
    kept, person = row
    at = kept.updated_at or kept.created_at
    return Remembered(dict(kept.mapping), dict(kept.choices or {}), at, person)


def remember(
    session: Session,
    actor: Actor,
    upload: Upload,
    fingerprint: str,
    mapping: dict[str, str | None],
    choices: dict[str, Any],
) -> None:
    """Keep what a person decided for the next file with these headers; the same again is no
    news, and stays the decision of whoever made it."""
    known = remembered(session, upload.agency_id, upload.kind, fingerprint)
    if known and (known.mapping, known.choices) == (mapping, choices):
        return
    whose = {"agency_id": upload.agency_id, "kind": upload.kind, "fingerprint": fingerprint}
    news = {
        "mapping": mapping,
        "choices": choices,
        "account_id": actor.account_id,
        "updated_at": datetime.now(UTC),
    }
    session.execute(
        upsert(HeaderMapping)
        .values(**whose, **news)
        .on_conflict_do_update(index_elements=list(whose), set_=news)
    )
