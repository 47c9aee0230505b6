"""/api/recommendation and /api/cover as programs meet them."""

import pytest
from sqlalchemy import insert

from geo.values import Position
from meris.tables import CoverRule, IncidentNeed
from tests import makers

NEAR = Position(38.97, -92.33)


@pytest.fixture
def dana(client, session):
    client.sign_in(session, "dana")
    return client


@pytest.fixture
def fire(session):
    incident = makers.incident(session)
    needs = {"incident_id": incident, "rank": 0, "count": 2, "unit_types": ["engine"]}
    session.execute(insert(IncidentNeed).values(needs))
    return incident


def ask(client, **body):
    return client.post("/api/recommendation", json=body, headers=client.csrf())


def engines(count=1, **more):
    return [{"count": count, "unit_types": ["engine"], **more}]


def test_what_is_still_needed_is_recommended(dana, session, fire):
    sent, other = makers.unit(session), makers.unit(session, at=NEAR)
    before = dana.get(f"/api/incidents/{fire}/recommendation").json
    makers.assignment(session, sent, fire)
    after = dana.get(f"/api/incidents/{fire}/recommendation").json
    assert [pick["unit_id"] for pick in before["lines"][0]["picks"]] == [sent, other]
    assert [line["need"]["count"] for line in after["lines"]] == [1]
    assert [pick["unit_id"] for pick in after["lines"][0]["picks"]] == [other]
    assert [unit["reason"] for unit in after["lines"][0]["passed"]] == [
        "sent to this incident already"
    ]


def test_nothing_more_is_needed(dana, session):
    answer = dana.get(f"/api/incidents/{makers.incident(session)}/recommendation")
    assert (answer.status_code, answer.json["lines"]) == (200, [])


def test_an_incident_without_a_place(dana, session, fire):
    nowhere = makers.incident(session, at=None)
    needs = {"incident_id": nowhere, "rank": 0, "count": 1, "unit_types": ["engine"]}
    session.execute(insert(IncidentNeed).values(needs))
    answer = dana.get(f"/api/incidents/{nowhere}/recommendation")
    assert answer.status_code == 422
    assert "has no place yet" in answer.json["message"]


def test_some_can_be_left_out(dana, session, fire):
    first, second = makers.unit(session), makers.unit(session, at=NEAR)
    answer = dana.get(f"/api/incidents/{fire}/recommendation?exclude={first}&most=0").json
    assert [pick["unit_id"] for pick in answer["lines"][0]["picks"]] == [second]
    assert answer["lines"][0]["runners_up"] == answer["lines"][0]["passed"] == []


def test_to_a_place_by_its_name(dana, session):
    unit = makers.unit(session)
    answer = ask(dana, place="Columbia", needs=engines(type_level=3), within=60)
    assert [pick["unit_id"] for pick in answer.json["lines"][0]["picks"]] == [unit]


def test_the_last_at_a_station_stays(dana, session):
    makers.unit(session, home_base="Station 1")
    answer = ask(dana, lat=38.95, lon=-92.33, needs=engines(), keep={"count": 1, "per": "station"})
    line = answer.json["lines"][0]
    assert line["picks"] == []
    assert line["passed"][0]["reason"] == "stays: the last of the engines free at Station 1"


REFUSED_CASES = [
    ({"needs": engines()}, "Where to"),
    ({"lat": 38.9, "lon": -92.3}, '"needs" is a list'),
    ({"lat": 38.9, "lon": -92.3, "needs": []}, "what is needed"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(0)}, "from 1 to 200"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(), "within": "soon"}, "minutes"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(), "within": "nan"}, "minutes"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(), "exclude": 3}, "a list"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(), "keep": {"per": "street"}}, "station"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(), "keep": {"per": []}}, "station"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(), "keep": {"count": 0}}, "kept"),
    ({"lat": 38.9, "lon": -92.3, "needs": engines(), "uncommitted": 1}, "true or false"),
    ({"lat": 138.9, "lon": -92.3, "needs": engines()}, "latitude"),
    ({"lat": 38.9, "lon": -92.3, "needs": [{"unit_types": ["tank"]}]}, "kind of unit"),
]


def test_what_cannot_be_taken_is_said(dana):
    for body, words in REFUSED_CASES:
        answer = ask(dana, **body)
        assert answer.status_code in (400, 422)
        assert words in answer.json["message"]


def test_cover_and_what_a_dispatch_would_strip(dana, session):
    units = [makers.unit(session) for _ in range(2)]
    rule = {"county_fips": "29019", "unit_types": ["engine"], "minimum": 2}
    session.execute(insert(CoverRule).values(rule))
    now = dana.get("/api/cover").json
    assert (now["holes"], now["rules"]) == ([], 1)
    asked = {"units": units[:1]}
    (hole,) = dana.post("/api/cover/what-if", json=asked, headers=dana.csrf()).json["holes"]
    assert (hole["before"], hole["available"], hole["counties"]) == (2, 1, ["29019"])
    assert hole["text"] == "Boone County: 1 of 2 engines"
    makers.assignment(session, units[0], makers.incident(session))
    (hole,) = dana.get("/api/cover").json["holes"]
    assert (hole["available"], hole["minimum"], hole["where"]) == (1, 2, "Boone County")


def test_the_public_asks_for_nothing(client, session, fire):
    assert client.get("/api/cover").status_code == 401
    assert client.get(f"/api/incidents/{fire}/recommendation").status_code == 401


def test_a_confidential_incident_is_not_there(dana, session):
    hidden = makers.incident(session, sensitivity="confidential")
    assert dana.get(f"/api/incidents/{hidden}/recommendation").status_code == 404
