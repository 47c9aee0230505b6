"""What a person decided about a file: kept with the upload, and taken over for the next such file.

    decided = from_json(upload.choices, upload.mapping)
    decided = with_fix(decided, {"replace": {"column": "Status", "from": "Opn", "to": "Open"}})
    upload.choices = decided.as_json()

A correction says what to read instead of a cell; the file itself is kept as it came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from meris.errors import Invalid

Cells = Mapping[str, str]
Json = Mapping[str, Any]

#: A file with more corrections than this is better corrected where it was made.
MOST_CORRECTIONS = 20_000
_LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class Choices:
    """What a person allowed: rows of other states, and repairs of coordinates by their id."""

    allow_out_of_state: bool = False
    repairs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Corrections:
    """What to read instead of what the file says.

    `replaced` maps column labels to cells (without blanks around them) to the text to read instead;
    `cells` does so for single cells, by row number and column label, and beats `replaced`. An empty
    text empties the cell. `left_out` are numbers of rows that a person leaves out.
    """

    replaced: Mapping[str, Cells] = field(default_factory=dict)
    cells: Mapping[int, Cells] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()

    def __len__(self) -> int:
        texts = [*self.replaced.values(), *self.cells.values()]
        return sum(map(len, texts)) + len(self.left_out)

    def replacing(self, column: str, text: str, instead: str) -> "Corrections":
        """Also read `instead` wherever the cell of a column says `text`, or was corrected to it."""
        text, instead = text.strip(), instead.strip()
        before = self.replaced.get(column, {})
        own = {seen: instead if to == text else to for seen, to in before.items()}
        cells = {
            row: {**texts, column: instead} if texts.get(column) == text else texts
            for row, texts in self.cells.items()
        }
        replaced = {**self.replaced, column: {**own, text: instead}}
        return replace(self, replaced=replaced, cells=cells)

    def correcting(self, rows: Iterable[int], column: str, instead: str) -> "Corrections":
        """Also read `instead` in one cell of each of some rows."""
        new = {row: {**self.cells.get(row, {}), column: instead.strip()} for row in rows}
        return replace(self, cells={**self.cells, **new})

    def leaving_out(self, rows: Iterable[int]) -> "Corrections":
        """Also leave out some rows."""
        return replace(self, left_out=self.left_out | frozenset(rows))

    def as_json(self) -> dict[str, Any]:
        return {
            "replaced": {column: dict(texts) for column, texts in self.replaced.items()},
            "cells": {str(row): dict(texts) for row, texts in self.cells.items()},
            "left_out": sorted(self.left_out),
        }

    @staticmethod
    def from_json(kept: Json) -> "Corrections":
        """As `as_json` wrote it; members that are not there are empty."""
        return Corrections(
            kept.get("replaced", {}),
            {int(row): texts for row, texts in kept.get("cells", {}).items()},
            frozenset(kept.get("left_out", ())),
        )


@dataclass(frozen=True)
class Decisions:
    """What a person decided about a file.

    `confirmed` maps column labels to field names (None: do not read); `constants` are values for
    fields without a column; `only_valid` takes the rows without errors and leaves the others;
    `clear` lets empty cells empty what is recorded; `as_of` is when rows without a time of their
    own were true. `once`: nothing is taken over from the last such file, nor for the next.
    """

    sheet: str | None = None
    confirmed: Mapping[str, str | None] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    corrections: Corrections = field(default_factory=Corrections)
    only_valid: bool = False
    clear: bool = False
    as_of: datetime | None = None
    once: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the upload's row; `confirmed` is kept in its own column."""
        return {
            "sheet": self.sheet,
            "constants": dict(self.constants),
            "allow_out_of_state": self.choices.allow_out_of_state,
            "repairs": sorted(self.choices.repairs),
            "corrections": self.corrections.as_json(),
            "only_valid": self.only_valid,
            "clear": self.clear,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "once": self.once,
        }

    def lasting(self) -> "Decisions":
        """What also holds for the next file with these columns: nothing of single rows."""
        if self.once:
            return Decisions()
        return replace(
            self,
            sheet=None,
            corrections=Corrections(self.corrections.replaced),
            only_valid=False,
            as_of=None,
        )


def from_json(kept: Json | None, confirmed: Mapping[str, str | None] | None = None) -> Decisions:
    """Decisions as `as_json` wrote them; what is not there was not decided."""
    kept = kept or {}
    as_of = kept.get("as_of")
    return Decisions(
        sheet=kept.get("sheet"),
        confirmed=confirmed or {},
        constants=kept.get("constants", {}),
        choices=Choices(
            allow_out_of_state=bool(kept.get("allow_out_of_state")),
            repairs=frozenset(kept.get("repairs", ())),
        ),
        corrections=Corrections.from_json(kept.get("corrections") or {}),
        only_valid=bool(kept.get("only_valid")),
        clear=bool(kept.get("clear")),
        as_of=datetime.fromisoformat(as_of) if as_of else None,
        once=bool(kept.get("once")),
    )


