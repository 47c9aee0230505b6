"""A backup is restored on another cluster, and everything is there again: rows, rights, exports.

What a person would ask of it: is it all there, does it hold one moment while people work, what does
a map do that was open meanwhile, and what stays as it was when something goes wrong.
"""

import json
import os
import re
import resource as limits
import shutil
import tarfile
import tempfile
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from click.testing import CliRunner

from meris import backup, changes, migrations, sealing
from meris.app import create_app
from meris.backup import InPlace, Own, Private, programs
from meris.cli import main
from meris.db import SYSTEM, Database, engine_at
from meris.errors import Conflict, Refused
from meris.postgres import Cluster, Urls
from meris.settings import Settings
from tests import makers
from tests.flows.backups import (
    RIGHTS,
    SHAPE,
    databases,
    digests,
    exported,
    flipped,
    furnish,
    reading,
    rewritten,
    rows,
    tidied,
)


@pytest.fixture(scope="module")
def folder():
    """One that the server's user can enter."""
    path = Path(tempfile.mkdtemp(prefix="meris-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def lived_in(cluster, folder):
    """Settings of an installation with data in it, and with a key of its own."""
    urls = cluster.create_database(f"lived_in_{os.getpid()}", template="meris_template")
    home = folder / "first"
    home.mkdir()
    settings = Settings(home=home, environment="test", log_level="error").at(
        database_url=urls.web, owner_url=urls.owner
    )
    migrations.migrate(settings)
    database = Database.at(urls.web, pool_size=1)
    with database.transaction(SYSTEM) as session:
        furnish(session)
    sealing.seal_all(database)
    (home / "secret.key").write_text("the key of the first\n")
    yield settings
    database.dispose()
    cluster.drop_database(f"lived_in_{os.getpid()}")


@pytest.fixture(scope="module")
def old_cursor(lived_in):
    """A map that was opened before the backup."""
    with reading(lived_in) as session:
        return str(changes.now(session))


@pytest.fixture(scope="module")
def saved(lived_in, old_cursor, folder):
    """A backup of it; while the dump is written somebody adds an agency, which is not in it."""
    wrote = []

    def somebody_writes(_words):
        if not wrote:
            database = Database.at(lived_in.database_url, pool_size=1)
            with database.transaction(SYSTEM) as session:
                wrote.append(makers.agency(session, "Came while it was written"))
            database.dispose()

    with reading(lived_in) as session:
        before = digests(session)
    made = backup.make(lived_in, folder, somebody_writes)
    assert wrote
    return made, before


@pytest.fixture(scope="module")
def elsewhere(folder):
    """Another cluster on another machine, so to speak."""
    cluster = Cluster(folder / "second", durable=False)
    cluster.ensure()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def restored(saved, elsewhere):
    """The backup, restored there: settings, and what was told of it."""
    settings = Settings(home=elsewhere.home, environment="test", log_level="error")
    told = backup.restore(saved[0].file, Private(elsewhere), settings)
    urls = elsewhere.urls()
    return settings.at(database_url=urls.web, owner_url=urls.owner), told


# All of it is there


def test_every_row_of_every_table_is_there_again(saved, restored):
    made, before = saved
    with reading(restored[0]) as session:
        after = digests(session)
    # the only agency that differs is the one that came while the backup was written
    assert {name: row for name, row in after.items() if row != before[name]} == {}
    assert restored[1].counts == made.manifest.counts
    assert before["resource"][0] == 32


def test_all_exports_are_byte_for_byte_the_same(lived_in, saved, restored):
    here, there = exported(lived_in), exported(restored[0])
    assert here == there
    assert {count for (kind, _), (count, _) in here.items() if kind == "shelter"} == {30}


@pytest.mark.parametrize("query", [RIGHTS, SHAPE], ids=["rights", "shape"])
def test_rights_policies_triggers_and_indexes_are_the_same(lived_in, restored, query):
    here, there = (tidied(rows(settings, query)) for settings in (lived_in, restored[0]))
    assert len(here) > 100
    assert there == here


def test_the_backup_holds_one_moment_and_says_which(lived_in, saved, restored):
    """Who reads the journal from the manifest's cursor on hears of exactly what is not in it."""
    with reading(lived_in) as session:
        later = changes.since(session, changes.Cursor.parse(saved[0].manifest.cursor))
        assert [change.after["name"] for change in later] == ["Came while it was written"]
    came = "SELECT count(*) FROM agency WHERE name LIKE 'Came%'"
    assert rows(restored[0], came) == [(0,)]


def test_the_file_is_for_its_owner_alone_and_needs_no_meris(saved, folder):
    file = saved[0].file
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))
        assert tar.extractfile("home/secret.key").read() == b"the key of the first\n"
    assert names == ["meris.dump", "home/secret.key", "manifest.json", "SHA256SUMS"]
    assert manifest["counts"]["resource"] == 32
    assert [path for path in folder.iterdir() if "partial" in path.name] == []


