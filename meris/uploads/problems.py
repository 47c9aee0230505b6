"""What is wrong with a file, cell by cell, and put together so that a person can read it."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, Protocol

from meris.uploads.fixes import MOST_FIXES, Fix, reading

Level = Literal["error", "warning", "note"]

_ORDER: dict[Level, int] = {"error": 0, "warning": 1, "note": 2}
# Past so many different messages about one column, further ones are only counted.
_MOST_GROUPS = 300
_MORE = "More cells of this column have problems of this kind."
# The rows whose own words are kept although their group only counts.
_MOST_SPELLED = 50_000
_MOST_CELLS, _MOST_SPANS = 20, 2_000


class Said(NamedTuple):
    """One thing said of a row, with its column, as a list of refused rows shows it."""

    level: Level
    text: str


class InHand(Protocol):
    """The row that is being judged; its cells are those of `Problems.columns`."""

    number: int
    raw: list[str]
    why: tuple[Said, ...]


@dataclass(eq=False)
class Group:
    """Equal problems: one message, and the rows that have it.

    An `error` keeps its rows out, a `warning` lets them in marked, a `note` only tells. `column` is
    the header as the file has it; `value` the cell, when all rows share it; `cells` the first rows
    with their cells; `fixes` what one click could do about all of them.
    """

    level: Level
    rule: str
    column: str | None
    message: str
    value: str | None = None
    fixes: tuple[Fix, ...] = ()
    rows: "array[int]" = field(default_factory=lambda: array("L"))
    cells: list[tuple[int, str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The same for the same problem whenever the file is checked."""
        words = f"{self.level}\x1f{self.column}\x1f{self.message}"
        return blake2b(words.encode(), digest_size=8).hexdigest()

    @property
    def where(self) -> str:
        """`Row 14, column "LAT"` or `Rows 2–57 (56 rows), column "LONG"`."""
        column = f'column "{self.column}"' if self.column else ""
        parts = [part for part in (say_rows(self.rows), column) if part]
        return ", ".join(parts)

    @property
    def text(self) -> str:
        """The whole sentence, as it is shown."""
        return f"{self.where}: {self.message}" if self.where else self.message

    def as_json(self) -> dict[str, Any]:
        """For a page or the upload's summary; long lists of rows are cut."""
        spans = _spans(sorted(self.rows))
        return {
            "id": self.id,
            "level": self.level,
            "rule": self.rule,
            "column": self.column,
            "value": self.value,
            "message": self.message,
            "text": self.text,
            "row": self.rows[0] if self.rows else None,
            "rows": list(self.rows[:1_000]),
            "spans": [list(span) for span in spans[:_MOST_SPANS]],
            "count": len(self.rows),
            "cells": [{"row": row, "value": value} for row, value in self.cells],
            "fixes": [fix.as_json() for fix in self._offered(len(spans))],
        }

    def _offered(self, spans: int) -> list[Fix]:
        """The fixes of the problem, and for an error the last resort: to leave its rows out.

        What is done in all rows is offered only where all are named.
        """
        named = 0 < spans <= _MOST_SPANS
        own = [fix for fix in self.fixes if named or "set" not in fix.do][:MOST_FIXES]
        if self.level != "error" or not named or len(own) == MOST_FIXES:
            return own
        rows = "this row" if len(self.rows) == 1 else f"these {len(self.rows):,} rows"
        return [*own, Fix(f"Leave out {rows}", {"leave_out": True})]


