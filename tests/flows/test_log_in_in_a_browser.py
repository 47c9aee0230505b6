"""Log-in as people meet it: real pages, a real authenticator's sums, a passkey in the browser."""

import pytest
from passlib.totp import TOTP

from tests.browser.screens import violations_day_and_night, width_at
from tests.people import PASSWORD

pytestmark = pytest.mark.browser

PUBLIC = ("/log-in", "/fields", "/nothing")
PERSONAL = ("/log-out", "/account", "/account/password", "/account/authenticator", "/tokens")


def give_passkeys(page):
    """An authenticator like a phone's, which always finds its owner present."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def press(page, words):
    page.get_by_role("button", name=words, exact=True).click()


def log_out(page):
    page.goto("/log-out")
    press(page, "Log out")


def by_password(page, who, password=PASSWORD):
    page.goto("/log-in?next=/account")
    page.get_by_label("E-mail address").fill(f"{who}@example.org")
    page.get_by_label("Password").fill(password)
    press(page, "Log in")


def test_a_wrong_password_is_said_and_the_address_is_kept(visitors):
    page = visitors.page()
    by_password(page, "carol", "not this one at all")
    assert page.get_by_role("alert").inner_text() == "The e-mail address or the password is wrong."
    assert page.get_by_label("E-mail address").input_value() == "carol@example.org"
    assert page.get_by_label("Password").evaluate("input => input === document.activeElement")


def test_a_password_can_be_looked_at(visitors):
    page = visitors.page()
    page.goto("/log-in")
    page.get_by_label("Password").fill("what did I type")
    press(page, "Show")
    assert page.get_by_label("Password").get_attribute("type") == "text"
    press(page, "Hide")
    assert page.get_by_label("Password").get_attribute("type") == "password"


def test_an_authenticator_is_set_up_and_asked_for(visitors):
    page = visitors.page()
    by_password(page, "sam")
    page.get_by_role("link", name="Set up an authenticator app").click()
    press(page, "Set up an authenticator app")
    assert page.get_by_role("img").evaluate("image => image.naturalWidth > 0")
    totp = TOTP(key=page.locator("code.secret").inner_text().replace("-", ""))
    page.get_by_label("Code").fill(totp.generate().token)
    press(page, "Finish")
    page.get_by_role("link", name="Make recovery codes").click()
    press(page, "Make new codes")
    codes = page.locator(".secret li").all_inner_texts()
    log_out(page)
    by_password(page, "sam")
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("One of the codes").fill(codes[3])
    press(page, "Log in")
    page.goto("/account")
    assert page.get_by_text("9 left").is_visible()


def test_a_passkey_replaces_the_password_and_stands_beside_it(visitors, live_server):
    page = visitors.page()
    # a passkey belongs to a name, and 127.0.0.1 is none
    home = live_server.url.replace("127.0.0.1", "localhost")
    give_passkeys(page)
    page.goto(f"{home}/log-in?next=/account")
    page.get_by_label("E-mail address").fill("rita@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the device").fill("Work phone")
    press(page, "Add the passkey")
    page.wait_for_url(f"{home}/account")
    assert page.get_by_text("The passkey Work phone is added.").is_visible()

    page.goto(f"{home}/log-out")
    press(page, "Log out")
    page.goto(f"{home}/log-in?next=/account")
    press(page, "Use a passkey")
    page.wait_for_url(f"{home}/account")
    assert page.get_by_role("heading", name="Rita").is_visible()

    page.goto(f"{home}/log-out")
    press(page, "Log out")
    page.goto(f"{home}/log-in?next=/account")
    page.get_by_label("E-mail address").fill("rita@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")
    assert "/log-in/passkey" in page.url, "the password alone is not enough any more"
    press(page, "Use a passkey")
    page.wait_for_url(f"{home}/account")

    page.get_by_role("button", name="Remove the passkey Work phone").click()
    assert page.get_by_text("The passkey Work phone is removed.").is_visible()


def test_a_browser_without_a_passkey_says_so(visitors):
    page = visitors.page()
    page.goto("/log-in")
    press(page, "Use a passkey")
    problem = page.get_by_role("alert")
    problem.wait_for()
    assert "Passkeys need an address with a name" in problem.inner_text()
    assert page.get_by_role("button", name="Try again").is_visible()


def test_every_page_is_accessible_and_no_wider_than_the_screen(visitors):
    for who, pages in (("nobody", PUBLIC), ("carol", PERSONAL)):
        page = visitors.page(who, bypass_csp=True)
        for path in pages:
            page.goto(path)
            assert violations_day_and_night(page) == [], (who, path)
            for width in (320, 390, 1440):
                assert width_at(page, width) <= width, (who, path)
    visitors.problems.clear()  # /nothing is not there
