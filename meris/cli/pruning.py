"""meris prune, trail: letting go of what is past its time, and keeping what must not go."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris import trails
from meris.cli.shared import opened, shell_actor, table
from meris.errors import NotFound
from meris.fields import Home
from meris.pruning import prune as prune_all
from meris.tables import Resource

_WHEN = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])


@click.command(short_help="Let go of what is past its time.")
def prune() -> None:
    """Let go of trails, notices, sign-ins and remains of uploads that are past their time.

    The server does the same once a day. Safe to run twice and while MERIS serves.
    """
    with opened() as (settings, database):
        done = prune_all(database, settings)
    for what, count in done.items():
        if count:
            click.echo(f"{what}: {count:,}")
    if not any(done.values()):
        click.echo("Nothing was past its time.")


@click.group()
def trail() -> None:
    """Where units have been: what is kept beyond its time."""


@trail.command()
@click.argument("unit", required=False)
@click.option("--all", "every", is_flag=True, help="every unit")
@click.option("--from", "from_at", type=_WHEN, required=True, help="in the state's time")
@click.option("--to", "to_at", type=_WHEN, required=True, help="a day alone means its beginning")
@click.option("--reason", required=True, help="for example the number of a case")
def hold(unit: str | None, every: bool, from_at: datetime, to_at: datetime, reason: str) -> None:
    """Keep the trail of UNIT, by its name or id, for an incident or a court."""
    if (unit is None) != every:
        raise click.UsageError("Name a unit, or say --all.")
    with opened() as (settings, database):
        zone = Home.of(settings.state).zone
        actor = shell_actor()
        with database.transaction(actor) as session:
            made = trails.hold(
                session,
                None if unit is None else _unit_id(session, unit),
                from_at=from_at.replace(tzinfo=zone),
                to_at=to_at.replace(tzinfo=zone),
                reason=reason,
                by=actor.name,
            )
            click.echo(f"Hold {made.id} is in force. It ends by: meris trail lift {made.id}")


@trail.command()
@click.argument("number", type=int)
def lift(number: int) -> None:
    """End hold NUMBER; the next pruning lets go of what it kept."""
    with opened() as (_, database), database.transaction(shell_actor()) as session:
        trails.lift(session, number)
    click.echo(f"Hold {number} is lifted.")


@trail.command("list")
def list_holds() -> None:
    """The holds in force, with their spans in the state's time."""
    with opened() as (settings, database), database.reading() as session:
        zone = Home.of(settings.state).zone
        rows = [
            (
                str(held.id),
                name or "every unit",
                f"{_clock(held.from_at, zone)} – {_clock(held.to_at, zone)}",
                held.reason,
                held.held_by,
            )
            for held, name in trails.holds(session)
        ]
    if rows:
        table([("hold", "unit", "span", "reason", "by"), *rows])
    else:
        click.echo("Nothing is on hold.")


def _unit_id(session: Session, given: str) -> int:
    """A unit by its id or its name. Raises `NotFound`, also when several have the name."""
    by_id = Resource.id == int(given) if given.isdecimal() and len(given) < 19 else None
    by_name = func.lower(Resource.name) == given.lower()
    found = session.scalars(
        select(Resource.id).where(
            Resource.kind == "unit", by_name if by_id is None else by_id | by_name
        )
    ).all()
    if len(found) != 1:
        many = f"{len(found)} units have" if found else "No unit has"
        raise NotFound(f"{many} the name {given}. Give its id, which its address on the map shows.")
    return found[0]


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(UTC).astimezone(zone):%Y-%m-%d %H:%M}"


COMMANDS: tuple[click.Command, ...] = (prune, trail)