def test_the_seals_of_the_journal_agree_and_end_in_the_same_root(lived_in, restored):
    with reading(lived_in) as here, reading(restored[0]) as there:
        before, after = sealing.verify(here), sealing.verify(there)
    assert after.ok, after.faults
    assert (before.last, after.not_sealed) == (after.last, 0)
    assert after.last is not None


# What people find afterwards


def test_a_map_from_before_is_told_to_load_anew_and_then_misses_nothing(
    restored, old_cursor, settings
):
    database = Database.at(restored[0].database_url, pool_size=2)
    client = create_app(settings, database).test_client()
    try:
        assert client.get("/readyz").json["checks"]["journal"]
        stale = client.get("/api/map", query_string={"since": old_cursor}).json
        assert stale["full"]
        with client.get("/api/feed", query_string={"cursor": old_cursor}) as feed:
            assert b"event: reload" in next(feed.response)
        with database.transaction(SYSTEM) as session:
            makers.shelter(session, name="After the restore", sensitivity="public")
        news = client.get("/api/map", query_string={"since": stale["cursor"]}).json
        assert (news["full"], len(news["id"])) == (False, 1)
    finally:
        client.application.extensions["meris"].hub.stop()
        for thread in threading.enumerate():
            if thread.name == "feed":
                thread.join(10)
        database.dispose()


def test_what_a_killed_restore_left_is_removed_by_the_next(saved, restored, elsewhere):
    left = "meris_restoring_20260101000000"
    elsewhere.create_database(left)
    with Private(elsewhere).fresh("meris_restoring_20260102000000"):
        assert databases(elsewhere) == ["meris", "meris_restoring_20260102000000"]
    elsewhere.drop_database("meris_restoring_20260102000000")


def test_everybody_logs_in_again_with_the_key_that_second_factors_need(lived_in, restored):
    assert rows(lived_in, "SELECT count(*) FROM sign_in") == [(1,)]
    assert rows(restored[0], "SELECT count(*) FROM sign_in") == [(0,)]
    key = restored[0].home / "secret.key"
    assert (key.read_text(), key.stat().st_mode & 0o777) == ("the key of the first\n", 0o600)


# What stays as it was


def test_data_are_not_replaced_unless_somebody_says_so(saved, restored, elsewhere):
    settings, file = restored[0], saved[0].file
    with pytest.raises(Conflict) as refused:
        backup.restore(file, Private(elsewhere), settings)
    assert "changes that were made here after it would be lost" in refused.value.message
    assert "--replace" in refused.value.message


def test_a_database_in_use_is_left_alone(saved, restored, elsewhere):
    user = psycopg2.connect(restored[0].owner_url.replace("+psycopg2", ""))
    with closing(user), pytest.raises(Conflict, match="1 connections to the database meris"):
        backup.restore(saved[0].file, Private(elsewhere), restored[0], replace=True)


def test_a_file_that_is_not_what_was_written_changes_nothing(saved, restored, elsewhere, folder):
    """A flipped bit, a file cut short, a newer PostgreSQL, a newer MERIS, another state."""
    with reading(restored[0]) as session:
        before = digests(session)
    spoiled = {
        "other bytes": flipped(saved[0].file),
        "not all of one": saved[0].file.read_bytes()[:-9000],
        "may not understand": rewritten(saved[0].file, lambda told: told | {"server": 99}),
        "made by a newer MERIS": rewritten(saved[0].file, lambda told: told | {"revision": "9"}),
        "The backup is of KS": rewritten(saved[0].file, lambda told: told | {"state": "KS"}),
    }
    for words, content in spoiled.items():
        file = folder / "spoiled.backup"
        file.write_bytes(content)
        with pytest.raises(Refused, match=words):
            backup.restore(file, Private(elsewhere), restored[0], replace=True)
        file.unlink()
    with reading(restored[0]) as session:
        assert digests(session) == before
    assert databases(elsewhere) == ["meris"]


def test_a_disk_that_is_full_leaves_no_half_file(lived_in, folder):
    """A limit on the size of files: to who writes it is the same as a full disk."""
    small = folder / "small"
    small.mkdir()
    soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(Refused, match=r"cannot be written .* Nothing was left there"):
            backup.make(lived_in, small)
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))
    assert list(small.iterdir()) == []


# By the commands


def one_row_more(told):
    return told | {"counts": told["counts"] | {"change": told["counts"]["change"] + 1}}


