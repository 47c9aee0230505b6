"""The exercise in a database: stored through the journal, once, and never in production."""

import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from passlib.context import CryptContext
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo.gazetteer import Gazetteer
from meris import demo
from meris.accounts import ROLES, agencies, passwords
from meris.db import SYSTEM, Database
from meris.demo import people, store
from meris.demo.clock import Clock
from meris.demo.exercise import make_world
from meris.demo.people import FILE
from meris.demo.store import add_agencies
from meris.errors import Refused
from meris.settings import Settings
from meris.tables import (
    Account,
    Agency,
    Assignment,
    Change,
    Incident,
    IncidentCounter,
    Resource,
    StockLine,
    StockMovement,
    UnitPosition,
)
from tests.conftest import _clone
from tests.makers import shelter

SMALL = 0.05
#: How Flask-Security verifies a password.
ARGON = CryptContext(schemes=["argon2"])
EVERYTHING = ("agency", "resource", "shelter", "supply_site", "stock_line", "unit", "account")


@pytest.fixture
def settings(settings, tmp_path):
    return replace(settings, home=tmp_path)


@dataclass(frozen=True)
class Loaded:
    """The exercise in a database of its own, for the tests that only look at it."""

    database: Database
    settings: Settings
    report: demo.Report


@pytest.fixture(scope="module")
def loaded(cluster, tmp_path_factory) -> Iterator[Loaded]:
    for urls in _clone(cluster, "demo"):
        database = Database.at(urls.web, pool_size=1)
        settings = Settings(home=tmp_path_factory.mktemp("demo"), environment="test")
        yield Loaded(database, settings, demo.load(database, settings, scale=SMALL))
        database.dispose()


@pytest.fixture
def seen(loaded) -> Iterator[Session]:
    with loaded.database.reading() as session:
        yield session


def rows(session, table: str) -> int:
    return session.scalar(text(f"SELECT count(*) FROM {table}"))


def test_it_stores_what_it_reports(loaded, seen):
    report = loaded.report
    for table in ("resource", "shelter", "supply_site", "stock_line", "unit", "unit_position"):
        assert rows(seen, table) == report.counts[table], table
    assert report.counts["resource"] == 222
    assert report.counts["agency"] == rows(seen, "agency") > 1000


def test_the_journal_has_one_row_for_each(loaded, seen):
    counts = Counter(seen.scalars(select(Change.table_name).where(Change.operation == "I")))
    assert {table: counts[table] for table in EVERYTHING} == {
        table: rows(seen, table) for table in EVERYTHING
    }
    actors = select(Change.actor_name).where(Change.table_name.in_(EVERYTHING)).distinct()
    assert seen.scalars(actors).all() == ["Exercise"]


def test_a_new_resource_starts_at_the_first_version(loaded, seen):
    assigned = select(Assignment.resource_id)
    others = select(Resource.version).where(Resource.id.not_in(assigned)).distinct()
    assert seen.scalars(others).all() == [1]
    # its assignment says once more what status it has, and that is news
    assert set(seen.scalars(select(Resource.version).distinct())) == {1, 2}


def test_a_unit_at_work_is_at_an_incident_and_the_two_agree(loaded, seen):
    disagree = text(
        "SELECT count(*) FROM assignment a JOIN resource r ON r.id = a.resource_id"
        " WHERE assignment_unit_status(a.status) IS DISTINCT FROM r.status"
    )
    assert seen.scalar(disagree) == 0
    assert loaded.report.counts["assignment"] > 5


def test_the_next_incident_gets_the_next_number(loaded, seen):
    counter = seen.scalars(select(IncidentCounter)).one()
    numbers = seen.scalars(select(Incident.number).order_by(Incident.number)).all()
    assert numbers[-1] == f"{counter.year}-{counter.last:06}"
    assert len(numbers) == counter.last


def test_the_database_agrees_where_everything_lies(loaded, seen):
    outside = seen.scalar(
        text(
            "SELECT count(*) FROM resource r JOIN county c ON c.fips = r.county_fips"
            " WHERE r.position IS NOT NULL AND NOT st_covers(c.boundary, r.position)"
        )
    )
    assert outside == 0


def test_what_is_not_known_is_null(loaded, seen):
    unknown = text("SELECT count(*) FROM shelter WHERE generator IS NULL AND pet_policy IS NULL")
    assert seen.scalar(unknown) > 0
    assert seen.scalar(text("SELECT count(*) FROM resource WHERE name = '' OR city = ''")) == 0


def test_words_and_lists_arrive_as_they_were(loaded, seen):
    skills = seen.scalars(text("SELECT DISTINCT unnest(capabilities) FROM unit")).all()
    assert "structure fire" in skills


def test_a_table_larger_than_a_batch_is_stored_whole(database, settings, session, monkeypatch):
    monkeypatch.setattr(store, "BATCH", 50)
    report = demo.load(database, settings, scale=SMALL)
    assert rows(session, "resource") == report.counts["resource"] == 222
    of_sites = select(StockLine).join(Resource).where(Resource.kind == "supply_site").subquery()
    owned = select(func.count(func.distinct(of_sites.c.resource_id)))
    assert session.scalar(owned) == report.counts["supply_site"]


