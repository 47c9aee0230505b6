"""Asking whether what is recorded is still true: who has a site in hand, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from meris import age_limits, counts, fields, resources
from meris.accounts import Viewer
from meris.errors import Conflict
from meris.fields import Home
from meris.resources.read import find
from meris.resources.write import require_editable
from meris.tables import ContactTry, ContactTurn, Resource, Shelter

#: So long a site stays in the hands of who took it.
HANDS = timedelta(minutes=10)
#: When to try again after the first, second, … time that nobody answered.
_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240))
_MOST_TRIES = 50


@dataclass(frozen=True)
class Hand:
    """Who has a site in hand, and until when."""

    account_id: int
    name: str
    until: datetime


@dataclass(frozen=True)
class Tried:
    """One try as the record shows it."""

    at: datetime
    by: str
    outcome: str
    note: str | None
    next_at: datetime | None


def take(session: Session, viewer: Viewer, resource_id: int) -> Hand:
    """Take a site in hand for ten minutes, or for ten more.

    Raises `NotFound`, `Forbidden`, or `Conflict`: somebody else has it.
    """
    resource = _asked(session, viewer, resource_id)
    assert viewer.account_id is not None
    until = datetime.now(UTC) + HANDS
    row = {"account_id": viewer.account_id, "by_name": viewer.name, "until": until}
    free = (ContactTurn.until <= func.now()) | (ContactTurn.account_id == viewer.account_id)
    taken = session.scalar(
        upsert(ContactTurn)
        .values(resource_id=resource_id, **row)
        .on_conflict_do_update(index_elements=["resource_id"], set_=row, where=free)
        .returning(ContactTurn.account_id)
    )
    if taken is None:
        held = session.get_one(ContactTurn, resource_id)
        minutes = max(1, round((held.until - datetime.now(UTC)) / timedelta(minutes=1)))
        raise Conflict(f"{held.by_name} has {resource.name} in hand for {minutes} min more.")
    return Hand(viewer.account_id, viewer.name, until)


def let_go(session: Session, viewer: Viewer, resource_id: int) -> None:
    """Put a site back on the list. What somebody else has in hand stays there."""
    _asked(session, viewer, resource_id)
    session.execute(
        delete(ContactTurn).where(
            ContactTurn.resource_id == resource_id, ContactTurn.account_id == viewer.account_id
        )
    )


def still_true(
    session: Session,
    viewer: Viewer,
    resource_id: int,
    *,
    version: int,
    home: Home,
    note: str | None = None,
) -> None:
    """Somebody there says that all of it holds: the record is confirmed, and with it a count that
    is too old to stand by itself.

    Raises `NotFound`, `Forbidden`, `Invalid`, or `Conflict` when it changed meanwhile.
    """
    resource = _asked(session, viewer, resource_id)
    words = _note(note, home)
    at = datetime.now(UTC)
    resources.confirm(session, viewer, resource_id, version=version, at=at)
    if resource.kind == "shelter":
        _count_again(session, viewer, resource, at)
    _keep(session, viewer, resource_id, "still_true", words)


def _count_again(session: Session, viewer: Viewer, shelter: Resource, at: datetime) -> None:
    """The same number of people, said today, is a count of today."""
    part = session.get_one(Shelter, shelter.id)
    limit = age_limits.every(session)["shelter", shelter.status].of("people")
    if limit is None or part.counted_at is None or at - part.counted_at < limit:
        return
    newest = counts.latest(session, shelter.id)
    if newest is None:
        return
    figures = {name: getattr(newest, name) for name in ("total", *counts.GROUPS, "pets")}
    counts.take(session, viewer, shelter.id, counts.Count(**figures), at=at, source="confirmed")


def cannot_reach(
    session: Session, viewer: Viewer, resource_id: int, *, home: Home, note: str | None = None
) -> datetime:
    """Nobody answered: when to try again, later each time. Raises as `take` does, and `Invalid`."""
    resource = _asked(session, viewer, resource_id)
    failed = session.scalar(
        select(func.count())
        .select_from(ContactTry)
        .where(ContactTry.resource_id == resource_id, _unanswered(resource.confirmed_at))
    )
    again = datetime.now(UTC) + _AGAIN[min(failed or 0, len(_AGAIN) - 1)]
    _keep(session, viewer, resource_id, "cannot_reach", _note(note, home), again)
    return again


def changed(
    session: Session, viewer: Viewer, resource_id: int, *, home: Home, note: str | None = None
) -> None:
    """Somebody there says that it is otherwise; who asked is about to write it down."""
    _asked(session, viewer, resource_id)
    _keep(session, viewer, resource_id, "changed", _note(note, home))


def tries(session: Session, resource_id: int, *, most: int = _MOST_TRIES) -> list[Tried]:
    """Who asked and what came of it, the latest first; the viewer is known to see the resource."""
    statement = select(ContactTry).where(ContactTry.resource_id == resource_id)
    newest = (ContactTry.at.desc(), ContactTry.id.desc())
    return [
        Tried(one.at, one.by_name, one.outcome, one.note, one.next_at)
        for one in session.scalars(statement.order_by(*newest).limit(most))
    ]


def unanswered(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, datetime, str]]:
    """Of the resources among `ids`: how often nobody answered since they were confirmed, when that
    was last, and who tried."""
    statement = (
        select(ContactTry.resource_id, ContactTry.at, ContactTry.by_name)
        .join(Resource, Resource.id == ContactTry.resource_id)
        .where(ContactTry.resource_id.in_(ids), _unanswered(Resource.confirmed_at))
        .order_by(ContactTry.at)
    )
    found: dict[int, tuple[int, datetime, str]] = {}
    for resource_id, at, by in session.execute(statement):
        found[resource_id] = (found.get(resource_id, (0, at, by))[0] + 1, at, by)
    return found


def in_hand(session: Session, ids: Sequence[int]) -> dict[int, Hand]:
    """Who has which of these in hand now."""
    statement = select(ContactTurn).where(
        ContactTurn.resource_id.in_(ids), ContactTurn.until > func.now()
    )
    return {
        one.resource_id: Hand(one.account_id, one.by_name, one.until)
        for one in session.scalars(statement)
    }


def _unanswered(confirmed_at: Any) -> Any:
    missed = ContactTry.outcome == "cannot_reach"
    if confirmed_at is None:
        return missed
    return missed & func.coalesce(ContactTry.at > confirmed_at, True)


def _asked(session: Session, viewer: Viewer, resource_id: int) -> Resource:
    """The resource that somebody is asked about, by who may say that it still holds."""
    resource = find(session, viewer.policy, resource_id)
    require_editable(viewer, resource, {"status": None})
    return resource


def _note(note: str | None, home: Home) -> str | None:
    read: str | None = fields.LOG_TEXT.read(note, home)
    return read


def _keep(
    session: Session,
    viewer: Viewer,
    resource_id: int,
    outcome: str,
    note: str | None,
    next_at: datetime | None = None,
) -> None:
    session.execute(
        insert(ContactTry).values(
            resource_id=resource_id,
            account_id=viewer.account_id,
            by_name=viewer.name,
            outcome=outcome,
            note=note,
            next_at=next_at,
        )
    )
    session.execute(
        delete(ContactTurn).where(
            ContactTurn.resource_id == resource_id, ContactTurn.account_id == viewer.account_id
        )
    )
