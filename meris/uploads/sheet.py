"""A table as found in a file: headers, rows with their own numbers, and what was left out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from meris.errors import Refused
from meris.fields import ROW_KINDS, header_table
from meris.fields.words import clean, key

MOST_ROWS = 500_000
MOST_COLUMNS = 500
SAMPLE_ROWS = 1_000
# People put titles, logos and dates above the headers, but not pages of them.
_HEADER_WITHIN = 25

_TAG = re.compile(r"^\s*#[A-Za-z][A-Za-z0-9_]*(\s*\+[A-Za-z][A-Za-z0-9_]*)*\s*$")
# A few words without the punctuation of a sentence.
_NAME = re.compile(r"^[^.;!]{1,40}$")
_SENTENCE = re.compile(r"\w+(\W+\w+){5,}")
_TOTAL = re.compile(r"^\W*(grand|sub)?[\s-]*totals?\b", re.IGNORECASE)
_SUSPECT = re.compile(r"^\W*(#|grand|sub|total)", re.IGNORECASE)
_FIGURE = re.compile(r"^[\s$€£(]*-?[\d.,]+\s*[%)]?\s*$|^(grand|sub)?[\s-]*totals?$", re.IGNORECASE)


class Row(NamedTuple):
    """One row: its number as the spreadsheet shows it (the first row is 1) and its cells."""

    number: int
    cells: list[str]


class Dropped(NamedTuple):
    """A row between the headers and the end that holds no record, and why it was left out."""

    number: int
    why: str


#: Gives every row of the file from the top, each time it is called: large files are read twice
#: rather than held in memory as a million small strings.
Source = Callable[[], Iterator[list[str]]]


@dataclass(frozen=True)
class Sheet:
    """The one table of a file that is imported.

    `header_row` and `first_row` are numbers as the spreadsheet shows them. `tags` is the HXL row,
    if there is one. `sample` holds the first rows, for matching and preview. `used` says for each
    column whether any row has something in it.
    """

    name: str
    headers: tuple[str, ...]
    header_row: int
    first_row: int
    row_count: int
    used: tuple[bool, ...]
    sample: tuple[Row, ...]
    source: Source = field(repr=False)
    tags: tuple[str, ...] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The rows that hold records, from the top, read anew at each call."""
        for row in _below(self.source, self.first_row):
            if _is_blank(row.cells) or _why_not_a_record(row.cells, self.headers):
                continue
            yield row


@dataclass(frozen=True)
class Origin:
    """Where a table came from, for the person who has to recognize it."""

    name: str
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


def find_table(source: Source, origin: Origin) -> Sheet:
    """Find headers and records among the rows of a file; read it once to the end.

    1. Within the first 25 rows, an HXL tag row makes the row above it the headers.
    2. Else the first row with two names that MERIS knows is the headers; titles above it are left
       out.
    3. Else the first row that looks like headers is taken, for a person to match by hand.

    Raises `Refused` when there is no table, no row below the headers, or too many rows.
    """
    top = list(islice(source(), _HEADER_WITHIN))
    header, first, tags = _headers(top)
    headers = _trimmed(top[header]) if header is not None else []
    if header is None or len(headers) < 2:
        raise Refused(
            f"{origin.name} does not look like a table. The first rows must hold column names, "
            "with one record a row below them. Start from a template if in doubt."
        )
    if len(headers) > MOST_COLUMNS:
        raise Refused(
            f"{origin.name} has {len(headers):,} columns; at most {MOST_COLUMNS} are read."
        )
    return _survey(source, origin, tuple(headers), header + 1, first + 1, tags)


def _headers(top: list[list[str]]) -> tuple[int | None, int, tuple[str, ...] | None]:
    """Index of the header row, index of the first row below it, and the HXL tags."""
    for index, cells in enumerate(top):
        if _is_tag_row(cells):
            header = index - 1 if index and not _is_blank(top[index - 1]) else index
            return header, index + 1, tuple(cell.strip() for cell in cells)
    for index, cells in enumerate(top):
        if _known_names(cells) >= 2:
            return index, index + 1, None
    for index, cells in enumerate(top):
        if _looks_like_headers(cells, top[index + 1 : index + 4]):
            return index, index + 1, None
    return None, 0, None


def _is_tag_row(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_TAG.match(cell) for cell in filled)


