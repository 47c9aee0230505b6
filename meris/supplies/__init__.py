"""Supply sites and shelters as keepers of stock: what is where, read and never written here.

Movements are `meris.ledger`'s. Every query goes through the viewer's policy.
"""

from meris.supplies import shipments
from meris.supplies.catalogue import Holders, catalogue, in_every_unit, item
from meris.supplies.catalogue import find as find_item
from meris.supplies.free import BASE_SIZE, FREE, usable
from meris.supplies.read import brief_stock, briefs, stock
from meris.supplies.sheet import KEEPERS, Asked, keeper, sheet
from meris.supplies.sites import Sites, counties, sites
from meris.supplies.states import TRANSITIONS
from meris.supplies.stocktakes import stocktake, stocktakes
from meris.supplies.words import amount, each, exact, goods, number, small, with_base

__all__ = [
    "BASE_SIZE",
    "FREE",
    "KEEPERS",
    "TRANSITIONS",
    "Asked",
    "Holders",
    "Sites",
    "amount",
    "brief_stock",
    "briefs",
    "catalogue",
    "counties",
    "each",
    "exact",
    "find_item",
    "goods",
    "in_every_unit",
    "item",
    "keeper",
    "number",
    "sheet",
    "shipments",
    "sites",
    "small",
    "stock",
    "stocktake",
    "stocktakes",
    "usable",
    "with_base",
]
