"""API tokens: made by an agency, shown once, good for the API and nothing else."""

import re

import pytest
from sqlalchemy import text

from meris.accounts import tokens
from meris.errors import Forbidden, Invalid, NotFound
from tests import makers
from tests.web.forms import another, fill, words


@pytest.fixture
def secret(session, cast):
    """A token of Boone County with a county editor's rights."""
    made = tokens.create(session, cast.viewer("carol"), name="CAD bridge", role="county_editor")
    return made.secret


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def test_carol_makes_a_token_sees_it_once_and_revokes_it(client, session):
    client.sign_in(session, "carol")
    page = fill(client, "/tokens", name="CAD bridge", role="reader")
    secret = re.search(r'id="new-token">([^<]+)<', page.get_data(as_text=True)).group(1)
    assert len(secret) > 40
    later = client.get("/tokens").get_data(as_text=True)
    assert secret not in later
    assert secret[:10] in later
    machine = another(client.application)
    assert machine.get("/api/map", headers=bearer(secret)).status_code == 200
    action = re.search(r'action="(/tokens/\d+/revoke)"', later).group(1)
    fill(client, "/tokens", action)
    assert "Revoked" in words(client.get("/tokens"))
    assert machine.get("/api/map", headers=bearer(secret)).status_code == 401


def test_only_the_hash_is_kept_and_the_journal_has_not_even_that(session, secret):
    kept = session.execute(text("SELECT * FROM api_token")).mappings().one()
    assert secret not in str(dict(kept))
    written = session.scalar(text("SELECT after FROM change WHERE table_name = 'api_token'"))
    assert written["token_hash"] == "(secret)"


def test_a_machine_needs_no_form_token_to_write(client, session, secret):
    shelter = makers.shelter(session, status="open")
    sent = {"version": 1, "set": {"status": "full"}}
    answer = client.patch(f"/api/resources/{shelter}", json=sent, headers=bearer(secret))
    assert answer.status_code == 200
    who = session.scalar(text("SELECT actor_name FROM change ORDER BY id DESC LIMIT 1"))
    assert who.startswith("CAD bridge (token meris_")


def test_a_machine_sees_what_its_role_sees(client, session, cast):
    makers.shelter(session, sensitivity="restricted")
    reader = tokens.create(session, cast.viewer("carol"), name="Wall display", role="reader")
    assert client.get("/api/map").json["id"] == []
    assert len(client.get("/api/map", headers=bearer(reader.secret)).json["id"]) == 1
    sent = {"version": 1, "set": {"status": "full"}}
    refused = client.patch("/api/resources/1", json=sent, headers=bearer(reader.secret))
    assert refused.status_code in (403, 404)


@pytest.mark.parametrize("page", ["/account", "/tokens", "/metrics"])
def test_a_token_opens_no_page(client, secret, page):
    assert client.get(page, headers=bearer(secret)).status_code in (302, 401)


@pytest.mark.parametrize("wrong", ["meris_nonsense", "nonsense", "", "meris_" + "x" * 5000])
def test_a_wrong_token_is_no_visit_of_the_public(client, wrong):
    answer = client.get("/api/map", headers=bearer(wrong))
    assert (answer.status_code, answer.json["error"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_beats_the_cookie_of_the_same_request(client, session, secret):
    client.sign_in(session, "ada")
    assert client.get("/api/map", headers=bearer("meris_nonsense")).status_code == 401


def test_use_is_noted_now_and_then_and_not_in_the_journal(client, session, secret):
    changes = "SELECT count(*) FROM change"
    before = session.scalar(text(changes))
    client.get("/api/map", headers=bearer(secret))
    used = session.scalar(text("SELECT last_used_at FROM api_token"))
    assert used is not None
    client.get("/api/map", headers=bearer(secret))
    assert session.scalar(text("SELECT last_used_at FROM api_token")) == used
    assert session.scalar(text(changes)) == before


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("carol", "dispatcher"),
        ("carol", "state"),
        ("carol", "admin"),
        ("ada", "admin"),
        ("ada", "x"),
    ],
)
def test_nobody_gives_a_machine_more_than_they_have_and_never_admin(session, cast, who, role):
    with pytest.raises(Invalid, match="cannot give"):
        tokens.create(session, cast.viewer(who), name="X", role=role)


@pytest.mark.parametrize("who", ["nobody", "rita", "sam", "dana"])
def test_others_make_none(client, session, cast, who):
    with pytest.raises(Forbidden):
        tokens.create(session, cast.viewer(who), name="X", role="reader")
    if who != "nobody":
        client.sign_in(session, who)
        assert client.get("/tokens").status_code == 403


def test_a_county_has_nothing_to_do_with_the_tokens_of_another(client, session, cast, secret):
    joe = cast.viewer("joe")
    token_id = session.scalar(text("SELECT id FROM api_token"))
    assert tokens.of(session, joe) == []
    with pytest.raises(NotFound):
        tokens.revoke(session, joe, token_id)
    boone = cast.account("carol").agency
    with pytest.raises(Forbidden, match="your own agency"):
        tokens.create(session, joe, name="X", role="reader", agency=boone)
    client.sign_in(session, "joe")
    answer = client.post(f"/tokens/{token_id}/revoke", headers=client.csrf())
    assert answer.status_code == 404


def test_the_administrator_may_make_and_revoke_for_any_agency(session, cast):
    ada, boone = cast.viewer("ada"), cast.account("carol").agency
    made = tokens.create(session, ada, name="X", role="dispatcher", agency=boone)
    assert made.token.agency_id == boone.id
    assert tokens.revoke(session, ada, made.token.id).revoked_at is not None


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_token_needs_a_name(client, session, name):
    client.sign_in(session, "carol")
    page = fill(client, "/tokens", name=name, role="reader")
    assert page.status_code == 422
    assert "Name the machine" in words(page)
    assert session.scalar(text("SELECT count(*) FROM api_token")) == 0
