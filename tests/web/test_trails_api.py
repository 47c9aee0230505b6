"""A unit's trail by HTTP: asked with a reason, listed, and as a file."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from geo.columns import as_wkb
from meris.tables import PositionFix, TrailView
from tests import makers

NOW = datetime.now(UTC)
WHY = "Crew not heard of since 14:05"


@pytest.fixture
def engine(session):
    unit = makers.unit(session, name="E12")
    rows = [
        {
            "resource_id": unit,
            "at": NOW - timedelta(minutes=n),
            "device_id": 0,
            "position": as_wkb(makers.COLUMBIA),
            "accuracy_m": 9,
            "source": "browser",
        }
        for n in (1, 2, 3)
    ]
    session.execute(insert(PositionFix), rows)
    return unit


def asked(client, unit, **body):
    hour_ago = (NOW - timedelta(hours=1)).isoformat()
    given = {"from": hour_ago, "reason": WHY, **body}
    return client.post(f"/api/units/{unit}/trail", json=given, headers=client.csrf())


def test_a_dispatcher_asks_gets_the_way_and_its_file(client, session, engine):
    client.sign_in(session, "dana")
    assert client.get(f"/api/resources/{engine}").get_json()["trail_url"]
    answer = asked(client, engine)
    told = answer.get_json()
    assert (told["total"], told["every"], len(told["fixes"])) == (3, 1, 3)
    assert told["fixes"][0]["lat"] == 38.95171
    assert told["fixes"][0]["speed_mps"] is None
    assert told["kept_days"] == 30
    assert answer.headers["Cache-Control"] == "no-store"
    file = client.get(told["file"])
    assert "e12-trail-" in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(file.get_data(as_text=True))))
    assert [(row["lat"], row["accuracy_m"], row["speed_mps"]) for row in rows] == [
        ("38.95171", "9", "")
    ] * 3
    (look,) = client.get(f"/api/units/{engine}/trail").get_json()["looks"]
    assert (look["viewer"], look["reason"]) == ("Dana", WHY)


@pytest.mark.parametrize(
    "body", [{"reason": ""}, {"from": None}, {"from": "yesterdayish"}, {"to": []}, {"reason": []}]
)
def test_what_cannot_be_taken_is_said(client, session, engine, body):
    client.sign_in(session, "dana")
    answer = asked(client, engine, **body)
    assert answer.status_code == 422
    assert answer.get_json()["message"]
    assert session.scalars(select(TrailView)).all() == []


def test_who_may_not_is_not_offered_it_and_is_refused(client, session, engine):
    client.sign_in(session, "rita")
    assert client.get(f"/api/resources/{engine}").get_json()["trail_url"] is None
    assert asked(client, engine).status_code == 403
    assert client.get(f"/api/units/{engine}/trail").status_code == 403
    assert session.scalars(select(TrailView)).all() == []


def test_the_public_is_sent_to_the_log_in(client, engine):
    assert asked(client, engine).status_code == 401
    assert client.get("/api/trails/1").status_code == 401
