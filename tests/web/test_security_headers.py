"""What every answer tells the browser."""

import re
from dataclasses import replace

import pytest
from flask import request

from tests.web.forms import another, app_with, log_in, words


def policy(response):
    parts = response.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.fixture
def production(settings, database):
    return app_with(replace(settings, environment="production"), database)


@pytest.mark.parametrize("page", ["/log-in", "/fields", "/nothing", "/api/nothing", "/healthz"])
def test_nothing_is_loaded_framed_or_sent_elsewhere(client, page):
    response = client.get(page)
    rules = policy(response)
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["object-src"] == "'none'"
    assert rules["connect-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in str(rules)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_every_script_of_a_page_bears_the_nonce_which_is_new_each_time(client):
    seen = set()
    for _ in range(2):
        response = client.get("/log-in")
        html = response.get_data(as_text=True)
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', html))
        assert f"'nonce-{nonce}'" in policy(response)["script-src"]
        scripts = re.findall(r"<script[^>]*>", html)
        assert all(f'nonce="{nonce}"' in script for script in scripts)
        assert " style=" not in html
        assert not re.search(r" on\w+=", html)
        seen.add(nonce)
    assert len(seen) == 2


def test_a_basemap_that_is_configured_may_be_loaded_and_nothing_else(settings, database):
    app = app_with(
        replace(
            settings,
            tile_url="https://{s}.tiles.example/{z}/{x}/{y}.png",
            pmtiles="https://files.example/mo.pmtiles",
        ),
        database,
    )
    rules = policy(another(app).get("/log-in"))
    assert rules["img-src"] == "'self' data: blob: https://*.tiles.example"
    assert rules["connect-src"] == "'self' https://*.tiles.example https://files.example"


@pytest.mark.parametrize("page", ["/account", "/tokens", "/log-in", "/api/resources?ids=1"])
def test_personal_pages_are_not_kept(client, session, page):
    client.sign_in(session, "carol")
    assert client.get(page).headers["Cache-Control"] == "no-store"


def test_in_production_cookies_and_browsers_are_held_to_https(production, cast):
    cast.account("carol")
    client = another(production)
    client.get("/log-in", base_url="https://localhost")
    page = client.get("/log-in", base_url="https://localhost")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = another(production).get("/log-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-meris=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_a_log_in_without_https_in_production_says_what_is_wrong(production):
    answer = another(production).post("/log-in", data={"email": "a@b.c", "password": "x"})
    assert answer.status_code == 400
    assert "by https only" in words(answer)


def test_outside_production_nothing_asks_for_https(client, cast):
    cast.account("carol")
    response = log_in(client)
    assert "Strict-Transport-Security" not in response.headers
    assert "Secure" not in str(response.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "6.6.6.6")])
def test_what_a_proxy_says_is_believed_only_when_one_is_there(settings, database, proxies, address):
    app = app_with(replace(settings, trusted_proxies=proxies), database)
    with another(app) as client:
        client.get("/healthz", headers={"X-Forwarded-For": "9.9.9.9, 6.6.6.6"})
        assert request.remote_addr == address


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("meris.example.gov", 200),
        ("localhost", 200),
        ("evil.example", 400),
        ("meris.example.gov.evil.example", 400),
    ],
)
def test_a_name_that_is_not_ours_is_refused(settings, database, host, status):
    app = app_with(replace(settings, hosts=("meris.example.gov",)), database)
    answer = another(app).get("/log-in", headers={"Host": host})
    assert answer.status_code == status
    assert "evil.example" not in str(answer.headers) + answer.get_data(as_text=True)
