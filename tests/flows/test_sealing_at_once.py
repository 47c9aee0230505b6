"""Sealing while others write: no row is left out or sealed twice, whatever happens meanwhile."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from meris import sealing
from meris.db import SYSTEM, Database
from meris.migrations.seed import adopt_journal
from tests.rules import sealed as journal

WRITERS, TRANSACTIONS = 6, 150
_OVERLAPS = text("""
    SELECT count(*) FROM journal_seal a JOIN journal_seal b ON b.n > a.n AND a.ids && b.ids
    WHERE a.kind = 'rows' AND b.kind = 'rows'""")


class OnPurposeError(Exception):
    """Ends a writer's transaction without a commit."""


@pytest.fixture
def database(fresh_database):
    """A journal of this test's own, for what has to be committed to be true."""
    database = Database.at(fresh_database.web, pool_size=WRITERS + 4)
    yield database
    database.dispose()


def ask(database, statement):
    with database.reading() as session:
        return session.scalar(text(statement) if isinstance(statement, str) else statement)


def agree(database):
    """Everything is sealed, once, and both opinions find no fault: how many rows."""
    with database.reading() as session:
        verdict = sealing.verify(session)
        assert verdict.faults == []
        assert verdict.not_sealed == 0
        assert session.scalar(_OVERLAPS) == 0
        assert journal.second_opinion(session.connection()) == []
    return verdict.rows


def write_slowly(database, number):
    dice = random.Random(number)
    try:
        with database.transaction(SYSTEM) as session:
            for part in range(dice.randint(1, 3)):
                session.execute(journal.ADD_AGENCY, {"name": f"agency {number}-{part}"})
                time.sleep(dice.random() * 0.005)
            if dice.random() < 0.25:
                raise OnPurposeError
    except OnPurposeError:
        pass


def seal_until(database, done):
    """A sealer that goes on until nobody writes any more: the seals it made."""
    sealed = 0
    while not done.is_set():
        sealed += sealing.seal_some(database, seals=2, batch=7)
    return sealed


def test_two_sealers_among_writers_that_roll_back_leave_nothing_out(database):
    done = threading.Event()
    with ThreadPoolExecutor(2) as sealers, ThreadPoolExecutor(WRITERS) as writers:
        sealing_now = [sealers.submit(seal_until, database, done) for _ in range(2)]
        list(writers.map(lambda n: write_slowly(database, n), range(TRANSACTIONS)))
        done.set()
        meanwhile = sum(sealer.result() for sealer in sealing_now)
    rest = sealing.seal_all(database)
    assert agree(database) == meanwhile + rest == ask(database, "SELECT count(*) FROM change")
    assert ask(database, "SELECT max(id) - count(*) FROM change") > 0, "nothing was rolled back"


def test_what_began_first_and_ends_last_is_sealed_then(database):
    sealing.seal_all(database)
    with database.transaction(SYSTEM) as slow:
        slow.execute(journal.ADD_AGENCY, {"name": "began first"})
        journal.write(database, "committed first")
        assert sealing.seal_all(database) == 1
    with database.reading() as session:
        verdict = sealing.verify(session)
        assert (verdict.ok, verdict.not_sealed) == (True, 1)
        assert sealing.state(session).waiting == 1
    assert sealing.seal_all(database) == 1
    agree(database)


def test_who_finds_somebody_sealing_goes_away(database):
    journal.write(database, "one")
    with database.transaction(SYSTEM) as first:
        assert first.scalar(text("SELECT journal_seal_next()")) > 0
        assert sealing.seal_some(database) == 0
    assert sealing.seal_some(database) == 0
    agree(database)


def seal_and_be_killed(database, cluster):
    with database.transaction(SYSTEM) as session:
        session.scalar(text("SELECT journal_seal_next(50)"))
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with closing(cluster.server.connect("postgres")) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_sealer_that_is_killed_leaves_nothing_half_done(database, cluster):
    sealing.seal_some(database, seals=3, batch=50)
    before = ask(database, "SELECT max(n) FROM journal_seal")
    with pytest.raises(OperationalError):
        seal_and_be_killed(database, cluster)
    assert ask(database, "SELECT max(n) FROM journal_seal") == before
    journal.write(database, "meanwhile")
    sealing.seal_all(database, batch=50)
    agree(database)


