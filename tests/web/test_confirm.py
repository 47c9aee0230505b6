"""/confirm and a shelter's record: pages whole without a script, and the same by JSON."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from meris import counts
from meris.tables import ContactTry, Resource, Shelter, StatusCode
from tests import makers
from tests.web.forms import fill, words


@pytest.fixture
def gym(session):
    return makers.shelter(
        session,
        name="Gym",
        confirmed_at=datetime.now(UTC) - timedelta(hours=9),
        population_total=120,
        evacuation_capacity=300,
        post_impact_capacity=150,
        manager_name="Sam Okafor",
        manager_phone="(573) 555-0142",
        counted_at=datetime.now(UTC) - timedelta(hours=9),
    )


def typed(client, page):
    """The fields of the page's forms, as they stand there."""
    found = re.findall(r'<input[^>]*name="([^"]+)" value="([^"]*)"', client.get(page).text)
    return {name: value for name, value in found if name != "csrf_token"}


def send(client, site, tried):
    """A try by JSON, from a page."""
    return client.post(f"/api/resources/{site}/tries", json=tried, headers=client.csrf())


def versions(session, shelter):
    session.expire_all()
    return session.get_one(Resource, shelter).version


def fresh(session, model, key):
    session.expire_all()
    return session.get_one(model, key)


def test_the_list_says_why_and_whom_to_call(client, session, gym):
    client.sign_in(session, "dana")
    page = words(client.get("/confirm"))
    assert "1 too old or about to be" in page
    assert "120 of 150 places taken" in page
    assert "9 h ago" in page
    assert "(573) 555-0142" in page


def test_one_tap_says_that_it_is_still_true(client, session, gym):
    client.sign_in(session, "dana")
    form = {"version": versions(session, gym)}
    answer = fill(client, "/confirm", f"/confirm/{gym}/still_true", **(form))
    assert answer.status_code == 302
    assert "Confirmed: still true." in words(client.get("/confirm"))
    assert "Nothing has to be asked" in words(client.get("/confirm"))
    assert "Still true" in words(client.get(f"/sites/{gym}/record"))


def test_somebody_elses_site_shows_who_has_it(app, client, session, gym):
    client.sign_in(session, "dana")
    fill(client, "/confirm", f"/confirm/{gym}/take")
    assert "In your hands" in words(client.get("/confirm"))
    client.sign_in(session, "carol")
    page = words(client.get("/confirm"))
    assert "Dana has it in hand" in page
    assert "Still true" not in page
    fill(client, "/confirm", f"/confirm/{gym}/take")
    assert "Dana has Gym in hand for 10 min more." in words(client.get("/confirm"))


def test_nobody_answers(client, session, gym):
    client.sign_in(session, "dana")
    fill(client, "/confirm", f"/confirm/{gym}/cannot_reach", note="Line busy")
    assert "It comes back at" in words(client.get("/confirm"))
    assert "No answer 1 time" in words(client.get("/confirm?show=waiting"))
    assert "Line busy" in words(client.get(f"/sites/{gym}/record"))


def test_what_changed_is_written_on_the_record(client, session, gym):
    client.sign_in(session, "dana")
    answer = fill(client, "/confirm", f"/confirm/{gym}/changed", kind="shelter")
    assert answer.location == f"/sites/{gym}/record#move"
    tried = session.scalars(select(ContactTry)).one()
    assert (tried.outcome, tried.by_name) == ("changed", "Dana")


@pytest.mark.parametrize(
    "question", ["?kind=boat", "?page=0", "?page=x", "?show=x", "?agency=x", "?page=401"]
)
def test_a_question_that_makes_no_sense_is_refused(client, session, question):
    client.sign_in(session, "dana")
    assert client.get(f"/confirm{question}").status_code == 422
    assert client.get(f"/api/confirm{question}").status_code == 422


def test_the_same_by_json(client, session, gym):
    client.sign_in(session, "dana")
    told = client.get("/api/confirm").json
    [site] = told["sites"]
    assert (told["total"], told["more"], site["name"]) == (1, False, "Gym")
    assert [reason["group"] for reason in site["reasons"]] == ["status"]
    tried = {"outcome": "still_true", "version": site["version"], "note": "Spoke to Sam"}
    assert send(client, gym, tried).status_code == 200
    assert client.get("/api/confirm").json["sites"] == []
    stale = send(client, gym, tried)
    assert (stale.status_code, stale.json["error"]) == (409, "conflict")
    for wrong in ({"outcome": "x"}, {}, {"outcome": "take", "note": 4}, {"outcome": "still_true"}):
        answer = send(client, gym, wrong)
        assert answer.status_code == 422, wrong


def test_the_record_shows_counts_against_both_capacities(client, session, cast, gym):
    dana = cast.viewer("dana")
    for hours, people in ((40, 80), (16, 130)):
        at = datetime.now(UTC) - timedelta(hours=hours)
        counts.take(session, dana, gym, counts.Count(general=people, period="overnight"), at=at)
    client.sign_in(session, "dana")
    answer = client.get(f"/sites/{gym}/record")
    page, body = words(answer), answer.get_data(as_text=True)
    assert "80 % of the capacity in use" in page
    assert "Evacuation 300" in page
    assert "Post-impact 150, in use" in page
    assert len(re.findall(r'<circle class="overnight"', body)) == 4  # large, and small for phones
    assert "style=" not in body
    assert "Sam Okafor" in page
    told = client.get(f"/api/shelters/{gym}/counts").json
    assert [count["total"] for count in told["counts"]] == [120, 130, 80]
    assert told["capacity_in_use"] == "post_impact"
    assert client.get(f"/api/shelters/{gym}/counts?most=1").json["counts"][0]["total"] == 120
    for most in ("0", "501", "x"):
        assert client.get(f"/api/shelters/{gym}/counts?most={most}").status_code == 422


def test_a_shelter_that_nobody_counted_says_so(client, session):
    empty = makers.shelter(session, name="Hall", confirmed_at=None)
    client.sign_in(session, "dana")
    page = words(client.get(f"/sites/{empty}/record"))
    assert "Count unknown" in page
    assert "Nobody has been counted here yet" in page
    assert "0 %" not in page


def test_the_record_closes_with_where_they_went(client, session, gym):
    hall = makers.shelter(session, name="Hall")
    client.sign_in(session, "dana")
    url, said = f"/sites/{gym}/record", {"version": versions(session, gym), "status": "closed"}
    refused = fill(client, url, url, **(said | {"went_people_1": "100", "went_to_1": hall}))
    assert refused.status_code == 422
    assert "100 are said to have left" in words(refused)
    assert 'value="100"' in refused.get_data(as_text=True)  # what was typed is still there
    lines = {
        "went_people_1": "100",
        "went_to_1": hall,
        "went_people_2": "20",
        "went_words_2": "home",
    }
    assert fill(client, url, url, **(said | lines)).status_code == 302
    assert fresh(session, Resource, gym).status == "closed"
    assert fresh(session, Shelter, gym).population_total == 0
    assert "100 people to Hall" in words(client.get(url))
    assert "100 people from Gym" in words(client.get(f"/sites/{hall}/record"))
    again = fill(client, url, url, **(said))
    assert again.status_code == 409


def test_the_api_asks_where_they_went(client, session, gym):
    client.sign_in(session, "dana")
    body = {"version": versions(session, gym), "set": {"status": "closed"}}
    refused = client.patch(f"/api/resources/{gym}", json=body, headers=client.csrf())
    assert refused.status_code == 422
    assert refused.json["problems"][0]["field"] == "went"
    body["set"]["went"] = [{"people": 120, "words": "home"}]
    told = client.patch(f"/api/resources/{gym}", json=body, headers=client.csrf()).json
    assert told["status"]["code"] == "closed"
    assert told["version"] == versions(session, gym)


def test_papers_that_are_past_are_told_to_staff(client, session):
    today = datetime.now(UTC).date()
    one = makers.shelter(
        session,
        sensitivity="public",
        agreement_until=today - timedelta(days=3),
        inspected_on=today - timedelta(days=500),
    )
    assert client.get(f"/api/resources/{one}").json["warnings"] == []
    client.sign_in(session, "dana")
    assert len(client.get(f"/api/resources/{one}").json["warnings"]) == 2
    assert "The agreement ended on" in words(client.get(f"/sites/{one}/record"))


def test_limits_are_changed_on_their_page(client, session):
    client.sign_in(session, "stella")
    form = typed(client, "/rules/ages")
    assert form["status.shelter.open"] == "4 h"
    form["status.shelter.open"] = "soon"
    refused = fill(client, "/rules/ages", "/rules/ages", **(form))
    assert refused.status_code == 422
    assert "like 30 min, 4 h or 7 d" in words(refused)
    form["status.shelter.open"] = "2 h"
    assert fill(client, "/rules/ages", "/rules/ages", **(form)).status_code == 302
    assert "1 limit changed." in words(client.get("/rules/ages"))
    assert fresh(session, StatusCode, ("shelter", "open")).age_limit_minutes == 120
