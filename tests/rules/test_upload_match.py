"""Headers to fields: by tag, by name, by values, and when to ask a person."""

import pytest

from meris.errors import Refused
from meris.fields import Home
from meris.uploads import match, read
from tests.rules.tables_of_text import csv_bytes

HOME = Home.of()


def matched(table, kind="shelter", **said):
    return match(read(csv_bytes(table), "list.csv"), kind, HOME, **said)


def found(table, kind="shelter", **said):
    return {c.label: c.field.name for c in matched(table, kind, **said).columns}


def test_names_in_any_spelling():
    assert found("Shelter Name | SHELTER_STATUS | Zip-Code\nGym | open | 65101") == {
        "Shelter Name": "name",
        "SHELTER_STATUS": "status",
        "Zip-Code": "zip",
    }


def test_the_own_name_of_a_field_wins_over_a_synonym():
    got = matched("capacity | evacuation_capacity | name | status\n1 | 2 | Gym | open")
    assert got.column("evacuation_capacity").label == "evacuation_capacity"
    assert [(c.field.name, c.labels) for c in got.conflicts] == [
        ("evacuation_capacity", ("evacuation_capacity", "capacity"))
    ]


def test_two_columns_of_one_name_are_a_conflict():
    got = matched("name | status | status\nGym | open | closed")
    assert got.conflicts[0].labels == ("status", "status (column C)")


def test_a_prefix_says_nothing():
    assert found("Facility Name | Location City | status\nGym | Rolla | open") == {
        "Facility Name": "name",
        "Location City": "city",
        "status": "status",
    }


def test_tags_come_before_headers():
    got = matched(
        """
        city       | b       | c
        #loc+name  | #status | #geo+lat
        Gym        | open    | 38.95
        """
    )
    assert {c.label: (c.field.name, c.how) for c in got.columns} == {
        "city": ("name", "tag"),
        "b": ("status", "tag"),
        "c": ("latitude", "tag"),
    }


@pytest.mark.parametrize(("value", "field"), [("MO", "state"), ("Closed", "status")])
def test_state_is_a_state_or_a_status_by_its_values(value, field):
    assert found(f"name | state\nGym | {value}\nHall | {value}")["state"] == field


@pytest.mark.parametrize(
    ("value", "field"), [("case", "unit_of_issue"), ("Suite 4", "address_line2")]
)
def test_unit_is_a_unit_of_issue_or_a_suite_by_its_values(value, field):
    assert found(f"site | item | qty | unit\nA | Cots | 5 | {value}", "supply")["unit"] == field


def test_unit_in_a_file_of_units_is_its_number():
    assert found("unit | type | status\nE12 | engine | available", "unit")["unit"] == "unit_id"


@pytest.mark.parametrize(("value", "kind", "field"), [("40", "supply", "quantity_on_hand")])
def test_available_is_a_quantity_where_it_counts(value, kind, field):
    assert (
        found(f"site | item | unit | available\nA | Cots | each | {value}", kind)["available"]
        == field
    )


def test_available_is_a_status_where_it_says_so():
    table = "call sign | type | available\nE1 | engine | out of service\nE2 | engine | in service"
    assert found(table, "unit")["available"] == "status"


def test_location_may_be_coordinates():
    assert found("name | status | location\nGym | open | 38.95171, -92.33407")["location"] == (
        "coordinates"
    )


def test_x_and_y_are_degrees_only_when_they_can_be():
    assert found("name | status | x | y\nGym | open | -92.33 | 38.95")["x"] == "longitude"
    assert found("name | status | x | y\nGym | open | -10278000 | 4714000") == {
        "name": "name",
        "status": "status",
        "x": "easting",
        "y": "northing",
    }


def test_values_that_contradict_a_header_leave_the_column_to_a_person():
    got = matched("name | status | type\nGym | open | Library\nHall | open | Police")
    assert got.unmatched[0].why == "Its name says Kind of shelter, but its values do not."


def test_a_needed_column_keeps_its_header_whatever_it_holds():
    assert found("name | status\nGym | purple\nHall | green")["status"] == "status"


def test_plain_capacity_is_taken_with_a_question():
    got = matched("name | status | capacity\nGym | open | 200")
    assert "20 or 40 square feet" in got.column("evacuation_capacity").warning


def test_row_numbers_of_an_export_are_no_ids():
    got = matched("OBJECTID | name | status\n1 | Gym | open")
    assert got.column("external_id") is None
    assert "changes with the next one" in got.unmatched[0].why


def test_a_column_of_statuses_is_the_status_whatever_it_is_called():
    got = matched("name | how is it\nGym | open\nHall | closed")
    assert (got.column("status").label, got.column("status").how) == ("how is it", "values")
    assert "because its values fit" in got.column("status").warning


def test_a_misspelt_header_is_suggested_and_not_taken():
    got = matched("name | status | lattitude | longitude\nGym | open | 38.95 | -92.33")
    assert got.column("latitude") is None
    assert [(s.label, s.field.name) for s in got.suggestions] == [("lattitude", "latitude")]


def test_what_is_missing_is_told():
    got = matched("name | city\nGym | Rolla")
    assert got.missing == (("status",),)
    assert got.say_missing().startswith('No column was found for "Status".')
    assert matched("name | status\nGym | open").say_missing() is None


def test_one_of_several_is_enough():
    assert matched("call sign | type | status\nE1 | engine | available", "unit").missing == ()


def test_a_person_decides():
    table = "a | b | city\nGym | open | Rolla"
    assert found(table, confirmed={"a": "name", "b": "status", "city": None}) == {
        "a": "name",
        "b": "status",
    }


def test_a_value_for_all_rows_stands_for_a_column():
    got = matched("name | city\nGym | Rolla", constants={"status": "open"})
    assert got.missing == ()


def test_a_value_for_all_rows_wins_over_a_column():
    got = matched("name | status\nGym | open", constants={"status": "closed"})
    assert got.column("status") is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"confirmed": {"a": "color"}}, "no field 'color'"),
        ({"confirmed": {"a": "name", "b": "name"}}, "chosen for two columns"),
        ({"confirmed": {"a": "name"}, "constants": {"name": "x"}}, "chosen for two columns"),
    ],
)
def test_what_a_person_says_must_make_sense(said, words):
    with pytest.raises(Refused, match=words):
        matched("a | b | name | status\nx | y | z | open", **said)


def test_a_decision_outlives_the_spelling_of_the_headers():
    first = matched("How is it? | name\nx | Gym", confirmed={"How is it?": "status"})
    again = matched("HOW IS IT | Name\nopen | Gym", confirmed=first.confirmed())
    assert first.fingerprint == again.fingerprint
    assert again.column("status").label == "HOW IS IT"


def test_files_of_other_headers_have_other_fingerprints():
    one, other = matched("name | status\na | open"), matched("name | status | zip\na | open | 1")
    assert one.fingerprint != other.fingerprint


def test_a_national_file_is_judged_by_its_rows_of_the_state():
    table = "name | status | state | county\n" + "\n".join(
        [f"Gym {n} | open | TX | Travis" for n in range(30)] + ["Hall | open | MO | Boone"]
    )
    assert found(table)["county"] == "county"


def test_a_column_without_a_header_has_its_letter():
    got = matched("name |  | status\nGym | x | open")
    assert got.unmatched[0].label == "column B"
