"""Clients of the live feed, in a process of their own: `python -m bench.feed_load`.

Reads one line of JSON from stdin: {"host", "port", "clients", "cookie", "report_s", "arrivals"}.
All clients are lines of one thread, and what many are told alike is read once, so that a thousand
cost less than the server does. Each keeps the cursor that it was told last. Whatever comes next
makes a link: from that cursor to the new one, with the ids it was told. Who misses a message has a
link that is too long, and who is told one twice has one that leads nowhere; `bench.feed_check`
holds the links against the journal.

Writes lines of JSON: {"open"} when all are in; each `report_s` the links that have ended; and after
any line on stdin the last of them with "cursors", how many clients stand where.
"""

import json
import select
import selectors
import socket
import sys
import time
from collections import Counter
from typing import Any, NamedTuple

#: A link is reported when nobody has taken it for this long.
_SETTLED_S = 5.0
_AT_ONCE = 50
_CHUNK = 1 << 18
_AGAIN_S = 1.0
_REMEMBERED = 500


class Told(NamedTuple):
    """What lies between two ids of the stream. `event` is "", "catchup" or "reload"."""

    until: str
    event: str
    resources: tuple[int, ...]
    board: tuple[tuple[str, int], ...]


class Link:
    """Clients that went from one cursor to the next by the same message."""

    __slots__ = ("arrivals", "count", "first", "last", "since", "told")

    def __init__(self, since: str, told: Told) -> None:
        self.since, self.told = since, told
        self.count, self.first, self.last = 0, 0.0, 0.0
        self.arrivals: list[float] = []

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "since": self.since,
            **self.told._asdict(),
            "count": self.count,
            "first": self.first,
            "last": self.last,
            "arrivals": self.arrivals,
        }


class Client:
    """One open feed, and how far it has been told."""

    __slots__ = ("buffer", "cursor", "headed", "sock")

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self.cursor = ""
        self.buffer = b""
        self.headed = False


