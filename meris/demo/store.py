"""Puts drafts into the database by COPY, in batches, through the triggers like everybody else."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from psycopg2 import sql
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from meris.demo.rows import Draft, NewAgency, Row, placed
from meris.tables import (
    Agency,
    Base,
    Resource,
    Shelter,
    StockLine,
    SupplySite,
    Unit,
    UnitPosition,
)

#: Resources in one COPY: enough to be fast, few enough for the triggers to stay in memory.
BATCH = 10_000
_PARTS: dict[str, type[Base]] = {"shelter": Shelter, "supply_site": SupplySite, "unit": Unit}
#: What the database fills in.
_OWN = frozenset(
    {
        *("search_text", "version", "created_at", "updated_at", "xid"),
        *("quantity_promised", "ledger_id"),
    }
)
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
)


class Store:
    """Writes drafts in batches, in the session's transaction."""

    def __init__(self, session: Session, agencies: Mapping[str, int]) -> None:
        self._session = session
        self._agencies = agencies
        #: Rows written, by table.
        self.counts: Counter[str] = Counter()

    def fill(self, drafts: Iterable[Draft]) -> None:
        """Write them all. While the database takes one batch, the next one is being made."""
        remaining = iter(drafts)
        # the session is used by one thread at a time: this one waits before it hands on
        with ThreadPoolExecutor(1) as writer:
            writing: Future[None] | None = None
            while batch := list(islice(remaining, BATCH)):
                if writing:
                    writing.result()
                writing = writer.submit(self._add, batch)
            if writing:
                writing.result()

    def _add(self, drafts: Sequence[Draft]) -> None:
        ids = self._session.scalars(_NEXT_IDS, {"table": "resource", "count": len(drafts)}).all()
        numbered = list(zip(ids, drafts, strict=True))
        self._write(Resource, [self._common(i, draft) for i, draft in numbered])
        for kind, table in _PARTS.items():
            self._write(
                table, [{**d.part, "resource_id": i} for i, d in numbered if d.kind == kind]
            )
        self._write(StockLine, [{**s, "resource_id": i} for i, d in numbered for s in d.stock])
        self._write(UnitPosition, [{**d.fix, "resource_id": i} for i, d in numbered if d.fix])

    def _common(self, resource_id: int, draft: Draft) -> Row:
        position = None if draft.place is None else placed(draft.place)
        owner = self._agencies[draft.agency]
        return {**draft.common, "id": resource_id, "agency_id": owner, "position": position}

    def _write(self, table: type[Base], rows: Sequence[Row]) -> None:
        if not rows:
            return
        name = table.__tablename__
        copy(self._session, name, _columns(table, rows[0]), rows)
        self.counts[name] += len(rows)


#: PostgreSQL copies nothing into a table behind a wall, but into one of this transaction.
_COPIED = (
    "CREATE TEMP TABLE copied AS SELECT {names} FROM {table} WITH NO DATA",
    "COPY copied ({names}) FROM STDIN (FORMAT csv)",
    "INSERT INTO {table} ({names}) SELECT {names} FROM copied",
    "DROP TABLE copied",
)


def copy(session: Session, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """COPY rows into a table; what a row does not name, and what it gives as None, is NULL."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(map(row.get, columns))
    buffer.seek(0)
    driver: Any = session.connection().connection.driver_connection
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with driver.cursor() as cursor:
        for step in _COPIED:
            done = sql.SQL(step).format(table=sql.Identifier(table), names=names)
            if step.startswith("COPY"):
                cursor.copy_expert(done, buffer)
            else:
                cursor.execute(done)


def _columns(table: type[Base], row: Row) -> list[str]:
    """The columns that the exercise fills: all but those that the database makes itself."""
    names = [column.key for column in inspect(table).columns]
    return [name for name in names if name not in _OWN and (name != "id" or "id" in row)]


def add_agencies(session: Session, agencies: Mapping[str, NewAgency]) -> dict[str, int]:
    """Make the agencies that are not there yet; name to id of all of them."""
    known = _agency_ids(session, agencies)
    missing = [vars(agency) for name, agency in agencies.items() if name not in known]
    copy(session, "agency", ("name", "kind", "county_fips", "phone"), missing)
    return _agency_ids(session, agencies)


def _agency_ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    statement = select(Agency.name, Agency.id).where(Agency.name.in_(list(names)))
    return {row.name: row.id for row in session.execute(statement)}
