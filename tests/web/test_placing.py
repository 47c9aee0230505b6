"""/api/places, /api/bed-holds and /place: what is asked, what is held, and what nobody learns."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from meris.tables import BedHold, Change
from tests import makers

GOOD = {
    "evacuation_capacity": 100,
    "population_total": 40,
    "wheelchair_accessible": True,
    "generator": True,
    "pet_policy": "onsite",
}
AT = {"latitude": makers.COLUMBIA.lat, "longitude": makers.COLUMBIA.lon}


@pytest.fixture
def gym(session, cast):
    """A shelter of Boone County that suits everybody, with 60 beds free."""
    agency = cast.account("sam").agency_id
    return makers.shelter(session, name="Lyceum", agency_id=agency, **GOOD)


def post(client, address, **body):
    return client.post(address, json=body, headers=client.csrf())


def page(client, address, **form):
    form = {"csrf_token": client.csrf()["X-CSRFToken"], **form}
    return client.post(address, data=form).get_data(as_text=True)


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_place_is_found_and_its_beds_are_held_longer_and_taken(client, session, gym):
    client.sign_in(session, "rita")
    found = post(client, "/api/places", people=12, wheelchair=2, pets=1, power=True, **AT)
    assert found.status_code == 200
    [offer] = found.json["sure"]
    assert (offer["id"], offer["free"], offer["minutes"], offer["may_hold"]) == (gym, 60, 0, True)
    assert found.json["how"].startswith("Estimated: the straight line × 1.3")
    assert found.json["call_first"] == found.json["others"] == []

    made = post(client, f"/api/shelters/{gym}/holds", people=12, wheelchair=2, key="k-1")
    assert made.status_code == 201
    assert (made.json["state"], made.json["held_by"]) == ("running", "Rita")
    again = post(client, f"/api/shelters/{gym}/holds", people=12, wheelchair=2, key="k-1")
    assert again.json["id"] == made.json["id"]
    [offer] = post(client, "/api/places", people=12, **AT).json["sure"]
    assert (offer["free"], offer["promised"]["held"]) == (48, 12)

    address = f"/api/bed-holds/{made.json['id']}"
    longer = client.patch(address, json={"move": "extend"}, headers=client.csrf())
    assert longer.json["held_until"] > made.json["held_until"]
    assert client.patch(address, json={"move": "extend"}, headers=client.csrf()).status_code == 409
    there = client.patch(address, json={"move": "arrived", "people": 10}, headers=client.csrf())
    assert (there.json["state"], there.json["people"]) == ("arrived", 10)
    [offer] = post(client, "/api/places", people=12, **AT).json["sure"]
    assert (offer["free"], offer["promised"]["arrived"]) == (50, 10)
    [line] = client.get(f"/api/shelters/{gym}/holds").json["holds"]
    assert line["state"] == "arrived"
    assert client.get("/api/bed-holds").json["holds"] == []


def test_too_many_are_refused_and_beds_let_go_are_free(client, session, gym):
    client.sign_in(session, "dana")
    made = post(client, f"/api/shelters/{gym}/holds", people=50)
    refused = post(client, f"/api/shelters/{gym}/holds", people=11)
    assert refused.status_code == 409
    assert "10 beds are free at Lyceum: 50 are held until" in refused.json["message"]
    gone = client.delete(f"/api/bed-holds/{made.json['id']}", headers=client.csrf())
    assert (gone.status_code, gone.json["state"]) == (200, "released")
    assert post(client, f"/api/shelters/{gym}/holds", people=60).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"people": "many"},
        {"people": 5},
        {"people": 5, "place": "Nowhere at all"},
        {"people": 5, "place": 7},
        {"people": 5, **AT, "reach_km": 3},
        {"people": 5, **AT, "name": "Ann"},
        {"people": 5, **AT, "note": "on dialysis"},
        {"people": 5, "latitude": 0, "longitude": 0},
        {"people": 5, "incident_id": "x"},
    ],
)
def test_what_cannot_be_answered_is_refused(client, session, body):
    client.sign_in(session, "dana")
    assert post(client, "/api/places", **body).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"people": 0}, 422),
        ({"people": 3, "wheelchair": 4}, 422),
        ({"people": 3, "key": 5}, 422),
        ({"people": 3, "note": "Ann"}, 422),
        ({"people": 3, "at": "tomorrow"}, 422),
        ({"people": 3, "at": "2001-01-01T00:00:00Z"}, 422),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(client, session, gym, body, status):
    client.sign_in(session, "dana")
    assert post(client, f"/api/shelters/{gym}/holds", **body).status_code == status
    assert session.scalar(select(func.count()).select_from(BedHold)) == 0


def test_a_hold_of_an_hour_ago_has_run_out(client, session, gym):
    client.sign_in(session, "dana")
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    made = post(client, f"/api/shelters/{gym}/holds", people=12, at=at)
    assert (made.status_code, made.json["state"]) == (201, "expired")
    answer = client.patch(
        f"/api/bed-holds/{made.json['id']}", json={"move": "arrived"}, headers=client.csrf()
    )
    assert answer.status_code == 409


def test_who_is_nobody_gets_nothing(client, session, gym):
    assert post(client, "/api/places", people=1, **AT).status_code == 401
    assert client.get("/api/bed-holds").status_code == 401
    assert client.get("/place").status_code == 302
    client.sign_in(session, "sam")
    elsewhere = makers.shelter(
        session, agency_id=makers.agency(session, "Greene County OEM"), **GOOD
    )
    assert post(client, f"/api/shelters/{gym}/holds", people=1).status_code == 201
    assert post(client, f"/api/shelters/{elsewhere}/holds", people=1).status_code == 403


def test_a_hidden_shelter_answers_like_none(client, session, cast):
    hidden = makers.shelter(
        session,
        name="Safe house",
        sensitivity="confidential",
        agency_id=cast.account("carol").agency_id,
        **GOOD,
    )
    held = makers.hold(session, hidden, 4)
    client.sign_in(session, "rita")
    none = 10**9
    for ask in (
        lambda id_, _: client.get(f"/api/shelters/{id_}/holds"),
        lambda id_, _: post(client, f"/api/shelters/{id_}/holds", people=1),
        lambda id_, _: post(client, "/api/places", people=1, resource_id=id_),
        lambda _, id_: client.delete(f"/api/bed-holds/{id_}", headers=client.csrf()),
        lambda id_, _: client.get(f"/place/holds?shelter={id_}"),
        lambda id_, _: client.get(f"/place?resource_id={id_}"),
    ):
        one, other = ask(hidden, held), ask(none, none)
        assert one.status_code == other.status_code
        assert b"Safe house" not in one.data
        if one.is_json:
            assert one.json == other.json
    assert client.get("/api/bed-holds").json["holds"] == []
    assert post(client, "/api/places", people=1, **AT).json["sure"] == []


def test_the_page_works_without_a_script(client, session, gym):
    client.sign_in(session, "dana")
    empty = client.get("/place").get_data(as_text=True)
    assert "Say who needs a place" in empty
    asked = {"people": "12", "wheelchair": "2", "place": "Columbia"}
    found = page(client, "/place", **asked)
    told = words(found)
    assert "12 people, 2 wheelchairs , from Columbia" in told
    assert "60 beds free of 100, 40 counted" in told
    key = re.search(r'name="key" value="([^"]+)"', found)[1]
    for _ in range(2):
        held = words(page(client, f"/place/hold/{gym}", key=key, **asked))
        assert "12 beds held at Lyceum until" in held
    assert session.scalar(select(func.count()).select_from(BedHold)) == 1
    assert "48 beds free of 100, 40 counted, 12 beds held until" in held
    listed = client.get("/place/holds").get_data(as_text=True)
    # past midnight the day is told too
    assert re.search(r"until (\w+ \d+, )?\d\d:\d\d, in (29|30) min", words(listed))
    (hold_id,) = session.scalars(select(BedHold.id))
    answer = page(client, f"/place/holds/{hold_id}/arrived", people="11")
    assert "Redirecting" in answer
    assert "11 arrived at Lyceum" in client.get("/place/holds").get_data(as_text=True)


def test_the_page_says_what_is_wrong_and_which_place_is_meant(client, session, gym):
    client.sign_in(session, "dana")
    assert "How many people are they?" in page(client, "/place", place="Columbia")
    begun = page(client, "/place", begin="1", latitude="38.95", longitude="-92.33")
    assert 'value="38.95, -92.33"' in begun
    assert "How many people" not in begun
    assert "Where is it?" in page(client, "/place", people="3")
    refused = words(page(client, f"/place/hold/{gym}", people="900", place="Columbia"))
    assert "60 beds are free at Lyceum" in refused


def test_an_incident_says_where_they_are(client, session, gym):
    client.sign_in(session, "dana")
    incident = makers.incident(session, title="Roof off")
    assert "Roof off" in client.get(f"/place?incident_id={incident}").get_data(as_text=True)
    found = words(page(client, "/place", people="3", incident_id=str(incident)))
    assert "60 beds free of 100" in found
    assert post(client, "/api/places", people=3, incident_id=incident).json["sure"]
    hidden = makers.incident(session, title="Secret", sensitivity="confidential")
    client.sign_in(session, "rita")
    assert "Secret" not in client.get(f"/place?incident_id={hidden}").get_data(as_text=True)
    assert post(client, "/api/places", people=3, incident_id=hidden).status_code == 404


def test_an_area_is_placed_on_a_page_and_by_a_program(client, session, gym):
    client.sign_in(session, "rita")
    area = makers.area(session, kind="evacuation", name="River", corners=(
        (-92.45, 38.5), (-92.2, 38.5), (-92.2, 38.8), (-92.45, 38.8),
    ))  # fmt: skip
    told = words(client.get(f"/place/area/{area}?people=70&wheelchair=5").get_data(as_text=True))
    assert "10 people find no place" in told
    assert "5 in wheelchairs" in told
    answer = client.get(f"/api/areas/{area}/places?people=70&wheelchair=5").json
    assert (answer["placed"], answer["short"]) == (60, {"general": 10})
    assert client.get(f"/api/areas/{area}/places?name=Ann").status_code == 422
    wrong = client.get(f"/place/area/{area}?people=x").get_data(as_text=True)
    assert 'aria-invalid="true"' in wrong
    assert client.get("/place/area/999999999").status_code == 404


def test_the_detail_of_a_shelter_tells_staff_what_is_held(client, session):
    made = makers.shelter(session, sensitivity="public", **GOOD)
    makers.hold(session, made, 12)
    assert client.get(f"/api/resources/{made}").json["beds"] is None
    client.sign_in(session, "rita")
    beds = client.get(f"/api/resources/{made}").json["beds"]
    assert (beds["free"], beds["url"]) == (48, f"/place/holds?shelter={made}")
    assert re.fullmatch(r"12 beds held until \d\d:\d\d", beds["promised"])
    client.sign_in(session, "dana")
    held = post(client, f"/api/shelters/{made}/holds", people=3).json["id"]
    client.patch(f"/api/bed-holds/{held}", json={"move": "extend"}, headers=client.csrf())
    client.delete(f"/api/bed-holds/{held}", headers=client.csrf())
    told = client.get(f"/api/resources/{made}/history").json["changes"]
    assert [one["what"] for one in told[:3]] == [
        "let held beds go",
        "held beds longer",
        "held 3 beds",
    ]
    site = makers.supply_site(session)
    assert client.get(f"/api/resources/{site}").json["beds"] is None


def test_nothing_of_a_party_is_kept(client, session, gym):
    client.sign_in(session, "dana")
    before = session.scalar(select(func.count()).select_from(Change))
    post(client, "/api/places", people=12, medical=True, **AT)
    page(client, "/place", people="12", medical="yes", place="Columbia")
    assert session.scalar(select(func.count()).select_from(Change)) == before
