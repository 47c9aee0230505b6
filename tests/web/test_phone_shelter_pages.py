"""The phone's pages of shelters, and of what is near, without a script."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from geo.values import Position
from meris.tables import Resource
from tests import makers
from tests.web.phone_pages import form_of, send, text_of

FIRE, COUNTY = "Columbia Fire Department", "Boone County OEM"


@pytest.fixture
def rita(client, session):
    """The browser of a responder whose department has an engine in Columbia."""
    makers.unit(session, agency_id=makers.agency(session, FIRE))
    client.sign_in(session, "rita")
    return client


@pytest.fixture
def sam(client, session):
    """The browser of the county's shelter manager."""
    client.sign_in(session, "sam")
    return client


def test_a_shelter_manager_starts_with_the_shelters_and_has_no_unit(sam, session):
    makers.shelter(session, name="Lyceum", agency_id=makers.agency(session, COUNTY))
    page = sam.get("/m")
    assert "Lyceum" in text_of(page)
    assert 'data-tab="shelter"' in page.text
    assert 'data-tab="unit"' not in page.text


def test_shelters_of_others_are_not_there(sam, session):
    other = makers.shelter(session, name="Armory", agency_id=makers.agency(session, "Elsewhere"))
    assert "Armory" not in text_of(sam.get("/m/shelter"))
    assert sam.get(f"/m/shelter/{other}").status_code == 404


def test_a_responder_keeps_no_shelter(rita, session):
    own = makers.shelter(session, name="Station 1", agency_id=makers.agency(session, FIRE))
    assert "Station 1" not in text_of(rita.get("/m/shelter"))
    assert rita.get(f"/m/shelter/{own}").status_code == 404


def test_a_shelter_is_found_by_typing(sam, session):
    for name in ("Lyceum", "Armory", "Gymnasium"):
        makers.shelter(session, name=name, agency_id=makers.agency(session, COUNTY))
    told = text_of(sam.get("/m/shelter?find=gym"))
    assert "Gymnasium" in told
    assert "Armory" not in told
    assert "is called “zzz”" in text_of(sam.get("/m/shelter?find=zzz"))


def test_a_count_a_status_and_a_need_work_without_a_script(sam, session):
    own = makers.shelter(
        session, name="Lyceum", agency_id=makers.agency(session, COUNTY), evacuation_capacity=200
    )
    here = f"/m/shelter/{own}"
    assert "Count unknown of 200 places" in text_of(sam.get(here))
    form = form_of(sam.get(here), "shelter_count")
    told = send(sam, form, general="120", medical_needs="3", pets="", period="overnight")
    assert "123 people of 200 places" in told
    assert "General 120, medical needs 3" in told
    send(sam, form_of(sam.get(here), "shelter_status"), status="full")
    session.expire_all()
    assert session.get_one(Resource, own).status == "full"
    told = send(sam, form_of(sam.get(here), "need"), text="cots 40", priority="high")
    assert re.search(r"40 cots.*Submitted|40 cots.*Requested", told, re.IGNORECASE)
    # the one last reported on is the one that is shown
    makers.shelter(session, name="Armory", agency_id=makers.agency(session, COUNTY))
    assert "Lyceum" in text_of(sam.get("/m")).split("My other shelters")[0]


def test_one_tap_says_that_all_is_still_true(sam, session):
    old = datetime.now(UTC) - timedelta(hours=9)
    own = makers.shelter(
        session, name="Lyceum", agency_id=makers.agency(session, COUNTY), confirmed_at=old
    )
    page = sam.get(f"/m/shelter/{own}")
    assert "too old to rely on" in text_of(page)
    assert "too old to rely on" not in send(sam, form_of(page, "still_true"))


def test_what_is_near_is_told_with_its_age_and_what_is_hidden_is_not(rita, session):
    makers.shelter(session, name="Lyceum", evacuation_capacity=200, population_total=120)
    makers.shelter(session, name="Haven", sensitivity="confidential")
    told = text_of(rita.get("/m/near"))
    assert "Lyceum" in told
    assert "80 beds free of 200" in told
    assert "Pets Unknown" in told
    assert "Haven" not in told


def test_a_place_is_typed_or_taken_from_the_phone(rita, session):
    makers.shelter(session, name="Lyceum", at=Position(37.21, -93.29))
    token = {"X-CSRFToken": rita.csrf()["X-CSRFToken"]}
    typed = text_of(rita.post("/m/near", data={"place": "Springfield"}, headers=token))
    assert 'Nearest to "Springfield"' in typed
    here = {"lat": "37.2100", "lon": "-93.2900"}
    assert "where you are" in text_of(rita.post("/m/near", data=here, headers=token))
    assert rita.post("/m/near", data=here).status_code == 400


@pytest.mark.parametrize(
    "given",
    [{"place": "nowhere at all 12345 xyz"}, {"lat": "x", "lon": "1"}, {"lat": "nan", "lon": "nan"}],
)
def test_what_is_no_place_is_told_in_words(rita, given):
    token = {"X-CSRFToken": rita.csrf()["X-CSRFToken"]}
    assert 'id="place-problem"' in rita.post("/m/near", data=given, headers=token).text
