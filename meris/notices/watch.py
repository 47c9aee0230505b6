"""Phones that wait for news of what is theirs: told that something changed, and not what.

A phone names few things: its person, unit, incident and shelters. What a stretch of the journal
stirred is read once, and only the phones that named it are told; they fetch their page anew.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.changes import Cursor
from meris.sql import named
from meris.tables import Assignment, Duty, Resource
from meris.units import in_force

BEAT_SECONDS = 15.0
#: More things than this in one go, as an upload stirs, and every phone is told.
_MOST = 2000
#: So many phones told at once spread their questions over some seconds.
_MANY, _SPREAD_SECONDS = 50, 4


class Thing(NamedTuple):
    """What a phone may wait for: a "resource" (unit or site), an "incident" or an "account"."""

    what: str
    id: int


def interests(session: Session, viewer: Viewer) -> frozenset[Thing]:
    """What somebody's pages show: themselves, their unit, its incidents, their shelters."""
    if viewer.account_id is None:
        return frozenset()
    things = {Thing("account", viewer.account_id)}
    units = session.scalars(
        select(Duty.resource_id).where(
            Duty.account_id == viewer.account_id, Duty.ended_at.is_(None)
        )
    ).all()
    things |= {Thing("resource", unit_id) for unit_id in units}
    incidents = select(Assignment.incident_id).where(Assignment.resource_id.in_(units), in_force())
    things |= {Thing("incident", incident_id) for incident_id in session.scalars(incidents)}
    return frozenset(things | _shelters(session, viewer))


def _shelters(session: Session, viewer: Viewer) -> set[Thing]:
    if viewer.agency_id is None:
        return set()
    if viewer.editable(kind="shelter", agency_id=viewer.agency_id) == frozenset():
        return set()
    own = select(Resource.id).where(
        Resource.kind == "shelter", Resource.agency_id == viewer.agency_id
    )
    return {Thing("resource", shelter_id) for shelter_id in session.scalars(own)}


class Watcher:
    """One phone that waits. What it waits for may change while it does."""

    def __init__(self, things: Collection[Thing]) -> None:
        self.things = frozenset(things)
        self._waiting: SimpleQueue[frozenset[str] | None] = SimpleQueue()

    def put(self, about: frozenset[str] | None) -> None:
        """Tell it which tables changed; None says that there will be no more."""
        self._waiting.put(about)

    def take(self, seconds: float) -> frozenset[str] | None:
        """All that came, as one; empty after `seconds` of silence, None at the end."""
        about: set[str] = set()
        with suppress(Empty):
            news = self._waiting.get(timeout=seconds)
            while news is not None:
                about |= news
                news = self._waiting.get_nowait()
            return None
        return frozenset(about)


class Watch:
    """All phones of this process that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_thing: dict[Thing, set[Watcher]] = defaultdict(set)
        self._watchers: set[Watcher] = set()
        self._stopped = False

    @property
    def phones(self) -> int:
        """How many wait."""
        return len(self._watchers)

    def open(self, things: Collection[Thing]) -> Watcher:
        """A phone that is told of `things` from now on."""
        watcher = Watcher(things)
        with self._lock:
            self._watchers.add(watcher)
            self._enter(watcher)
            if self._stopped:
                watcher.put(None)
        return watcher

    def follow(self, watcher: Watcher, things: Collection[Thing]) -> None:
        """Let a phone wait for other things than before."""
        with self._lock:
            self._leave(watcher)
            watcher.things = frozenset(things)
            if watcher in self._watchers:
                self._enter(watcher)

    def close(self, watcher: Watcher) -> None:
        """Forget a phone."""
        with self._lock:
            self._watchers.discard(watcher)
            self._leave(watcher)

    def tell(self, session: Session, since: Cursor | None, until: Cursor) -> None:
        """Tell the phones concerned of what changed between two cursors."""
        if since is None or not self._watchers:
            return
        span = {"since": since.snapshot, "until": until.snapshot, "most": _MOST + 1}
        rows = session.execute(named("phone", "stirred"), span).all()
        with self._lock:
            if len(rows) > _MOST:
                told = {watcher: {"everything"} for watcher in self._watchers}
            else:
                told = defaultdict(set)
                for what, id_, table in rows:
                    for watcher in self._by_thing.get(Thing(what, id_), ()):
                        told[watcher].add(table)
            crowd = {"crowd"} if len(told) > _MANY else set()
            for watcher, about in told.items():
                watcher.put(frozenset(about | crowd))

    def stop(self) -> None:
        """End every phone's stream."""
        with self._lock:
            self._stopped = True
            for watcher in self._watchers:
                watcher.put(None)

    def stream(self, watcher: Watcher, look: Callable[[], Collection[Thing]]) -> Iterator[bytes]:
        """Events for one phone: `news` and `beat`. `look` says what it waits for by now.

        It is asked before the phone is told, so that what changes while the phone fetches its page
        is told as well.
        """
        try:
            yield b"retry: 3000\n\n" + _event("beat", {})
            while (about := watcher.take(BEAT_SECONDS)) is not None:
                if not about:
                    yield _event("beat", {})
                    continue
                self.follow(watcher, look())
                yield _event("news", _news(about))
        finally:
            self.close(watcher)

    def _enter(self, watcher: Watcher) -> None:
        for thing in watcher.things:
            self._by_thing[thing].add(watcher)

    def _leave(self, watcher: Watcher) -> None:
        for thing in watcher.things:
            self._by_thing[thing].discard(watcher)
            if not self._by_thing[thing]:
                del self._by_thing[thing]


def _news(about: frozenset[str]) -> dict[str, object]:
    """Which tables changed, and over how many seconds the phones spread their questions."""
    many = not about.isdisjoint({"crowd", "everything"})
    return {"about": sorted(about - {"crowd"}), "delay": _SPREAD_SECONDS if many else 0}


def _event(name: str, data: dict[str, object]) -> bytes:
    told = json.dumps({**data, "now": int(time.time())}, separators=(",", ":"))
    return f"event: {name}\ndata: {told}\n\n".encode()
