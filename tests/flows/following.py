"""A client of the feed for tests: keeps a map of id to status, goes away and comes back."""

import itertools
import json
import random
from collections.abc import Iterator
from threading import Event
from typing import Any

from meris import board, changes, snapshot
from meris.accounts import Policy
from meris.db import Database
from meris.feed import Hub, Mailbox

BOARD = ("incidents", "assignments", "areas")


def events(parcels: bytes) -> Iterator[tuple[str, Any, str | None]]:
    """Name, data and id of each Server-Sent Event."""
    for block in parcels.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            yield lines["event"], json.loads(lines["data"]), lines.get("id")


def received(mailbox: Mailbox) -> list[tuple[str, Any, str | None]]:
    """What waits in a mailbox."""
    return list(events(mailbox.take_all()))


class Follower:
    """Starts from the whole map, then lives on the feed alone."""

    def __init__(self, database: Database, hub: Hub, policy: Policy, seed: int) -> None:
        self.hub, self.policy, self.dice = hub, policy, random.Random(seed)
        self.statuses: dict[int, str] = {}
        with database.reading() as session:
            start = snapshot.whole(session, policy)
        self.apply(start)
        self.cursor: str = start["cursor"]

    def follow(self, done: Event) -> dict[int, str]:
        """Connect and disconnect at random until `done`, and once more after it."""
        while True:
            last = done.is_set()
            self.listen_for(self.dice.random() * 0.05, done, last=last)
            if last:
                return self.statuses

    def listen_for(self, seconds: float, done: Event, *, last: bool) -> None:
        """One connection, resumed at the cursor, cut off after a while."""
        mailbox, first = self.hub.subscribe(self.policy, self.cursor)
        done.wait(seconds)
        if last:
            self.hub.advance()
        self.hub.unsubscribe(mailbox)
        for event, columns, cursor in events(first + mailbox.take_all()):
            assert event in ("change", "beat"), event
            if event == "change":
                self.apply(columns)
            self.cursor = cursor or self.cursor

    def apply(self, columns: dict[str, Any]) -> None:
        """Take over changed resources and forget those that are gone."""
        for resource_id, look in zip(
            itertools.accumulate(columns["id"]), columns["look"], strict=True
        ):
            self.statuses[resource_id] = columns["looks"][look][1]
        for resource_id in columns.get("gone", ()):
            self.statuses.pop(resource_id, None)


class BoardFollower:
    """Starts from the whole board, then lives on the feed alone: rows replace by id."""

    def __init__(self, database: Database, hub: Hub, policy: Policy, seed: int) -> None:
        self.hub, self.policy, self.dice = hub, policy, random.Random(seed)
        with database.reading() as session:
            self.cursor = str(changes.now(session))
            self.known = self.as_known(board.whole(session, policy))

    @staticmethod
    def as_known(answer: dict[str, Any]) -> dict[str, dict[int, Any]]:
        """The rows of an answer by what they are and their id."""
        return {what: {row["id"]: row for row in answer[what]} for what in BOARD}

    def follow(self, done: Event) -> dict[str, dict[int, Any]]:
        """Connect and disconnect at random until `done`, and once more after it."""
        while True:
            last = done.is_set()
            self._listen_for(self.dice.random() * 0.05, done, last=last)
            if last:
                return self.known

    def _listen_for(self, seconds: float, done: Event, *, last: bool) -> None:
        mailbox, first = self.hub.subscribe(self.policy, self.cursor)
        done.wait(seconds)
        if last:
            self.hub.advance()
        self.hub.unsubscribe(mailbox)
        for event, data, cursor in events(first + mailbox.take_all()):
            assert event in ("dispatch", "change", "beat"), event
            if event == "dispatch":
                self._apply(data)
            self.cursor = cursor or self.cursor

    def _apply(self, data: dict[str, Any]) -> None:
        for what in BOARD:
            self.known[what] |= {row["id"]: row for row in data[what]}
            for i in data["gone"][what]:
                # told as gone only to those who may have known of it: a line that opens reads rows
                # that are newer than its cursor, and may miss how something came and went again
                known = self.known[what].pop(i, None)
                assert known is not None or self.policy.staff or self.policy.everything, (what, i)
