"""Shipments: made and sent (`sending`), taken in and brought back (`receipts`)."""

from meris.ledger.receipts import Taken, come_back, reverse_receipt, take_in
from meris.ledger.sending import Load, Plan, arrive, cancel, depart, prepare, turn_back
from meris.ledger.shipping_states import ENDED, TITLES, TRANSITIONS, UNDER_WAY, find, seen_by

__all__ = [
    "ENDED",
    "TITLES",
    "TRANSITIONS",
    "UNDER_WAY",
    "Load",
    "Plan",
    "Taken",
    "arrive",
    "cancel",
    "come_back",
    "depart",
    "find",
    "prepare",
    "reverse_receipt",
    "seen_by",
    "take_in",
    "turn_back",
]
