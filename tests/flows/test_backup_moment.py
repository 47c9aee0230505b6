"""Back to a moment: a base backup, the log of everything after it, and a mistake that is undone.

What docs/operations.md tells to do by hand is done here, with the same settings and programs.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from meris import changes, migrations
from meris.backup import programs
from meris.db import SYSTEM, Database
from meris.postgres import Cluster
from meris.settings import Settings
from tests import makers

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "operations.md").read_text()
PATIENCE_S = 60


def of_runbook(begins, **names):
    """The lines of a block of the runbook that has a line which begins so, with names put in."""
    (block,) = [
        block
        for block in RUNBOOK.split("```")[1::2]
        if any(line.startswith(begins) for line in block.splitlines())
    ]
    for name, value in names.items():
        assert name in block
        block = block.replace(name, str(value))
    return block.removeprefix("\n")


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="meris-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def cluster(folder):
    cluster = Cluster(folder / "home", durable=False)
    yield cluster
    cluster.stop()


def opened(cluster):
    urls = cluster.ensure()
    settings = Settings(home=cluster.home, environment="test").at(
        database_url=urls.web, owner_url=urls.owner
    )
    migrations.migrate(settings)
    return Database.at(urls.web, pool_size=1)


def own_settings(cluster, lines):
    """Append to custom.conf, as the server's user."""
    file = cluster.server.data / "custom.conf"
    with file.open("a") as out:
        out.write(lines)
    shutil.chown(file, cluster.server.data.owner())


def add_shelters(database, *names):
    with database.transaction(SYSTEM) as session:
        return [makers.shelter(session, name=name) for name in names]


def state(database):
    """Everything that a person would call the data, and the journal of it."""
    with database.reading() as session:
        shelters = session.execute(
            text("SELECT id, name, status, version FROM resource ORDER BY id")
        ).all()
        journal = session.execute(
            text("SELECT id, at, table_name, row_id, before, after FROM change ORDER BY id")
        ).all()
        return shelters, journal, changes.now(session)


def base_backup(cluster, to):
    taker, _ = programs.program("pg_basebackup", 15)
    command = [taker, "--pgdata", to, "--checkpoint", "fast", "--no-sync"]
    where = {"PGHOST": str(cluster.server.sockets), "PGPORT": "5432", "PGUSER": "postgres"}
    done = subprocess.run(
        command, env=os.environ | where, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_mistake_is_undone_by_going_back_to_the_moment_before_it(cluster, folder):
    archive, base = folder / "wal", folder / "base"
    cluster.ensure()
    user = cluster.server.data.owner()
    archive.mkdir(mode=0o700)
    shutil.chown(archive, user)
    own_settings(cluster, of_runbook("archive_mode", **{"/srv/meris-wal": archive}))
    cluster.stop()
    database = opened(cluster)
    add_shelters(database, "Before the base backup")
    base_backup(cluster, base)
    add_shelters(database, "After the base backup", "Also after it")
    before = state(database)
    with database.reading() as session:
        moment = session.scalar(text("SELECT clock_timestamp()::text"))
    with database.transaction(SYSTEM) as session:
        session.execute(text("DELETE FROM shelter"))
        session.execute(text("DELETE FROM resource"))
    after_mistake = state(database)
    assert after_mistake[0] == []
    database.dispose()
    cluster.stop()  # which archives the last of the log

    shutil.move(cluster.server.data, folder / "mistaken")
    shutil.copytree(base, cluster.server.data)
    subprocess.run(["chown", "-R", f"{user}:", cluster.server.data], check=True)
    recovering = of_runbook(
        "restore_command", **{"/srv/meris-wal": archive, "2026-05-22 17:41:00-05": moment}
    )
    own_settings(cluster, recovering)
    (cluster.server.data / "recovery.signal").touch()
    shutil.chown(cluster.server.data / "recovery.signal", user)

    database = opened(cluster)
    shelters, journal, cursor = state(database)
    database.dispose()
    assert (shelters, journal) == before[:2]
    assert [row.name for row in shelters][1:] == ["After the base backup", "Also after it"]
    for known in (before[2], after_mistake[2]):
        assert not known.within(cursor), "who saw the lost future must load anew"
    assert not (cluster.server.data / "recovery.signal").exists()
    wait_for_new_timeline(cluster, archive)


def wait_for_new_timeline(cluster, archive):
    """The log goes on being archived, under another name than the future that was left."""
    deadline = time.monotonic() + PATIENCE_S
    with closing(cluster.server.connect("postgres")) as connection:
        connection.cursor().execute("SELECT pg_switch_wal()")
        while time.monotonic() < deadline:
            names = sorted(path.name for path in archive.iterdir())
            if new := [n for n in names if re.fullmatch(r"00000002[0-9A-F]{16}\.gz", n)]:
                return new[0]
            connection.cursor().execute("SELECT pg_sleep(0.05)")
    raise AssertionError(f"nothing of the new timeline was archived: {names}")
