"""/api/requests and /requests: asking, seeing and moving, by who may and nobody else."""

import pytest
from sqlalchemy import select

from meris.tables import Change, Request, RequestLine
from tests import makers


@pytest.fixture
def gym(session, cast):
    """A shelter of Boone County, where Sam and Carol work."""
    return makers.shelter(session, name="Lyceum", agency_id=cast.account("sam").agency_id)


def ask(client, gym, **given):
    body = {"deliver_to": gym, "text": "cots 40", **given}
    return client.post("/api/requests", json=body, headers=client.csrf())


def move(client, line, to, **given):
    body = {"to": to, "version": line["version"], **given}
    answer = client.post(f"/api/request-lines/{line['id']}/move", json=body, headers=client.csrf())
    if answer.status_code == 200:
        [line] = answer.json["lines"]
    return answer.status_code, line


def test_a_need_is_asked_approved_found_brought_and_closed(client, session, gym):
    client.sign_in(session, "sam")
    made = ask(client, gym, priority="urgent", note="By the east door", key="k-1")
    assert made.status_code == 201
    assert made.json["number"].startswith("R20")
    assert (made.json["priority"], made.json["deliver_to"]["name"]) == ("high", "Lyceum")
    [line] = made.json["lines"]
    assert (line["words"], line["status"], line["moves"]) == (
        "40 cots, standard",
        "submitted",
        ["cancelled"],
    )
    assert ask(client, gym, key="k-1").json["number"] == made.json["number"]

    client.sign_in(session, "carol")
    [line] = client.get("/api/requests").json["requests"][0]["lines"]
    assert line["moves"] == ["approved", "denied", "cancelled"]
    steps = (
        ("approved", {}),
        ("sourcing", {}),
        ("sourced", {"provider": "Cooper County", "expected_at": "2027-01-02T15:00:00-06:00"}),
        ("en_route", {}),
        ("on_scene", {}),
        ("closed", {}),
    )
    for to, given in steps:
        status, line = move(client, line, to, **given)
        assert (status, line["status"], line["by"]) == (200, to, "Carol")
    assert line["provider"] == "Cooper County"
    assert client.get("/api/requests").json == {"requests": [], "more": False}
    ended = client.get("/api/requests?status=ended").json["requests"]
    assert [one["number"] for one in ended] == [made.json["number"]]
    journal = select(Change.after["status"].astext).where(
        Change.table_name == "request_line",
        Change.row_id == str(line["id"]),
        Change.after.has_key("status"),
    )
    told = list(session.scalars(journal.order_by(Change.id)))
    assert told == ["submitted", *(to for to, _ in steps)]


def test_who_asks_does_not_approve_and_who_is_elsewhere_does_neither(client, session, gym):
    client.sign_in(session, "sam")
    [line] = ask(client, gym).json["lines"]
    assert move(client, line, "approved")[0] == 403
    assert move(client, line, "cancelled")[0] == 422  # without a reason
    for who in ("rita", "joe"):
        client.sign_in(session, who)
        assert ask(client, gym).status_code == 403
        assert move(client, line, "cancelled", reason="no")[0] == 403
    client.sign_in(session, "stella")
    assert move(client, line, "denied", reason="None left in the state")[0] == 200


def test_who_was_faster_is_told(client, session, gym):
    client.sign_in(session, "carol")
    [line] = ask(client, gym).json["lines"]
    assert move(client, line, "approved")[0] == 200
    body = {"to": "denied", "version": line["version"], "reason": "no"}
    answer = client.post(f"/api/request-lines/{line['id']}/move", json=body, headers=client.csrf())
    assert answer.status_code == 409
    assert "Carol made it approved meanwhile" in answer.json["message"]
    assert answer.json["current"]["status"] == "approved"


def test_a_step_is_not_skipped_and_an_end_is_an_end(client, session, gym):
    client.sign_in(session, "carol")
    [line] = ask(client, gym).json["lines"]
    assert move(client, line, "closed")[0] == 422
    assert move(client, line, "nonsense")[0] == 422
    _, line = move(client, line, "cancelled", reason="Found some")
    assert move(client, line, "approved")[0] == 422


