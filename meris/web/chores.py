"""What the server does by itself from time to time, beside answering.

Each chore is safe to run twice and on several hosts at once; one that fails is logged and has its
next turn like any other.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from meris.db import SYSTEM, Database
from meris.errors import Refused
from meris.phone.duty import end_overdue
from meris.pruning import prune
from meris.sealing import seal_some
from meris.settings import Settings

log = structlog.get_logger(__name__)

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
#: Requests that wait for the start come first.
_FIRST_SECONDS = 1.0


@dataclass(frozen=True)
class Chore:
    """Something done every so many seconds, the first time soon after the start."""

    name: str
    every: float
    work: Callable[[Database, Settings], object]


def _end_duty(database: Database, _settings: Settings) -> int:
    with database.transaction(SYSTEM) as session:
        return end_overdue(session)


def _seal(database: Database, _settings: Settings) -> int:
    return seal_some(database)


CHORES: tuple[Chore, ...] = (
    Chore("duty", _MINUTE, _end_duty),
    Chore("seal", _MINUTE, _seal),
    Chore("prune", _DAY, prune),
)


class Chores:
    """Their thread; `start` once in the process that serves."""

    def __init__(
        self, database: Database, settings: Settings, chores: tuple[Chore, ...] = CHORES
    ) -> None:
        self._database, self._settings, self._chores = database, settings, chores
        self._stopping = threading.Event()

    def start(self) -> threading.Thread:
        """Begin; the thread ends with the process, or soon after `stop`."""
        thread = threading.Thread(target=self._run, name="chores", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()

    def _run(self) -> None:
        first = time.monotonic() + _FIRST_SECONDS
        due = [(first, chore) for chore in self._chores]
        while not self._stopping.is_set() and due:
            at, chore = min(due, key=lambda one: one[0])
            if self._stopping.wait(max(0.0, at - time.monotonic())):
                return
            self._do(chore)
            due.remove((at, chore))
            due.append((time.monotonic() + chore.every, chore))

    def _do(self, chore: Chore) -> None:
        try:
            done = chore.work(self._database, self._settings)
        except (SQLAlchemyError, Refused, OSError) as problem:
            log.warning("chore.failed", chore=chore.name, problem=f"{type(problem).__name__}")
        else:
            # a chore of every minute that found nothing to do is no news
            (log.info if done else log.debug)("chore.done", chore=chore.name, done=str(done))
