"""From a request to rows: who reports, what is believed, and when it is safe."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from enum import Enum

from meris.db import Database
from meris.positions.fix import Fix, refusal
from meris.positions.roster import Reporter, Roster
from meris.positions.track import Track
from meris.positions.writer import Line, Writer

_NOTE_EVERY_S = 60.0


class Verdict(Enum):
    """What becomes of a request."""

    UNKNOWN = "unknown device"
    HURRIES = "asks too often"
    DROPPED = "nothing to keep"
    WAITING = "told by and by"


class Intake:
    """Takes positions of devices; one a process. `counts` says what became of the fixes."""

    def __init__(self, database: Database) -> None:
        self._roster = Roster(database)
        self._writer = Writer(database)
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    def take(
        self, token: str, source: str, fixes: Iterable[Fix], done: Callable[[bool], None]
    ) -> Verdict:
        """Hand over what a device reports.

        After WAITING, and only then, `done` is called from another thread: with true when the
        fixes are kept, with false when the database would not. Raises SQLAlchemyError when it
        cannot be found out whose token it is.
        """
        reporter = self._roster.find(token)
        if reporter is None:
            self.counts["unknown"] += 1
            return Verdict.UNKNOWN
        now = time.time()
        with self._lock:
            track = self._roster.tracks[reporter.device_id]
            if track.hurries(now):
                return Verdict.HURRIES
            lines = self._believed(reporter, track, source, fixes, now)
            unnoted = now - track.noted_at > _NOTE_EVERY_S
            if unnoted:
                track.noted_at = now
        if not lines and not unnoted:
            return Verdict.DROPPED

        def written(ok: bool) -> None:
            if not ok:
                # it will be sent again, and must not be taken for a copy then
                track.last, track.noted_at = None, 0.0
            done(ok)

        self._writer.put(lines, written, used=reporter.device_id if unnoted else None)
        return Verdict.WAITING

    def refresh(self) -> None:
        """A device was made or revoked here: the next request finds it so."""
        self._roster.expire()

    def track_of_page(self, account_id: int) -> Track:
        """What somebody's own page said last; no device has such a number."""
        return self._roster.tracks[-account_id]

    def _believed(
        self, reporter: Reporter, track: Track, source: str, fixes: Iterable[Fix], now: float
    ) -> list[Line]:
        if track.last is None:
            track.last = reporter.seen
        lines = []
        for fix in fixes:
            why = _refusal(reporter, track, fix, now)
            self.counts[why or "taken"] += 1
            if why is None:
                lines.append(Line(reporter.account_id, reporter.device_id, fix, source))
        return lines


def _refusal(reporter: Reporter, track: Track, fix: Fix, now: float) -> str | None:
    if not reporter.shares(now) or fix.at < reporter.since:
        return "off_duty"
    return refusal(fix, now) or track.refusal(fix, reporter.top_speed_mps)
