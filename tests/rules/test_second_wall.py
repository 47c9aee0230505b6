"""PostgreSQL's own wall: what the web's role sees and writes when a query forgets the policy."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from meris import migrations
from meris.accounts import ROLES, Viewer
from meris.db import AS_THE_PUBLIC, EVERYTHING, beyond, engine_at, see
from meris.migrations import walls
from meris.migrations.walls import WALLS, WITHOUT
from meris.settings import Settings
from tests import makers

AGENCIES = ("Boone County OEM", "Greene County OEM")
MAKERS = {"shelter": makers.shelter, "supply_site": makers.supply_site, "unit": makers.unit}
SENSITIVITIES = ("public", "restricted", "confidential")


@pytest.fixture
def planted(session):
    """Every kind, sensitivity and agency of resource; id to those three."""
    agencies = [makers.agency(session, name) for name in AGENCIES]
    return {
        MAKERS[kind](session, sensitivity=secrecy, agency_id=agency): (kind, secrecy, agency)
        for kind, secrecy, agency in itertools.product(MAKERS, SENSITIVITIES, agencies)
    }


def ids(session, table="resource", column="id"):
    return set(session.scalars(text(f"SELECT {column} FROM {table}")))


def writes(session, resource_id):
    """Whether a bare statement changes the row; the wall's refusal is an error, never silence."""
    try:
        with session.begin_nested():
            done = session.execute(
                text("UPDATE resource SET notes = 'wall' WHERE id = :id"), {"id": resource_id}
            )
    except ProgrammingError as error:
        return "row-level security" not in str(error) and "may not change" not in str(error)
    return done.rowcount == 1


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    roles=st.frozensets(st.sampled_from([role.name for role in ROLES]), max_size=2),
    of=st.integers(0, 1),
)
def test_the_wall_says_what_the_policy_says(session, planted, roles, of):
    agency = makers.agency(session, AGENCIES[of])
    viewer = Viewer("Somebody", None, agency if roles else None, "Theirs", roles)
    see(session, viewer.sight)
    try:
        seen = ids(session)
        for resource_id, (kind, secrecy, whose) in planted.items():
            admitted = viewer.policy.admits(kind=kind, sensitivity=secrecy, agency_id=whose)
            assert (resource_id in seen) == admitted
            fields = viewer.editable(kind=kind, agency_id=whose)
            may = admitted and (fields is None or bool(fields))
            assert writes(session, resource_id) == may
        for table in ("shelter", "supply_site", "unit"):
            assert ids(session, table, "resource_id") <= seen
    finally:
        see(session, EVERYTHING)


def test_who_says_nothing_sees_what_the_public_sees_and_writes_nothing(session, planted):
    see(session, AS_THE_PUBLIC)
    seen = ids(session)
    assert {planted[i][1] for i in seen & planted.keys()} == {"public"}
    assert not any(writes(session, i) for i in planted)
    see(session, EVERYTHING)
    assert planted.keys() <= ids(session)


def test_a_new_connection_is_the_public(shared_urls):
    engine = engine_at(shared_urls.web, pool_size=1)
    with engine.connect() as connection:
        active = connection.scalars(
            text("SELECT row_security_active(name) FROM unnest(:all) AS name"),
            {"all": list(WALLS)},
        )
        assert set(active) == {True}
    engine.dispose()


RECORDS = {"incident": makers.incident, "area": makers.area}


