"""A fast lane for lines that stay open: one thread, no pool, an answer when the desk has it.

Every line begins here (`meris.web.server`), and comes back when gunicorn has answered something
for a desk (`meris.web.front`) on it: what follows is nearly always more of the same, and a thread
of the pool for each would cost many times as much. Anything that is not plainly such a request is
given to gunicorn, unread: another address (a proxy mixes requests on its lines), a chunked body, a
header that could be read in two ways.
"""

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import structlog

from meris.web.front import MOST_BYTES, Desk, Desks, Reply, Request

log = structlog.get_logger(__name__)

MOST_LINES = 6_000
_READS, _WRITES = selectors.EVENT_READ, selectors.EVENT_WRITE
_CHUNK = 16 * 1024
_MOST_HEAD = 8 * 1024
#: How long a line may be silent before its first request, in seconds.
FIRST_S = 15.0
#: How long a request may take to arrive: who sends it byte by byte is not waited for.
_WHOLE_S = 60.0
_SWEEP_S = 5.0
_END = b"\r\n\r\n"
#: With any of these, gunicorn reads the request.
_HARD = frozenset({"transfer-encoding", "expect", "upgrade", "te", "trailer"})


class _Head(NamedTuple):
    """The beginning of a request, and where its body begins."""

    method: str
    path: str
    query: str
    fields: dict[str, str]
    length: int
    body_at: int


class _Line:
    """A connection, what has arrived on it, whether its request is being answered, and what of
    the answer has not gone out yet."""

    __slots__ = (
        "began_at",
        "buffer",
        "busy",
        "closing",
        "full",
        "give_back",
        "heard_at",
        "idle_s",
        "last",
        "out",
        "sock",
    )

    def __init__(
        self, sock: socket.socket, give_back: Callable[[bytes], None], idle_s: float
    ) -> None:
        self.sock = sock
        self.give_back = give_back
        self.buffer = b""
        self.out = memoryview(b"")
        self.idle_s = idle_s
        self.busy = self.closing = self.full = self.last = False
        self.heard_at = self.began_at = time.monotonic()