def test_rows_taken_away_in_the_middle_of_a_stretch_do_not_stop_the_sealing(
    database, fresh_database, cluster
):
    sealing.seal_some(database, seals=1, batch=50)
    root = journal.superuser(cluster, fresh_database.web.rpartition("/")[2].partition("?")[0])
    with root.begin() as connection:
        connection.execute(text("ALTER TABLE change DISABLE TRIGGER change_keep"))
        connection.execute(text("DELETE FROM change WHERE id > 60"))
    root.dispose()
    journal.write(database, "later")
    assert sealing.seal_all(database) == 11
    agree(database)


def test_after_a_restore_the_chain_holds_and_goes_on(database, fresh_database):
    """As after pg_restore: rows not sealed yet, with transaction ids of another cluster."""
    sealing.seal_all(database)
    journal.write(database, "not sealed before the backup")
    owner = Database.at(fresh_database.owner)
    with owner.transaction(SYSTEM) as session:
        session.execute(text("UPDATE change SET xid = '999999999'"))
        session.execute(text("UPDATE journal_home SET identity = 'the old cluster'"))
        session.execute(text("ALTER TABLE journal_seal DISABLE TRIGGER seal_keep"))
        session.execute(text("UPDATE journal_seal AS s SET home = 'the old cluster'"))
        session.execute(text("UPDATE journal_seal AS s SET hash = journal_seal_hash(s)"))
        session.execute(text("ALTER TABLE journal_seal ENABLE ALWAYS TRIGGER seal_keep"))
    with database.reading() as session:
        verdict = sealing.verify(session)
        assert (verdict.ok, verdict.not_sealed) == (True, 1)
        assert sealing.state(session).waiting is None
    with owner.transaction(SYSTEM) as session:
        adopt_journal(session.connection())
    owner.dispose()
    journal.write(database, "after the restore")
    assert sealing.seal_all(database) == 2
    journal.write(database, "and later")
    assert sealing.seal_all(database) == 1
    agree(database)


def test_sealing_before_the_journal_is_adopted_takes_what_is_there(database, fresh_database):
    owner = Database.at(fresh_database.owner)
    with owner.transaction(SYSTEM) as session:
        session.execute(text("UPDATE change SET xid = '999999999'"))
    owner.dispose()
    assert sealing.seal_all(database, batch=100) == agree(database)


def test_what_was_let_go_is_told_apart_from_what_was_taken_away(database, fresh_database, cluster):
    journal.write(database, "one", "two", "three")
    sealing.seal_all(database, batch=100)
    name = fresh_database.web.rpartition("/")[2].partition("?")[0]
    root = journal.superuser(cluster, name)
    with root.begin() as connection:
        rows = connection.execute(text("SELECT id, at FROM change ORDER BY id DESC LIMIT 2")).all()
        gone = sealing.let_go(connection, before=rows[1].at, by="Ada", reason="RSMo 109.200")
    journal.write(database, "four")
    sealing.seal_all(database)
    with database.reading() as session:
        verdict = sealing.verify(session)
        assert (verdict.faults, verdict.let_go) == ([], gone)
        kept = session.execute(
            text("SELECT by_name, reason FROM journal_seal WHERE kind = 'let_go'")
        )
        assert kept.all() == [("Ada", "RSMo 109.200")]
    with journal.tampering(root) as session:
        session.execute(text(f"DELETE FROM change WHERE id = {rows[0].id}"))
        session.execute(
            text("INSERT INTO change (id, xid, at, actor_name, table_name, row_id, operation)"
                 " OVERRIDING SYSTEM VALUE VALUES (5, '3', now(), 'Mallory', 'unit', '1', 'U')")
        )  # fmt: skip
        found = [(fault.what, fault.row) for fault in sealing.verify(session).faults]
    root.dispose()
    assert found == [("row put back", 5), ("row removed", rows[0].id)]
