"""What somebody wants, as they say it: "cots 40", "40 cots", "water 12 pallets"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from meris.errors import refused
from meris.fields import BY_CODE, LOG_TEXT, Home, Item, find_item
from meris.fields.amounts import Quantity
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.language import N_, _

MOST_LINES = 20
_LONGEST = 200
_QUANTITY = Quantity(least=0, most=10_000_000, what=N_("of it"))
#: A number that stands by itself, perhaps with its unit stuck to it: 40, 1,200, 0.5, 200lb.
_NUMBER = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)\s*([A-Za-z]+(?![\w]))?")
_BETWEEN = re.compile(r"[;\n]+|,(?!\d)|\b(?:and|y)\b", re.IGNORECASE)
_FILLERS = frozenset(
    {"of", "x", "the", "a", "need", "needs", "we", "please"}
    | {"de", "los", "las", "necesitamos", "necesita", "por", "favor"}
)


@dataclass(frozen=True)
class Want:
    """One line: a thing of the catalogue, or in the words it was asked for, and how many."""

    item_name: str
    quantity: Decimal
    unit_of_issue: str
    item_code: str | None = None
    details: str | None = None


def read_text(text: str, home: Home) -> list[Want]:
    """Every want in a line of words. Raises `Invalid` where it does not say how many."""
    words = LOG_TEXT.read(text, home)
    if not words:
        raise refused("text", _("What is needed? Write it with its number, such as cots 40."))
    found = [_want(part, home) for part in _parts(str(words))]
    if len(found) > MOST_LINES:
        raise refused(
            "text",
            _(
                "%(number)s things are asked for. Send %(most)s at most at once.",
                number=len(found),
                most=MOST_LINES,
            ),
        )
    return found


def read_want(given: Mapping[str, Any], home: Home) -> Want:
    """A want field by field: `item_code` or `item_name`, `quantity`, `unit_of_issue`, `details`.

    Raises `Invalid`.
    """
    code = str(given.get("item_code") or "").strip()
    name = LOG_TEXT.read(given.get("item_name"), home)
    if code and code not in BY_CODE:
        raise refused(
            "text", f"{code[:40]!r} is not in the catalogue of items. Give its name instead."
        )
    item = BY_CODE.get(code) or find_item(None, name)
    if item is None and not name:
        raise refused("text", "What is needed? Name the item.")
    quantity = _quantity(given.get("quantity"), home)
    unit = str(given.get("unit_of_issue") or "").strip()
    known = UNIT_OF_ISSUE.find(unit) if unit else None
    if unit and known is None:
        offered = ", ".join(UNIT_OF_ISSUE.offered())
        raise refused("text", f"{unit[:40]!r} is not a unit of issue. Use one of: {offered}.")
    want = _line(item, str(name or ""), quantity, known.code if known else None)
    details = LOG_TEXT.read(given.get("details"), home)
    return replace(want, details=str(details)) if details else want


def _parts(words: str) -> list[str]:
    """The words of each want; a piece without a number belongs to the next: water, 12 pallets."""
    parts: list[str] = []
    waiting = ""
    for piece in _BETWEEN.split(words):
        waiting = f"{waiting} {piece}".strip()
        if _NUMBER.search(waiting):
            parts.append(waiting)
            waiting = ""
    if waiting and parts:
        parts[-1] = f"{parts[-1]}, {waiting}"
    return parts or [waiting]


def _want(words: str, home: Home) -> Want:
    found = _number(words)
    if found is None:
        example = f"{_example(words)} 40"
        raise refused(
            "text", _("How many? Write it with its number, such as %(example)s.", example=example)
        )
    quantity = _quantity(found[1].replace(",", ""), home)
    after = found[2] or ""
    unit = UNIT_OF_ISSUE.find(after) if after else None
    if unit is None:
        # the word behind the number is the thing itself: 40 cots
        thing = f"{words[: found.start()]} {words[found.end(1) :]}"
    else:
        thing = f"{words[: found.start()]} {words[found.end() :]}"
    name = _bare(thing) or after
    return _line(find_item(None, name), name, quantity, unit.code if unit else None)


def _number(words: str) -> re.Match[str] | None:
    """The number that says how many: the one before a unit, else the last."""
    found = list(_NUMBER.finditer(words))
    with_unit = [one for one in found if one[2] and UNIT_OF_ISSUE.find(one[2])]
    return (with_unit or found)[-1] if found else None


def _bare(thing: str) -> str:
    kept = [word for word in thing.split() if word.casefold().strip(".,:") not in _FILLERS]
    return " ".join(kept).strip(" .,:-")[:_LONGEST]


def _line(item: Item | None, name: str, quantity: Decimal, unit: str | None) -> Want:
    if item is None:
        return Want(name[:_LONGEST], quantity, unit or "EA")
    return Want(item.title, quantity, unit or item.base_unit, item.code)


def _quantity(given: object, home: Home) -> Decimal:
    value = _QUANTITY.read(given, home)
    if value is None or value <= 0:
        raise refused("text", _("How many? Give a number above zero."))
    return Decimal(value)


def _example(words: str) -> str:
    return _bare(words)[:40] or _("cots")
