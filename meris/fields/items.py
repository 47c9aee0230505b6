"""The commodity catalogue: what supply sites hold, in which base unit, and how packs convert.

An item that is not here is welcome too: it keeps the name and unit as given and is simply not
added up with others. Pack sizes are the customary ones; a file's `units_per_pack` overrides them.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache

from meris.errors import Invalid
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.fields.measures import decimal, size_of
from meris.fields.words import key

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
#: What shelters and crews ask for in Spanish, beside the Spanish title.
_IN_SPANISH: dict[str, tuple[str, ...]] = {
    "WATER-BTL": ("agua", "botellas de agua"),
    "WATER-BULK": ("agua potable",),
    "MEAL-SS": ("comida", "comidas", "raciones"),
    "FOOD-INF": ("fórmula", "leche para bebé", "comida para bebé"),
    "ICE": ("hielo", "bolsas de hielo"),
    "COT-STD": ("catre", "catres", "camas"),
    "BLANKET": ("cobija", "cobijas", "manta", "mantas", "frazadas"),
    "TARP": ("lona", "lonas"),
    "GEN": ("generador", "generadores"),
    "FUEL-GAS": ("gasolina",),
    "SANDBAG": ("sacos de arena", "bolsas de arena"),
    "PPE-GLOVE": ("guantes",),
    "PPE-MASK": ("mascarillas", "cubrebocas"),
    "PET-FOOD": ("comida para mascotas", "comida para perros"),
}


@cache
def _by_key() -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in ITEMS:
        for word in (item.code, item.title, *item.synonyms, *_IN_SPANISH.get(item.code, ())):
            found.setdefault(key(word), item)
    return found


def find_item(code: str | None, name: str | None) -> Item | None:
    """The catalogue's item for a code or a name; None when it is none of ours."""
    names = _by_key()
    for text in (code, name):
        if text and (item := names.get(key(text))):
            return item
    return None


def base_size(
    item: Item, unit: str, units_per_pack: Decimal | None = None, *, base: str | None = None
) -> Fraction | None:
    """How many base units one `unit` of the item holds, exactly; None when nobody can say.

    `units_per_pack` counts base units in one pack and overrides the customary size. `base` asks
    by another measure than the item's own.
    """
    if unit in PACKS and unit != item.base_unit and units_per_pack is not None:
        size: Fraction | None = Fraction(units_per_pack)
    elif unit in item.packs:
        size = Fraction(item.packs[unit])
    else:
        size = size_of(unit, item.base_unit)
    if size is None or base in (None, item.base_unit):
        return size
    factor = size_of(item.base_unit, str(base))
    return None if factor is None else size * factor


def in_base_units(
    item: Item, quantity: Decimal, unit: str, units_per_pack: Decimal | None = None
) -> Decimal | None:
    """`quantity` of `unit` counted in the item's base unit; None when it cannot be converted."""
    size = base_size(item, unit, units_per_pack)
    return None if size is None else decimal(Fraction(quantity) * size)


def convert(
    item: Item, quantity: Decimal, unit: str, to: str, units_per_pack: Decimal | None = None
) -> Decimal:
    """`quantity` of `unit` counted in units `to`; `units_per_pack` is of the packs of either.

    Raises `Invalid`, with a sentence that says what is missing.
    """
    if unit == to:
        return quantity
    sizes = {one: base_size(item, one, units_per_pack) for one in (unit, to)}
    given, wanted = sizes[unit], sizes[to]
    if given is None or not wanted:
        raise Invalid(cannot_convert(item, to if given is not None else unit))
    return decimal(Fraction(quantity) * given / wanted)


def cannot_convert(item: Item, unit: str) -> str:
    """Why a unit says nothing of how much of an item there is, and what would."""
    base, said = unit_title(item.base_unit), unit_title(unit)
    if unit in PACKS:
        return (
            f"{item.title} by the {said} cannot be counted in {base}s: how many one {said} holds"
            f" is not known. Give its size, or count in {base}s."
        )
    return f"{item.title} is counted in {base}s, which a {said} cannot be turned into."


def unit_title(unit: str) -> str:
    """case, gallon; "piece" for what is simply counted, where "each" would not read."""
    if unit == "EA":
        return "piece"
    return UNIT_OF_ISSUE[unit].title.lower() if unit in UNIT_OF_ISSUE else unit


@dataclass(frozen=True)
class UnitOfItem:
    """How many base units one unit of issue of an item holds, as the table `item_unit` has it."""

    item_code: str
    unit: str
    size: Decimal | None
    is_pack: bool


def item_units() -> list[UnitOfItem]:
    """Every unit of issue of every item; a pack whose size only the stock line knows has None."""
    rows = []
    for item in ITEMS:
        for unit in UNIT_OF_ISSUE.by_code:
            size, is_pack = in_base_units(item, Decimal(1), unit), unit in PACKS
            if size is not None or is_pack:
                rows.append(UnitOfItem(item.code, unit, size, is_pack and unit != item.base_unit))
    return rows
