"""What tests are given: a PostGIS of their own, a migrated database, an app, people with names.

One private cluster serves the whole run, however many processes pytest has. The schema is made
once, by the migrations, in a template; each process works in a clone of it, each test in a
transaction that is rolled back.

MERIS_EXAMPLES=1000 tries so many examples of each property; a plain run tries fewer of the same.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from meris import migrations
from meris.db import EVERYTHING, SYSTEM, Database, engine_at, name_actor, see
from meris.postgres import Cluster, Urls
from meris.settings import Settings
from tests.templates import keep_templates

pytest_plugins = ["tests.people", "tests.applications", "tests.browsing"]

_HOME = "MERIS_TEST_HOME"
_TEMPLATE = "meris_template"
_number = count(1)
_EXAMPLES = int(os.environ.get("MERIS_EXAMPLES", "40"))
hypothesis.settings.register_profile("meris", max_examples=_EXAMPLES, deadline=None)
hypothesis.settings.load_profile("meris")


def pytest_configure(config: pytest.Config) -> None:
    """The first process names the run's home, and those it starts inherit the name."""
    if _HOME not in os.environ:
        _sweep()
        os.environ[_HOME] = f"/tmp/meris-pytest-{os.getpid()}"
        config.add_cleanup(_end_run)
    keep_templates(Path(os.environ[_HOME]))


def _end_run() -> None:
    _remove(Path(os.environ.pop(_HOME)))


def _sweep() -> None:
    """Remove what runs that were killed have left behind."""
    for home in Path("/tmp").glob("meris-pytest-*"):
        pid = home.name.rpartition("-")[2]
        if home.stat().st_uid == os.geteuid() and not Path(f"/proc/{pid}").exists():
            _remove(home)


def _remove(home: Path) -> None:
    if home.exists():
        Cluster(home, durable=False).stop()
        shutil.rmtree(home)


@contextmanager
def _one_process_at_a_time(home: Path) -> Iterator[None]:
    with (home / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def home() -> Path:
    """The MERIS home of this run."""
    return Path(os.environ[_HOME])


@pytest.fixture(scope="session")
def cluster(home: Path) -> Iterator[Cluster]:
    """The running private cluster, with the migrated template in it."""
    cluster = Cluster(home, durable=False)
    cluster.ensure()
    with _one_process_at_a_time(home):
        done = home / "template.done"
        if not done.exists():
            urls = cluster.create_database(_TEMPLATE)
            migrations.migrate(_settings(home, urls))
            done.touch()
    yield cluster
    cluster.release()


def _settings(home: Path, urls: Urls) -> Settings:
    return Settings(
        home=home,
        environment="test",
        database_url=urls.web,
        owner_url=urls.owner,
        public_seconds=0,
        secret_key="not a secret: it signs what a test throws away",
        log_level="error",
    )


def _clone(cluster: Cluster, purpose: str) -> Iterator[Urls]:
    name = f"{purpose}_{os.getpid()}_{next(_number)}"
    yield cluster.create_database(name, template=_TEMPLATE)
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def shared_urls(cluster: Cluster) -> Iterator[Urls]:
    """The database of this process, which no test may leave a mark in."""
    yield from _clone(cluster, "shared")


@pytest.fixture
def fresh_database(cluster: Cluster) -> Iterator[Urls]:
    """A migrated database for this test alone, for what has to be committed to be true."""
    yield from _clone(cluster, "fresh")


@pytest.fixture(scope="session")
def _shared_connection(shared_urls: Urls) -> Iterator[Connection]:
    engine = engine_at(shared_urls.web, pool_size=1)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def connection(_shared_connection: Connection) -> Iterator[Connection]:
    """The web role's connection, in a transaction that is rolled back after the test."""
    transaction = _shared_connection.begin()
    yield _shared_connection
    transaction.rollback()


@pytest.fixture
def database(connection: Connection) -> Database:
    """The database as MERIS opens it; its commits end a savepoint inside the test."""
    return Database(connection)


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session on what `database` sees, writing as MERIS itself."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        see(session, EVERYTHING)
        name_actor(session, SYSTEM)
        yield session


@pytest.fixture(scope="session")
def settings(home: Path, shared_urls: Urls) -> Settings:
    """What an app on this process's database is made with."""
    return _settings(home, shared_urls)
