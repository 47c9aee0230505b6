"""The rows that were not taken in, as a file to correct and send again."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from meris.fields.guard import guarded
from meris.uploads.check import Checked
from meris.uploads.claims import labels
from meris.uploads.personal import blot, columns
from meris.uploads.sheet import Sheet

_BOM = "\ufeff"
# A negative number is no formula, and Excel shall go on seeing a number.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")

#: Why each row was not taken in, by its number.
Reasons = Mapping[int, Sequence[str]]


def failed_rows(sheet: Sheet, why: Checked | Reasons, held: Reasons | None = None) -> Iterator[str]:
    """CSV, piece by piece: the file's own columns as they came, then `row` and `reasons`.

    `why` gives the refused rows, or every row to list with its reasons; `held` those that wait for
    somebody to say what they are. For Excel: UTF-8 with a byte order mark, CRLF, and no cell that a
    spreadsheet would take for a formula.
    """
    reasons = {number: list(texts) for number, texts in (held or {}).items()}
    if isinstance(why, Checked):
        reasons |= {number: why.problems.why(number) for number in why.problems.refused}
    else:
        reasons |= {number: list(texts) for number, texts in why.items()}
    line, width, hidden = _Line(), len(sheet.headers), columns(sheet)
    yield _BOM + line.of([*labels(sheet), "row", "reasons"])
    for number, cells in sheet.rows():
        texts = reasons.get(number)
        if texts:
            own = (cells + [""] * width)[:width]
            blot(own, hidden)
            yield line.of([*own, str(number), " ".join(texts)])


class _Line:
    """One CSV line at a time."""

    def __init__(self) -> None:
        self._out = io.StringIO(newline="")
        self._writer = csv.writer(self._out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")

    def of(self, cells: list[str]) -> str:
        self._out.seek(0)
        self._out.truncate()
        self._writer.writerow(cell if _NUMBER.fullmatch(cell) else guarded(cell) for cell in cells)
        return self._out.getvalue()
