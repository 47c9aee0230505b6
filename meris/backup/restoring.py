"""Restores a backup: into a fresh database first, which takes the old one's place once it is right.

1. The file is read through and held to its digests; a newer MERIS's is refused.
2. The database in use must hold nothing, unless the caller says `replace`, and nobody may use it.
3. Everything goes into a fresh database, and the rows of each table are counted.
4. There: newer migrations, rights, code lists, the journal adopted, sign-ins ended.
5. The two databases change names in one transaction. Until then nothing has happened.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from meris import migrations
from meris.backup import archive, making, programs
from meris.backup.manifest import Manifest, key_digest
from meris.backup.targets import RESTORING, Target, beside, name_of
from meris.db import engine_at
from meris.errors import Conflict, Refused
from meris.postgres import Urls
from meris.settings import Settings

Tell = Callable[[str], None]
_KEY = archive.HOME + "secret.key"
#: Lines of a dump's contents that are left out: what the fresh database has already, and policies,
#: which name a role that there may not be; the migrations raise those anew.
_LEFT_OUT = re.compile(
    r"\d+; \d+ \d+ (SCHEMA|ACL|POLICY|ROW SECURITY|COMMENT - SCHEMA|COMMENT public POLICY) "
)
_HELD = text("""
  SELECT (SELECT count(*) FROM resource) AS resources, (SELECT count(*) FROM account) AS accounts,
         (SELECT count(*) FROM agency) AS agencies, count(*) AS changes, max(at) AS newest,
         count(*) FILTER (WHERE at > :made_at) AS later
  FROM change
""")
#: Sign-ins: one that was ended, or whose account was closed, after the backup would live again.
#: Notices: what was news then is none now, and phones would ring for it.
_LET_GO = (
    "DELETE FROM sign_in",
    "UPDATE notice_delivery SET state = 'given_up', problem = 'restored from a backup'"
    " WHERE state = 'waiting'",
)


@dataclass(frozen=True)
class Restored:
    """What a restore did. `counts` are the rows of each table as restored, before migrations.

    `aside` is the name that the data of before have now; `notes` are sentences for the operator.
    """

    manifest: Manifest
    counts: Mapping[str, int]
    revision: str
    aside: str | None
    notes: tuple[str, ...]


def restore(
    file: Path,
    target: Target,
    settings: Settings,
    *,
    replace: bool = False,
    tell: Tell = lambda _: None,
) -> Restored:
    """Put an archive in the place of the database of `target`, all or nothing.

    Raises `Refused` or `Conflict` in words: a damaged or newer file, data that would be lost, a
    database in use. Nothing has changed then.
    """
    manifest = archive.check(
        file, lambda done, of: tell(f"Reading the backup: {done * 100 // max(of, 1)} %")
    )
    _check_fits(manifest, settings)
    held = holds(target.urls.owner, manifest.made_at)
    if held and not replace:
        raise Conflict(f"{held} Say --replace to restore all the same.")
    target.check_unused()
    name = name_of(target.urls)
    fresh, aside = beside(name, RESTORING), beside(name, "before")
    with target.fresh(fresh) as urls:
        _check_server(urls, manifest)
        _load(file, manifest, urls, tell)
        counts = _counted(urls, manifest)
        revision = _settle(urls, manifest, settings, tell)
        with _home_files(file, settings) as notes:
            target.check_unused()
            target.swap(fresh, aside)
    if not held:
        target.drop(aside)
    return Restored(manifest, counts, revision, aside if held else None, tuple(notes))


def _check_fits(manifest: Manifest, settings: Settings) -> None:
    """Whether this MERIS can take it; raises `Refused`."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if manifest.revision not in known:
        raise Refused(
            f"The backup was made by a newer MERIS ({manifest.version}, schema"
            f" {manifest.revision}); this one knows the schema up to"
            f" {_scripts().get_current_head()}. Install that version first."
        )
    if manifest.state != settings.state:
        raise Refused(
            f"The backup is of {manifest.state}, and MERIS_STATE is {settings.state} here."
            f" Set MERIS_STATE={manifest.state}."
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(migrations.FOLDER))


def _check_server(urls: Urls, manifest: Manifest) -> None:
    engine = engine_at(urls.owner, pool_size=1)
    with engine.connect() as connection:
        server = making.server_of(connection)
    engine.dispose()
    if server < manifest.server:
        raise Refused(
            f"The backup is of PostgreSQL {manifest.server} and this server is {server}, which may"
            f" not understand all of it. Restore into PostgreSQL {manifest.server} or newer."
        )


def holds(url: str, made_at: datetime) -> str | None:
    """What a database holds that a restore would take away, in words; None when nothing."""
    engine = engine_at(url, pool_size=1)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("SELECT to_regclass('public.change')")) is None:
                return None
            row = connection.execute(_HELD, {"made_at": made_at}).one()._asdict()
    finally:
        engine.dispose()
    if not row["resources"] + row["accounts"] + row["agencies"]:
        return None
    return _lost(row, made_at)


def _lost(row: Mapping[str, Any], made_at: datetime) -> str:
    newest = f", the newest of {row['newest']:%Y-%m-%d %H:%M:%S} UTC" if row["newest"] else ""
    return (
        f"The database holds {row['resources']:,} resources, {row['agencies']:,} agencies,"
        f" {row['accounts']:,} accounts and {row['changes']:,} changes{newest}. The backup is of"
        f" {made_at:%Y-%m-%d %H:%M:%S} UTC: {row['later']:,} changes that were made here after it"
        " would be lost, and whatever else is not in it."
    )


# Into the fresh database


def _load(file: Path, manifest: Manifest, urls: Urls, tell: Tell) -> None:
    """The whole dump, without owners and rights: roles may have other names here."""
    reader = archive.Reader(file)
    size = next(part.size for part in manifest.parts if part.name == archive.DUMP)
    restorer, _ = programs.program("pg_restore", manifest.dumper)
    wanted = [line for line in reader.tables() if not _LEFT_OUT.match(line)]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as contents:
        contents.write("\n".join(wanted) + "\n")
        contents.flush()
        command = [str(restorer), "--no-password", "--no-owner", "--no-acl", "--exit-on-error"]
        # the name only: where it is and whose it is are told by variables
        command += ["--use-list", contents.name, "--dbname", name_of(urls)]
        programs.feed(command, urls.owner, _passing(reader.chunks(archive.DUMP), size, tell))


def _passing(chunks: Iterator[bytes], size: int, tell: Tell) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        tell(f"Restoring: {done / 1e6:,.1f} of {size / 1e6:,.1f} MB")
    tell("Restoring: indexes and rules")


def _counted(urls: Urls, manifest: Manifest) -> Mapping[str, int]:
    """The rows of each table; raises `Refused` unless they are as many as were saved."""
    engine = engine_at(urls.owner, pool_size=1)
    with engine.connect() as connection:
        counts = making.counts(connection)
    engine.dispose()
    if counts != manifest.counts:
        other = [
            f"{name}: {counts.get(name, 0):,} in place of {manifest.counts.get(name, 0):,}"
            for name in sorted(counts.keys() | manifest.counts.keys())
            if counts.get(name) != manifest.counts.get(name)
        ]
        raise Refused(f"What was restored is not what was saved: {'; '.join(other)}.")
    return counts


def _settle(urls: Urls, manifest: Manifest, settings: Settings, tell: Tell) -> str:
    """Make the restored database this MERIS's own; the revision that it has then."""
    tell("Bringing the schema up to date and adopting the journal")
    engine = engine_at(urls.owner, pool_size=1)
    with engine.begin() as connection:
        for function in manifest.closed:
            connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    migrations.migrate(settings.at(database_url=urls.web, owner_url=urls.owner))
    with engine.begin() as connection:
        for statement in _LET_GO:
            connection.execute(text(statement))
    tell("Gathering statistics")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # without them the first hours' queries would be planned blindly
        connection.exec_driver_sql("ANALYZE")
        revision = _revision(connection)
    engine.dispose()
    return revision


def _revision(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


# Files of the home


@contextmanager
def _home_files(file: Path, settings: Settings) -> Iterator[list[str]]:
    """Files of MERIS_HOME: beside their places first, and into them once the block has ended well.

    Yields sentences about them. What was there is kept under another name.
    """
    reader, ready = archive.Reader(file), list[tuple[Path, Path]]()
    settings.home.mkdir(parents=True, exist_ok=True)
    notes = _about_key(reader.manifest, settings, given=_KEY in reader.files())
    try:
        for name in making.HOME_FILES:
            place = settings.home / name
            if archive.HOME + name in reader.files():
                content = reader.text(archive.HOME + name)
                if not place.exists() or place.read_text() != content:
                    ready.append((_beside(place, content), place))
        yield notes
        for fresh, place in ready:
            notes.append(_put(fresh, place))
    finally:
        for fresh, _ in ready:
            fresh.unlink(missing_ok=True)


def _beside(place: Path, content: str) -> Path:
    fresh = place.with_name(f"{place.name}.restored")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(content)
    return fresh


def _put(fresh: Path, place: Path) -> str:
    if not place.exists():
        fresh.rename(place)
        return f"{place} was restored."
    kept = place.with_name(beside(place.name, "before"))
    place.rename(kept)
    fresh.rename(place)
    return f"{place} was restored; what was there is {kept.name} now."


def _about_key(manifest: Manifest, settings: Settings, *, given: bool) -> list[str]:
    """Whether second factors will work: their secrets are locked with the key."""
    locked = "until then people cannot use their authenticator apps"
    if manifest.key is None:
        return []
    if settings.secret_key is not None:
        if key_digest(settings.secret_key) == manifest.key:
            return []
        return [f"MERIS_SECRET_KEY is not the key of the backup. Set that one; {locked}."]
    file = settings.home / "secret.key"
    if given or (file.is_file() and key_digest(file.read_text().strip()) == manifest.key):
        return []
    return [f"The key of the backup was in MERIS_SECRET_KEY and is not in it. Set it; {locked}."]
