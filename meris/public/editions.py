"""What the public was last told, kept: thousands a second ask, the database is asked once.

An edition is all open shelters at a moment. It serves for a few seconds; who asks after that still
gets it at once, and the next is read beside. When the database is away the last one goes on being
served, with its age.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from meris.db import Database
from meris.public.open_shelters import OpenShelter, read

log = structlog.get_logger(__name__)

#: How long after a failure the database is asked again, in seconds.
_AGAIN_S = 2.0
#: How long somebody waits for a newer edition than the old one there is, and after that was in
#: vain, for how long nobody does.
_PATIENCE_S, _HOPELESS_S = 2.0, 30.0
_FIRST_S = 12.0


@dataclass(frozen=True, eq=False)
class Edition:
    """Open shelters by county and name, as they were known at `as_of`."""

    as_of: datetime
    shelters: tuple[OpenShelter, ...]
    made: float = field(default_factory=time.monotonic)

    @property
    def age_s(self) -> float:
        """Seconds since it was read."""
        return time.monotonic() - self.made


def edition_of(database: Database) -> Edition:
    """Read the present one. Raises SQLAlchemyError."""
    with database.reading() as session:
        now = datetime.now(UTC)
        return Edition(now, read(session, now))


class Editions:
    """The present edition of a process; `read` makes one, `published` is told of each new one.

    `every` is how many seconds one is the newest; up to `wait_after` seconds old it is given while
    the next is read, older ones only when there is none newer. With 0 each is read anew.
    """

    def __init__(
        self,
        read: Callable[[], Edition],
        *,
        every: float,
        wait_after: float,
        published: Callable[[Edition], None] = lambda _: None,
    ) -> None:
        self._read, self._published = read, published
        self._every, self._wait_after = every, wait_after
        self._patience = _PATIENCE_S if every else _FIRST_S
        self._lock = threading.Lock()
        self._under_way: threading.Event | None = None
        self._last: Edition | None = None
        self._not_before = self._hopeless_until = 0.0

    def newest(self) -> Edition | None:
        """The edition there is, at once; None before the first. Sees to the next when it is due."""
        last = self._last
        if last is not None and last.age_s > self._every > 0:
            self._begin()
        return last

    def current(self) -> Edition | None:
        """As `newest`, but who would get none or an old one waits for the next, if one comes."""
        if self.is_ready():
            return self.newest()
        last = self._last
        self._begin().wait(_FIRST_S if last is None else self._patience)
        if last is self._last:
            self._hopeless_until = time.monotonic() + _HOPELESS_S
        return self._last

    def is_ready(self) -> bool:
        """Whether `current` would answer at once."""
        last = self._last
        if last is None:
            return False
        return last.age_s <= self._wait_after or time.monotonic() < self._hopeless_until

    @property
    def age_s(self) -> float | None:
        """How old the newest edition is, in seconds; None before the first."""
        return self._last.age_s if self._last else None

    def _begin(self) -> threading.Event:
        """The end of the reading that is under way, begun unless one failed a moment ago."""
        with self._lock:
            if self._under_way is not None:
                return self._under_way
            done = threading.Event()
            if time.monotonic() < self._not_before:
                done.set()
                return done
            self._under_way = done
        threading.Thread(target=self._renew, args=(done,), name="public", daemon=True).start()
        return done

    def _renew(self, done: threading.Event) -> None:
        try:
            fresh = self._read()
            self._published(fresh)
            self._last = fresh
        except SQLAlchemyError as problem:
            log.warning("public.database_away", problem=type(problem).__name__)
            self._not_before = time.monotonic() + _AGAIN_S
        finally:
            with self._lock:
                self._under_way = None
            done.set()
