"""meris serve, db, config, openapi: running an installation."""

import signal
import subprocess
import sys
from dataclasses import fields as fields_of

import click
from flask import Flask, json
from sqlalchemy import make_url

from meris import demo, migrations
from meris.app import create_app
from meris.backup.programs import environment
from meris.cli.shared import opened, running
from meris.db import Database, driver_url
from meris.errors import Refused
from meris.notices.sender import Sender
from meris.postgres import Cluster
from meris.postgres.keeper import Keeper
from meris.settings import Settings
from meris.web import server
from meris.web.chores import Chores
from meris.web.context import Context
from meris.web.openapi import describe

_SECRET = {"secret_key", "metrics_token"}
_URLS = {"database_url", "owner_url"}


@click.command(short_help="Serve the map.")
def serve() -> None:
    """Serve the map, on a private database unless DATABASE_URL names one.

    Brings the schema up to date first, and loads the exercise state into an empty database unless
    MERIS_ENV is production. Ctrl-C stops everything that was started.
    """
    settings = Settings.from_environment()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # gunicorn sets its own later
    listener = server.listen(settings.host, settings.port)
    with running(settings) as ready:
        migrations.migrate(ready)
        if ready.environment == "demo":
            load_demo(ready)
        click.echo(f"MERIS is at http://{_host(ready)}:{ready.port}  (Ctrl-C stops it)")
        private = settings.database_url is None
        server.serve(lambda: _with_chores(create_app(ready), private), ready, listener)


def _with_chores(app: Flask, private: bool) -> Flask:
    """In the process that answers: what it does beside answering begins with it."""
    parts: Context = app.extensions["meris"]
    Chores(parts.whole, parts.settings).start()
    Sender(parts.whole, parts.settings).start()
    if private:
        Keeper(Cluster(parts.settings.home)).start()
    return app


def load_demo(settings: Settings) -> None:
    """The exercise state, when there is nothing yet; prints its accounts."""
    assert settings.owner_url is not None
    database = Database.at(settings.owner_url, pool_size=1)
    try:
        if demo.is_empty(database):
            click.echo("The database is empty: loading the exercise state …")
            for line in demo.load(database, settings).lines():
                click.echo(line)
    finally:
        database.dispose()


def _host(settings: Settings) -> str:
    if settings.host in ("0.0.0.0", "::"):  # noqa: S104  # nosec B104  # said, not bound
        return "localhost"
    return f"[{settings.host}]" if ":" in settings.host else settings.host


@click.group()
def db() -> None:
    """Work on the database."""


@db.command()
def migrate() -> None:
    """Bring the schema up to date, and adopt the journal after a restore."""
    with running(Settings.from_environment()) as settings:
        advice = migrations.migrate(settings)
    click.echo("The schema is up to date.")
    if advice:
        click.echo(advice)


@db.command()
@click.option("--owner", is_flag=True, help="of the role that owns the schema")
def url(owner: bool) -> None:
    """Print the database's address, with its password, as psql and pg_dump take it.

    That of the private cluster answers while MERIS runs.
    """
    with running(Settings.from_environment()) as settings:
        address = settings.owner_url if owner else settings.database_url
        assert address is not None
        plain = make_url(driver_url(address)).set(drivername="postgresql")
        click.echo(plain.render_as_string(hide_password=False))


@db.command(context_settings={"ignore_unknown_options": True})
@click.option("--owner", is_flag=True, help="as the role that owns the schema")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(owner: bool, arguments: tuple[str, ...]) -> None:
    """Open psql on the database; further ARGUMENTS are psql's."""
    with running(Settings.from_environment()) as settings:
        address = settings.owner_url if owner else settings.database_url
        assert address is not None
        # psql stops at Ctrl-C by itself
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        done = subprocess.run(["psql", *arguments], env=environment(address), check=False)
    sys.exit(done.returncode)


@click.command()
def config() -> None:
    """Show the settings that are in force, secrets masked."""
    settings = Settings.from_environment()
    for field in fields_of(settings):
        click.echo(f"{field.name:22} {_shown(field.name, getattr(settings, field.name))}")


def _shown(name: str, value: object) -> str:
    if value is None:
        return "-"
    if name in _SECRET:
        return "(set)"
    if name in _URLS:
        return make_url(str(value)).render_as_string(hide_password=True)
    if isinstance(value, tuple | frozenset):
        return ", ".join(sorted(value)) or "none"
    return str(value)


@click.command()
def openapi() -> None:
    """Print the description of the API (OpenAPI 3.1)."""
    with opened() as (settings, database):
        app = create_app(settings, database)
        with app.app_context():
            click.echo(json.dumps(describe(app), indent=2))


@click.command("demo", short_help="Load the exercise state.")
@click.option("--scale", type=float, default=1.0, help="times as many of everything (default 1)")
@click.option("--seed", type=int, default=29, help="another state of the same kind (default 29)")
def load_exercise(scale: float, seed: int) -> None:
    """Load the exercise state: shelters, supplies, units and accounts that are not real."""
    if scale <= 0:
        raise Refused("The scale must be more than 0.")
    with running(Settings.from_environment()) as settings:
        assert settings.owner_url is not None
        migrations.migrate(settings)
        database = Database.at(settings.owner_url, pool_size=1)
        for line in demo.load(database, settings, seed=seed, scale=scale).lines():
            click.echo(line)
        database.dispose()


COMMANDS: tuple[click.Command, ...] = (serve, db, load_exercise, config, openapi)
