"""Bytes to a `Sheet`. The content decides what a file is; its name only helps the message."""

import codecs
from pathlib import PurePath

from meris.errors import Refused
from meris.fields.words import clean
from meris.uploads.delimited import open_text
from meris.uploads.sheet import Origin, Sheet, Source, find_table
from meris.uploads.workbook import open_workbook, refuse_zip_dangers
from meris.uploads.workbook import sheet_names as workbook_sheet_names

MOST_BYTES = 100 * 1024 * 1024

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"

# Files people take for spreadsheets, by their first bytes, and what they really are.
_NOT_TABLES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF. Ask the sender for the spreadsheet it was printed from"),
    (b"\x89PNG", "a picture. Ask the sender for the spreadsheet behind it"),
    (b"\xff\xd8\xff", "a picture. Ask the sender for the spreadsheet behind it"),
    (b"GIF8", "a picture. Ask the sender for the spreadsheet behind it"),
    (b"{\\rtf", "a text document. Copy its table into a spreadsheet"),
    (b"\x1f\x8b", "a compressed file. Unpack it first"),
    (b"SQLite format 3", "a database. Export the table as CSV"),
    (b"<", "a web page or XML file, whatever its name says. Open it in Excel and save it as .xlsx"),
    (b"{", "a JSON file. Save the table as CSV or .xlsx"),
    (b"[{", "a JSON file. Save the table as CSV or .xlsx"),
)


def read(content: bytes, filename: str, sheet: str | None = None) -> Sheet:
    """The table in a file: CSV, TSV, XLSX or XLS (`sheet` names a worksheet to read).

    Raises `Refused` with plain words for everything that is no table: too large, locked, with
    macros, a picture, damaged, empty, without rows. It never raises anything else.
    """
    name = shown_name(filename)
    if not content:
        raise Refused(f"{name} is empty.")
    if len(content) > MOST_BYTES:
        raise Refused(
            f"{name} is {len(content) / 1e6:,.0f} MB; at most {MOST_BYTES // 1_048_576} MB are "
            "read. Split it into several files."
        )
    source, origin = _open(content, name, sheet)
    return find_table(source, origin)


def sheet_names(content: bytes, filename: str) -> list[str]:
    """The worksheets a person may choose from; empty for a text file. Raises `Refused`."""
    name = shown_name(filename)
    if content.startswith(_ZIP):
        _refuse_other_archives(content, name)
    elif not content.startswith(_OLE):
        return []
    return workbook_sheet_names(content, name)


def shown_name(filename: str) -> str:
    """A file's name as messages show it: no folders, nothing invisible, not too long."""
    return clean(PurePath(filename.replace("\\", "/")).name)[:120] or "The file"


def _open(content: bytes, name: str, sheet: str | None) -> tuple[Source, Origin]:
    if content.startswith(_ZIP):
        _refuse_other_archives(content, name)
    if content.startswith((_ZIP, _OLE)):
        return open_workbook(content, name, sheet)
    start = content[:64].removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, what in _NOT_TABLES:
        if start.startswith(mark):
            raise Refused(f"{name} is {what}.")
    if not start:
        raise Refused(f"{name} is empty.")
    return open_text(content, name)


def _refuse_other_archives(content: bytes, name: str) -> None:
    """A zip may be a workbook or anything else; only workbooks without macros pass."""
    entries = refuse_zip_dangers(content, name)
    if not any(entry.startswith("xl/workbook.") for entry in entries):
        raise Refused(
            f"{name} is an archive but not an Excel workbook. Unpack it and upload the CSV or "
            ".xlsx file in it."
        )
