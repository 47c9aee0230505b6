"""Checking a file: every cell, row and place, and what a person is told."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo.values import Position
from meris import fields
from meris.fields import Home
from meris.uploads import Checking, Choices, check, match, read
from meris.uploads.problems import say_rows
from tests.rules.tables_of_text import csv_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures"
HOME = replace(Home.of(), now=lambda: datetime(2026, 3, 15, 18, 0, tzinfo=UTC))


def checked(table, kind="shelter", choices=None, **said):
    content = table if isinstance(table, bytes) else csv_bytes(table)
    sheet = read(content, "list.csv")
    return check(sheet, match(sheet, kind, HOME, **said), HOME, choices)


def told(table, kind="shelter", **said):
    """Level and text of everything that is said."""
    return [(g.level, g.text) for g in checked(table, kind, **said).problems]


def rows(table, kind="shelter", choices=None):
    content = table if isinstance(table, bytes) else csv_bytes(table)
    sheet = read(content, "list.csv")
    return [r.values for r in Checking(sheet, match(sheet, kind, HOME), HOME, choices)]


def shelter(**cells):
    """A table of one good shelter, with these cells instead."""
    good = {
        "name": "Gym",
        "status": "open",
        "evacuation_capacity": "200",
        "latitude": "38.95171",
        "longitude": "-92.33407",
    }
    good |= cells
    return f"{' | '.join(good)}\n{' | '.join(good.values())}"


def stock(**cells):
    good = {"site": "Cache", "item": "Shovels", "qty": "40", "uom": "each"}
    good |= cells
    return f"{' | '.join(good)}\n{' | '.join(good.values())}"


@pytest.mark.parametrize(
    ("name", "kind", "ready"),
    [
        ("shelters_good.csv", "shelter", 10),
        ("supplies_good.csv", "supply", 12),
        ("units_good.xlsx", "unit", 12),
    ],
)
def test_good_files_have_nothing_to_tell(name, kind, ready):
    got = checked((FIXTURES / name).read_bytes(), kind)
    assert (got.ready, got.refused, len(got.problems)) == (ready, 0, 0)


def test_a_message_has_row_column_value_rule_and_fix():
    content = csv_bytes("SHELTER | Stat\nGym | Opn\nHall | open\nBarn | Opn")
    sheet = read(content, "list.csv")
    got = check(sheet, match(sheet, "shelter", HOME, confirmed={"Stat": "status"}), HOME)
    group = next(iter(got.problems))
    assert group.text == (
        'Rows 2, 4, column "Stat": "Opn" is not a status. '
        "Use Closed, Alert, Standby, Open, Full, Consolidating, or Retired. Did you mean Open?"
    )
    assert (list(group.rows), group.column, group.value) == ([2, 4], "Stat", "Opn")


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([14], "Row 14"),
        ([3, 9], "Rows 3, 9"),
        (range(2, 58), "Rows 2–57 (56 rows)"),
        ([1, 2, 3, 7, 8, 10], "Rows 1–3, 7, 8, 10 (6 rows)"),
        (range(1, 100, 2), "Rows 1, 3, 5, 7, 9, 11, … (50 rows)"),
        ([], ""),
    ],
)
def test_rows_are_named_as_a_person_would(numbers, words):
    assert say_rows(numbers) == words


def test_a_column_that_is_missing_stops_everything():
    got = checked("name | city\nGym | Rolla")
    assert (got.ready, got.total) == (0, 0)
    assert next(iter(got.problems)).text.startswith('No column was found for "Status"')


def test_an_empty_needed_cell_refuses_its_row():
    got = checked("name | status\nGym |\nHall | open")
    assert (got.ready, got.refused) == (1, 1)
    assert (
        got.problems.of("error")[0].text == 'Row 2, column "status": Status is empty. Fill it in.'
    )


def test_a_cell_that_cannot_be_read_is_not_empty_as_well():
    assert len(checked("name | status\nGym | Opn").problems.of("error")) == 1


def test_a_mistyped_phone_number_does_not_cost_the_shelter():
    got = checked(shelter(phone="5.73555E+09"))
    assert got.ready == 1
    assert "The cell was left out." in got.problems.of("warning")[0].text


def test_a_row_that_slipped_sideways_is_refused():
    got = checked(b"name,status,city\nGym,open,Rolla, MO\n")
    assert "more than the 3 cells" in got.problems.of("error")[0].text


@pytest.mark.parametrize(
    ("cells", "level", "words"),
    [
        ({"post_impact_capacity": "300"}, "warning", "above evacuation capacity"),
        ({"evacuation_capacity": ""}, "warning", "no capacity is given"),
        ({"status": "closed", "population_total": "4"}, "error", "closed but has people in it"),
        ({"population_total": "301"}, "warning", "more than 1.5 times as many"),
        ({"population_total": "50", "population_general": "60"}, "warning", "do not add up"),
        ({"notes": "SSN 123-45-6789"}, "warning", "Social Security"),
        ({"latitude": "0", "longitude": "0"}, "error", "is no location"),
        ({"longitude": ""}, "error", "a latitude but no longitude"),
        ({"longitude": "92.33407"}, "error", "the minus sign is missing"),
        ({"latitude": "-89.51812", "longitude": "37.30591"}, "error", "are swapped"),
        ({"latitude": "38.62700", "longitude": "-90.10000"}, "error", "lies in Illinois"),
        ({"latitude": "61.2", "longitude": "-149.9"}, "error", "does not lie in Missouri"),
        ({"latitude": "38.9"}, "warning", "two decimal places"),
        ({"county": "Greene"}, "error", "from Greene County, which the row names"),
        ({"county": "Boone", "county_fips": "29051"}, "warning", "its code is that of Cole"),
        ({"state": "AR"}, "error", "this shelter is in Arkansas"),
        ({"name": "Safe House of Hope"}, "warning", "refuge for victims of violence"),
    ],
)
def test_what_a_shelters_row_is_told(cells, level, words):
    said = [text for its, text in told(shelter(**cells)) if its == level]
    assert [text for text in said if words in text] != [], said


@pytest.mark.parametrize(
    ("cells", "level", "words"),
    [
        ({"committed": "41"}, "error", "more is committed than is on hand"),
        ({"expires": "2026-03-01"}, "warning", "have expired"),
        ({"item": "Blankets", "uom": "pallet"}, "error", "cannot be counted in each"),
        ({"qty": "-1"}, "error", "below zero"),
    ],
)
def test_what_a_stock_line_is_told(cells, level, words):
    said = [text for its, text in told(stock(**cells), "supply") if its == level]
    assert [text for text in said if words in text] != [], said


def test_a_county_just_across_the_line_is_a_warning_with_the_distance():
    # Columbia lies in Boone County, some kilometers from Callaway
    table = shelter(latitude="38.90000", longitude="-92.13000", county="Boone")
    assert [level for level, text in told(table) if "Boone County" in text] == ["warning"]
    assert rows(table)[0]["county_fips"] == "29027"


def test_the_minus_sign_is_put_right_when_allowed():
    table = shelter(longitude="92.33407")
    choices = Choices(repairs=frozenset({"sign"}))
    assert rows(table, choices=choices)[0]["position"] == Position(38.95171, -92.33407)
    assert rows(table) == []


@pytest.mark.parametrize(
    ("cells", "source", "county"),
    [
        ({"zip": "65201"}, "zip", "29019"),
        ({"city": "Rolla"}, "town", "29161"),
        ({"county": "Osage"}, "county", "29151"),
        ({"usng": "15S WC 72042 70394"}, "usng", "29051"),
        ({"location": "38.95171, -92.33407"}, "reported", "29019"),
    ],
)
def test_a_place_is_found_in_other_ways(cells, source, county):
    (row,) = rows(shelter(latitude="", longitude="", **cells))
    assert (row["position_source"], row["county_fips"]) == (source, county)
    assert (row["position_radius_m"] is not None) == (source in fields.APPROXIMATE_SOURCES)


def test_a_row_without_any_place_is_kept_and_told():
    got = checked("name | status | evacuation_capacity\nGym | open | 5")
    assert (got.ready, got.unplaced) == (1, 1)
    assert got.problems.of("note")[0].text == "Row 2: no place was found; not on the map."


def test_a_unit_of_a_neighboring_state_may_come_to_help():
    table = "call sign | type | status | state | latitude | longitude\n"
    assert len(rows(f"{table}E1 | engine | available | IL | 38.62700 | -90.10000", "unit")) == 1
    assert rows(f"{table}E1 | engine | available | TX | 31.0 | -97.0", "unit") == []


def test_of_a_row_of_another_state_nothing_else_is_told():
    assert [text for _, text in told(shelter(state="AR", zip="72941", latitude="35.3"))] == [
        'Row 2, column "state": this shelter is in Arkansas, and this system holds Missouri only. '
        "Leave the row out."
    ]


def test_many_records_on_one_point_look_like_a_default():
    table = "name | status | evacuation_capacity | latitude | longitude\n" + "\n".join(
        f"Gym {n} | open | 5 | 38.95171 | -92.33407" for n in range(6)
    )
    assert any("exactly one point" in text for _, text in told(table))


class TestRepeats:
    """Rows that mean one record twice."""

    def test_an_equal_row_is_read_once(self):
        got = checked("external_id | name | status\nA | Gym | closed\nA | Gym | closed")
        assert (got.ready, got.repeated, got.refused) == (1, 1, 0)
        assert "the same as row 2" in got.problems.of("warning")[0].text

    def test_another_row_of_the_same_id_is_refused(self):
        got = checked("external_id | name | status\nA | Gym | closed\nA | Hall | closed")
        assert (got.ready, got.refused) == (1, 1)
        assert "the same record as row 2" in got.problems.of("error")[0].text

    def test_name_and_address_stand_for_an_id(self):
        got = checked("name | status | address\nGym | open | 1 Oak\nGYM | full | 1 Oak.")
        assert got.refused == 1

    def test_one_name_within_fifty_meters_is_one_place(self):
        table = "name | status | latitude | longitude\nGym | open | 38.95171 | -92.33407\n"
        assert checked(f"{table}Gym | open | 38.95190 | -92.33407").refused == 1
        assert checked(f"{table}Gym | open | 38.95300 | -92.33407").refused == 0

    def test_stock_lines_differ_by_item_lot_and_unit(self):
        table = "site | item | qty | uom | lot\nCache | Cots X | 5 | each | 1\n"
        assert checked(f"{table}Cache | Cots X | 6 | each | 2", "supply").refused == 0
        assert checked(f"{table}Cache | Cots X | 6 | each | 1", "supply").refused == 1


def test_a_unit_goes_by_its_number_where_it_has_no_name():
    (row,) = rows("unit id | type | status\nE12 | engine | available", "unit")
    assert (row["name"], row["external_id"]) == ("E12", "E12")


def test_the_catalogue_completes_its_own_items():
    (row,) = rows(stock(item="Cots"), "supply")
    assert (row["item_code"], row["category"]) == ("COT-STD", "shelter")


def test_numbers_of_lines_are_not_taken_for_numbers_of_sites():
    table = (
        "id | site | item | qty | uom\n1 | Cache | Cots X | 5 | each\n2 | Cache | Tarp X | 5 | each"
    )
    assert [row.get("external_id") for row in rows(table, "supply")] == [None, None]


def test_a_refuge_is_confidential_whatever_the_file_says():
    (row,) = rows(shelter(name="Women's Shelter Rolla", sensitivity="public"))
    assert row["sensitivity"] == "confidential"


@pytest.mark.parametrize("kind", fields.ROW_KINDS)
def test_the_templates_own_example_is_not_imported(kind):
    got = checked(fields.template_csv(kind).encode(), kind)
    assert got.total == 0
    assert any("example of the template" in note for note in got.notes)


def test_a_value_for_all_rows_is_read_by_its_rule():
    got = checked("name | city\nGym | Rolla", constants={"status": "opened"})
    assert got.preview[0].values["status"] == "open"


def test_a_summary_is_plain_json():
    summary = checked((FIXTURES / "shelters_messy.csv").read_bytes()).as_json()
    assert summary["counts"]["total"] == 6
    assert summary["problems"][0].keys() >= {"level", "text", "row", "rows", "count"}


def test_endless_different_errors_are_counted_and_not_listed():
    table = b"name,status\n" + b"".join(b"Gym %d,%d\n" % (n, n) for n in range(2_000))
    got = checked(table)
    assert got.refused == 2_000
    assert len(got.problems) < 400
    assert any("problems of this kind" in group.message for group in got.problems)
