"""What must be done before anything else: an own password, and a second factor where one is due."""

from dataclasses import replace

import pytest
from passlib.totp import TOTP
from sqlalchemy import text

from tests.people import PASSWORD
from tests.web.forms import another, app_with, fill, log_in, token_of, words

NEW = "gravel umbrella nineteen orchard"


@pytest.fixture
def strict(settings, database):
    """MERIS where dispatchers need a second factor."""
    return app_with(replace(settings, mfa_roles=frozenset({"dispatcher"})), database)


def change_password(client, old=PASSWORD, new=NEW, again=None):
    sent = {"password": old, "new_password": new, "new_password_confirm": again or new}
    return fill(client, "/account/password", **sent)


def key_shown(page):
    html = page.get_data(as_text=True)
    key = html.split('<code class="secret">')[1].split("<")[0]
    action = html.split('action="/account/authenticator/')[1].split('"')[0]
    return TOTP(key=key.replace("-", "")), f"/account/authenticator/{action}", token_of(html)


def set_up_authenticator(client, page="/account/authenticator"):
    shown = fill(client, page, "/account/authenticator", setup="authenticator")
    totp, action, token = key_shown(shown)
    done = client.post(action, data={"csrf_token": token, "code": totp.generate().token})
    assert done.location == "/account"
    return totp


def test_a_made_up_password_is_changed_before_anything_else(client, session, cast):
    cast.account("carol").confirmed_at = None
    session.flush()
    log_in(client)
    for page in ("/", "/account", "/tokens", "/fields"):
        assert client.get(page).location == "/account/password"
    answer = client.get("/api/map")
    assert (answer.status_code, answer.json["error"]) == (403, "forbidden")
    assert change_password(client).location == "/account"
    assert client.get("/account").status_code == 200


def test_changing_the_password_logs_out_all_other_devices(client, app, cast):
    cast.account("carol")
    phone = another(app)
    log_in(client)
    log_in(phone)
    change_password(client)
    assert client.get("/account").status_code == 200
    assert phone.get("/account").status_code == 302
    assert log_in(another(app)).status_code == 200
    assert log_in(another(app), password=NEW).status_code == 302


@pytest.mark.parametrize(
    ("sent", "because"),
    [
        ({"old": "something else entirely"}, "The password is wrong"),
        ({"new": "Boone County Carol"}, "anybody would try here"),
        ({"new": "too short"}, "15 characters or more; this has 9"),
        ({"new": PASSWORD}, "the password you have now"),
        ({"again": "not the same at all"}, "The two are not the same"),
        ({"old": ""}, "Type your password"),
    ],
)
def test_a_poor_change_is_refused_with_the_reason(client, cast, sent, because):
    cast.account("carol")
    log_in(client)
    assert because in words(change_password(client, **sent))
    assert log_in(another(client.application)).status_code == 302, "the old one still works"


def test_a_dispatcher_is_led_to_a_second_factor_and_can_do_nothing_before(strict, cast):
    cast.account("dana")
    client = another(strict)
    log_in(client, "dana")
    assert client.get("/").location == "/account/second-factor"
    assert client.get("/api/map").status_code == 403
    assert "Set up a second factor" in words(client.get("/account/second-factor"))
    set_up_authenticator(client, "/account/second-factor")
    assert "The authenticator is set up" in words(client.get("/account"))
    assert client.get("/api/map").status_code == 200


def test_a_county_editor_is_not(strict, cast):
    cast.account("carol")
    client = another(strict)
    log_in(client, "carol")
    assert client.get("/account").status_code == 200
    assert client.get("/account/second-factor").location == "/account"


def test_with_an_authenticator_the_password_alone_is_not_enough(client, app, cast):
    cast.account("carol")
    log_in(client)
    set_up_authenticator(client)
    thief = another(app)
    assert log_in(thief).location.startswith("/log-in/code")
    assert thief.get("/account").status_code == 302
    assert thief.get("/account/authenticator").status_code == 302, "nor can it be replaced"


def test_a_code_is_good_once(client, app, cast, session):
    cast.account("carol")
    log_in(client)
    totp = set_up_authenticator(client)
    session.execute(text("DELETE FROM totp_use"))
    code = totp.generate().token
    first, second = another(app), another(app)
    log_in(first)
    log_in(second)
    assert fill(first, "/log-in/code", code=code).status_code == 302
    assert first.get("/account").status_code == 200
    refused = fill(second, "/log-in/code", code=code)
    assert "wrong or used up" in words(refused)
    assert second.get("/account").status_code == 302


def test_codes_cannot_be_guessed_for_long(client, app, cast):
    cast.account("carol")
    log_in(client)
    set_up_authenticator(client)
    thief = another(app)
    log_in(thief)
    codes = [fill(thief, "/log-in/code", code=f"{n:06}").status_code for n in range(6)]
    assert codes == [200] * 5 + [429]


def test_setting_up_a_factor_logs_out_whoever_came_in_without_it(client, app, cast):
    cast.account("carol")
    thief = another(app)
    log_in(client)
    log_in(thief)
    set_up_authenticator(client)
    assert client.get("/account").status_code == 200
    assert thief.get("/account").status_code == 302


def test_a_recovery_code_stands_in_once(client, app, cast):
    cast.account("carol")
    log_in(client)
    set_up_authenticator(client)
    page = fill(client, "/account/recovery-codes", generate_new_codes="yes")
    codes = page.get_data(as_text=True).split("<li>")[1:]
    codes = [code.split("<")[0] for code in codes]
    assert len(codes) == 10
    for code, works in ((codes[0], True), (codes[0], False), (codes[1], True)):
        lost = another(app)
        log_in(lost)
        fill(lost, "/log-in/recovery", code=code)
        assert (lost.get("/account").status_code == 200) == works


def test_secrets_of_factors_are_not_kept_in_the_open(client, cast, session):
    cast.account("carol")
    log_in(client)
    totp = set_up_authenticator(client)
    kept = session.scalar(text("SELECT tf_totp_secret FROM account WHERE email LIKE 'carol%'"))
    assert totp.base32_key not in kept
    page = fill(client, "/account/recovery-codes", generate_new_codes="yes")
    code = page.get_data(as_text=True).split("<li>")[1].split("<")[0]
    kept = session.scalar(text("SELECT mf_recovery_codes FROM account WHERE email LIKE 'carol%'"))
    assert code not in kept


def test_a_change_of_factors_asks_for_the_password_when_the_log_in_is_old(client, cast):
    cast.account("carol")
    log_in(client)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] -= 3600
        cookie.pop("fs_gexp", None)
    asked = fill(client, "/account", "/account/authenticator", setup="authenticator")
    assert asked.location.startswith("/account/verify")
    assert "The password is wrong" in words(fill(client, asked.location, password="a guess"))
    assert fill(client, asked.location, password=PASSWORD).location == "/account/authenticator"


def test_the_page_that_would_send_mail_is_walled_up(client, cast):
    cast.account("carol")
    log_in(client)
    assert client.get("/tf-rescue").status_code == 403