@pytest.mark.parametrize("table", RECORDS)
def test_the_wall_says_of_incidents_and_areas_what_the_policy_says(session, table):
    agencies = [makers.agency(session, name) for name in AGENCIES]
    planted = {
        RECORDS[table](session, sensitivity=secrecy, agency_id=agency): (secrecy, agency)
        for secrecy, agency in itertools.product(SENSITIVITIES, [*agencies, None])
    }
    people = [Viewer()] + [
        Viewer("Somebody", None, agency, "Theirs", frozenset({role.name}))
        for role, agency in itertools.product(ROLES, agencies)
    ]
    for viewer in people:
        see(session, viewer.sight)
        seen = ids(session, table)
        see(session, EVERYTHING)
        assert seen & planted.keys() == {
            row
            for row, (secrecy, whose) in planted.items()
            if viewer.policy.admits_record(
                sensitivity=secrecy, agency_id=whose, staff_only=table == "incident"
            )
        }


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("role", ["county_editor", "state"])
def test_a_part_that_may_not_be_removed_is_refused_in_words(session, kind, role):
    made = MAKERS[kind](session, agency_id=makers.agency(session, AGENCIES[0]))
    other = makers.agency(session, AGENCIES[1])
    sight = Viewer("Carol", 1, other, "Greene", frozenset({role})).sight
    see(session, replace(sight, everything=True))
    remove = text(f"DELETE FROM {kind} WHERE resource_id = {made}")
    if role == "state":
        assert session.execute(remove).rowcount == 1
    else:
        with pytest.raises(ProgrammingError, match="may not change"), session.begin_nested():
            session.execute(remove)
    see(session, EVERYTHING)


def test_what_is_missing_on_a_postgresql_of_ones_own_is_said_as_sql(session, shared_urls):
    engine = engine_at(shared_urls.owner, pool_size=1)
    with engine.connect() as connection:
        assert walls.missing(connection, "meris_web") == []
        told = walls.missing(connection, "pg_monitor")
        assert "GRANT meris_sees_all TO pg_monitor;" in told
        assert told[0] == "ALTER ROLE pg_monitor NOINHERIT;"
        assert not walls.raise_walls(connection, "pg_monitor")
    engine.dispose()


def test_migrate_says_what_stands_in_the_way_of_the_wall(fresh_database):
    settings = Settings.from_environment({"MERIS_HOME": "/nowhere"})
    both = settings.at(database_url=fresh_database.web, owner_url=fresh_database.owner)
    assert migrations.migrate(both) is None
    one = settings.at(database_url=fresh_database.owner, owner_url=fresh_database.owner)
    assert "DATABASE_OWNER_URL" in migrations.migrate(one)


@pytest.mark.parametrize("table", ["incident", "area"])
def test_only_dispatch_writes_incidents_and_areas(session, table):
    made = makers.incident(session) if table == "incident" else makers.area(session)
    see(session, Viewer("Carol", 1, 1, "Boone", frozenset({"county_editor"})).sight)
    with pytest.raises(ProgrammingError, match="may not change"), session.begin_nested():
        session.execute(text(f"UPDATE {table} SET version = version WHERE id = {made}"))
    see(session, EVERYTHING)


def test_beyond_sees_more_for_a_moment_and_writes_no_more(session: Session, planted):
    see(session, AS_THE_PUBLIC)
    with beyond(session):
        assert planted.keys() <= ids(session)
        assert not any(writes(session, i) for i in planted)
    assert not planted.keys() <= ids(session)
    see(session, EVERYTHING)


#: Who looks past the wall for a moment, and why nothing of it is told that should not be.
BEYOND = {
    "meris/snapshot.py",  # ids that are gone from the reader's map
    "meris/dispatch/found.py",  # an agency sees what its own units are sent to; who has a unit
    "meris/incidents/lines.py",  # the same, in a list
    "meris/resources/assigned.py",  # the same, of one unit
    "meris/ics/activity.py",  # what a unit did, where the incident may not be named
}


def test_nobody_else_looks_past_the_wall():
    files = {str(file) for file in Path("meris").rglob("*.py") if "beyond(" in file.read_text()}
    assert files - {"meris/db.py"} == BEYOND


def test_every_table_has_a_wall_or_a_reason_for_none(session):
    tables = set(
        session.scalars(
            text(
                "SELECT relname FROM pg_class"
                " WHERE relkind IN ('r', 'p') AND NOT relispartition"
                " AND relnamespace = 'public'::regnamespace"
                " AND NOT EXISTS"
                " (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')"
            )
        )
    )
    assert WALLS.keys() | WITHOUT.keys() == tables
    assert not WALLS.keys() & WITHOUT.keys()
    assert all(WITHOUT.values())
