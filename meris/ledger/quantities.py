"""How much of a stock line somebody means, in whatever unit it was said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

from meris import supplies
from meris.errors import Invalid, refused
from meris.fields import LOG_TEXT, Home, find_item
from meris.fields.amounts import Quantity
from meris.fields.items import PACKS, base_size, cannot_convert
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.tables import StockLine

#: So many decimals as a file may have; a measure in another unit is rounded to them.
PLACES = 3
#: Things that nobody hands out by halves. A case or a pallet is opened: half of one is 0.5.
WHOLE = frozenset({"EA", "KT", "PR", "ST", "ML"})
_MEASURES = frozenset({"L", "GAL", "LB", "KG"})
_MOST = 1_000_000_000
_QUANTITY = Quantity(most=_MOST, places=PLACES)


@dataclass(frozen=True)
class Said:
    """So much of a `unit` (None: as the line is counted), and when and why.

    `at` is when it happened, None is now; the same `key` twice is one movement. A day is one of
    `zone`.
    """

    quantity: Decimal
    unit: str | None = None
    at: datetime | None = None
    reason: str | None = None
    source: str = "web"
    key: str | None = None
    zone: tzinfo = UTC

    def when(self) -> datetime:
        """When it happened; nothing has happened in the future."""
        now = datetime.now(UTC)
        return min(self.at or now, now)

    def day(self) -> date:
        """The day on which it happened, by the clocks of the state."""
        return self.when().astimezone(self.zone).date()

    def part(self, key: str, quantity: Decimal | None = None) -> "Said":
        """The same of one of several movements, in the unit of its line."""
        own = f"{self.key}#{key}" if self.key else None
        if quantity is None:
            return replace(self, key=own)
        return replace(self, quantity=quantity, unit=None, key=own)


def read(given: Mapping[str, Any], home: Home, **also: Any) -> Said:
    """From a form or from JSON: `quantity`, `unit`, `reason`. Raises `Invalid`."""
    return Said(
        read_quantity(given.get("quantity"), home),
        read_unit(given.get("unit")),
        reason=read_words("reason", given.get("reason"), home),
        zone=home.zone,
        **also,
    )


def read_quantity(given: object, home: Home, field: str = "quantity") -> Decimal:
    """A number above zero. Raises `Invalid`."""
    value = read_count(given, home, field)
    if not value:
        raise refused(field, "How many? Give a number above zero.")
    return value


def read_count(given: object, home: Home, field: str = "counted") -> Decimal | None:
    """A number from zero on; None where nothing was written. Raises `Invalid`."""
    try:
        value = _QUANTITY.read(given, home)
    except Invalid as problem:
        raise refused(field, problem.message) from problem
    return None if value is None else Decimal(value)


def read_unit(given: object) -> str | None:
    """The code of a unit of issue. Raises `Invalid`."""
    text = str(given or "").strip()
    if not text:
        return None
    known = UNIT_OF_ISSUE.find(text)
    if known is None:
        offered = ", ".join(UNIT_OF_ISSUE.offered())
        raise refused("unit", f"{text[:40]!r} is not a unit of issue. Use one of: {offered}.")
    return known.code


def read_words(field: str, given: object, home: Home) -> str | None:
    """Free text as it may be kept. Raises `Invalid`."""
    try:
        return LOG_TEXT.read(given, home) or None
    except Invalid as problem:
        raise refused(field, problem.message) from problem


def of_line(line: StockLine, said: Said) -> Decimal:
    """The quantity in the line's own unit. Raises `Invalid` where it cannot be said in it.

    Measures (liters, gallons, pounds, kilograms) are rounded to `PLACES`; packs must come out
    even, and things that nobody halves must be whole, unless a half of one lies there already.
    """
    if not 0 < said.quantity <= _MOST:
        raise refused("quantity", "How many? Give a number above zero.")
    exact = _converted(line, said)
    rounded = round(Decimal(exact.numerator) / Decimal(exact.denominator), PLACES)
    unit = line.unit_of_issue
    if unit in _MEASURES and rounded > 0:
        return rounded.normalize() + 0
    if abs(Fraction(rounded) - exact) > Fraction(1, 10**9):
        raise refused("quantity", _uneven(line, said, exact))
    if unit in WHOLE and rounded % 1 and line.quantity_on_hand % 1 == 0:
        raise refused("quantity", f"Count {line.item_name} whole, not {rounded:f}.")
    return rounded.normalize() + 0


def base_of(line: StockLine) -> Fraction | None:
    """What one of the line's unit is in the item's base unit; None where nobody knows."""
    item = find_item(line.item_code, line.item_name)
    return None if item is None else base_size(item, line.unit_of_issue, line.units_per_pack)


def _converted(line: StockLine, said: Said) -> Fraction:
    unit = said.unit or line.unit_of_issue
    if unit == line.unit_of_issue:
        return Fraction(said.quantity)
    item = find_item(line.item_code, line.item_name)
    if item is None:
        raise refused(
            "unit",
            f"{line.item_name} is counted by the {_title(line.unit_of_issue)} here, and it is not"
            f" in the catalogue, so nobody knows what a {_title(unit)} of it holds.",
        )
    # its own pack size is that of its own pack, or of any where it is counted by the piece
    own = None if line.unit_of_issue in PACKS else line.units_per_pack
    one, given = base_of(line), base_size(item, unit, own)
    if not one or given is None:
        raise refused("unit", cannot_convert(item, unit if one else line.unit_of_issue))
    return Fraction(said.quantity) * given / one


def _uneven(line: StockLine, said: Said, exact: Fraction) -> str:
    if said.unit in (None, line.unit_of_issue):
        return f"Write at most {PLACES} decimal places; MERIS does not round."
    given = supplies.amount(said.quantity, str(said.unit))
    return (
        f"{given} of {line.item_name} is {float(exact):.4g} of a {_title(line.unit_of_issue)},"
        f" which does not come out even. Say it by the {_title(line.unit_of_issue)}."
    )


def _title(unit: str) -> str:
    return UNIT_OF_ISSUE[unit].title.lower() if unit in UNIT_OF_ISSUE else unit
