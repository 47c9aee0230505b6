"""/running-out and its API: who sees and asks what, the ready-made request, factors."""

import re

import pytest
from sqlalchemy import func, select

from meris.tables import PlanningFactor, Request
from tests import makers


@pytest.fixture
def gym(session, cast):
    """A shelter of Boone County, a hundred people in it, with water for half a day."""
    gym = makers.shelter(
        session, name="Lyceum", agency_id=cast.account("sam").agency_id, population_total=100
    )
    makers.stock(
        session,
        gym,
        "Bottled water",
        item_code="WATER-BTL",
        unit_of_issue="CS",
        quantity_on_hand=15,
    )
    return gym


def order(client, site, need="WATER-BTL", **more):
    body = {"need": need, **more}
    return client.post(f"/api/running-out/{site}/order", json=body, headers=client.csrf())


def test_the_list_says_how_long_and_from_what(client, session, gym):
    client.sign_in(session, "dana")
    told = client.get("/api/running-out?item=WATER-BTL").json
    [line] = told["lines"]
    assert (line["site"]["name"], line["basis"], line["free"]) == ("Lyceum", "factor", 180)
    assert told["counts"] == {"soon": 1, "known": 1, "unsure": 0}
    page = client.get("/running-out").text
    assert "Lyceum" in page
    assert "11 h" in page
    assert "planned: 3.8 liters a person a day × 100 people" in page
    assert "Ask for 80 cases" in page


def test_filters_of_the_address(client, session, gym):
    client.sign_in(session, "dana")
    asked = "/running-out?show=soon&hours=6&county=29077&kind=pod&item=ICE"
    page = client.get(asked).text
    assert "Nothing here" in page
    assert 'value="29077" selected' in page
    for wrong in ("show=x", "hours=x", "page=0", "item=x", "agency=x", "hours=-3"):
        assert client.get(f"/api/running-out?{wrong}").status_code == 422, wrong


def test_one_press_asks_and_the_second_shows_what_is_asked_for(client, session, gym):
    client.sign_in(session, "sam")
    page = client.get("/running-out").text
    form = dict(re.findall(r'name="(site|need|key|anchor)" value="([^"]*)"', page))
    for _ in range(2):
        answer = client.post(
            "/running-out/order", data={**form, "kept_show": "soon"}, headers=client.csrf()
        )
        assert answer.location.startswith("/running-out?show=soon#at-")
    assert session.scalar(select(func.count()).select_from(Request)) == 1
    # another question than before: within one transaction the first one's answer would be kept
    page = client.get("/running-out?show=soon").text
    number = session.scalar(select(Request.number))
    assert f"{number}</a>: 80 cases of bottled water, submitted" in page
    assert "Ask for 80" not in page


def test_by_the_api_once(client, session, gym):
    client.sign_in(session, "carol")
    made = order(client, gym)
    assert made.status_code == 201
    assert made.json["lines"][0]["words"] == "80 cases of bottled water"
    again = order(client, gym)
    assert again.status_code == 409
    assert made.json["number"] in again.text
    assert order(client, gym, "PUMP").status_code == 422
    assert order(client, gym, None).status_code == 422
    assert order(client, 999_999).status_code == 404


def test_who_may_not(client, session, gym):
    assert client.get("/api/running-out").status_code == 401
    client.sign_in(session, "joe")
    assert order(client, gym).status_code == 403
    assert "Ask for" not in client.get("/running-out").text


def test_a_confidential_site_is_nowhere(client, session, cast):
    secret = makers.shelter(
        session,
        name="Harbor House",
        agency_id=cast.account("joe").agency_id,
        sensitivity="confidential",
        population_total=30,
    )
    for who, status in (("dana", 404), ("joe", 200)):
        client.sign_in(session, who)
        assert client.get(f"/api/running-out/{secret}").status_code == status
        assert client.get(f"/running-out?site={secret}").status_code == status
        page = client.get("/running-out?show=all").text
        told = client.get("/api/running-out?show=all")
        assert ("Harbor" in page) == ("Harbor" in told.text) == (status == 200)
        assert (told.json["places"] > 0) == (status == 200)


def test_how_a_point_of_distribution_works(client, session):
    pod = makers.supply_site(
        session, name="Fairgrounds", type="pod", pod_type=2, vehicles_per_hour=200
    )
    client.sign_in(session, "dana")
    page = client.get(f"/running-out?site={pod}").text
    assert "200 × 12 × 3 = 7,200 people a day; type 2 is planned for 10,000" in page
    assert "as planned for" in page
    bare = makers.supply_site(session, name="Lot", type="pod")
    assert "How many people it serves is not known" in client.get(f"/running-out?site={bare}").text
    assert client.get("/running-out?site=x").status_code == 404


def test_the_fields_of_a_point_of_distribution_are_changed_like_others(client, session, gym):
    pod = makers.supply_site(session, type="pod")
    client.sign_in(session, "stella")

    def put(**values):
        version = client.get(f"/api/resources/{pod}").json["version"]
        body = {"version": version, "set": values}
        return client.patch(f"/api/resources/{pod}", json=body, headers=client.csrf())

    assert put(pod_type="Type III", vehicles_per_hour="140", pod_staff=19).status_code == 200
    assert client.get(f"/api/running-out/{pod}").json["pod"]["people_a_day"] == 5040
    assert put(pod_type=4).status_code == 422
    assert put(vehicles_per_hour=-1).status_code == 422


def test_factors_are_changed_by_whom_the_rules_are(client, session):
    client.sign_in(session, "dana")
    page = client.get("/rules/supplies").text
    assert "unverified" in page
    assert "<fieldset disabled" in page
    client.sign_in(session, "stella")
    page = client.get("/rules/supplies").text
    typed = dict(re.findall(r'<input[^>]* name="([\w.]+)" value="([^"]*)"', page))
    wrong = client.post(
        "/rules/supplies", data={**typed, "quantity.ice_pod": "many"}, headers=client.csrf()
    )
    assert wrong.status_code == 422
    assert "must be a number" in wrong.text
    done = client.post(
        "/rules/supplies", data={**typed, "quantity.ice_pod": "9"}, headers=client.csrf()
    )
    assert done.status_code == 302
    assert session.get(PlanningFactor, "ice_pod", populate_existing=True).quantity == 9
    stale = client.post("/rules/supplies", data=typed, headers=client.csrf())
    assert stale.status_code == 409
