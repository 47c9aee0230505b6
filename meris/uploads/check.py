"""Check a whole file before anything is changed: no database, no web, row by row.

checked = check(sheet, match(sheet, "shelter", home), home)
checked.problems        what is wrong, equal problems together
checked.ready           how many rows would be loaded
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from meris.fields import Home, by_name, template_fields
from meris.uploads import personal
from meris.uploads.cells import Record, batches, tell
from meris.uploads.claims import labels
from meris.uploads.decisions import Choices, Corrections
from meris.uploads.fixes import for_missing
from meris.uploads.location import Locator
from meris.uploads.match import Column, Match
from meris.uploads.plausible import Plausible
from meris.uploads.problems import Problems
from meris.uploads.repeats import Repeats
from meris.uploads.row_rules import RowRules
from meris.uploads.sheet import Sheet

_PREVIEW = 50
# So many new objects, a few megabytes, before Python looks for garbage.
_OBJECTS_BETWEEN = 20_000


#: What becomes of a row when a file is checked; only `ready` ones may be loaded.
Fate = Literal["ready", "refused", "repeated", "left_out"]


@dataclass
class Checked:
    """What a check found. `total` = `ready` + `refused` + `repeated` + `left_out` rows.

    `unplaced` of the ready rows have no place on the map, `approximate` ones only a rough one;
    `proposals` are repairs of coordinates that a person may allow.
    """

    kind: str
    total: int = 0
    ready: int = 0
    refused: int = 0
    repeated: int = 0
    left_out: int = 0
    unplaced: int = 0
    approximate: int = 0
    notes: list[str] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    preview: list[Record] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def warned(self) -> int:
        """Rows that would be loaded with a warning."""
        return self.problems.warned()

    def as_json(self, most: int = 200) -> dict[str, Any]:
        """Counts, notes and the first problems, as an upload keeps and a page shows them."""
        groups = list(self.problems)
        return {
            "kind": self.kind,
            "counts": {name: getattr(self, name) for name in _COUNTS},
            "notes": self.notes,
            "problems": [group.as_json() for group in groups[:most]],
            "more_problems": max(0, len(groups) - most),
            "proposals": self.proposals,
        }


_COUNTS = (
    *("total", "ready", "refused", "repeated", "left_out"),
    *("warned", "unplaced", "approximate"),
)


class Checking:
    """A check on its way: iterate it once for the rows to load, or `every` for all of them with
    their fates; `checked` fills up meanwhile.

    Rows are not kept, so that a file of half a million rows needs no more memory than one of ten.
    """

    def __init__(
        self,
        sheet: Sheet,
        match: Match,
        home: Home,
        choices: Choices | None = None,
        *,
        corrections: Corrections | None = None,
    ) -> None:
        personal.refuse_people(sheet)
        self.sheet, self.match, self.home = sheet, _without_line_ids(sheet, match), home
        said = [*sheet.notes, *_column_notes(self.match), *personal.notes(sheet, self.match)]
        self.checked = Checked(match.kind, notes=said)
        problems = self.checked.problems
        problems.columns = {label: index for index, label in enumerate(labels(sheet))}
        self._corrections = corrections or Corrections()
        self._rules = RowRules.of(self.match, home, problems)
        self._locator = Locator.of(
            sheet, self.match, home, problems, choices or Choices(), self._corrections
        )
        self._plausible = Plausible.of(self.match, home, problems)
        self._repeats = Repeats(match.kind, problems)

    def __iter__(self) -> Iterator[Record]:
        """Every row that may be loaded, with its values complete."""
        return (record for record, fate in self.every() if fate == "ready")

    def every(self) -> Iterator[tuple[Record, Fate]]:
        """Every row of the file, in order, with what becomes of it; `Record.why` says why."""
        if self.match.missing:
            tell_missing(self.match, self.checked.problems)
            return
        with _collecting_seldom():
            yield from self._every()
        self.checked.problems.hand = None
        self.checked.proposals = self._locator.proposals()
        self._repeats.tell_crowds()
        self._plausible.finish()

    def _every(self) -> Iterator[tuple[Record, Fate]]:
        for batch in batches(self.sheet, self.match, self.home, self._corrections):
            records = [record for record in batch if not self._is_example(record)]
            self.checked.total += len(records)
            self._judge(records)
            for record in records:
                fate = self._fate(record)
                if fate == "ready":
                    self._count(record)
                else:
                    setattr(self.checked, fate, getattr(self.checked, fate) + 1)
                yield record, fate

    def _judge(self, records: list[Record]) -> None:
        """Tell what is wrong with the cells, the places and the rows of a batch."""
        problems, left_out = self.checked.problems, self._corrections.left_out
        if left_out:
            records = [record for record in records if record.number not in left_out]
        self._locator.look_up(records)
        ours = []
        for record in records:
            problems.hand = record
            if record.told:
                tell(record, problems)
            if self._locator.locate(record.number, record.values):
                ours.append(record)
        self._rules.complete(ours)
        self._plausible.look([one for one in ours if one.number not in problems.refused])

    def _fate(self, record: Record) -> Fate:
        number, refused = record.number, self.checked.problems.refused
        if number in self._corrections.left_out:
            return "left_out"
        if number in refused:
            return "refused"
        if not self._repeats.is_repeat(record):
            return "ready"
        return "refused" if number in refused else "repeated"

    def _count(self, record: Record) -> None:
        checked, values = self.checked, record.values
        checked.ready += 1
        position = values.get("position")
        if position is None:
            checked.unplaced += 1
        elif values.get("position_radius_m") is not None:
            checked.approximate += 1
        else:
            self._repeats.note_point(record.number, position, values)
        if len(checked.preview) < _PREVIEW:
            checked.preview.append(record)

    def _is_example(self, record: Record) -> bool:
        """The example row of our own template, left in by mistake."""
        if record.number > self.sheet.header_row + 2 or self.checked.total:
            return False
        examples = {column.name: column.example for column in template_fields(self.match.kind)}
        shown = {c.field.name: record.raw[c.index].strip() for c in self.match.columns}
        if len(shown) < 5 or any(examples.get(name, "") != cell for name, cell in shown.items()):
            return False
        self.checked.notes.append(
            f"Row {record.number} is the example of the template and was left out."
        )
        return True


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Let Python look for garbage in circles less often: rows make none, and it looked through
    everything in memory again and again, a quarter of the time that a check takes."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def check(
    sheet: Sheet,
    match: Match,
    home: Home,
    choices: Choices | None = None,
    corrections: Corrections | None = None,
) -> Checked:
    """Check a whole file.

    Raises `Refused` only where the file itself cannot be read on, `PeopleInFile` where it must not.
    """
    checking = Checking(sheet, match, home, choices, corrections=corrections)
    for _ in checking:
        pass
    return checking.checked


def tell_missing(match: Match, problems: Problems) -> None:
    """Say which needed columns are missing, each with what could be done about it."""
    for group in match.missing:
        needed = by_name(match.kind)[group[0]]
        maybe = next((one.label for one in match.suggestions if one.field.name in group), None)
        only = replace(match, missing=(group,)).say_missing() or ""
        fixes = for_missing(maybe, needed) if len(group) == 1 else ()
        problems.add("error", None, None, only, rule="missing column", fixes=fixes)


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
