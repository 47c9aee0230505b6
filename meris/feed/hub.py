"""One listener a process, which reads the journal once for all clients.

A client is a mailbox. What each policy may see is worked out once per policy, not once per client,
and handed to the mailboxes as finished bytes.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from meris import changes
from meris.accounts import Policy
from meris.changes import Cursor, CursorElsewhere
from meris.db import Database
from meris.feed import parcels
from meris.feed.mailbox import Mailbox, message
from meris.feed.parcels import Heard
from meris.notices import Watch

log = structlog.get_logger(__name__)

CHANNEL = "meris_change"
#: Where positions of moving units announce themselves.
MOVED = "meris_moved"
#: A lost notice costs at most this many seconds.
WAKE_SECONDS = 3.0
#: Not more often than this, so that a busy minute becomes a few messages a second.
PAUSE_SECONDS = 0.05
#: Positions are told not more often than this; of a unit only the newest is.
MOVED_SECONDS = 1.0
BEAT_SECONDS = 15.0
#: The first that a client is told: after how many milliseconds to come again.
RETRY = b"retry: 2000\n\n"
#: A database that is back sooner than this was not worth a word.
AWAY_SECONDS = 4.0


class Hub:
    """Reads the journal for all clients of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: Phones, which are told that something is new and not what.
        self.watch = Watch()
        self._lock = threading.Lock()
        self._advancing = threading.Lock()
        self._mailboxes: set[Mailbox] = set()
        self._cursor: Cursor | None = None
        self._listener: threading.Thread | None = None
        self._stopping = threading.Event()
        self._heard_at = 0.0
        # whether the clients were told that the journal cannot be read
        self._away = False
        # up to where positions are told, when they last were, and whether some wait
        self._told: Cursor | None = None
        self._moved_at = float("-inf")
        self._moving = False

    @property
    def clients(self) -> int:
        """How many feeds are open."""
        return len(self._mailboxes)

    @property
    def alive(self) -> bool:
        """Whether the listener has read the journal lately; true while nobody listens."""
        return self._listener is None or self._silence < 5 * WAKE_SECONDS

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

    def wake(self) -> None:
        """Read the journal from now on, for whoever waits otherwise than by a mailbox."""
        self._start()
        if self._cursor is None:
            self.advance()

    def unsubscribe(self, mailbox: Mailbox) -> None:
        """Forget a client."""
        with self._lock:
            self._mailboxes.discard(mailbox)

    def stream(self, mailbox: Mailbox, first: bytes) -> Iterator[bytes]:
        """Messages as they come, and a beat when none do; ends when the hub stops.

        While the journal cannot be read, `away` in place of the beat: a line that is open must not
        pass for a map that is true.
        """
        try:
            yield RETRY + first
            while (parcel := mailbox.take(BEAT_SECONDS)) is not None:
                yield parcel or self.pulse()
        finally:
            self.unsubscribe(mailbox)

    def advance(self) -> None:
        """Read the journal up to now and tell every client what is new."""
        with self._advancing:
            with self._database.reading() as session:
                here = changes.now(session)
                # first: told twice does no harm, and not told does
                self.watch.tell(session, self._cursor, here)
                heard = self._hear_up_to(session, here)
                ready: dict[str, bytes] = {}
                # again when somebody came meanwhile for whose policy nothing is worked out yet
                while not self._deliver(ready, here, heard):
                    for key, policy in self._policies().items():
                        if key not in ready:
                            ready[key] = parcels.parcel(session, policy, heard)
            self._heard_at = time.monotonic()
            if self._away:
                self._away = False
                self._tell_all(parcels.beat())

    def pulse(self) -> bytes:
        """What a line is told that was silent for long: that it is alive, or that the journal
        cannot be read."""
        if self.alive:
            return parcels.beat()
        self._away = True
        return parcels.away(self._silence)

    def _say_away(self) -> None:
        """Tell every client, once, unless it has lasted for a moment only."""
        if not self._away and self._silence > AWAY_SECONDS:
            self._away = True
            self._tell_all(parcels.away(self._silence))

    @property
    def _silence(self) -> float:
        """For how many seconds the journal was not read."""
        return time.monotonic() - self._heard_at

    def _tell_all(self, parcel: bytes) -> None:
        with self._lock:
            if (here := self._cursor) is not None:
                for mailbox in self._mailboxes:
                    mailbox.put(parcel, here)

    def _hear_up_to(self, session: Session, here: Cursor) -> Heard | None:
        """What is new since we last looked; None when that is the first time."""
        if self._cursor is None or self._told is None:
            return None
        heard = parcels.hear(session, self._cursor, here)
        self._moving = changes.anything_moved(session, self._told, here)
        if not self._moving:
            return heard
        if time.monotonic() < self._moved_at + MOVED_SECONDS:
            return replace(heard, told=self._told)
        return replace(heard, moved=parcels.moved(session, self._told, here))

    def _deliver(self, ready: dict[str, bytes], here: Cursor, heard: Heard | None) -> bool:
        """To every mailbox what its policy is told; False, and to nobody, when one is lacking."""
        with self._lock:
            if any(mailbox.policy.key not in ready for mailbox in self._mailboxes):
                return False
            self._cursor, self._told = here, heard.told if heard else here
            if heard and heard.moved:
                self._moved_at, self._moving = time.monotonic(), False
            for mailbox in self._mailboxes:
                if parcel := ready[mailbox.policy.key]:
                    mailbox.put(parcel, here)
        return True

    def stop(self) -> None:
        """End every stream and the listener."""
        self._stopping.set()
        for mailbox in self._snapshot():
            mailbox.close()
        self.watch.stop()

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
            return parcels.beat(here)
        with self._database.reading() as session:
            try:
                changes.check(since, here)
            except CursorElsewhere:
                return message("reload", {})
            heard = parcels.hear(session, since, here)
            heard = replace(heard, moved=parcels.moved(session, since, here))
            return parcels.parcel(session, policy, heard) or parcels.beat(here)

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
                with self._database.listening(CHANNEL, MOVED) as connection:
                    wait = 0.5
                    self._hear(connection)
            except (SQLAlchemyError, OSError) as problem:
                log.warning("feed.database_away", problem=type(problem).__name__, retry_s=wait)
            except Exception as fault:  # without this thread every map is away for good
                log.error("feed.broke", exc_info=fault)
            self._say_away()
            self._stopping.wait(wait)
            wait = min(wait * 2, 4.0)

    def _hear(self, connection: Connection) -> None:
        while not self._stopping.is_set():
            self.advance()
            self._stopping.wait(PAUSE_SECONDS)
            self._wait(connection)

    def _wait(self, connection: Connection) -> None:
        """Until the journal is written to, positions are due, or the time is over."""
        end = time.monotonic() + WAKE_SECONDS
        while not self._stopping.is_set():
            due = min(end, self._moved_at + MOVED_SECONDS) if self._moving else end
            if (left := due - time.monotonic()) <= 0:
                return
            heard = changes.wait_for_notice(connection, left)
            if CHANNEL in heard:
                return
            self._moving = self._moving or MOVED in heard
