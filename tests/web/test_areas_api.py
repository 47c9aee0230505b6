"""/api/areas: who may draw, what is refused in which words, and what nobody learns."""

import csv
import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.values import Position
from meris.tables import Area, Change
from tests import makers
from tests.people import Visitor

AROUND_COLUMBIA = {
    "type": "Polygon",
    "coordinates": [[[-92.5, 38.8], [-92.1, 38.8], [-92.1, 39.1], [-92.5, 39.1], [-92.5, 38.8]]],
}
BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[-92.4, 38.8], [-92.2, 39.0], [-92.2, 38.8], [-92.4, 39.0], [-92.4, 38.8]]],
}
TRACK = {"kind": "hazard", "name": "Tornado track", "geometry": AROUND_COLUMBIA}


@pytest.fixture
def dana(client: Visitor, session: Session) -> Visitor:
    """A dispatcher's browser."""
    client.sign_in(session, "dana")
    return client


def send(visitor: Visitor, method: str, url: str, body: dict):
    return visitor.open(url, method=method, json=body, headers=visitor.csrf())


def drawn(visitor: Visitor, **facts) -> dict:
    answer = send(visitor, "POST", "/api/areas", TRACK | facts)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_an_area_is_drawn_and_read(dana: Visitor):
    made = drawn(dana, notes="Along US 63")
    got = dana.get(f"/api/areas/{made['id']}").json
    assert got == made
    assert (got["name"], got["kind_title"], got["state"]) == ("Tornado track", "Hazard", "in force")
    assert (got["sensitivity"], got["created_by"]) == ("restricted", "Dana")
    assert got["geometry"]["type"] == "MultiPolygon"
    assert got["sq_km"] == pytest.approx(1154, rel=0.01)
    assert dana.get("/api/areas").json["areas"][0]["id"] == made["id"]


def test_the_same_key_makes_one_area(dana: Visitor, session: Session):
    first, again = (drawn(dana, key="k-1") for _ in range(2))
    assert first["id"] == again["id"]
    assert len(session.scalars(select(Area)).all()) == 1


@pytest.mark.parametrize(
    ("shape", "km2"),
    [
        ({"counties": ["Boone", "29027"]}, 3965),
        ({"circle": {"place": "Joplin", "radius_km": 2}}, 12.55),
        ({"circle": {"place": "15S WC 72042 70394", "radius_km": 2}}, 12.55),
        ({"circle": {"lat": 38.95, "lon": -92.33, "radius_km": 2}}, 12.55),
        ({"text": "38.8, -92.5\n38.8, -92.1\nN39 06 W92 06"}, 577),
        ({"geometry": {"type": "Feature", "geometry": AROUND_COLUMBIA, "properties": {}}}, 1154),
    ],
)
def test_a_shape_is_said_in_many_ways(dana: Visitor, shape, km2):
    looked = send(dana, "POST", "/api/areas/shape", shape)
    assert looked.status_code == 200, looked.json
    assert looked.json["sq_km"] == pytest.approx(km2, rel=0.01)
    made = send(dana, "POST", "/api/areas", {"kind": "closure", "name": "X"} | shape)
    assert made.json["sq_km"] == looked.json["sq_km"]


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"geometry": BOW_TIE}, "geometry", "crosses itself at 38.90000, -92.30000"),
        ({"geometry": {"type": "Point", "coordinates": [-92, 38]}}, "geometry", "is no area"),
        ({"geometry": None, "circle": {"place": "Joplin"}}, "circle", "needs radius_km"),
        ({"geometry": None, "circle": {"place": "Xyzzy", "radius_km": 1}}, "circle", "no place"),
        ({"geometry": None, "counties": ["Nowhere"]}, "counties", "not a county of Missouri"),
        ({"geometry": None, "text": "38.8, -92.5\nhere"}, "text", "Line 2"),
        ({"geometry": None}, "geometry", "Shape is missing"),
        ({"counties": ["Boone"]}, "geometry", "Say the shape by one of"),
        ({"kind": "party"}, "kind", "must be one of hazard"),
        ({"name": "  "}, "name", "needs a name"),
        ({"notes": "SSN 123-45-6789"}, "notes", "Social Security"),
        ({"ends_at": "2001-01-01"}, "ends_at", "end before it begins"),
        ({"starts_at": "soon"}, "starts_at", "not a date and time"),
        ({"sensitivity": "secret"}, "sensitivity", "Who may see it"),
        ({"color": "red"}, "color", "has no 'color'"),
        ({"incident_id": "x"}, "incident_id", "whole number"),
    ],
)
def test_what_is_wrong_is_said_by_field_in_plain_words(dana: Visitor, facts, field, words):
    answer = send(dana, "POST", "/api/areas", TRACK | facts)
    assert answer.status_code == 422
    problem = answer.json["problems"][0]
    assert (problem["field"], words in problem["message"]) == (field, True), problem
    assert "123-45" not in answer.text


