"""The ledger of stock: every movement from a place to a place, and the balances they make.

A movement is never changed, it is reversed. Balances follow from movements by trigger, and `check`
counts them again.
"""

from meris.ledger import shipments, stocktaking
from meris.ledger.books import Fault, check, places, size
from meris.ledger.explain import explain
from meris.ledger.lots import Lot, line_for
from meris.ledger.movements import (
    BY_HANDS,
    BY_NAME,
    adjust_down,
    adjust_up,
    damage,
    expire,
    give_back,
    issue,
    let_go,
    receive,
    receive_lot,
    set_aside,
)
from meris.ledger.promised import Promise, promises, promises_of, to_whom
from meris.ledger.promising import commit, promise, release
from meris.ledger.quantities import Said, base_of, of_line, read, read_quantity, read_unit
from meris.ledger.reversing import is_reversible, reverse
from meris.ledger.shelves import Shelf, find, handles, keeps, lock, lock_site

__all__ = [
    "BY_HANDS",
    "BY_NAME",
    "Fault",
    "Lot",
    "Promise",
    "Said",
    "Shelf",
    "adjust_down",
    "adjust_up",
    "base_of",
    "check",
    "commit",
    "damage",
    "expire",
    "explain",
    "find",
    "give_back",
    "handles",
    "is_reversible",
    "issue",
    "keeps",
    "let_go",
    "line_for",
    "lock",
    "lock_site",
    "of_line",
    "places",
    "promise",
    "promises",
    "promises_of",
    "read",
    "read_quantity",
    "read_unit",
    "receive",
    "receive_lot",
    "release",
    "reverse",
    "set_aside",
    "shipments",
    "size",
    "stocktaking",
    "to_whom",
]
