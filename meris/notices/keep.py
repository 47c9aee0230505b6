"""Notices: what a person is told, once each, and until it is no longer news."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from meris.tables import Notice, NoticeDelivery, PushSubscription

#: Wakes the sender as soon as the transaction is kept.
CHANNEL = "meris_notice"
LASTS = timedelta(hours=4)
#: What fits into one encrypted record with room to spare, in characters.
_TITLE, _BODY = 120, 600


def tell(
    session: Session,
    account_ids: Collection[int],
    kind: str,
    subject: str,
    title: str,
    body: str,
    url: str,
    *,
    lasts: timedelta = LASTS,
) -> int:
    """Tell people something, in the transaction that makes it so; how many had not heard it yet.

    The same `kind` and `subject` are told to a person once, whatever is repeated. `url` is a path
    of ours. Nothing is sent here: the sender does that when the transaction is kept.
    """
    if not account_ids:
        return 0
    now = datetime.now(UTC)
    row = {
        "kind": kind,
        "subject": subject,
        "title": _cut(title, _TITLE),
        "body": _cut(body, _BODY),
        "url": url,
        "created_at": now,
        "expires_at": now + lasts,
    }
    made = session.scalars(
        insert_or_leave(Notice)
        .values([row | {"account_id": account_id} for account_id in sorted(set(account_ids))])
        .on_conflict_do_nothing(index_elements=["account_id", "kind", "subject"])
        .returning(Notice.id)
    ).all()
    if made:
        _put_on_the_way(session, made)
    return len(made)


def _put_on_the_way(session: Session, notice_ids: Collection[int]) -> None:
    """A delivery to each browser of each person told."""
    session.execute(
        insert(NoticeDelivery).from_select(
            ["notice_id", "subscription_id", "state"],
            select(Notice.id, PushSubscription.id, literal("waiting"))
            .join(PushSubscription, PushSubscription.account_id == Notice.account_id)
            .where(Notice.id.in_(notice_ids), PushSubscription.gone_at.is_(None)),
        )
    )
    session.execute(text(f"NOTIFY {CHANNEL}"))


def newest(session: Session, account_id: int, *, most: int = 20) -> dict[str, Any]:
    """A person's notices, newest first, and how many of those still in force are unseen.

    Each has id, kind, title, body, url, created_at, expires_at (epoch seconds) and seen.
    """
    now = datetime.now(UTC)
    rows = session.scalars(
        select(Notice).where(Notice.account_id == account_id).order_by(Notice.id.desc()).limit(most)
    ).all()
    unseen = session.scalar(
        select(func.count()).where(
            Notice.account_id == account_id, Notice.seen_at.is_(None), Notice.expires_at > now
        )
    )
    return {"notices": [_shown(row) for row in rows], "unseen": unseen or 0}


def mark_seen(session: Session, account_id: int, up_to: int) -> int:
    """Note that a person has seen the notices up to this id; how many were new to them."""
    statement = (
        update(Notice)
        .where(Notice.account_id == account_id, Notice.id <= up_to, Notice.seen_at.is_(None))
        .values(seen_at=datetime.now(UTC))
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(statement).all())


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "title": notice.title,
        "body": notice.body,
        "url": notice.url,
        "created_at": int(notice.created_at.timestamp()),
        "expires_at": int(notice.expires_at.timestamp()),
        "seen": notice.seen_at is not None,
    }


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
