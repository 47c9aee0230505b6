"""Sends what waits, outside of any request: taken from the table, sent, and tried again.

What is taken is lent for a minute and the transaction ends before anything is sent, so that a slow
push service holds no lock. Who dies in between loses nothing: the loan runs out. A message that
arrives twice replaces itself on the phone, because it has the same tag.
"""

import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import partial
from http.client import HTTPException
from typing import NamedTuple

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from meris import changes
from meris.db import SYSTEM, Database
from meris.notices import vapid
from meris.notices.encryption import encrypt
from meris.notices.keep import CHANNEL
from meris.notices.push import allowed, decoded
from meris.notices.vapid import KeyPair
from meris.settings import Settings
from meris.tables import Notice, NoticeDelivery, PushSubscription

log = structlog.get_logger(__name__)

#: Nothing waits longer than this for its turn, even where NOTIFY got lost.
WAKE_SECONDS = 15.0
_AT_ONCE, _BATCH = 8, 40
_LOAN = timedelta(seconds=60)
_PATIENCE_SECONDS = 10.0
_FIRST_PAUSE, _LAST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_PROBLEM = 200


class Parcel(NamedTuple):
    """One notice for one browser."""

    delivery_id: int
    subscription_id: int
    tries: int
    expires_at: datetime
    endpoint: str
    p256dh: str
    auth: str
    content: dict[str, object]
    urgent: bool


@dataclass(frozen=True)
class Outcome:
    """What became of a try: "sent", "later", "gone" (the browser) or "refused" (this message)."""

    state: str
    problem: str | None = None
    wait: timedelta | None = None


