"""The API of assignments: what is sent, what is answered, and what is refused in plain words."""

import pytest

from meris.accounts import viewer_of
from tests import makers, people

#: What programs send that were not written with care.
BROKEN_ORDERS: list[dict] = [
    {},
    {"units": []},
    {"units": "E12"},
    {"units": [None]},
    {"units": [True]},
    {"units": [{"id": 1}]},
    {"units": [10**30]},
    {"units": [1.5]},
    {"units": list(range(1, 300))},
    {"units": [1], "how": 5},
    {"units": [1], "how": "now"},
    {"units": [1], "until": "yesterday"},
    {"units": [1], "until": ["18:00"]},
    {"units": [1], "how": "reserved", "from": "32:00"},
    {"units": [1], "at": {"time": 1}},
    {"units": [1], "task": "x" * 300},
    {"units": [1], "task": ["a"]},
    {"units": [1], "key": "k" * 65},
    {"units": [1], "key": 7},
]
BROKEN_MOVES: list[tuple[str, dict]] = [
    ("move", {}),
    ("move", {"status": "flying"}),
    ("move", {"status": 5}),
    ("move", {"status": "released", "left_as": "gone"}),
    ("move", {"status": "released", "left_as": ["staged"]}),
    ("move", {"status": "on_scene", "at": "never"}),
    ("move", {"status": "on_scene", "version": "1"}),
    ("move", {"status": "on_scene", "destination_id": "north"}),
    ("move", {"status": "on_scene", "reason": {"a": 1}}),
    ("silence", {}),
    ("silence", {"minutes": "5"}),
    ("silence", {"minutes": 10**40}),
    ("silence", {"minutes": -5}),
    ("check-in", {"note": "x" * 5000}),
    ("check-in", {"note": {"a": 1}}),
]


@pytest.fixture
def dana(client, session):
    return client.sign_in(session, "dana")


@pytest.fixture
def fire(session):
    return makers.incident(session)


@pytest.fixture
def engine(session):
    rita = viewer_of(people.account(session, "rita"))
    return makers.unit(session, name="E12", agency_id=rita.agency_id)


@pytest.fixture
def post(client):
    def run(path, **body):
        return client.post(f"/api/{path}", json=body, headers=client.csrf())

    return run


@pytest.fixture
def held(dana, post, fire, engine):
    return post(f"incidents/{fire}/assignments", units=[engine]).json["assignments"][0]


def test_sending_answers_the_lines(dana, post, fire, engine):
    answer = post(f"incidents/{fire}/assignments", units=[engine], task="East side")
    (line,) = answer.json["assignments"]
    assert answer.status_code == 201
    assert (line["unit_name"], line["status"], line["task"]) == ("E12", "dispatched", "East side")
    assert line["next"] == "en_route"


def test_the_loser_is_answered_409_with_who_and_the_next_best(
    session, post, held, fire, engine, client
):
    spare = makers.unit(session, name="E14")
    client.sign_in(session, "stella")
    other = makers.incident(session)
    answer = post(f"incidents/{other}/assignments", units=[engine])
    assert (answer.status_code, answer.json["error"]) == (409, "taken")
    assert answer.json["message"].startswith("Dana sent E12 to ")
    assert answer.json["taken"][0]["incident_id"] == fire
    assert answer.json["next"][0]["unit_id"] == spare


