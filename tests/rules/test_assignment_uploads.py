"""Spreadsheets and units that were sent: the dispatcher's word is newer than any file."""

import pytest
from sqlalchemy import func, select, text

from meris import uploads
from meris.dispatch.assignments import assign
from meris.dispatch.moves import move
from meris.fields import Home
from meris.tables import Assignment, Resource, Upload
from meris.uploads import Decisions, keep, review
from tests import makers
from tests.rules.sending import CAROL, send
from tests.rules.tables_of_text import csv_bytes

TWO = """
    unit id | call sign | unit type | status    | personnel
    E12     | Engine 12 | engine    | available | 4
    E14     | Engine 14 | engine    | available | 4
"""
LATER = TWO.replace("available | 4", "off duty  | 3")


@pytest.fixture
def fire(session):
    return makers.incident(session)


def by_hand(session, name="Dana"):
    """What follows is not the upload's work any more."""
    session.execute(
        text("SELECT set_config('meris.name', :name, true), set_config('meris.upload', '', true)"),
        {"name": name},
    )


def unit(session, name):
    session.expire_all()
    return session.scalars(select(Resource).where(Resource.name == name)).one()


def send_out(session, dana, fire, name="Engine 12"):
    by_hand(session)
    return assign(session, dana, fire, [unit(session, name).id])[0]


def received(session, table):
    upload = uploads.receive(
        session,
        CAROL,
        agency_id=makers.agency(session),
        kind="unit",
        filename="units.csv",
        content=csv_bytes(table),
    )
    return upload.upload_id


def reviewed(session, table):
    upload_id = received(session, table)
    review.review(session, CAROL, upload_id, Home.of(), Decisions())
    return upload_id


def notes(session, upload_id):
    problems = session.get_one(Upload, upload_id).summary["problems"]
    return {p["rule"]: p["rows"] for p in problems if p["level"] == "note"}


def why(session, upload_id):
    return {row.number: row.why for row in keep.rows(session, upload_id)}


def test_the_files_status_is_passed_over_and_its_other_columns_are_taken(session, dana, fire):
    send(session, TWO, "unit")
    held = send_out(session, dana, fire)
    _, done = send(session, LATER, "unit")
    assert (unit(session, "Engine 12").status, unit(session, "Engine 14").status) == (
        "dispatched",
        "off_duty",
    )
    assert unit(session, "Engine 12").status_by == "Dana"
    assert done.outcome.changed == 2
    session.refresh(held)
    assert held.status == "dispatched"


def test_the_review_says_so_before_anything_is_applied(session, dana, fire):
    send(session, TWO, "unit")
    send_out(session, dana, fire)
    upload_id = reviewed(session, LATER)
    assert notes(session, upload_id)["at work"] == [2]
    said = why(session, upload_id)
    assert said[3] == []
    assert said[2][0].startswith("this unit was sent to an incident")
    row = next(r for r in keep.rows(session, upload_id) if r.number == 2)
    assert "status" not in {part["name"] for part in row.diff}


def test_a_unit_sent_after_the_review_is_passed_over_and_told_as_well(session, dana, fire):
    send(session, TWO, "unit")
    upload_id = reviewed(session, LATER)
    assert "at work" not in notes(session, upload_id)
    send_out(session, dana, fire)
    review.apply_reviewed(session, CAROL, upload_id, Home.of())
    assert unit(session, "Engine 12").status == "dispatched"
    assert notes(session, upload_id)["at work"] == [2]
    assert why(session, upload_id)[2]


def test_a_unit_released_after_the_review_takes_the_files_status(session, dana, fire):
    send(session, TWO, "unit")
    held = send_out(session, dana, fire)
    upload_id = reviewed(session, LATER)
    move(session, dana, held.id, status="released")
    review.apply_reviewed(session, CAROL, upload_id, Home.of())
    assert unit(session, "Engine 12").status == "off_duty"
    assert "at work" not in notes(session, upload_id)
    assert why(session, upload_id)[2] == []


def test_a_file_that_agrees_says_nothing(session, dana, fire):
    send(session, TWO, "unit")
    send_out(session, dana, fire)
    upload_id = reviewed(session, TWO.replace("available | 4", "dispatched| 4", 1))
    assert "at work" not in notes(session, upload_id)


def test_undo_puts_back_the_rest_and_leaves_the_status_to_the_assignment(session, dana, fire):
    send(session, TWO, "unit")
    send_out(session, dana, fire)
    upload_id, _ = send(session, LATER, "unit")
    undone = uploads.undo(session, CAROL, upload_id)
    assert (undone.removed, undone.restored, undone.left) == (0, 2, ())
    assert unit(session, "Engine 12").status == "dispatched"
    assert unit(session, "Engine 14").status == "available"


@pytest.mark.parametrize("how", ["dispatched", "reserved"])
def test_undo_keeps_a_unit_it_made_that_was_committed_since_and_names_who(session, dana, fire, how):
    upload_id, _ = send(session, TWO, "unit")
    by_hand(session)
    assign(session, dana, fire, [unit(session, "Engine 12").id], how=how)
    undone = uploads.undo(session, CAROL, upload_id)
    session.expire_all()
    assert undone.removed == 1
    assert [(left.name, left.touched_by) for left in undone.left] == [("Engine 12", "Dana")]
    assert session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_undo_keeps_a_unit_whose_assignment_is_long_over(session, dana, fire):
    upload_id, _ = send(session, TWO, "unit")
    held = send_out(session, dana, fire)
    move(session, dana, held.id, status="released")
    undone = uploads.undo(session, CAROL, upload_id)
    assert [left.name for left in undone.left] == ["Engine 12"]
