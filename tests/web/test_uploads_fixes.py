"""Corrections, fixes and decisions of a file, without a browser."""

import pytest

from tests.web.test_uploads_api import machine
from tests.web.test_uploads_pages import carol, press, sent, words

__all__ = ["carol", "machine"]  # fixtures are used by their names


@pytest.fixture
def fixable(carol, session):
    """The address of a file with one wrong word, in a column and in a row."""
    return sent(carol)


def test_a_cell_is_corrected_in_the_browser(carol, fixable):
    page = words(press(carol, fixable + "/fix", **{"cell.4.Status": "Open", "was.4.Status": "Opn"}))
    assert "All 3 rows of the file are fine." in page
    assert "1 decision made" in page
    assert "Row 4, “Status”: Open" in page


def test_a_cell_that_is_left_as_it_is_is_no_correction(carol, fixable):
    page = words(press(carol, fixable + "/fix", **{"cell.4.Status": "Opn", "was.4.Status": "Opn "}))
    assert "decision made" not in page


def test_a_decision_is_taken_back_once(carol, fixable):
    press(carol, fixable + "/fix", **{"cell.4.Status": "Open", "was.4.Status": "Opn"})
    key = '["cell", 4, "Status"]'
    page = words(press(carol, fixable + "/fix", revoke=key))
    assert "2 of 3 rows are fine, 1 needs a decision." in page
    again = words(press(carol, fixable + "/fix", revoke=key))
    assert "This was taken back already." in again


@pytest.mark.parametrize("key", ["", "{}", "[]", '["cell"]', '["cell", 4]', '["cell", [], {}]'])
def test_what_is_no_decision_is_not_taken_back(carol, fixable, key):
    page = words(press(carol, fixable + "/fix", revoke=key))
    assert "no decision that can be taken back" in page


@pytest.mark.parametrize("name", ["nothing:0", "nothing", ":", "x:99"])
def test_a_fix_that_is_not_offered_any_more_says_so(carol, fixable, name):
    page = words(press(carol, fixable + "/fix", fix=name))
    assert "Somebody decided this meanwhile." in page


def offered(machine):
    """A file with one wrong word, and what its problem offers."""
    found = machine.send().json
    problem = found["problems"][0]
    return found["id"], problem["id"], problem["fixes"][0]


def test_a_machine_takes_an_offered_fix(machine):
    number, group, fix = offered(machine)
    assert fix["title"] == "Read “Opn” as Open"
    found = machine.post(number, "fix", group=group, do=fix["do"]).json
    assert (found["counts"]["ready"], found["counts"]["refused"]) == (3, 0)


def test_several_fixes_are_checked_once(machine):
    number, group, fix = offered(machine)
    cell = {"cell": {"row": 2, "column": "Shelter name", "to": "Old armory"}}
    fixes = [{"group": group, "do": fix["do"]}, {"do": cell}]
    assert machine.post(number, "fix", fixes=fixes).json["counts"]["refused"] == 0


def test_all_rows_of_a_problem_are_left_out(machine):
    number, group, _ = offered(machine)
    found = machine.post(number, "fix", group=group, do={"leave_out": True}).json
    assert (found["counts"]["ready"], found["counts"]["refused"]) == (2, 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"do": "all"}, 422),
        ({"do": {"paint": "red"}}, 422),
        ({"fixes": "all"}, 422),
        ({"fixes": [3]}, 422),
        ({"fixes": [{"group": "x"}]}, 422),
        ({"group": "nothing", "do": {"leave_out": True}}, 409),
        ({"revoke": "x"}, 422),
        ({"revoke": '["left_out", 1]'}, 422),
    ],
)
def test_what_is_no_fix_is_refused(machine, body, status):
    assert machine.post(offered(machine)[0], "fix", **body).status_code == status