def test_a_double_click_sends_once(dana, post, fire, engine):
    answers = [post(f"incidents/{fire}/assignments", units=[engine], key="k") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_a_booking_in_the_words_of_a_dispatcher(dana, post, fire, engine):
    answer = post(
        f"incidents/{fire}/assignments", units=[engine], how="reserved",
        **{"from": "+90 min", "until": "6 h"},
    )  # fmt: skip
    (line,) = answer.json["assignments"]
    assert line["booked"]
    assert line["until"] - line["from"] == pytest.approx(4.5 * 3600, abs=5)


def test_moving_answers_the_line_and_what_became_of_it(post, held):
    path = f"assignments/{held['id']}/move"
    done = post(path, status="on_scene", version=held["version"]).json
    assert (done["outcome"], done["assignment"]["status"]) == ("moved", "on_scene")
    assert post(path, status="on_scene").json["outcome"] == "same"
    late = post(path, status="en_route", at=held["status_at"])
    assert (late.json["outcome"], late.json["assignment"]["status"]) == ("older", "on_scene")
    stale = post(path, status="released", version=held["version"])
    assert (stale.status_code, stale.json["current"]["status"]) == (409, "on_scene")


def test_all_of_an_incident(session, post, held, fire):
    post(f"incidents/{fire}/assignments", units=[makers.unit(session)])
    done = post(f"incidents/{fire}/move", **{"from": ["dispatched"], "status": "en_route"}).json
    assert ([one["status"] for one in done["moved"]], done["kept"]) == (["en_route"] * 2, [])


def test_check_in_and_silence(post, held):
    path = f"assignments/{held['id']}"
    post(f"{path}/move", status="on_scene")
    assert post(f"{path}/silence", minutes=5).json["assignment"]["silenced_by"] == "Dana"
    heard = post(f"{path}/check-in", note="All out").json["assignment"]
    assert (heard["silenced_by"], heard["par"]["overdue"]) == (None, False)


def test_a_check_in_needs_no_body(client, held):
    path = f"/api/assignments/{held['id']}/check-in"
    assert client.post(path, headers=client.csrf()).status_code == 200


def test_reading(client, held, fire, engine):
    assert client.get(f"/api/incidents/{fire}/assignments").json["assignments"] == [held]
    assert client.get(f"/api/units/{engine}/assignments").json == {
        "active": held,
        "booked": [],
        "last": [],
    }


def test_the_units_page_moves_its_assignment(client, session, held, engine):
    client.sign_in(session, "rita")
    seen = client.get(f"/api/resources/{engine}").json
    body = {"version": seen["version"], "set": {"status": "en_route"}}
    done = client.patch(f"/api/resources/{engine}", json=body, headers=client.csrf()).json
    assert (done["status"]["code"], done["assignment"]["status"]) == ("en_route", "en_route")
    assert done["assignment"]["incident_number"] == held["incident_number"]


def test_the_public_learns_nothing(session, app, fire, engine):
    stranger = app.test_client()
    for path in (f"incidents/{fire}/assignments", f"units/{engine}/assignments"):
        assert stranger.get(f"/api/{path}").status_code == 401


def test_only_dispatchers_send(client, session, post, fire, engine):
    client.sign_in(session, "rita")
    answer = post(f"incidents/{fire}/assignments", units=[engine])
    assert (answer.status_code, answer.json["error"]) == (403, "forbidden")
    assert client.get(f"/api/incidents/{fire}/assignments").status_code == 200


def test_whatever_is_sent_is_refused_in_words(dana, post, fire):
    for body in BROKEN_ORDERS:
        answer = post(f"incidents/{fire}/assignments", **body)
        assert answer.status_code in (404, 422), (body, answer.json)
        assert answer.json["message"].endswith((".", "?"))


def test_so_it_is_with_moves(post, held):
    for path, body in BROKEN_MOVES:
        answer = post(f"assignments/{held['id']}/{path}", **body)
        assert answer.status_code == 422, (path, body, answer.json)
        assert answer.json["message"].endswith((".", "?"))


@pytest.mark.parametrize("body", [{"status": "en_route"}, {"from": ["gone"], "status": "en_route"}])
def test_and_with_all_at_once(post, held, fire, body):
    answer = post(f"incidents/{fire}/move", **body)
    assert (answer.status_code, answer.json["error"]) == (422, "invalid")


def test_what_is_not_there_is_not_found(dana, post, client):
    assert post(f"assignments/{10**9}/move", status="en_route").status_code == 404
    assert post(f"incidents/{10**9}/assignments", units=[1]).status_code == 404
    assert client.get(f"/api/units/{10**9}/assignments").status_code == 404
