"""What the journal says of a change: every column, what was emptied, places with all digits."""

import pytest
from sqlalchemy import text

from meris import migrations
from meris.db import engine_at


def last_change(connection):
    row = connection.execute(text("SELECT * FROM change ORDER BY id DESC LIMIT 1"))
    return row.mappings().one()


@pytest.fixture
def owner(fresh_database):
    engine = engine_at(fresh_database.owner, pool_size=1)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def add_shelter(connection, name="Armory"):
    agency = connection.scalar(
        text("INSERT INTO agency (name, kind) VALUES (:n, 'other') RETURNING id"), {"n": name}
    )
    return connection.scalar(
        text(
            "INSERT INTO resource (kind, agency_id, name, status, notes, position, position_source)"
            " VALUES ('shelter', :a, :n, 'open', 'ask for Kim',"
            " ST_SetSRID(ST_MakePoint(-92.123456789012, 38.987654321098), 4326), 'reported')"
            " RETURNING id"
        ),
        {"a": agency, "n": name},
    )


def test_a_place_keeps_every_digit_and_what_is_unknown_is_not_said(owner):
    add_shelter(owner)
    after = last_change(owner)["after"]
    assert after["position"] == {
        "type": "Point",
        "coordinates": [-92.123456789012, 38.987654321098],
    }
    assert after["notes"] == "ask for Kim"
    assert "city" not in after


def test_a_change_names_what_differs_and_what_was_emptied(owner):
    shelter = add_shelter(owner)
    owner.execute(
        text("UPDATE resource SET notes = NULL, city = 'Rolla', name = name WHERE id = :id"),
        {"id": shelter},
    )
    change = last_change(owner)
    assert (change["operation"], change["resource_id"]) == ("U", shelter)
    assert change["before"] == {"notes": "ask for Kim", "city": None}
    assert change["after"] == {"notes": None, "city": "Rolla"}


def test_a_change_of_nothing_is_none(owner):
    shelter = add_shelter(owner)
    before = last_change(owner)["id"]
    owner.execute(text("UPDATE resource SET name = name WHERE id = :id"), {"id": shelter})
    assert last_change(owner)["id"] == before


def test_a_row_with_two_keys_is_known_by_both(owner):
    county = owner.scalar(text("SELECT fips FROM county ORDER BY fips LIMIT 1"))
    region = owner.scalar(text("SELECT id FROM region ORDER BY id LIMIT 1"))
    owner.execute(
        text("DELETE FROM region_county WHERE region_id = :r AND county_fips = :c"),
        {"r": region, "c": county},
    )
    owner.execute(text("INSERT INTO region_county VALUES (:r, :c)"), {"r": region, "c": county})
    assert set(last_change(owner)["row_id"].split("/")) == {str(region), county}


def test_every_covered_table_writes_every_column_it_has(owner):
    unknown = owner.execute(
        text("""
            SELECT of_table::text, name FROM journal_covered(),
              journal_columns(of_table, string_to_array(omitted, ',')) AS name
            WHERE pg_get_functiondef(('journal_write_' || of_table::text)::regproc)
              NOT LIKE '%''' || name || '''%'
        """)
    ).all()
    assert unknown == []
    assert owner.scalar(text("SELECT count(*) FROM journal_covered()")) > 15


def test_a_column_that_a_migration_adds_is_journalled(owner):
    owner.execute(text("ALTER TABLE agency ADD COLUMN motto text"))
    owner.execute(text("CALL journal_refresh()"))
    owner.execute(text("INSERT INTO agency (name, kind, motto) VALUES ('A', 'other', 'Ready')"))
    assert last_change(owner)["after"]["motto"] == "Ready"


def test_the_journal_survives_going_back_a_revision(fresh_database):
    engine = engine_at(fresh_database.owner, pool_size=1)
    with engine.begin() as connection:
        migrations.downgrade(connection, "0003")
        add_shelter(connection, "Before")
        assert last_change(connection)["after"]["name"] == "Before"
        migrations.upgrade(connection)
        add_shelter(connection, "After")
        assert last_change(connection)["after"]["name"] == "After"
    engine.dispose()