class Problems:
    """Collects problems, equal ones together, in the order the rows have them.

    `hand` is the row that is being judged and `columns` where each column stands in it; they let a
    group show the cells it is about, and the row what was said of it. `refused` gives for each row
    with an error the groups it is in.
    """

    def __init__(self, columns: Mapping[str, int] | None = None) -> None:
        self.columns = columns or {}
        self.hand: InHand | None = None
        self.refused: dict[int, tuple[Group, ...]] = {}
        self._groups: dict[tuple[str, str | None, str], Group] = {}
        self._kinds: dict[tuple[str, str | None, str], int] = {}
        self._latest: list[Group] = []
        self._together: dict[tuple[Group, ...], tuple[Group, ...]] = {}
        self._spelled: dict[int, list[str]] = {}

    def add(
        self,
        level: Level,
        row: int | None,
        column: str | None,
        message: str,
        *,
        rule: str = "",
        value: str | None = None,
        suggestion: str | None = None,
        fixes: Iterable[Fix] = (),
    ) -> None:
        """Say one thing of one cell or row (or, without a row, of the file).

        `value` is the cell, where the message is about just this one; `suggestion` what to read
        instead of it; `fixes` what else could be done about every row of which this is said.
        """
        group = self._groups.get((level, column, message))
        if group is None:
            group = self._new(level, column, message, rule, value)
            if group.message != _MORE:
                group.fixes = (*reading(column, value, suggestion), *fixes)
        elif value != group.value:
            group.value = None
        if row is not None:
            self._note(group, row, message)

    def _note(self, group: Group, row: int, message: str) -> None:
        """Put a row into a group, once, and the words to the row."""
        if not group.rows or group.rows[-1] != row:
            group.rows.append(row)
            if self._latest and self._latest[-1].rows[-1:] != group.rows[-1:]:
                self._latest.clear()
            self._latest.append(group)
        if group.level == "error":
            groups = (*self.refused.get(row, ()), group)
            # rows refused for the same reasons share one list of them
            self.refused[row] = self._together.setdefault(groups, groups)
            if group.message == _MORE and len(self._spelled) < _MOST_SPELLED:
                self._spelled.setdefault(row, []).append(_said(group.column, message))
        if self.hand is not None and self.hand.number == row:
            self._show(group, self.hand, message)

    def _show(self, group: Group, hand: InHand, message: str) -> None:
        hand.why = (*hand.why, Said(group.level, _said(group.column, message)))
        index = self.columns.get(group.column) if group.column else None
        shown = group.cells
        if index is None or len(shown) >= _MOST_CELLS or (shown and shown[-1][0] == hand.number):
            return
        shown.append((hand.number, hand.raw[index].strip()))

    def forget_warnings(self, row: int) -> None:
        """Take back the warnings of the row in hand: it is out for a reason beyond its cells."""
        for group in self._latest:
            if group.level == "warning" and group.rows[-1:].tolist() == [row]:
                group.rows.pop()
                if group.cells and group.cells[-1][0] == row:
                    group.cells.pop()
                if not group.rows:
                    del self._groups[group.level, group.column, group.message]
        self._latest.clear()
        if self.hand is not None and self.hand.number == row:
            self.hand.why = tuple(said for said in self.hand.why if said.level != "warning")

    def _new(
        self, level: Level, column: str | None, message: str, rule: str, value: str | None
    ) -> Group:
        kind = (level, column, rule)
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        if self._kinds[kind] > _MOST_GROUPS:
            message, value = _MORE, None
            if found := self._groups.get((level, column, message)):
                return found
        group = Group(level, rule, column, message, value)
        self._groups[level, column, message] = group
        return group

    def why(self, row: int) -> list[str]:
        """Why a row is refused, each reason with its column; empty when it is not."""
        groups = self.refused.get(row, ())
        own = [_said(g.column, g.message) for g in groups if g.message != _MORE]
        spelled = self._spelled.get(row, [])
        return [*own, *spelled] or [_said(g.column, g.message) for g in groups]

    def by_id(self, group_id: str) -> Group | None:
        """The group with an id."""
        return next((group for group in self._groups.values() if group.id == group_id), None)

    def __iter__(self) -> Iterator[Group]:
        """Errors first, then warnings and notes; within each, what concerns most rows first."""
        return iter(
            sorted(self._groups.values(), key=lambda g: (_ORDER[g.level], -len(g.rows), g.rows[:1]))
        )

    def __len__(self) -> int:
        return len(self._groups)

    def of(self, level: Level) -> list[Group]:
        """The groups of one level."""
        return [group for group in self if group.level == level]

    def warned(self) -> int:
        """How many rows have a warning and no error."""
        rows: set[int] = set()
        for group in self._groups.values():
            if group.level == "warning":
                rows.update(group.rows)
        return len(rows - self.refused.keys())


def _said(column: str | None, message: str) -> str:
    return f"{column}: {message}" if column else message


def say_rows(rows: Iterable[int]) -> str:
    """`Row 14`, `Rows 2–57 (56 rows)`, `Rows 3, 9 and 12`; empty without rows."""
    numbers = sorted(set(rows))
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"Row {numbers[0]}"
    spans = _spans(numbers)
    shown = [f"{a}–{b}" if b > a + 1 else f"{a}, {b}" if b > a else f"{a}" for a, b in spans[:6]]
    if len(spans) > 6:
        return f"Rows {', '.join(shown)}, … ({len(numbers):,} rows)"
    words = f"Rows {', '.join(shown)}"
    return f"{words} ({len(numbers):,} rows)" if len(numbers) > 3 else words


def _spans(numbers: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers as (first, last)."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans
