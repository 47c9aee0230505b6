"""What is wrong with a file, cell by cell, and put together so that a person can read it."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["error", "warning", "note"]

_ORDER: dict[Level, int] = {"error": 0, "warning": 1, "note": 2}
# Past so many different messages about one column, further ones are only counted.
_MOST_GROUPS = 300


@dataclass
class Group:
    """Equal problems: one message, and the rows that have it.

    An `error` keeps its rows out, a `warning` lets them in marked, a `note` only tells. `column` is
    the header as the file has it; `value` the cell, when all rows share it.
    """

    level: Level
    rule: str
    column: str | None
    message: str
    value: str | None = None
    rows: "array[int]" = field(default_factory=lambda: array("L"))

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
        return {
            "level": self.level,
            "rule": self.rule,
            "column": self.column,
            "value": self.value,
            "message": self.message,
            "text": self.text,
            "row": self.rows[0] if self.rows else None,
            "rows": list(self.rows[:1_000]),
            "count": len(self.rows),
        }


class Problems:
    """Collects problems, equal ones together, in the order the rows have them."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str | None, str], Group] = {}
        self._kinds: dict[tuple[str, str | None, str], int] = {}
        self._latest: list[Group] = []
        self.refused: dict[int, list[Group]] = {}

    def add(
        self,
        level: Level,
        row: int | None,
        column: str | None,
        message: str,
        *,
        rule: str = "",
        value: str | None = None,
    ) -> None:
        """Say one thing of one cell or row (or, without a row, of the file)."""
        group = self._group(level, column, message, rule, value)
        if row is not None and (not group.rows or group.rows[-1] != row):
            group.rows.append(row)
            if self._latest and self._latest[-1].rows[-1:] != group.rows[-1:]:
                self._latest.clear()
            self._latest.append(group)
        if level == "error" and row is not None:
            self.refused.setdefault(row, []).append(group)

    def forget_warnings(self, row: int) -> None:
        """Take back the warnings of the row in hand: it is out for a reason beyond its cells."""
        for group in self._latest:
            if group.level == "warning" and group.rows[-1:].tolist() == [row]:
                group.rows.pop()
                if not group.rows:
                    del self._groups[group.level, group.column, group.message]
        self._latest.clear()

    def _group(
        self, level: Level, column: str | None, message: str, rule: str, value: str | None
    ) -> Group:
        found = self._groups.get((level, column, message))
        if found is not None:
            return found
        kind = (level, column, rule)
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        if self._kinds[kind] > _MOST_GROUPS:
            message, value = "More cells of this column have problems of this kind.", None
            if found := self._groups.get((level, column, message)):
                return found
        group = Group(level, rule, column, message, value)
        self._groups[level, column, message] = group
        return group

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
