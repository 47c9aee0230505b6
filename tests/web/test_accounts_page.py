"""/accounts: an administrator adds people, helps who lost a password, and closes accounts."""

import re

import pytest
from sqlalchemy import select

from meris.tables import Account, Change, SignIn
from tests.web.forms import another, fill, log_in, words


@pytest.fixture
def ada(client, session):
    """The administrator's browser."""
    client.sign_in(session, "ada")
    return client


def added(ada, **other):
    """The page after an account was made."""
    given = {"name": "Nora", "email": "nora@example.org", "role": "dispatcher"} | other
    return fill(ada, "/accounts", **given)


def step(ada, account, what, **values):
    """Press one of the buttons on an account's page; the page that follows."""
    page = f"/accounts/{account.id}"
    answer = fill(ada, page, f"{page}/{what}", **values)
    return ada.get(answer.location) if answer.status_code == 302 else answer


def find(session, address):
    return session.scalars(select(Account).where(Account.email == address)).one()


def test_the_list_names_who_there_is_and_finds_them(ada, cast):
    cast.account("carol")
    assert "Carol carol@example.org County editor Boone County OEM never" in words(
        ada.get("/accounts")
    )
    page = words(ada.get("/accounts?q=boone"))
    assert "Carol" in page
    assert "ada@example.org" not in page
    assert "No such account" in words(ada.get("/accounts?q=boone&state=closed"))


def test_a_new_person_logs_in_with_the_pass_phrase_that_is_shown_once(ada, app, session):
    page = added(ada)
    phrase = re.search(r'id="pass-phrase">([^<]+)<', page.text).group(1)
    nora = find(session, "nora@example.org")
    assert [role.name for role in nora.roles] == ["dispatcher"]
    assert phrase not in ada.get(f"/accounts/{nora.id}").text
    browser = another(app)
    assert log_in(browser, "nora", phrase).status_code == 302
    assert browser.get("/").location == "/account/password"


def test_the_journal_names_the_administrator(ada, session):
    added(ada)
    nora = find(session, "nora@example.org")
    told = select(Change).where(Change.table_name == "account", Change.row_id == str(nora.id))
    assert {one.actor_name for one in session.scalars(told)} == {"Ada"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"email": "ada@example.org"}, "There is an account ada@example.org already."),
        ({"email": "nora"}, "This is not an e-mail address."),
        ({"role": "king"}, "There is no role"),
        ({"role": []}, "An account needs a role"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(ada, wrong, why):
    page = added(ada, **wrong)
    assert page.status_code in (409, 422)
    assert why in words(page).replace("&#34;", '"')
    assert 'value="Nora"' in page.text


def test_roles_and_agency_are_changed(ada, session, cast):
    carol = cast.account("carol")
    page = step(ada, carol, "place", role=["reader", "auditor"], agency="")
    assert "What Carol may do is changed." in words(page)
    session.refresh(carol)
    assert {role.name for role in carol.roles} == {"reader", "auditor"}
    assert carol.agency is None


def test_a_closed_account_is_out_at_once_and_opened_again(ada, app, session, cast):
    carol = cast.account("carol")
    browser = another(app)
    browser.sign_in(session, "carol")
    assert browser.get("/account").status_code == 200
    assert "is closed, and logged out everywhere" in words(step(ada, carol, "close"))
    assert browser.get("/account").status_code == 302
    assert "may log in again" in words(step(ada, carol, "open"))


def test_somebody_is_logged_out_everywhere_and_given_a_new_pass_phrase(ada, app, session, cast):
    carol = cast.account("carol")
    another(app).sign_in(session, "carol")
    assert "Carol is logged out on 1 device." in words(step(ada, carol, "log-out"))
    assert session.scalars(select(SignIn).where(SignIn.account_id == carol.id)).all() == []
    page = step(ada, carol, "password")
    phrase = re.search(r'id="pass-phrase">([^<]+)<', page.text).group(1)
    assert log_in(another(app), "carol", phrase).status_code == 302


@pytest.mark.parametrize("what", ["close", "place", "password"])
def test_nobody_locks_themselves_out(ada, session, cast, what):
    own = cast.account("ada")
    page = step(ada, own, what, role="reader")
    assert page.status_code == 422
    session.refresh(own)
    assert own.active
    assert [role.name for role in own.roles] == ["admin"]


def test_who_logged_in_long_ago_shows_first_that_it_is_still_them(ada, session, cast):
    with ada.session_transaction() as cookie:
        cookie["fs_paa"] -= 3600
        cookie.pop("fs_gexp", None)
    assert "/account/verify" in ada.get("/accounts").location


def test_nobody_else_enters(client, session):
    client.sign_in(session, "stella")
    assert client.get("/accounts").status_code == 403
