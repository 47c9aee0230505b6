"""Cells of a workbook that are merged over several rows: one county's name beside its shelters."""

from collections.abc import Iterator
from dataclasses import dataclass

from meris.uploads.headers import is_blank
from meris.uploads.sheet import Source

#: A merged cell as the reader of workbooks gives it: its first and last row and column, from 0.
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Span:
    """A cell that is merged over the rows `first` to `last` (indexes from 0)."""

    column: int
    first: int
    last: int


def spans_below(ranges: list[Range], first: int) -> list[Span]:
    """The cells merged over several rows, all of them from row `first` (an index) on, in order."""
    found = [
        Span(left, top, bottom) for (top, left), (bottom, _) in ranges if first <= top < bottom
    ]
    return sorted(found, key=lambda span: span.first)


def with_spans(source: Source, spans: list[Span]) -> Source:
    """The rows again, with the text of a merged cell in each of its rows that hold something."""
    starts: dict[int, list[Span]] = {}
    for span in spans:
        starts.setdefault(span.first, []).append(span)

    def rows() -> Iterator[list[str]]:
        running: dict[int, tuple[int, str]] = {}
        for number, cells in enumerate(source()):
            if running:
                running = {c: (last, t) for c, (last, t) in running.items() if number <= last}
            for span in starts.get(number, ()):
                if span.column < len(cells):
                    running[span.column] = (span.last, cells[span.column])
            yield _filled(cells, running) if running and not is_blank(cells) else cells

    return rows


def _filled(cells: list[str], running: dict[int, tuple[int, str]]) -> list[str]:
    filled = list(cells)
    for column, (_, text) in running.items():
        if column < len(filled) and not filled[column]:
            filled[column] = text
    return filled


def notes_on(texts: list[Span], others: list[Span]) -> Iterator[str]:
    """What a person should know of the merged cells of a table."""
    if texts:
        yield (
            f"{_count(texts)} merged over several rows; the text was read for each of these rows "
            f"({_rows(texts)})."
        )
    if others:
        yield (
            f"{_count(others)} merged over several rows without a text in it; it was read for the "
            f"first of these rows only, as one number may stand for all ({_rows(others)})."
        )


def _count(spans: list[Span]) -> str:
    return "1 cell is" if len(spans) == 1 else f"{len(spans):,} cells are"


def _rows(spans: list[Span]) -> str:
    named = ", ".join(f"rows {span.first + 1}–{span.last + 1}" for span in spans[:3])
    return named if len(spans) <= 3 else f"{named} and more"
