"""Bad input is answered in plain words, never by a fault of ours."""

import pytest

from tests import makers
from tests.web.forms import log_in, words

BAD_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b'{"version": "x", "set": {}}',
    b'{"version": 1e999, "set": {}}',
    b'{"version": 99999999999999999999, "set": {"name": "x"}}',
    b'{"version": 1, "set": {"name": "a\\u0000b"}}',
    b'{"version": 1, "set": {"name": "\\ud800"}}',
    b'{"version": 1, "set": {"nonsense": 1}}',
    b'{"version": 1, "set": {"evacuation_capacity": 1e400}}',
    b'{"version": 1, "set": {"evacuation_capacity": 99999999999}}',
    b'{"version": 1, "set": {"latitude": "north"}}',
    b'{"version": 1, "set": {"name": {"a": [1]}}}',
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_bad_body(client, session, body):
    shelter = makers.shelter(session)
    client.sign_in(session, "dana")
    answer = client.patch(
        f"/api/resources/{shelter}",
        data=body,
        content_type="application/json",
        headers=client.csrf(),
    )
    assert answer.status_code < 500
    # what a field's rule can clean, it may take
    assert answer.status_code == 200 or answer.json["message"]


@pytest.mark.parametrize(
    "address",
    [
        "/api/resources/99999999999999999999",
        "/api/resources/0",
        "/api/resources?ids=%00",
        "/api/resources?ids=1,x",
        "/api/resources?ids=99999999999999999999",
        "/api/search?q=%00",
        "/api/search?q=" + "x" * 3000,
        "/api/search?q=%ff%fe",
        "/api/map?since=%00",
        "/api/map?since=x-1:2:3,,",
        "/api/map?since=85132511ef3e-99999999999999999999:1:",
        "/fields/nothing.csv",
        "/fields/%00.csv",
        "/static/0000000000000000/../../../etc/passwd",
        "/static/0000000000000000/%2e%2e/%2e%2e/etc/passwd",
        "/static/0000000000000000/js/%00",
        "/log-in?next=%00",
        "/%ff",
    ],
)
def test_a_bad_address(client, session, address):
    client.sign_in(session, "dana")
    answer = client.get(address)
    assert answer.status_code < 500
    assert b"root:" not in answer.data


@pytest.mark.parametrize("email", ["a\0b@c.d", "x" * 9000 + "@y.z", "\ud800@x.y", "'; DROP TABLE"])
def test_a_bad_log_in(client, email):
    page = client.get("/log-in")
    token = page.get_data(as_text=True).split('csrf_token" value="')[1].split('"')[0]
    sent = {"csrf_token": token, "email": email.encode("utf-8", "surrogatepass"), "password": "x"}
    assert client.post("/log-in", data=sent).status_code < 500


def test_a_password_with_a_nul_is_only_wrong(client, cast):
    cast.account("carol")
    assert "is wrong" in words(log_in(client, password="a\0b" * 6))


def test_an_error_is_json_for_programs_and_a_page_for_people(client):
    program, person = client.get("/api/nothing"), client.get("/nothing")
    assert program.json["error"] == "not_found"
    assert person.content_type == "text/html; charset=utf-8"
    assert "Nothing here" in words(person)
    assert "Open the map" in words(person)


def test_a_wrong_method_names_the_right_ones(client):
    answer = client.delete("/api/openapi.json")
    assert answer.status_code in (401, 405)
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_fault_of_ours_says_nothing_of_its_cause(app):
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    app.view_functions["fields.columns"] = lambda: 1 / 0
    answer = app.test_client().get("/fields", headers={"X-Request-Id": "request-12345"})
    assert answer.status_code == 500
    assert "ZeroDivision" not in words(answer)
    assert "request-12345" in words(answer)


def test_too_large_a_body_is_refused_unread(app, session):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    client = app.test_client()
    client.sign_in(session, "carol")
    answer = client.post("/tokens", data={"name": "x" * 2000}, headers=client.csrf())
    assert answer.status_code == 413
