"""Workbooks of Excel and LibreOffice: the sheet with a table, or the one chosen, as text."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from meris.errors import Refused
from meris.uploads.archive import Entry, entries_of, locked, unpacked
from meris.uploads.grid import OPEN_DOCUMENT, refuse_large_grids
from meris.uploads.headers import FIGURE
from meris.uploads.merged import Span, notes_on, spans_below, with_spans
from meris.uploads.sheet import MOST_ROWS, Origin, Source, likeness
from meris.uploads.xls import NotOle, refuse_large_sheets

_OLE = b"\xd0\xcf\x11\xe0"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_OLE_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_MOST_TRIED = 20

Cell = str | float | int | bool | datetime | date | time | timedelta | None


def is_workbook(entries: list[Entry]) -> bool:
    """Whether the files of a zip make a workbook of Excel or LibreOffice."""
    paths = [entry.filename for entry in entries]
    return OPEN_DOCUMENT in paths or any(path.startswith("xl/workbook.") for path in paths)


def open_workbook(content: bytes, name: str, sheet: str | None = None) -> tuple[Source, Origin]:
    """The rows of one sheet and where they came from. Raises `Refused` in plain words."""
    with _opened(content, name) as book:
        title, others, hidden = _pick(book, name, sheet)
        found = book.get_sheet_by_name(title)
        ranges = found.merged_cell_ranges or []
    if found.total_height > MOST_ROWS + 1_000:
        raise Refused(
            f"{name} has {found.total_height:,} rows; at most {MOST_ROWS:,} are read. "
            "Split it, or delete the formatted but empty rows below the table."
        )
    source = _source(found)

    def below(first: int) -> tuple[Source, tuple[str, ...]]:
        spans = spans_below(ranges, first - 1)
        texts, rest = _by_content(found, spans)
        notes = tuple(notes_on(texts, rest))
        return (with_spans(source, texts) if texts else source), notes

    known_as = f"{name}, sheet {title!r}" if others else name
    return source, Origin(known_as, notes=_notes(title, others, hidden), below=below)


def sheet_names(content: bytes, name: str) -> list[str]:
    """The visible sheets of a workbook, for a person to choose from. Raises `Refused`."""
    with _opened(content, name) as book:
        return _visible(book)


def as_text(cell: Cell) -> str:
    """A cell as its spreadsheet shows it: whole numbers without .0, days without midnight."""
    if isinstance(cell, str):
        return cell.replace("\x00", "") if "\x00" in cell else cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds") if cell.time() != time(0) else cell.date().isoformat()
    return "" if cell is None else str(cell)


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[CalamineWorkbook]:
    """The workbook, once it is known to be safe; whatever the reader says of it in plain words."""
    _refuse_dangers(content, name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            yield book
    except PasswordError:
        raise locked(name) from None
    except (CalamineError, ValueError, OSError) as problem:
        raise _damaged(name) from problem
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":  # what the reader's bugs arrive as
            raise
        raise _damaged(name) from problem


def _refuse_dangers(content: bytes, name: str) -> None:
    """Macros, passwords, bombs, and the formats of other programs."""
    if content.startswith(_OLE):
        if _OLE_PASSWORD in content:
            raise locked(name)
        if _OLE_MACROS in content:
            raise _macros(name)
        try:
            refuse_large_sheets(content, name)
        except NotOle:
            raise _damaged(name) from None
        return
    entries = entries_of(content, name)
    paths = [entry.filename.casefold() for entry in entries]
    if any(path.endswith("vbaproject.bin") for path in paths):
        raise _macros(name)
    if "xl/workbook.bin" in paths or (OPEN_DOCUMENT in paths and "xl/workbook.xml" in paths):
        raise Refused(f"{name} is a spreadsheet of another format. Save it as .xlsx or CSV.")
    if OPEN_DOCUMENT in paths and not _is_spreadsheet(content, entries, name):
        raise Refused(f"{name} is a text document. Copy its table into a spreadsheet.")
    refuse_large_grids(content, entries, name)


def _is_spreadsheet(content: bytes, entries: list[Entry], name: str) -> bool:
    """Whether a LibreOffice file is a spreadsheet and no letter."""
    kinds = [entry for entry in entries if entry.filename == "mimetype"]
    return all(unpacked(content, kind, 200, name).endswith(b"spreadsheet") for kind in kinds)


def _source(found: CalamineSheet) -> Source:
    # iter_rows gives the empty rows above the table, but not the empty columns left of it
    blank = [""] * (found.start or (0, 0))[1]

    def rows() -> Iterator[list[str]]:
        for row in found.iter_rows():
            yield blank + [
                cell if type(cell) is str and "\x00" not in cell else as_text(cell) for cell in row
            ]

    return rows


def _by_content(found: CalamineSheet, spans: list[Span]) -> tuple[list[Span], list[Span]]:
    """Merged cells with a text or a day, and the others: a number may be one for all its rows."""
    if not spans:
        return [], []
    left = (found.start or (0, 0))[1]
    wanted = {(span.first, span.column - left) for span in spans}
    rows = {row for row, _ in wanted}
    texts = {
        (number, column + left)
        for number, cells in enumerate(found.iter_rows())
        if number in rows
        for column, cell in enumerate(cells)
        if (number, column) in wanted and _is_text(cell)
    }
    return (
        [span for span in spans if (span.first, span.column) in texts],
        [span for span in spans if (span.first, span.column) not in texts],
    )


def _is_text(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and not FIGURE.match(cell or "0"))


def _pick(book: CalamineWorkbook, name: str, wanted: str | None) -> tuple[str, list[str], int]:
    """The sheet to read, the titles of the other visible ones, and how many are hidden."""
    visible = _visible(book)
    if wanted is not None and wanted not in visible:
        raise Refused(f"{name} has no visible sheet {wanted!r}. It has {', '.join(visible)}.")
    if not visible:
        raise Refused(f"{name} has no visible sheet. Unhide the sheet to import.")
    title = wanted or (visible[0] if len(visible) == 1 else _likeliest(book, visible))
    hidden = sum(sheet.visible != SheetVisibleEnum.Visible for sheet in book.sheets_metadata)
    return title, [other for other in visible if other != title], hidden


def _likeliest(book: CalamineWorkbook, titles: list[str]) -> str:
    """The first sheet with names that MERIS knows, else one like a table, else one with cells."""
    best, found = -1, titles[0]
    for title in titles[:_MOST_TRIED]:
        sheet = book.get_sheet_by_name(title)
        like = likeness(_source(sheet)) * 2 + (sheet.height > 0)
        if like > best:
            best, found = like, title
        if best == 5:
            break
    return found


def _visible(book: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _notes(title: str, others: list[str], hidden: int) -> tuple[str, ...]:
    found = []
    if others:
        rest = f"{', '.join(map(repr, others[:5]))}{' and more' if len(others) > 5 else ''}"
        found.append(f"Sheet {title!r} was read. Not read: {rest}.")
    if hidden:
        found.append(f"{hidden} hidden sheet{'s were' if hidden > 1 else ' was'} not read.")
    return tuple(found)


def _damaged(name: str) -> Refused:
    return Refused(
        f"{name} is damaged or not an Excel workbook. Open it in Excel, save it as .xlsx, "
        "and upload that."
    )


def _macros(name: str) -> Refused:
    return Refused(
        f"{name} contains macros, which MERIS does not accept. Save it as a plain workbook (.xlsx) "
        "or as CSV."
    )
