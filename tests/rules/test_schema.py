"""The schema is what the migrations make, and nothing a user can change escapes the journal."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, ProgrammingError

from meris import migrations
from meris.db import SYSTEM, Database, engine_at
from meris.tables import Base

#: Tables that the journal leaves alone, each for a reason.
NOT_JOURNALLED = {
    "change": "it is the journal",
    "journal_seal": "seals of the journal, its own append-only record",
    "journal_home": "names the journal's cluster; nobody edits it",
    "county": "reference data from a package, the same for every user",
    "log_in_failure": "counts guesses, pruned within a day; the log has them",
    "unit_position": "moving units are coalesced, not journalled (design.md §2)",
    "position_fix": "the trail is its own append-only record",
    "sign_in": "who is signed in, ended and pruned within days; the log has the events",
    "totp_use": "a code used once, kept for a minute",
    "incident_counter": "the last number given; the incidents that got them are journalled",
    "request_counter": "the last number given; the requests that got them are journalled",
    "phone_report": "what phones said, its own append-only record; what it did is journalled",
    "push_subscription": "where browsers take messages; made and dropped by the browsers",
    "notice": "told and seen; what it tells of is journalled",
    "notice_delivery": "how far the telling is, gone with it",
    "push_key": "made once; a key pair that is never edited",
    "contact_try": "who was asked what is still true, its own append-only record",
    "contact_turn": "who has a site in hand for ten minutes; what they find out is journalled",
    "shelter_count": "every count, its own append-only record",
    "stock_movement": "every movement, its own append-only record",
    "request_event": "every step of a request, its own append-only record",
    "shipment_counter": "the last number given; the shipments that got them are journalled",
    "item": "the program's catalogue, planted anew; nobody edits it",
    "item_unit": "the program's catalogue, planted anew; nobody edits it",
    "trail_view": "who looked at a trail, its own append-only record",
    "upload_row": "what a check found, made again from the file at any time",
    "upload_pair": "what a check found, made again from the file at any time",
    "upload_progress": "how far the work is, gone with it",
    "upload_file": "bytes, never changed; its upload is journalled",
    "alembic_version": "Alembic's own",
    "spatial_ref_sys": "PostGIS's own",
}


def tables(session) -> set[str]:
    statement = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
    return set(session.scalars(text(f"{statement} AND relnamespace = 'public'::regnamespace")))


def test_every_table_is_journalled_or_says_why_not(session):
    covered = set(
        session.scalars(
            text(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE t.tgname LIKE 'journal%' AND t.tgenabled = 'A'"
                " GROUP BY c.relname HAVING count(*) = 5"
            )
        )
    )
    assert tables(session) - covered == set(NOT_JOURNALLED)


def test_the_migrations_make_exactly_the_tables_of_the_models(fresh_database):
    engine = engine_at(fresh_database.owner, pool_size=1)
    ours = set(Base.metadata.tables)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda _o, name, kind, _r, _c: kind != "table" or name in ours,
            },
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_up_down_up(fresh_database):
    engine = engine_at(fresh_database.owner, pool_size=1)
    with engine.begin() as connection:
        migrations.downgrade(connection, "base")
        left = connection.scalars(
            text(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                " AND (proname LIKE 'journal%' OR proname LIKE 'resource%')"
            )
        ).all()
        assert left == []
        migrations.upgrade(connection)
        assert connection.scalar(text("SELECT count(*) FROM resource")) == 0
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE resource ADD COLUMN mine int",
        "DROP TABLE resource",
        "ALTER TABLE resource DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "INSERT INTO change (xid, at, actor_name, table_name, row_id, operation)"
        " VALUES (pg_current_xact_id(), now(), 'x', 'x', 'x', 'I')",
        "UPDATE change SET actor_name = 'nobody'",
        "DELETE FROM change",
        "TRUNCATE resource CASCADE",
        "UPDATE county SET name = 'x'",
        "UPDATE journal_home SET identity = 'x'",
    ],
)
def test_the_web_role_cannot(fresh_database, statement):
    database = Database.at(fresh_database.web, pool_size=1)
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        database.transaction(SYSTEM) as session,
    ):
        session.execute(text(statement))
    database.dispose()


def test_not_even_the_owner_can_truncate_past_the_journal(fresh_database):
    owner = Database.at(fresh_database.owner, pool_size=1)
    with (
        pytest.raises(DatabaseError, match="would escape the journal"),
        owner.transaction(SYSTEM) as session,
    ):
        session.execute(text("TRUNCATE agency CASCADE"))
    owner.dispose()


def test_a_change_in_psql_is_journalled_under_the_database_role(fresh_database):
    engine = engine_at(fresh_database.owner, pool_size=1)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO agency (name, kind) VALUES ('By hand', 'other')"))
    with engine.connect() as connection:
        row = (
            connection.execute(text("SELECT * FROM change ORDER BY id DESC LIMIT 1"))
            .mappings()
            .one()
        )
    engine.dispose()
    assert row["actor_name"] == "meris_owner (database)"
    assert (row["table_name"], row["operation"], row["after"]["name"]) == ("agency", "I", "By hand")


def test_a_secret_is_journalled_only_as_changed(session):
    session.execute(
        text(
            "INSERT INTO account (name, email, password, fs_uniquifier)"
            " VALUES ('Ann', 'ann@county.example', 'the hash', 'unique')"
        )
    )
    session.execute(
        text(
            "UPDATE account SET password = 'another', last_login_at = now()"
            " WHERE email = 'ann@county.example'"
        )
    )
    rows = session.execute(
        text("SELECT before, after FROM change WHERE table_name = 'account' ORDER BY id DESC")
    ).all()
    assert rows[0].before == {"password": "(secret)"}
    assert rows[0].after == {"password": "(secret)"}
    assert "the hash" not in str(rows)
    assert "unique" not in str(rows)
