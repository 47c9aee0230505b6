"""Counted things, lists and lengths of time in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from meris import wording
from meris.fields.items import ITEMS
from meris.language import speaking
from meris.supplies import each

NOW = datetime(2026, 11, 22, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("cot", "cots"),
        ("box", "boxes"),
        ("county", "counties"),
        ("day", "days"),
        ("pouch", "pouches"),
        ("person", "people"),
        ("supply site", "supply sites"),
        ("cot, accessible", "cots, accessible"),
    ],
)
def test_one_and_several(one: str, several: str):
    assert wording.several(one) == several
    assert (wording.plural(1, one), wording.plural(1200, one)) == (f"1 {one}", f"1,200 {several}")
    if one != "person":
        assert wording.one_of(several) == one


def test_one_of_each_item_that_is_counted_reads():
    """No list of the catalogue can say "1 portable toilets" again."""
    ones = {item.title: each(Decimal(1), item.title) for item in ITEMS if item.base_unit == "EA"}
    assert ones["Portable toilets"] == "1 Portable toilet"
    assert ones["Cots, accessible"] == "1 Cot, accessible"
    assert ones["Consumable medical supplies"] == "1 Consumable medical supply"
    several = [said for said in ones.values() if said.partition(",")[0].endswith("s")]
    assert several == []


def test_names_in_a_sentence():
    assert wording.listed(["E1"]) == "E1"
    assert wording.listed(["E1", "E2", "E3"]) == "E1, E2, and E3"
    assert wording.listed(["E1", "E2"], "or") == "E1 or E2"
    assert wording.listed([]) == ""
    assert wording.listed("ABCDEFGH", most=6) == "A, B, C, D, E, F, and 2 more"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (4, "4 s"),
        (90, "2 min"),
        (3600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 d"),
        (61 * 86_400, "2 mo"),
        (800 * 86_400, "2 y"),
    ],
)
def test_a_length_of_time(seconds: int, words: str):
    assert wording.span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(44, "just now"), (-44, "just now"), (45, "1 min ago"), (-50, "in 1 min"), (-7200, "in 2 h")],
)
def test_how_far_from_now(seconds: int, words: str):
    assert wording.from_now(timedelta(seconds=seconds)) == words


def test_clocks_are_those_of_the_state():
    zone = ZoneInfo("America/Chicago")
    assert wording.clock(NOW, NOW, zone) == "17:05"
    assert wording.clock(NOW - timedelta(hours=18), NOW, zone) == "Nov 21, 23:05"
    assert wording.stamp(NOW, zone) == "2026-11-22 17:05 CST"
    assert [wording.minutes(length) for length in (0.2, 25.4, 60, 125)] == [
        *("1 min", "25 min", "1 h", "2 h 5 min"),
    ]


def test_times_in_spanish():
    zone = ZoneInfo("America/Chicago")
    with speaking("es"):
        assert wording.from_now(timedelta(minutes=4)) == "hace 4 min"
        assert wording.from_now(timedelta(hours=-2)) == "en 2 h"
        assert wording.span(timedelta(days=61)) == "2 meses"
        assert wording.clock(NOW - timedelta(hours=18), NOW, zone) == "21 nov, 23:05"
        assert wording.listed("ABC") == "A, B y C"
