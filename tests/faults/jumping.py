"""A server whose clock can be put while it runs.

Only what Python reads moves: PostgreSQL's clock stays right, as on a database host of its own, so
that the two differ as well. libfaketime would move both, but also what `time.sleep` waits for.
"""

import ctypes
import gc
import os
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

#: Names the clock's file to a server of tests (`tests.browsing.Fork`).
CLOCK = "MERIS_TEST_CLOCK"


class Clock:
    """How far a server's clock is put forward: its file's own time, counted from 1970."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.touch(mode=0o644)
        self.put(timedelta())

    def put(self, ahead: timedelta) -> None:
        """From now on the server believes it is so much later than it is."""
        os.utime(self.file, (ahead.total_seconds(),) * 2)


def follow(file: str) -> None:
    """Have this process, and those it forks, read the time as the clock's file says."""
    true_time = time.time

    def shifted() -> float:
        return true_time() + os.stat(file).st_mtime  # noqa: PTH116  # at every look at a clock

    def now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        return cls.fromtimestamp(shifted(), tz)

    def utcnow(cls: type[datetime]) -> datetime:
        return cls.fromtimestamp(shifted(), UTC).replace(tzinfo=None)

    time.time = shifted
    # The type itself is changed: a subclass of it would not be what psycopg2 answers, and
    # `isinstance` and SQLAlchemy would tell the two apart. Python has no door to it but this.
    names = next(each for each in gc.get_referents(datetime.__dict__) if isinstance(each, dict))
    names.update(now=classmethod(now), utcnow=classmethod(utcnow))
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
