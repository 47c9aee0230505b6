"""/api/incidents as a program meets it: shapes, statuses of refusals, retried requests."""

import pytest
from sqlalchemy import func, select

from meris.tables import Incident
from tests import makers


@pytest.fixture
def dana(client, session):
    return client.sign_in(session, "dana")


@pytest.fixture
def send(client, dana):
    def sending(path, body, method="post"):
        return getattr(client, method)(path, json=body, headers=client.csrf())

    return sending


@pytest.fixture
def fire(send):
    body = {"type": "sf", "place": "402 Main St, Joplin", "caller_name": "Ann", "key": "k1"}
    return send("/api/incidents", body).json["incident"]


def test_opening_one_answers_everything_of_it(send):
    answer = send("/api/incidents", {"type": "house fire", "place": "Joplin", "note": "Smoke"})
    assert answer.status_code == 201
    assert set(answer.json) == {"incident", "needs", "assignments", "log", "areas"}
    made = answer.json["incident"]
    assert (made["type_title"], made["county"], made["status"]) == (
        "Structure fire", "Jasper County", "new",
    )  # fmt: skip
    assert made["moves"] == ["active", "closed"]
    assert made["overdue_at"] > made["reported_at"]
    assert answer.json["needs"][0]["text"] == "2 engines"
    assert answer.json["log"][1]["text"] == "Smoke"


