"""A sealed journal to tamper with, and a second opinion on it without a line of the product."""

import hashlib
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

from meris.db import SYSTEM, Database
from meris.postgres import Cluster

ADD_AGENCY = text("INSERT INTO agency (name, kind) VALUES (:name, 'other')")
#: As the documentation gives it to anybody with psql.
ROW = """
    SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor_id,
      agency_id, actor_name, table_name, row_id, resource_id, operation, before::text, after::text,
      upload_id FROM change ORDER BY id"""
SEAL = """
    SELECT n, kind, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), home,
      since::text, until::text, whole, ids::text, rows, row_hashes, rows_hash, previous, hash,
      by_name, reason FROM journal_seal ORDER BY n"""


def write(database: Database, *names: str) -> None:
    """One transaction that adds an agency of each name: a row of the journal each."""
    with database.transaction(SYSTEM) as session:
        for name in names:
            session.execute(ADD_AGENCY, {"name": name})


def superuser(cluster: Cluster, database: str) -> Engine:
    """The administrator of the cluster, whom no trigger and no right stops."""

    def connect():
        connection = cluster.server.connect(database)
        connection.autocommit = False
        return connection

    return create_engine("postgresql+psycopg2://", creator=connect, pool_size=1)


@contextmanager
def tampering(engine: Engine) -> Iterator[Session]:
    """A session with the triggers off, whose work is undone at the end."""
    with engine.connect() as connection:
        transaction = connection.begin()
        for table in ("change", "journal_seal"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield Session(connection)
        transaction.rollback()


def parts(*values: object) -> bytes:
    """Text parts in PostgreSQL's binary form of a text array: dimensions, nulls, type, lengths."""
    told = [None if value is None else str(value).encode() for value in values]
    head = struct.pack(">iiiii", 1, int(None in told), 25, len(told), 1)
    return head + b"".join(
        struct.pack(">i", -1) if part is None else struct.pack(">i", len(part)) + part
        for part in told
    )


def digest(*values: object) -> bytes:
    return hashlib.sha256(parts(*values)).digest()


def ids_of(ranges: str) -> list[int]:
    """Every number of an int8multirange, such as {[1,4),[7,8)}."""
    found = re.findall(r"\[(\d+),(\d+)\)", ranges)
    return [n for low, high in found for n in range(int(low), int(high))]


def second_opinion(connection: Connection) -> list[str]:
    """What is wrong with the journal, worked out here from nothing but its columns."""
    rows = {row[0]: digest("meris.change.1", *row) for row in connection.execute(text(ROW))}
    faults, previous, sealed = [], bytes(32), set()
    for number, seal in enumerate(connection.execute(text(SEAL)), 1):
        n, kind, at, home, since, until, whole, ids, count, hashes, total, before, mine, *who = seal
        whole = "true" if whole else "false"
        told = (n, kind, at, home, since, until, whole, ids, count, total.hex(), before.hex())
        listed = [rows.get(i, b"") for i in ids_of(ids)] if kind == "rows" else []
        if n != number or bytes(before) != previous:
            faults.append(f"{n} does not follow")
        if digest("meris.seal.1", *told, *who) != bytes(mine):
            faults.append(f"{n} is not itself")
        if b"".join(listed) != bytes(hashes) or hashlib.sha256(hashes).digest() != bytes(total):
            faults.append(f"{n} has other rows")
        sealed.update(ids_of(ids))
        previous = bytes(mine)
    return faults + [f"{i} is in no seal" for i in sorted(rows.keys() - sealed)]