def test_a_crossing_outline_comes_back_with_the_place_and_the_mended_shape(dana: Visitor):
    answer = send(dana, "POST", "/api/areas/shape", {"geometry": BOW_TIE}).json
    assert answer["at"] == pytest.approx([-92.3, 38.9])
    assert send(dana, "POST", "/api/areas/shape", {"geometry": answer["meant"]}).status_code == 200


def test_far_from_the_state_only_when_meant(dana: Visitor):
    far = {"text": "48.8, 2.3\n48.9, 2.3\n48.9, 2.4"}
    refused = send(dana, "POST", "/api/areas/shape", far)
    assert "far from Missouri" in refused.json["message"]
    meant = send(dana, "POST", "/api/areas/shape", far | {"allow_elsewhere": True})
    assert meant.status_code == 200
    assert meant.json["people"]["elsewhere"] is False


def test_ending_twice_is_ending_once(dana: Visitor):
    made = drawn(dana)
    url, end = f"/api/areas/{made['id']}", {"version": made["version"], "set": {"ends_at": "now"}}
    first, again = (send(dana, "PATCH", url, end) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["state"] == "over"
    assert again.json == first.json
    assert dana.get("/api/areas").json["areas"] == []
    assert [a["id"] for a in dana.get("/api/areas?over=1").json["areas"]] == [made["id"]]


def test_the_loser_of_a_race_is_told_who_changed_what(dana: Visitor, client, session, app):
    made = drawn(dana)
    stella = app.test_client()
    stella.sign_in(session, "stella")
    url = f"/api/areas/{made['id']}"
    renamed = send(stella, "PATCH", url, {"version": 1, "set": {"name": "EF3 track", "notes": "x"}})
    assert renamed.status_code == 200
    lost = send(dana, "PATCH", url, {"version": 1, "set": {"kind": "evacuation"}})
    assert lost.status_code == 409
    assert lost.json["message"].startswith("Stella changed name, notes of EF3 track")
    assert {c["field"]: c["theirs"] for c in lost.json["changed"]} == {
        "name": "EF3 track",
        "notes": "x",
    }
    assert lost.json["current"]["version"] == 2


def test_removing_needs_a_reason_and_the_journal_keeps_it(dana: Visitor, session: Session):
    made = drawn(dana)
    url = f"/api/areas/{made['id']}"
    without = send(dana, "DELETE", url, {"version": 1, "reason": " "})
    assert without.json["problems"][0]["field"] == "reason"
    reason = {"version": 1, "reason": "Drawn over the wrong town"}
    assert [send(dana, "DELETE", url, reason).status_code for _ in range(2)] == [200, 200]
    assert dana.get(url).status_code == 404
    gone = session.scalars(select(Change).where(Change.table_name == "area")).all()
    assert [row.operation for row in gone] == ["I", "U", "D"]
    assert "Removed by Dana: Drawn over the wrong town" in gone[-1].before["notes"]


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("carol", 403), ("rita", 403)])
def test_only_dispatchers_draw(client: Visitor, session: Session, who: str, status: int):
    if who != "nobody":
        client.sign_in(session, who)
    for method, url in (
        ("POST", "/api/areas"),
        ("POST", "/api/areas/shape"),
        ("PATCH", "/api/areas/1"),
        ("DELETE", "/api/areas/1"),
    ):
        body = {"version": 1, "set": {}, "reason": "x"} | TRACK
        assert send(client, method, url, body).status_code == status, url


