"""Logging in and out, and how long it lasts."""

import re
from datetime import timedelta
from time import monotonic
from urllib.parse import urljoin

import pytest
from flask import Response
from sqlalchemy import text

from meris.accounts import guesses, people
from meris.web import sessions
from tests.people import PASSWORD
from tests.people import email as address
from tests.web.forms import another, app_with, fill, log_in, token_of, words


@pytest.fixture(autouse=True)
def carol(cast):
    return cast.account("carol")


def who_is(client):
    response = client.get("/account")
    return None if response.status_code == 302 else words(response)


def test_carol_logs_in_and_is_known(client):
    response = log_in(client)
    assert (response.status_code, response.location) == (302, "/")
    assert "Carol" in who_is(client)


def test_the_address_may_be_typed_in_any_case(client):
    response = fill(client, "/log-in", email=address("carol").upper(), password=PASSWORD)
    assert response.status_code == 302


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(client, app):
    known = fill(client, "/log-in", email=address("carol"), password="not this one at all")
    unknown = fill(another(app), "/log-in", email="who@example.org", password="not this one at all")
    assert "The e-mail address or the password is wrong." in words(known)
    assert (known.status_code, words(known)) == (unknown.status_code, words(unknown))
    assert who_is(client) is None


@pytest.mark.parametrize("who", ["carol", "nobody.here"])
def test_and_both_take_as_long(client, patience, who):
    began = monotonic()
    log_in(client, who, password="not this one at all")
    assert monotonic() - began >= patience


def test_a_closed_account_is_answered_like_a_wrong_password(client, session, carol):
    people.set_active(session, carol, active=False)
    assert "The e-mail address or the password is wrong." in words(log_in(client))


def test_logging_in_leads_back_to_where_somebody_came_from(client):
    assert client.get("/account").location == "/log-in?next=/account"
    assert log_in(client, to="/log-in?next=/account").location == "/account"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_and_never_to_another_site(client, elsewhere):
    location = log_in(client, to=f"/log-in?next={elsewhere}").location
    # as a browser reads it; /%5C is a folder of ours
    place = urljoin("http://localhost/log-in", location)
    assert place.startswith("http://localhost/")
    assert "Carol" in who_is(client)


def test_what_was_known_before_the_log_in_is_worth_nothing_after(client):
    before = token_of(client.get("/log-in").get_data(as_text=True))
    log_in(client)
    assert (
        client.post("/account/sign-out-everywhere", data={"csrf_token": before}).status_code == 400
    )
    assert "Carol" in who_is(client)


def test_two_tabs_at_the_log_in_page_do_not_refuse_each_other(client):
    sent = {"email": address("carol"), "password": PASSWORD}
    form = {"csrf_token": token_of(client.get("/log-in").get_data(as_text=True))}
    client.delete_cookie("meris")
    client.get("/log-in")  # the other tab's token is now what the browser holds
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert client.post("/log-in", data=sent | form, headers=headers).status_code == 302
    assert "Carol" in who_is(client)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_another_sites_page_logs_nobody_in(client, site):
    sent = {"email": address("carol"), "password": PASSWORD}
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert client.post("/log-in", data=sent, headers=headers).status_code == 400


def test_the_browsers_word_is_not_enough_once_somebody_is_logged_in(client):
    log_in(client)
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert client.post("/account/sign-out-everywhere", headers=headers).status_code == 400


def test_an_answer_in_the_background_does_not_undo_another_tabs_log_in(client):
    headers = {"Sec-Fetch-Mode": "cors"}
    for path in ("/log-in", "/m", "/account"):
        assert "Set-Cookie" not in client.get(path, headers=headers).headers


def test_each_log_in_is_a_new_sign_in_of_128_bits(client, app):
    keys = set()
    for visitor in (client, another(app)):
        log_in(visitor)
        with visitor.session_transaction() as cookie:
            keys.add(cookie["sign_in"])
    assert len(keys) == 2
    assert all(len(key) >= 22 for key in keys)


def test_the_cookie_is_kept_from_scripts_and_other_sites(client):
    cookies = log_in(client).headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_nobody_is_remembered_however_the_form_is_sent(client):
    response = fill(client, "/log-in", email=address("carol"), password=PASSWORD, remember="y")
    assert not any("remember" in cookie for cookie in response.headers.getlist("Set-Cookie"))


def test_there_is_no_log_in_by_json_and_no_token_but_ours(client):
    page = client.get("/log-in").get_data(as_text=True)
    sent = {"email": address("carol"), "password": PASSWORD}
    headers = {"X-CSRFToken": token_of(page)}
    response = client.post("/log-in?include_auth_token", json=sent, headers=headers)
    assert b"auth_token" not in response.data
    assert who_is(client) is None or response.status_code == 302


def test_logging_out_ends_the_sign_in_and_not_only_the_cookie(client, app):
    log_in(client)
    stolen = client.get_cookie("meris").value
    fill(client, "/log-out")
    assert who_is(client) is None
    thief = another(app)
    thief.set_cookie("meris", stolen)
    assert who_is(thief) is None
    thief.set_cookie("meris", stolen)
    assert thief.get("/api/map").status_code == 401


