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
from meris.notices.sender import Sender
from meris.phone.duty import end_overdue
from meris.pruning import prune
from meris.settings import Settings
from meris.web.context import Context

log = structlog.get_logger(__name__)

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True)
class Chore:
    """Something done every so many seconds, the first time soon after the start."""

    name: str
    every: float
    work: Callable[[Database, Settings], object]


def _end_duty(database: Database, _settings: Settings) -> int:
    with database.transaction(SYSTEM) as session:
        return end_overdue(session)


CHORES: tuple[Chore, ...] = (
    Chore("duty", _MINUTE, _end_duty),
    Chore("prune", _DAY, prune),
)


class Chores:
    """The threads beside the requests; `start` once in the process that serves."""

    def __init__(self, parts: Context, chores: tuple[Chore, ...] = CHORES) -> None:
        self._parts, self._chores = parts, chores
        self._stopping = threading.Event()
        self._sender = Sender(parts.database, parts.settings)

    def start(self) -> None:
        """Begin; the threads end with the process, or soon after `stop`."""
        self._sender.start()
        threading.Thread(target=self._run, name="chores", daemon=True).start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()
        self._sender.stop()

    def _run(self) -> None:
        due = [(time.monotonic() + 1.0, chore) for chore in self._chores]
        while not self._stopping.is_set() and due:
            at, chore = min(due, key=lambda one: one[0])
            if self._stopping.wait(max(0.0, at - time.monotonic())):
                return
            self._do(chore)
            due.remove((at, chore))
            due.append((time.monotonic() + chore.every, chore))

    def _do(self, chore: Chore) -> None:
        try:
            done = chore.work(self._parts.database, self._parts.settings)
        except (SQLAlchemyError, Refused, OSError) as problem:
            log.warning("chore.failed", chore=chore.name, problem=f"{type(problem).__name__}")
        else:
            # a chore of every minute that found nothing to do is no news
            (log.info if done else log.debug)("chore.done", chore=chore.name, done=str(done))