def test_a_request_is_as_secret_as_where_it_goes(client, session, cast):
    hidden = makers.shelter(
        session,
        name="Safe house",
        sensitivity="confidential",
        agency_id=cast.account("sam").agency_id,
    )
    client.sign_in(session, "sam")
    made = ask(client, hidden, text="diapers 90").json
    [line] = made["lines"]
    for who in ("joe", "rita"):
        client.sign_in(session, who)
        for address in (
            "/api/requests?status=all",
            "/requests?status=all",
            f"/requests?deliver_to={hidden}",
        ):
            seen = client.get(address).get_data(as_text=True)
            assert "diapers" not in seen
            assert "Safe house" not in seen
            assert made["number"] not in seen
        assert move(client, line, "cancelled", reason="no")[0] == 404
    client.sign_in(session, "stella")
    assert len(client.get("/api/requests").json["requests"]) == 1


def test_the_most_urgent_stands_first(client, session, gym):
    client.sign_in(session, "sam")
    for priority, needed_by in (
        ("normal", None),
        ("high", "2090-01-02T10:00:00Z"),
        ("high", "2090-01-01T10:00:00Z"),
        ("lifesaving", None),
    ):
        assert ask(client, gym, priority=priority, needed_by=needed_by).status_code == 201
    listed = client.get("/api/requests").json["requests"]
    assert [(one["priority"], one["needed_by"]) for one in listed] == [
        ("lifesaving", None),
        ("high", "2090-01-01T10:00:00+00:00"),
        ("high", "2090-01-02T10:00:00+00:00"),
        ("normal", None),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"text": "cots"},
        {"text": None},
        {"text": None, "lines": []},
        {"text": None, "lines": ["cots"]},
        {"text": None, "lines": [{"item_code": "NOPE", "quantity": 1}]},
        {"priority": "at once"},
        {"needed_by": "2001-01-01T10:00:00Z"},
        {"needed_by": "soon"},
        {"note": 4},
        {"key": "x" * 65},
        {"deliver_to": None},
        {"deliver_to": "x"},
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_made(client, session, gym, given):
    client.sign_in(session, "sam")
    assert ask(client, gym, **given).status_code == 422
    assert session.scalars(select(Request.id)).all() == []


@pytest.mark.parametrize(
    "query", ["status=nonsense", "priority=nonsense", "page=x", "page=99999999", "deliver_to=x"]
)
def test_a_bad_question_is_refused(client, session, query):
    client.sign_in(session, "dana")
    assert client.get(f"/api/requests?{query}").status_code == 422
    assert client.get(f"/requests?{query}").status_code == 422


def test_the_detail_of_a_shelter_tells_what_is_open_to_staff_only(client, session, cast):
    gym = makers.shelter(
        session, agency_id=cast.account("sam").agency_id, sensitivity="public", name="Lyceum"
    )
    assert client.get(f"/api/resources/{gym}").json["requests"] == []
    client.sign_in(session, "sam")
    ask(client, gym, text="cots 40, blankets 80")
    [one] = client.get(f"/api/resources/{gym}").json["requests"]
    assert [line["words"] for line in one["lines"]] == ["40 cots, standard", "80 blankets"]


def test_the_page_moves_a_line_without_a_script(client, session, gym):
    client.sign_in(session, "carol")
    empty = client.get("/requests").get_data(as_text=True)
    assert "Nothing is asked for" in empty
    [line] = ask(client, gym).json["lines"]
    page = client.get("/requests").get_data(as_text=True)
    assert "40 cots, standard" in page
    assert "Approve: 40 cots, standard" in page
    form = {
        "to": "denied",
        "version": line["version"],
        "status": "open",
        "csrf_token": client.csrf()["X-CSRFToken"],
    }
    address = f"/requests/lines/{line['id']}/move"
    refused = client.post(address, data=form, follow_redirects=True)
    assert "Say why it is denied." in refused.get_data(as_text=True)
    done = client.post(address, data={**form, "reason": "None left"}, follow_redirects=True)
    assert "Cots, standard: denied." in done.get_data(as_text=True)
    assert session.scalars(select(RequestLine.status)).all() == ["denied"]
    assert "Nothing is asked for" in done.get_data(as_text=True)


def test_the_public_sees_no_requests(client):
    assert client.get("/api/requests").status_code == 401
    assert client.get("/requests").status_code == 302
