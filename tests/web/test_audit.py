"""/audit: the roots of the journal as auditors read, print and compare them; `meris audit`."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from meris import sealing
from meris.cli import main
from meris.db import SYSTEM, Database
from meris.fields import Home
from tests.rules import sealed as journal

ZONE = Home.of("MO").zone
ADDRESSES = ("/audit", "/api/audit/roots", f"/audit/roots/{datetime.now(ZONE):%Y-%m-%d}")


@pytest.fixture
def root(session, database):
    """The root of today: what the migrations wrote, in three seals."""
    sealing.seal_all(database, batch=200)
    return sealing.root_of(session, ZONE, datetime.now(ZONE).date())


@pytest.mark.parametrize("who", ["otto", "ada"])
def test_auditors_and_administrators_read_the_roots(client, session, root, who):
    client.sign_in(session, who)
    page = client.get("/audit").text
    assert root.short in page
    assert 'href="/audit"' in client.get("/account").text
    (told,) = client.get("/api/audit/roots").json["roots"]
    assert (told["root"], told["hash"]) == (root.short, root.hash.hex())
    assert (told["rows"], told["final"]) == (root.rows, False)


@pytest.mark.parametrize("who", ["dana", "stella", "carol", "rita"])
def test_others_do_not(client, session, root, who):
    client.sign_in(session, who)
    assert {client.get(address).status_code for address in ADDRESSES} == {403}
    assert "/audit" not in client.get("/account").text


def test_the_public_is_asked_to_log_in(client, root):
    assert [client.get(address).status_code for address in ADDRESSES] == [302, 401, 302]


def test_a_root_is_printed_in_groups_in_full_and_as_a_code(client, session, root):
    client.sign_in(session, "otto")
    page = client.get(f"/audit/roots/{root.day}").text
    for group in root.short.split("-"):
        assert f"<span>{group}</span>" in page
    assert f"{root.hash.hex()[:32]} {root.hash.hex()[32:]}" in page
    assert "<svg" in page
    assert "So far" in page


def test_a_root_is_a_pdf(client, session, root):
    client.sign_in(session, "otto")
    answer = client.get(f"/audit/roots/{root.day}.pdf")
    assert answer.content_type == "application/pdf"
    assert f"meris-root-{root.day}.pdf" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"%PDF")


def test_a_root_that_was_printed_is_compared(client, session, root):
    client.sign_in(session, "otto")
    known = client.get("/audit", query_string={"root": root.short.lower().replace("-", " ")}).text
    assert f"Seal {root.n} has this root." in known
    unknown = client.get("/audit?root=0000-0000-0000-0000-0000-0000").text
    assert "No seal has this root." in unknown
    assert "This is no root." in client.get("/audit?root=<b>").text


def test_before_anything_is_sealed_the_page_says_what_will_be_here(client, session):
    client.sign_in(session, "otto")
    page = client.get("/audit").text
    assert "Nothing is sealed yet" in page
    assert "meris audit seal" in page
    assert client.get("/api/audit/roots").json["not_sealed"] is None
    assert client.get(ADDRESSES[2]).status_code == 404


def test_earlier_is_offered_only_where_something_is_earlier(client, session, root):
    client.sign_in(session, "otto")
    assert ">Earlier</a>" not in client.get("/audit").text
    later = root.day + timedelta(days=60)
    assert ">Earlier</a>" in client.get(f"/audit?to={later}").text


def test_a_day_without_a_seal_says_so(client, session, root):
    client.sign_in(session, "otto")
    long_ago = client.get("/audit?to=2020-01-31").text
    assert "Nothing was sealed from 2020-01-01 to 2020-01-31" in long_ago
    assert client.get("/audit/roots/2020-01-31").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["from=tomorrow", "to=2026-02-30", "from=0001-01-01", "to=9999-12-31",
     "from=2026-02-01&to=2026-01-01", "from=2020-01-01&to=2026-01-01"],
)  # fmt: skip
def test_what_is_no_span_of_days_is_refused(client, session, query):
    client.sign_in(session, "otto")
    assert client.get(f"/api/audit/roots?{query}").status_code == 422


def test_a_day_is_the_state_s_and_its_root_the_last_seal_s(fresh_database):
    """Two seals beside midnight in Missouri, which is six o'clock in the morning in UTC."""
    owner = Database.at(fresh_database.owner)
    midnight = datetime(2026, 1, 15, 6, tzinfo=UTC)
    with owner.reading() as nothing:
        assert sealing.root_of(nothing, ZONE, datetime.now(ZONE).date()) is None
    sealing.seal_all(owner, batch=150)
    with owner.transaction(SYSTEM) as sealed:
        sealed.execute(text("ALTER TABLE journal_seal DISABLE TRIGGER USER"))
        for n in (1, 2, 3):
            at = midnight + timedelta(minutes=n - 2.5)
            move = text("UPDATE journal_seal SET sealed_at = :at WHERE n = :n")
            sealed.execute(move, {"at": at, "n": n})
        found = sealing.roots(sealed, ZONE, midnight.date(), midnight.date())
        before = sealing.root_of(sealed, ZONE, midnight.date() - timedelta(days=1))
    owner.dispose()
    assert [(one.n, one.seals) for one in found] == [(3, 1)]
    assert (before.n, before.seals, before.rows) == (2, 2, 300)


# The shell


@pytest.fixture
def meris(fresh_database, tmp_path, monkeypatch):
    """Runs `meris audit …`; returns what it printed, and fails unless it ended as `code` says."""
    monkeypatch.setenv("MERIS_HOME", str(tmp_path))
    monkeypatch.setenv("MERIS_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", fresh_database.web)
    monkeypatch.setenv("DATABASE_OWNER_URL", fresh_database.owner)

    def run(*words, code=0):
        done = CliRunner().invoke(main, ["audit", *words], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_the_shell_seals_lists_and_verifies(meris, fresh_database, cluster):
    assert "Nothing was sealed in these days" in meris("roots")
    assert "There are 1 seals." in meris("seal")
    (root,) = json.loads(meris("roots", "--json"))
    assert root["root"] in meris("roots")
    assert f"The root {root['root']} is that of seal 1" in meris("verify", "--root", root["root"])
    assert json.loads(meris("verify", "--json"))["root"] == root["hash"]
    meris("verify", "--root", "0000-0000-0000-0000-0000-0000", code=1)
    assert "six groups of four" in meris("verify", "--root", "what?", code=1)


def test_the_shell_ends_with_one_and_names_the_row(meris, fresh_database, cluster):
    meris("seal")
    engine = journal.superuser(cluster, fresh_database.web.rpartition("/")[2].partition("?")[0])
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE change DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE change SET actor_name = 'Mallory' WHERE id = 7"))
    engine.dispose()
    said = meris("verify", code=1)
    assert "seal 1: Row 7 of the journal was changed. It says now:" in said
    assert "by Mallory" in said
    told = json.loads(meris("verify", "--json", code=1))
    assert [(fault["what"], fault["row"]) for fault in told["faults"]] == [("row changed", 7)]


def test_young_rows_are_not_let_go(meris):
    reason = ("--reason", "RSMo 109.200", "--yes")
    yesterday = f"{datetime.now(ZONE) - timedelta(days=1):%Y-%m-%d}"
    assert "The last 90 days" in meris("let-go", "--before", yesterday, *reason, code=1)
    assert "Let go of 0 rows" in meris("let-go", "--before", "2020-01-01", *reason)
    assert "Say why" in meris("let-go", "--before", "2020-01-01", "--reason", " ", "--yes", code=1)
