"""meris upload: a spreadsheet, from the shell or from cron."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy.exc import OperationalError

from meris import fields
from meris.accounts import agencies
from meris.cli.shared import opened, shell_actor
from meris.db import Database
from meris.errors import Refused
from meris.settings import Settings
from meris.uploads import Decisions, unattended
from meris.uploads.geocoder import home_of
from meris.uploads.unattended import Result

#: What the shell is told, so that a script can act on it; docs/operations.md lists them.
EXIT = {"applied": 0, "unchanged": 0, "partly": 3, "refused": 4, "unreadable": 5, "busy": 6}
EXIT_USAGE, EXIT_NO_DATABASE = 2, 7

_MOST_PROBLEMS = 20


@click.command(short_help="Check a spreadsheet, and load it.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", required=True, help="whose data it is: name or id")
@click.option("--kind", type=click.Choice(fields.ROW_KINDS), help="without it, by the columns")
@click.option("--valid-rows-only", is_flag=True, help="load the valid rows, leave the others out")
@click.option("--dry-run", is_flag=True, help="say what would happen and keep nothing")
@click.option("--json", "as_json", is_flag=True, help="print the report that the API gives")
@click.option("--sheet", help="of a workbook; the first one with a table by default")
@click.option("--column", "columns", multiple=True, metavar="HEADER=FIELD",
              help="what a column means; HEADER= leaves it out")  # fmt: skip
@click.option("--set", "constants", multiple=True, metavar="FIELD=VALUE",
              help="a value for all rows")  # fmt: skip
def upload(
    file: Path,
    agency: str,
    kind: str | None,
    valid_rows_only: bool,
    dry_run: bool,
    as_json: bool,
    sheet: str | None,
    columns: tuple[str, ...],
    constants: tuple[str, ...],
) -> None:
    """Check FILE and load it: the whole file or, when a row has an error, nothing of it.

    Ends with 0 when all of it is in MERIS now, 2 when the command is wrong, 3 when rows were left
    out, 4 when nothing was loaded because of errors, 5 when FILE cannot be read, 6 when somebody
    else is at it, and 7 when the database is away.
    """
    decisions = Decisions(
        sheet=sheet,
        confirmed={label: field or None for label, field in map(_pair, columns)},
        constants=dict(map(_pair, constants)),
    )
    with reaching() as (settings, database):
        result = unattended.run(
            database,
            shell_actor(),
            home_of(settings),
            agency_id=_agency_id(database, agency),
            kind=kind,
            filename=file.name,
            content=_content(file),
            decisions=decisions,
            only_valid=valid_rows_only,
            dry_run=dry_run,
            own_county=settings.upload_own_county,
        )
    _print(result, as_json=as_json)
    sys.exit(EXIT[result.verdict])


@contextmanager
def reaching() -> Iterator[tuple[Settings, Database]]:
    """The database for a command's duration; ends with 7 when it cannot be reached."""
    with ExitStack() as stack:
        try:
            parts = stack.enter_context(opened())
        except Refused as refused:
            _end(refused.message, EXIT_NO_DATABASE)
        try:
            yield parts
        except OperationalError as error:
            _end(f"The database does not answer: {error.orig}", EXIT_NO_DATABASE)


def _end(message: str, code: int) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


def _pair(given: str) -> tuple[str, str]:
    name, sign, value = given.rpartition("=")
    if not sign:
        raise click.UsageError(f'"{given}" has no "=". Write for example --set status=open.')
    return name, value


def _agency_id(database: Database, given: str) -> int:
    with database.reading() as session:
        try:
            return agencies.find(session, given).id
        except Refused as refused:
            raise click.UsageError(refused.message) from refused


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _end(f"{file} cannot be read: {error.strerror}.", EXIT["unreadable"])


def _print(result: Result, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result.as_json(), indent=2, ensure_ascii=False))
        return
    if result.report:
        for line in told(result.report):
            click.echo(line)
    click.echo(result.message)


def told(report: dict[str, Any]) -> Iterator[str]:
    """A report for a person to read: columns, notes, problems with their rows, counts."""
    yield f"{report['filename']}, {report['kind']}, for {report['agency']}"
    for column in report["columns"] or ():
        if column["field"]:
            yield f"  {column['label']}  →  {column['field']}"
    if left := [column["label"] for column in report["columns"] or () if not column["field"]]:
        yield f"  not read: {', '.join(left)}"
    yield from (f"  {note}" for note in report["notes"] or ())
    problems = report["problems"] or []
    yield from (f"  {group['level']}: {group['text']}" for group in problems[:_MOST_PROBLEMS])
    more = len(problems[_MOST_PROBLEMS:]) + (report["more_problems"] or 0)
    if more:
        yield f"  and {more:,} more problems; --json lists them"
    for proposal in report["proposals"] or ():
        yield f"  proposal: {proposal['title']} ({proposal['rows']:,} rows)"
    if counts := report["counts"]:
        yield ", ".join(
            f"{counts[name]:,} {words}" for name, words in _WORDS.items() if counts.get(name)
        )
    if report["applied_before"]:
        yield f"This very file was already imported on {report['applied_before']['at'][:16]} UTC."
    if report["state"] == "received" and report["url"]:
        yield f"Look at it on the page {report['url']}."


_WORDS = {
    "total": "rows",
    "ready": "good",
    "refused": "with errors",
    "held": "that look like something recorded",
    "repeated": "twice in the file",
    "left_out": "left out by a person",
}


COMMANDS: tuple[click.Command, ...] = (upload,)
