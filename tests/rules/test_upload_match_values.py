"""Columns known by their values, suggestions, remembered mappings, the kind of a file."""

from pathlib import Path

import pytest

from meris.fields import Home
from meris.uploads import guess_kind, match, read
from meris.uploads.match import nearest
from tests.rules.tables_of_text import csv_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures"
HOME = Home.of()


def sheet(table, name="list.csv"):
    return read(csv_bytes(table), name)


def with_column(header, *cells):
    """The match of a file of shelters with one more column."""
    rows = [f"Gym {n} | open | {cell}" for n, cell in enumerate(cells)]
    return match(sheet("\n".join([f"name | status | {header}", *rows])), "shelter", HOME)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["a@b.example", "c@d.example"], "contact_email"),
        (["(573) 555-0100", "573-555-0101", "573.555.0102"], "contact_phone"),
        (["65201", "65202-1234", "63101"], "zip"),
        (["Boone", "St. Louis County", "Cole Co."], "county"),
        (["MO", "Missouri", "mo"], "state"),
        (["15S WC 72042 70394", "15SWC7270"], "usng"),
        (["38.95171, -92.33407", "POINT (-92.1 38.5)"], "coordinates"),
    ],
)
def test_values_that_leave_no_doubt_say_what_a_column_is(cells, field):
    column = with_column("Col 3", *cells).column(field)
    assert (column.label, column.how) == ("Col 3", "values")
    assert "because its values fit" in column.warning


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Fax", ["(573) 555-0100", "573-555-0101"]),
        ("Col 3", ["5735550100", "5735550101"]),
        ("Col 3", ["65201", "65201", "65201"]),
        ("Col 3", ["12000", "48000", "51000"]),
        ("Col 3", ["Washington", "Oregon", "Washington"]),
        ("Col 3", ["Boone", "Boone"]),
        ("Col 3", ["OK", "OR"]),
        ("Col 3", ["yes", "no"]),
        ("Col 3", ["a@b.example", "none given", "call first"]),
    ],
)
def test_values_that_may_be_something_else_are_left_to_a_person(header, cells):
    got = with_column(header, *cells)
    assert [left.label for left in got.unmatched] == [header]


def test_two_columns_of_one_sort_are_left_to_a_person():
    table = "name | status | A | B\nGym | open | 573-555-0100 | 573-555-0101"
    got = match(sheet(table), "shelter", HOME)
    assert got.column("contact_phone") is None


@pytest.mark.parametrize("sign", ["-", ""])
def test_two_columns_of_measured_degrees_are_latitude_and_longitude(sign):
    table = f"name | status | A | B\nGym | open | {sign}92.33407 | 38.95171"
    got = match(sheet(table), "shelter", HOME)
    assert (got.column("latitude").label, got.column("longitude").label) == ("B", "A")


def test_a_misspelt_latitude_beside_longitude_is_known_by_its_values():
    table = "name | status | lattitude | longitude\nGym | open | 38.95171 | -92.33407"
    assert match(sheet(table), "shelter", HOME).column("latitude").how == "values"


def test_prices_are_no_degrees():
    table = "name | status | A | B\nGym | open | 38.95 | 92.33"
    got = match(sheet(table), "shelter", HOME)
    assert [left.label for left in got.unmatched] == ["A", "B"]


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Total Staffed Beds", ["12", "80"], "post_impact_capacity"),
        ("Main contact phone no", ["call", "573-555-0100"], "contact_phone"),
        ("Bakup Generater", ["yes", "no"], "generator"),
        ("Kind", ["Warming center", "Cooling center"], "shelter_type"),
        ("lattitude", ["38.95", "38.96"], "latitude"),
        ("Where", ["123 Elm St, Rolla, MO 65401", "City park"], "address_line1"),
        ("Col 3", ["123 Elm St", "4 Highway 47"], "address_line1"),
        ("Max", ["120", "80"], "evacuation_capacity"),
        ("Ph", ["5735550100", "5735550101"], "contact_phone"),
    ],
)
def test_what_may_be_a_field_is_suggested(header, cells, field):
    got = with_column(header, *cells)
    assert got.column(field) is None
    assert [(one.label, one.field.name) for one in got.suggestions] == [(header, field)]
    assert 0 < got.suggestions[0].ratio <= 1


