"""A fast lane for lines that devices keep open: one thread, no pool, a reply after the commit.

gunicorn reads the first request of every line. Where that was for /pub or /pos and the line stays
open, it is handed over to here (`meris.web.server`), because what follows on it is nearly always
more of the same, and a thread of the pool for each would cost many times as much. Anything that is
not plainly such a request is handed back, unread, to gunicorn: another address (a proxy mixes
requests on its lines), a chunked body, a header that could be read in two ways.
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

from meris.web.ingest import MOST_BYTES, PATHS, Desk, Reply, Request

log = structlog.get_logger(__name__)

#: Devices report every few seconds to a minute while they move.
IDLE_S = 90.0
MOST_LINES = 6_000
_CHUNK = 16 * 1024
_MOST_HEAD = 8 * 1024
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
    """A connection, what has arrived on it, and whether its request is being answered."""

    __slots__ = ("buffer", "busy", "closing", "give_back", "heard_at", "sock")

    def __init__(self, sock: socket.socket, give_back: Callable[[bytes], None]) -> None:
        self.sock = sock
        self.give_back = give_back
        self.buffer = b""
        self.busy = self.closing = False
        self.heard_at = time.monotonic()


class Lane:
    """Answers the requests of many lines in one thread, started with the first of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lines: dict[int, _Line] = {}
        self._calls: deque[Callable[[], None]] = deque()
        self._selector = selectors.DefaultSelector()
        self._bell, self._ear = socket.socketpair()
        self._ear.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ, None)
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._swept_at = 0.0

    @property
    def lines(self) -> int:
        """How many lines are open."""
        return len(self._lines)

    def adopt(self, sock: socket.socket, give_back: Callable[[bytes], None]) -> bool:
        """Take over a line; false when there are too many, or the lane is closed.

        `give_back` is called with what was read of a request that belongs elsewhere; the line is
        then no longer ours.
        """
        if self._stopping or len(self._lines) >= MOST_LINES:
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="lane", daemon=True)
            self._thread.start()
        self._call(lambda: self._open(_Line(sock, give_back)))
        return True

    def stop(self) -> threading.Thread | None:
        """Answer what is asked already, then close every line; the thread that ends then."""
        self._stopping = True
        self._call(self._close_idle)
        return self._thread

    def _call(self, call: Callable[[], None]) -> None:
        """Run something in the lane's thread."""
        self._calls.append(call)
        if len(self._calls) == 1:  # else somebody has rung already
            with suppress(OSError):
                self._bell.send(b"\0", socket.MSG_DONTWAIT)

    def _run(self) -> None:
        while not (self._stopping and not self._lines and not self._calls):
            for key, _ in self._selector.select(1.0):
                if key.data is None:
                    self._answer_calls()
                elif not key.data.closing:
                    self._readable(key.data)
            self._sweep()
        for part in (self._selector, self._bell, self._ear):
            part.close()

    def _answer_calls(self) -> None:
        with suppress(BlockingIOError):
            self._ear.recv(_CHUNK)
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
        line.buffer += data
        line.heard_at = time.monotonic()
        if not line.busy:
            self._proceed(line)

    def _proceed(self, line: _Line) -> None:
        """Answer the request at the front of what has arrived, if it is whole."""
        head = read_head(line.buffer)
        if head is None:
            return
        if isinstance(head, str) or head.length > MOST_BYTES:
            self._release(line)
            line.give_back(line.buffer)
            return
        end = head.body_at + head.length
        if len(line.buffer) < end:
            return
        body, line.buffer = line.buffer[head.body_at : end], line.buffer[end:]
        line.busy = True
        self._ask(line, head, body)

    def _ask(self, line: _Line, head: _Head, body: bytes) -> None:
        last = "close" in head.fields.get("connection", "").lower()
        request = Request(
            head.method,
            head.path,
            head.query,
            head.fields.get("content-type", ""),
            head.fields.get("authorization", ""),
            body,
        )
        try:
            self._desk.take(
                request, lambda reply: self._call(lambda: self._send(line, reply, last=last))
            )
        except Exception as fault:  # one request must not end everybody's lane
            log.error("lane.broke", exc_info=fault)
            self._close(line)

    def _send(self, line: _Line, reply: Reply, *, last: bool) -> None:
        if line.closing:
            return
        # whoever has no token is not kept here
        last = last or self._stopping or not reply.status.startswith("200")
        try:
            # a few hundred bytes on a line that was silent: they go at once or not at all
            line.sock.sendall(_raw(reply, last=last))
        except OSError:
            last = True
        if last:
            self._close(line)
            return
        line.busy = False
        if line.buffer:
            self._proceed(line)

    def _sweep(self) -> None:
        """Close what has been silent for long."""
        now = time.monotonic()
        if now - self._swept_at > 5.0:
            self._swept_at = now
            for line in [
                line
                for line in self._lines.values()
                if not line.busy and now - line.heard_at > IDLE_S
            ]:
                self._close(line)

    def _close_idle(self) -> None:
        for line in [line for line in self._lines.values() if not line.busy]:
            self._close(line)


def read_head(buffer: bytes) -> _Head | str | None:
    """The head of the request at the front; None while it is not all there, and a word when it is
    nothing for the lane."""
    end = buffer.find(_END)
    if end < 0:
        return "too long" if len(buffer) > _MOST_HEAD else None
    first, *rest = buffer[:end].decode("latin-1").split("\r\n")
    method, _, others = first.partition(" ")
    target, _, version = others.partition(" ")
    path, _, query = target.partition("?")
    fields = _fields(rest)
    if version != "HTTP/1.1" or path not in PATHS or fields is None:
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


def _raw(reply: Reply, *, last: bool) -> bytes:
    fields = [*reply.headers(), ("Connection", "close" if last else "keep-alive")]
    head = "\r\n".join([f"HTTP/1.1 {reply.status}", *(f"{n}: {v}" for n, v in fields)])
    return f"{head}\r\n\r\n".encode() + reply.body
