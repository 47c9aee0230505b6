"""The live feed: one listener a process reads the journal once and tells every client.

A client is a mailbox. What each policy may see is worked out once per policy, not once per client,
and handed to the mailboxes as finished bytes.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from meris import changes, snapshot
from meris.accounts import Policy
from meris.changes import Cursor, CursorElsewhere, News
from meris.db import Database

log = structlog.get_logger(__name__)

CHANNEL = "meris_change"
#: A lost notice costs at most this many seconds.
WAKE_SECONDS = 3.0
#: Not more often than this, so that a busy minute becomes a few messages a second.
PAUSE_SECONDS = 0.05
BEAT_SECONDS = 15.0
#: More resources than this in one go are fetched by the clients, not pushed at them.
MOST_IN_A_MESSAGE = 500
#: Over how many seconds the clients spread such a fetch.
CATCH_UP_SPREAD_SECONDS = 2.0
#: A client this far behind is told to catch up instead of being fed from a growing queue.
_MAILBOX_SIZE = 200


def message(event: str, data: Any, cursor: Cursor | None = None) -> bytes:
    """One Server-Sent Event."""
    head = f"id: {cursor}\n" if cursor else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


@dataclass(eq=False)
class Mailbox:
    """What one client has still to be sent; None in it says that there will be no more."""

    policy: Policy
    waiting: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)

    def put(self, parcel: bytes, cursor: Cursor) -> None:
        """Leave a message, or "catch up" for a client that has stopped reading."""
        if self.waiting.qsize() >= _MAILBOX_SIZE:
            self.take_all()
            parcel = _catch_up(cursor)
        self.waiting.put(parcel)

    def close(self) -> None:
        """Let the client's stream end."""
        self.waiting.put(None)

    def take(self, seconds: float) -> bytes | None:
        """The next message; empty after `seconds` of silence, None at the end."""
        try:
            return self.waiting.get(timeout=seconds)
        except Empty:
            return b""

    def take_all(self) -> bytes:
        """Everything that waits, at once."""
        parcels = []
        with suppress(Empty):
            while True:
                parcels.append(self.waiting.get_nowait() or b"")
        return b"".join(parcels)


def _catch_up(cursor: Cursor) -> bytes:
    # no id: the client's cursor moves only when it has fetched what it missed
    return message("catchup", {"delay": CATCH_UP_SPREAD_SECONDS, "cursor": str(cursor)})


