"""Databases filled in bulk: no trigger runs while rows are written, then VACUUM ANALYZE.

So the journal has no rows of what is filled in, and nothing that a trigger would have derived from
it (a shelter's first count). What is asked of it afterwards passes all triggers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from bench.world import World
from meris.db import engine_at
from meris.postgres import Urls


@contextmanager
def filled(world: World, name: str, fill: Callable[[Connection], None]) -> Iterator[Urls]:
    """A database of its own that `fill` has written into, as its owner."""
    with world.database(name) as urls:
        write(urls, fill)
        yield urls


def write(urls: Urls, fill: Callable[[Connection], None], *tables: str) -> None:
    """Let `fill` write, and tell the planner; `tables` limits what is vacuumed."""
    engine = engine_at(urls.owner, pool_size=1)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
        fill(connection)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"VACUUM ANALYZE {', '.join(tables)}")
    engine.dispose()


@contextmanager
def untriggered(connection: Connection, *tables: str) -> Iterator[None]:
    """The tables without their triggers, which come back just as they were."""
    known = connection.execute(
        text(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " WHERE tgrelid::regclass::text = ANY(:tables) AND NOT tgisinternal"
        ),
        {"tables": list(tables)},
    ).all()
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table, name, enabled in known:
        always = "ALWAYS " if enabled == "A" else ""
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE {always}TRIGGER {name}")


@contextmanager
def unindexed(connection: Connection, table: str) -> Iterator[None]:
    """The table without its indexes and keys to others; all are made anew at the end."""
    of_table = {"oid": table}
    keys = connection.execute(
        text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = CAST(:oid AS regclass) AND contype = 'f' AND conparentid = 0"
        ),
        of_table,
    ).all()
    indexes = connection.execute(
        text(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = CAST(:oid AS regclass) AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
        ),
        of_table,
    ).all()
    for name, _ in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        connection.exec_driver_sql(definition.replace("%", "%%"))
    for name, definition in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def fill_box(connection: Connection, statements: tuple[str, ...], **values: object) -> None:
    """Execute statements, each with those of `values` that it names."""
    for statement in statements:
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