class Sender:
    """Sends notices for one process; several may do so beside one another."""

    def __init__(
        self, database: Database, settings: Settings, *, context: ssl.SSLContext | None = None
    ) -> None:
        self._database = database
        self._hosts, self._contact = settings.push_hosts, settings.push_contact
        self._stopping = threading.Event()
        handlers: list[urllib.request.BaseHandler] = [
            _NoRedirect(),
            urllib.request.HTTPSHandler(context=context or ssl.create_default_context()),
        ]
        self._opener = urllib.request.build_opener(*handlers)

    def start(self) -> None:
        """Send in a thread of its own until the process ends. Nothing where push is off."""
        if self._hosts:
            threading.Thread(target=self._run, name="notices", daemon=True).start()

    def stop(self) -> None:
        """Begin no further round."""
        self._stopping.set()

    def send_due(self) -> int:
        """Send what is due now, all of it; how many tries were made."""
        done = 0
        while not self._stopping.is_set():
            with self._database.transaction(SYSTEM) as session:
                parcels = _take(session)
                keys = vapid.key_pair(session) if parcels else None
            if keys is None:
                break
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="push") as pool:
                outcomes = list(pool.map(partial(self._post, keys), parcels))
            with self._database.transaction(SYSTEM) as session:
                for parcel, outcome in zip(parcels, outcomes, strict=True):
                    _note(session, parcel, outcome)
            done += len(parcels)
        return done

    def _run(self) -> None:
        """Until stopped: send what is due, then sleep until told. A lost database is waited for."""
        while not self._stopping.is_set():
            try:
                with self._database.listening(CHANNEL) as connection:
                    while not self._stopping.is_set():
                        self.send_due()
                        changes.wait_for_notice(connection, self._pause())
            except (SQLAlchemyError, OSError) as problem:
                log.warning("notices.database_away", problem=type(problem).__name__)
            except Exception as fault:  # without this thread nobody is told anything any more
                log.error("notices.broke", exc_info=fault)
            self._stopping.wait(WAKE_SECONDS)

    def _pause(self) -> float:
        """Until the next one is due, in seconds."""
        with self._database.reading() as session:
            due = session.scalar(
                select(NoticeDelivery.due_at)
                .where(NoticeDelivery.state == "waiting")
                .order_by(NoticeDelivery.due_at)
                .limit(1)
            )
        if due is None:
            return WAKE_SECONDS
        return min(WAKE_SECONDS, max(0.1, (due - datetime.now(UTC)).total_seconds()))

    def _post(self, keys: KeyPair, parcel: Parcel) -> Outcome:
        """One try. Never raises: one bad address must not hold up the others."""
        if not allowed(parcel.endpoint, self._hosts):
            return Outcome("gone", "its push service may not be called here")
        try:
            with self._opener.open(self._request(parcel, keys), timeout=_PATIENCE_SECONDS):
                return Outcome("sent")
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _refused(refusal.code, refusal.headers)
        except (OSError, HTTPException) as problem:
            return Outcome("later", type(problem).__name__)
        except ValueError as problem:
            return Outcome("refused", str(problem)[:_PROBLEM])

    def _request(self, parcel: Parcel, keys: KeyPair) -> urllib.request.Request:
        left = parcel.expires_at - datetime.now(UTC)
        return urllib.request.Request(  # noqa: S310  # https and a known host: `allowed`
            parcel.endpoint,
            method="POST",
            data=encrypt(
                json.dumps(parcel.content, separators=(",", ":"), ensure_ascii=False).encode(),
                p256dh=decoded(parcel.p256dh),
                auth=decoded(parcel.auth),
            ),
            headers={
                "Authorization": vapid.authorization(keys, parcel.endpoint, self._contact),
                "Content-Type": "application/octet-stream",
                "Content-Encoding": "aes128gcm",
                "TTL": str(max(0, int(left.total_seconds()))),
                "Urgency": "high" if parcel.urgent else "normal",
            },
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A push service answers itself; one that sends us elsewhere is not followed there."""

    def redirect_request(self, *_: object) -> None:
        """Nowhere else."""
        return


def _take(session: Session) -> Sequence[Parcel]:
    """Lend what is due to this round; what is no longer news is given up."""
    now = datetime.now(UTC)
    due = (
        select(NoticeDelivery.id)
        .where(NoticeDelivery.state == "waiting", NoticeDelivery.due_at <= now)
        .order_by(NoticeDelivery.due_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(due).all()
    if not ids:
        return []
    session.execute(
        update(NoticeDelivery)
        .where(NoticeDelivery.id.in_(ids))
        .values(due_at=now + _LOAN, tries=NoticeDelivery.tries + 1)
    )
    rows = session.execute(
        select(NoticeDelivery, Notice, PushSubscription)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .join(PushSubscription, PushSubscription.id == NoticeDelivery.subscription_id)
        .where(NoticeDelivery.id.in_(ids))
        .order_by(NoticeDelivery.id)
    ).all()
    return [_parcel(delivery, notice, to) for delivery, notice, to in rows]


def _parcel(delivery: NoticeDelivery, notice: Notice, to: PushSubscription) -> Parcel:
    return Parcel(
        delivery.id,
        to.id,
        delivery.tries,
        notice.expires_at,
        to.endpoint,
        to.p256dh,
        to.auth,
        {
            "id": notice.id,
            "kind": notice.kind,
            "title": notice.title,
            "body": notice.body,
            "url": notice.url,
            "tag": f"notice-{notice.id}",
            "at": int(notice.created_at.timestamp()),
        },
        notice.kind == "assigned",
    )


def _refused(status: int, headers: Message) -> Outcome:
    problem = f"the push service answered {status}"
    if status in _GONE:
        return Outcome("gone", problem)
    if status >= 500 or status in _LATER:
        asked = headers.get("Retry-After") or ""
        wait = timedelta(seconds=int(asked)) if asked.isdecimal() and len(asked) < 6 else None
        return Outcome("later", problem, wait)
    return Outcome("refused", problem)


def _note(session: Session, parcel: Parcel, outcome: Outcome) -> None:
    """Keep what became of a try."""
    now = datetime.now(UTC)
    if outcome.state == "gone":
        _give_up_browser(session, parcel, outcome, now)
        return
    told = {"sent_at": now, "problem": None} if outcome.state == "sent" else {}
    session.execute(
        update(PushSubscription)
        .where(PushSubscription.id == parcel.subscription_id)
        .values({"problem": outcome.problem} | told)
    )
    due = now + (outcome.wait or pause(parcel.tries))
    state = {"sent": "sent", "refused": "given_up"}.get(outcome.state, "waiting")
    if state == "waiting" and due >= parcel.expires_at:
        state = "given_up"
    session.execute(
        update(NoticeDelivery)
        .where(NoticeDelivery.id == parcel.delivery_id)
        .values(state=state, due_at=due, problem=outcome.problem)
    )


def _give_up_browser(session: Session, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
    session.execute(
        update(PushSubscription)
        .where(PushSubscription.id == parcel.subscription_id)
        .values(gone_at=now, problem=outcome.problem)
    )
    session.execute(
        update(NoticeDelivery)
        .where(
            NoticeDelivery.subscription_id == parcel.subscription_id,
            NoticeDelivery.state == "waiting",
        )
        .values(state="given_up", problem=outcome.problem)
    )


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: 5 s, then twice as long each time, 10 min at most."""
    doubled: int = 2 ** min(tries - 1, 10)
    return min(_LAST_PAUSE, _FIRST_PAUSE * doubled)
