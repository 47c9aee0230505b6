"""The columns of an export: the catalogue's fields, and how a cell of each is written."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from meris.fields import Field, Home, of
from meris.fields.amounts import Amount, TypeLevel
from meris.fields.guard import ambiguous, guarded
from meris.fields.places import Angle, County
from meris.fields.text_rules import Words

# Kept beside the catalogue's tables: the record's own number, how its place is known, its danger.
_OF_THE_RECORD = frozenset({"meris_id", "position_source", "position_radius_m", "danger"})
_REMEMBERED = 10_000

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """One column: its field, and its value as a text that the import reads as that value.

    `is_number` cells stand as they are; all others are texts, though they may look like numbers.
    """

    field: Field
    text: Callable[[Any], str]
    is_number: bool

    @property
    def name(self) -> str:
        return self.field.name

    def cell(self, value: Any) -> str:
        """For a spreadsheet: a text cannot pass for a formula."""
        if value is None:
            return ""  # most cells
        text = self.text(value)
        return text if self.is_number else guarded(text)

    def member(self, value: Any) -> Cell:
        """For JSON: numbers as numbers, yes and no as true and false, not known as null."""
        if value is None or isinstance(value, bool):
            return value
        text = self.text(value)
        if self.is_number:
            return float(text) if "." in text else int(text)
        return (f"'{text}" if ambiguous(text) else text) or None


def columns(kind: str, home: Home, *, staff: bool = True) -> tuple[Column, ...]:
    """The columns of a kind of file, in the catalogue's order; contacts for staff only."""
    return tuple(
        Column(field, _text_of(field, home), _is_number(field))
        for field in of(kind)
        if (field.table or field.name in _OF_THE_RECORD) and (staff or not field.staff_only)
    )


def _is_number(field: Field) -> bool:
    return isinstance(field.rule, Amount | Angle) and not isinstance(field.rule, TypeLevel)


def _text_of(field: Field, home: Home) -> Callable[[Any], str]:
    """How a value of the field is written; most columns hold few different ones."""
    rule = field.rule
    if isinstance(rule, Words):
        return lambda value: rule.text(value, home)

    @lru_cache(maxsize=_REMEMBERED)
    def text(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(rule, Amount) and _is_number(field):
            return plain(value)
        if isinstance(rule, County) and value not in home.gazetteer.counties:
            return ""  # of a neighboring state, and found again from the position
        return rule.text(value, home)

    return text


def plain(value: int | Decimal) -> str:
    """A number without thousands separators, exponent or zeros at the end."""
    return f"{Decimal(value).normalize() + 0:f}"
