"""Problems with their ways out: what one click decides, and that the rows are good then."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meris.fields import Home
from meris.uploads import Checking, Corrections, Decisions, check, match, read
from meris.uploads.decisions import with_fix
from tests.rules.tables_of_text import csv_bytes

HOME = replace(Home.of(), now=lambda: datetime(2026, 3, 15, 18, 0, tzinfo=UTC))


def decided_check(table, decided=None, kind="shelter"):
    decided = decided or Decisions()
    sheet = read(csv_bytes(table), "list.csv")
    found = match(sheet, kind, HOME, confirmed=decided.confirmed, constants=decided.constants)
    return check(sheet, found, HOME, decided.choices, decided.corrections)


def judged(table, corrections):
    sheet = read(csv_bytes(table), "list.csv")
    checking = Checking(sheet, match(sheet, "shelter", HOME), HOME, corrections=corrections)
    return {record.number: (record, fate) for record, fate in checking.every()}, checking.checked


def offered(group):
    return {fix["title"]: fix["do"] for fix in group.as_json()["fixes"]}


STATUSES = "name | status\nGym | Opn\nHall | open\nBarn | Opn\nTent | purple"


def test_a_group_has_an_id_its_cells_and_its_fixes():
    group = next(iter(decided_check(STATUSES).problems)).as_json()
    assert group["cells"] == [{"row": 2, "value": "Opn"}, {"row": 4, "value": "Opn"}]
    assert group["spans"] == [[2, 2], [4, 4]]
    assert group["fixes"][0] == {
        "title": "Read “Opn” as Open",
        "do": {"replace": {"column": "status", "from": "Opn", "to": "Open"}},
    }
    assert group["fixes"][-1] == {"title": "Leave out these 2 rows", "do": {"leave_out": True}}
    again = next(iter(decided_check(STATUSES).problems))
    assert group["id"] == again.id


def test_one_click_repairs_every_row_of_the_group():
    group = next(iter(decided_check(STATUSES).problems))
    decided = with_fix(Decisions(), group.as_json()["fixes"][0]["do"], group.rows)
    got = decided_check(STATUSES, decided)
    assert (got.ready, got.refused) == (3, 1)


def test_a_word_like_no_other_may_be_any_of_the_usual_ones():
    group = decided_check(STATUSES).problems.of("error")[1]
    assert list(offered(group)) == [
        "Read “purple” as Open",
        "Read “purple” as Closed",
        "Read “purple” as Standby",
        "Leave out this row",
    ]


@pytest.mark.parametrize(
    ("column", "cell", "instead"),
    [
        ("evacuation_capacity", "200+", "200"),
        ("evacuation_capacity", "~1,200", "1200"),
        ("evacuation_capacity", "2 dozen", "24"),
        ("evacuation_capacity", "half a dozen", "6"),
        ("evacuation_capacity", "seven", "7"),
        ("evacuation_capacity", "about 60 people", "60"),
        ("opened_at", "25/12/2025", "12/25/2025"),
        ("opened_at", "20251225", "2025-12-25"),
        ("opened_at", "12/25/2025 1430", "12/25/2025 14:30"),
        ("opened_at", "since 2025-12-25", "2025-12-25"),
        ("county", "Jeferson", "Jefferson"),
        ("zip", "65101-00", "65101"),
        ("zip", "MO 65101", "65101"),
        ("generator", "yes - diesel", "yes"),
        ("generator", "no (planned)", "no"),
        ("state", "Misouri", "Missouri"),
    ],
)
def test_what_was_likely_meant_is_offered_and_read(column, cell, instead):
    table = f"name | status | longitude | {column}\nGym | open | -92.17 | {cell}"
    told = decided_check(table).problems
    group = next(group for group in told if group.column == column and group.value == cell)
    do = {"replace": {"column": column, "from": cell, "to": instead}}
    assert do in offered(group).values()
    corrected = decided_check(table, with_fix(Decisions(), do))
    assert not [one for one in corrected.problems if one.value in (cell, instead)]


def test_between_two_numbers_a_person_chooses():
    got = decided_check("name | status | evacuation_capacity\nGym | open | 150-200")
    titles = list(offered(next(iter(got.problems))))
    assert titles[:2] == ["Read “150-200” as 150", "Read “150-200” as 200"]
    assert titles[2] == "Leave the cell empty where it says “150-200”"


def test_no_group_offers_more_than_four_fixes():
    table = "name | status | generator\nGym |  | perhaps\nHall | purple | maybe"
    for group in decided_check(table).problems.of("error"):
        assert 0 < len(group.as_json()["fixes"]) <= 4


def test_empty_needed_cells_can_be_filled_in_for_their_rows():
    table = "name | status\nGym | \nHall | open\nBarn | N/A"
    table = table.replace("N/A", "")
    group = decided_check(table).problems.of("error")[0]
    do = offered(group)["Read “Closed” in “status”"]
    got = decided_check(table, with_fix(Decisions(), do, group.rows))
    assert [record.values["status"] for record in got.preview] == ["closed", "open", "closed"]


def test_a_missing_column_can_be_given_for_all_rows_or_named():
    got = decided_check("name | city\nGym | Rolla")
    (group,) = got.problems
    assert {"constant": {"field": "status", "value": "Open"}} in offered(group).values()
    decided = with_fix(Decisions(), {"constant": {"field": "status", "value": "Open"}})
    assert decided_check("name | city\nGym | Rolla", decided).ready == 1


def test_a_file_may_say_nothing_but_what_is_given_for_all_rows():
    given = Decisions(constants={"name": "Gym", "status": "open"}, confirmed={"A": None, "B": None})
    got = decided_check("A | B\n1 | 2\n3 | 4", given)
    assert (got.total, got.ready, got.preview[0].values["name"]) == (2, 2, "Gym")


def test_closed_shelters_with_people_can_be_opened_at_once():
    table = "name | status | population_total\nGym | closed | 12\nHall | closed | 3"
    group = decided_check(table).problems.of("error")[0]
    do = offered(group)["Read “Open” in “status”"]
    got = decided_check(table, with_fix(Decisions(), do, group.rows))
    assert [record.values["status"] for record in got.preview] == ["open", "open"]


def test_a_single_cell_beats_its_column():
    corrections = Corrections({"status": {"Opn": "open"}}, {4: {"status": "closed"}})
    rows, _ = judged(STATUSES, corrections)
    assert [rows[n][0].values["status"] for n in (2, 3, 4)] == ["open", "open", "closed"]
    assert rows[4][0].raw == ["Barn", "closed"]


def test_corrections_find_their_column_however_it_is_spelled():
    corrections = Corrections({"STATUS ": {"Opn": "open"}}, {5: {"Status": "open"}})
    _, checked = judged(STATUSES, corrections)
    assert (checked.ready, checked.refused) == (4, 0)


def test_an_emptied_cell_is_not_known():
    corrections = Corrections({"evacuation_capacity": {"20+": ""}})
    rows, _ = judged("name | status | evacuation_capacity\nGym | closed | 20+", corrections)
    record, fate = rows[2]
    assert (fate, record.values["evacuation_capacity"]) == ("ready", None)


def test_messages_show_the_corrected_value():
    _, checked = judged(STATUSES, Corrections({"status": {"Opn": "opend"}}))
    assert {group.value for group in checked.problems.of("error")} == {"opend", "purple"}


def test_rows_left_out_are_neither_judged_nor_forgotten():
    rows, checked = judged(STATUSES, Corrections(left_out=frozenset({2, 3, 99})))
    assert [rows[number][1] for number in sorted(rows)] == [
        "left_out",
        "left_out",
        "refused",
        "refused",
    ]
    assert (checked.total, checked.left_out, checked.refused) == (4, 2, 2)
    assert all(2 not in group.rows for group in checked.problems)


def test_a_row_knows_what_was_said_of_it():
    rows, _ = judged("name | status | beds\nGym | open | 20+\nHall | open | 30", None)
    assert [said.level for said in rows[2][0].why] == ["error", "note"]
    assert rows[2][0].why[0].text.startswith('beds: "20+" is not one whole number')
    assert [said.level for said in rows[3][0].why] == ["note"]


def test_coarse_coordinates_are_one_problem_of_all_rows():
    lines = "\n".join(f"Gym {n} | open | 38.{n} | -92.{n}" for n in range(10, 60))
    warnings = decided_check(f"name | status | LAT | LON\n{lines}").problems.of("warning")
    coarse = [group for group in warnings if "two decimal places" in group.message]
    assert [(group.column, len(group.rows), group.value) for group in coarse] == [("LAT", 50, None)]


def test_a_row_of_another_state_is_told_only_that():
    rows, checked = judged("name | status | zip | state\nGym | open | 1606 | Kansas", None)
    assert [said.level for said in rows[2][0].why] == ["error"]
    assert [group.rule for group in checked.problems] == ["other state"]


def test_leaving_out_is_offered_only_where_all_rows_are_named():
    lines = "\n".join(f"Gym {n} | {'Opn' if n % 2 else 'open'}" for n in range(4_100))
    group = decided_check(f"name | status\n{lines}").problems.of("error")[0].as_json()
    assert (group["count"], len(group["spans"])) == (2_050, 2_000)
    assert [list(fix["do"]) for fix in group["fixes"]] == [["replace"]] * len(group["fixes"])


_CELLS = st.sampled_from(
    [
        *("Gym", "Hall", "", "open", "Opn", "closed", "12", "-5", "200+", "38.95", "-92.33"),
        *("1606", "N/A", "12/25/2025", "SSN 123-45-6789", "Kansas", "Boone", "=1+1", "x" * 300),
    ]
)


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(_CELLS, min_size=4, max_size=9), min_size=1, max_size=12),
    left_out=st.frozensets(st.integers(1, 14)),
    cells=st.dictionaries(
        st.integers(1, 14), st.dictionaries(st.sampled_from(["name", "beds"]), _CELLS), max_size=3
    ),
)
def test_every_row_has_one_fate_whatever_is_in_the_file(rows, left_out, cells):
    header = ["name", "status", "beds", "people", "latitude", "longitude", "county", "phone"]
    table = "\n".join(" | ".join(row) for row in [header, *rows, ["Last", "open"]])
    sheet = read(csv_bytes(table), "list.csv")
    corrections = Corrections({"status": {"Opn": "open"}}, cells, left_out)
    checking = Checking(sheet, match(sheet, "shelter", HOME), HOME, corrections=corrections)
    fates = [(record.number, fate) for record, fate in checking.every()]
    got = checking.checked
    assert got.total == got.ready + got.refused + got.repeated + got.left_out == len(fates)
    assert [number for number, _ in fates] == [row.number for row in sheet.rows()]
    assert got.refused == sum(fate == "refused" for _, fate in fates)
    assert got.refused == len(got.problems.refused)
    assert all(number in left_out for number, fate in fates if fate == "left_out")