def test_big_numbers_that_may_be_x_and_y_are_suggested():
    rows = [f"Gym {n} | open | {572042 + n} | {4270394 - n}" for n in range(4)]
    got = match(sheet("\n".join(["name | status | A | B", *rows])), "shelter", HOME)
    assert {one.label: one.field.name for one in got.suggestions} == {
        "A": "easting",
        "B": "northing",
    }


def test_helicopter_pads_are_no_policy_on_pets():
    assert with_column("HELIPAD", "Y", "N", "Y").suggestions == ()


def test_the_organizations_name_may_be_all_the_name_there_is():
    rows = "\n".join(f"Clinic of {town} | open" for town in ("Rolla", "Salem", "Cuba"))
    got = match(sheet(f"Organization Name | status\n{rows}"), "shelter", HOME)
    assert got.column("agency").label == "Organization Name"
    assert [(one.label, one.field.name) for one in got.suggestions] == [
        ("Organization Name", "name")
    ]


def test_northing_beside_longitude_is_latitude():
    got = match(sheet("name | status | x | y\nGym | open | 38.95 | -92.33"), "shelter", HOME)
    assert {c.label: c.field.name for c in got.columns[2:]} == {"x": "longitude", "y": "latitude"}


class TestRemembered:
    """A file whose columns changed a little since the last time."""

    KEPT = (
        {"Site": "name", "Now": "status", "Beds": None, "Zip": "zip"},
        {"Item": "item_name", "Qty": "quantity_on_hand"},
    )

    def test_the_mapping_that_shares_most_columns_is_found(self):
        assert nearest(["SITE", "now", "zip", "Beds", "Pets"], self.KEPT) == 0
        assert nearest(["item", "qty", "lot"], self.KEPT) == 1

    def test_another_file_has_none(self):
        assert nearest(["Site", "Phone", "Mail", "Zip code"], self.KEPT) is None
        assert nearest(["Site"], ()) is None
        assert nearest(["Beds", "Cots"], ({"Beds": None, "Cots": None},)) is None

    def test_its_columns_are_taken_and_new_ones_are_matched(self):
        table = "Site | Now | Phone\nGym | open | 573-555-0100"
        got = match(sheet(table), "shelter", HOME, confirmed=self.KEPT[0])
        assert {c.label: (c.field.name, c.how) for c in got.columns} == {
            "Site": ("name", "confirmed"),
            "Now": ("status", "confirmed"),
            "Phone": ("contact_phone", "synonym"),
        }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("shelters_good.csv", "shelter"),
        ("shelters_messy.csv", "shelter"),
        ("county_messy.csv", "shelter"),
        ("open_shelters_nss_like.csv", "shelter"),
        ("supplies_good.csv", "supply"),
        ("county_supplies.csv", "supply"),
        ("units_good.xlsx", "unit"),
        ("county_units_state_plane.csv", "unit"),
    ],
)
def test_the_kind_of_a_file_is_seen(name, kind):
    got = guess_kind(
        read((FIXTURES / name).read_bytes(), "export.csv" if ".csv" in name else name), HOME
    )
    assert got[0] == kind
    assert 0.6 <= got[1] <= 1


@pytest.mark.parametrize(
    ("table", "name", "kind"),
    [
        ("unit | type | status\nE12 | engine | available", "x.csv", "unit"),
        ("site | item | qty | unit\nCache | Cots | 5 | each", "x.csv", "supply"),
        ("name | address | capacity\nGym | 1 Oak | 50", "x.csv", "shelter"),
        ("name | address\nFirst | 1 Oak", "warming centers.csv", "shelter"),
        ("name | address\nNorth High School | 1 Oak", "x.csv", "shelter"),
        ("a | b\n1 | 2", "x.csv", None),
    ],
)
def test_few_columns_are_enough_or_a_person_is_asked(table, name, kind):
    got = guess_kind(sheet(table, name), HOME)
    assert (got and got[0]) == kind
