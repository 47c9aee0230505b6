"""meris backup, restore: everything into one file, and back."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from meris import backup as backups
from meris.backup import Manifest, Restored, Target
from meris.cli.shared import running, table
from meris.errors import Refused
from meris.postgres import Cluster, Urls
from meris.settings import Settings

_FILE = click.Path(path_type=Path)
#: Seconds between two words on how far it is: on a terminal, and into a log.
_SOON, _SELDOM = 0.2, 10.0


@click.command(short_help="Write everything into one file, or look at such a file.")
@click.argument("file", type=_FILE, required=False)
@click.option("--keep", type=click.IntRange(min=1), metavar="N",
              help="afterwards keep the newest N of the folder and remove the others")  # fmt: skip
@click.option("--check", "checking", is_flag=True, help="only read FILE back and say what it is")
@click.option("--last", is_flag=True, help="only say when the last backup was made")
@click.option("--within", type=click.FloatRange(min=0), metavar="HOURS",
              help="with --last: end with 1 when it is older")  # fmt: skip
def backup(
    file: Path | None, keep: int | None, checking: bool, last: bool, within: float | None
) -> None:
    """Write everything into FILE, or under a name with its time into a folder.

    Without FILE into MERIS_HOME/backups. People may go on working meanwhile: it holds one moment.
    FILE has mode 0600 and holds personal data, password hashes and the key that signs cookies:
    keep it like those. It is there only when it is whole and was read back; otherwise the command
    ends with 1 and leaves nothing.
    """
    settings = Settings.from_environment()
    if last:
        _tell_last(settings, within)
    elif checking:
        if file is None:
            raise click.UsageError("Name the file to check.")
        with _progress() as tell:
            manifest = backups.check(file, lambda done, of: tell(f"{done * 100 // max(of, 1)} %"))
        click.echo(f"{file} is whole: {_what(manifest)}")
    else:
        _make(settings, file, keep)


def _make(settings: Settings, file: Path | None, keep: int | None) -> None:
    to = file or settings.home / "backups"
    if file is None:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
    with running(settings) as ready, _progress() as tell:
        made = backups.make(ready, to, tell)
    click.echo(f"{made.file} ({made.size / 1e6:,.1f} MB) was written and read back.")
    click.echo(f"It holds {_what(made.manifest)}")
    for old in backups.keep_newest(made.file.parent, keep) if keep else ():
        click.echo(f"{old} was removed: {keep} are kept.")


def _tell_last(settings: Settings, within: float | None) -> None:
    known = backups.last_known(settings.home)
    if known is None:
        click.echo(f"No backup was made from {settings.home}.")
        sys.exit(1)
    gone = "" if known.file.exists() else " It is not there any more."
    click.echo(
        f"The last backup is {known.age_s / 3600:,.1f} hours old: {known.file}"
        f" ({known.size / 1e6:,.1f} MB).{gone}"
    )
    if gone or (within is not None and known.age_s > within * 3600):
        sys.exit(1)


def _what(manifest: Manifest) -> str:
    """A sentence and more on what an archive holds."""
    key = "with" if any(p.name == "home/secret.key" for p in manifest.parts) else "without"
    commit = f", commit {manifest.commit}" if manifest.commit else ""
    return (
        f"{manifest.rows:,} rows of {len(manifest.counts)} tables as of"
        f" {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, the last change of"
        f" {_moment(manifest.newest_change)}, {key} the key that signs cookies; state"
        f" {manifest.state}, schema {manifest.revision}, MERIS {manifest.version}{commit},"
        f" PostgreSQL {manifest.server}."
    )


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "no time"


@click.command(short_help="Put a backup in the place of the database.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True,
              help="also where the database holds data; these are kept beside it")  # fmt: skip
def restore(file: Path, replace: bool) -> None:
    """Put FILE in the place of the database: all of it, or nothing changes.

    MERIS must be stopped. A database that holds data is left alone unless you say --replace; what
    it held is kept under another name then. Everybody has to log in again.
    """
    settings = Settings.from_environment()
    with _target(settings) as target, _progress() as tell:
        done = backups.restore(file, target, settings, replace=replace, tell=tell)
    _tell_restored(done)


@contextmanager
def _target(settings: Settings) -> Iterator[Target]:
    if settings.database_url is None:
        cluster = Cluster(settings.home)
        with cluster.running():
            yield backups.Private(cluster)
    elif settings.owner_url is None:
        raise Refused("Set DATABASE_OWNER_URL.")
    else:
        yield backups.own(Urls(owner=settings.owner_url, web=settings.database_url))


def _tell_restored(done: Restored) -> None:
    saved = done.manifest
    rows = [
        (name, f"{count:,}", f"{done.counts[name]:,}")
        for name, count in saved.counts.items()
        if count
    ]
    table([("table", "saved", "restored"), *rows])
    click.echo(f"Restored: {_what(saved)}")
    if done.revision != saved.revision:
        click.echo(f"The schema was brought from {saved.revision} to {done.revision}.")
    for note in done.notes:
        click.echo(note)
    click.echo(
        "Everybody has to log in again, and open maps load anew. Accounts, passwords and tokens are"
        " as they were then: close again what was closed since."
    )
    if done.aside:
        click.echo(
            f"What the database held before is the database {done.aside} now. Once you are sure:"
            f" meris db psql --owner -c 'DROP DATABASE \"{done.aside}\"'"
        )


class _Teller:
    """Says how far it is: over and over on a line of a terminal, now and then in a log."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0 if self._terminal else _SELDOM)
        self._said = False

    def __call__(self, words: str) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + (_SOON if self._terminal else _SELDOM)
        self._said = self._terminal
        click.echo(f"\r\033[K{words}" if self._terminal else words, err=True, nl=not self._terminal)

    def end(self) -> None:
        """Leave the line."""
        if self._said:
            click.echo("\r\033[K", err=True, nl=False)


@contextmanager
def _progress() -> Iterator[_Teller]:
    teller = _Teller()
    # so that a unit of systemd that is stopped leaves nothing half done either
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield teller
    finally:
        signal.signal(signal.SIGTERM, before)
        teller.end()


COMMANDS: tuple[click.Command, ...] = (backup, restore)
