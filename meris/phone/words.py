"""What a phone is told, in the language of whoever holds it: titles, numbers of people."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from meris import fields, supplies
from meris.language import ENGLISH, _, ngettext, spoken


def status(kind: str, code: str) -> str:
    """The title of a resource's status: On scene; the code itself where the list has none."""
    titles = fields.statuses(kind)
    return _(titles[code].title) if code in titles else code


def in_sentence(kind: str, code: str) -> str:
    """The same as the middle of a sentence has it: on scene."""
    return status(kind, code).lower()


def assignment(code: str) -> str:
    """An assignment's status as the middle of a sentence has it."""
    return _(fields.ASSIGNMENT_STATUS[code].title).lower()


def people(number: int | None) -> str:
    """120 people."""
    if number is None:
        return _("people not counted")
    return ngettext("%(num)s person", "%(num)s people", number, num=f"{number:,}")


def pets(number: int) -> str:
    """4 pets."""
    return ngettext("%(num)s pet", "%(num)s pets", number, num=f"{number:,}")


def stock(item: str, quantity: Decimal, unit: str) -> str:
    """What lies somewhere: Cots, standard: 120; Bottled water: 12 pallets."""
    return f"{_(item)}: {supplies.amount(quantity, unit)}"


def goods(line: Mapping[str, Any]) -> str:
    """A line of a request: 12 pallets of bottled water; Agua embotellada: 12 tarimas."""
    if spoken() == ENGLISH:
        return str(line["words"])
    quantity = Decimal(str(line["quantity"]))
    return stock(line["item_name"], quantity, line["unit_of_issue"])