class Lane:
    """Answers the requests of many lines in one thread, started with the first of them."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self._lines: dict[int, _Line] = {}
        self._calls: deque[Callable[[], None]] = deque()
        self._selector = selectors.DefaultSelector()
        self._bell, self._ear = socket.socketpair()
        self._ear.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ, None)
        self._thread: threading.Thread | None = None
        self._stopping = self._rung = False
        self._swept_at = 0.0

    @property
    def lines(self) -> int:
        """How many lines are open."""
        return len(self._lines)

    def adopt(
        self, sock: socket.socket, give_back: Callable[[bytes], None], idle_s: float = FIRST_S
    ) -> bool:
        """Take over a line; false when there are too many, or the lane is closed.

        `give_back` is called with what was read of a request that belongs elsewhere; the line is
        then no longer ours.
        """
        if self._stopping or len(self._lines) >= MOST_LINES:
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lane", daemon=True)
            self._thread.start()
        self._call(lambda: self._open(_Line(sock, give_back, idle_s)))
        return True

    def stop(self) -> threading.Thread | None:
        """Answer what is asked already, then close every line; the thread that ends then."""
        self._stopping = True
        self._call(self._close_idle)
        return self._thread

    def _call(self, call: Callable[[], None]) -> None:
        """Run something in the lane's thread."""
        self._calls.append(call)
        if not self._rung:
            self._rung = True
            with suppress(OSError):
                self._bell.send(b"\0", socket.MSG_DONTWAIT)

    def _run(self) -> None:
        while not (self._stopping and not self._lines and not self._calls):
            for key, events in self._selector.select(1.0):
                if key.data is None:
                    self._answer_calls()
                    continue
                if events & selectors.EVENT_WRITE and not key.data.closing:
                    self._write(key.data)
                if events & selectors.EVENT_READ and not key.data.closing:
                    self._readable(key.data)
            self._sweep()
        for part in (self._selector, self._bell, self._ear):
            part.close()

    def _answer_calls(self) -> None:
        with suppress(BlockingIOError):
            self._ear.recv(_CHUNK)
        # before the first is taken: who calls from now on is heard in the next turn
        self._rung = False
        while self._calls:
            self._calls.popleft()()

    def _open(self, line: _Line) -> None:
        line.sock.setblocking(False)
        self._lines[line.sock.fileno()] = line
        self._selector.register(line.sock, selectors.EVENT_READ, line)
        if self._stopping:
            self._close(line)

    def _release(self, line: _Line) -> None:
        """No longer ours; epoll may still have news of it from a moment ago."""
        self._selector.unregister(line.sock)
        del self._lines[line.sock.fileno()]

    def _close(self, line: _Line) -> None:
        line.closing = True
        self._release(line)
        line.sock.close()

    def _readable(self, line: _Line) -> None:
        try:
            data = line.sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data or len(line.buffer) > MOST_BYTES + _MOST_HEAD:
            # an answer that is under way is then for nobody
            self._close(line)
            return
        line.heard_at = time.monotonic()
        if not line.buffer:
            line.began_at = line.heard_at
        line.buffer += data
        self._proceed(line)

    def _proceed(self, line: _Line) -> None:
        """Answer the request at the front of what has arrived, if it is whole."""
        if line.closing or line.busy:
            return
        head = read_head(line.buffer)
        if head is None:
            return
        desk = None if isinstance(head, str) else self._desks.of(head.path)
        if isinstance(head, str) or desk is None or head.length > MOST_BYTES:
            self._release(line)
            line.give_back(line.buffer)
            return
        end = head.body_at + head.length
        if len(line.buffer) < end:
            return
        body, line.buffer = line.buffer[head.body_at : end], line.buffer[end:]
        line.busy, line.idle_s = True, desk.idle_s
        line.last = "close" in head.fields.get("connection", "").lower()
        self._ask(line, desk, Request(head.method, head.path, head.query, head.fields, body))

    def _ask(self, line: _Line, desk: Desk, request: Request) -> None:
        bare = request.method == "HEAD"
        try:
            desk.take(request, lambda reply: self._answer(line, reply, bare=bare))
        except Exception as fault:  # one request must not end everybody's lane
            log.error("lane.broke", exc_info=fault)
            self._close(line)

    def _answer(self, line: _Line, reply: Reply, *, bare: bool) -> None:
        """From whichever thread has the answer."""
        if threading.current_thread() is self._thread:
            self._send(line, reply, bare=bare)
        else:
            self._call(lambda: self._send(line, reply, bare=bare))

    def _send(self, line: _Line, reply: Reply, *, bare: bool) -> None:
        if line.closing:
            return
        crowded = len(self._lines) > MOST_LINES // 2 and line.idle_s < FIRST_S
        # whoever has no token is not kept here, nor in a crowd who may well never ask again
        line.last = line.last or self._stopping or crowded or not reply.went_well
        line.out = memoryview(_raw(reply, last=line.last, bare=bare))
        self._write(line)

    def _write(self, line: _Line) -> None:
        """As much as the line takes now; the rest when it takes more."""
        try:
            line.out = line.out[line.sock.send(line.out) :]
        except BlockingIOError:
            pass
        except OSError:
            self._close(line)
            return
        line.heard_at = time.monotonic()
        if line.full != bool(line.out):
            line.full = bool(line.out)
            self._selector.modify(line.sock, _READS | (_WRITES if line.full else 0), line)
        if not line.out:
            self._sent(line)

    def _sent(self, line: _Line) -> None:
        if line.last:
            self._close(line)
            return
        line.busy = False
        line.began_at = line.heard_at
        if line.buffer:
            # not at once: a thousand requests in one piece would be a thousand calls deep
            self._call(lambda: self._proceed(line))

    def _sweep(self) -> None:
        """Close what has been silent for long, and what is asked too slowly."""
        now = time.monotonic()
        if now - self._swept_at > _SWEEP_S:
            self._swept_at = now
            for line in [line for line in self._lines.values() if _is_over(line, now)]:
                self._close(line)

    def _close_idle(self) -> None:
        for line in [line for line in self._lines.values() if not line.busy]:
            self._close(line)


def _is_over(line: _Line, now: float) -> bool:
    """Whether a line is not worth keeping. Who takes nothing of its answer is as silent as who
    asks nothing."""
    if not line.busy and line.buffer and now - line.began_at > _WHOLE_S:
        return True
    return (not line.busy or bool(line.out)) and now - line.heard_at > line.idle_s


def read_head(buffer: bytes) -> _Head | str | None:
    """The head of the request at the front; None while it is not all there, and a word when it
    could be read in two ways."""
    end = buffer.find(_END)
    if end < 0:
        return "too long" if len(buffer) > _MOST_HEAD else None
    first, *rest = buffer[:end].decode("latin-1").split("\r\n")
    method, _, others = first.partition(" ")
    target, _, version = others.partition(" ")
    path, _, query = target.partition("?")
    fields = _fields(rest)
    if version != "HTTP/1.1" or fields is None:
        return "elsewhere"
    length = fields.get("content-length", "0")
    if not (length.isascii() and length.isdecimal() and len(length) < 12):
        return "no length"
    return _Head(method, path, query, fields, int(length), end + len(_END))


def _fields(lines: list[str]) -> dict[str, str] | None:
    """Header fields by their names in lower case; None when any is odd or told twice."""
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.lower()
        if not colon or not name or name != name.strip() or key in fields or key in _HARD:
            return None
        fields[key] = value.strip()
    return fields


def _raw(reply: Reply, *, last: bool, bare: bool) -> bytes:
    fields = [*reply.headers(), ("Connection", "close" if last else "keep-alive")]
    head = "\r\n".join([f"HTTP/1.1 {reply.status}", *(f"{n}: {v}" for n, v in fields)])
    return f"{head}\r\n\r\n".encode() + (b"" if bare else reply.body)
