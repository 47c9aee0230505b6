"""The commodity catalogue: what supply sites hold, in which base unit, and how packs convert.

An item that is not here is welcome too: it keeps the name and unit as given and is simply not
added up with others. Pack sizes are the customary ones; a file's `units_per_pack` overrides them.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from meris.fields.words import key

# Exact by definition (international yard and pound agreement; US gallon = 231 cubic inches).
LITERS_PER_GALLON = Decimal("3.785411784")
KILOGRAMS_PER_POUND = Decimal("0.45359237")

_MEASURES: dict[tuple[str, str], Decimal] = {
    ("GAL", "L"): LITERS_PER_GALLON,
    ("L", "GAL"): 1 / LITERS_PER_GALLON,
    ("KG", "LB"): 1 / KILOGRAMS_PER_POUND,
    ("LB", "KG"): KILOGRAMS_PER_POUND,
}
# Containers say nothing about how much they hold unless the item or the file does.
PACKS = frozenset(
    {"CS", "BX", "PK", "PL", "TL", "KT", "PR", "BG", "BT", "CN", "DR", "BL", "ST", "RO"}
)


@dataclass(frozen=True)
class Item:
    """One commodity: `packs` gives the size of its usual packs in base units."""

    code: str
    title: str
    category: str
    base_unit: str
    synonyms: tuple[str, ...] = ()
    packs: dict[str, Decimal] = field(default_factory=dict)


def _packs(**sizes: str) -> dict[str, Decimal]:
    return {unit: Decimal(size) for unit, size in sizes.items()}


ITEMS: tuple[Item, ...] = (
    Item(
        "WATER-BTL",
        "Bottled water",
        "water",
        "L",
        ("water", "bottled drinking water", "drinking water", "water bottles", "water bottled"),
        _packs(BT="0.5", EA="0.5", CS="12", TL="18000"),
    ),
    Item(
        "WATER-BULK",
        "Bulk potable water",
        "water",
        "L",
        ("bulk water", "potable water", "water buffalo", "water tanker"),
    ),
    Item(
        "MEAL-SS",
        "Shelf-stable meals",
        "food",
        "ML",
        ("meals", "mre", "mres", "meals ready to eat", "shelf stable meal", "food", "hmr"),
        _packs(EA="1", CS="12", PL="576", TL="21744"),
    ),
    Item(
        "FOOD-INF",
        "Infant formula and baby food",
        "food",
        "EA",
        ("infant formula", "baby formula", "baby food", "formula"),
    ),
    Item("ICE", "Packaged ice", "food", "LB", ("ice", "bagged ice"), _packs(TL="40000")),
    Item("COT-STD", "Cots, standard", "shelter", "EA", ("cot", "cots", "standard cot", "beds")),
    Item(
        "COT-ACC",
        "Cots, accessible",
        "shelter",
        "EA",
        ("accessible cot", "accessible cots", "medical cot", "special needs cot", "bariatric cot"),
    ),
    Item("BLANKET", "Blankets", "shelter", "EA", ("blanket", "wool blanket", "fleece blanket")),
    Item("KIT-HYG", "Hygiene kits", "hygiene", "EA", ("hygiene kit", "hygiene pack")),
    Item("KIT-COMFORT", "Comfort kits", "hygiene", "EA", ("comfort kit",)),
    Item(
        "KIT-INF",
        "Infant and toddler kits",
        "hygiene",
        "EA",
        ("infant kit", "toddler kit", "infant toddler kit", "baby kit"),
    ),
    Item("TARP", "Tarpaulins", "shelter", "EA", ("tarp", "tarps", "tarpaulin", "blue tarp")),
    Item(
        "SHEETING",
        "Plastic sheeting",
        "shelter",
        "RO",
        ("sheeting", "plastic sheet", "visqueen", "poly sheeting"),
    ),
    Item("GEN", "Generators", "power", "EA", ("generator", "genset", "portable generator")),
    Item("FUEL-DSL", "Diesel", "fuel", "GAL", ("diesel fuel", "dsl"), _packs(DR="55")),
    Item("FUEL-GAS", "Gasoline", "fuel", "GAL", ("gas", "unleaded", "petrol"), _packs(DR="55")),
    Item("FUEL-LP", "Propane", "fuel", "GAL", ("lp", "lpg", "lp gas")),
    Item("PUMP", "Pumps", "debris_flood", "EA", ("pump", "water pump", "trash pump")),
    Item("SANDBAG", "Sandbags", "debris_flood", "EA", ("sandbag", "sand bags", "sand bag")),
    Item("PPE-GLOVE", "Gloves", "ppe", "EA", ("glove", "exam gloves", "nitrile gloves")),
    Item("PPE-MASK", "Masks", "ppe", "EA", ("mask", "surgical mask", "face mask", "face masks")),
    Item("PPE-N95", "N95 respirators", "ppe", "EA", ("n95", "n95 mask", "n95 masks", "respirator")),
    Item("PPE-GOWN", "Gowns", "ppe", "EA", ("gown", "isolation gown", "isolation gowns")),
    Item(
        "MED-DME",
        "Durable medical equipment",
        "medical",
        "EA",
        ("dme", "wheelchairs", "walkers", "oxygen concentrator"),
    ),
    Item(
        "MED-CMS",
        "Consumable medical supplies",
        "medical",
        "EA",
        ("cms", "medical supplies", "first aid kit", "first aid kits"),
    ),
    Item("LIGHT", "Light towers", "power", "EA", ("light", "light tower", "work light")),
    Item("RADIO", "Radios", "communications", "EA", ("radio", "handheld radio", "portable radio")),
    Item(
        "TOILET", "Portable toilets", "hygiene", "EA", ("toilet", "porta potty", "portable toilet")
    ),
    Item("HANDWASH", "Hand-washing stations", "hygiene", "EA", ("handwash", "hand wash station")),
    Item("FORKLIFT", "Forklifts", "transport", "EA", ("fork lift",)),
    Item("PALLETJACK", "Pallet jacks", "transport", "EA", ("pallet jack",)),
    Item("CONE", "Traffic cones", "tools", "EA", ("cone", "cones", "traffic cone")),
    Item("DUMPSTER", "Dumpsters", "debris_flood", "EA", ("dumpster", "roll off")),
    Item("PET-CRATE", "Pet crates", "pets", "EA", ("pet crate", "dog crate", "animal crate")),
    Item("PET-FOOD", "Pet food", "pets", "LB", ("dog food", "cat food")),
    Item("PET-LITTER", "Cat litter", "pets", "LB", ("litter", "kitty litter")),
)

BY_CODE: dict[str, Item] = {item.code: item for item in ITEMS}


@cache
def _by_key() -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in ITEMS:
        for word in (item.code, item.title, *item.synonyms):
            found.setdefault(key(word), item)
    return found


def find_item(code: str | None, name: str | None) -> Item | None:
    """The catalogue's item for a code or a name; None when it is none of ours."""
    names = _by_key()
    for text in (code, name):
        if text and (item := names.get(key(text))):
            return item
    return None


def in_base_units(
    item: Item, quantity: Decimal, unit: str, units_per_pack: Decimal | None = None
) -> Decimal | None:
    """`quantity` of `unit` counted in the item's base unit; None when it cannot be converted.

    `units_per_pack` counts base units in one pack and overrides the customary size.
    """
    if unit == item.base_unit:
        return quantity
    if units_per_pack is not None and unit in PACKS:
        return quantity * units_per_pack
    factor = item.packs.get(unit) or _MEASURES.get((unit, item.base_unit))
    return None if factor is None else quantity * factor
