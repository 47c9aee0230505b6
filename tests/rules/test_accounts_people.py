"""Accounts of people and the agencies they belong to."""

import pytest
from sqlalchemy import text

from meris.accounts import agencies, passwords, people, sign_ins
from meris.errors import Conflict, Invalid, NotFound


def add(session, email="carol@boone.example", roles=("county_editor",), **options):
    return people.add(session, email=email, name="Carol Diaz", roles=roles, **options)


def test_a_new_account_gets_a_pass_phrase_that_it_has_to_change(session):
    made = add(session)
    assert passwords._HASHER.verify(made.password, made.account.password)
    assert made.account.confirmed_at is None
    assert [role.name for role in made.account.roles] == ["county_editor"]


def test_an_address_belongs_to_one_account_however_it_is_written(session):
    add(session)
    with pytest.raises(Conflict, match="already"):
        add(session, email="  CAROL@Boone.Example ")


@pytest.mark.parametrize(
    "email", ["carol", "@boone.example", "carol@", "a b@c.d", "a\0@b.c", "x" * 251 + "@b.c"]
)
def test_what_is_no_address_is_refused(session, email):
    with pytest.raises(Invalid, match="not an e-mail address"):
        add(session, email=email)


def test_a_domain_that_no_mail_reaches_is_fine(session):
    assert add(session, email="dana@dispatch.local").account.email == "dana@dispatch.local"


def test_there_is_no_account_without_a_role_that_exists(session):
    with pytest.raises(Invalid, match="needs a role"):
        add(session, roles=())
    with pytest.raises(Invalid, match='no role "king"'):
        add(session, roles=("king",))


def test_a_given_password_follows_the_rules_too(session):
    with pytest.raises(Invalid, match="15 characters"):
        add(session, password="short")
    made = add(
        session, roles=("dispatcher",), password="kettle9!", mfa_roles=frozenset({"dispatcher"})
    )
    assert made.password == "kettle9!"


def test_a_new_password_ends_every_sign_in(session):
    account = add(session).account
    before, key = account.fs_uniquifier, sign_ins.start(session, account.id)
    people.set_password(session, account)
    assert account.fs_uniquifier != before
    assert session.scalar(text("SELECT count(*) FROM sign_in")) == 0, key


def test_a_closed_account_is_signed_out(session):
    account = add(session).account
    sign_ins.start(session, account.id)
    people.set_active(session, account, active=False)
    assert session.scalar(text("SELECT count(*) FROM sign_in")) == 0


def test_secrets_are_not_in_the_journal(session):
    made = add(session)
    session.flush()
    rows = session.scalars(
        text("SELECT after::text FROM change WHERE table_name = 'account'")
    ).all()
    assert rows
    assert not any(
        made.account.password in row or made.account.fs_uniquifier in row for row in rows
    )


def test_agencies_are_found_by_name_or_number_and_near_names_are_offered(session):
    made = agencies.add(session, " Boone  County OEM ", kind="county", county="Boone")
    assert (made.name, made.county_fips) == ("Boone County OEM", "29019")
    assert agencies.find(session, "boone county oem") is made
    assert agencies.find(session, str(made.id)) is made
    with pytest.raises(NotFound, match="Did you mean Boone County OEM"):
        agencies.find(session, "Bone County OEM")


@pytest.mark.parametrize(
    ("options", "because"),
    [
        ({"name": " ", "kind": "county"}, "needs a name"),
        ({"name": "X", "kind": "castle"}, "not a kind"),
        ({"name": "X", "kind": "county", "county": "Narnia"}, "no county of this state"),
        ({"name": "X", "kind": "county", "county": "20091"}, "no county of this state"),
    ],
)
def test_an_agency_that_cannot_be_is_refused(session, options, because):
    with pytest.raises(Invalid, match=because):
        agencies.add(session, options.pop("name"), **options)


def test_two_agencies_do_not_share_a_name(session):
    agencies.add(session, "Boone County OEM", kind="county")
    with pytest.raises(Conflict, match="already"):
        agencies.add(session, "BOONE COUNTY OEM", kind="county")
