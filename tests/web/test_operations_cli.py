"""`meris …`: what an operator types, on a real database."""

import json
import re

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from meris.cli import main
from meris.db import SYSTEM, Database
from tests import makers


@pytest.fixture
def meris(fresh_database, tmp_path, monkeypatch):
    """Runs a command; returns what it printed, and fails unless it ended as `code` says."""
    monkeypatch.setenv("MERIS_HOME", str(tmp_path))
    monkeypatch.setenv("MERIS_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", fresh_database.web)
    monkeypatch.setenv("DATABASE_OWNER_URL", fresh_database.owner)

    def run(*words, code=0, **options):
        done = CliRunner().invoke(main, words, catch_exceptions=False, **options)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.output

    return run


@pytest.fixture
def boone(meris):
    meris("agency", "add", "Boone County OEM", "--kind", "county", "--county", "Boone")


def add_carol(meris, *more, **options):
    words = ("user", "add", "carol@boone.example", "--name", "Carol", "--role", "county_editor")
    return meris(*words, "--agency", "Boone County OEM", *more, **options)


def rows(fresh_database, query):
    database = Database.at(fresh_database.web, pool_size=1)
    with database.reading() as session:
        found = [tuple(row) for row in session.execute(text(query))]
    database.dispose()
    return found


def test_an_account_is_made_listed_closed_and_opened(meris, boone):
    said = add_carol(meris)
    assert re.search(r"Pass phrase, shown this once: \w+-\w+-\w+-\w+-\w+", said)
    assert re.search(
        r"carol@boone.example +Carol +county_editor +Boone County OEM +new", meris("user", "list")
    )
    meris("user", "disable", "carol@boone.example")
    assert "disabled" in meris("user", "list")
    meris("user", "enable", "carol@boone.example")
    assert "disabled" not in meris("user", "list")


def test_the_journal_says_that_it_was_the_shell(meris, boone, fresh_database):
    names = rows(
        fresh_database, "SELECT DISTINCT actor_name FROM change WHERE table_name = 'agency'"
    )
    assert len(names) == 1
    assert names[0][0].endswith("(shell)")


def test_a_password_may_come_from_a_pipe_and_is_not_printed(meris, boone):
    said = add_carol(meris, "--password-stdin", input="gravel umbrella nineteen\n")
    assert "gravel" not in said
    assert "15 characters" in meris(
        "user", "password", "carol@boone.example", "--password-stdin", input="short\n", code=1
    )


def test_roles_are_exchanged(meris, boone):
    add_carol(meris)
    meris("user", "roles", "carol@boone.example", "--role", "dispatcher", "--role", "auditor")
    assert "auditor, dispatcher" in meris("user", "list")


def test_a_lost_second_factor_is_forgotten(meris, boone, fresh_database):
    add_carol(meris)
    database = Database.at(fresh_database.owner, pool_size=1)
    with database.transaction(SYSTEM) as session:
        session.execute(text("UPDATE account SET tf_primary_method = 'authenticator'"))
    database.dispose()
    meris("user", "forget-second-factor", "carol@boone.example")
    assert rows(fresh_database, "SELECT tf_primary_method FROM account") == [(None,)]


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("user", "password", "who@example.org"), "There is no account who@example.org"),
        (("user", "add", "x@y.z", "--name", "X", "--role", "king"), 'There is no role "king"'),
        (("user", "add", "x@y.z", "--name", "X", "--role", "admin", "--agency", "Y"), "no agency"),
        (("agency", "add", "X", "--kind", "castle"), "not a kind of agency"),
        (("token", "revoke", "99"), "There is no such token"),
        (("token", "add", "X", "--agency", "Nobody", "--role", "reader"), "no agency"),
    ],
)
def test_a_refusal_is_one_line_of_plain_words(meris, words, because):
    said = meris(*words, code=1)
    assert because in said
    assert said.startswith("Error: ")


def test_a_token_is_shown_once_listed_and_revoked(meris, boone):
    said = meris("token", "add", "CAD bridge", "--agency", "Boone County OEM", "--role", "reader")
    secret = said.splitlines()[-1]
    listed = meris("token", "list")
    assert secret.startswith("meris_")
    assert secret not in listed
    assert "CAD bridge" in listed
    number = listed.splitlines()[1].split()[0]
    meris("token", "revoke", number)
    assert "revoked" in meris("token", "list")


def test_settings_are_shown_without_their_secrets(meris, monkeypatch):
    monkeypatch.setenv("MERIS_SECRET_KEY", "do not show me")
    said = meris("config")
    assert "do not show me" not in said
    assert "(set)" in said
    assert re.search(r"database_url +postgresql\+psycopg2://\w+:\*\*\*@", said)


def test_a_setting_that_cannot_be_is_refused(meris, monkeypatch):
    monkeypatch.setenv("PORT", "eighty")
    assert 'PORT is "eighty"' in meris("config", code=1)


def test_the_schema_is_brought_up_to_date_and_its_address_told(meris, fresh_database):
    assert "up to date" in meris("db", "migrate")
    for words, address in (
        (("db", "url"), fresh_database.web),
        (("db", "url", "--owner"), fresh_database.owner),
    ):
        # as psql takes it
        assert meris(*words).strip() == address.replace("+psycopg2", "")


def test_an_empty_database_says_what_to_run(meris, cluster, monkeypatch):
    urls = cluster.create_database("unmigrated")
    monkeypatch.setenv("DATABASE_URL", urls.owner)
    assert "Run: meris db migrate" in meris("user", "list", code=1)
    cluster.drop_database("unmigrated")


def test_a_database_that_is_not_there_is_said_in_plain_words(meris, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:x@127.0.0.1:1/none")
    assert "The database does not answer" in meris("user", "list", code=1)


def test_the_api_is_described_without_a_server(meris):
    assert json.loads(meris("openapi"))["openapi"].startswith("3.")


def test_every_command_says_what_it_does(meris):
    def walk(command, path):
        yield command, path
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, (*path, name))

    for command, path in walk(main, ()):
        assert command.help, path
        meris(*path, "--help")


def test_the_books_are_counted_and_what_does_not_balance_is_named(meris, fresh_database):
    owner = Database.at(fresh_database.owner)
    with owner.transaction(SYSTEM) as session:
        line = makers.stock(session, makers.supply_site(session), "Ice")
    assert "The books balance: 1 movements, 1 stock lines" in meris("ledger", "check")
    with owner.transaction(SYSTEM) as session:
        session.execute(text("ALTER TABLE stock_line DISABLE TRIGGER follow_update"))
        session.execute(text("UPDATE stock_line SET quantity_on_hand = 39"))
    told = meris("ledger", "check", code=1)
    owner.dispose()
    assert f"stock line {line}: quantity_on_hand is 39, its movements make 40" in told
    assert "1 balances are not the sum of their movements" in told
