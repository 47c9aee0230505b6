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


@dataclass(slots=True)
class Record:
    """One row on its way: its number, its cells as in the file, and its values by field.

    A field without a column is in neither; a cell that is not known has the value None.
    """

    number: int
    raw: list[str]
    values: dict[str, Any]
    told: list[tuple[Column, "Told"]]


class Told(NamedTuple):
    """What to say of a cell, at which level, by which rule."""

    message: str
    level: Level
    rule: str


_NEW = object()


class _Reader:
    """One column: reads cells by its field's rule and remembers what it has read."""

    def __init__(self, column: Column, home: Home) -> None:
        self.column = column
        self.told: dict[str, Told] = {}
        self._home = home
        self._judge = column.field.rule.judge
        self._seen: dict[str, Any] = {}

    def read_all(self, cells: list[str]) -> list[Any]:
        """The values of one batch of the column; `told` has the cells with something to say."""
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
            self.told.clear()
        known, new = self._seen.get, _NEW
        return [
            value if (value := known(cell, new)) is not new else self._read(cell) for cell in cells
        ]

    def _read(self, cell: str) -> Any:
        try:
            value, warning = self._judge(cell, self._home)
        except Invalid as refusal:
            value = None
            self.told[cell] = _refused(refusal, spared=self.column.field.spares_row)
        else:
            if warning is not None:
                self.told[cell] = Told(warning, "warning", type(self.column.field.rule).__name__)
        self._seen[cell] = value
        return value


def _refused(refusal: Invalid, *, spared: bool) -> Told:
    """A refused cell costs the row, or (contacts and the like) only itself."""
    rule = str(refusal.details.get("rule", ""))
    if spared:
        return Told(f"{refusal.message} The cell was left out.", "warning", rule)
    return Told(refusal.message, "error", rule)


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
    names = [reader.column.field.name for reader in readers]
    columns = [
        reader.read_all([row.cells[reader.column.index] for row in batch]) for reader in readers
    ]
    found = [
        Record(number, cells, {**constants, **dict(zip(names, values, strict=True))}, [])
        for (number, cells), *values in zip(batch, *columns, strict=True)
    ]
    for reader in readers:
        if reader.told:
            _note(found, reader)
    return found


def _note(found: list[Record], reader: _Reader) -> None:
    """Hand each row what is to be said of its cell in one column."""
    index, told = reader.column.index, reader.told
    for record in found:
        said = told.get(record.raw[index])
        if said is not None:
            record.told.append((reader.column, said))


def tell(record: Record, problems: Problems) -> None:
    """Say what was wrong with the cells of a row."""
    for column, (message, level, rule) in record.told:
        value = record.raw[column.index].strip()
        problems.add(level, record.number, column.label, message, rule=rule, value=value)


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
