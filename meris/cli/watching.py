"""meris watch: a folder that files are dropped into."""

import getpass
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from meris.accounts import agencies
from meris.cli.data import EXIT, reaching
from meris.db import Actor, Database
from meris.errors import Conflict, NotFound, Refused
from meris.settings import Settings
from meris.tables import Agency
from meris.uploads import unattended
from meris.uploads.dropfolder import KIND_FOLDERS, DropFolder, Job, Taken
from meris.uploads.geocoder import home_of
from meris.uploads.unattended import Result

_ONCE_MORE_SECONDS = 0.2


@click.command(short_help="Take in the files that are dropped into a folder.")
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.option("--valid-rows-only", is_flag=True, help="load the valid rows, leave the others out")
@click.option("--once", is_flag=True, help="take what is there, then end; for cron")
@click.option("--settle", type=click.FloatRange(min=0), default=10.0, show_default=True,
              help="seconds without a change after which a file counts as whole")  # fmt: skip
@click.option("--every", type=click.FloatRange(min=0.1), default=5.0, show_default=True,
              help="seconds between two looks")  # fmt: skip
def watch(folder: Path, valid_rows_only: bool, once: bool, settle: float, every: float) -> None:
    """Take in every file that appears as FOLDER/AGENCY/file or FOLDER/AGENCY/KIND/file.

    AGENCY is its name, its number or, for a county, its FIPS code. Files end up in FOLDER/done or
    FOLDER/refused, each with its report beside it. Ends at SIGTERM or Ctrl-C, after the file in
    hand. With --once it ends as `meris upload` would for the worst of the files.
    """
    stop = _stopped_by_signals()
    with reaching() as (settings, database):
        take = _Take(database, settings, only_valid=valid_rows_only)
        drop = DropFolder(folder, take, _say, settle, stop.is_set)
        try:
            with drop.locked():
                code = _once(drop, stop) if once else _until(drop, stop, every)
        except Conflict as conflict:
            _say(conflict.message)
            code = EXIT["busy"]
    sys.exit(code)


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _say(message: str) -> None:
    click.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {message}", err=True)


def _once(drop: DropFolder, stop: threading.Event) -> int:
    """Look twice, `settle` apart, and deal with what has not changed between."""
    found = drop.look()
    stop.wait(drop.settle + _ONCE_MORE_SECONDS)
    if not stop.is_set():
        found += drop.look()
    return max((EXIT[taken.result.verdict] for taken in found), default=0)


def _until(drop: DropFolder, stop: threading.Event, every: float) -> int:
    """Look again and again. A database that is away is waited for; the files wait too."""
    while not stop.is_set():
        try:
            drop.look()
        except OperationalError as error:
            _say(f"The database does not answer; the files wait. {error.orig}")
        except OSError as error:
            _say(f"The folder cannot be worked in: {error}")
        stop.wait(every)
    return 0


class _Take:
    """Deals with one dropped file in the database."""

    def __init__(self, database: Database, settings: Settings, *, only_valid: bool) -> None:
        self._database, self._home = database, home_of(settings)
        self._only_valid, self._own_county = only_valid, settings.upload_own_county
        self._name = f"meris watch ({getpass.getuser()})"

    def __call__(
        self, job: Job, content: bytes | None, why: str, kept: Callable[[int], None]
    ) -> Taken:
        if content is None:
            return Taken(Result("unreadable", why))
        try:
            with self._database.reading() as session:
                agency_id = agency_of(session, job.agency).id
            _check_kind_folder(job)
        except Refused as refused:
            return Taken(Result("refused", refused.message))
        # what lies in a county's folder is the county's word, and may be about the county only
        actor = Actor(None, agency_id, self._name)
        if job.upload_id is not None:
            return self._told(self._go_on(actor, job.upload_id))
        return self._told(
            unattended.run(
                self._database,
                actor,
                self._home,
                agency_id=agency_id,
                kind=job.kind,
                filename=job.name,
                content=content,
                only_valid=self._only_valid,
                own_county=self._own_county,
                kept=kept,
            )
        )

    def _go_on(self, actor: Actor, upload_id: int) -> Result:
        """Where a process that ended had come to."""
        try:
            return unattended.finish(
                self._database,
                actor,
                self._home,
                upload_id,
                only_valid=self._only_valid,
                own_county=self._own_county,
            )
        except NotFound:
            lost = f"Upload {upload_id}, as which it was kept, is gone. Drop the file again."
            return Result("refused", lost)

    def _told(self, result: Result) -> Taken:
        if result.report is None or result.verdict == "busy":
            return Taken(result)
        with self._database.reading() as session:
            rows = unattended.refused_rows(session, result.report["id"])
            return Taken(result, None if rows is None else list(rows))


def agency_of(session: Session, folder: str) -> Agency:
    """The agency that a folder is named for: by name, number, or FIPS code of its county.

    Raises `NotFound`.
    """
    try:
        return agencies.find(session, folder)
    except NotFound:
        of_county = select(Agency).where(Agency.kind == "county", Agency.county_fips == folder)
        found = session.scalars(of_county.limit(2)).all()
        if len(found) != 1:
            raise
        return found[0]


def _check_kind_folder(job: Job) -> None:
    if job.kind_folder and not job.kind:
        names = ", ".join(sorted(set(KIND_FOLDERS.values())))
        raise Refused(f'"{job.kind_folder}" is no kind of file. Name the folder {names}.')


COMMANDS: tuple[click.Command, ...] = (watch,)
