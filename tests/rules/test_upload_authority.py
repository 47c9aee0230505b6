"""Who may send what: a county's people keep to their county, the state acts for one by name, and
nobody shows anything to everybody by a file."""

import pytest

from meris import uploads
from meris.db import Actor
from meris.errors import Conflict, Refused
from meris.fields import Home
from meris.uploads import Decisions, keep, review
from tests import makers
from tests.rules.sending import CAROL, THREE, send, shelter
from tests.rules.tables_of_text import csv_bytes

TWO = """
    external_id | name      | status | latitude | longitude  | county
    A-1         | North Gym | open   | 38.95171 | -92.33407  | Boone
    A-2         | Arena     | open   | 37.20896 | -93.29230  | Greene
    A-3         | Nowhere   | open   |          |            |
"""


@pytest.fixture
def boone(session):
    return makers.agency(session, county_fips="29019")


def sent_by(session, actor, agency_id, table, kind="shelter", **work):
    upload_id = uploads.receive(
        session,
        actor,
        agency_id=agency_id,
        kind=kind,
        filename="list.csv",
        content=csv_bytes(table),
    ).upload_id
    return review.review(session, actor, upload_id, Home.of(), Decisions(), **work)


def test_a_countys_people_keep_to_their_county(session, boone):
    carol = Actor(None, boone, "Carol")
    upload = sent_by(session, carol, boone, TWO)
    assert upload.summary["fates"] == {"new": 2, "refused": 1}
    (row,) = keep.rows(session, upload.id, fate="refused")
    assert row.name == "Arena"
    assert "Greene County and not in Boone County" in row.why[0]
    assert upload.summary["problems"][0]["rule"] == "authority"
    with pytest.raises(Refused, match="1 of 3 rows"):
        review.apply_reviewed(session, carol, upload.id, Home.of())


def test_an_installation_may_let_them(session, boone):
    upload = sent_by(session, Actor(None, boone, "Carol"), boone, TWO, own_county=False)
    assert upload.summary["fates"] == {"new": 3}


def test_the_state_may_act_for_a_county_and_that_is_on_record(session, boone):
    sema = makers.agency(session, "State Emergency Management Agency", kind="state")
    stella = Actor(None, sema, "Stella")
    upload = sent_by(session, stella, boone, TWO)
    assert upload.summary["fates"] == {"new": 3}
    line = review.line_of(session, upload.id)
    assert (line.agency, line.sender) == ("Boone County OEM", "State Emergency Management Agency")
    assert line.by == "MERIS (State Emergency Management Agency) for Boone County OEM"


def test_what_the_state_checked_is_checked_anew_where_a_county_applies_it(session, boone):
    sema = makers.agency(session, "State Emergency Management Agency", kind="state")
    upload = sent_by(session, Actor(None, sema, "Stella"), boone, TWO)
    with pytest.raises(Refused, match="1 of 3 rows"):
        review.apply_reviewed(session, Actor(None, boone, "Carol"), upload.id, Home.of())


def test_units_are_out_and_about(session, boone):
    table = """
        call sign | unit type | status    | latitude | longitude
        Engine 1  | engine    | available | 37.20896 | -93.29230
    """
    upload = sent_by(session, Actor(None, boone, "Carol"), boone, table, "unit")
    assert upload.summary["fates"] == {"new": 1}


def test_an_agency_that_is_no_countys_may_be_anywhere(session):
    red_cross = makers.agency(session, "Red Cross", kind="ngo", county_fips="29019")
    upload = sent_by(session, Actor(None, red_cross, "Nora"), red_cross, TWO)
    assert upload.summary["fates"] == {"new": 3}


def test_a_file_shows_nothing_to_everybody(session):
    table = "external_id | name | status | sensitivity\nA-1 | Gym | open | public"
    send(session, table)
    assert shelter(session, "A-1").sensitivity == "restricted"


def test_a_file_hides_what_was_shown_and_never_the_reverse(session):
    table = "external_id | name | status | sensitivity\nA-1 | Gym | open | public"
    upload_id, _ = send(session, table)
    review.publish(session, CAROL, upload_id)
    send(session, table)
    session.expire_all()
    assert shelter(session, "A-1").sensitivity == "public"
    for said, then in (("restricted", "restricted"), ("public", "restricted")):
        send(session, table.replace("public", said))
        assert shelter(session, "A-1").sensitivity == then


def test_new_records_are_shown_to_everybody_by_a_person(session):
    table = """
        external_id | name | status | sensitivity
        A-1         | Gym  | open   |
        A-2         | Hall | open   | restricted
        A-3         | Home | open   | confidential
    """
    upload_id, _ = send(session, table)
    assert review.publishable(session, upload_id) == 1
    assert review.publish(session, CAROL, upload_id) == 1
    session.expire_all()
    shown = [shelter(session, f"A-{n}").sensitivity for n in (1, 2, 3)]
    assert shown == ["public", "restricted", "confidential"]
    assert review.publishable(session, upload_id) == 0


def test_nothing_is_shown_before_it_is_applied(session):
    upload = sent_by(session, CAROL, makers.agency(session), THREE)
    with pytest.raises(Conflict, match="Apply it first"):
        review.publish(session, CAROL, upload.id)