@pytest.fixture
def meris(lived_in, monkeypatch):
    """Runs a command on the first installation; what it printed."""
    monkeypatch.setenv("MERIS_HOME", str(lived_in.home))
    monkeypatch.setenv("MERIS_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", lived_in.database_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", lived_in.owner_url)

    def run(*words, code=0):
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_the_commands_write_check_keep_and_fill_an_empty_database(
    meris, lived_in, cluster, monkeypatch
):
    """The owner's role may not make databases here: an empty one is filled in place."""
    kept = lived_in.home / "backups"
    kept.mkdir(mode=0o700)
    for day in ("20260101", "20260102", "20260103"):
        (kept / f"meris-{day}T000000Z.backup").touch()
    assert "was written and read back" in meris("backup", "--keep", "2")
    (file,) = set(kept.iterdir()) - {kept / "meris-20260103T000000Z.backup"}
    assert "is whole" in meris("backup", "--check", str(file))
    assert "0.0 hours old" in meris("backup", "--last", "--within", "1")
    meris("backup", "--check", str(kept / "meris-20260103T000000Z.backup"), code=1)
    assert "There is a file" in meris("backup", str(file), code=1)
    name = f"empty_{os.getpid()}"
    empty = cluster.create_database(name)
    assert isinstance(backup.own(empty), InPlace)
    monkeypatch.setenv("DATABASE_URL", empty.web)
    monkeypatch.setenv("DATABASE_OWNER_URL", empty.owner)
    spoiled = kept / "a-row-too-few"
    spoiled.write_bytes(rewritten(file, one_row_more))
    assert "is not what was saved: change" in meris("restore", str(spoiled), code=1)
    said = meris("restore", str(file))
    assert "resource" in said
    assert "Everybody has to log in again" in said
    assert "--replace" in meris("restore", str(file), code=1)
    cluster.drop_database(name)


def test_a_role_that_makes_databases_swaps_them_and_an_older_backup_is_brought_up_to_date(
    folder, elsewhere, restored
):
    """As on a PostgreSQL of one's own: what was there is kept beside it, under another name."""
    host = quote(str(elsewhere.server.sockets), safe="")
    url = f"postgresql+psycopg2://postgres@/own?host={host}&port=5432"
    elsewhere.create_database("own", template="meris")
    there = restored[0].at(database_url=elsewhere.urls("own").web, owner_url=url)
    older = aged(there, folder, "0018")
    target = backup.own(Urls(owner=url, web=elsewhere.urls("own").web))
    assert isinstance(target, Own)
    told = backup.restore(older.file, target, there, replace=True)
    assert (told.manifest.revision, told.revision) == ("0018", restored[1].revision)
    assert databases(elsewhere) == ["meris", "own", told.aside]
    assert rows(there, "SELECT count(*) FROM shelter") == rows(
        restored[0], "SELECT count(*) FROM shelter"
    )
    for name in ("own", told.aside):
        elsewhere.drop_database(name)


def aged(settings, folder, revision):
    """A backup of the database as an older MERIS had it."""
    engine = engine_at(settings.owner_url, pool_size=1)
    with engine.begin() as connection:
        migrations.downgrade(connection, revision)
    engine.dispose()
    return backup.make(settings, folder / "older.backup")


def test_monitoring_is_told_how_old_the_last_backup_is(saved, lived_in, settings, database):
    """Of this home: here the note of the first one's is laid into the home of the run."""
    client = create_app(replace(settings, metrics_token="t"), database).test_client()

    def told():
        page = client.get("/metrics", headers={"Authorization": "Bearer t"}).get_data(as_text=True)
        return re.findall(r"^meris_backup_age_seconds ([0-9.]+)$", page, re.MULTILINE)

    assert told() == []
    note = settings.home / "last-backup.json"
    shutil.copy(lived_in.home / note.name, note)
    try:
        assert [0 < float(age) < 3600 for age in told()] == [True]
    finally:
        note.unlink()


def test_a_server_that_is_newer_than_the_programs_here_is_told_in_words():
    with pytest.raises(Refused, match=r"PostgreSQL 99 needs pg_dump of version 99 .*-client-99"):
        programs.program("pg_dump", 99)


def test_programs_are_told_all_of_an_address_and_nothing_by_an_argument(monkeypatch):
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    told = programs.environment(
        "postgresql+psycopg2://o%40wner:p%2Fw@db1,db2/meris?sslmode=verify-full"
        "&sslrootcert=/etc/ca.pem&target_session_attrs=read-write"
    )
    assert {name: told[name] for name in told if name.startswith("PG")} == {
        "PGHOST": "db1,db2",
        "PGUSER": "o@wner",
        "PGPASSWORD": "p/w",
        "PGDATABASE": "meris",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
        "PGTARGETSESSIONATTRS": "read-write",
    }
