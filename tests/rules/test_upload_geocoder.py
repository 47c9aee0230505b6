"""A geocoder that an installation brings along: used where rows have no coordinates, never trusted
with the fate of a file."""

import sys
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from geo.geocoder import Address, AddressSearch, Found
from geo.values import Position
from meris.errors import Refused
from meris.fields import Home
from meris.settings import Settings
from meris.uploads import Checking, match, read
from meris.uploads import addresses as addresses_module
from meris.uploads.geocoder import home_of, load
from tests.rules.tables_of_text import csv_bytes

GYM = Position(38.95171, -92.33407)
TABLE = """
    name | status | address  | city     | county | zip
    Gym  | closed | 1 Oak St | Columbia | Boone  | 65201
    Hall | closed |          |          | Boone  | 65201
"""


class Book:
    """A geocoder that knows what it is told, and what it was asked."""

    def __init__(self, **known):
        self.known = {street.replace("_", " "): found for street, found in known.items()}
        self.asked = []

    def geocode(self, addresses):
        self.asked.append(list(addresses))
        return [self.known.get(one.street) for one in addresses]


class Broken:
    """One that fails as `how` says."""

    def __init__(self, how):
        self.how = how

    def geocode(self, addresses):
        if self.how == "hangs":
            threading.Event().wait(30)
        if self.how == "short":
            return []
        raise OSError("no network")


def checked(geocoder):
    sheet = read(csv_bytes(TABLE), "list.csv")
    home = replace(Home.of(), geocoder=AddressSearch(geocoder))
    check = Checking(sheet, match(sheet, "shelter", home), home)
    return [record.values for record in check], check.checked.problems


@pytest.mark.parametrize("radius", [None, 200])
def test_an_address_is_found_exactly_or_nearly(radius):
    book = Book(**{"1_Oak_St": Found(GYM, radius)})
    (gym, hall), problems = checked(book)
    assert (gym["position"], gym["position_source"]) == (GYM, "geocoder")
    assert (gym["position_radius_m"], gym["county_fips"]) == (radius, "29019")
    assert hall["position_source"] == "zip"
    assert book.asked == [[Address("1 Oak St", "Columbia", "Boone County", "MO", "65201")]]
    assert len(problems) == 0


def test_an_address_found_in_another_county_is_not_used():
    (gym, _), problems = checked(Book(**{"1_Oak_St": Found(Position(37.2, -93.3))}))
    assert gym["position_source"] == "zip"
    assert [group.text for group in problems] == [
        "Row 2: its address was found in another county or state; not used."
    ]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("raises", "failed (OSError)"),
        ("short", "gave the wrong number of answers"),
        ("hangs", "took too long"),
    ],
)
def test_trouble_costs_the_addresses_and_not_the_file(how, words, monkeypatch):
    monkeypatch.setattr(addresses_module, "_PATIENCE_S", 0.2)
    began = time.monotonic()
    (gym, hall), problems = checked(Broken(how))
    assert time.monotonic() - began < 5
    assert (gym["position_source"], hall["position_source"]) == ("zip", "zip")
    (note,) = problems
    assert (note.level, words in note.text) == ("note", True)


def test_what_was_answered_is_not_asked_again():
    book = Book(**{"1_Oak_St": Found(GYM)})
    search = AddressSearch(book)
    addresses = [Address("1 Oak St"), Address("2 Oak St"), Address("1 Oak St")]
    first, again = search.find(addresses, 5), search.find(addresses, 0)
    assert first == again
    assert [one and one.position for one in first.found] == [GYM, None, GYM]
    assert [len(batch) for batch in book.asked] == [2]


def test_many_addresses_are_asked_for_in_batches():
    book = Book()
    AddressSearch(book).find([Address(f"{n} Oak St") for n in range(1_200)], 5)
    assert [len(batch) for batch in book.asked] == [500, 500, 200]


OUR_BOOK = Book()


@pytest.mark.parametrize("name", ["Book", "OUR_BOOK"])
def test_a_geocoder_is_named_by_the_setting(name, monkeypatch):
    package = SimpleNamespace(Book=Book, OUR_BOOK=OUR_BOOK)
    monkeypatch.setitem(sys.modules, "county_addresses", package)
    settings = Settings.from_environment({"MERIS_GEOCODER": f"county_addresses:{name}"})
    assert home_of(settings).geocoder.find([Address("1 Oak St")], 5).found == [None]


def test_without_the_setting_there_is_none():
    assert home_of(Settings.from_environment({})).geocoder is None


@pytest.mark.parametrize(
    "name", ["nowhere:Book", "json", "json:nothing", "json:dumps", "json:loads"]
)
def test_a_geocoder_that_cannot_be_used_is_refused_at_the_start(name):
    with pytest.raises(Refused, match="MERIS_GEOCODER"):
        load(name)
