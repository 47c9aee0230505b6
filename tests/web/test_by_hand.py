"""Adding one resource by hand: a form from the catalog, by the checks and the journal of a file."""

import re

import pytest
from sqlalchemy import func, select

from meris.fields import ROW_KINDS
from meris.tables import Change, HeaderMapping, Resource, SameChoice, Upload
from meris.uploads import by_hand
from tests.web.forms import fill
from tests.web.test_uploads_pages import press, words

HALL = {
    "name": "Harris Hall",
    "status": "open",
    "evacuation_capacity": "120",
    "address_line1": "100 Main St",
    "city": "Columbia",
    "coordinates": "38.95171, -92.33407",
}


@pytest.fixture
def carol(client, session):
    """Carol's browser."""
    client.sign_in(session, "carol")
    return client


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("kind", ROW_KINDS)
def test_the_form_has_a_control_for_each_field_of_the_catalog(carol, kind):
    page = carol.get(f"/add/{kind}").text
    for field in by_hand.asked(kind):
        assert f'id="{field.name}" name="{field.name}"' in page
        assert f'for="{field.name}"' in page


def test_a_resource_is_added_as_an_upload_of_one_row(carol, session):
    answer = fill(carol, "/add/shelter", **HALL)
    assert answer.status_code == 303
    hall = session.scalars(select(Resource).where(Resource.name == "Harris Hall")).one()
    upload = session.scalars(select(Upload)).one()
    assert answer.location == f"/uploads/{upload.id}"
    assert upload.state == "applied"
    told = session.scalars(
        select(Change).where(Change.table_name == "resource", Change.row_id == str(hall.id))
    ).all()
    assert [(one.upload_id, one.actor_name) for one in told] == [(upload.id, "Carol")]
    assert "Added 1 shelter" in words(carol.get(answer.location))


def test_what_was_added_is_undone_like_an_upload(carol, session):
    page = fill(carol, "/add/unit", name="Engine 99", unit_type="engine", status="available")
    assert "1 unit removed" in words(press(carol, f"{page.location}/undo"))
    assert count(session, Resource) == 0


def test_a_wrong_cell_is_told_at_its_field_and_nothing_is_kept(carol, session):
    answer = fill(carol, "/add/shelter", **HALL | {"evacuation_capacity": "many"})
    assert answer.status_code == 422
    problem = re.search(r'id="problem-evacuation_capacity">([^<]+)<', answer.text).group(1)
    assert "many" in problem
    assert 'value="Harris Hall"' in answer.text
    assert (count(session, Resource), count(session, Upload)) == (0, 0)


def test_what_is_needed_is_asked_for(carol, session):
    answer = fill(carol, "/add/shelter", name="Harris Hall")
    assert answer.status_code == 422
    assert 'id="problem-status"' in answer.text
    assert count(session, Upload) == 0


def test_a_county_adds_in_its_own_county_only(carol, session):
    answer = fill(carol, "/add/shelter", **HALL | {"coordinates": "37.2, -93.29", "city": ""})
    assert answer.status_code == 422
    assert "not in Boone County" in words(answer)
    assert count(session, Resource) == 0


def test_a_look_alike_is_asked_about_before_anything_is_kept(carol, session):
    fill(carol, "/add/shelter", **HALL)
    alike = HALL | {"name": "Harris Hall Annex", "address_line1": "102 Main St"}
    asked = fill(carol, "/add/shelter", **alike)
    assert asked.status_code == 409
    assert "Is this the same place?" in words(asked)
    assert count(session, Resource) == 1
    first = session.scalars(select(Resource.id)).one()
    assert fill(carol, "/add/shelter", **alike, different=first).status_code == 303
    assert count(session, Resource) == 2
    assert session.scalars(select(SameChoice.choice)).all() == ["different"]


def test_what_is_recorded_already_is_opened_and_not_changed(carol, session):
    fill(carol, "/add/shelter", **HALL)
    again = fill(carol, "/add/shelter", **HALL | {"evacuation_capacity": "90"})
    assert again.status_code == 409
    assert "Harris Hall is recorded already" in words(again)
    hall = session.scalars(select(Resource)).one()
    assert f'href="/#id={hall.id}"' in again.text
    assert count(session, Upload) == 1


def test_the_next_file_takes_nothing_over_from_it(carol, session):
    fill(carol, "/add/shelter", **HALL)
    assert count(session, HeaderMapping) == 0


def test_one_row_says_nothing_of_all_others(carol, session):
    fill(carol, "/add/shelter", **HALL)
    other = {"name": "Lyceum", "address_line1": "9 Elm St", "coordinates": "38.99, -92.2"}
    page = fill(carol, "/add/shelter", **HALL | other).location
    assert "Not in this file" not in words(carol.get(page))
    assert "Last upload never" in words(carol.get("/scorecard/29019"))


def test_there_is_no_other_kind(carol):
    assert carol.get("/add/boat").status_code == 404
