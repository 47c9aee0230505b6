"""The rows that were refused, as a file to correct and send again."""

import csv
import io
from collections.abc import Iterator

from defusedcsv import csv as safe_csv

from meris.uploads.check import Checked
from meris.uploads.claims import labels
from meris.uploads.sheet import Sheet

_BOM = "\ufeff"


def failed_rows(sheet: Sheet, checked: Checked) -> Iterator[str]:
    """CSV, piece by piece: the file's own columns, then `row` and `error`. For Excel: UTF-8 with
    a byte order mark, CRLF, and no cell that a spreadsheet would take for a formula."""
    line = _Line()
    yield _BOM + line.of([*labels(sheet), "row", "error"])
    width = len(sheet.headers)
    for number, cells in sheet.rows():
        groups = checked.problems.refused.get(number)
        if groups:
            own = (cells + [""] * width)[:width]
            yield line.of([*own, str(number), " ".join(_said(g.column, g.message) for g in groups)])


def _said(column: str | None, message: str) -> str:
    return f"{column}: {message}" if column else message


class _Line:
    """One CSV line at a time."""

    def __init__(self) -> None:
        self._out = io.StringIO(newline="")
        self._writer = safe_csv.writer(self._out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")

    def of(self, cells: list[str]) -> str:
        self._out.seek(0)
        self._out.truncate()
        self._writer.writerow(cells)
        return self._out.getvalue()
