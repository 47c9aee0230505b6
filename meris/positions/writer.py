"""One thread a process that writes the fixes of many requests in one statement and one commit."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from geo.values import SRID
from meris.db import SYSTEM, Database
from meris.positions.fix import Fix
from meris.sql import named

log = structlog.get_logger(__name__)

#: How long the first of a batch waits for others.
GATHER_S = 0.04
_MOST_IN_A_BATCH = 5_000
#: Two hosts that write of the same units may get into each other's way; one of them goes again.
_TRIES = 2
_PREPARE_EVERY_S = 3600.0
_PREPARE = text("SELECT position_fix_prepare(current_date - 1, 8)")
#: docs/adr/0013: what a crash may take is a fraction of a second of positions, and the next comes.
_LAZY = text("SET LOCAL synchronous_commit = off")


class Line(NamedTuple):
    """A fix to keep: whose, by which device (0: the page), and by which program."""

    account_id: int
    device_id: int
    fix: Fix
    source: str


def keep(session: Session, lines: Iterable[Line]) -> int:
    """Write fixes: how many were new and of somebody on duty who shares."""
    columns = list(
        zip(*((line[0], line[1], *line.fix, line.source) for line in lines), strict=True)
    )
    names = ("account_id", "device_id", *Fix._fields, "source")
    values = {name: _array(column) for name, column in zip(names, columns, strict=True)}
    return session.scalar(named("positions", "keep"), {**values, "srid": SRID}) or 0


def _array(values: Iterable[float | str | None]) -> str:
    """An array as one text: PostgreSQL reads that many times faster than an expression of parts.

    Numbers, and the names that programs have here; nothing that would need a quote.
    """
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


class _Work(NamedTuple):
    lines: Sequence[Line]
    used: int | None
    done: Callable[[bool], None]


class Writer:
    """Requests hand over and are told when their fixes are safe, or that they are not."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: SimpleQueue[_Work] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._prepared_at = float("-inf")

    def put(
        self, lines: Sequence[Line], done: Callable[[bool], None], *, used: int | None = None
    ) -> None:
        """Write these, and that the device `used` was heard; `done` is called from the writer's
        thread, with whether it is so."""
        self._waiting.put(_Work(lines, used, done))
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="positions", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            batch = self._gather()
            ok = self._written(
                [line for work in batch for line in work.lines],
                sorted({work.used for work in batch if work.used is not None}),
            )
            for work in batch:
                work.done(ok)

    def _gather(self) -> list[_Work]:
        batch = [self._waiting.get()]
        time.sleep(GATHER_S)
        try:
            while len(batch) < _MOST_IN_A_BATCH:
                batch.append(self._waiting.get_nowait())
        except Empty:
            pass
        return batch

    def _written(self, lines: list[Line], used: list[int]) -> bool:
        for _ in range(_TRIES):
            try:
                self._write(lines, used)
            except (SQLAlchemyError, OSError) as problem:
                log.warning("positions.not_kept", fixes=len(lines), problem=type(problem).__name__)
            except Exception as fault:  # one batch must not end the writing of all that follow
                log.error("positions.broke", fixes=len(lines), exc_info=fault)
                return False
            else:
                return True
        return False

    def _write(self, lines: list[Line], used: list[int]) -> None:
        with self._database.transaction(SYSTEM) as session:
            session.execute(_LAZY)
            self._prepare(session)
            if used:
                session.execute(named("positions", "note_used"), {"ids": used})
            if lines:
                keep(session, lines)

    def _prepare(self, session: Session) -> None:
        """Keep days of the trail's table ahead."""
        if time.monotonic() - self._prepared_at > _PREPARE_EVERY_S:
            session.execute(_PREPARE)
            self._prepared_at = time.monotonic()
