"""Exact sizes of measures by one another: a gallon in liters, a pound in kilograms.

The definitions are pint's, in whole-number fractions: nothing is rounded before the result is.
"""

from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Any

#: Our unit codes that are measures, by pint's names.
_NAMES = {
    "L": "liter",
    "GAL": "gallon",
    "LB": "pound",
    "KG": "kilogram",
    "KW": "kilowatt",
    "HP": "horsepower",
}
MEASURES = frozenset(_NAMES)


@cache
def _registry() -> Any:
    # half a second of loading, which only a conversion needs and no start of the web does
    return import_module("pint").UnitRegistry(non_int_type=Fraction)


@cache
def size_of(unit: str, base: str) -> Fraction | None:
    """How many `base` one `unit` is, exactly; None where the two measure different things."""
    if unit == base:
        return Fraction(1)
    if unit not in _NAMES or base not in _NAMES:
        return None
    one, other = (_registry().Unit(_NAMES[code]) for code in (unit, base))
    if not one.is_compatible_with(other):
        return None
    return Fraction(_registry().Quantity(Fraction(1), one).to(other).magnitude)


def decimal(exact: Fraction) -> Decimal:
    """A fraction as a number with 28 digits, rounded once, at the last."""
    return Decimal(exact.numerator) / Decimal(exact.denominator)
