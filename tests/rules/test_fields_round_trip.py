"""Whatever a rule has read, it shows so that it reads the same again."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meris import fields
from meris.errors import Invalid
from meris.fields import Home

# Other work on the machine must not fail a test.
unhurried = settings(deadline=None)
HOME = replace(Home.of(), now=lambda: datetime(2026, 3, 15, 18, 0, tzinfo=UTC))


def rule(name, kind="shelter"):
    return fields.field(kind, name).rule


def same_again(name, value, kind="shelter"):
    the_rule = rule(name, kind)
    assert the_rule.read(the_rule.text(value, HOME), HOME) == value


@unhurried
@given(st.integers(0, 20_000))
def test_shown_numbers_read_the_same(value):
    same_again("evacuation_capacity", value)


@unhurried
@given(st.decimals(0, 1_000_000, places=3))
def test_shown_quantities_read_the_same(value):
    same_again("quantity_on_hand", value, "supply")


@unhurried
@given(st.integers(800_000_000, 1_773_000_000))
def test_shown_moments_read_the_same(seconds):
    same_again("opened_at", datetime.fromtimestamp(seconds, UTC))


@unhurried
@given(st.dates(date(1995, 1, 1), date(2060, 1, 1)))
def test_shown_dates_read_the_same(day):
    same_again("expires_on", day, "supply")


@unhurried
@given(st.floats(-90, 90))
def test_shown_latitudes_read_the_same(value):
    same_again("latitude", round(value, 7))


@unhurried
@given(st.sampled_from(sorted(HOME.gazetteer.counties)))
def test_shown_counties_read_the_same(fips):
    same_again("county", fips)
    same_again("county_fips", fips)


@unhurried
@given(st.from_regex(r"\(\d{3}\) \d{3}-\d{4}( ext\. \d{1,6})?", fullmatch=True))
def test_shown_phone_numbers_read_the_same(number):
    if number.isascii():
        same_again("contact_phone", number)


@pytest.mark.parametrize("kind", fields.ROW_KINDS)
def test_shown_codes_read_the_same(kind):
    for field in fields.of(kind):
        for choice in fields.choices_of(field) or ():
            same_again(field.name, choice["code"], kind)


@unhurried
@given(st.text(max_size=60), st.sampled_from(fields.ROW_KINDS))
def test_what_was_read_is_shown_and_read_again_as_the_same(text, kind):
    for field in fields.of(kind):
        try:
            value = field.rule.read(text, HOME)
        except Invalid as refused:
            told = refused.message
            assert told.endswith((".", "?"))  # any text may or may not be refused
            continue
        assert field.rule.read(field.rule.text(value, HOME), HOME) == value