def test_every_shelf_is_what_its_movements_make_of_it(loaded, seen):
    off = text("""
        SELECT l.id FROM stock_line l LEFT JOIN stock_movement m ON m.stock_line_id = l.id
        GROUP BY l.id HAVING l.quantity_on_hand <> coalesce(sum(CASE
          WHEN to_place IN ('free', 'promised') AND from_place IN ('free', 'promised') THEN 0
          WHEN to_place IN ('free', 'promised') THEN quantity ELSE -quantity END), 0)
    """)
    assert not seen.scalars(off).all()
    used = select(func.count(func.distinct(StockMovement.stock_line_id))).where(
        StockMovement.kind == "issue"
    )
    assert seen.scalar(used) > 0


def test_an_agency_that_is_there_is_used(database, settings, session):
    known = agencies.add(session, "Boone County OEM", kind="county", county="29019").id
    session.flush()
    demo.load(database, settings, scale=SMALL)
    named = select(Agency.id).where(Agency.name == "Boone County OEM")
    assert session.scalars(named).all() == [known]


class TestRefusals:
    def test_in_production(self, database, settings, session):
        with pytest.raises(Refused, match="not for production"):
            demo.load(database, replace(settings, environment="production"), scale=SMALL)
        assert rows(session, "agency") == 0
        assert not (settings.home / FILE).exists()

    def test_where_there_are_resources_already(self, database, settings, session):
        shelter(session)
        session.flush()
        before = rows(session, "agency")
        with pytest.raises(Refused, match="never mixes"):
            demo.load(database, settings, scale=SMALL)
        assert rows(session, "agency") == before
        assert not (settings.home / FILE).exists()

    def test_the_second_time(self, loaded):
        before = loaded.report.file.read_text()
        with pytest.raises(Refused):
            demo.load(loaded.database, loaded.settings, scale=SMALL)
        with loaded.database.reading() as session:
            assert rows(session, "resource") == loaded.report.counts["resource"]
        assert loaded.report.file.read_text() == before

    @pytest.mark.parametrize("scale", [0, -1, float("nan")])
    def test_a_scale_of_nothing(self, database, settings, scale):
        with pytest.raises(Refused, match="above zero"):
            demo.load(database, settings, scale=scale)

    def test_nothing_is_left_when_the_accounts_cannot_be_kept(self, database, settings, session):
        (settings.home / "blocked").touch()
        with pytest.raises(OSError, match="blocked"):
            demo.load(database, replace(settings, home=settings.home / "blocked"), scale=SMALL)
        assert rows(session, "resource") == 0


def test_empty_is_told_from_loaded(database, loaded):
    assert demo.is_empty(database)
    assert not demo.is_empty(loaded.database)


class TestAccounts:
    def test_the_file_is_for_its_owner_alone(self, loaded):
        assert loaded.report.file == loaded.settings.home / FILE
        assert stat.S_IMODE(loaded.report.file.stat().st_mode) == 0o600

    def test_the_file_tells_every_pass_phrase(self, loaded):
        told = loaded.report.file.read_text()
        for account in loaded.report.accounts:
            assert re.search(rf"^{account.part.email} +{account.passphrase} ", told, re.MULTILINE)

    def test_so_does_the_report_once(self, loaded):
        told = "\n".join(loaded.report.lines())
        assert all(told.count(account.passphrase) == 1 for account in loaded.report.accounts)
        assert "127 shelters, 20 supply sites" in told

    def test_the_pass_phrases_open_the_accounts(self, loaded, seen):
        for given in loaded.report.accounts:
            account = account_of(seen, given)
            assert ARGON.verify(given.passphrase, account.password)
            assert account.active
            assert account.confirmed_at is not None, "nobody has to choose another first"
            assert [role.name for role in account.roles] == [given.part.role]
            assert account.agency.name == given.part.agency

    def test_every_role_is_played(self, loaded, seen):
        held = select(text("role.name")).select_from(text("account_role JOIN role ON id = role_id"))
        assert set(seen.scalars(held)) == {role.name for role in ROLES}

    def test_they_are_hashed_like_all_others(self, loaded, seen):
        hashes = seen.scalars(select(Account.password)).all()
        memory = passwords.ARGON2["argon2__memory_cost"]
        assert all(given.startswith("$argon2id$") and f"m={memory}" in given for given in hashes)

    def test_they_are_long_and_given_anew_each_time(self, session):
        world = make_world(Gazetteer.load("MO"), Clock.starting(), seed=1, scale=SMALL)
        parts = people.cast(world.story, world.roster)
        owners = add_agencies(session, world.roster.agencies)
        first = people.open_accounts(session, parts, owners, frozenset())
        second = people.open_accounts(session, parts, owners, frozenset())
        session.flush()
        assert rows(session, "account") == len(first) == len(second)
        assert not {a.passphrase for a in first} & {a.passphrase for a in second}
        assert all(len(a.passphrase) >= passwords.MIN_ALONE for a in first)
        account = account_of(session, second[0])
        assert ARGON.verify(second[0].passphrase, account.password)
        assert account.confirmed_at is not None


def account_of(session: Session, given: demo.DemoAccount) -> Account:
    return session.scalars(select(Account).where(Account.email == given.part.email)).one()


def test_the_owner_tells_the_planner_what_there_is(fresh_database, settings):
    database = Database.at(fresh_database.owner, pool_size=1)
    try:
        report = demo.load(database, settings, scale=SMALL)
        with database.transaction(SYSTEM) as session:
            known = text("SELECT reltuples FROM pg_class WHERE relname = 'resource'")
            assert session.scalar(known) == report.counts["resource"]
    finally:
        database.dispose()


def test_live_positions_are_of_units(loaded, seen):
    moved = seen.scalars(select(Resource.kind).join(UnitPosition)).all()
    assert set(moved) == {"unit"}
