"""The database: one engine a process, and the only two ways in.

`transaction` is for writing and is the only place that commits. `reading` sees one moment of the
database for as long as it lasts, so that rows and the cursor they are true at agree.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from meris.settings import Settings

#: Connections beyond the pool's size, closed again after a rush.
_MAX_OVERFLOW = 20
_SET_ACTOR = text(
    "SELECT set_config('meris.actor', :actor, true), set_config('meris.agency', :agency, true),"
    " set_config('meris.upload', :upload, true)"
)


@dataclass(frozen=True)
class Actor:
    """Who makes a change: an account, or a command or token that names itself."""

    account_id: int | None
    agency_id: int | None
    name: str


#: Changes made from the shell or by MERIS itself, where no account stands behind them.
SYSTEM = Actor(None, None, "MERIS")


class Database:
    """Sessions on one PostgreSQL database."""

    def __init__(self, bind: Engine | Connection) -> None:
        self._bind = bind

    @classmethod
    def at(cls, url: str, *, pool_size: int = 10) -> Self:
        """A database by its address; any `postgresql` URL, several hosts allowed."""
        return cls(engine_at(url, pool_size=pool_size))

    @contextmanager
    def transaction(self, actor: Actor, *, upload_id: int | None = None) -> Iterator[Session]:
        """Write as `actor`: everything in the block happens, or nothing of it."""
        with self._session() as session:
            name_actor(session, actor, upload_id=upload_id)
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read one unchanging moment of the database."""
        with self._session() as session:
            if isinstance(self._bind, Engine):
                options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                session.connection(execution_options=options)
            yield session

    @contextmanager
    def listening(self, *channels: str) -> Iterator[Connection]:
        """A connection of its own that hears NOTIFY on `channels`, outside any transaction."""
        if isinstance(self._bind, Connection):
            raise TypeError("a borrowed connection cannot listen")
        with self._bind.connect() as pooled:
            connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
            for channel in channels:
                connection.exec_driver_sql(f"LISTEN {channel}")
            try:
                yield connection
            finally:
                # its LISTEN must not go back into the pool with it
                connection.invalidate()

    @contextmanager
    def beside(self) -> Iterator[Connection | None]:
        """A connection of its own whose every statement is done at once, to tell others how far a
        transaction is; None on a borrowed connection, or where there is none to spare."""
        connection = self._spare()
        try:
            yield connection
        finally:
            if connection is not None:
                # what it was set to must not go back into the pool with it
                connection.invalidate()
                connection.close()

    def _spare(self) -> Connection | None:
        if isinstance(self._bind, Connection):
            return None
        try:
            return self._bind.connect().execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError:
            return None

    @property
    def connections(self) -> tuple[int, int]:
        """How many connections of the pool are in use, and how many there may be."""
        if isinstance(self._bind, Connection) or not isinstance(self._bind.pool, QueuePool):
            return 1, 1
        pool = self._bind.pool
        return pool.checkedout(), pool.size() + _MAX_OVERFLOW

    def dispose(self) -> None:
        """Close every pooled connection, e.g. after a fork."""
        if isinstance(self._bind, Engine):
            self._bind.dispose()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        # on a borrowed connection (a test's) the block's commit ends a savepoint, not the test
        with Session(
            self._bind, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session


def name_actor(session: Session, actor: Actor, *, upload_id: int | None = None) -> None:
    """Tell the journal's triggers who writes, until this transaction ends."""
    session.execute(
        _SET_ACTOR,
        {
            "actor": "" if actor.account_id is None else str(actor.account_id),
            "agency": "" if actor.agency_id is None else str(actor.agency_id),
            "upload": "" if upload_id is None else str(upload_id),
        },
    )
    session.execute(text("SELECT set_config('meris.name', :name, true)"), {"name": actor.name})


def driver_url(url: str) -> str:
    """Any PostgreSQL URL, with psycopg2 as its driver."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def engine_at(url: str, *, pool_size: int = 10) -> Engine:
    """An engine that survives a restarted server and never plans in parallel (design.md §5)."""
    engine = create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=_MAX_OVERFLOW,
        pool_pre_ping=True,
        pool_timeout=10,
    )

    @event.listens_for(engine, "connect")
    def _settle(connection, _record):  # type: ignore[no-untyped-def]
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0; SET TIME ZONE 'UTC'")
        connection.commit()

    return engine


def open_database(settings: Settings) -> Database:
    """The web's database; the settings must name it by now."""
    if settings.database_url is None:
        raise ValueError("the settings name no database yet; start the private cluster first")
    return Database.at(settings.database_url)
