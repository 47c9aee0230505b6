"""What the last check of an upload found, row by row, as pages and machines ask for it.

    keep.rows(session, upload_id, fate="changed")     a page of rows, with what would change
    keep.points(session, upload_id)                   the same on the map
    keep.reasons(session, upload_id)                  why rows are not loaded

Empty after a crash of the database, which keeps it unlogged: then the file is checked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Numeric, Table, func, or_, select
from sqlalchemy.orm import Session

from meris.fields import POSITION_SOURCE, Field, of
from meris.tables import County, Upload, UploadRow
from meris.uploads import store
from meris.uploads.keeping import OPEN, PASSED
from meris.uploads.stage import PARTS, RESOURCE, STOCK_LINE

_TABLES: Mapping[str, Table] = {
    table.name: table for table in (RESOURCE, *PARTS.values(), STOCK_LINE)
}
#: Columns that no field stands for, and what people call them.
_PLACE_TITLES = {
    "position": "Place",
    "position_source": "How it was placed",
    "position_radius_m": "Known within (m)",
    "county_fips": "County",
}


@dataclass(frozen=True)
class KeptRow:
    """A row of a file: its number there, its fate, and what it says, in the words of the form.

    `values` are by title; `diff` lists {name, title, before, after} of a changed row; `cells` are
    as in the file, kept only of rows that are not loaded; `why` says why they are not.
    `resource_id` is None for a row that is new and not applied yet.
    """

    number: int
    fate: str
    resource_id: int | None
    name: str | None
    cells: list[str] | None
    values: dict[str, str]
    diff: list[dict[str, str]]
    why: list[str]
    lat: float | None
    lon: float | None
    radius_m: int | None


def rows(
    session: Session,
    upload_id: int,
    *,
    fate: str | None = None,
    q: str = "",
    unplaced: bool = False,
    after: int = 0,
    limit: int = 100,
) -> list[KeptRow]:
    """Rows in the order of the file, those after row number `after`.

    `q` is a part of a name or of a cell, or a row's number; `unplaced` asks for the rows that are
    loaded and will have no place on the map. Raises `NotFound` where there is no such upload.
    """
    upload = store.find(session, upload_id)
    wanted: list[ColumnElement[bool]] = [UploadRow.upload_id == upload_id, UploadRow.number > after]
    if fate is not None:
        wanted.append(UploadRow.fate == fate)
    if q.strip():
        wanted.append(_mentions(q.strip()))
    if unplaced:
        wanted += [UploadRow.lat.is_(None), UploadRow.fate.in_(PASSED)]
    chosen = select(UploadRow).where(*wanted).order_by(UploadRow.number).limit(limit)
    words = _Words(session, upload)
    return [words.row(row) for row in session.scalars(chosen)]


def points(session: Session, upload_id: int, most: int = 20_000) -> dict[str, Any]:
    """Where the rows are, as columns; `of` is how many have a place, of which `most` are told."""
    placed = (UploadRow.upload_id == upload_id, UploadRow.lat.is_not(None))
    total = session.scalar(select(func.count()).where(*placed)) or 0
    columns = (UploadRow.number, UploadRow.fate, UploadRow.lat, UploadRow.lon)
    chosen = select(*columns, UploadRow.radius_m.is_not(None)).where(*placed)
    if total > most:
        # every so many-th row, so that the whole file is shown and not its beginning
        chosen = chosen.where(UploadRow.number % -(-total // most) == 0)
    found = session.execute(chosen.order_by(UploadRow.number).limit(most)).all()
    number, fates, lat, lon, rough = zip(*found, strict=True) if found else ((),) * 5
    return {
        "row": list(number),
        "fate": list(fates),
        "lat": [round(degrees, 6) for degrees in lat],
        "lon": [round(degrees, 6) for degrees in lon],
        "approximate": list(rough),
        "of": total,
    }


def reasons(session: Session, upload_id: int) -> dict[int, list[str]]:
    """Why each row that is not loaded is not, by its number; rows older than what is recorded,
    and repeated ones, are not among them: they need no correction."""
    chosen = (
        select(UploadRow.number, UploadRow.why)
        .where(UploadRow.upload_id == upload_id, UploadRow.fate.in_(("refused", "held")))
        .order_by(UploadRow.number)
    )
    return {number: list(why or ()) for number, why in session.execute(chosen)}


def _mentions(q: str) -> ColumnElement[bool]:
    like = "%" + q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    cells = func.array_to_string(UploadRow.cells, "\x1f")
    found: list[ColumnElement[bool]] = [UploadRow.name.ilike(like), cells.ilike(like)]
    if q.isascii() and q.isdecimal() and len(q) < 10:
        found.append(UploadRow.number == int(q))
    return or_(*found)


class _Words:
    """Columns and values as people call them."""

    def __init__(self, session: Session, upload: Upload) -> None:
        self._applied = upload.state not in OPEN
        self._fields: dict[str, Field] = {f.column: f for f in of(upload.kind) if f.table}
        served = select(County.fips, County.full_name)
        self._counties = dict(session.execute(served).all())

    def row(self, row: UploadRow) -> KeptRow:
        stated = row.stated or {}
        if "staged_line" in stated:
            stated = {**stated.get("staged_row", {}), **stated["staged_line"]}
        return KeptRow(
            row.number,
            row.fate,
            row.resource_id if self._applied or row.fate != "new" else None,
            row.name,
            row.cells,
            self._values(stated),
            [self._difference(name, *both) for name, both in (row.diff or {}).items()],
            list(row.why or ()),
            row.lat,
            row.lon,
            row.radius_m,
        )

    def _values(self, stated: Mapping[str, Any]) -> dict[str, str]:
        known = {name: stated[name] for name in self._fields if name in stated}
        return {self.title(name): self.text(name, value) for name, value in known.items()}

    def _difference(self, name: str, before: Any, after: Any) -> dict[str, str]:
        return {
            "name": name,
            "title": self.title(name),
            "before": self.text(name, before),
            "after": self.text(name, after),
        }

    def title(self, column: str) -> str:
        """What people call a column."""
        if column in _PLACE_TITLES:
            return _PLACE_TITLES[column]
        field = self._fields.get(column)
        return field.title if field else column

    def text(self, column: str, value: Any) -> str:
        """A value as JSON keeps it, as people read it; unknown is empty."""
        if value is None:
            return ""
        if column == "county_fips":
            return self._counties.get(value, str(value))
        if column == "position":
            return _place(value)
        if column == "position_source":
            return POSITION_SOURCE[value].title if value in POSITION_SOURCE else str(value)
        field = self._fields.get(column)
        return field.rule.text(_typed(field, value)) if field else str(value)


def _place(value: str) -> str:
    """Latitude and longitude, to a meter; a place as PostGIS keeps it stays unsaid."""
    lat, comma, lon = value.partition(", ")
    if not comma or not lat:
        return ""
    return f"{float(lat):.5f}, {float(lon):.5f}"


def _typed(field: Field, value: Any) -> Any:
    """A value as its rule knows it, from its JSON."""
    assert field.table is not None
    kind = _TABLES[field.table].c[field.column].type
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Numeric) and not isinstance(value, bool):
        return Decimal(str(value))
    return value
