"""Check a whole file before anything is changed: no database, no web, row by row.

checked = check(sheet, match(sheet, "shelter", home), home)
checked.problems        what is wrong, equal problems together
checked.ready           how many rows would be loaded
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from meris.fields import Home, template_fields
from meris.uploads.cells import Record, batches, tell
from meris.uploads.decisions import Choices
from meris.uploads.location import Locator
from meris.uploads.match import Column, Match
from meris.uploads.problems import Problems
from meris.uploads.repeats import Repeats
from meris.uploads.row_rules import RowRules
from meris.uploads.sheet import Sheet

_PREVIEW = 50


@dataclass
class Checked:
    """What a check found. `total` = `ready` + `refused` + `repeated` rows.

    `unplaced` of the ready rows have no place on the map, `approximate` ones only a rough one.
    """

    kind: str
    total: int = 0
    ready: int = 0
    refused: int = 0
    repeated: int = 0
    unplaced: int = 0
    approximate: int = 0
    notes: list[str] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    preview: list[Record] = field(default_factory=list)

    @property
    def warned(self) -> int:
        """Rows that would be loaded with a warning."""
        return self.problems.warned()

    def as_json(self, most: int = 200) -> dict[str, Any]:
        """Counts, notes and the first problems, as an upload keeps and a page shows them."""
        groups = list(self.problems)
        counts = ("total", "ready", "refused", "repeated", "warned", "unplaced", "approximate")
        return {
            "kind": self.kind,
            "counts": {name: getattr(self, name) for name in counts},
            "notes": self.notes,
            "problems": [group.as_json() for group in groups[:most]],
            "more_problems": max(0, len(groups) - most),
        }


class Checking:
    """A check on its way: iterate it once for the rows to load; `checked` fills up meanwhile.

    Rows are not kept, so that a file of half a million rows needs no more memory than one of ten.
    """

    def __init__(
        self, sheet: Sheet, match: Match, home: Home, choices: Choices | None = None
    ) -> None:
        self.sheet, self.match, self.home = sheet, _without_line_ids(sheet, match), home
        self.checked = Checked(match.kind, notes=[*sheet.notes, *_column_notes(self.match)])
        problems = self.checked.problems
        self._rules = RowRules.of(self.match, home, problems)
        self._locator = Locator.of(self.match, home, problems, choices or Choices())
        self._repeats = Repeats(match.kind, problems)

    def __iter__(self) -> Iterator[Record]:
        """Every row that may be loaded, with its values complete."""
        if missing := self.match.say_missing():
            self.checked.problems.add("error", None, None, missing, rule="missing column")
            return
        problems = self.checked.problems
        for batch in batches(self.sheet, self.match, self.home, problems):
            self._locator.look_up(record.values for record in batch)
            for record in batch:
                if self._is_example(record):
                    continue
                self.checked.total += 1
                if self._passes(record):
                    self._count(record)
                    yield record
        self._repeats.tell_crowds()

    def _passes(self, record: Record) -> bool:
        number, values = record.number, record.values
        tell(record, self.checked.problems)
        if self._locator.locate(number, values):
            self._rules.complete(number, values)
        refused = self.checked.problems.refused
        if number in refused:
            self.checked.refused += 1
            return False
        if self._repeats.is_repeat(number, values, record.raw):
            self.checked.refused += number in refused
            self.checked.repeated += number not in refused
            return False
        return True

    def _count(self, record: Record) -> None:
        self._repeats.note_point(record.number, record.values)
        self.checked.ready += 1
        self.checked.unplaced += record.values.get("position") is None
        self.checked.approximate += record.values.get("position_radius_m") is not None
        if len(self.checked.preview) < _PREVIEW:
            self.checked.preview.append(record)

    def _is_example(self, record: Record) -> bool:
        """The example row of our own template, left in by mistake."""
        if self.checked.total or record.number > self.sheet.header_row + 2:
            return False
        examples = {column.name: column.example for column in template_fields(self.match.kind)}
        shown = {c.field.name: record.raw[c.index].strip() for c in self.match.columns}
        if len(shown) < 5 or any(examples.get(name, "") != cell for name, cell in shown.items()):
            return False
        self.checked.notes.append(
            f"Row {record.number} is the example of the template and was left out."
        )
        return True


def check(sheet: Sheet, match: Match, home: Home, choices: Choices | None = None) -> Checked:
    """Check a whole file. Raises `Refused` only where the file itself cannot be read on."""
    checking = Checking(sheet, match, home, choices)
    for _ in checking:
        pass
    return checking.checked


def _column_notes(match: Match) -> Iterator[str]:
    """What to know of the columns before reading any row."""
    for column in match.columns:
        if column.warning:
            yield column.warning
    for conflict in match.conflicts:
        first, *others = (f'"{label}"' for label in conflict.labels)
        yield (
            f"{', '.join([first, *others])} all mean {conflict.field.title}; {first} is read and "
            "the others are not."
        )
    for left in match.unmatched:
        if left.why:
            yield f'Column "{left.label}" is not read. {left.why}'
    if plain := [f'"{left.label}"' for left in match.unmatched if not left.why]:
        yield f"Columns that MERIS does not know and does not read: {', '.join(plain)}."
    if match.kind == "unit" and match.column("agency"):
        yield "Every unit becomes one of the agency that uploads it; the agency column is not kept."


def _without_line_ids(sheet: Sheet, match: Match) -> Match:
    """In a supply file an ID may number the lines; only one that numbers sites is an ID of ours."""
    site, own = match.column("storage_site"), match.column("external_id")
    if match.kind != "supply" or site is None or own is None:
        return match
    ids: dict[str, set[str]] = {}
    for row in sheet.sample:
        ids.setdefault(_cell(row.cells, site), set()).add(_cell(row.cells, own))
    if all(len(found) == 1 for found in ids.values()):
        return match
    return match.without(own, "It numbers the rows and not the sites.")


def _cell(cells: list[str], column: Column) -> str:
    return cells[column.index].strip() if column.index < len(cells) else ""
