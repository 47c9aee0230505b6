"""Where rows are: coordinates in any form, X and Y beside them, areas, and what is told."""

import pytest

from geo.values import Position
from meris.fields import Home
from meris.uploads import Checking, Corrections, match, read
from tests.rules.tables_of_text import csv_bytes

HOME = Home.of()
COLUMBIA = Position(38.95171, -92.33407)


def checking(table, kind="shelter", corrections=None, **said):
    sheet = read(csv_bytes(table), "list.csv")
    return Checking(sheet, match(sheet, kind, HOME, **said), HOME, corrections=corrections)


def row(header, cells, kind="shelter"):
    """The values of the only row, and what was said of it."""
    check = checking(f"name | status | {header}\nGym | closed | {cells}", kind)
    found = [record.values for record in check]
    return (found or [None])[0], [(g.level, g.text) for g in check.checked.problems]


def placed(header, cells):
    values, _ = row(header, cells)
    return values["position"], values["position_source"]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("lat | lon", "38.95171 | -92.33407"),
        ("lat | lon", "38°57'6.156\"N | 92°20'2.652\"W"),
        ("lat | lon", "38 57 6.156 | -92 20 2.652"),
        ("lat | lon", "38,95171 | -92,33407"),
        ("coordinates", "38.95171, -92.33407"),
        ("location", "1 Oak St Columbia (38.95171, -92.33407)"),
        ("shape", "POINT (-92.33407 38.95171)"),
        ("wkt", "POINT Z (-92.33407 38.95171 0)"),
        ("coordinates", "N38.95171 W92.33407"),
        ("x | y", "-92.33407 | 38.95171"),
    ],
)
def test_degrees_in_any_form(header, cells):
    position, source = placed(header, cells)
    assert (position.rounded(), source) == (COLUMBIA, "reported")


def test_a_grid_reference_gives_the_middle_of_its_square():
    values, _ = row("grid", "15S WD 57 11")
    assert values["position"].meters_to(COLUMBIA) < 1_000
    assert (values["position_source"], values["position_radius_m"]) == ("usng", 707)


@pytest.mark.parametrize("degrees", ["0 | 0", " | ", "0 | ", "38.9 | 38.9"])
def test_x_and_y_help_out_where_latitude_and_longitude_say_nothing(degrees):
    check = checking(
        "name | status | LATITUDE | LONGITUDE | GEOX | GEOY\n"
        f"Gym | closed | {degrees} | -92.33407 | 38.95171\n"
        "Hall | closed | 37.2 | -93.3 | -93.3 | 37.2"
    )
    gym, hall = check
    assert (gym.values["position"], hall.values["position"]) == (COLUMBIA, Position(37.2, -93.3))
    (note,) = check.checked.problems.of("note")
    assert "X and Y gave the place" in note.text
    assert list(note.rows) == [2]


def test_degrees_go_before_x_and_y():
    values, told = row("X | Y | LATITUDE | LONGITUDE", "1 | 2 | 38.95171 | -92.33407")
    assert (values["position"], told) == (COLUMBIA, [])


def test_zeros_alone_are_no_location_and_one_click_places_by_zip():
    values, told = row("lat | lon | zip", "0 | 0 | 65201")
    assert values is None
    assert "is no location" in told[0][1]
    check = checking("name | status | lat | lon | zip\nGym | closed | 0 | 0 | 65201")
    list(check)
    (fix, *_) = next(iter(check.checked.problems)).as_json()["fixes"]
    assert fix["do"] == {"set": {"column": "lat", "to": ""}}
    assert row("lat | lon | zip", " | 0 | 65201")[0]["position_source"] == "zip"


def test_half_a_position_is_told_and_what_it_lacks():
    _, told = row("lat | lon", "38.95171 | ")
    assert told == [
        (
            "error",
            'Row 2, column "lon": there is a latitude but no longitude. Fill in both, or neither.',
        )
    ]


