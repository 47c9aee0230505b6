"""A table as found in a file: headers, rows with their own numbers, and what was left out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from meris.errors import Refused
from meris.fields.words import clean
from meris.uploads.headers import (
    FIGURE,
    Heading,
    find_heading,
    is_blank,
    is_tag_row,
    known_names,
    trimmed,
)

MOST_ROWS = 500_000
MOST_COLUMNS = 500
SAMPLE_ROWS = 1_000
# Blank rows cost time too; a spreadsheet has no more rows than this.
_MOST_LINES = 1_048_576
# People put titles, logos and dates above the headers, but not pages of them.
_HEADER_WITHIN = 25
_LOOK_BELOW = 25
_MOST_TOLD = 1_000

_TOTAL = re.compile(r"^\W*(grand|sub)?[\s-]*totals?\b|\btotals?\W*$", re.IGNORECASE)
_ONLY_TOTAL = re.compile(r"^\W*(grand|sub)?[\s-]*totals?\W*$", re.IGNORECASE)
_SUSPECT = re.compile(r"total|^\W*#", re.IGNORECASE)

BLANK = "it is blank"


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

    Below the headers every row is counted once: `row_count` records, `dropped_count` rows that are
    none (`dropped` says why, for the first 1,000) and `blank_count` blank ones.
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
    dropped_count: int = 0
    blank_count: int = 0
    judge: "Judge" = field(default_factory=lambda: Judge(()), repr=False)

    def rows(self) -> Iterator[Row]:
        """The rows that hold records, from the top, read anew at each call."""
        why_not = self.judge.why_not
        for number, cells in islice(enumerate(self.source(), 1), self.first_row - 1, None):
            if why_not(cells) is None:
                yield Row(number, cells)


@dataclass(frozen=True)
class Origin:
    """Where a table came from, for the person who has to recognize it.

    `below` gives the rows again as they count from a row (number, from 1) on, and notes on what
    was done to them: cells of a workbook that are merged over several records.
    """

    name: str
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()
    below: Callable[[int], tuple[Source, tuple[str, ...]]] | None = None


class Judge:
    """Says which rows below the headers are records.

    `heads` are the rows of names as they stand in the file. Without any, as in files of features,
    every row that is not blank is a record.
    """

    def __init__(self, heads: tuple[tuple[str, ...], ...]) -> None:
        self._heads = heads
        self._firsts = {head[0] for head in heads if head}
        self._width = len(heads[0]) if heads else 0

    def why_not(self, cells: list[str]) -> str | None:
        """Why a row is no record: it is blank, repeats the headers, adds up, or is a remark.

        The first two cells leave no doubt of nearly every row, which spares it a closer look.
        """
        if len(cells) > 1 and cells[1] and not cells[1].isspace():
            first = cells[0].strip()
            if first and not _SUSPECT.search(first) and first not in self._firsts:
                return None
        if is_blank(cells):
            return BLANK
        return self._look_closely(cells) if self._heads else None

    def _look_closely(self, cells: list[str]) -> str | None:
        filled = [cell.strip() for cell in cells if cell and not cell.isspace()]
        first, others = filled[0], filled[1:]
        if not others and self._width >= 4:
            return f"it holds a single text: {clean(first)[:60]!r}"
        if _TOTAL.search(first) and _adds_up(first, others):
            return "it adds up the others"
        if any(first in head for head in self._heads) and self._repeats(cells):
            return "it repeats the column names"
        if first.startswith("#") and is_tag_row(cells):
            return "it holds HXL tags"
        return None

    def _repeats(self, cells: list[str]) -> bool:
        return tuple(trimmed(cells)) in self._heads


def _adds_up(first: str, others: list[str]) -> bool:
    """Whether a row that speaks of a total holds only figures; "23 sites" is one after "Total"."""
    if _ONLY_TOTAL.match(first):
        return all(FIGURE.match(cell) or cell[:1].isdigit() for cell in others)
    return bool(others) and all(FIGURE.match(cell) for cell in others)


def find_table(source: Source, origin: Origin) -> Sheet:
    """Find headers and records among the rows of a file; read it once to the end.

    Raises `Refused` when there is no table, no row below the headers, or too many rows.
    """
    found = find_heading(list(islice(source(), _HEADER_WITHIN + _LOOK_BELOW)), _HEADER_WITHIN)
    if found is None or len(found.headers) < 2:
        raise Refused(
            f"{origin.name} does not look like a table. The first rows must hold column names, "
            "with one record a row below them. Start from a template if in doubt."
        )
    notes = (*origin.notes, *_title_note(found), *found.notes)
    if origin.below:
        source, more = origin.below(found.first + 1)
        notes += more
    return _survey(source, origin, found, notes, Judge(found.heads))


def table_of_features(source: Source, origin: Origin, headers: tuple[str, ...]) -> Sheet:
    """A table whose columns are known: the source gives a row of names first, then the records.

    Raises `Refused` when there is no record or too many.
    """
    return _survey(source, origin, Heading(headers, 0, 1, ()), origin.notes, Judge(()))


def likeness(source: Source) -> int:
    """How much the first rows are like a table: 2 with names MERIS knows, 1 with others, else 0."""
    found = find_heading(list(islice(source(), _HEADER_WITHIN + _LOOK_BELOW)), _HEADER_WITHIN)
    if found is None or len(found.headers) < 2:
        return 0
    return 2 if known_names(list(found.headers)) >= 2 else 1


class _Count:
    """What a file holds below its headers, counted row by row."""

    def __init__(self, width: int) -> None:
        self.records = self.dropped = self.blank = 0
        self.sample: list[Row] = []
        self.told: list[Dropped] = []
        self._unused = list(range(width))
        self._width = width

    def add(self, number: int, cells: list[str], why: str | None) -> None:
        if why is None:
            self.records += 1
            if len(self.sample) < SAMPLE_ROWS:
                self.sample.append(Row(number, cells))
            if self._unused:
                self._unused = [c for c in self._unused if c >= len(cells) or not cells[c].strip()]
        elif why is BLANK:
            self.blank += 1
        else:
            self.dropped += 1
            if len(self.told) < _MOST_TOLD:
                self.told.append(Dropped(number, why))

    def used(self) -> tuple[bool, ...]:
        unused = set(self._unused)
        return tuple(column not in unused for column in range(self._width))


def _survey(
    source: Source, origin: Origin, found: Heading, notes: tuple[str, ...], judge: Judge
) -> Sheet:
    """Read the file once: count its records, keep a sample, remember what was left out."""
    if len(found.headers) > MOST_COLUMNS:
        raise Refused(
            f"{origin.name} has {len(found.headers):,} columns; at most {MOST_COLUMNS} are read."
        )
    count, why_not = _Count(len(found.headers)), judge.why_not
    for number, cells in islice(enumerate(source(), 1), found.first, None):
        count.add(number, cells, why_not(cells))
        if count.records > MOST_ROWS or number > _MOST_LINES:
            raise Refused(
                f"{origin.name} has more than {MOST_ROWS:,} rows. Split it into several files."
            )
    if not count.records:
        raise Refused(
            f"{origin.name} has column names in row {found.row + 1} but no rows below them."
        )
    return Sheet(
        name=origin.name,
        headers=found.headers,
        header_row=found.row + 1,
        first_row=found.first + 1,
        row_count=count.records,
        used=count.used(),
        sample=tuple(count.sample),
        source=source,
        tags=found.tags,
        encoding=origin.encoding,
        delimiter=origin.delimiter,
        notes=(*notes, *_dropped_notes(count)),
        dropped=tuple(count.told),
        dropped_count=count.dropped,
        blank_count=count.blank,
        judge=judge,
    )


def _title_note(found: Heading) -> Iterator[str]:
    joined_above = found.first == found.row + 1 and bool(found.notes)
    if found.row - joined_above > 0:
        yield (
            f"The column names were found in row {found.row + 1}; what stands above was left out."
        )
    if found.tags:
        yield "The file carries HXL tags; they were used before the column names."


def _dropped_notes(count: _Count) -> Iterator[str]:
    for row in count.told[:20]:
        yield f"Row {row.number} was left out because {row.why}."
    if count.dropped > 20:
        yield f"{count.dropped - 20:,} more rows were left out for such reasons."
