"""For how long a unit is held or sent when nobody says, and whose clock entries are told by."""

from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo


@dataclass(frozen=True)
class Terms:
    """An installation's choice: MERIS_HOLD_MINUTES, MERIS_ASSIGNMENT_HOURS, the state's zone."""

    hold: timedelta = timedelta(minutes=10)
    work: timedelta = timedelta(hours=8)
    zone: tzinfo = UTC
