"""Rows copied aside: temporary tables with the columns of a kind, filled by COPY."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from geo.columns import as_wkb
from geo.values import Position
from meris.fields import RESOURCE_KIND, of
from meris.tables import Resource, Shelter, StockLine, SupplySite, Unit

#: The table of a kind's own columns.
PARTS = {
    "shelter": cast(Table, Shelter.__table__),
    "supply_site": cast(Table, SupplySite.__table__),
    "unit": cast(Table, Unit.__table__),
}
RESOURCE, STOCK_LINE = cast(Table, Resource.__table__), cast(Table, StockLine.__table__)
#: Columns of a resource's place that no single column of a file holds.
PLACE = ("position", "position_source", "position_radius_m", "county_fips")
# What identifies a record, is completed by the check, or decides what the newer state is.
_ALWAYS = (
    frozenset({"external_id", "name", "type", "status", "address_line1", "city", "source", "as_of"})
    | {"sensitivity", "managing_org", "item_code", "item_name", "category", "quantity_on_hand"}
    | {"quantity_committed", "unit_of_issue", "lot", "owner_agency"}
)


@dataclass(frozen=True)
class Staging:
    """The temporary tables of one upload.

    `rows` has one row a resource: its number in the file, its columns, and which resource it is
    (`resource_id`) or, where a check has said so, will be (`new_id`), whether a person must say
    that first (`held`), and whether it may only fill gaps (`fills_only`). `lines` has the stock
    lines of a supply file, each with the number of its site's row. What becomes of each is in
    `found` and `found_lines`, apart: to note it in the wide rows would write them all anew.
    `sources` says for each column the name of the checked value it takes.
    """

    kind: str
    rows: Table
    found: Table
    lines: Table | None
    found_lines: Table
    common: tuple[str, ...]
    part: tuple[str, ...]
    line: tuple[str, ...]
    sources: dict[str, str]

    @classmethod
    def of(cls, row_kind: str, names: Collection[str]) -> "Staging":
        """The tables for a kind of file that has the fields `names`."""
        kind, metadata = RESOURCE_KIND[row_kind], MetaData()
        part_table = PARTS[kind]
        common = _columns(row_kind, "resource", names)
        part = _columns(row_kind, part_table.name, names)
        line = _columns(row_kind, "stock_line", names)
        columns = [_like(RESOURCE, name) for name in common]
        columns += [_like(part_table, name) for name in part]
        rows = Table("staged_row", metadata, *_who(), *columns, prefixes=_TEMPORARY)
        lines = None
        if line:
            own = [_like(STOCK_LINE, name) for name in ("as_of", *line)]
            ties = (Column("number", Integer), Column("site", Integer))
            lines = Table("staged_line", metadata, *ties, *own, prefixes=_TEMPORARY)
        found = Table("staged_found", metadata, *_fate(), *_where(), prefixes=_TEMPORARY)
        ties = (Column("site", Integer), Column("line_id", BigInteger))
        found_lines = Table("staged_found_line", metadata, *_fate(), *ties, prefixes=_TEMPORARY)
        sources = _sources(row_kind)
        return cls(kind, rows, found, lines, found_lines, common, part, line, sources)

    def make(self, session: Session) -> None:
        """Create the tables, empty; they end with the transaction."""
        self.drop(session)
        for table in self.tables:
            table.create(session.connection())

    def analyze(self, session: Session, *tables: Table) -> None:
        """Let the planner know how many rows there are; it would take them for a handful. Only
        what rows are found by: all of the columns take a second."""
        for table in tables or self.tables:
            names = ", ".join(column.name for column in table.c if column.name in _SOUGHT)
            session.execute(text(f"ANALYZE pg_temp.{table.name} ({names})"))

    def drop(self, session: Session) -> None:
        """Remove the tables of this session, if there are any."""
        names = "staged_row", "staged_found", "staged_line", "staged_found_line"
        session.execute(text(f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{n}' for n in names)}"))

    @property
    def tables(self) -> list[Table]:
        own = [self.rows, self.found]
        return own if self.lines is None else [*own, self.lines, self.found_lines]


_TEMPORARY = ["TEMPORARY"]
_SOUGHT = frozenset({"number", "resource_id", "external_id", "name", "site", "fate", "item_name"})


def _who() -> list[Column[Any]]:
    """Which resource a row is: as its file says, as it was found, and how sure that is."""
    return [
        Column("number", Integer),
        Column("meris_id", BigInteger),
        Column("new_id", BigInteger),
        Column("resource_id", BigInteger),
        Column("held", Boolean),
        Column("fills_only", Boolean),
    ]


def _fate() -> list[Column[Any]]:
    return [
        Column("number", Integer),
        Column("resource_id", BigInteger),
        Column("fate", String),
        Column("diff", JSONB),
    ]


def _where() -> list[Column[Any]]:
    """Where the resource will be, and when the people in it were counted."""
    place = [_like(RESOURCE, "position"), _like(RESOURCE, "position_radius_m")]
    return [*place, _like(PARTS["shelter"], "counted_at"), Column("count_older", Boolean)]


def _columns(row_kind: str, table: str, names: Collection[str]) -> tuple[str, ...]:
    """The columns of a table that the file fills, and those that `merge` always looks at."""
    found = [
        field.column
        for field in of(row_kind)
        if field.table == table and (field.name in names or field.column in _ALWAYS)
    ]
    if table == "resource":
        found += [*PLACE, "position_at"]
    return tuple(dict.fromkeys(found))


def _sources(row_kind: str) -> dict[str, str]:
    names = {field.column: field.name for field in of(row_kind) if field.table}
    return names | {name: name for name in (*PLACE, "position_at", "meris_id")}


def _like(table: Table, name: str) -> Column[Any]:
    kind = table.c[name].type
    # without its index: a temporary table is read from end to end anyway
    if isinstance(kind, Geometry):
        kind = Geometry(kind.geometry_type, srid=kind.srid, spatial_index=False)
    return Column(name, kind)


def copy(session: Session, table: str, names: Iterable[str], rows: Iterable[Any]) -> None:
    """Fill a table by COPY. `rows` are sequences of values in the order of `names`."""
    columns = ", ".join(f'"{name}"' for name in names)
    cursor: Any = session.connection().connection.cursor()
    with cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _Lines(rows))


class _Lines:
    """Rows as the text format of COPY, read in pieces and never held as a whole."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._lines: Iterator[str] = ("\t".join(map(_cell, row)) + "\n" for row in rows)
        self._rest = ""

    def read(self, size: int = 8192) -> str:
        """At least `size` characters, or what is left."""
        pieces, length = [self._rest], len(self._rest)
        for line in self._lines:
            pieces.append(line)
            length += len(line)
            if length >= size:
                break
        whole = "".join(pieces)
        self._rest = whole[size:]
        return whole[:size]


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _cell(value: Any) -> str:
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Position):
        return str(as_wkb(value).desc)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return _array(value).translate(_ESCAPES)
    return str(value)


def _array(words: list[str]) -> str:
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"
