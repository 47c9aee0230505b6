"""The catalogue of items: what a unit of each holds, exactly, and what cannot be said."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meris.errors import Invalid
from meris.fields import items as fields
from meris.fields.items import PACKS
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.fields.measures import MEASURES, size_of

SIZED = [
    (item, unit)
    for item in fields.ITEMS
    for unit in UNIT_OF_ISSUE.by_code
    if fields.base_size(item, unit) is not None
]
_amounts = st.decimals(min_value="0.001", max_value="1000000", places=3)


@given(st.sampled_from(SIZED), _amounts)
def test_there_and_back_is_the_same(sized, amount):
    item, unit = sized
    there = fields.convert(item, amount, unit, item.base_unit)
    back = fields.convert(item, there, item.base_unit, unit)
    # a Decimal has 28 digits: each way may lose half of the last one
    assert abs(back - amount) <= amount * Decimal("2e-27")


@given(st.sampled_from(sorted(MEASURES)), st.sampled_from(sorted(MEASURES)))
def test_a_measure_is_the_inverse_of_its_inverse(one, other):
    there, back = size_of(one, other), size_of(other, one)
    assert (there is None) == (back is None)
    if there is not None:
        assert there * back == 1


@pytest.mark.parametrize(
    ("unit", "base", "size"),
    [
        ("GAL", "L", Fraction("3.785411784")),  # 231 cubic inches
        ("LB", "KG", Fraction("0.45359237")),  # the yard and pound agreement
        ("L", "KG", None),
        ("CS", "L", None),
    ],
)
def test_measures_are_what_the_law_says(unit, base, size):
    assert size_of(unit, base) == size


def test_a_horsepower_is_kept_by_its_definition():
    # 550 foot-pounds a second
    exact = Fraction(550) * Fraction("0.3048") * Fraction("0.45359237") * Fraction("9.80665") / 1000
    assert size_of("HP", "KW") == exact


def test_40_cases_are_480_liters():
    water = fields.BY_CODE["WATER-BTL"]
    assert fields.convert(water, Decimal(40), "CS", "L") == 480


@pytest.mark.parametrize(
    ("code", "unit", "to", "said"),
    [
        ("WATER-BTL", "LB", "L", "which a pound cannot be turned into"),
        ("WATER-BTL", "CS", "KG", "which a kilogram cannot be turned into"),
        ("BLANKET", "PL", "EA", "how many one pallet holds is not known"),
        ("FUEL-DSL", "EA", "GAL", "counted in gallons, which a piece cannot"),
    ],
)
def test_a_unit_that_says_nothing_is_refused_in_words(code, unit, to, said):
    with pytest.raises(Invalid, match=said):
        fields.convert(fields.BY_CODE[code], Decimal(1), unit, to)


def test_the_table_of_units_says_what_the_catalogue_says():
    rows = {(row.item_code, row.unit): row for row in fields.item_units()}
    assert rows["WATER-BULK", "GAL"].size == Decimal("3.785411784")
    assert rows["MEAL-SS", "PL"].size == 576
    assert rows["BLANKET", "PL"].size is None
    assert ("WATER-BTL", "LB") not in rows
    assert {unit for _, unit in rows if rows[_, unit].is_pack} <= PACKS


def test_the_web_starts_without_the_units():
    script = "import meris.web, meris.uploads, sys; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
