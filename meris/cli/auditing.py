"""meris audit …: sealing the journal, checking the seals, and the root of each day."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from meris import sealing
from meris.cli.shared import opened, running, shell_actor, table
from meris.db import Database, engine_at
from meris.errors import Refused
from meris.fields import Home
from meris.sealing import Fault, Verdict
from meris.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d"])
#: What is younger may be undone, and phones that were away catch up from it.
_KEPT_DAYS = 90


@click.group()
def audit() -> None:
    """The journal's seals: whether anything in it was changed, and what to print of it."""


@audit.command()
def seal() -> None:
    """Seal everything that is finished now.

    The server does the same every minute. Safe to run at any time.
    """
    with opened() as (_, database):
        rows = sealing.seal_all(database)
        with database.reading() as session:
            seals = sealing.state(session).seals
    click.echo(f"Sealed {rows:,} rows. There are {seals:,} seals.")


@audit.command()
@click.option("--from", "first", type=_DAY, help="begin with this day's seals, in the state's time")
@click.option("--root", "roots", multiple=True, help="a root that was printed; may be repeated")
@click.option("--json", "as_json", is_flag=True, help="the answer as JSON")
def verify(first: datetime | None, roots: tuple[str, ...], as_json: bool) -> None:
    """Check every seal and every row of the journal against the chain.

    Changes nothing and may be run while MERIS serves. Ends with 0 when everything is as it was
    sealed and every root given is in the chain, and with 1 when not.
    """
    with opened() as (settings, database), database.reading() as session:
        zone = Home.of(settings.state).zone
        since = first.replace(tzinfo=zone) if first else None
        verdict = sealing.verify(session, since=since, roots=roots)
    if as_json:
        click.echo(json.dumps(_told(verdict), indent=1))
    else:
        _say(verdict, zone)
    if not verdict.ok:
        sys.exit(1)


@audit.command("roots")
@click.option("--days", type=click.IntRange(1, 3660), default=31, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="the answer as JSON")
def list_roots(days: int, as_json: bool) -> None:
    """The root of each of the last days: print it, or send it to somebody outside."""
    with opened() as (settings, database), database.reading() as session:
        home = Home.of(settings.state)
        today = home.today()
        found = sealing.roots(session, home.zone, today - timedelta(days=days - 1), today)
    if as_json:
        click.echo(json.dumps([one.told() for one in found], indent=1))
    elif found:
        rows = [(f"{r.day}", r.short, f"{r.n:,}", f"{r.rows:,}", r.hash.hex()) for r in found]
        table([("day", "root", "seal", "rows", "in full"), *rows])
    else:
        click.echo("Nothing was sealed in these days. Seal now: meris audit seal")


@audit.command("let-go")
@click.option("--before", type=_DAY, required=True, help="a day in the state's time")
@click.option("--reason", required=True, help="the rule or order that asks for it; it is kept")
@click.confirmation_option(prompt="Rows of the journal are removed for good. Go on?")
def let_go(before: datetime, reason: str) -> None:
    """Remove the journal's rows from before a day, under a seal that says who did it and why.

    Histories, records and exports begin later then. The chain holds: what is left is checked as
    before, and what was let go is told apart from what was taken away.
    """
    with running(Settings.from_environment()) as settings:
        assert settings.owner_url is not None
        moment = before.replace(tzinfo=Home.of(settings.state).zone)
        _old_enough(moment, max(_KEPT_DAYS, settings.upload_undo_days))
        with _sealed_by(settings.owner_url) as connection:
            rows = sealing.let_go(connection, before=moment, by=shell_actor().name, reason=reason)
    click.echo(f"Let go of {rows:,} rows of the journal.")


def _old_enough(moment: datetime, days: int) -> None:
    if moment > datetime.now(UTC) - timedelta(days=days):
        raise Refused(f"The last {days} days of the journal stay: uploads are undone from them.")


@contextmanager
def _sealed_by(owner_url: str) -> Iterator[Connection]:
    """A transaction of the owner's, after everything is sealed."""
    engine = engine_at(owner_url, pool_size=1)
    try:
        sealing.seal_all(Database(engine))
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _say(verdict: Verdict, zone: ZoneInfo) -> None:
    for fault in verdict.faults:
        where = f"seal {fault.seal}: " if fault.seal else ""
        click.echo(f"{where}{fault.words}{_about(fault, zone)}")
    for held in verdict.held:
        at = f"{held.sealed_at.astimezone(zone):%Y-%m-%d %H:%M}"
        click.echo(f"The root {held.root} is that of seal {held.seal:,}, made {at}.")
    walked = f"{verdict.rows:,} rows in {verdict.seals:,} seals"
    if verdict.let_go:
        walked += f", {verdict.let_go:,} of them let go since"
    if verdict.oldest:
        at = f"{verdict.oldest.astimezone(zone):%Y-%m-%d %H:%M}"
        click.echo(f"{verdict.not_sealed:,} rows are not sealed yet, the oldest of {at}.")
    if verdict.ok:
        click.echo(f"Everything is as it was sealed: {walked}.")
        if verdict.last:
            click.echo(f"The root is {sealing.short(verdict.last)}")
    else:
        click.echo(f"The journal is not as it was sealed. Walked: {walked}.", err=True)


def _about(fault: Fault, zone: ZoneInfo) -> str:
    """What a row says now, whose and of when."""
    if fault.at is None:
        return ""
    at = f"{fault.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return f" It says now: {fault.table} {fault.of}, by {fault.by}, {at}."


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": verdict.ok,
        "seals": verdict.seals,
        "rows": verdict.rows,
        "let_go": verdict.let_go,
        "not_sealed": verdict.not_sealed,
        "oldest_not_sealed": verdict.oldest and verdict.oldest.isoformat(),
        "root": verdict.last and verdict.last.hex(),
        "roots_found": [
            held._asdict() | {"sealed_at": held.sealed_at.isoformat()} for held in verdict.held
        ],
        "faults": [
            fault._asdict() | {"at": fault.at and fault.at.isoformat()} for fault in verdict.faults
        ],
    }


COMMANDS: tuple[click.Command, ...] = (audit,)
