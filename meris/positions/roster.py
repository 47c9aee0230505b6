"""Which device belongs to whom and who is on duty, in memory: asked thousands of times a second."""

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row

from meris.db import Database
from meris.positions.fix import Fix
from meris.positions.track import Track
from meris.sql import named

#: The table is read again after so long, and for an unknown token after a moment. The statement
#: that writes asks the database itself, so an old table can only drop a fix too many.
_FRESH_S, _UNKNOWN_S = 2.0, 0.5
#: Reading it must never take more than this share of the time.
_MOST_OF_THE_TIME = 0.02
_GROUND_MPS, _AIR_MPS = 90.0, 300.0
_FLIES = frozenset({"helicopter"})


def top_speed(unit_type: str | None) -> float:
    """How fast a unit of this kind can go at most; meters a second."""
    return _AIR_MPS if unit_type in _FLIES else _GROUND_MPS


def hashed(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class Reporter(NamedTuple):
    """A device and, while its owner is on duty and shares, the unit and what it can do."""

    device_id: int
    account_id: int
    unit_id: int | None
    since: float
    until: float
    top_speed_mps: float
    seen: Fix | None

    def shares(self, now: float) -> bool:
        """Whether positions are to be kept."""
        return self.unit_id is not None and now < self.until


@dataclass(frozen=True)
class _Table:
    by_hash: Mapping[str, Reporter]
    read_at: float
    good_for: float


class Roster:
    """The devices by token, never older than a moment; and what each said last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading = threading.Lock()
        self._table = _Table({}, float("-inf"), 0.0)
        self.tracks: dict[int, Track] = defaultdict(Track)

    def find(self, token: str) -> Reporter | None:
        """Whose token this is. Raises SQLAlchemyError when the database is away and it matters."""
        key = hashed(token)
        table = self._current(_FRESH_S)
        if key not in table.by_hash:
            table = self._current(_UNKNOWN_S)
        return table.by_hash.get(key)

    def expire(self) -> None:
        """Read the table again before the next answer."""
        self._table = _Table({}, float("-inf"), 0.0)

    def _current(self, age_s: float) -> _Table:
        table = self._table
        if time.monotonic() - table.read_at < max(age_s, table.good_for):
            return table
        with self._reading:
            if self._table is table:
                self._table = self._read()
        return self._table

    def _read(self) -> _Table:
        began = time.monotonic()
        with self._database.reading() as session:
            rows = session.execute(named("positions", "roster")).all()
        by_hash = {row.token_hash: _reporter(row) for row in rows}
        ended = time.monotonic()
        return _Table(by_hash, ended, (ended - began) / _MOST_OF_THE_TIME)


def _reporter(row: Row[Any]) -> Reporter:
    seen = None if row.at is None else Fix(row.at, row.lat, row.lon, row.accuracy_m)
    return Reporter(
        row.id,
        row.account_id,
        row.resource_id,
        row.since or 0.0,
        row.until or 0.0,
        top_speed(row.type),
        seen,
    )