def test_few_decimals_are_told_in_one_line_for_all_rows():
    table = "name | status | lat | lon\nA | closed | 38.95 | -92.33407\nB | closed | 38 | -92.1234"
    check = checking(table)
    assert len(list(check)) == 2
    (group,) = check.checked.problems
    assert group.text == (
        'Rows 2, 3, column "lat": the position has two decimal places or fewer: it may be a '
        "kilometer off or more."
    )
    assert "two decimal places" in row("coordinates", "38.95, -92.33")[1][0][1]
    assert row("lat | lon", "38.950 | -92.330")[1] == []


def test_a_number_beyond_any_map_is_no_latitude():
    _, told = row("lat | lon", "138.95171 | -192.33407")
    assert told[0][1].startswith('Row 2, column "lat": "138.95171" is not a latitude.')


@pytest.mark.parametrize(
    ("header", "cells", "source", "county", "radius"),
    [
        ("zip", "65201-1234", "zip", "29019", 6_000),
        ("city", "Rolla", "town", "29161", 2_500),
        ("city | state", "Rolla, MO | Missouri", "town", "29161", 2_500),
        ("city | county", "Riverside | Platte", "town", "29165", 1_000),
        ("address", "1 Oak St, Columbia, MO 65201", "zip", "29019", 6_000),
        ("address", "1 Oak St, Rolla, Missouri", "town", "29161", 2_500),
        ("county", "Osage", "county", "29151", 33_000),
        ("zip | county", "65201 | Greene", "county", "29077", 33_000),
        ("city | county", "Rolla | Greene", "county", "29077", 33_000),
    ],
)
def test_areas_are_marked_with_their_radius(header, cells, source, county, radius):
    values, _ = row(header, cells)
    assert (values["position_source"], values["county_fips"]) == (source, county)
    assert values["position_radius_m"] == pytest.approx(radius, rel=0.25)


@pytest.mark.parametrize(
    ("header", "cells", "level", "words"),
    [
        ("city", "Colombia", "warning", "Did you mean Columbia?"),
        ("city", "Qwxyz", "warning", '"Qwxyz" is no town of Missouri'),
        ("city | county", "Qwxyz | Boone", "note", '"Qwxyz" is no town of Missouri'),
        ("city", "Riverside", "warning", "there are 2 towns called Riverside"),
        ("zip | county", "65201 | Greene", "note", "65201 lies in Boone County"),
        ("city | county", "Rolla | Greene", "note", "Rolla lies in Phelps County"),
        ("notes", "nowhere", "note", "no place was found; not on the map"),
    ],
)
def test_what_is_told_of_names_that_are_no_place(header, cells, level, words):
    _, told = row(header, cells)
    assert [text for its, text in told if its == level and words in text], told


def test_an_address_in_another_state_places_nothing():
    values, _ = row("address", "1 Oak St, Alton, IL 62002")
    assert values.get("position") is None


def test_a_misspelt_town_is_asked_about_and_one_click_corrects_it():
    table = "name | status | city\nGym | closed | Colombia"
    check = checking(table)
    (gym,) = check
    assert gym.values.get("position") is None
    group = next(g for g in check.checked.problems if g.level == "warning")
    assert group.as_json()["fixes"][0]["do"] == {
        "replace": {"column": "city", "from": "Colombia", "to": "Columbia"}
    }
    (gym,) = checking(table, corrections=Corrections(replaced={"city": {"Colombia": "Columbia"}}))
    assert gym.values["position_source"] == "town"


def test_a_file_of_our_own_keeps_how_its_places_were_known():
    header = "lat | lon | position_source | position_radius_m"
    values, _ = row(header, "38.95171 | -92.33407 | town | 4000")
    assert (values["position_source"], values["position_radius_m"]) == ("town", 4_000)
    values, _ = row(header, "38.95171 | -92.33407 | surveyed | ")
    assert (values["position_source"], values["position_radius_m"]) == ("surveyed", None)
    values, _ = row(header, "38.95171 | -92.33407 | town | ")
    assert (values["position_source"], values["position_radius_m"]) == ("reported", None)


def test_a_neighbors_unit_may_be_placed_by_its_own_zip_code():
    table = "call sign | type | status | state | zip\nE1 | engine | available | IL | 62002"
    (unit,) = checking(table, "unit")
    assert unit.values["position"].meters_to(Position(38.9, -90.2)) < 15_000
