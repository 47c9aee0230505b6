"""Open feeds by one thread: each message goes to every line, and nobody waits for a slow one.

A request for the feed is let in, answered and begun as any other (`meris.web.server`); then its
line is handed over to here and takes no thread any more. With a thread each, a change was told to a
thousand clients only after as many threads had had their turns.
"""

import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from meris.feed import BEAT_SECONDS, Hub, Mailbox

log = structlog.get_logger(__name__)

#: Under this key of the WSGI environment the server waits for what a view hands over.
KEY = "meris.hand_over"
#: A line is looked through this soon after its sign-in or token has ended.
RECHECK_SECONDS = 60.0
#: Who has taken nothing for so long is let go of, and resumes where it was.
_STALLED_S = 60.0
_READS, _WRITES = selectors.EVENT_READ, selectors.EVENT_WRITE
_END = b"0\r\n\r\n"


@dataclass
class HandOver:
    """What a view gives: whom to tell, and whether who opened the feed may still have it."""

    mailbox: Mailbox | None = None
    is_good: Callable[[], bool] | None = None


class _Line:
    """A connection, its mailbox, and what of the present message has not gone out yet."""

    __slots__ = ("checked_at", "closed", "is_good", "mailbox", "out", "said_at", "sock")

    def __init__(self, sock: socket.socket, given: HandOver, mailbox: Mailbox) -> None:
        self.sock, self.mailbox, self.is_good = sock, mailbox, given.is_good
        self.out = memoryview(b"")
        self.said_at = self.checked_at = time.monotonic()
        self.closed = False


class Fan:
    """Tells many lines; its two threads start with the first of them.

    The second asks the database whether sign-ins still hold, so that the first never waits for it.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lines: dict[int, _Line] = {}
        self._ready: deque[_Line] = deque()
        self._selector = selectors.DefaultSelector()
        self._ear, self._bell = os.pipe()
        self._rung = False
        self._selector.register(self._ear, _READS, None)
        self._threads: list[threading.Thread] = []
        self._said = self._framed = b""
        self._swept_at = 0.0

    @property
    def lines(self) -> int:
        """How many are open."""
        return len(self._lines)

    def adopt(self, sock: socket.socket, given: HandOver) -> None:
        """Take over a line whose answer has begun; from the server's main thread."""
        if given.mailbox is None:
            raise ValueError("a line without a mailbox has nothing to be told")
        line = _Line(sock, given, given.mailbox)
        sock.setblocking(False)
        line.mailbox.told = lambda: self._ring(line)
        self._start()
        # what came before is waiting already, and nobody has rung for it
        self._ring(line)

    def _start(self) -> None:
        if not self._threads:
            for name, work in (("feeds", self._run), ("feeds-good", self._look_through)):
                self._threads.append(threading.Thread(target=work, name=name, daemon=True))
                self._threads[-1].start()

    def _ring(self, line: _Line) -> None:
        """From any thread: there is something for this line."""
        self._ready.append(line)
        if not self._rung:
            self._rung = True
            os.write(self._bell, b"\0")

    def _run(self) -> None:
        while True:
            for key, events in self._selector.select(1.0):
                line: _Line | None = key.data
                if line is None:
                    self._tell_ready()
                elif not line.closed:
                    self._safely(self._tell if events & _WRITES else self._hear, line)
            self._sweep()

    def _safely(self, work: Callable[[_Line], None], line: _Line) -> None:
        try:
            work(line)
        except Exception as fault:  # one line must not end everybody's feed
            log.error("feed.broke", exc_info=fault)
            self._close(line)

    def _tell_ready(self) -> None:
        os.read(self._ear, 4096)
        # before the first is taken: who rings from now on is heard in the next turn
        self._rung = False
        while self._ready:
            line = self._ready.popleft()
            if line.closed:
                continue
            if line.sock.fileno() not in self._lines:
                self._lines[line.sock.fileno()] = line
                self._selector.register(line.sock, _READS, line)
            if not line.out:
                self._safely(self._tell, line)

    def _tell(self, line: _Line) -> None:
        """Everything that waits for this line, as far as it takes it now."""
        was_full = bool(line.out)
        try:
            while line.out or self._next(line):
                line.out = line.out[line.sock.send(line.out) :]
                line.said_at = time.monotonic()
        except BlockingIOError:
            pass
        except OSError:
            self._close(line)
        if not line.closed and was_full != bool(line.out):
            events = _READS | (_WRITES if line.out else 0)
            self._selector.modify(line.sock, events, line)

    def _next(self, line: _Line) -> bool:
        """Put the next message before the line; false when there is none, or the line ends."""
        parcel = line.mailbox.take(0)
        if parcel is None:
            with suppress(OSError):
                line.sock.send(_END)
            self._close(line)
        elif parcel:
            line.out = memoryview(self._chunk(parcel))
        return bool(parcel)

    def _chunk(self, parcel: bytes) -> bytes:
        """As HTTP sends a piece; most lines are told the same."""
        if parcel is not self._said:
            self._said, self._framed = parcel, b"%x\r\n%b\r\n" % (len(parcel), parcel)
        return self._framed

    def _hear(self, line: _Line) -> None:
        """Nothing is to come on this line but its end."""
        try:
            data = line.sock.recv(4096)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._close(line)

    def _close(self, line: _Line) -> None:
        if line.closed:
            return
        line.closed = True
        self._hub.unsubscribe(line.mailbox)
        if self._lines.pop(line.sock.fileno(), None):
            self._selector.unregister(line.sock)
        line.sock.close()

    def _sweep(self) -> None:
        """A beat on lines that were silent for long; none any more on those that take nothing."""
        now = time.monotonic()
        if now < self._swept_at + 1.0:
            return
        self._swept_at = now
        for line in list(self._lines.values()):
            if line.out and now > line.said_at + _STALLED_S:
                self._close(line)
            elif not line.out and now > line.said_at + BEAT_SECONDS:
                line.out = memoryview(self._chunk(self._hub.pulse()))
                self._safely(self._tell, line)

    def _look_through(self) -> None:
        """End the lines of those who have logged out or may no longer see what they are told."""
        while True:
            time.sleep(1.0)
            due = time.monotonic() - RECHECK_SECONDS
            for line in list(self._lines.values()):
                if line.is_good and line.checked_at < due and not line.closed:
                    line.checked_at = time.monotonic()
                    self._end_unless_good(line, line.is_good)

    def _end_unless_good(self, line: _Line, is_good: Callable[[], bool]) -> None:
        try:
            if not is_good():
                line.mailbox.close()
        except (SQLAlchemyError, OSError) as problem:
            # asked again in a minute; meanwhile nobody is told anything, for nothing can be read
            log.warning("feed.not_checked", problem=type(problem).__name__)
