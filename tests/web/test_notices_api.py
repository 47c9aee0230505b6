"""Notices by HTTP: read, seen, and which browsers take them."""

import pytest

from meris import notices
from meris.accounts import tokens
from tests import makers
from tests.rules.test_notices import ENDPOINT, subscription

ROUTES = [
    ("GET", "/api/phone/feed"),
    ("GET", "/api/phone/notices"),
    ("POST", "/api/phone/notices/seen"),
    ("GET", "/api/phone/push"),
    ("POST", "/api/phone/push"),
    ("DELETE", "/api/phone/push"),
]


def send(client, method, url, body):
    return client.open(url, method=method, json=body, headers=client.csrf())


def told(session, viewer, n):
    notices.tell(
        session, [viewer.account_id], "assigned", f"assignment/{n}", f"E12: go {n}", "Fire.", "/m"
    )


@pytest.mark.parametrize(("method", "url"), ROUTES)
def test_the_public_has_no_notices(client, method, url):
    assert client.open(url, method=method, json={}).status_code == 401


def test_a_token_is_nobody_who_could_be_told(client, session, cast):
    made = tokens.create(session, cast.viewer("carol"), name="CAD", role="county_editor")
    bearer = {"Authorization": f"Bearer {made.secret}"}
    answer = client.get("/api/phone/notices", headers=bearer)
    assert answer.status_code == 403


def test_my_notices_and_nobody_elses_until_i_have_seen_them(client, session, cast):
    rita = client.sign_in(session, "rita")
    for n in (1, 2):
        told(session, rita, n)
    told(session, cast.viewer("sam"), 3)
    answer = client.get("/api/phone/notices")
    assert answer.headers["Cache-Control"] == "no-store"
    shown = answer.get_json()
    assert [one["title"] for one in shown["notices"]] == ["E12: go 2", "E12: go 1"]
    assert shown["unseen"] == 2
    newest = shown["notices"][0]["id"]
    # ids are counted over all people: the first of the two is one before
    after = send(client, "POST", "/api/phone/notices/seen", {"up_to": newest - 1}).get_json()
    assert after["unseen"] == 1
    assert (
        send(client, "POST", "/api/phone/notices/seen", {"up_to": 10**15}).get_json()["unseen"] == 0
    )


@pytest.mark.parametrize("up_to", [None, -1, "7", True, 2**63, 1.5])
def test_what_is_no_id_is_refused(client, session, up_to):
    client.sign_in(session, "rita")
    answer = send(client, "POST", "/api/phone/notices/seen", {"up_to": up_to})
    assert answer.status_code == 422


def test_a_browser_is_switched_on_and_off(client, session):
    client.sign_in(session, "rita")
    state = client.get("/api/phone/push").get_json()
    assert len(state["key"]) == 87
    assert (state["subscriptions"], state["mine"]) == (0, None)
    body = {"subscription": subscription(), "label": "Pixel 6"}
    assert send(client, "POST", "/api/phone/push", body).get_json()["subscriptions"] == 1
    assert client.get(f"/api/phone/push?endpoint={ENDPOINT}").get_json()["mine"] is True
    gone = send(client, "DELETE", "/api/phone/push", {"endpoint": ENDPOINT})
    assert gone.get_json()["subscriptions"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subscription": None},
        {"subscription": "https://fcm.googleapis.com/x"},
        {"subscription": {"endpoint": ENDPOINT}},
        {"subscription": {"endpoint": ENDPOINT, "keys": []}},
        {"subscription": {"endpoint": "https://10.0.0.1/x", "keys": subscription()["keys"]}},
        {"subscription": {"endpoint": ENDPOINT + "x" * 2000, "keys": subscription()["keys"]}},
    ],
)
def test_what_is_no_subscription_is_refused(client, session, body):
    client.sign_in(session, "rita")
    assert send(client, "POST", "/api/phone/push", body).status_code == 422


def test_a_write_that_another_site_forged_is_refused(client, session):
    client.sign_in(session, "rita")
    answer = client.post("/api/phone/push", json={"subscription": subscription()})
    assert answer.status_code == 400
    assert makers.agency(session)  # the session is still whole
