"""How far the work on an upload is, for everybody who looks, while its transaction goes on.

It is told on a connection of its own, for what a transaction writes nobody else sees before its
end. It never fails and never waits: the work matters, the telling does not.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Literal, TypeVar

from sqlalchemy import Connection, TextClause, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from meris.db import Database
from meris.tables import UploadProgress

StepName = Literal["waiting", "reading", "checking", "comparing", "writing"]
Item = TypeVar("Item")

# Told at most this often, and looked at the clock only every so many rows.
_SECONDS_APART, _ROWS_APART = 0.35, 250

_TELL = text(
    "INSERT INTO upload_progress (upload_id, step, done, total, at)"
    " VALUES (:upload, :step, :done, :total, now()) ON CONFLICT (upload_id)"
    " DO UPDATE SET step = :step, done = :done, total = :total, at = now()"
)
_FORGET = text("DELETE FROM upload_progress WHERE upload_id = :upload")
# The connection may find the table locked or the server gone; then nothing is told.
_SETTLE = (
    "SET lock_timeout = '100ms'; SET statement_timeout = '500ms'; SET synchronous_commit = off"
)


@dataclass(frozen=True)
class Step:
    """What is being done, how much of it is done, and when that was told.

    `done` of `total` are rows while checking, and parts of the work otherwise.
    """

    step: str
    done: int
    total: int
    at: datetime


class Telling:
    """Keeps the time that each step takes, and tells nobody."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = {}
        self._step: StepName | None = None
        self._since = monotonic()

    @property
    def seconds(self) -> dict[str, float]:
        """How long each step has taken so far."""
        self._count()
        return {step: round(spent, 2) for step, spent in self._spent.items()}

    def step(self, step: StepName, done: int = 0, total: int = 0) -> None:  # noqa: ARG002
        """Say that a step begins, or how far it is."""
        if step != self._step:
            self._count()
            self._step = step

    def rows(self, step: StepName, items: Iterable[Item], total: int) -> Iterator[Item]:
        """Pass items through and say how many have passed."""
        self.step(step, 0, total)
        for number, item in enumerate(items, 1):
            if number % _ROWS_APART == 0:
                self.step(step, number, total)
            yield item

    def _count(self) -> None:
        now = monotonic()
        if self._step is not None:
            self._spent[self._step] = self._spent.get(self._step, 0.0) + now - self._since
        self._since = now


class Progress(Telling):
    """Tells everybody how far one upload is; see `telling`."""

    def __init__(self, connection: Connection, upload_id: int) -> None:
        super().__init__()
        self._connection, self._upload_id = connection, upload_id
        self._next = 0.0
        self._broken = False

    def step(self, step: StepName, done: int = 0, total: int = 0) -> None:
        """Say that a step begins, or how far it is; within a step at most 3 times a second."""
        is_new = step != self._step
        super().step(step, done, total)
        if is_new or monotonic() >= self._next:
            self._next = monotonic() + _SECONDS_APART
            self._tell(_TELL, step=step, done=done, total=total)

    def end(self) -> None:
        """Forget how far the work was: it is done, or it has failed."""
        self._tell(_FORGET)

    def _tell(self, statement: TextClause, **values: object) -> None:
        if self._broken:
            return
        try:
            self._connection.execute(statement, {"upload": self._upload_id, **values})
        except SQLAlchemyError:
            self._broken = True


@contextmanager
def telling(database: Database, upload_id: int) -> Iterator[Telling]:
    """Somewhere to say how far the work on an upload is, for as long as it lasts."""
    with database.beside() as connection:
        if connection is None:
            yield Telling()
            return
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql(_SETTLE)
        progress = Progress(connection, upload_id)
        try:
            yield progress
        finally:
            progress.end()


def of(session: Session, upload_id: int) -> Step | None:
    """How far the work on an upload is; None while nobody works on it."""
    columns = (UploadProgress.step, UploadProgress.done, UploadProgress.total, UploadProgress.at)
    found = session.execute(select(*columns).where(UploadProgress.upload_id == upload_id)).first()
    return Step(*found) if found else None
