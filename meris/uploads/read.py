"""Bytes to a `Sheet`. The content decides what a file is; its name only helps the message."""

import codecs
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from meris.errors import Refused
from meris.fields.words import clean
from meris.uploads.archive import Entry, entries_of, tables_in, unpacked
from meris.uploads.delimited import open_text
from meris.uploads.geofile import is_json, open_geojson
from meris.uploads.kml import is_kml, open_kml
from meris.uploads.sheet import Sheet, find_table
from meris.uploads.workbook import is_workbook, open_workbook
from meris.uploads.workbook import sheet_names as workbook_sheet_names

MOST_BYTES = 100 * 1024 * 1024

#: What a file's name may end in, for choosing one; its content decides what it is.
FILE_ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xls",
    ".ods",
    ".zip",
    ".geojson",
    ".json",
    ".kml",
    ".kmz",
)

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
# Between the name of a workbook in an archive and the name of its sheet.
_IN = " › "
_MOST_TRIED = 10
_MOST_CHOICES = 50
_BOOKS = (".xlsx", ".xls", ".ods")

# Files people take for spreadsheets, by their first bytes, and what they really are.
_NOT_TABLES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF. Ask the sender for the spreadsheet it was printed from"),
    (b"\x89PNG", "a picture. Ask the sender for the spreadsheet behind it"),
    (b"\xff\xd8\xff", "a picture. Ask the sender for the spreadsheet behind it"),
    (b"GIF8", "a picture. Ask the sender for the spreadsheet behind it"),
    (b"{\\rtf", "a text document. Copy its table into a spreadsheet"),
    (b"\x1f\x8b", "a compressed file. Unpack it first"),
    (b"Rar!", "a compressed file. Unpack it first"),
    (b"7z\xbc\xaf", "a compressed file. Unpack it first"),
    (b"PK\x05\x06", "an empty archive"),
    (b"SQLite format 3", "a database. Export the table as CSV"),
)
_WEB_PAGE = "a web page or XML file, whatever its name says. Open it in Excel and save it as .xlsx"


def read(content: bytes, filename: str, sheet: str | None = None) -> Sheet:
    """The table in a file: CSV, TSV, XLSX, XLS, ODS, GeoJSON, KML, or one of these in a zip.

    `sheet` names a worksheet, or a file in a zip, as `sheet_names` gives them. Raises `Refused`
    with plain words for everything that is no table: too large, locked, with macros, a picture,
    damaged, empty, without rows. It never raises anything else.
    """
    name = shown_name(filename)
    _refuse_size(content, name)
    if content.startswith(_ZIP):
        entries = entries_of(content, name)
        if not is_workbook(entries):
            return _read_archive(content, entries, name, sheet)
    return _read_file(content, name, sheet)


def sheet_names(content: bytes, filename: str) -> list[str]:
    """The worksheets, or the files in a zip, that a person may choose from; empty where there is
    no choice. Raises `Refused`."""
    name = shown_name(filename)
    if content.startswith(_OLE):
        return workbook_sheet_names(content, name)
    if not content.startswith(_ZIP):
        return []
    entries = entries_of(content, name)
    if is_workbook(entries):
        return workbook_sheet_names(content, name)
    return list(_choices(content, tables_in(entries, name), name))


def shown_name(filename: str) -> str:
    """A file's name as messages show it: no folders, nothing invisible, not too long."""
    name = clean(PurePath(filename.replace("\\", "/")).name)[:120]
    return name if name.strip(".") else "The file"


def _refuse_size(content: bytes, name: str) -> None:
    if not content:
        raise Refused(f"{name} is empty.")
    if len(content) > MOST_BYTES:
        raise Refused(
            f"{name} is {len(content) / 1e6:,.0f} MB; at most {MOST_BYTES // 1_048_576} MB are "
            "read. Split it into several files."
        )