def test_a_link_does_not_log_out(client):
    log_in(client)
    assert "show only what is public" in words(client.get("/log-out"))
    assert "Carol" in who_is(client)


@pytest.mark.parametrize(
    ("column", "hours"), [("last_seen_at", 12), ("created_at", 24)], ids=["idle", "at all"]
)
def test_a_sign_in_does_not_last_for_ever(client, session, column, hours):
    log_in(client)
    age = text(f"UPDATE sign_in SET {column} = {column} - :by")
    session.execute(age, {"by": timedelta(hours=hours) - timedelta(minutes=1)})
    assert "Carol" in who_is(client)
    session.execute(age, {"by": timedelta(hours=hours)})
    answer = client.get("/api/map")
    assert (answer.status_code, answer.json["error"]) == (401, "not_signed_in")
    page = client.get("/account")
    assert page.location == "/log-in?next=/account"
    assert "Your log-in has ended" in words(client.get(page.location))
    assert client.get("/api/map").status_code == 200, "the public may go on"


def test_using_it_keeps_it_alive_but_writes_only_now_and_then(client, session):
    log_in(client)
    session.execute(text("UPDATE sign_in SET last_seen_at = now() - interval '1 hour'"))
    who_is(client)
    seen = "SELECT last_seen_at FROM sign_in"
    first = session.scalar(text(seen))
    who_is(client)
    assert session.scalar(text(f"SELECT now() - '{first}' < interval '1 minute'"))
    assert session.scalar(text(seen)) == first


def test_a_closed_account_is_out_at_once(client, session, carol):
    log_in(client)
    carol.active = False
    session.flush()
    assert client.get("/api/map").status_code == 401


def test_a_page_left_open_is_told_when_somebody_logs_out_in_another_tab(client):
    log_in(client)
    page = client.get("/").get_data(as_text=True)
    mark = re.search(r'"mark": ?"([0-9a-f]{12})"', page).group(1)
    assert client.get(f"/api/map?as={mark}").status_code == 200
    fill(client, "/log-out")
    assert client.get(f"/api/map?as={mark}").status_code == 401
    assert client.get(f"/api/feed?as={mark}").status_code == 401
    assert client.get("/api/map?as=public").status_code == 200
    log_in(client)
    assert client.get(f"/api/map?as={mark}").status_code == 401
    assert client.get("/api/map?as=public").status_code == 200, "who was public may see more"


def test_to_log_out_nobody_logs_in_first(client):
    assert client.get("/log-out").location == "/"


def test_an_open_feed_ends_with_its_sign_in(settings, database, session, monkeypatch):
    monkeypatch.setattr(sessions, "RECHECK_SECONDS", 0.0)
    app = app_with(settings, database)
    client = another(app)

    def ticks():
        return Response((b"tick" for _ in range(5)), mimetype="text/event-stream")

    app.add_url_rule("/api/ticks", "map_api.ticks", ticks)
    log_in(client)
    feed = client.get("/api/ticks").iter_encoded()
    assert next(feed) == b"tick"
    session.execute(text("DELETE FROM sign_in"))
    assert list(feed) == []
    assert len(list(another(app).get("/api/ticks").iter_encoded())) == 5, "the public's goes on"


def test_logging_out_everywhere_ends_all(client, app):
    phone = another(app)
    log_in(client)
    log_in(phone)
    assert "this device and one other" in who_is(client)
    fill(client, "/account", "/account/sign-out-everywhere")
    assert who_is(client) is None
    assert who_is(phone) is None


def tries(client, times, who="carol"):
    return [log_in(client, who, password="a guess that is wrong").status_code for _ in range(times)]


def test_guessing_is_slowed_down_also_for_names_nobody_has(client, app):
    assert tries(client, guesses.FREE + 1) == [200] * guesses.FREE + [429]
    assert "Too many tries. Wait 1 second" in words(log_in(client))
    stranger = another(app)
    assert tries(stranger, guesses.FREE + 1, who="nobody.here")[-1] == 429


def test_strangers_who_guess_do_not_keep_carol_out(client, app):
    log_in(client)
    fill(client, "/log-out")
    assert tries(another(app), guesses.FREE + 1)[-1] == 429
    assert log_in(client).status_code == 302


def test_a_success_forgives_the_failures_before(client):
    assert tries(client, guesses.FREE - 1) == [200] * (guesses.FREE - 1)
    assert log_in(client).status_code == 302
    fill(client, "/log-out")
    assert tries(client, guesses.FREE) == [200] * guesses.FREE


def test_one_address_may_not_try_all_names(client):
    page = token_of(client.get("/log-in").get_data(as_text=True))
    sent = {"csrf_token": page, "password": "x"}
    codes = [
        client.post("/log-in", data=sent | {"email": f"p{n}@example.org"}).status_code
        for n in range(31)
    ]
    assert codes == [200] * 30 + [429]
