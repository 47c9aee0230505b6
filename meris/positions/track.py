"""What a device said last: no faster than its kind can go, and no more often than it needs to."""

from dataclasses import dataclass

from meris.positions.fix import Fix, within_reach

#: A device that was away sends what it kept, one request after the other; then about this many a
#: second are enough for anybody.
_BURST, _PER_SECOND = 900.0, 10.0
#: So many fixes in a row that agree with one another outweigh the one that they all disagree with.
_WITNESSES = 3


@dataclass(slots=True)
class Track:
    """Kept in memory for each device; the database holds what was believed."""

    last: Fix | None = None
    doubted: Fix | None = None
    doubts: int = 0
    allowance: float = _BURST
    asked_at: float = 0.0
    noted_at: float = 0.0

    def hurries(self, now: float) -> bool:
        """Whether the device asks too often; counts this request. `now` in seconds."""
        earned = (now - self.asked_at) * _PER_SECOND
        self.allowance = min(_BURST, self.allowance + earned) - 1
        self.asked_at = now
        if self.allowance >= 0:
            return False
        self.allowance = 0.0
        return True

    def refusal(self, fix: Fix, top_speed_mps: float) -> str | None:
        """Why a fix is not believed: `twice` or `jump`; None when it is, and it is remembered."""
        last = self.last
        if last is not None and fix.at == last.at:
            return "twice"
        if last is not None and not within_reach(last, fix, top_speed_mps):
            if not self._witnessed(fix, top_speed_mps):
                return "jump"
            last = None
        if last is None or fix.at > last.at:
            self.last = fix
        self.doubted, self.doubts = None, 0
        return None

    def _witnessed(self, fix: Fix, top_speed_mps: float) -> bool:
        """Whether fixes that were doubted say the same, so that the one before them was wrong."""
        before = self.doubted
        agrees = (
            before is not None and fix.at > before.at and within_reach(before, fix, top_speed_mps)
        )
        self.doubts = self.doubts + 1 if agrees else 1
        self.doubted = fix
        return self.doubts >= _WITNESSES
