"""The only way the schema is made: Alembic's revisions, then what must stand in every database."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

from meris.db import driver_url, engine_at
from meris.migrations import seed, walls
from meris.settings import Settings

FOLDER = Path(__file__).parent


def migrate(settings: Settings) -> str | None:
    """Bring the database to the newest schema and seed it; does nothing where nothing is missing.

    Connects as the owner's role and grants the web's role what it needs. Returns what its operator
    still has to do so that PostgreSQL itself holds back confidential rows; None: nothing.
    """
    if settings.owner_url is None or settings.database_url is None:
        raise ValueError("the settings name no database yet; start the private cluster first")
    engine = engine_at(settings.owner_url, pool_size=1)
    try:
        with engine.begin() as connection:
            # two hosts that start at once must not both migrate
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20261122)")
            upgrade(connection)
            seed.plant(connection, state=settings.state, web_url=driver_url(settings.database_url))
            return _advice(connection, make_url(driver_url(settings.database_url)).username or "")
    finally:
        engine.dispose()


def _advice(connection: Connection, web_role: str) -> str | None:
    """The words for what is missing of the second wall (docs/adr/0016)."""
    if web_role in ("", connection.scalar(text("SELECT current_user"))):
        return (
            "One role owns the tables and serves the web, so PostgreSQL holds nothing back by"
            " itself: MERIS's own rules do. Give the web a role of its own in DATABASE_URL and the"
            " owner's in DATABASE_OWNER_URL."
        )
    statements = walls.missing(connection, web_role)
    if not statements:
        return None
    return "\n".join(
        (
            "PostgreSQL does not hold back confidential rows by itself yet, or does so slowly. Run"
            " this as a superuser in this database while MERIS is stopped, then meris db migrate"
            " once more:",
            *(f"  {statement}" for statement in statements),
        )
    )


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply the revisions up to `revision`, inside the connection's transaction."""
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the revisions back to `revision` (`base` for none of them)."""
    command.downgrade(_config(connection), revision)


def is_current(connection: Connection) -> bool:
    """Whether the database has the newest schema."""
    heads = ScriptDirectory.from_config(_config(connection)).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
