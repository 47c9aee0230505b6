"""Who may enter: every address has a door, and every write its proof of where it comes from."""

import pytest
from flask import g

from meris.web import doors
from meris.web.openapi import methods
from tests.web.forms import another, app_with, words

SAFE = {"GET", "HEAD", "OPTIONS"}


def addresses(app, method):
    """One address of every route that takes the method."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            values = {name: 1 if name.endswith("_id") else "x" for name in rule.arguments}
            yield rule, app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def test_every_route_has_a_door(app):
    without = [r.rule for r in app.url_map.iter_rules() if not doors.door_of(app, r.endpoint)]
    assert without == []


def test_a_route_without_a_door_is_shut(settings, database, session):
    app = app_with(settings, database)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    client = another(app)
    client.sign_in(session, "ada")
    answer = client.get("/forgotten")
    assert answer.status_code == 403
    assert b"secret" not in answer.data


def test_the_public_gets_into_public_doors_only(app):
    for rule, address in addresses(app, "GET"):
        door = doors.door_of(app, rule.endpoint)
        if door.who == "everybody" or not door.asks:
            continue
        answer = another(app).get(address)
        assert answer.status_code in (302, 401), address
        to = "/" if address == "/log-out" else "/log-in?next="
        assert answer.status_code == 401 or answer.location.startswith(to), address


@pytest.mark.parametrize(
    ("who", "page", "status"),
    [
        ("rita", "/tokens", 403),
        ("carol", "/tokens", 200),
        ("carol", "/metrics", 403),
        ("ada", "/metrics", 200),
        ("rita", "/account", 200),
    ],
)
def test_roles_open_doors(client, session, who, page, status):
    client.sign_in(session, who)
    assert client.get(page).status_code == status


def test_no_write_passes_without_the_pages_own_token(app, session):
    """Another site's page can make the browser send its cookie, but not this."""
    client = another(app)
    client.sign_in(session, "ada")
    tried = 0
    for rule in app.url_map.iter_rules():
        for method in set(methods(rule)) - SAFE:
            _, address = next(a for a in addresses(app, method) if a[0] is rule)
            answer = client.open(address, method=method, data={})
            walled_up = rule.endpoint == "security.two_factor_rescue"
            assert answer.status_code == (403 if walled_up else 400), (method, address)
            tried += 1
    assert tried > 12


def test_a_forged_write_says_what_to_do(client, session):
    client.sign_in(session, "carol")
    assert "open for too long" in words(client.post("/tokens", data={"name": "x"}))
    answer = client.patch("/api/resources/1", json={"version": 1, "set": {}})
    assert (answer.status_code, answer.json["error"]) == (400, "csrf")


def test_the_public_is_told_to_log_in_before_a_write(client):
    answer = client.patch("/api/resources/1", json={"version": 1, "set": {}})
    assert (answer.status_code, answer.json["error"]) == (401, "not_signed_in")
    assert "Log in" in answer.json["message"]


def test_the_token_of_one_browser_is_no_good_in_another(app, session):
    carol, joe = another(app), another(app)
    carol.sign_in(session, "carol")
    joe.sign_in(session, "joe")
    answer = joe.post("/tokens", data={"name": "x", "role": "reader"}, headers=carol.csrf())
    assert answer.status_code == 400


def test_a_question_holds_no_connection_beside_its_own(app, client, session, monkeypatch):
    # with two each, thirty consoles that ask at once would wait for each other for ever
    held, view = [], app.view_functions["live.dispatch"]

    def watched():
        held.append("accounts_block" in g)
        return view()

    monkeypatch.setitem(app.view_functions, "live.dispatch", watched)
    client.sign_in(session, "dana")
    assert client.get("/api/dispatch").status_code == 200
    assert held == [False]