def test_the_public_sees_public_areas_without_staff_words(dana: Visitor, session: Session, app):
    open_one = drawn(dana, sensitivity="public", notes="Call the sheriff first")
    hidden = drawn(dana)
    public = app.test_client()
    assert [a["id"] for a in public.get("/api/areas").json["areas"]] == [open_one["id"]]
    seen = public.get(f"/api/areas/{open_one['id']}").json
    assert (seen["notes"], seen["created_by"], seen["editable"]) == (None, None, False)
    for url in ("", "/inside", "/inside.csv"):
        assert public.get(f"/api/areas/{hidden['id']}{url}").status_code == 404


def test_a_hidden_shelter_shows_in_no_count_list_or_file(dana: Visitor, session: Session, app):
    """Not even that there is one: what the public gets is the same with it and without it."""
    area = drawn(dana, sensitivity="public")
    makers.shelter(session, name="Open gym", sensitivity="public", evacuation_capacity=100)

    def told(who: str | None) -> tuple:
        visitor = app.test_client()
        if who:
            visitor.sign_in(session, who)
        url = f"/api/areas/{area['id']}/inside"
        return visitor.get(url).json, visitor.get(f"{url}.csv").text

    before = {who: told(who) for who in (None, "joe", "stella")}
    secret = makers.shelter(
        session, name="Safe house", sensitivity="confidential", evacuation_capacity=20
    )
    makers.unit(session, name="E12")
    assert told(None) == before[None]
    answer, file = told("joe")
    assert answer["inside"]["shelter"] == before["joe"][0]["inside"]["shelter"]
    assert "Safe house" not in file
    assert str(secret) not in [row["meris_id"] for row in csv.DictReader(io.StringIO(file))]
    answer, file = told("stella")
    assert answer["inside"]["shelter"]["count"] == 2
    assert "Safe house" in file


def test_the_file_is_a_table_that_no_cell_turns_into_a_formula(dana: Visitor, session: Session):
    area = drawn(dana)
    makers.shelter(session, name="=1+1", evacuation_capacity=100, population_total=30)
    makers.shelter(session, name="No numbers")
    makers.unit(session, name="E7", at=Position(39.12, -92.3))
    answer = dana.get(f"/api/areas/{area['id']}/inside.csv?near_km=10")
    assert answer.headers["Content-Disposition"].endswith('"tornado-track-inside.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["where"], row["name"], row["places_free"]) for row in rows] == [
        ("inside", "'=1+1", "70"),
        ("inside", "No numbers", ""),
        ("within 6.2 mi", "E7", ""),
    ]


@pytest.mark.parametrize(
    "query", ["near_km=x", "near_km=-1", "near_km=101", "near_km=nan", "limit=201", "skip=x"]
)
def test_what_cannot_be_asked_is_refused(dana: Visitor, query: str):
    area = drawn(dana)
    assert dana.get(f"/api/areas/{area['id']}/inside?{query}").status_code == 422


def test_areas_of_an_incident_are_for_who_may_know_of_it(dana: Visitor, session: Session, app):
    incident = makers.incident(session)
    area = drawn(dana, incident_id=incident, sensitivity="public")
    assert area["incident"]["id"] == incident
    assert len(dana.get(f"/api/areas?incident={incident}").json["areas"]) == 1
    public = app.test_client()
    assert public.get(f"/api/areas?incident={incident}").json["areas"] == []
    assert public.get(f"/api/areas/{area['id']}").json["incident"] is None
    log = dana.get(f"/api/incidents/{incident}/log")
    assert "Hazard area Tornado track drawn." in log.text
