"""Whatever is done to stock in whatever order, and by however many at once, the books balance.

After every step each balance equals the sum of its movements, none is negative, nothing is promised
twice, and over all places every item adds up to zero. MERIS_LEDGER_EXAMPLES=2000 tries so many
sequences; a plain run tries a few of the same.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from psycopg2 import errorcodes
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from meris.db import EVERYTHING, SYSTEM, Database, name_actor, see
from meris.errors import Refused
from meris.postgres import Cluster
from tests.flows.ledger_moves import BARE, build, deeds, do, require_balanced

EXAMPLES = int(os.environ.get("MERIS_LEDGER_EXAMPLES", "0"))
CONSOLES = 4
#: A sequence that fails is shown as it was found: to make it shorter takes minutes.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_number = count(1)


def _few(examples: int, steps: int) -> settings:
    return settings(
        max_examples=EXAMPLES or examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=_PHASES,
    )


class Ledger(RuleBasedStateMachine):
    """One after the other, in a transaction that is rolled back at the end of each example."""

    connection: Connection
    broken: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.outer = self.connection.begin_nested()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint")
        see(self.session, EVERYTHING)
        name_actor(self.session, SYSTEM)
        self.world = build(self.session)

    @rule(deed=deeds())
    def happens(self, deed):
        try:
            with self.session.begin_nested():
                do(self.session, self.world, deed)
        except (Refused, IntegrityError):
            self.session.expire_all()

    @invariant()
    def balanced(self):
        require_balanced(self.session)

    def teardown(self):
        self.session.close()
        self.outer.rollback()


def test_whatever_happens_the_books_balance(connection):
    machine = type("Books", (Ledger,), {"connection": connection})
    run_state_machine_as_test(machine, settings=_few(6, 25))


class AtOnce(RuleBasedStateMachine):
    """Several consoles at once, each deed or two in a transaction of its own that is committed.

    Which of them is refused is left to chance, so nothing is drawn from what they answer.
    """

    database: Database
    pool: ThreadPoolExecutor

    def __init__(self) -> None:
        super().__init__()
        with self.database.transaction(SYSTEM) as session:
            self.world = build(session)

    @rule(work=st.lists(st.lists(deeds(), min_size=1, max_size=2), min_size=2, max_size=CONSOLES))
    def happen_at_once(self, work):
        start = Barrier(len(work))

        def console(doing):
            start.wait(30)
            try:
                with self.database.transaction(SYSTEM) as session:
                    for deed in doing:
                        do(session, self.world, deed)
            except (Refused, IntegrityError):
                pass
            except OperationalError as problem:
                # who writes at the database takes no locks, and may be stopped: all of it or none
                bare = any(deed.name in BARE for doing in work for deed in doing)
                if not bare or problem.orig.pgcode != errorcodes.DEADLOCK_DETECTED:
                    raise

        list(self.pool.map(console, work))

    @invariant()
    def balanced(self):
        with self.database.reading() as session:
            require_balanced(session)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(CONSOLES) as pool:
        yield pool


@pytest.fixture
def clones(cluster: Cluster):
    """Databases of which each takes the examples that leave it small enough to be counted."""
    made = []

    def clone():
        name = f"ledger_{os.getpid()}_{next(_number)}"
        made.append((name, Database.at(cluster.create_database(name, "meris_template").web)))
        return made[-1][1]

    yield clone
    for name, database in made:
        database.dispose()
        cluster.drop_database(name)


def test_whatever_happens_at_once_the_books_balance(clones, pool):
    left = EXAMPLES or 5
    while left > 0:
        machine = type("AtOnceBooks", (AtOnce,), {"database": clones(), "pool": pool})
        some = settings(_few(left, 6), max_examples=min(left, 25))
        run_state_machine_as_test(machine, settings=some)
        left -= 25


BREAKS = {
    "the balances no longer follow": "DROP TRIGGER lead ON stock_movement",
    "direct writes leave no movement": "DROP TRIGGER follow_update ON stock_line",
    "new lines leave no movement": "DROP TRIGGER follow_insert ON stock_line",
}


@pytest.mark.parametrize("break_it", BREAKS.values(), ids=BREAKS)
def test_the_machine_finds_a_trigger_that_is_gone(fresh_database, break_it):
    owner = Database.at(fresh_database.owner)
    with owner.transaction(SYSTEM) as session:
        session.execute(text(break_it))
    owner.dispose()
    database = Database.at(fresh_database.web)
    with database._bind.connect() as connection, connection.begin():
        machine = type("Broken", (Ledger,), {"connection": connection})
        with pytest.raises(AssertionError):
            run_state_machine_as_test(
                machine,
                settings=settings(_few(8, 25), max_examples=40, database=None, print_blob=False),
            )
    database.dispose()
