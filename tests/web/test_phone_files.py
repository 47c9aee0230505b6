"""What a phone installs, and the cookie that says whose log-in a browser holds."""

import json
import re

from meris.web.account_mark import COOKIE, mark_of


def marked(client, app, account):
    """The client's browser has shown the phone page of an account."""
    with app.app_context():
        client.set_cookie(COOKIE, mark_of(account.id))


def cookies(response):
    return "\n".join(response.headers.getlist("Set-Cookie"))


def test_the_worker_names_this_version_and_only_files_that_are_there(client, app):
    response = client.get("/m/sw.js")
    assert response.headers["Service-Worker-Allowed"] == "/m"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.mimetype == "text/javascript"
    assert app.extensions["static_version"] in response.text
    named = re.findall(r'"(/static/[^"]+)"', response.text)
    assert len(named) > 4
    for address in named:
        with client.get(address) as file:
            assert file.status_code == 200, address


def test_the_manifest_stays_in_the_phones_pages_and_its_icons_are_there(client):
    about = json.loads(client.get("/m/manifest.webmanifest").text)
    assert about["start_url"] == about["scope"] == about["id"] == "/m"
    for icon in about["icons"]:
        with client.get(icon["src"]) as file:
            assert file.mimetype == icon["type"]


def test_marks_differ_by_account_and_by_secret(app):
    with app.app_context():
        marks = {mark_of(1), mark_of(2)}
        app.config["SECRET_KEY"] = "another"
        marks.add(mark_of(1))
    assert len(marks) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in marks)


def log_in(client, who):
    form = {"email": f"{who}@example.org", "password": "sirens over the Ozarks at nine"}
    with client.session_transaction():
        token = client.csrf()["X-CSRFToken"]
    return client.post("/log-in", data=form | {"csrf_token": token})


def test_a_log_in_tells_a_phone_whose_it_is_now(client, app, cast):
    rita, sam = cast.account("rita"), cast.account("sam")
    marked(client, app, rita)
    response = log_in(client, "sam")
    assert response.status_code == 302
    with app.app_context():
        assert f"{COOKIE}={mark_of(sam.id)}" in cookies(response)


def test_a_log_in_on_a_console_leaves_no_mark(client, cast):
    cast.account("sam")
    assert COOKIE not in cookies(log_in(client, "sam"))


def test_a_log_out_clears_a_phone_and_leaves_a_console_its_panels(client, app, cast, session):
    client.sign_in(session, "rita")
    token = client.csrf()["X-CSRFToken"]
    response = client.post("/log-out", data={"csrf_token": token})
    assert "Clear-Site-Data" not in response.headers
    client.sign_in(session, "rita")
    marked(client, app, cast.account("rita"))
    token = client.csrf()["X-CSRFToken"]
    response = client.post("/log-out", data={"csrf_token": token})
    assert response.headers["Clear-Site-Data"] == '"storage"'
    assert f"{COOKIE}=;" in cookies(response)


def test_logging_out_everywhere_clears_this_phone_too(client, app, cast, session):
    client.sign_in(session, "rita")
    marked(client, app, cast.account("rita"))
    token = client.csrf()["X-CSRFToken"]
    response = client.post("/account/sign-out-everywhere", data={"csrf_token": token})
    assert response.headers["Clear-Site-Data"] == '"storage"'