def _read_file(content: bytes, name: str, sheet: str | None) -> Sheet:
    """The table in a file that is no archive of files."""
    if content.startswith((_ZIP, _OLE)):
        return find_table(*open_workbook(content, name, sheet))
    start = _start(content)
    for mark, what in _NOT_TABLES:
        if start.startswith(mark):
            raise Refused(f"{name} is {what}.")
    if not start:
        raise Refused(f"{name} is empty.")
    if is_json(start):
        return open_geojson(content, name)
    if is_kml(start):
        return open_kml(content, name)
    if start.startswith(b"<"):
        raise Refused(f"{name} is {_WEB_PAGE}.")
    return find_table(*open_text(content, name))


def _start(content: bytes) -> bytes:
    """The first signs of a file, in ASCII even where it is UTF-16."""
    start = content[:4_000]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start.decode("utf-16", "ignore").lstrip().encode()
    return start.removeprefix(codecs.BOM_UTF8).lstrip()


def _read_archive(content: bytes, entries: list[Entry], name: str, sheet: str | None) -> Sheet:
    """The table in the file of a zip that was chosen, else in the first that holds one."""
    tables = tables_in(entries, name)
    if sheet is None:
        return _first_that_reads(content, tables, name)
    path, _, inner = sheet.partition(_IN)
    if sheet in tables:  # its own name may hold the sign
        path, inner = sheet, ""
    if path not in tables:
        raise Refused(f"{name} has no file {path!r}. It has {', '.join(list(tables)[:10])}.")
    found = _read_inner(content, tables[path], _known_as(name, path, tables), inner or None)
    return _noting_others(found, path, tables)


def _first_that_reads(content: bytes, tables: dict[str, Entry], name: str) -> Sheet:
    """The first file that is a table; without any, what is wrong with the first file."""
    wrong: Refused | None = None
    for path, entry in list(tables.items())[:_MOST_TRIED]:
        try:
            found = _read_inner(content, entry, _known_as(name, path, tables), None)
        except Refused as refused:
            wrong = wrong or refused
        else:
            return _noting_others(found, path, tables)
    raise wrong or Refused(f"{name} is empty.")


def _read_inner(content: bytes, entry: Entry, name: str, sheet: str | None) -> Sheet:
    """The table in one file of a zip. A zip in a zip is refused: bombs are made so."""
    inner = unpacked(content, entry, MOST_BYTES, name)
    if not inner:
        raise Refused(f"{name} is empty.")
    if inner.startswith(_ZIP) and not is_workbook(entries_of(inner, name)):
        raise Refused(
            f"{name} is an archive in an archive. Unpack it and upload the CSV or .xlsx file in it."
        )
    return _read_file(inner, name, sheet)


def _known_as(name: str, path: str, tables: dict[str, Entry]) -> str:
    return f"{name}, file {path!r}" if len(tables) > 1 else name


def _noting_others(found: Sheet, path: str, tables: dict[str, Entry]) -> Sheet:
    others = [repr(other) for other in tables if other != path]
    if not others:
        return found
    rest = f"{', '.join(others[:5])}{' and more' if len(others) > 5 else ''}"
    note = f"File {path!r} in the archive was read. Not read: {rest}."
    return replace(found, notes=(note, *found.notes))


def _choices(content: bytes, tables: dict[str, Entry], name: str) -> Iterator[str]:
    """The files of a zip; of a workbook with several sheets each sheet."""
    for path, entry in list(tables.items())[:_MOST_CHOICES]:
        sheets = _sheets_inside(content, entry, name) if path.casefold().endswith(_BOOKS) else []
        if len(sheets) > 1:
            yield from (f"{path}{_IN}{title}" for title in sheets)
        else:
            yield path


def _sheets_inside(content: bytes, entry: Entry, name: str) -> list[str]:
    """The sheets of a workbook in a zip; none when it cannot be read, which choosing it tells."""
    try:
        return workbook_sheet_names(unpacked(content, entry, MOST_BYTES, name), name)
    except Refused:
        return []
