"""The cursor misses nothing and repeats nothing, whatever order transactions commit in."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from meris import changes
from meris.changes import Cursor, CursorElsewhere
from meris.db import SYSTEM, Database
from meris.migrations.seed import adopt_journal

WRITERS, TRANSACTIONS, READERS = 8, 2_000, 20
_ADD_AGENCY = text("INSERT INTO agency (name, kind) VALUES (:name, 'other') RETURNING id")


class OnPurposeError(Exception):
    """Ends a writer's transaction without a commit."""


def write(database: Database, number: int, dice: random.Random) -> set[str]:
    """One transaction of one to three changes, open for a random while; a fifth roll back."""
    names = {f"agency {number}-{part}" for part in range(dice.randint(1, 3))}
    try:
        with database.transaction(SYSTEM) as session:
            for name in sorted(names):
                session.execute(_ADD_AGENCY, {"name": name})
                time.sleep(dice.random() * 0.006)
            if dice.random() < 0.2:
                raise OnPurposeError
    except OnPurposeError:
        return set()
    return names


def read(database: Database, start: Cursor, done: threading.Event, seed: int) -> Counter[str]:
    """Follow the journal from `start`, dropping the connection at random between reads."""
    dice, seen, cursor, last_round = random.Random(seed), Counter[str](), start, False
    while True:
        with database.reading() as session:
            for change in changes.since(session, cursor):
                seen[change.after["name"]] += 1
            # a cursor is text to a client: what it resumes with is what it was sent
            cursor = Cursor.parse(str(changes.now(session)))
        if last_round:
            return seen
        last_round = done.is_set()
        time.sleep(dice.random() * dice.choice((0.01, 0.2)))


@pytest.mark.slow
def test_every_reader_sees_every_committed_change_exactly_once(fresh_database):
    database = Database.at(fresh_database.web, pool_size=WRITERS + READERS)
    with database.reading() as session:
        start = changes.now(session)
    done = threading.Event()
    dice = [random.Random(n) for n in range(WRITERS)]
    with ThreadPoolExecutor(READERS) as reading, ThreadPoolExecutor(WRITERS) as writing:
        readers = [reading.submit(read, database, start, done, n) for n in range(READERS)]
        writes = [
            writing.submit(write, database, n, dice[n % WRITERS]) for n in range(TRANSACTIONS)
        ]
        committed = set().union(*(w.result() for w in writes))
        done.set()
        seen = [r.result() for r in readers]
    database.dispose()
    assert len(committed) > TRANSACTIONS
    for counts in seen:
        assert committed - counts.keys() == set(), "missed"
        assert {name for name, times in counts.items() if times > 1} == set(), "repeated"
        assert counts.keys() == committed


def test_a_long_transaction_hides_nothing_and_delays_nobody(fresh_database):
    database = Database.at(fresh_database.web)
    with database.reading() as session:
        start = changes.now(session)
    with database.transaction(SYSTEM) as slow:
        slow.execute(_ADD_AGENCY, {"name": "began first"})
        with database.transaction(SYSTEM) as quick:
            quick.execute(_ADD_AGENCY, {"name": "committed first"})
        with database.reading() as session:
            early = [c.after["name"] for c in changes.since(session, start)]
            middle = changes.now(session)
    with database.reading() as session:
        late = [c.after["name"] for c in changes.since(session, middle)]
    database.dispose()
    assert early == ["committed first"]
    assert late == ["began first"]


@pytest.mark.parametrize(
    "given", ["", "abc", "1:2:3", "x-1:2", "x-1:2:3:4", "x-a:b:c", "x-١:٢:", "x-1:2:" + "9" * 30]
)
def test_a_cursor_that_is_none_is_answered_with_reload(given):
    with pytest.raises(CursorElsewhere):
        Cursor.parse(given)


def test_a_cursor_from_another_cluster_is_answered_with_reload(session):
    here = changes.now(session)
    with pytest.raises(CursorElsewhere):
        changes.since(session, Cursor("ffffffffffff", here.snapshot))


def test_a_cursor_from_the_future_is_answered_with_reload(session):
    here = changes.now(session)
    with pytest.raises(CursorElsewhere):
        changes.since(session, Cursor(here.identity, "999999999:999999999:"))


def test_a_restored_journal_is_all_past_to_new_cursors(fresh_database):
    """As after pg_restore: rows whose transaction ids lie in this cluster's future."""
    owner = Database.at(fresh_database.owner)
    with owner.transaction(SYSTEM) as session:
        session.execute(_ADD_AGENCY, {"name": "before the restore"})
        session.execute(text("UPDATE change SET xid = '999999999'"))
        session.execute(text("UPDATE journal_home SET identity = 'the old cluster'"))
    with owner.transaction(SYSTEM) as session:
        adopt_journal(session.connection())
    with owner.reading() as session:
        start = changes.now(session)
    with owner.transaction(SYSTEM) as session:
        session.execute(_ADD_AGENCY, {"name": "after the restore"})
    with owner.reading() as session:
        seen = [c.after["name"] for c in changes.since(session, start)]
    owner.dispose()
    assert seen == ["after the restore"]


@pytest.mark.parametrize(
    ("mine", "theirs", "within"),
    [
        ("10:10:", "10:10:", True),
        ("10:10:", "12:12:", True),
        ("12:12:", "10:10:", False),
        # both have seen up to 12, but theirs waits for 10 still
        ("12:12:", "10:12:10", False),
        ("10:12:10", "12:12:", True),
        ("10:12:10", "10:14:10,12", True),
        ("10:14:10", "10:14:10,12", False),
    ],
)
def test_within_compares_what_was_seen(mine, theirs, within):
    assert Cursor("a", mine).within(Cursor("a", theirs)) is within
