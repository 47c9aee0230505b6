"""meris export: what an agency has, as a file."""

import os
import sys
from pathlib import Path
from typing import BinaryIO, cast

import click

from meris import exports, fields
from meris.cli.shared import opened, shell
from meris.db import Database
from meris.exports import FORMATS, Asked
from meris.fields import Home


@click.command(short_help="Write what an agency has into a file.")
@click.argument("kind", type=click.Choice(fields.ROW_KINDS))
@click.option("--agency", default="", help="name or id; without it, everybody's")
@click.option("--format", "extension", type=click.Choice(list(FORMATS)),
              help="without it, as FILE ends, or csv")  # fmt: skip
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path),
              help="the file to write; without it, to the terminal or pipe")  # fmt: skip
def export(kind: str, agency: str, extension: str | None, file: Path | None) -> None:
    """Write all shelters, supplies or units of an agency as CSV, Excel or GeoJSON.

    Uploaded again unchanged, such a file changes nothing. The same data give the same bytes.
    """
    extension = extension or _by_name(file)
    with opened() as (settings, database):
        home = Home.of(settings.state)
        if file is None:
            _write(database, home, kind, agency, extension, sys.stdout.buffer)
            return
        count = _write_whole(database, home, kind, agency, extension, file)
    click.echo(f"{count:,} rows are in {file}.", err=True)


def _by_name(file: Path | None) -> str:
    ending = file.suffix.lower().lstrip(".") if file else ""
    return ending if ending in FORMATS else "csv"


def _write_whole(
    database: Database, home: Home, kind: str, agency: str, extension: str, file: Path
) -> int:
    """The whole file or the one that was there before, never half of one."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as out:
            count = _write(database, home, kind, agency, extension, out)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return count


def _write(
    database: Database, home: Home, kind: str, agency: str, extension: str, out: object
) -> int:
    with database.reading() as session:
        whose = exports.whose(session, shell(), agency)
        asked = Asked(kind, whose.id if whose else None)
        return exports.write(session, shell(), asked, extension, cast(BinaryIO, out), home)


COMMANDS: tuple[click.Command, ...] = (export,)
