"""What a person decided about a file: kept, read back, and added to by one click."""

from datetime import UTC, datetime
from typing import Any

import pytest

from meris.errors import Invalid
from meris.uploads import Choices, Corrections, Decisions
from meris.uploads.decisions import MOST_CORRECTIONS, from_json, with_fix

EVERYTHING = Decisions(
    sheet="Shelters",
    confirmed={"Name of site": "name", "Fax": None},
    constants={"status": "open"},
    choices=Choices(allow_out_of_state=True, repairs=frozenset({"sign", "swap"})),
    corrections=Corrections({"Status": {"Opn": "Open"}}, {14: {"Phone": ""}}, frozenset({3, 900})),
    only_valid=True,
    clear=True,
    as_of=datetime(2026, 5, 4, 12, tzinfo=UTC),
)


def test_decisions_survive_being_kept() -> None:
    assert from_json(EVERYTHING.as_json(), EVERYTHING.confirmed) == EVERYTHING
    assert from_json(None) == from_json({}) == Decisions()


def test_what_lasts_names_no_single_row() -> None:
    lasting = EVERYTHING.lasting()
    assert lasting.corrections == Corrections({"Status": {"Opn": "Open"}})
    assert lasting.confirmed == EVERYTHING.confirmed
    assert (lasting.constants, lasting.choices) == (EVERYTHING.constants, EVERYTHING.choices)
    assert lasting.clear
    assert (lasting.sheet, lasting.only_valid, lasting.as_of) == (None, False, None)


def test_replacing_adds_to_what_was_replaced() -> None:
    once = with_fix(Decisions(), {"replace": {"column": "S", "from": " Opn ", "to": "Open"}})
    twice = with_fix(once, {"empty": {"column": "S", "from": "Clsd"}})
    assert twice.corrections.replaced == {"S": {"Opn": "Open", "Clsd": ""}}
    assert once.corrections.replaced == {"S": {"Opn": "Open"}}


def test_single_cells_are_corrected_by_row_and_column() -> None:
    decided = with_fix(Decisions(), {"cell": {"row": 14, "column": "LAT", "to": "38.5"}})
    decided = with_fix(decided, {"cell": {"row": 14, "column": "LON", "to": "-92"}})
    assert decided.corrections.cells == {14: {"LAT": "38.5", "LON": "-92"}}


def test_a_text_may_be_set_in_every_row_of_the_group() -> None:
    decided = with_fix(Decisions(), {"set": {"column": "Status", "to": "Open"}}, [4, 9])
    assert decided.corrections.cells == {4: {"Status": "Open"}, 9: {"Status": "Open"}}


def test_what_was_corrected_badly_is_corrected_again() -> None:
    decided = with_fix(Decisions(), {"replace": {"column": "S", "from": "Opn", "to": "Opem"}})
    decided = with_fix(decided, {"cell": {"row": 7, "column": "S", "to": "Opem"}})
    decided = with_fix(decided, {"replace": {"column": "S", "from": "Opem", "to": "Open"}})
    assert decided.corrections.replaced["S"]["Opn"] == "Open"
    assert decided.corrections.cells[7]["S"] == "Open"


def test_leaving_out_takes_the_rows_of_the_group() -> None:
    decided = with_fix(Decisions(), {"leave_out": True}, [4, 5])
    decided = with_fix(decided, {"leave_out": True}, [5, 9])
    assert decided.corrections.left_out == {4, 5, 9}


def test_other_fixes_are_choices() -> None:
    decided = with_fix(Decisions(), {"repair": "sign"})
    decided = with_fix(decided, {"allow_out_of_state": True})
    decided = with_fix(decided, {"constant": {"field": "status", "value": "closed"}})
    assert decided.choices == Choices(True, frozenset({"sign"}))
    assert decided.constants == {"status": "closed"}


def test_a_column_read_as_a_field_takes_it_from_another() -> None:
    before = Decisions(confirmed={"A": "name", "B": None}, constants={"name": "Shelter"})
    after = with_fix(before, {"map": {"column": "B", "field": "name"}})
    assert after.confirmed == {"A": None, "B": "name"}
    assert after.constants == {}
    assert with_fix(after, {"map": {"column": "B", "field": None}}).confirmed["B"] is None


@pytest.mark.parametrize(
    "do",
    [
        {},
        {"delete": True},
        {"repair": "sign", "leave_out": True},
        {"repair": 3},
        {"leave_out": False},
        {"allow_out_of_state": "yes"},
        {"replace": {"column": "S", "from": "Opn"}},
        {"replace": "Opn"},
        {"replace": {"column": "S", "from": "Opn", "to": "x" * 5_000}},
        {"cell": {"row": True, "column": "S", "to": ""}},
        {"cell": {"row": "14", "column": "S", "to": ""}},
        {"map": {"column": "S", "field": 7}},
        {"constant": {"field": "status", "value": None}},
    ],
)
def test_a_fix_of_another_shape_is_refused(do: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        with_fix(Decisions(), do)


def test_corrections_have_an_end() -> None:
    rows = range(1, MOST_CORRECTIONS + 1)
    full = with_fix(Decisions(), {"leave_out": True}, rows)
    with pytest.raises(Invalid, match="Correct the file"):
        with_fix(full, {"cell": {"row": 1, "column": "S", "to": ""}})
