"""What somebody says who moves a line on."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Step:
    """One step: `to` a state, from the `version` that was seen; `at` when it happened, None is now.

    `name` and `title`: who approves or receives, if not the viewer. `quantity`: offered or
    received, in the line's unit; None is all that is missing, or on the way. `cost` in US dollars.
    `place`: where it goes when it is let go. `disposition`: consumed or returned.
    """

    to: str
    version: int
    reason: str | None = None
    provider: str | None = None
    expected_at: datetime | None = None
    quantity: Decimal | None = None
    cost: Decimal | None = None
    at: datetime | None = None
    name: str | None = None
    title: str | None = None
    place: str | None = None
    disposition: str | None = None
