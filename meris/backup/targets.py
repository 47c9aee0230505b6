"""Where a backup is restored to: a fresh database beside the one in use, which then takes its name.

`Private` is the cluster of MERIS_HOME, `Own` what DATABASE_OWNER_URL names. Where the owner's role
may not make databases, an empty one is filled in place.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg2
from psycopg2 import errors, sql
from sqlalchemy import make_url

from meris.errors import Conflict, Refused
from meris.postgres import EXTENSIONS, Cluster, Urls

#: What the name of a database says while it is filled.
RESTORING = "restoring"
#: PostgreSQL cuts longer names off.
_LONGEST_NAME = 63
_USERS = """
  SELECT count(*), min(backend_start), string_agg(DISTINCT usename, ', ') FROM pg_stat_activity
  WHERE datname = %s AND usename IS NOT NULL AND pid <> pg_backend_pid()
"""
#: Removes everything in the schema that is not an extension's. The names are gathered first: one
#: removal takes others with it, and what is gone has no name.
_EMPTY = """
DO $$
DECLARE
  command text;
  commands text[] := ARRAY(
    SELECT format('DROP TABLE IF EXISTS %s CASCADE', c.oid::regclass) FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'));
BEGIN
  FOREACH command IN ARRAY commands LOOP
    EXECUTE command;
  END LOOP;
END $$
"""
_LEFT = "SELECT datname FROM pg_database WHERE datname ~ %s"
_SWAP = "ALTER DATABASE {old} RENAME TO {aside}; ALTER DATABASE {new} RENAME TO {old}"


class Target(Protocol):
    """A database that can be replaced by another one."""

    @property
    def urls(self) -> Urls:
        """The addresses of the one in use."""

    def fresh(self, name: str) -> AbstractContextManager[Urls]:
        """An empty database with the extensions, dropped again when the block fails."""

    def swap(self, fresh: str, aside: str) -> None:
        """Give `fresh` the name of the one in use, and that one the name `aside`."""

    def drop(self, name: str) -> None:
        """Remove a database."""

    def check_unused(self) -> None:
        """Raise `Conflict` while anybody is connected."""


def name_of(urls: Urls) -> str:
    """The database's name."""
    return make_url(urls.owner).database or ""


def beside(name: str, what: str) -> str:
    """A name for another database: that of the one in use, what it is, and the time."""
    end = f"_{what}_{datetime.now(UTC):%Y%m%d%H%M%S}"
    return name[: _LONGEST_NAME - len(end)] + end


def check_unused(connection: Any, name: str) -> None:
    """Raise `Conflict` while somebody else is connected to a database."""
    cursor = connection.cursor()
    cursor.execute(_USERS, (name,))
    count, since, who = cursor.fetchone()
    if count:
        raise Conflict(
            f"{count} connections to the database {name} are open, of {who}, the first since"
            f" {since:%Y-%m-%d %H:%M} UTC. Stop MERIS and whatever else uses it, then repeat."
        )


def _sweep(connection: Any, name: str) -> None:
    """Remove what a restore that was killed has left, unless one is at it still."""
    cursor = connection.cursor()
    cursor.execute(_LEFT, (f"^{re.escape(beside(name, RESTORING)[:-14])}[0-9]{{14}}$",))
    for (left,) in cursor.fetchall():
        with suppress(errors.ObjectInUse, errors.InsufficientPrivilege):
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(left)))


def _swap(connection: Any, old: str, new: str, aside: str) -> None:
    """Both in one transaction: there is never a moment without a database of this name."""
    names = {"old": old, "new": new, "aside": aside}
    statement = sql.SQL(_SWAP).format(**{k: sql.Identifier(v) for k, v in names.items()})
    try:
        connection.cursor().execute(statement)
    except errors.ObjectInUse as error:
        raise Conflict(
            f"Somebody connected to the database {old} meanwhile, so it was left as it is and"
            " nothing was restored. Stop MERIS and whatever else uses it, then repeat."
        ) from error


@dataclass(frozen=True)
class Private:
    """The private cluster of a MERIS home; it must be running."""

    cluster: Cluster

    @property
    def urls(self) -> Urls:
        return self.cluster.urls()

    @contextmanager
    def fresh(self, name: str) -> Iterator[Urls]:
        with closing(self.cluster.server.connect("postgres")) as connection:
            _sweep(connection, name_of(self.urls))
        try:
            yield self.cluster.create_database(name)
        except BaseException:
            self.cluster.drop_database(name)
            raise

    def swap(self, fresh: str, aside: str) -> None:
        with closing(self.cluster.server.connect("postgres")) as connection:
            _swap(connection, name_of(self.urls), fresh, aside)

    def drop(self, name: str) -> None:
        self.cluster.drop_database(name)

    def check_unused(self) -> None:
        with closing(self.cluster.server.connect("postgres")) as connection:
            check_unused(connection, name_of(self.urls))


