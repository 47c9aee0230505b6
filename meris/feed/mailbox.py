"""What one client of the feed has still to be sent."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from meris.accounts import Policy
from meris.changes import Cursor

#: Over how many seconds the clients spread the fetch that a "catch up" asks of them.
CATCH_UP_SPREAD_SECONDS = 2.0
#: A client this far behind is told to catch up instead of being fed from a growing queue.
_SIZE = 200
#: The same in bytes. Clients of one policy share the bytes of a message, others do not.
_MOST_BYTES = 2_000_000


def message(event: str, data: Any, cursor: Cursor | None = None) -> bytes:
    """One Server-Sent Event."""
    return message_of(event, json.dumps(data, separators=(",", ":")), cursor)


def message_of(event: str, data: str, cursor: Cursor | None = None) -> bytes:
    """One Server-Sent Event of data that is JSON already."""
    head = f"id: {cursor}\n" if cursor else ""
    return f"{head}event: {event}\ndata: {data}\n\n".encode()


def catch_up(cursor: Cursor) -> bytes:
    """Ask a client to fetch what is new."""
    # no id: the client's cursor moves only when it has fetched what it missed
    return message("catchup", {"delay": CATCH_UP_SPREAD_SECONDS, "cursor": str(cursor)})


@dataclass(eq=False)
class Mailbox:
    """What one client has still to be sent; None in it says that there will be no more."""

    policy: Policy
    waiting: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)
    #: How many bytes wait.
    size: int = 0
    #: Called when something has come, from whichever thread brought it.
    told: Callable[[], None] | None = None
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def put(self, parcel: bytes, cursor: Cursor) -> None:
        """Leave a message, or "catch up" for a client that has stopped reading."""
        if self.waiting.qsize() >= _SIZE or self.size + len(parcel) > _MOST_BYTES:
            self.take_all()
            parcel = catch_up(cursor)
        self._count(len(parcel))
        self._put(parcel)

    def close(self) -> None:
        """Let the client's stream end."""
        self._put(None)

    def _put(self, parcel: bytes | None) -> None:
        self.waiting.put(parcel)
        if self.told:
            self.told()

    def take(self, seconds: float) -> bytes | None:
        """The next message; empty after `seconds` of silence, None at the end."""
        try:
            parcel = self.waiting.get(timeout=seconds)
        except Empty:
            return b""
        self._count(-len(parcel or b""))
        return parcel

    def take_all(self) -> bytes:
        """Everything that waits, at once."""
        parcels = []
        with suppress(Empty):
            while True:
                parcels.append(self.waiting.get_nowait() or b"")
        self._count(-sum(map(len, parcels)))
        return b"".join(parcels)

    def _count(self, more: int) -> None:
        with self._counting:
            self.size += more
