"""What stands on the shelves of a supply site."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from meris.demo.rows import Row
from meris.demo.shares import one_of
from meris.fields import ITEMS, Item


class Shelf(NamedTuple):
    """How an item is usually kept: its unit, how much at a small site and at a large one.

    `days` is how long it keeps; 0 for ever. `pack` is how many base units one unit holds, where
    the item's own packs do not say.
    """

    unit: str
    least: int
    most: int
    days: int = 0
    pack: int | None = None
    sizes: tuple[str, ...] = ()


_SHELVES: dict[str, Shelf] = {
    "WATER-BTL": Shelf("CS", 40, 6000, 730),
    "WATER-BULK": Shelf("GAL", 250, 12000, 120),
    "MEAL-SS": Shelf("CS", 20, 4000, 1460),
    "FOOD-INF": Shelf("CS", 4, 120, 365, 24),
    "ICE": Shelf("BG", 50, 4000, 30, 10),
    "COT-STD": Shelf("EA", 25, 1800),
    "COT-ACC": Shelf("EA", 4, 160),
    "BLANKET": Shelf("EA", 50, 4000),
    "KIT-HYG": Shelf("EA", 40, 3000, 1100),
    "KIT-COMFORT": Shelf("EA", 40, 2400),
    "KIT-INF": Shelf("EA", 5, 240, 730),
    "TARP": Shelf("EA", 20, 2500, 0, None, ("20 x 25 ft", "10 x 12 ft")),
    "SHEETING": Shelf("RO", 6, 400, 0, None, ("20 x 100 ft",)),
    "GEN": Shelf("EA", 1, 24),
    "FUEL-DSL": Shelf("GAL", 200, 9000, 365),
    "FUEL-GAS": Shelf("GAL", 100, 4000, 180),
    "FUEL-LP": Shelf("GAL", 100, 3000),
    "PUMP": Shelf("EA", 1, 30, 0, None, ("2 in", "3 in", "6 in")),
    "SANDBAG": Shelf("EA", 1500, 120000),
    "PPE-GLOVE": Shelf("BX", 20, 1500, 1500, 100, ("M", "L", "XL")),
    "PPE-MASK": Shelf("BX", 10, 900, 1500, 50),
    "PPE-N95": Shelf("BX", 10, 800, 1800, 20),
    "PPE-GOWN": Shelf("CS", 4, 200, 1500, 50),
    "MED-DME": Shelf("EA", 3, 80),
    "MED-CMS": Shelf("KT", 4, 150, 900, 1),
    "LIGHT": Shelf("EA", 1, 16),
    "RADIO": Shelf("EA", 4, 90),
    "TOILET": Shelf("EA", 2, 60),
    "HANDWASH": Shelf("EA", 1, 40),
    "FORKLIFT": Shelf("EA", 1, 6),
    "PALLETJACK": Shelf("EA", 1, 14),
    "CONE": Shelf("EA", 20, 500),
    "DUMPSTER": Shelf("EA", 1, 20),
    "PET-CRATE": Shelf("EA", 6, 220),
    "PET-FOOD": Shelf("BG", 6, 200, 540, 40),
    "PET-LITTER": Shelf("BG", 4, 120, 0, 20),
}
_KEPT = tuple(item for item in ITEMS if item.code in _SHELVES)
#: What nearly everybody has some of comes first when shelves are filled.
_COMMON = ("WATER-BTL", "MEAL-SS", "COT-STD", "BLANKET", "TARP", "KIT-HYG", "GEN", "SANDBAG")
_WEIGHTS = tuple(4.0 if item.code in _COMMON else 1.0 for item in _KEPT)
_GENERATORS = (6, 12, 25, 45, 60, 100)
_LEAST_LINES, _MOST_LINES = 6, 14


def fill(
    chance: Random, today: date, *, size: float, at_work: bool, owner: str | None
) -> list[Row]:
    """The stock lines of a site: `size` between 0 and 1; some is promised where it is `at_work`."""
    count = chance.randint(_LEAST_LINES, _MOST_LINES)
    lines: list[Row] = []
    for item in _chosen(chance, count):
        room = count - len(lines)
        # perishables come in lots, each with its own last day
        lots = 2 if _SHELVES[item.code].days and room > 1 and chance.random() < 0.3 else 1
        lines += [_line(chance, item, today, size, lot) for lot in range(min(lots, room))]
    for line in lines:
        line["owner_agency"] = owner
        _promise(chance, line, at_work=at_work)
    return lines


def _chosen(chance: Random, count: int) -> Sequence[Item]:
    """Different items, the common ones first as a rule."""
    keyed = [
        (chance.random() ** (1 / weight), item)
        for weight, item in zip(_WEIGHTS, _KEPT, strict=True)
    ]
    keyed.sort(key=lambda pair: -pair[0])
    return [item for _, item in keyed[:count]]


def _line(chance: Random, item: Item, today: date, size: float, lot: int) -> Row:
    shelf = _SHELVES[item.code]
    exact = shelf.least + (shelf.most - shelf.least) * size * chance.random() ** 2
    on_hand = _rounded(exact)
    made = int(chance.random() * (shelf.days or 900))
    return {
        "item_code": item.code,
        "item_name": item.title,
        "category": item.category,
        "quantity_on_hand": on_hand,
        "unit_of_issue": shelf.unit,
        "units_per_pack": shelf.pack or item.packs.get(shelf.unit),
        "lot": f"L{today - timedelta(made):%Y%m}-{lot + 1}" if shelf.days else None,
        # now and then something is past its day, and has to be seen
        "expires_on": today + timedelta(shelf.days - int(made * 1.04)) if shelf.days else None,
        "condition": "serviceable" if chance.random() < 0.96 else "unserviceable",
        "par_level": _rounded(on_hand * (0.6 + chance.random())) if chance.random() < 0.5 else None,
        "kw": one_of(chance, _GENERATORS) if item.code == "GEN" else None,
        "size": one_of(chance, shelf.sizes) if shelf.sizes else None,
    }


def _rounded(exact: float) -> int:
    step = 1 if exact < 30 else 5 if exact < 200 else 10 if exact < 1000 else 100
    return max(1, round(exact / step) * step)


def _promise(chance: Random, line: Row, *, at_work: bool) -> None:
    share = chance.random() * 0.7 if chance.random() < (0.45 if at_work else 0.08) else 0.0
    usable = line["condition"] == "serviceable"
    line["quantity_committed"] = int(line["quantity_on_hand"] * share) if usable else 0
