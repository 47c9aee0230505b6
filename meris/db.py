"""The database: one engine a process, and the only two ways in.

`transaction` is for writing and is the only place that commits. `reading` sees one moment of the
database for as long as it lasts, so that rows and the cursor they are true at agree.

Each begins by telling PostgreSQL what may be seen and written in it (`Sight`), which is what the
policies of its tables go by (meris/migrations/walls.py, docs/adr/0016). A session that says nothing
sees what the public may and writes nothing that is somebody's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import (
    Connection,
    Engine,
    TextClause,
    create_engine,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from meris.postgres import SEES_ALL
from meris.settings import Settings

#: Connections beyond the pool's size, closed again after a rush.
_MAX_OVERFLOW = 20
#: What a transaction is told, always all of it, each until the transaction ends.
_TOLD = (
    "role",
    "meris.sees",
    "meris.own",
    "meris.edits",
    "meris.agency_edited",
    "meris.dispatches",
)
_NAMED = ("meris.actor", "meris.agency", "meris.upload", "meris.name")


def _telling(names: tuple[str, ...]) -> TextClause:
    """One statement that sets all of them: one round trip."""
    told = (f"set_config('{name}', :{_parameter(name)}, true)" for name in names)
    return text(f"SELECT {', '.join(told)}")


def _parameter(name: str) -> str:
    return name.replace(".", "_")


_TELL, _NAME = _telling(_TOLD), _telling(_NAMED)
_TELL_AND_NAME = _telling(_TOLD + _NAMED)
_ASK = text(
    "SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in _TOLD)
)


@dataclass(frozen=True)
class Actor:
    """Who makes a change: an account, or a command or token that names itself."""

    account_id: int | None
    agency_id: int | None
    name: str


#: Changes made from the shell or by MERIS itself, where no account stands behind them.
SYSTEM = Actor(None, None, "MERIS")


@dataclass(frozen=True)
class Sight:
    """What PostgreSQL lets a session see and write, whatever its queries say.

    `own_agency`: whose confidential rows are seen, by staff. `edits`: the kinds of resource that
    may be written at the agency `agency`, or "all" for every agency's. Without anything: what the
    public sees, and no writing.
    """

    everything: bool = False
    staff: bool = False
    own_agency: int | None = None
    edits: frozenset[str] = frozenset()
    agency: int | None = None
    dispatches: bool = False

    def told(self, *, walled: bool) -> dict[str, str]:
        """The settings by the names of their parameters; `walled`: there is a role to change to."""
        return {
            "role": SEES_ALL if self.everything and walled else "none",
            "meris_sees": "staff" if self.staff or self.everything else "",
            "meris_own": _number(self.own_agency),
            "meris_edits": " ".join(sorted(self.edits)),
            "meris_agency_edited": _number(self.agency),
            "meris_dispatches": "yes" if self.dispatches else "",
        }


#: MERIS's own programs: the feed's listener, commands of the shell, what is done by the clock.
EVERYTHING = Sight(everything=True, edits=frozenset({"all"}), dispatches=True)
#: Whoever has not said who they are.
AS_THE_PUBLIC = Sight()


class Database:
    """Sessions on one PostgreSQL database, as `sight` has them: a program's own, unless told."""

    def __init__(self, bind: Engine | Connection, sight: Sight = EVERYTHING) -> None:
        self._bind = bind
        self._sight = sight

    def as_seen_by(self, sight: Sight) -> Self:
        """The same database with no more of it to see and to write than `sight` has."""
        return type(self)(self._bind, sight)

    @classmethod
    def at(cls, url: str, *, pool_size: int = 10) -> Self:
        """A database by its address; any `postgresql` URL, several hosts allowed."""
        return cls(engine_at(url, pool_size=pool_size))

    @contextmanager
    def transaction(self, actor: Actor, *, upload_id: int | None = None) -> Iterator[Session]:
        """Write as `actor`: everything in the block happens, or nothing of it."""
        with self._session() as session:
            named = _named(actor, upload_id)
            session.execute(_TELL_AND_NAME, self._sight.told(walled=is_walled(session)) | named)
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read one unchanging moment of the database."""
        with self._session() as session:
            if isinstance(self._bind, Engine):
                options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                session.connection(execution_options=options)
            see(session, self._sight)
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
        with (
            _as_before(self._bind),
            Session(
                self._bind, expire_on_commit=False, join_transaction_mode="create_savepoint"
            ) as session,
        ):
            yield session


@contextmanager
def _as_before(bind: Engine | Connection) -> Iterator[None]:
    """A borrowed connection's transaction goes on afterward, and sees what it saw before."""
    if isinstance(bind, Engine):
        yield
        return
    before = dict(zip(map(_parameter, _TOLD), bind.execute(_ASK).one(), strict=True))
    try:
        yield
    finally:
        bind.execute(_TELL, before)


def see(session: Session, sight: Sight) -> None:
    """From here to the end of its transaction the session sees and writes what `sight` has."""
    session.execute(_TELL, sight.told(walled=is_walled(session)))


@contextmanager
def beyond(session: Session) -> Iterator[None]:
    """Inside, the session sees every row, as something has to be found that its reader may not see:
    what is gone from their map, what a file would double. Only for that; it writes no more than
    before. Every place that does so is listed in tests/rules/test_second_wall.py."""
    before = session.scalar(text("SELECT current_setting('role')"))
    if before == SEES_ALL or not is_walled(session):
        yield
        return
    _become(session, SEES_ALL)
    try:
        yield
    except DBAPIError:
        raise  # the transaction takes no more statements, and what it was told ends with it
    except BaseException:
        _become(session, str(before))
        raise
    _become(session, str(before))


def _become(session: Session, role: str) -> None:
    session.execute(select(func.set_config("role", role, True)))


def name_actor(session: Session, actor: Actor, *, upload_id: int | None = None) -> None:
    """Tell the journal's triggers who writes, until this transaction ends."""
    session.execute(_NAME, _named(actor, upload_id))


def is_walled(session: Session) -> bool:
    """Whether the session's role may become the one that sees everything, and so is held back
    itself; asked once a connection."""
    known = session.connection().info
    if "walled" not in known:
        known["walled"] = bool(session.scalar(_IS_WALLED, {"role": SEES_ALL}))
    return bool(known["walled"])


# the owner of the tables is not held back, and has no need of another role; one that was made and
# has not been granted anything yet is of no use
_IS_WALLED = text(
    "SELECT pg_has_role(session_user, oid, 'MEMBER')"
    " AND has_table_privilege(oid, to_regclass('resource'), 'SELECT')"
    " FROM pg_roles WHERE rolname = :role"
)


def _named(actor: Actor, upload_id: int | None) -> dict[str, str]:
    return {
        "meris_actor": _number(actor.account_id),
        "meris_agency": _number(actor.agency_id),
        "meris_upload": _number(upload_id),
        "meris_name": actor.name,
    }


def _number(known: int | None) -> str:
    return "" if known is None else str(known)


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


def take_turns(session: Session, name: str, kind: int = 0) -> None:
    """Whoever else uses this name (of a `kind`) waits until our transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, kind))))
