"""Excel workbooks: the first visible sheet (or the one chosen), as rows of text."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from meris.errors import Refused
from meris.uploads.sheet import MOST_ROWS, Origin, Source

#: What an unpacked workbook may come to; beyond it is a zip bomb or no county's spreadsheet.
MOST_UNPACKED = 1 << 30
_MOST_ENTRIES = 10_000
# Deflate cannot shrink anything further than this.
_MOST_SHRUNK = 1_032

_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_OLE_PASSWORD = "EncryptedPackage".encode("utf-16-le")

Cell = str | float | int | bool | datetime | date | time | timedelta | None


def open_workbook(content: bytes, name: str, sheet: str | None = None) -> tuple[Source, Origin]:
    """The rows of one sheet and where they came from. Raises `Refused` in plain words."""
    _refuse_ole_dangers(content, name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            title, others = _pick(book, name, sheet)
            found = book.get_sheet_by_name(title)
    except PasswordError:
        raise _locked(name) from None
    except (CalamineError, ValueError, OSError) as problem:
        raise Refused(
            f"{name} is damaged or not an Excel workbook. Open it in Excel, save it as .xlsx, "
            "and upload that."
        ) from problem
    if found.total_height > MOST_ROWS + 1_000:
        raise Refused(
            f"{name} has {found.total_height:,} rows; at most {MOST_ROWS:,} are read. "
            "Split it, or delete the formatted but empty rows below the table."
        )
    # iter_rows gives the empty rows above the table, but not the empty columns left of it
    blank = [""] * (found.start or (0, 0))[1]

    def rows() -> Iterator[list[str]]:
        for row in found.iter_rows():
            yield blank + [as_text(cell) for cell in row]

    return rows, Origin(f"{name}, sheet {title!r}" if others else name, notes=_notes(title, others))


def sheet_names(content: bytes, name: str) -> list[str]:
    """The visible sheets of a workbook, for a person to choose from. Raises `Refused`."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return _visible(book)
    except PasswordError:
        raise _locked(name) from None


def as_text(cell: Cell) -> str:
    """A cell as its spreadsheet shows it: whole numbers without .0, days without midnight."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds") if cell.time() != time(0) else cell.date().isoformat()
    return "" if cell is None else str(cell)


def refuse_zip_dangers(content: bytes, name: str) -> frozenset[str]:
    """Names of the entries of a zip that is safe to open. Raises `Refused` for bombs and macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = frozenset(entry.filename for entry in entries)
            if any(entry.flag_bits & 1 for entry in entries):
                raise _locked(name)
            if len(entries) > _MOST_ENTRIES or _unpacked(content, entries) > MOST_UNPACKED:
                raise Refused(f"{name} unpacks to more than MERIS reads. Save the sheet as CSV.")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        raise Refused(
            f"{name} is a damaged archive. Open it in Excel, save it again, and upload that."
        ) from None
    if any(entry.casefold().endswith("vbaproject.bin") for entry in names):
        raise _macros(name)
    return names


def _unpacked(content: bytes, entries: list[zipfile.ZipInfo]) -> int:
    """Bytes that the entries unpack to. What they say of themselves is not believed."""
    packed = sum(entry.compress_size for entry in entries)
    if packed * _MOST_SHRUNK <= MOST_UNPACKED and packed <= len(content):
        return 0
    total = 0
    for entry in entries:
        with io.BytesIO(content) as file:
            total += _inflated(file, entry, MOST_UNPACKED - total)
        if total > MOST_UNPACKED:
            break
    return total


def _inflated(file: BinaryIO, entry: zipfile.ZipInfo, most: int) -> int:
    """Bytes one entry really unpacks to, counted until `most` is passed."""
    file.seek(entry.header_offset + 26)
    name_length, extra_length = (int.from_bytes(file.read(2), "little") for _ in range(2))
    file.seek(name_length + extra_length, io.SEEK_CUR)
    if entry.compress_type == zipfile.ZIP_STORED:
        return entry.compress_size
    inflater = zlib.decompressobj(-15)
    total, packed = 0, file.read(1 << 16)
    while packed and not inflater.eof and total <= most:
        total += len(inflater.decompress(packed, 1 << 22))
        packed = inflater.unconsumed_tail or file.read(1 << 16)
    return total


def _refuse_ole_dangers(content: bytes, name: str) -> None:
    """The old container holds .xls, but also macros, and workbooks locked with a password."""
    if not content.startswith(b"\xd0\xcf\x11\xe0"):
        return
    if _OLE_PASSWORD in content:
        raise _locked(name)
    if _OLE_MACROS in content:
        raise _macros(name)


def _pick(book: CalamineWorkbook, name: str, wanted: str | None) -> tuple[str, list[str]]:
    """The sheet to read and the titles of the other visible ones."""
    visible = _visible(book)
    if wanted is not None and wanted not in visible:
        raise Refused(f"{name} has no visible sheet {wanted!r}. It has {', '.join(visible)}.")
    if not visible:
        raise Refused(f"{name} has no visible sheet. Unhide the sheet to import.")
    title = wanted or next((t for t in visible if book.get_sheet_by_name(t).height), visible[0])
    return title, [other for other in visible if other != title]


def _visible(book: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _notes(title: str, others: list[str]) -> tuple[str, ...]:
    if not others:
        return ()
    rest = ", ".join(repr(other) for other in others[:5])
    return (f"Sheet {title!r} was read. Not read: {rest}{' and more' if len(others) > 5 else ''}.",)


def _locked(name: str) -> Refused:
    return Refused(f"{name} is locked with a password. Save it without one and upload that.")


def _macros(name: str) -> Refused:
    return Refused(
        f"{name} contains macros, which MERIS does not accept. Save it as a plain workbook (.xlsx) "
        "or as CSV."
    )
