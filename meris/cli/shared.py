"""What the commands share: settings, a running database, and refusals in plain words."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy.exc import OperationalError, ProgrammingError

from meris.accounts import Viewer
from meris.db import Actor, Database
from meris.errors import Refused
from meris.postgres import Cluster
from meris.settings import Settings
from meris.web import logs


class Commands(click.Group):
    """Prints why MERIS refuses and ends with 1; a traceback would help nobody."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            logs.configure("warning")
            return super().invoke(ctx)
        except Refused as refused:
            raise click.ClickException(_with_problems(refused)) from refused
        except OperationalError as error:
            raise click.ClickException(f"The database does not answer: {error.orig}") from error
        except ProgrammingError as error:
            raise click.ClickException(_unprepared(error)) from error


def _with_problems(refused: Refused) -> str:
    problems = refused.details.get("problems", [])
    return "\n".join([refused.message, *(f"  {p.get('message', p)}" for p in problems)])


def _unprepared(error: ProgrammingError) -> str:
    if isinstance(error.orig, InsufficientPrivilege):
        return f"The database role may not do this: {error.orig}"
    return f"The database has not the schema it should have. Run: meris db migrate\n{error.orig}"


@contextmanager
def running(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that answers: the one they name, or the private cluster."""
    if settings.database_url is not None:
        yield settings
        return
    with Cluster(settings.home).running() as urls:
        yield settings.at(database_url=urls.web, owner_url=urls.owner)


@contextmanager
def opened() -> Iterator[tuple[Settings, Database]]:
    """Settings from the environment and the web's database, for a command's duration."""
    with running(Settings.from_environment()) as settings:
        assert settings.database_url is not None
        database = Database.at(settings.database_url, pool_size=1)
        try:
            yield settings, database
        finally:
            database.dispose()


def shell() -> Viewer:
    """Whoever has the shell has everything; the journal says that it was the shell."""
    return Viewer(name=f"{getpass.getuser()} (shell)", roles=frozenset({"admin"}))


def shell_actor() -> Actor:
    """The shell, as the journal records it."""
    return shell().actor


def table(rows: list[tuple[str, ...]]) -> None:
    """Print rows in columns that are as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
