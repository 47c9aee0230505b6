"""Look-alikes: what a person is asked about a file's rows, and what the answers do."""

import pytest
from sqlalchemy import func, select

from meris.tables import Resource
from tests import makers
from tests.web.test_uploads_api import machine
from tests.web.test_uploads_pages import carol, press, sent, words

__all__ = ["carol", "machine"]  # fixtures are used by their names

ALIKE = (
    "Shelter name,Status,Address,City,Latitude,Longitude,Evacuation capacity\n"
    "Hickman High School Gymnasium,open,1104 N Providence Rd,Columbia,38.9618,-92.3335,300\n"
)


@pytest.fixture
def gym(session, cast):
    """What is recorded: nearly the same name, at the same place."""
    return makers.shelter(
        session,
        name="Hickman High Gym",
        agency_id=cast.account("carol").agency_id,
        external_id="B-77",
        address_line1="1104 North Providence Road",
        city="Columbia",
        at=makers.Position(38.9619, -92.3334),
    )


def shelters(session):
    return session.scalar(select(func.count()).select_from(Resource))


def test_a_look_alike_waits_for_an_answer_and_is_asked_side_by_side(carol, session, gym):
    page = words(carol.get(sent(carol, ALIKE)))
    assert "The one row needs a decision first." in page
    assert "1 row looks like another record" in page
    for word in ("Row 2", "Hickman High School Gymnasium", "Hickman High Gym", "% alike"):
        assert word in page
    for answer in ("Same", "Different", "Fill gaps only"):
        assert answer in page


@pytest.mark.parametrize(("choice", "effect"), [("same", "Change 1"), ("different", "Add 1")])
def test_an_answer_decides_what_becomes_of_the_row(carol, session, gym, choice, effect):
    address = sent(carol, ALIKE)
    page = words(press(carol, address + "/fix", pair=f"2:r{gym}:{choice}"))
    assert f"{effect} shelter" in page
    press(carol, address + "/apply", rows="all")
    assert shelters(session) == (1 if choice == "same" else 2)


def test_an_answer_is_taken_back_and_all_are_answered_at_once(carol, session, gym):
    address = sent(carol, ALIKE)
    press(carol, address + "/fix", pair=f"2:r{gym}:different")
    page = words(press(carol, address + "/fix", pair=f"2:r{gym}:"))
    assert "The one row needs a decision first." in page
    page = words(press(carol, address + "/fix", alike="same", at_least="0.7"))
    assert "Change 1 shelter" in page


@pytest.mark.parametrize(
    "form",
    [
        {"pair": "2:r1:odd"},
        {"pair": "x"},
        {"pair": "2:n9:same"},
        {"alike": "same", "at_least": "2"},
    ],
)
def test_what_is_no_answer_changes_nothing(carol, session, gym, form):
    page = words(press(carol, sent(carol, ALIKE) + "/fix", **form))
    assert "needs a decision first" in page


def test_a_machine_asks_and_answers(machine, session, gym):
    number = machine.send(ALIKE).json["id"]
    found = machine.ask(number, "pairs").json
    assert found["counts"]["undecided"] == 1
    assert (found["pairs"][0]["number"], found["pairs"][0]["resource_id"]) == (2, gym)
    answered = machine.post(number, "pairs", number=2, resource_id=gym, choice="same").json
    assert answered["counts"]["decided"] == 1
    assert machine.post(number, "check").json["outcome"]["changed"] == 1


@pytest.mark.parametrize(
    "body", [{"choice": 3}, {"choice": "same"}, {"choice": "same", "at_least": "x"}, {"number": 2}]
)
def test_an_answer_of_the_wrong_shape_is_refused(machine, session, gym, body):
    assert machine.post(machine.send(ALIKE).json["id"], "pairs", **body).status_code == 422
