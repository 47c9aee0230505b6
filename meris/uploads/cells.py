"""The cells of a sheet, read column by column: an equal cell is judged once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from meris.errors import Invalid
from meris.fields import Home
from meris.fields import field as field_of
from meris.uploads.match import Column, Match
from meris.uploads.problems import Level, Problems
from meris.uploads.sheet import Row, Sheet

# Rows in hand at one time, and cells remembered for a column: they bound the memory used.
_BATCH = 2_000
_REMEMBERED = 10_000


@dataclass
class Record:
    """One row on its way: its number, its cells as in the file, and its values by field.

    A field without a column is in neither; a cell that is not known has the value None.
    """

    number: int
    raw: list[str]
    values: dict[str, Any]
    told: list[tuple[Column, "_Read"]]


class _Read(NamedTuple):
    """What a cell came to; `message` is what to say of it, at `level`."""

    value: Any
    message: str | None = None
    level: Level = "warning"
    rule: str = ""


class _Reader:
    """One column: reads cells by its field's rule and remembers what it has read."""

    def __init__(self, column: Column, home: Home) -> None:
        self.column = column
        self.home = home
        self.seen: dict[str, _Read] = {}
        # Whether any cell remembered has something to tell; most columns have none.
        self.tells = False

    def read_all(self, cells: list[str]) -> list[_Read]:
        """One batch of the column."""
        if len(self.seen) > _REMEMBERED:
            self.seen.clear()
        known = self.seen.get
        return [known(cell) or self._read(cell) for cell in cells]

    def _read(self, cell: str) -> _Read:
        field = self.column.field
        try:
            value, warning = field.rule.judge(cell, self.home)
            result = _Read(value, warning, "warning", type(field.rule).__name__)
        except Invalid as refusal:
            result = _refused(refusal, spared=field.spares_row)
        self.tells = self.tells or result.message is not None
        self.seen[cell] = result
        return result


def _refused(refusal: Invalid, *, spared: bool) -> _Read:
    """A refused cell costs the row, or (contacts and the like) only itself."""
    rule = str(refusal.details.get("rule", ""))
    if spared:
        return _Read(None, f"{refusal.message} The cell was left out.", "warning", rule)
    return _Read(None, refusal.message, "error", rule)


def read_constants(match: Match, home: Home) -> dict[str, Any]:
    """The values given for all rows. Raises `Invalid`."""
    return {
        name: field_of(match.kind, name).rule.read(text, home)
        for name, text in match.constants.items()
    }


def batches(sheet: Sheet, match: Match, home: Home, problems: Problems) -> Iterator[list[Record]]:
    """Every row of the sheet with its cells read, some thousand at a time.

    What is wrong with a cell goes into `Record.told`; `tell` says it when the row's turn comes.
    """
    readers = [_Reader(column, home) for column in match.columns]
    constants = read_constants(match, home)
    rows = sheet.rows()
    while batch := list(islice(rows, _BATCH)):
        yield _read_batch(batch, readers, constants, len(sheet.headers), problems)


def _read_batch(
    batch: list[Row],
    readers: list[_Reader],
    constants: Mapping[str, Any],
    width: int,
    problems: Problems,
) -> list[Record]:
    for number, cells in batch:
        if len(cells) > width:
            _too_wide(number, cells, width, problems)
        elif len(cells) < width:
            cells += [""] * (width - len(cells))
    found: list[Record] = [Record(row.number, row.cells, dict(constants), []) for row in batch]
    for reader in readers:
        index, name = reader.column.index, reader.column.field.name
        results = reader.read_all([row.cells[index] for row in batch])
        for record, result in zip(found, results, strict=True):
            record.values[name] = result.value
        if reader.tells:
            for record, result in zip(found, results, strict=True):
                if result.message is not None:
                    record.told.append((reader.column, result))
    return found


def tell(record: Record, problems: Problems) -> None:
    """Say what was wrong with the cells of a row."""
    for column, (_, message, level, rule) in record.told:
        value = record.raw[column.index].strip()
        problems.add(level, record.number, column.label, message or "", rule=rule, value=value)


def _too_wide(number: int, cells: list[str], width: int, problems: Problems) -> None:
    """Cells beyond the last header mean that the row has slipped sideways."""
    if any(cell.strip() for cell in cells[width:]):
        problems.add(
            "error",
            number,
            None,
            f"the row has more than the {width} cells of the header row. Put quotation marks "
            "around texts with commas, or remove what stands right of the table.",
            rule="width",
        )
