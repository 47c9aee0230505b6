"""kill -9 of each process under load, and PostgreSQL restarted: MERIS goes on by itself."""

import signal

from tests.faults.harness import children, is_alive, kill, until
from tests.faults.load import load


def test_a_killed_worker_is_replaced(installation, turn):
    with load(installation) as busy:
        killed = installation.worker
        kill(killed)
        until(lambda: children(installation.server.pid) not in ([], [killed]), "another worker")
        busy.goes_on()
        print(busy.verdict())


def test_a_killed_backend_ends_nothing_but_a_request(installation, turn):
    with load(installation) as busy:
        kill(installation.backends()[-1])
        busy.goes_on()
        print(busy.verdict())


def test_a_killed_master_takes_its_worker_along(installation, turn):
    """Whoever supervises MERIS starts it anew; the old worker must not stand in the way."""
    with load(installation) as busy:
        worker, database = installation.worker, installation.postmaster
        kill(installation.server.pid)
        installation.server.wait(20)
        until(lambda: not is_alive(worker), "the worker ends with its master", 15)
        assert is_alive(database)
        installation.start()
        assert installation.postmaster == database
        busy.goes_on()
        print(busy.verdict())


def test_a_killed_postgresql_is_started_again(installation, turn):
    with load(installation) as busy:
        killed = installation.postmaster
        kill(killed)
        until(lambda: installation.cluster.server.pid() not in (None, killed), "it runs again", 40)
        busy.goes_on()
        print(busy.verdict())


def test_postgresql_restarted_under_load(installation, turn):
    with load(installation) as busy:
        before = installation.postmaster
        kill(before, signal.SIGINT)
        until(lambda: installation.cluster.server.pid() not in (None, before), "it runs again", 40)
        busy.goes_on()
        print(busy.verdict())
