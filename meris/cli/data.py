"""meris upload: a spreadsheet, from the shell."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from meris import fields, uploads
from meris.accounts import agencies
from meris.cli.shared import opened, shell_actor
from meris.db import Database
from meris.errors import Refused
from meris.fields import Home
from meris.uploads import Decisions, Examined

_MOST_PROBLEMS = 20


@click.command(short_help="Check a spreadsheet, and load it.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, type=click.Choice(fields.ROW_KINDS))
@click.option("--agency", required=True, help="whose data it is: name or id")
@click.option("--apply", is_flag=True, help="load it; without this, only check")
@click.option("--only-valid", is_flag=True, help="load the rows without errors, leave the others")
@click.option("--public", is_flag=True, help="show new records to everybody, not only to staff")
@click.option("--sheet", help="of a workbook; the first one by default")
@click.option("--column", "columns", multiple=True, metavar="HEADER=FIELD",
              help="what a column means; HEADER= leaves it out")  # fmt: skip
@click.option("--set", "constants", multiple=True, metavar="FIELD=VALUE",
              help="a value for all rows")  # fmt: skip
def upload(
    file: Path,
    kind: str,
    agency: str,
    apply: bool,
    only_valid: bool,
    public: bool,
    sheet: str | None,
    columns: tuple[str, ...],
    constants: tuple[str, ...],
) -> None:
    """Check FILE (CSV or XLSX) and say what loading it would change; with --apply, load it.

    The file is loaded whole or not at all.
    """
    decisions = Decisions(
        sheet=sheet,
        confirmed={label: field or None for label, field in map(_pair, columns)},
        constants=dict(map(_pair, constants)),
        only_valid=only_valid,
        public=public,
    )
    with opened() as (settings, database):
        seen = _run(database, Home.of(settings.state), file, kind, agency, decisions, apply=apply)
    for line in _report(seen, applied=apply):
        click.echo(line)
    if seen.checked.refused and not only_valid:
        sys.exit(1)


def _pair(given: str) -> tuple[str, str]:
    name, sign, value = given.rpartition("=")
    if not sign:
        raise Refused(f'"{given}" has no "=". Write for example --set status=open.')
    return name, value


class _OnlyLooked(Exception):  # noqa: N818  # never leaves this module
    """Ends a dry run, so that nothing of it is kept."""


def _run(
    database: Database,
    home: Home,
    file: Path,
    kind: str,
    agency: str,
    decisions: Decisions,
    *,
    apply: bool,
) -> Examined:
    actor, work = shell_actor(), uploads.apply if apply else uploads.examine
    with suppress(_OnlyLooked), database.transaction(actor) as session:
        received = uploads.receive(
            session,
            actor,
            agency_id=agencies.find(session, agency).id,
            kind=kind,
            filename=file.name,
            content=file.read_bytes(),
        )
        if received.already:
            click.echo(received.already)
        seen = work(session, actor, received.upload_id, home, decisions)
        if not apply:
            raise _OnlyLooked
    return seen


def _report(seen: Examined, *, applied: bool) -> Iterator[str]:
    """What was understood, what is wrong, and what changes."""
    checked = seen.checked
    for column in seen.match.columns:
        yield f"  {column.label}  →  {column.field.name}"
    if left := ", ".join(column.label for column in seen.match.unmatched):
        yield f"  not read: {left}"
    yield from (f"  {note}" for note in checked.notes)
    groups = list(checked.problems)
    yield from (f"  {group.level}: {group.text}" for group in groups[:_MOST_PROBLEMS])
    if len(groups) > _MOST_PROBLEMS:
        yield f"  and {len(groups) - _MOST_PROBLEMS} more"
    yield f"{checked.total} rows: {checked.ready} good, {checked.refused} with errors."
    yield _verdict(seen, applied=applied)


def _verdict(seen: Examined, *, applied: bool) -> str:
    if seen.outcome is None:
        return "Nothing of it can be loaded."
    found = seen.outcome
    counts = (
        f"{found.new} new, {found.changed} changed, {found.confirmed} confirmed,"
        f" {found.unchanged} unchanged, {found.older} older than what is recorded"
    )
    if found.lines_new or found.lines_changed or found.lines_unchanged:
        counts += f"; stock lines: {found.lines_new} new, {found.lines_changed} changed"
    return f"Loaded: {counts}." if applied else f"With --apply: {counts}."


COMMANDS: tuple[click.Command, ...] = (upload,)