def _known_names(cells: list[str]) -> int:
    """How many cells are headers of some kind of file. Long texts are titles, not headers."""
    keys = {key(cell) for cell in cells if 0 < len(cell.strip()) <= 60}
    return max(len(keys & header_table(kind).keys()) for kind in ROW_KINDS)


def _looks_like_headers(cells: list[str], below: list[list[str]]) -> bool:
    """Several different short words with rows of about the same width below them."""
    filled = [cell.strip() for cell in _trimmed(cells)]
    words = [cell for cell in filled if _NAME.match(cell) and not _FIGURE.match(cell)]
    if any(_SENTENCE.match(cell) for cell in filled):
        return False
    if len(words) < 2 or len(words) < 0.6 * len(filled) or len(set(words)) < len(words):
        return False
    widths = [len(_trimmed(row)) for row in below if not _is_blank(row)]
    return bool(widths) and all(0.5 * len(filled) <= width <= len(filled) for width in widths)


def _survey(
    source: Source,
    origin: Origin,
    headers: tuple[str, ...],
    header_row: int,
    first_row: int,
    tags: tuple[str, ...] | None,
) -> Sheet:
    """Read the file once: count its records, keep a sample, remember what was left out."""
    used = [False] * len(headers)
    sample: list[Row] = []
    dropped: list[Dropped] = []
    count = 0
    for row in _below(source, first_row):
        if _is_blank(row.cells):
            continue
        if why := _why_not_a_record(row.cells, headers):
            dropped.append(Dropped(row.number, why))
            continue
        count += 1
        if count > MOST_ROWS:
            raise Refused(
                f"{origin.name} has more than {MOST_ROWS:,} rows. Split it into several files."
            )
        if count <= SAMPLE_ROWS:
            sample.append(row)
        for column, cell in enumerate(row.cells[: len(used)]):
            if cell and not used[column] and cell.strip():
                used[column] = True
    if not count:
        raise Refused(f"{origin.name} has column names in row {header_row} but no rows below them.")
    return Sheet(
        name=origin.name,
        headers=headers,
        header_row=header_row,
        first_row=first_row,
        row_count=count,
        used=tuple(used),
        sample=tuple(sample),
        source=source,
        tags=tags,
        encoding=origin.encoding,
        delimiter=origin.delimiter,
        notes=(*origin.notes, *_title_note(header_row, tags), *_dropped_notes(dropped)),
        dropped=tuple(dropped),
    )


def _below(source: Source, first_row: int) -> Iterator[Row]:
    rows = source()
    for number, cells in enumerate(rows, start=1):
        if number >= first_row:
            yield Row(number, cells)


def _is_blank(cells: list[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in cells)


def _why_not_a_record(cells: list[str], headers: tuple[str, ...]) -> str | None:
    """Why a filled row is no record: it repeats the headers, adds up, or is a remark."""
    if _plainly_a_record(cells, headers):
        return None
    filled = [cell for cell in cells if cell and not cell.isspace()]
    first = filled[0]
    if len(filled) == 1 and len(headers) >= 4:
        return f"it holds a single text: {clean(first)[:60]!r}"
    if _TOTAL.match(first) and all(_FIGURE.match(cell) for cell in filled[1:]):
        return "it adds up the others"
    if first.strip() in headers and _repeats(cells, headers):
        return "it repeats the column names"
    if first.lstrip().startswith("#") and _is_tag_row(cells):
        return "it holds HXL tags"
    return None


def _plainly_a_record(cells: list[str], headers: tuple[str, ...]) -> bool:
    """Whether the first two cells leave no doubt; spares nearly every row a closer look."""
    first, second = cells[0].strip(), cells[1].strip() if len(cells) > 1 else ""
    return bool(first and second) and not _SUSPECT.match(first) and first != headers[0].strip()


def _repeats(cells: list[str], headers: tuple[str, ...]) -> bool:
    return [cell.strip() for cell in _trimmed(cells)] == [header.strip() for header in headers]


def _trimmed(cells: list[str]) -> list[str]:
    """The cells without the empty ones at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _title_note(header_row: int, tags: tuple[str, ...] | None) -> Iterator[str]:
    if header_row > 1:
        yield f"The column names were found in row {header_row}; what stands above was left out."
    if tags:
        yield "The file carries HXL tags; they were used before the column names."


def _dropped_notes(dropped: list[Dropped]) -> Iterator[str]:
    for row in dropped[:20]:
        yield f"Row {row.number} was left out because {row.why}."
    if len(dropped) > 20:
        yield f"{len(dropped) - 20:,} more rows were left out for such reasons."
