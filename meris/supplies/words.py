"""Quantities as people say them, and as JSON has them."""

from decimal import Decimal
from fractions import Fraction

from meris import wording
from meris.fields.items import Item, base_size
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.fields.measures import decimal
from meris.language import ngettext

#: Nobody reads more decimals of a liter.
_PLACES = 3
#: From so many on, parts of one are noise beside the quantity that they were worked out from.
_MANY = 100


def amount(quantity: Decimal, unit: str) -> str:
    """A quantity with its unit, in the language spoken: 40, 1 pallet, 1,200 liters."""
    number = f"{quantity.normalize():,f}"
    if unit == "EA":
        return number
    if unit not in UNIT_OF_ISSUE:
        return f"{number} {unit}"
    title = UNIT_OF_ISSUE[unit].title
    several = wording.several(title)
    return f"{number} {ngettext(title, several, 1 if quantity == 1 else 2)}"


def with_base(
    item: Item | None, quantity: Decimal, unit: str, units_per_pack: Decimal | None = None
) -> str:
    """40 cases (480 liters): what lies there, and what that is; without a known size only that."""
    said = amount(quantity, unit)
    size = base_size(item, unit, units_per_pack) if item and unit != item.base_unit else None
    if item is None or size is None or size == 1:
        return said
    return f"{said} ({amount(_readable(Fraction(quantity) * size), item.base_unit)})"


def of_item(
    item: Item | None, name: str, quantity: Decimal, unit: str, units_per_pack: Decimal | None
) -> str:
    """2 cots, accessible; 1 portable toilet; 5 cases (60 meals) of shelf-stable meals."""
    thing = small(name) if item and name == item.title else name
    said = with_base(item, quantity, unit, units_per_pack)
    return each(quantity, thing) if unit == "EA" else f"{said} of {thing}"


def each(quantity: Decimal, things: str) -> str:
    """What is counted one by one: 2 cots, accessible; 1 portable toilet."""
    number = amount(quantity, "EA")
    return f"{number} {wording.one_of(things) or things if quantity == 1 else things}"


def goods(code: str | None, name: str, quantity: Decimal, unit: str) -> str:
    """What is meant by a name and a quantity: 12 pallets of bottled water; 1 portable toilet.

    Names of the catalogue, which have a `code`, are written small; others as somebody wrote them.
    """
    thing = small(name) if code else name
    title = UNIT_OF_ISSUE[unit].title if unit in UNIT_OF_ISSUE else unit
    if unit == "EA" or title in thing:
        return each(quantity, thing)
    return f"{amount(quantity, unit)} of {thing}"


def small(title: str) -> str:
    """A title inside a sentence: portable toilets, but N95 respirators."""
    return title if title[1:2].isupper() or title[1:2].isdigit() else title[:1].lower() + title[1:]


def _readable(exact: Fraction) -> Decimal:
    """Beside the quantity itself: whole, where a part of one tells nobody anything."""
    return Decimal(round(exact)) if exact >= _MANY else rounded(exact)


def rounded(exact: Fraction) -> Decimal:
    """To be read, not to be counted on."""
    return round(decimal(exact), _PLACES).normalize() + 0


def number(quantity: Decimal) -> int | float:
    """As JSON: whole where it is whole."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def exact(told: float) -> Decimal:
    """What `number` made of a quantity, back."""
    return Decimal(str(told))
