"""The product beside its floor: both in turn about the same, so that both meet the same machine."""

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bench.rows import Row
from meris.db import Database

Asked = TypeVar("Asked")
#: Work in a session about one thing.
Work = Callable[[Session, Any], object]


def in_turn(
    database: Database,
    what: str,
    about: Iterable[Asked],
    *,
    ours: Callable[[Session, Asked], object],
    bare: Callable[[Session, Asked], object],
    warm_up: int = 10,
    **more: Any,
) -> Row:
    """A row of milliseconds. `more` goes to the row; the first `warm_up` are not counted."""
    taken: list[float] = []
    floor: list[float] = []
    for number, one in enumerate(about):
        for work, into in ((bare, floor), (ours, taken)):
            spent = milliseconds(database, work, one)
            if number >= warm_up:
                into.append(spent)
    return Row.compared(what, taken, floor, **more)


def milliseconds(database: Database, work: Callable[[Session, Asked], object], one: Asked) -> float:
    """Of one reading, from asking for a session to giving it back."""
    begun = time.perf_counter()
    with database.reading() as session:
        work(session, one)
    return (time.perf_counter() - begun) * 1000


def timed(work: Callable[[], object], runs: int = 7) -> list[float]:
    """Milliseconds of each run of `work`."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken
