"""/board, /board/units, /incidents and their API as people and machines open them."""

import json
import re

import pytest

from meris.tables import Incident
from tests import makers

PAGES = ("/board", "/board?wall=1", "/board/units", "/board/units?wall=1", "/incidents")
API = ("/api/board/incidents", "/api/board/units")


def settings_of(page):
    found = re.search(r'<script type="application/json" id="settings">(.*?)</script>', page, re.S)
    return json.loads(found[1])


@pytest.fixture
def closed(session):
    """An incident of last week that is over."""
    return makers.incident(
        session,
        number="2026-000007",
        title="Barn fire, Hallsville",
        status="closed",
        closed_at="2026-11-15T10:00Z",
        closed_by="Dana",
        close_reason="false_alarm",
    )


@pytest.mark.parametrize("who", ["dana", "rita", "sam", "carol", "stella", "ada"])
def test_staff_see_the_boards(client, session, who):
    client.sign_in(session, who)
    assert {client.get(address).status_code for address in (*PAGES, *API)} == {200}
    assert 'href="/board"' in client.get("/account").get_data(True)


def test_the_public_is_asked_to_log_in(client):
    assert {client.get(address).status_code for address in PAGES} == {302}
    assert {client.get(address).status_code for address in API} == {401}
    assert 'href="/board"' not in client.get("/fields").get_data(True)


@pytest.mark.parametrize(("who", "whose"), [("dana", "all"), ("rita", "own"), ("carol", "own")])
def test_the_page_knows_whose_units_one_may_move(client, session, who, whose):
    client.sign_in(session, who)
    settings = settings_of(client.get("/board").get_data(True))
    assert settings["viewer"]["moves_units"] == whose
    assert settings["status_minutes"]["dispatched"] == 3
    assert settings["moves"]["dispatched"] == [
        "acknowledged", "cancelled", "en_route", "on_scene", "released"
    ]  # fmt: skip
    assert (settings["wall"], settings["board"]) == (False, "incidents")
    assert settings["zone"] == "America/Chicago"


def test_the_wall_has_a_clock_and_no_filters(client, session):
    client.sign_in(session, "dana")
    page = client.get("/board/units?wall=1").get_data(True)
    assert 'id="wall-clock"' in page
    assert 'id="filters"' not in page
    assert "css/wall.css" in page
    assert "css/wall.css" not in client.get("/board/units").get_data(True)


def test_the_incident_board_as_json(client, session):
    fire = makers.incident(session, title="Barn fire")
    makers.assignment(session, makers.unit(session, name="E12"), fire, "en_route")
    client.sign_in(session, "dana")
    answer = client.get("/api/board/incidents")
    assert answer.headers["Cache-Control"] == "no-store"
    row = answer.json["rows"][0]
    assert (row["title"], row["units"][0]["name"], row["sent"]) == ("Barn fire", "E12", True)


def test_the_unit_board_is_narrowed_by_everything_at_once(client, session):
    makers.unit(session, name="E1")
    makers.unit(session, name="L1", type="ladder", county_fips="29077")
    client.sign_in(session, "dana")

    def names(query):
        return [row["name"] for row in client.get(f"/api/board/units?{query}").json["rows"]]

    assert names("") == ["E1", "L1"]
    assert names("type=ladder&status=available&county=29077,29019") == ["L1"]
    assert names("sort=name&reverse=1") == ["L1", "E1"]
    assert names("limit=1&offset=1") == ["L1"]
    region = settings_of(client.get("/board").get_data(True))["regions"][0]
    county = next(
        c
        for c in settings_of(client.get("/board").get_data(True))["counties"]
        if c["fips"] == "29077"
    )
    code = county["regions"][region["scheme"]]
    assert names(f"region={region['scheme']}.{code}") == ["L1"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sort=color", "not sorted by"),
        ("status=flying", "no status of a unit"),
        ("agency=dana", "no agency"),
        ("limit=501", "no limit"),
        ("offset=-1", "no offset"),
        ("region=sema.Z", "no region"),
        ("region=Z", "no region"),
        (f"offset={'9' * 30}", "no offset"),
        ("agency=%D9%A3", "no agency"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(client, session, query, words):
    client.sign_in(session, "dana")
    answer = client.get(f"/api/board/units?{query}")
    assert answer.status_code == 422
    assert words in answer.json["message"]


def test_words_that_mean_something_to_a_database_are_words(client, session):
    makers.unit(session, name="100% Pumper")
    client.sign_in(session, "dana")
    for words, found in (("100%25", 1), ("%25%25%25", 0), ("'; DROP", 0), ("___", 0)):
        answer = client.get(f"/api/board/units?q={words}")
        assert len(answer.json["rows"]) == found, words


# All incidents


def test_the_list_has_what_is_closed_and_a_way_to_open_it_again(client, session, closed):
    makers.incident(session, title="Flood", number="2026-000008")
    client.sign_in(session, "dana")
    page = client.get("/incidents").get_data(True)
    assert "2026-000007" in page
    assert "False alarm" in page
    assert f'href="/incidents/{closed}/reopen"' in page
    assert "Flood" in page
    client.sign_in(session, "carol")
    assert f'href="/incidents/{closed}/reopen"' not in client.get("/incidents").get_data(True)


def test_the_list_is_searched(client, session, closed):
    makers.incident(session, title="Flood", number="2026-000008", type="flood")
    client.sign_in(session, "dana")

    def found(query):
        return re.findall(r"2026-\d{6}(?=</td>)", client.get(f"/incidents?{query}").get_data(True))

    assert found("") == ["2026-000008", "2026-000007"]
    assert found("q=barn") == ["2026-000007"]
    assert found("status=closed") == ["2026-000007"]
    assert found("status=open") == ["2026-000008"]
    assert found("type=flood") == ["2026-000008"]
    assert found("county=29077") == []
    assert "No such incident" in client.get("/incidents?q=nothing").get_data(True)
    assert client.get("/incidents?status=nonsense").status_code == 422
    assert client.get("/incidents?before=x").status_code == 422


def test_the_list_goes_on_page_by_page(client, session):
    for n in range(60):
        makers.incident(session, number=f"2026-{n:06}")
    client.sign_in(session, "dana")
    seen, address = [], "/incidents?q=2026"
    while address:
        page = client.get(address).get_data(True)
        seen += re.findall(r"2026-\d{6}(?=</td>)", page)
        more = re.search(r'href="([^"]+)">Earlier incidents', page)
        address = more and more[1].replace("&amp;", "&")
    assert seen == [f"2026-{n:06}" for n in reversed(range(60))]


def reopen(client, incident, **form):
    token = client.csrf()["X-CSRFToken"]
    return client.post(f"/incidents/{incident}/reopen", data={"csrf_token": token, **form})


def test_a_closed_incident_is_opened_again_with_a_reason(client, session, closed):
    client.sign_in(session, "dana")
    assert "Why is it opened again?" in client.get(f"/incidents/{closed}/reopen").get_data(True)
    refused = reopen(client, closed, version=1, reason="  ")
    assert refused.status_code == 422
    assert "Say why" in refused.get_data(True)
    assert reopen(client, closed, version=1, reason="Smoke again").headers["Location"] == (
        f"/?incident={closed}"
    )
    session.expire_all()
    assert session.get(Incident, closed).status == "active"


def test_who_saw_an_older_incident_looks_again(client, session, closed):
    client.sign_in(session, "dana")
    answer = reopen(client, closed, version=9, reason="Smoke again")
    assert answer.headers["Location"] == f"/incidents/{closed}/reopen"
    assert "Look again" in client.get(answer.headers["Location"]).get_data(True)


def test_only_dispatchers_open_one_again(client, session, closed):
    client.sign_in(session, "carol")
    assert client.get(f"/incidents/{closed}/reopen").status_code == 403
    assert reopen(client, closed, version=1, reason="Mine").status_code == 403


def test_an_incident_that_one_may_not_see_is_not_there(client, session):
    hidden = makers.incident(session, sensitivity="confidential", title="Witness")
    client.sign_in(session, "dana")
    assert client.get(f"/incidents/{hidden}/reopen").status_code == 404
    assert "Witness" not in client.get("/incidents").get_data(True)
