"""Rows as files. Nothing in them depends on when or where they were made."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy.orm import Session
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from geo.geojson import MEDIA_TYPE
from meris.accounts import Viewer
from meris.errors import Refused
from meris.exports import rows
from meris.exports.columns import Column, columns
from meris.exports.rows import Asked
from meris.fields import Home

Rows = Iterable[Sequence[Any]]

#: What Excel's format holds, the header left aside.
_MOST_IN_A_SHEET = 1_048_575
# A workbook says when it was made; ours does not say when.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_WIDTH = 16
# As many decimals of a degree as the other formats have: a centimeter.
_DIGITS = 7


@dataclass(frozen=True)
class Format:
    """A kind of file. `write` answers how many rows it wrote."""

    extension: str
    title: str
    media_type: str
    write: Callable[[BinaryIO, Sequence[Column], Rows], int]


def write(
    session: Session, viewer: Viewer, asked: Asked, extension: str, out: BinaryIO, home: Home
) -> int:
    """Write what the viewer may see of what is asked for; the number of rows written.

    Call inside `reading`. Memory does not grow with the rows. Raises `Refused` for more rows than
    the format holds.
    """
    staff = viewer.may("see_staff")
    chosen = columns(asked.kind, home, staff=staff)
    found = rows.of(session, viewer.policy, asked, chosen)
    return FORMATS[extension].write(out, chosen, found)


def _write_csv(out: BinaryIO, chosen: Sequence[Column], found: Rows) -> int:
    """RFC 4180; UTF-8 with the mark that Excel needs to see it."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in chosen])
    cells = [column.cell for column in chosen]
    count = 0
    for row in found:
        writer.writerow([cell(value) for cell, value in zip(cells, row, strict=True)])
        count += 1
    text.detach()  # flushes, and leaves the file open
    return count


def _write_geojson(out: BinaryIO, chosen: Sequence[Column], found: Rows) -> int:
    """One feature a line, so that two exports can be compared line by line."""
    out.write(b'{"type": "FeatureCollection", "features": [')
    count = 0
    for row in found:
        line = json.dumps(_feature(chosen, row), ensure_ascii=False)
        out.write(f"{',' if count else ''}\n{line}".encode())
        count += 1
    out.write(b"\n]}\n")
    return count


def _feature(chosen: Sequence[Column], row: Sequence[Any]) -> dict[str, Any]:
    values = dict(zip((column.name for column in chosen), row, strict=True))
    lat, lon = values["latitude"], values["longitude"]
    point = {"type": "Point", "coordinates": [round(lon or 0, _DIGITS), round(lat or 0, _DIGITS)]}
    return {
        "type": "Feature",
        "geometry": None if lat is None else point,
        "properties": {
            column.name: column.member(values[column.name])
            for column in chosen
            if column.name not in ("latitude", "longitude")
        },
    }


def _write_xlsx(out: BinaryIO, chosen: Sequence[Column], found: Rows) -> int:
    """One sheet. Written to temporary files row by row, then packed with fixed times."""
    settings = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    with Workbook(out, settings) as book:
        book.set_properties({"created": _NO_TIME})
        sheet = book.add_worksheet("MERIS")
        heading = book.add_format({"bold": True})
        sheet.set_column(0, len(chosen) - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(chosen):
            sheet.write_string(0, number, column.name, heading)
        return _fill(sheet, chosen, found)


def _fill(sheet: Worksheet, chosen: Sequence[Column], found: Rows) -> int:
    count = 0
    for count, row in enumerate(islice(found, _MOST_IN_A_SHEET + 1), start=1):
        if count > _MOST_IN_A_SHEET:
            raise Refused(f"There are more than {_MOST_IN_A_SHEET:,} rows. Take them as CSV.")
        for number, (column, value) in enumerate(zip(chosen, row, strict=True)):
            if value is not None:
                _put(sheet, count, number, column, value)
    return count


def _put(sheet: Worksheet, row: int, number: int, column: Column, value: Any) -> None:
    """A cell of the type that fits; words are never looked at for formulas or links."""
    if column.is_number:
        sheet.write_number(row, number, float(column.text(value)))
    elif type(value) is date:
        sheet.write_datetime(row, number, value)
    elif text := column.cell(value):
        sheet.write_string(row, number, text)


_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The formats, by extension.
FORMATS = {
    one.extension: one
    for one in (
        Format("csv", "CSV", "text/csv; charset=utf-8", _write_csv),
        Format("xlsx", "Excel", _EXCEL, _write_xlsx),
        Format("geojson", "GeoJSON", MEDIA_TYPE, _write_geojson),
    )
}
