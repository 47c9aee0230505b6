"""One answer for everybody who asks the same at the same moment.

When something happens, every board in the state asks again at once. Those with the same policy and
the same question get the same bytes, worked out once.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.orm import Session

from meris import changes
from meris.changes import Cursor

#: What runs by the clock alone (a hold that lapses) may be this late.
_SECONDS = 2.0
_MOST = 64


class _Answer(NamedTuple):
    at: Cursor
    made: float
    body: bytes


@dataclass
class Shared:
    """Answers by question, each true at a moment of the journal."""

    _answers: dict[Hashable, _Answer] = field(default_factory=dict)
    _locks: dict[Hashable, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, question: Hashable, session: Session, make: Callable[[], bytes]) -> bytes:
        """The answer as true as `session` sees it, or truer; call inside `Database.reading`."""
        here = changes.now(session)
        with self._turn(question):
            known = self._answers.get(question)
            if known and here.within(known.at) and time.monotonic() - known.made < _SECONDS:
                return known.body
            body = make()
            self._keep(question, _Answer(here, time.monotonic(), body))
            return body

    def _turn(self, question: Hashable) -> threading.Lock:
        """Who asks the same waits for the first to be done."""
        with self._lock:
            return self._locks.setdefault(question, threading.Lock())

    def _keep(self, question: Hashable, answer: _Answer) -> None:
        with self._lock:
            self._answers.pop(question, None)
            self._answers[question] = answer
            while len(self._answers) > _MOST:
                oldest = next(iter(self._answers))
                del self._answers[oldest]
                self._locks.pop(oldest, None)
