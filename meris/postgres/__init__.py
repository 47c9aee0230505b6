"""The embedded default: a private PostgreSQL with PostGIS for one folder, without a port.

    home/postgres        the data, owned by the user that the server runs as (or a link to it)
    home/run             the folder of its unix socket; there is no TCP at all
    home/secrets.json    passwords of the two roles MERIS connects with (0600)
    home/cluster.lock    held while somebody starts, prepares or stops the server
    home/users.lock      held, shared, by every process that uses the server

The server outlives a starter that is killed. Nobody owns it: each user of it holds a shared lock,
which the kernel lets go of even after kill -9, and whoever leaves last stops the server.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from meris.errors import Refused
from meris.postgres.server import PORT, Server

EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
OWNER, WEB = "meris_owner", "meris_web"
#: What the web's role becomes, by SET ROLE, for who may see every row (meris/migrations/walls.py).
SEES_ALL = "meris_sees_all"
#: What the policies of a table let PostgreSQL ask of an index first, before it knows whether a row
#: may be seen: searches by place and by words would read whole tables otherwise. None of these says
#: anything of a row that it turns down (docs/adr/0016). Only a superuser may say so.
LEAKPROOF = (
    "textlike(text, text)",
    "lower(text)",
    "geography(geometry)",
    "geometry_overlaps(geometry, geometry)",
    "geography_overlaps(geography, geography)",
    "st_dwithin(geography, geography, double precision, boolean)",
    "st_intersects(geometry, geometry)",
)
#: What a session of the web's role starts with. A page must not wait for ever, and for a map's
#: small queries PostgreSQL picks a parallel scan that takes ten times as long as the index.
WEB_SETTINGS = {
    "max_parallel_workers_per_gather": "0",
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
}


@dataclass(frozen=True)
class Urls:
    """SQLAlchemy addresses of one database: for the role that owns it and for the web's."""

    owner: str
    web: str


