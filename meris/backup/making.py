"""Makes a backup while people write: one snapshot for the dump, the counts and the cursor."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from meris.backup import archive, programs, state
from meris.backup.manifest import Manifest, key_digest
from meris.db import engine_at
from meris.errors import Refused
from meris.settings import Settings
from meris.version import VERSION

#: What of MERIS_HOME cannot be made anew. The rest is of this machine: passwords of the private
#: cluster's roles, its sockets, prepared static files.
HOME_FILES = ("secret.key", "demo-accounts.txt")
_PATTERN = "meris-%Y%m%dT%H%M%SZ.backup"
_ROOT = Path(__file__).parents[2]
_DUMPED = re.compile(r'dumping contents of table "(?:public\.)?(.+)"')
_SETTLED = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    # a policy that hides rows from the owner must end the backup, not thin it
    "SET LOCAL row_security = off",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
_TABLES = text("""
  SELECT c.relname FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.relname
""")

_CLOSED = text("""
  SELECT p.oid::regprocedure::text FROM pg_proc p
  WHERE p.pronamespace = 'public'::regnamespace
    AND NOT has_function_privilege('public', p.oid, 'EXECUTE') AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  ORDER BY 1
""")


@dataclass(frozen=True)
class Made:
    """A backup that is on the disk and was read back; `size` in bytes."""

    file: Path
    size: int
    manifest: Manifest


class Progress:
    """Hears how far a backup is: of the tables, and bytes written."""

    def __init__(self, tell: Callable[[str], None], tables: int) -> None:
        self._tell, self._all = tell, tables
        self._tables, self._bytes, self._at = 0, 0, ""

    def heard(self, line: str) -> None:
        """A line of pg_dump."""
        if found := _DUMPED.search(line):
            self._tables, self._at = self._tables + 1, found[1]
            self._say()

    def passing(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks, counted."""
        for chunk in chunks:
            self._bytes += len(chunk)
            self._say()
            yield chunk

    def _say(self) -> None:
        self._tell(
            f"Writing table {self._tables} of {self._all}, {self._at}: {self._bytes / 1e6:,.1f} MB"
        )


def make(settings: Settings, to: Path, tell: Callable[[str], None] = lambda _: None) -> Made:
    """Write a backup to a file, or under a name with its time into a folder; read it back.

    The settings must name the owner's database. `tell` hears of progress. Raises `Refused` in
    words, and then there is no file.
    """
    if settings.owner_url is None:
        raise ValueError("the settings name no database yet; start the private cluster first")
    at = datetime.now(UTC)
    file = to / at.strftime(_PATTERN) if to.is_dir() else to
    if not file.parent.is_dir():
        raise Refused(f"There is no folder {file.parent}. Make it first.")

    def read_back(written: Path) -> None:
        archive.check(written, lambda done, of: tell(f"Reading it back: {done * 100 // of} %"))

    with _one_moment(settings.owner_url) as moment:
        dumper, major = programs.program("pg_dump", server_of(moment))
        told = _facts(moment, settings, at, major)
        with archive.whole_file(file, read_back) as out:
            writer = archive.Writer(out)
            progress = Progress(tell, len(told["counts"]))
            command = _command(dumper, moment)
            with programs.output_of(command, settings.owner_url, progress.heard) as chunks:
                writer.add(archive.DUMP, progress.passing(chunks))
            for name, content in _home_files(settings.home):
                writer.add(archive.HOME + name, [content])
            manifest = Manifest(**told, parts=tuple(writer.parts))
            writer.add(archive.MANIFEST, [manifest.as_json().encode()])
            writer.finish()
    made = Made(file, file.stat().st_size, manifest)
    state.remember(settings.home, file, made.size, at)
    return made


def _command(dumper: Path, moment: Connection) -> list[str]:
    snapshot = moment.scalar(text("SELECT pg_export_snapshot()"))
    # the places of coordinate systems are PostGIS's own, and written by who installs it
    left_out = "--exclude-table-data=spatial_ref_sys"
    wanted = ["--format=custom", f"--snapshot={snapshot}", left_out, "--schema=public"]
    return [str(dumper), "--no-password", "--verbose", *wanted]


@contextmanager
def _one_moment(url: str) -> Iterator[Connection]:
    """The database as it is now, for as long as this lasts."""
    engine = engine_at(url, pool_size=1)
    try:
        with engine.connect() as connection, connection.begin():
            for statement in _SETTLED:
                connection.exec_driver_sql(statement)
            yield connection
    finally:
        engine.dispose()


def server_of(connection: Connection) -> int:
    """The server's major version."""
    number = connection.scalar(text("SELECT current_setting('server_version_num')::integer"))
    return int(number or 0) // 10_000


def _facts(connection: Connection, settings: Settings, at: datetime, dumper: int) -> dict[str, Any]:
    """What the manifest says, but for the parts."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise Refused("There is nothing in this database to keep. Run: meris db migrate")
    cursor = "SELECT left(journal_identity(), 12) || '-' || pg_current_snapshot()"
    return {
        "made_at": at,
        "version": VERSION,
        "commit": _commit(),
        "revision": revision,
        "state": settings.state,
        "environment": settings.environment,
        "database": connection.scalar(text("SELECT current_database()")),
        "server": server_of(connection),
        "dumper": dumper,
        "cursor": connection.scalar(text(cursor)),
        "newest_change": connection.scalar(text("SELECT max(at) FROM change")),
        "counts": counts(connection),
        "closed": connection.scalars(_CLOSED).all(),
        "key": _key(settings),
    }


def counts(connection: Connection) -> Mapping[str, int]:
    """The rows of each table of MERIS; a table in partitions is counted by these."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.scalar(text(f"SELECT count(*) FROM {quote(name)}")) or 0  # noqa: S608  # nosec B608
        for name in connection.scalars(_TABLES).all()
    }


def _key(settings: Settings) -> str | None:
    """A digest of what signs cookies here; None before the first start."""
    key = settings.secret_key
    file = settings.home / "secret.key"
    if key is None and file.is_file():
        key = file.read_text().strip()
    return key and key_digest(key)


def _home_files(home: Path) -> Iterator[tuple[str, bytes]]:
    for name in HOME_FILES:
        if (home / name).is_file():
            yield name, (home / name).read_bytes()


def _commit() -> str | None:
    """Of the checkout that runs, if it is one."""
    if not (_ROOT / ".git").exists():
        return None
    command = ["git", "-C", os.fspath(_ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return said.stdout.strip() or None
