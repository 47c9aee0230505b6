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
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from meris import board, changes, snapshot
from meris.accounts import Policy
from meris.board import BoardNews
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


class _Heard(NamedTuple):
    """The news of one stretch of the journal, read once for all policies."""

    map: News
    board: BoardNews

    @property
    def nothing(self) -> bool:
        return not (self.map.touched or self.map.whole_map or self.board.any)


def _heard(session: Session, since: Cursor, until: Cursor) -> _Heard:
    return _Heard(
        changes.news(session, since, until, most=MOST_IN_A_MESSAGE),
        board.news(session, since, until, most=MOST_IN_A_MESSAGE),
    )


def _map_event(session: Session, policy: Policy, news: News) -> dict[str, Any]:
    moved = snapshot.changed(session, policy, news.touched)
    if not moved.rows and not moved.gone:
        return {}
    return {"full": False, **snapshot.delta(session, moved)}


def _board_event(session: Session, policy: Policy, news: BoardNews) -> dict[str, Any]:
    if not news.any:
        return {}
    if news.overflow:
        return {"refetch": True, "delay": CATCH_UP_SPREAD_SECONDS}
    changed = board.changed(session, policy, news)
    return changed if board.says_something(changed) else {}


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
                heard = None if self._cursor is None else _heard(session, self._cursor, here)
                parcels: dict[str, bytes] = {}
                # again when somebody came meanwhile for whose policy nothing is worked out yet
                while not self._deliver(parcels, here):
                    for key, policy in self._policies().items():
                        if key not in parcels:
                            parcels[key] = self._parcel(session, policy, heard, here)
            self._heard_at = time.monotonic()

    def _deliver(self, parcels: dict[str, bytes], here: Cursor) -> bool:
        """To every mailbox what its policy is told; False, and to nobody, when one is lacking."""
        with self._lock:
            if any(mailbox.policy.key not in parcels for mailbox in self._mailboxes):
                return False
            self._cursor = here
            for mailbox in self._mailboxes:
                if parcel := parcels[mailbox.policy.key]:
                    mailbox.put(parcel, here)
        return True

    def stop(self) -> None:
        """End every stream and the listener."""
        self._stopping.set()
        for mailbox in self._snapshot():
            mailbox.close()

    def _policies(self) -> dict[str, Policy]:
        return {mailbox.policy.key: mailbox.policy for mailbox in self._snapshot()}

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
            parcel = self._parcel(session, policy, _heard(session, since, here), here)
            return parcel or message("beat", {"now": int(time.time())}, here)

    def _parcel(self, session: Any, policy: Policy, heard: "_Heard | None", here: Cursor) -> bytes:
        """What `policy` is told. The last event has the id: a line lost before it loses none."""
        if heard is None or heard.nothing:
            return b""
        if heard.map.whole_map or heard.map.overflow:
            return _catch_up(here)
        stamp = {"cursor": str(here), "now": int(time.time())}
        events = [
            ("dispatch", _board_event(session, policy, heard.board)),
            ("change", _map_event(session, policy, heard.map)),
        ]
        told = [(name, stamp | data) for name, data in events if data]
        last = len(told) - 1
        return b"".join(
            message(name, data, here if i == last else None) for i, (name, data) in enumerate(told)
        )

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