def with_fix(decided: Decisions, do: Json, rows: Iterable[int] = ()) -> Decisions:
    """Decisions with one fix of a problem more; `rows` are those of the problem's group.

    `do` has one member: `replace` {column, from, to}, `empty` {column, from}, `cell` {row, column,
    to}, `set` {column, to} in all rows of the group, `repair` id, `constant` {field, value}, `map`
    {column, field or None}, `leave_out` true, or `allow_out_of_state` true. Raises `Invalid` for
    anything else.
    """
    if len(do) != 1 or (name := next(iter(do))) not in _FIXES:
        raise Invalid(f"A fix is one of {', '.join(_FIXES)}.")
    fixed = _FIXES[name](decided, do[name], rows)
    if len(fixed.corrections) > MOST_CORRECTIONS:
        raise Invalid(
            f"These are more than {MOST_CORRECTIONS:,} corrections. Correct the file and send it "
            "again."
        )
    return fixed


def _replace(decided: Decisions, what: Any, _rows: Iterable[int]) -> Decisions:
    column, seen, to = _texts(what, "column", "from", "to")
    return replace(decided, corrections=decided.corrections.replacing(column, seen, to))


def _empty(decided: Decisions, what: Any, _rows: Iterable[int]) -> Decisions:
    column, seen = _texts(what, "column", "from")
    return replace(decided, corrections=decided.corrections.replacing(column, seen, ""))


def _cell(decided: Decisions, what: Any, _rows: Iterable[int]) -> Decisions:
    column, to = _texts(what, "column", "to")
    row = what.get("row")
    if not isinstance(row, int) or isinstance(row, bool) or row < 1:
        raise Invalid('"row" must be the number of a row of the file.')
    return replace(decided, corrections=decided.corrections.correcting([row], column, to))


def _set(decided: Decisions, what: Any, rows: Iterable[int]) -> Decisions:
    column, to = _texts(what, "column", "to")
    return replace(decided, corrections=decided.corrections.correcting(rows, column, to))


def _repair(decided: Decisions, what: Any, _rows: Iterable[int]) -> Decisions:
    if not isinstance(what, str) or not what:
        raise Invalid('"repair" must name the repair.')
    choices = replace(decided.choices, repairs=decided.choices.repairs | {what})
    return replace(decided, choices=choices)


def _constant(decided: Decisions, what: Any, _rows: Iterable[int]) -> Decisions:
    name, value = _texts(what, "field", "value")
    return replace(decided, constants={**decided.constants, name: value})


def _map(decided: Decisions, what: Any, _rows: Iterable[int]) -> Decisions:
    """One field is read from one column: another one that was confirmed for it gives way."""
    (column,) = _texts(what, "column")
    name = what.get("field")
    if name is None:
        return replace(decided, confirmed={**decided.confirmed, column: None})
    (name,) = _texts(what, "field")
    others = {label: None if was == name else was for label, was in decided.confirmed.items()}
    constants = {key: value for key, value in decided.constants.items() if key != name}
    return replace(decided, confirmed={**others, column: name}, constants=constants)


def _leave_out(decided: Decisions, what: Any, rows: Iterable[int]) -> Decisions:
    if what is not True:
        raise Invalid('"leave_out" must be true.')
    return replace(decided, corrections=decided.corrections.leaving_out(rows))


def _allow_out_of_state(decided: Decisions, what: Any, _rows: Iterable[int]) -> Decisions:
    if what is not True:
        raise Invalid('"allow_out_of_state" must be true.')
    return replace(decided, choices=replace(decided.choices, allow_out_of_state=True))


_FIXES = {
    "replace": _replace,
    "empty": _empty,
    "cell": _cell,
    "set": _set,
    "repair": _repair,
    "constant": _constant,
    "map": _map,
    "leave_out": _leave_out,
    "allow_out_of_state": _allow_out_of_state,
}


def _texts(what: Any, *names: str) -> list[str]:
    """Members that must be texts. Raises `Invalid`."""
    found = [what.get(name) for name in names] if isinstance(what, Mapping) else [None]
    if not all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in found):
        raise Invalid(f"A fix of this kind needs the texts {', '.join(names)}.")
    return [str(text) for text in found]