def test_a_double_click_opens_one(send, session):
    body = {"type": "sf", "place": "Joplin", "key": "the same"}
    answers = [send("/api/incidents", body) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["incident"]["id"] for answer in answers}) == 1
    assert session.scalar(select(func.count()).select_from(Incident)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "sf", "place": "Joplin", "priority": []},
        {"type": ["sf"], "place": "Joplin"},
        {"type": "sf", "place": {"a": 1}},
        {"type": "sf", "place": "Joplin", "key": "k" * 65},
        {"type": "sf", "place": "Joplin", "key": 5},
        {"type": "sf", "lat": "north", "lon": "west"},
        {"type": "sf", "lat": 1e400, "lon": 0},
        {"type": "sf", "place": "Joplin", "parent_id": "x"},
        {"type": "sf", "place": "Joplin", "parent_id": 10**30},
        {"type": "sf", "place": "Joplin", "needs": "engines"},
        {"type": "sf", "place": "Joplin", "needs": [{"unit_types": [{}]}]},
        {"type": "sf", "place": "Joplin", "needs": [{"unit_types": ["engine"], "count": 1e9}]},
        {"type": "sf", "place": "Joplin", "title": "\x00"},
        {"type": "sf", "place": "Joplin", "note": {"a": 1}},
        {"type": "sf", "place": "Joplin", "reported_at": "yesterday-ish"},
        {"type": "sf", "place": "Joplin", "reported_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_whatever_is_sent_is_answered_in_words(send, body):
    answer = send("/api/incidents", body)
    assert answer.status_code in (201, 422)
    if answer.status_code == 422:
        assert answer.json["message"]


def test_a_place_that_may_be_several_offers_them(send, session):
    answer = send("/api/incidents", {"type": "sf", "place": "Riverside"})
    assert answer.status_code == 422
    assert {"title", "what", "lat", "lon", "radius_m", "county"} <= set(answer.json["choices"][0])


def test_a_place_can_be_tried_before_anything_is_made(client, dana, session):
    found = client.get("/api/incidents/place?text=402 Main St, Joplin").json
    assert (found["source"], found["jurisdiction"], found["radius_m"]) == (
        "address", "Joplin", 4100,
    )  # fmt: skip
    assert "street is not known" in found["note"]
    click = client.get("/api/incidents/place?lat=37.0842&lon=-94.5133").json
    assert (click["source"], click["usng"][:3]) == ("click", "15S")
    assert client.get("/api/incidents/place").status_code == 422
    assert session.scalar(select(func.count()).select_from(Incident)) == 0


def test_what_was_reported_already_is_found(client, send, session, dana):
    near = makers.incident(session)
    makers.incident(session, status="active", at=makers.SPRINGFIELD)
    at = f"lat={makers.COLUMBIA.lat + 0.001}&lon={makers.COLUMBIA.lon}"
    found = client.get(f"/api/incidents/similar?{at}&type=sf").json["incidents"]
    assert [(one["id"], one["distance_m"]) for one in found] == [(near, 111)]
    assert client.get("/api/incidents/similar").status_code == 422


def test_a_change_needs_the_version_and_tells_who_was_faster(client, send, fire):
    path = f"/api/incidents/{fire['id']}"
    done = send(path, {"version": 1, "set": {"title": "Barn fire"}}, "patch")
    assert done.json["incident"]["title"] == "Barn fire"
    late = send(path, {"version": 1, "set": {"title": "House fire"}}, "patch")
    assert late.status_code == 409
    assert late.json["current"]["incident"]["title"] == "Barn fire"
    assert late.json["changed"][0]["by"] == "Dana"
    assert send(path, {"set": {"title": "x"}}, "patch").status_code == 422
    assert send(path, {"version": 2}, "patch").status_code == 422


def test_status_log_needs_and_closing(client, send, fire):
    path = f"/api/incidents/{fire['id']}"
    assert (
        send(f"{path}/status", {"version": 1, "status": "active"}).json["incident"]["version"] == 2
    )
    entry = send(f"{path}/log", {"text": "Roof vented", "at": "", "key": "l"})
    assert entry.status_code == 201
    assert send(f"{path}/log", {"text": "Roof vented", "key": "l"}).json == entry.json
    asked = send(f"{path}/needs", {"needs": [{"count": 1, "unit_types": ["engine"]}]})
    assert len(asked.json["needs"]) == 1
    closed = send(f"{path}/close", {"version": 2, "reason": "completed", "key": "c"})
    assert closed.json["incident"]["status"] == "closed"
    again = send(f"{path}/close", {"version": 2, "reason": "completed", "key": "c"})
    assert again.status_code == 200
    texts = [one["text"] for one in client.get(f"{path}/log").json["log"]]
    assert texts.count("Closed. Completed") == 1
    assert texts.count("Roof vented") == 1


def test_closing_over_units_answers_who_is_still_there(send, session, fire):
    unit = makers.unit(session, name="E12")
    made = makers.assignment(session, unit, fire["id"])
    path = f"/api/incidents/{fire['id']}/close"
    refused = send(path, {"version": 1, "reason": "completed"})
    assert refused.status_code == 409
    assert [line["id"] for line in refused.json["still"]] == [made]
    for release in ("all", [5], [{"id": "x"}]):
        body = {"version": 1, "reason": "completed", "release": release}
        assert send(path, body).status_code == 422
    body = {"version": 1, "reason": "completed", "release": [{"id": made}]}
    assert send(path, body).json["incident"]["status"] == "closed"


def test_the_list_is_paged_and_searched(client, session, dana):
    ids = [
        makers.incident(session, title=f"Fire {n}")
        for n in ("alpha", "beta", "gamma", "delta", "eta")
    ]
    old = makers.incident(
        session, status="closed", closed_at=func.now(), closed_by="Dana",
        close_reason="completed", title="Flooded road", county_fips="29097", type="flood",
    )  # fmt: skip
    page = client.get("/api/incidents?limit=3").json
    assert [one["id"] for one in page["incidents"]] == ids[:1:-1]
    rest = client.get(f"/api/incidents?limit=3&before={page['next']}").json
    assert [one["id"] for one in rest["incidents"]] == ids[1::-1]
    assert rest["next"] is None

    def found(query):
        return [one["id"] for one in client.get(f"/api/incidents?{query}").json["incidents"]]

    assert found("q=fire delta") == [ids[3]]
    assert found("q=flooded") == []
    assert found("q=flooded&status=all") == [old]
    assert found("status=closed") == [old]
    assert found("status=all&county=jasper") == [old]
    assert found("status=all&county=29097") == [old]
    assert found("status=all&type=fl") == [old]
    assert found("q=%25_") == []
    assert client.get("/api/incidents?status=bogus").status_code == 422
    assert client.get("/api/incidents?before=x").status_code == 422


@pytest.mark.parametrize(
    ("who", "statuses"),
    [("nobody", (401, 401)), ("carol", (200, 403)), ("rita", (200, 403)), ("stella", (200, 201))],
)
def test_staff_read_and_dispatchers_write(client, session, who, statuses):
    if who != "nobody":
        client.sign_in(session, who)
    body = {"type": "sf", "place": "Joplin"}
    read = client.get("/api/incidents")
    wrote = client.post("/api/incidents", json=body, headers=client.csrf())
    assert (read.status_code, wrote.status_code) == statuses


def test_a_confidential_incident_leaks_nowhere(client, session, cast):
    hidden = makers.incident(session, sensitivity="confidential", title="Raid at dawn")
    parent = makers.incident(session)
    makers.incident(session, sensitivity="confidential", parent_id=parent, title="Raid")
    client.sign_in(session, "carol")
    at = f"lat={makers.COLUMBIA.lat}&lon={makers.COLUMBIA.lon}"
    answers = [
        client.get("/api/incidents?status=all&q=raid"),
        client.get(f"/api/incidents/similar?{at}"),
        client.get(f"/api/incidents/{parent}"),
    ]
    assert all(answer.status_code == 200 for answer in answers)
    assert "Raid" not in "".join(answer.text for answer in answers)
    for path in ("", "/log"):
        assert client.get(f"/api/incidents/{hidden}{path}").status_code == 404
