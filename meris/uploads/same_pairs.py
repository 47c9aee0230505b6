"""Look-alikes as a person sees them, and what the person says of them.

    shown = pairs(session, upload_id)
    choose(session, actor, upload_id, 12, Other(resource_id=7), "same")

A choice is kept for every later file (`same_choice`). What it makes of the rows is seen at the next
check of the file; a choice on its own changes nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from meris.db import Actor
from meris.errors import Conflict, Invalid, NotFound
from meris.fields import RESOURCE_KIND
from meris.sql import named
from meris.tables import Resource, SameChoice, Upload, UploadPair
from meris.uploads import store

CHOICES = ("same", "different", "merge")


class Other(NamedTuple):
    """What a row looks like: a resource, or another row of the file; one of the two."""

    resource_id: int | None = None
    other_number: int | None = None


@dataclass(frozen=True)
class Side:
    """One of two look-alikes, as its row says it or as it is recorded."""

    name: str | None
    external_id: str | None
    address: str | None
    city: str | None
    lat: float | None
    lon: float | None
    radius_m: int | None


@dataclass(frozen=True)
class Pair:
    """Two look-alikes: how much alike (0 to 1), why, and what was chosen.

    `others` names another agency when the resource is not the uploading one's own. Such a pair
    holds nothing back, and can only be called different.
    """

    id: int
    number: int
    resource_id: int | None
    other_number: int | None
    score: float
    reasons: list[str]
    choice: str | None
    others: str | None
    row: Side
    other: Side


def pairs(session: Session, upload_id: int, after: int = 0, limit: int = 50) -> Sequence[Pair]:
    """Look-alikes of an upload, the likeliest first; `after` is the last pair's id seen before."""
    asked = {"upload": upload_id, "after": after, "limit": limit}
    found = session.execute(named("same", "pairs"), asked)
    return [Pair(*(*row[:8], Side(*row[8:15]), Side(*row[15:22]))) for row in found]


def counts(session: Session, upload_id: int) -> dict[str, int]:
    """How many pairs are undecided, decided, and only told of (another agency's)."""
    row = session.execute(named("same", "counts"), {"upload": upload_id}).mappings().one()
    return dict(row)


def held_because(session: Session, upload_id: int) -> dict[int, str]:
    """One sentence for each row that waits for a decision, as far as its pair is kept."""
    found = session.execute(named("same", "held_because"), {"upload": upload_id})
    return {
        number: f"Looks like {name}{f' ({known})' if known else ''}: {', '.join(reasons)}."
        for number, name, known, reasons in found
    }


def choose(
    session: Session, actor: Actor, upload_id: int, number: int, other: Other, choice: str | None
) -> None:
    """Say of a row what it is to its look-alike; None takes back what was said.

    "same": one resource, the row wins; "merge": the row only fills gaps; "different": two. Of two
    rows of a file the later one counts as the row. The caller has made sure that the actor may
    decide for the upload's agency. Raises `NotFound`, `Invalid`, and `Conflict` once applied.
    """
    upload = _undecided_upload(session, upload_id)
    if choice is not None and choice not in CHOICES:
        raise Invalid(f'"{choice}" is no choice. Use {", ".join(CHOICES)}.')
    pair = session.scalars(
        select(UploadPair).where(
            UploadPair.upload_id == upload_id,
            UploadPair.number == number,
            UploadPair.resource_id.is_not_distinct_from(other.resource_id),
            UploadPair.other_number.is_not_distinct_from(other.other_number),
        )
    ).first()
    if pair is None:
        raise NotFound("These two are not listed as look-alikes. Check the file again.")
    if choice in ("same", "merge") and _others(session, upload, pair):
        raise Invalid("It is another agency's record, so it can only be called different.")
    _forget(session, upload, pair, choice)
    session.execute(update(UploadPair).values(choice=choice).where(UploadPair.id == pair.id))
    _remember(session, actor, upload, [pair.id])
    _outdate(upload)


def choose_all(
    session: Session, actor: Actor, upload_id: int, choice: str, at_least: float = 0.0
) -> int:
    """Say the same of all undecided pairs with a score of `at_least`; returns how many.

    Of a row with several look-alikes only the likeliest is called the same; the others wait for
    the next check. Pairs with another agency's resources are left as they are.
    """
    upload = _undecided_upload(session, upload_id)
    if choice not in CHOICES:
        raise Invalid(f'"{choice}" is no choice. Use {", ".join(CHOICES)}.')
    asked = {"upload": upload_id, "least": at_least, "each": choice == "different"}
    asked = {"upload": upload_id, "least": at_least, "each": choice == "different"}
    ids = list(session.scalars(named("same", "choosable"), asked))
    session.execute(update(UploadPair).values(choice=choice).where(UploadPair.id.in_(ids)))
    _remember(session, actor, upload, ids)
    _outdate(upload)
    return len(ids)


def _undecided_upload(session: Session, upload_id: int) -> Upload:
    upload = store.find(session, upload_id)
    if upload.state not in ("received", "refused"):
        raise Conflict(f"{upload.filename} was {upload.state} before; nothing more is decided.")
    return upload


def _others(session: Session, upload: Upload, pair: UploadPair) -> bool:
    """Whether the look-alike belongs to another agency."""
    owner = select(Resource.agency_id).where(Resource.id == pair.resource_id)
    return session.scalar(owner) not in (None, upload.agency_id)


def _forget(session: Session, upload: Upload, pair: UploadPair, choice: str | None) -> None:
    """Take back what was said of a pair, in all files; the caller keeps the new choice."""
    ours = SameChoice.agency_id == upload.agency_id, SameChoice.kind == _kind(upload)
    this = SameChoice.row_key == pair.row_key, SameChoice.resource_id == pair.resource_id
    if pair.other_key is not None:
        first, second = sorted((pair.row_key, pair.other_key))
        this = SameChoice.row_key == first, SameChoice.other_key == second
    session.execute(delete(SameChoice).where(*ours, *this))
    if choice in ("same", "merge") and pair.resource_id is not None:
        _forget_other_resources(session, upload, pair.row_key)


def _forget_other_resources(session: Session, upload: Upload, row_key: str) -> None:
    """A row that becomes a resource is no other one any more."""
    session.execute(
        delete(SameChoice).where(
            SameChoice.agency_id == upload.agency_id,
            SameChoice.kind == _kind(upload),
            SameChoice.row_key == row_key,
            SameChoice.resource_id.is_not(None),
            SameChoice.choice != "different",
        )
    )
    session.execute(
        update(UploadPair)
        .values(choice=None)
        .where(
            UploadPair.upload_id == upload.id,
            UploadPair.row_key == row_key,
            UploadPair.resource_id.is_not(None),
            UploadPair.choice != "different",
        )
    )


def _remember(session: Session, actor: Actor, upload: Upload, ids: list[int]) -> None:
    """Keep what was chosen of listed pairs for the next file."""
    values = {
        "ids": ids,
        "agency": upload.agency_id,
        "kind": _kind(upload),
        "account": actor.account_id,
    }
    session.execute(named("same", "remember"), values)


def _outdate(upload: Upload) -> None:
    """What the last check kept was found without this choice, so it cannot be applied as it is."""
    summary = upload.summary or {}
    if summary.get("kept"):
        upload.summary = {**summary, "kept": None}


def _kind(upload: Upload) -> str:
    return RESOURCE_KIND[upload.kind]