@dataclass(frozen=True)
class Own:
    """A PostgreSQL of the operator's own, through the owner's role, which may make databases."""

    urls: Urls

    @contextmanager
    def fresh(self, name: str) -> Iterator[Urls]:
        self._make(name)
        urls = Urls(*(_named(url, name) for url in (self.urls.owner, self.urls.web)))
        try:
            self._complete(urls)
            yield urls
        except BaseException:
            with suppress(psycopg2.Error):
                self.drop(name)
            raise

    def _make(self, name: str) -> None:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        try:
            with self._elsewhere() as connection:
                _sweep(connection, name_of(self.urls))
                connection.cursor().execute(create)
        except (errors.InsufficientPrivilege, psycopg2.OperationalError) as error:
            role = make_url(self.urls.owner).username or ""
            raise Refused(_cannot_make(role, name_of(self.urls), error)) from error

    def _complete(self, urls: Urls) -> None:
        web = make_url(urls.web).username or ""
        names = {"name": sql.Identifier(name_of(urls)), "web": sql.Identifier(web)}
        statements = [
            *(sql.SQL(f"CREATE EXTENSION IF NOT EXISTS {each}") for each in EXTENSIONS),
            sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {web}").format(**names),
        ]
        try:
            with _connected(urls.owner) as connection:
                for statement in statements:
                    connection.cursor().execute(statement)
        except errors.InsufficientPrivilege as error:
            raise Refused(
                "The owner's role may not make the extensions in a new database"
                f" ({str(error).strip()}). Have an empty database made that has"
                f" {', '.join(EXTENSIONS)}, name that in DATABASE_OWNER_URL and DATABASE_URL, and"
                " repeat."
            ) from error

    def swap(self, fresh: str, aside: str) -> None:
        with self._elsewhere() as connection:
            _swap(connection, name_of(self.urls), fresh, aside)

    def drop(self, name: str) -> None:
        with self._elsewhere() as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
            connection.cursor().execute(drop)

    def check_unused(self) -> None:
        with _connected(self.urls.owner) as connection:
            check_unused(connection, name_of(self.urls))

    @contextmanager
    def _elsewhere(self) -> Iterator[Any]:
        with _connected(_named(self.urls.owner, "postgres")) as connection:
            yield connection


@dataclass(frozen=True)
class InPlace:
    """An empty database with the extensions, filled where it is; nothing takes another's name."""

    urls: Urls

    @contextmanager
    def fresh(self, _name: str) -> Iterator[Urls]:
        with _connected(self.urls.owner) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT current_user, to_regclass('public.alembic_version')")
            role, table = cursor.fetchone()
        if table is not None:
            raise Refused(_cannot_make(role, name_of(self.urls), "it has not CREATEDB"))
        try:
            yield self.urls
        except BaseException:
            with _connected(self.urls.owner) as connection:
                connection.cursor().execute(_EMPTY)
            raise

    def swap(self, fresh: str, aside: str) -> None:
        """Nothing: what was filled has the name."""

    def drop(self, name: str) -> None:
        """Nothing: there is no other."""

    def check_unused(self) -> None:
        with _connected(self.urls.owner) as connection:
            check_unused(connection, name_of(self.urls))


def own(urls: Urls) -> Own | InPlace:
    """The target that the owner's role has the rights for."""
    with _connected(urls.owner) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        return Own(urls) if cursor.fetchone()[0] else InPlace(urls)


def _cannot_make(role: str, name: str, why: object) -> str:
    return (
        f"The role {role} may not make a database beside {name}, into which the backup would be"
        f" restored before it takes its place. Either let it (ALTER ROLE {role} CREATEDB), or have"
        f" an empty database made with the extensions {', '.join(EXTENSIONS)}, name that in"
        f" DATABASE_OWNER_URL and DATABASE_URL, and repeat. ({str(why).strip()})"
    )


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """A connection whose every statement is done at once."""
    plain = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql")
    connection = psycopg2.connect(plain.render_as_string(hide_password=False))
    connection.autocommit = True
    with closing(connection):
        yield connection
