"""Coordinates that are no place in the state: proposed for all rows at once, never silent."""

import pytest
from pyproj import Transformer

from meris.fields import Home
from meris.uploads import Checking, Choices, Corrections, match, read
from tests.rules.tables_of_text import csv_bytes

HOME = Home.of()
COUNTIES = {county.name: county for county in HOME.gazetteer.counties.values()}
EAST = ("Ste. Genevieve", "Pike", "Clark")
CENTRAL = ("Boone", "Cole", "Greene")
WEST = ("Jasper", "Jackson", "Cass")


def in_system(crs):
    """X and Y of a place, as text."""
    transform = Transformer.from_crs("OGC:CRS84", crs, always_xy=True).transform
    return lambda place: "{:.2f} | {:.2f}".format(*transform(place.lon, place.lat))


def table(columns, written, names=CENTRAL):
    rows = [f"Gym of {name} | closed | {name} | {written(place(name))}" for name in names]
    return "\n".join([f"name | status | county | {columns}", *rows])


def place(name):
    return COUNTIES[name].centroid


def checked(text, *repairs, kind="shelter", corrections=None):
    sheet = read(csv_bytes(text), "list.csv")
    choices = Choices(repairs=frozenset(repairs))
    check = Checking(sheet, match(sheet, kind, HOME), HOME, choices, corrections=corrections)
    return list(check), check.checked


CASES = [
    ("sign", "lat | lon", lambda p: f"{p.lat} | {-p.lon}"),
    ("swap", "lat | lon", lambda p: f"{p.lon} | {p.lat}"),
    ("swap", "x | y", lambda p: f"{p.lat} | {p.lon}"),
    ("swap", "coordinates", lambda p: f"({p.lon}, {p.lat})"),
    ("swap_and_sign", "lat | lon", lambda p: f"{-p.lon} | {p.lat}"),
    ("decimal_point", "lat | lon", lambda p: f"{p.lat * 1e6:.0f} | {p.lon * 1e6:.0f}"),
    ("reproject:EPSG:3857", "X | Y", in_system("EPSG:3857")),
    ("reproject:EPSG:26915", "Easting | Northing", in_system("EPSG:26915")),
    ("reproject:EPSG:26915:crossed", "Northing | Easting", in_system("EPSG:26915")),
    ("reproject:EPSG:26997", "POINT_X | POINT_Y", in_system("EPSG:26997")),
    ("reproject:ESRI:102697", "GEOX | GEOY", in_system("ESRI:102697")),
    ("reproject:ESRI:102697", "LONGITUDE | LATITUDE", in_system("ESRI:102697")),
    (
        "reproject:EPSG:3857",
        "shape",
        lambda p: f"POINT ({in_system('EPSG:3857')(p).replace(' | ', ' ')})",
    ),
]


@pytest.mark.parametrize(("repair", "columns", "written"), CASES)
def test_a_repair_is_proposed_and_refuses_the_rows_until_it_is_accepted(repair, columns, written):
    ready, before = checked(table(columns, written))
    (best,) = [one for one in before.proposals if one["best"]]
    assert ready == []
    assert (best["id"], best["accepted"]) == (repair, False)
    assert (best["rows"], best["inside_state"], best["inside_county"]) == (3, 3, 3)
    (group,) = before.problems.of("error")
    assert (group.rule, len(group.rows)) == (f"repair:{repair}", 3)
    assert {"repair": repair} in [fix["do"] for fix in group.as_json()["fixes"]]

    ready, after = checked(table(columns, written), repair)
    assert [record.values["position_source"] for record in ready] == ["repaired"] * 3
    for record, name in zip(ready, CENTRAL, strict=True):
        assert record.values["position"].meters_to(place(name)) < 2
        assert record.values["county_fips"] == COUNTIES[name].fips
    assert [p["accepted"] for p in after.proposals if p["id"] == repair] == [True]
    assert any("this was put right" in group.message for group in after.problems.of("warning"))


def test_a_proposal_shows_its_rows_on_the_map():
    _, found = checked(table("lat | lon", lambda p: f"{p.lat} | {-p.lon}"))
    boone = place("Boone")
    assert found.proposals[0]["points"][0] == [2, boone.lat, boone.lon]
    assert found.proposals[0]["title"] == "Use negative longitudes"


def test_good_files_have_no_proposals():
    assert checked(table("lat | lon", lambda p: f"{p.lat} | {p.lon}"))[1].proposals == []


def test_rows_of_several_zones_each_get_their_own():
    zones = {"ESRI:102696": EAST, "ESRI:102697": CENTRAL, "ESRI:102698": WEST}
    parts = [table("x | y", in_system(crs), names) for crs, names in zones.items()]
    text = "\n".join([parts[0], *(part.partition("\n")[2] for part in parts[1:])])
    ids = [f"reproject:{crs}" for crs in zones]
    _, before = checked(text)
    assert {one["id"] for one in before.proposals if one["best"]} == set(ids)
    assert {g.rule: len(g.rows) for g in before.problems.of("error")} == {
        f"repair:{one}": 3 for one in ids
    }
    some, _ = checked(text, *ids[:2])
    assert len(some) == 6
    ready, _ = checked(text, *ids)
    for record, name in zip(ready, (*EAST, *CENTRAL, *WEST), strict=True):
        assert record.values["position"].meters_to(place(name)) < 2


def test_an_accepted_repair_waits_where_another_one_is_right():
    boone, cole = place("Boone"), place("Cole")
    text = (
        "name | status | county | lat | lon\n"
        f"A | closed | Boone | {boone.lat} | {-boone.lon}\n"
        f"B | closed | Cole | {cole.lon} | {cole.lat}"
    )
    ready, found = checked(text, "sign")
    assert [record.values["name"] for record in ready] == ["A"]
    assert [group.rule for group in found.problems.of("error")] == ["repair:swap"]


def test_a_repair_that_leads_into_another_county_is_still_checked():
    greene = place("Greene")
    ready, found = checked(
        f"name | status | county | lat | lon\nA | closed | Boone | {greene.lat} | {-greene.lon}",
        "sign",
    )
    assert ready == []
    assert [group.rule for group in found.problems.of("error")] == ["county"]


def test_rows_of_other_states_are_no_mistakes_to_repair():
    text = (
        "name | status | state | lat | lon\n"
        "A | closed | MO | 38.95 | 92.33407\n"
        "B | closed | CA | 36.5 | -119.5"
    )
    _, found = checked(text)
    assert [(one["id"], one["rows"]) for one in found.proposals] == [("sign", 1)]
    assert found.proposals[0]["inside_county"] is None


def test_repairs_see_corrected_cells_and_skip_rows_left_out():
    text = "name | status | lat | lon\nA | closed | 38,9517a | 92.33\nB | closed | 38.9 | 92.3"
    corrections = Corrections(cells={2: {"lat": "38.9517"}}, left_out=frozenset({3}))
    _, found = checked(text, corrections=corrections)
    assert found.proposals[0]["points"] == [[2, 38.9517, -92.33]]


def test_what_no_repair_makes_a_place_is_told_as_before():
    _, found = checked("name | status | lat | lon\nA | closed | 61.2 | -149.9")
    assert [group.rule for group in found.problems.of("error")] == ["outside"]
    assert found.proposals == []
