"""What one client of the feed has still to be sent."""

import json
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

    def put(self, parcel: bytes, cursor: Cursor) -> None:
        """Leave a message, or "catch up" for a client that has stopped reading."""
        if self.waiting.qsize() >= _SIZE:
            self.take_all()
            parcel = catch_up(cursor)
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