class Cluster:
    """The private server of one MERIS home and what every database in it has.

    `durable=False` is for tests: it gives up crash safety for speed.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.expanduser().absolute()
        self.server = Server(self.home, durable=durable)
        self._use: IO[bytes] | None = None
        self._user = 0

    def ensure(self) -> Urls:
        """Have the server running, with both roles and the database `meris`, and use it.

        Safe at any time, from any number of processes. Raises `Refused` saying what to do.
        """
        self._make_home()
        with self._alone():
            self._enter()
            try:
                started = self.server.have_running()
                self._have_secrets()
                if started or not self._finished():
                    self._prepare()
            except BaseException:
                self._leave()
                raise
        return self.urls()

    def release(self) -> None:
        """Stop using the server, and stop it when nobody else uses it.

        In a fork, such as a worker that ends, nothing happens: its parent uses the server.
        """
        if self._use is None or self._user != os.getpid():
            return
        with self._alone():
            if self._is_last():
                self.server.stop()
            self._leave()

    def revive(self) -> bool:
        """Start the server again if it has died; whether it had. Never makes a new one.

        Raises `Refused` saying why it does not start.
        """
        if self.server.pid() is not None:
            return False
        with self._alone():
            return self.server.data.exists() and self.server.have_running()

    def stop(self) -> None:
        """Stop the server even when others use it; nothing happens when it is down."""
        if self.home.is_dir():
            with self._alone():
                self.server.stop()
                self._leave()

    @contextmanager
    def running(self) -> Iterator[Urls]:
        """`ensure` now and `release` at the end, whatever happens between."""
        urls = self.ensure()
        try:
            yield urls
        finally:
            self.release()

    def urls(self, database: str = "meris") -> Urls:
        """The addresses of a database of this cluster, there or not; after `ensure`."""
        return Urls(owner=self._url(OWNER, database), web=self._url(WEB, database))

    def create_database(self, name: str, template: str | None = None) -> Urls:
        """A new database with the extensions: empty, or a copy of `template`.

        Nobody may be connected to the template. Raises `psycopg2.Error` when the name is taken.
        """
        # copying files takes a fifth of the time of logging each page, which is the default
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy")
        names = (name, OWNER, template or "template0")
        self._run("postgres", create.format(*map(sql.Identifier, names)))
        self._complete(name)
        return self.urls(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending its sessions; nothing happens when there is none."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._run("postgres", drop.format(sql.Identifier(name)))

    # Who uses it

    def _make_home(self) -> None:
        try:
            if not self.home.is_dir():
                self.home.mkdir(parents=True)
                self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for lock in ("cluster.lock", "users.lock"):
                self._open_lock(lock).close()
        except OSError as error:
            raise Refused(
                f"MERIS cannot write to its folder {self.home} ({error.strerror}). Run it as the "
                "user who owns that folder, or set MERIS_HOME to a folder of your own."
            ) from error

    def _open_lock(self, name: str) -> IO[bytes]:
        path = self.home / name
        path.touch(mode=0o600)
        return path.open("r+b")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._open_lock("cluster.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _enter(self) -> None:
        if self._use is None:
            self._use = self._open_lock("users.lock")
            fcntl.flock(self._use, fcntl.LOCK_SH)
            self._user = os.getpid()

    def _leave(self) -> None:
        if self._use is not None:
            self._use.close()
            self._use = None

    def _is_last(self) -> bool:
        assert self._use is not None
        with suppress(BlockingIOError):
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    # Inside the server

    def _run(self, database: str, *statements: sql.Composable) -> None:
        with closing(self.server.connect(database)) as connection:
            for statement in statements:
                connection.cursor().execute(statement)

    def _exists(self, catalog: str, column: str, value: str) -> bool:
        query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s")
        with closing(self.server.connect("postgres")) as connection:
            cursor = connection.cursor()
            cursor.execute(query.format(*map(sql.Identifier, (catalog, column))), (value,))
            return cursor.fetchone() is not None

    def _finished(self) -> bool:
        """Whether both roles can log in to `meris`: the last thing that `_prepare` allows."""
        try:
            for role in (OWNER, WEB):
                psycopg2.connect(**self._login(role, "meris")).close()
        except psycopg2.OperationalError:
            return False
        # a server from before there was this role
        return self._exists("pg_roles", "rolname", SEES_ALL)

    def _prepare(self) -> None:
        """Roles and database; heals a lost secrets.json and a first start that was cut short."""
        for role in (OWNER, WEB):
            if not self._exists("pg_roles", "rolname", role):
                self._run("postgres", sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        self._have_role_that_sees_all()
        if not self._exists("pg_database", "datname", "meris"):
            self.create_database("meris")
        self._complete("meris")
        self._run("postgres", *_web_settings())
        for role in (OWNER, WEB):
            self._let_log_in(role)

    def _have_role_that_sees_all(self) -> None:
        web, sees_all = sql.Identifier(WEB), sql.Identifier(SEES_ALL)
        if self._exists("pg_roles", "rolname", SEES_ALL):
            return
        made = sql.SQL("; ").join(
            (
                # it is never what the web's role is by itself, only what it becomes when it says so
                sql.SQL("ALTER ROLE {} NOINHERIT").format(web),
                sql.SQL("CREATE ROLE {} NOLOGIN").format(sees_all),
                sql.SQL("GRANT {} TO {}").format(sees_all, web),
            )
        )
        self._run("postgres", made)  # as one statement, so that all of it is done or nothing

    def _complete(self, database: str) -> None:
        names = tuple(map(sql.Identifier, (database, OWNER, WEB, SEES_ALL)))
        self._run(
            database,
            *(sql.SQL(f"CREATE EXTENSION IF NOT EXISTS {each}") for each in EXTENSIONS),
            *(sql.SQL(f"ALTER FUNCTION {each} LEAKPROOF") for each in LEAKPROOF),
            sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(names[0]),
            # TEMPORARY: a bulk load is copied aside into a table of its session first
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}, {}, {}").format(*names),
        )

    def _let_log_in(self, role: str) -> None:
        with closing(self.server.connect("postgres")) as connection:
            # hashed on this side, so that no password is ever in a statement
            hashed = encrypt_password(
                self._secrets()[role], role, connection, algorithm="scram-sha-256"
            )
        alter = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        self._run("postgres", alter.format(sql.Identifier(role), sql.Literal(hashed)))

    # Passwords

    def _login(self, role: str, database: str) -> dict[str, Any]:
        return {
            "host": str(self.server.sockets),
            "port": PORT,
            "user": role,
            "password": self._secrets()[role],
            "dbname": database,
        }

    def _url(self, role: str, database: str) -> str:
        folder = quote(str(self.server.sockets), safe="")
        login = f"{role}:{self._secrets()[role]}"
        return f"postgresql+psycopg2://{login}@/{quote(database)}?host={folder}&port={PORT}"

    def _secrets(self) -> dict[str, str]:
        file = self.home / "secrets.json"
        try:
            known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        except ValueError as error:
            raise Refused(f"{file} is damaged. Remove it; MERIS makes a new one.") from error
        return known

    def _have_secrets(self) -> None:
        known = self._secrets()
        missing = {OWNER, WEB} - known.keys()
        if missing:
            known |= {role: secrets.token_urlsafe(24) for role in sorted(missing)}
            fresh = self.home / "secrets.json.new"
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(known, indent=1) + "\n")
            fresh.replace(self.home / "secrets.json")


def _web_settings() -> list[sql.Composable]:
    alter = sql.SQL("ALTER ROLE {} SET {} = {}")
    return [
        alter.format(sql.Identifier(WEB), sql.Identifier(name), sql.Literal(value))
        for name, value in WEB_SETTINGS.items()
    ]