class Hub:
    """Reads the journal for all clients of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._advancing = threading.Lock()
        self._mailboxes: set[Mailbox] = set()
        self._cursor: Cursor | None = None
        self._listener: threading.Thread | None = None
        self._stopping = threading.Event()
        self._heard_at = 0.0

    @property
    def clients(self) -> int:
        """How many feeds are open."""
        return len(self._mailboxes)

    @property
    def alive(self) -> bool:
        """Whether the listener has read the journal lately; true while nobody listens."""
        return self._listener is None or time.monotonic() - self._heard_at < 5 * WAKE_SECONDS

    def subscribe(self, policy: Policy, given: str | None) -> tuple[Mailbox, bytes]:
        """A mailbox that misses nothing after `given`, and what happened up to now.

        With no cursor the client starts at the present.
        """
        self._start()
        try:
            since = Cursor.parse(given) if given else None
        except CursorElsewhere:
            return self._open(policy), message("reload", {})
        if since is None or self._cursor is None or not since.within(self._cursor):
            # a cursor ahead of ours was given out a moment ago: read up to it first
            self.advance()
        with self._lock:
            here = self._cursor
            mailbox = self._open(policy, locked=True)
        if here is None:
            return mailbox, message("reload", {})
        return mailbox, self._backlog(policy, since, here)

    def unsubscribe(self, mailbox: Mailbox) -> None:
        """Forget a client."""
        with self._lock:
            self._mailboxes.discard(mailbox)

    def stream(self, mailbox: Mailbox, first: bytes) -> Iterator[bytes]:
        """Messages as they come, and a beat when none do; ends when the hub stops."""
        try:
            yield b"retry: 2000\n\n" + first
            while (parcel := mailbox.take(BEAT_SECONDS)) is not None:
                yield parcel or message("beat", {"now": int(time.time())})
        finally:
            self.unsubscribe(mailbox)

    def advance(self) -> None:
        """Read the journal up to now and tell every client what is new."""
        with self._advancing:
            with self._database.reading() as session:
                here = changes.now(session)
                before = self._cursor
                policies = {mailbox.policy.key: mailbox.policy for mailbox in self._snapshot()}
                parcels = {} if before is None else self._parcels(session, before, here, policies)
            with self._lock:
                self._cursor = here
                for mailbox in self._mailboxes:
                    parcel = parcels.get(mailbox.policy.key)
                    if parcel:
                        mailbox.put(parcel, here)
            self._heard_at = time.monotonic()

    def stop(self) -> None:
        """End every stream and the listener."""
        self._stopping.set()
        for mailbox in self._snapshot():
            mailbox.close()

    def _snapshot(self) -> list[Mailbox]:
        with self._lock:
            return list(self._mailboxes)

    def _open(self, policy: Policy, *, locked: bool = False) -> Mailbox:
        mailbox = Mailbox(policy)
        if self._stopping.is_set():
            mailbox.close()
        if locked:
            self._mailboxes.add(mailbox)
        else:
            with self._lock:
                self._mailboxes.add(mailbox)
        return mailbox

    def _backlog(self, policy: Policy, since: Cursor | None, here: Cursor) -> bytes:
        """What `policy` missed between its cursor and ours."""
        if since is None:
            return message("beat", {"now": int(time.time())}, here)
        with self._database.reading() as session:
            try:
                changes.check(since, here)
            except CursorElsewhere:
                return message("reload", {})
            news = changes.news(session, since, here, most=MOST_IN_A_MESSAGE)
            return self._parcel(session, policy, news, here) or message(
                "beat", {"now": int(time.time())}, here
            )

    def _parcels(
        self, session: Any, before: Cursor, here: Cursor, policies: dict[str, Policy]
    ) -> dict[str, bytes]:
        news = changes.news(session, before, here, most=MOST_IN_A_MESSAGE)
        if not news.touched and not news.whole_map:
            return {}
        parcels = {k: self._parcel(session, p, news, here) for k, p in policies.items()}
        return {k: parcel for k, parcel in parcels.items() if parcel}

    def _parcel(self, session: Any, policy: Policy, news: News, here: Cursor) -> bytes:
        if news.whole_map or news.overflow:
            return _catch_up(here)
        moved = snapshot.changed(session, policy, news.touched)
        if not moved.rows and not moved.gone:
            return b""
        columns = {"cursor": str(here), "full": False, "now": int(time.time())}
        return message("change", {**columns, **snapshot.delta(session, moved)}, here)

    def _start(self) -> None:
        with self._lock:
            if self._listener is None and not self._stopping.is_set():
                self._heard_at = time.monotonic()
                self._listener = threading.Thread(target=self._listen, name="feed", daemon=True)
                self._listener.start()

    def _listen(self) -> None:
        """Until stopped: hear, read, tell. A database that is away is tried again."""
        wait = 0.5
        while not self._stopping.is_set():
            try:
                with self._database.listening(CHANNEL) as connection:
                    wait = 0.5
                    self._hear(connection)
            except (SQLAlchemyError, OSError) as problem:
                log.warning("feed.database_away", problem=type(problem).__name__, retry_s=wait)
                self._stopping.wait(wait)
                wait = min(wait * 2, 10.0)

    def _hear(self, connection: Connection) -> None:
        while not self._stopping.is_set():
            self.advance()
            self._stopping.wait(PAUSE_SECONDS)
            changes.wait_for_notice(connection, WAKE_SECONDS)
