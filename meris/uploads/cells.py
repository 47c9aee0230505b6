"""The cells of a sheet, read column by column: an equal cell is judged once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any, NamedTuple

from meris.errors import Invalid
from meris.fields import Home
from meris.fields import field as field_of
from meris.fields.guard import unguarded
from meris.fields.persons import PERSONAL
from meris.fields.words import key
from meris.uploads.claims import labels
from meris.uploads.decisions import Corrections
from meris.uploads.fixes import Fix, for_cell
from meris.uploads.match import Column, Match
from meris.uploads.personal import MASK, blot, columns
from meris.uploads.problems import Level, Problems, Said
from meris.uploads.sheet import Row, Sheet

# Rows in hand at one time, and cells remembered for a column: they bound the memory used.
_BATCH = 2_000
_REMEMBERED = 10_000

_NOTHING = Corrections()


@dataclass(slots=True)
class Record:
    """One row on its way: its number, its cells as corrected, and its values by field.

    A field without a column is in neither; a cell that is not known has the value None. `told` is
    what its cells have to tell, by column (None: the row as a whole); `why` what was said of it.
    """

    number: int
    raw: list[str]
    values: dict[str, Any]
    told: tuple[tuple[Column | None, "Told"], ...] = ()
    why: tuple[Said, ...] = ()


class Told(NamedTuple):
    """What to say of a cell, at which level, by which rule, and what could be done about it."""

    message: str
    level: Level
    rule: str
    fixes: tuple[Fix, ...] = ()


class _Reader:
    """One column: reads cells by its field's rule and remembers what it has read."""

    def __init__(self, column: Column, home: Home) -> None:
        self.column = column
        self.told: dict[str, Told] = {}
        self._home = home
        self._rule = column.field.rule
        self._seen: dict[str, Any] = {}

    def read_all(self, cells: Sequence[str]) -> list[Any]:
        """The values of one batch of the column; `told` has the cells with something to say."""
        seen = self._seen
        if len(seen) > _REMEMBERED:
            seen.clear()
            self.told.clear()
        plain = self._rule.plain
        for cell in set(cells).difference(seen):
            value = plain(cell)
            seen[cell] = self._read(cell) if value is None else value
        return [seen[cell] for cell in cells]

    def _read(self, cell: str) -> Any:
        try:
            value, warning = self._rule.judge(unguarded(cell), self._home)
        except Invalid as refusal:
            self.told[cell] = self._refused(cell, refusal)
            return None
        if warning is not None:
            self.told[cell] = Told(warning, "warning", type(self._rule).__name__)
        return value

    def _refused(self, cell: str, refusal: Invalid) -> Told:
        """A refused cell costs the row, or (contacts and the like) only itself."""
        rule, own = str(refusal.details.get("rule", "")), self.column.field
        if rule == PERSONAL and not own.required:
            return Told(f"{refusal.message} The cell was left out.", "warning", rule)
        fixes = for_cell(self.column.label, own, cell.strip(), refusal)
        if own.spares_row:
            return Told(f"{refusal.message} The cell was left out.", "warning", rule, fixes)
        return Told(refusal.message, "error", rule, () if rule == PERSONAL else fixes)


def read_constants(match: Match, home: Home) -> dict[str, Any]:
    """The values given for all rows. Raises `Invalid`."""
    return {
        name: field_of(match.kind, name).rule.read(text, home)
        for name, text in match.constants.items()
    }


def batches(
    sheet: Sheet, match: Match, home: Home, corrections: Corrections = _NOTHING
) -> Iterator[list[Record]]:
    """Every row of the sheet with its cells read, some thousand at a time.

    What is wrong with a cell goes into `Record.told`; `tell` says it when the row's turn comes.
    """
    readers = [_Reader(column, home) for column in match.columns]
    constants, hidden = read_constants(match, home), columns(sheet, match)
    for batch in _corrected_batches(sheet, corrections):
        for _, cells in batch if hidden else ():
            blot(cells, hidden)
        yield _read_batch(batch, readers, constants, len(sheet.headers))


def _corrected_batches(sheet: Sheet, corrections: Corrections) -> Iterator[list[Row]]:
    """The rows in batches, as wide as the headers at least, with a person's corrections in them."""
    rows, width = sheet.rows(), len(sheet.headers)
    correct = _Correcting(sheet, corrections)
    while batch := list(islice(rows, _BATCH)):
        for _, cells in batch:
            if len(cells) < width:
                cells += [""] * (width - len(cells))
        correct.replace(batch)
        yield batch


class _Correcting:
    """Puts corrected texts into rows. Columns go by the keys of their labels: the next file, to
    which replacements are carried over, may spell its headers otherwise."""

    def __init__(self, sheet: Sheet, corrections: Corrections) -> None:
        self._index = {key(label): index for index, label in enumerate(labels(sheet))}
        self._cells = corrections.cells
        self._replaced = {
            index: texts
            for label, texts in corrections.replaced.items()
            if (index := self._index.get(key(label), -1)) >= 0
        }

    def replace(self, batch: list[Row]) -> None:
        """Change the cells of some rows; a single cell's correction beats that of its column."""
        for index, texts in self._replaced.items():
            for _, cells in batch:
                instead = texts.get(cells[index].strip())
                if instead is not None:
                    cells[index] = instead
        if self._cells:
            for number, cells in batch:
                for label, text in self._cells.get(number, {}).items():
                    if (index := self._index.get(key(label), -1)) >= 0:
                        cells[index] = text


def _read_batch(
    batch: list[Row], readers: list[_Reader], constants: Mapping[str, Any], width: int
) -> list[Record]:
    names = [reader.column.field.name for reader in readers]
    by_column = list(zip(*(row.cells for row in batch), strict=False))
    columns = [reader.read_all(by_column[reader.column.index]) for reader in readers]
    # inner tuples, not lists: there are as many of them as the file has rows
    values = zip(*columns, strict=True) if columns else repeat((), len(batch))
    found = [
        Record(number, cells, dict(zip(names, row, strict=True)))
        for (number, cells), row in zip(batch, values, strict=True)
    ]
    if constants:
        for record in found:
            record.values = {**constants, **record.values}
    if max(len(record.raw) for record in found) > width:
        for record in found:
            _note_width(record, width)
    for reader in readers:
        if reader.told:
            _note(found, reader)
    return found


def _note(found: list[Record], reader: _Reader) -> None:
    """Hand each row what is to be said of its cell in one column; blot out what nobody may keep."""
    index, told = reader.column.index, reader.told
    for record in found:
        said = told.get(record.raw[index])
        if said is not None:
            record.told = (*record.told, (reader.column, said))
            if said.rule == PERSONAL:
                record.raw[index] = MASK


def tell(record: Record, problems: Problems) -> None:
    """Say what was wrong with the cells of a row; of latitude and longitude alike only once."""
    told: set[str] = set()
    for column, (message, level, rule, fixes) in record.told:
        if column is None:
            problems.add(level, record.number, None, message, rule=rule)
        elif level == "error" or message not in told:
            value = record.raw[column.index].strip()
            problems.add(
                level, record.number, column.label, message, rule=rule, value=value, fixes=fixes
            )
        told.add(message)


def _note_width(record: Record, width: int) -> None:
    """Cells beyond the last header mean that the row has slipped sideways."""
    if any(map(str.strip, record.raw[width:])):
        message = (
            f"the row has more than the {width} cells of the header row. Put quotation marks "
            "around texts with commas, or remove what stands right of the table."
        )
        record.told = (*record.told, (None, Told(message, "error", "width")))