class Crowd:
    """All clients."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._address = (asked["host"], asked["port"])
        cookie = f"Cookie: {asked['cookie']}\r\n" if asked.get("cookie") else ""
        self._head = (
            f"GET /api/feed HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n{cookie}"
        )
        self._report_s, self._keep = asked["report_s"], asked["arrivals"]
        self._selector = selectors.EpollSelector()
        self._clients = [Client() for _ in range(asked["clients"])]
        self._known: dict[bytes, list[Told]] = {}
        self._links: dict[tuple[str, Told], Link] = {}
        self._away: list[tuple[float, Client]] = []
        self.reconnects = -len(self._clients)

    def open(self) -> int:
        """Let everybody in, some at a time; how many are."""
        for n, client in enumerate(self._clients):
            self._connect(client)
            if n % _AT_ONCE == _AT_ONCE - 1:
                self._settle(n + 1)
        self._settle(len(self._clients))
        return self.told

    @property
    def told(self) -> int:
        """How many have heard something."""
        return sum(client.cursor != "" for client in self._clients)

    def run(self) -> None:
        """Hear, and report, until somebody says something on stdin."""
        report = time.time() + self._report_s
        while not select.select([sys.stdin], [], [], 0)[0]:
            self._hear(0.2)
            self._come_back()
            if time.time() >= report:
                report += self._report_s
                _say(self._report(_SETTLED_S))
        self._hear(0.2)
        cursors = Counter(client.cursor for client in self._clients)
        _say({**self._report(-1.0), "cursors": cursors})

    def _settle(self, wanted: int) -> None:
        deadline = time.time() + 60
        while self.told < wanted and time.time() < deadline:
            self._hear(0.2)
            self._come_back()

    def _connect(self, client: Client) -> None:
        self.reconnects += 1
        client.buffer, client.headed = b"", False
        last = f"Last-Event-ID: {client.cursor}\r\n" if client.cursor else ""
        try:
            client.sock = socket.create_connection(self._address, 10)
            client.sock.sendall(f"{self._head}{last}\r\n".encode())
        except OSError:
            self._away.append((time.time() + _AGAIN_S, client))
            return
        client.sock.setblocking(False)
        self._selector.register(client.sock, selectors.EVENT_READ, client)

    def _come_back(self) -> None:
        now = time.time()
        due = [client for at, client in self._away if at <= now]
        self._away = [one for one in self._away if one[0] > now]
        for client in due:
            self._connect(client)

    def _hear(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            client: Client = key.data
            assert client.sock is not None
            try:
                data = client.sock.recv(_CHUNK)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if data:
                self._read(client, data, time.time())
            else:
                self._lose(client)

    def _lose(self, client: Client) -> None:
        assert client.sock is not None
        self._selector.unregister(client.sock)
        client.sock.close()
        self._away.append((time.time() + _AGAIN_S, client))

    def _read(self, client: Client, data: bytes, now: float) -> None:
        data = client.buffer + data
        if not client.headed:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                client.buffer = head
                return
            if b" 200 " not in head[:20]:
                raise ConnectionError(head[:200].decode("latin-1"))
            client.headed = True
        end = whole(data)
        client.buffer = data[end:]
        for told in self._parsed(data[:end]) if end else ():
            self._note(client, told, now)

    def _parsed(self, data: bytes) -> list[Told]:
        """What a piece of the stream says; many clients are told the same bytes."""
        if data not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[data] = parsed(data)
        return self._known[data]

    def _note(self, client: Client, told: Told, now: float) -> None:
        if told.event == "reload":
            client.cursor = ""
            return
        since, client.cursor = client.cursor, told.until
        if since == "":
            return  # the first cursor of a client's life
        key = (since, told)
        link = self._links.get(key)
        if link is None:
            link = self._links[key] = Link(since, told)
            link.first = now
        link.count += 1
        link.last = now
        if self._keep:
            link.arrivals.append(now)

    def _report(self, settled: float) -> dict[str, Any]:
        before = time.time() - settled
        done = [key for key, link in self._links.items() if link.last < before]
        links = [self._links.pop(key).plain() for key in done]
        is_open = len(self._clients) - len(self._away)
        return {"links": links, "open": is_open, "reconnects": self.reconnects}


def whole(data: bytes) -> int:
    """How many bytes may be read: up to the last event that does not wait for an id after it."""
    end = data.rfind(b"\n\n")
    while end >= 0:
        start = data.rfind(b"\n\n", 0, end) + 2
        block = data[max(start, 0) : end]
        if b"id: " in block or not (b"event: change" in block or b"event: dispatch" in block):
            return end + 2
        end = start - 2 if start > 1 else -1
    return 0


def parsed(data: bytes) -> list[Told]:
    """The events of a piece of a chunked stream, gathered up to each id."""
    found: list[Told] = []
    resources: list[int] = []
    board: list[tuple[str, int]] = []
    for block in data.split(b"\n\n"):
        fields = _fields(block)
        event, body = fields.get(b"event", b""), fields.get(b"data", b"")
        if event == b"change":
            resources += _change(json.loads(body))
        elif event == b"dispatch":
            board += _board(json.loads(body))
        if event == b"catchup":
            found.append(Told(json.loads(body)["cursor"], "catchup", (), ()))
        elif event == b"reload":
            found.append(Told("", "reload", (), ()))
        elif b"id" in fields:
            until = fields[b"id"].decode()
            found.append(Told(until, "", tuple(sorted(resources)), tuple(sorted(board))))
            resources, board = [], []
    return found


def _fields(block: bytes) -> dict[bytes, bytes]:
    """The fields of an event; the length that precedes a chunk is no field."""
    lines = [line.partition(b": ") for line in block.replace(b"\r\n", b"\n").split(b"\n")]
    return {name: value for name, colon, value in lines if colon}


def _change(body: dict[str, Any]) -> list[int]:
    ids, at = [], 0
    for step in body["id"]:
        at += step
        ids.append(at)
    return ids + body["gone"]


def _board(body: dict[str, Any]) -> list[tuple[str, int]]:
    names = ("incidents", "assignments", "areas")
    told = [(name, row["id"]) for name in names for row in body.get(name, ())]
    return told + [(name, i) for name in names for i in body.get("gone", {}).get(name, ())]


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    crowd = Crowd(json.loads(sys.stdin.readline()))
    _say({"open": crowd.open()})
    crowd.run()
