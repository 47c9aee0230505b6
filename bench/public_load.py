"""The public at its phones, in a process of its own: `python -m bench.public_load`.

Reads {"host", "port", "requests", "rate", "seconds", "fresh"} as JSON from stdin, `requests` being
whole requests to take turns with. Sends `rate` a second whatever comes back (an open loop): on
lines that stay open, as a proxy's do, or with `fresh` each on a new one, as browsers do. Writes one
line of JSON: of each answer its status, its bytes, and its seconds since it was due.
"""

import json
import selectors
import socket
import sys
import time
from collections import deque
from typing import Any, NamedTuple

#: More lines than this are not opened: who is due then waits, and the wait is counted.
_MOST_LINES = 3_000
_PATIENCE_S = 20.0


class Answered(NamedTuple):
    """One request: its turn, status (0: none came), bytes of the answer, and its wait from the
    moment it was due."""

    turn: int
    status: int
    size: int
    seconds: float


class _Line:
    """A connection with at most one request on its way."""

    __slots__ = ("due", "head_at", "read", "size", "sock", "turn")

    def __init__(self, address: tuple[str, int]) -> None:
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.connect_ex(address)
        self.due, self.turn = 0.0, 0
        self.read, self.size = b"", -1


class Crowd:
    """Everybody who asks."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._address = (asked["host"], asked["port"])
        self._requests = [text.encode() for text in asked["requests"]]
        self._gap, self._seconds = 1 / asked["rate"], asked["seconds"]
        self._fresh = asked["fresh"]
        self._selector = selectors.EpollSelector()
        self._free: deque[_Line] = deque()
        self._waiting: deque[tuple[float, int]] = deque()
        self._lines = 0
        self.log: list[Answered] = []

    def run(self) -> None:
        """Ask for so long, then wait for what is still to come."""
        began, turn = time.perf_counter(), 0
        ends = began + self._seconds
        while (now := time.perf_counter()) < ends:
            while began + turn * self._gap <= now:
                self._waiting.append((began + turn * self._gap, turn))
                turn += 1
            self._send_waiting()
            self._hear(max(0.0, min(0.001, began + turn * self._gap - time.perf_counter())))
        while self._lines > len(self._free) and time.perf_counter() < ends + _PATIENCE_S:
            self._hear(0.1)
            self._send_waiting()
        missing = turn - len(self.log)
        self.log += [Answered(0, 0, 0, _PATIENCE_S)] * missing

    def _send_waiting(self) -> None:
        while self._waiting:
            if not self._free and self._lines >= _MOST_LINES:
                return
            due, turn = self._waiting.popleft()
            line = self._free.popleft() if self._free else self._open()
            line.due, line.turn = due, turn
            self._selector.modify(line.sock, selectors.EVENT_WRITE, line)

    def _open(self) -> _Line:
        line = _Line(self._address)
        self._selector.register(line.sock, selectors.EVENT_READ, line)
        self._lines += 1
        return line

    def _hear(self, seconds: float) -> None:
        for key, events in self._selector.select(seconds):
            line: _Line = key.data
            if events & selectors.EVENT_WRITE:
                self._write(line)
            else:
                self._read(line)

    def _write(self, line: _Line) -> None:
        self._selector.modify(line.sock, selectors.EVENT_READ, line)
        try:
            line.sock.send(self._requests[line.turn % len(self._requests)])
        except OSError:
            self._end(line, 0)

    def _read(self, line: _Line) -> None:
        try:
            data = line.sock.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end(line, 0)
            return
        line.read += data
        if line.size < 0 and (end := line.read.find(b"\r\n\r\n")) >= 0:
            line.size = end + 4 + _length(line.read[:end])
        if 0 <= line.size <= len(line.read):
            self._answered(line)

    def _answered(self, line: _Line) -> None:
        status = int(line.read[9:12])
        closes = b"\r\nconnection: close" in line.read[:1500].lower()
        self.log.append(Answered(line.turn, status, line.size, time.perf_counter() - line.due))
        line.read, line.size, line.due = b"", -1, 0.0
        if self._fresh or closes:
            self._close(line)
        else:
            self._free.append(line)

    def _end(self, line: _Line, status: int) -> None:
        """The server has closed it: no loss while nothing was on its way."""
        if line.due:
            waited = time.perf_counter() - line.due
            self.log.append(Answered(line.turn, status, 0, waited))
        elif line in self._free:
            self._free.remove(line)
        self._close(line)

    def _close(self, line: _Line) -> None:
        self._selector.unregister(line.sock)
        line.sock.close()
        self._lines -= 1


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at < 0:
        return 0
    return int(lower[at + 15 :].split(b"\r\n", 1)[0])


if __name__ == "__main__":
    crowd = Crowd(json.load(sys.stdin))
    crowd.run()
    json.dump(crowd.log, sys.stdout)
