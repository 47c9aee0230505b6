"""What a benchmark gives: rows of the one table, query plans, and plots.

A row sets one figure of MERIS beside its floor, measured in the same run. What is compared is
`p95` (or the total, or whatever `tail` calls it) where there is one, else `p50`; `floor` is of the
same measure and the same unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self


@dataclass(frozen=True)
class Aim:
    """What an issue or the design asked for: at most (or `least`: at least) so much of `of`.

    `by` says who set it ("issue 4", "design.md").
    """

    limit: float
    of: Literal["ratio", "p50", "p95"] = "p95"
    least: bool = False
    by: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `what` was done at what `size` ("100,000 units"); `p50` and `p95` are in `unit` ("ms", "s",
    "MB", "bytes", "a second"). `tail` names what stands in `p95`: "p95", "p99", "total", "slowest".
    `floor_is` says what the floor did.
    """

    what: str
    size: str = ""
    p50: float | None = None
    p95: float | None = None
    floor: float | None = None
    floor_is: str = ""
    unit: str = "ms"
    tail: str = "p95"
    aim: Aim | None = None
    note: str = ""

    @classmethod
    def compared(cls, what: str, ours: Sequence[float], bare: Sequence[float], **more: Any) -> Self:
        """A row from the times of both in one unit: p50 and p95, the floor's p95."""
        floor = percentile(bare, 0.95) if bare else None
        return cls(what, p50=percentile(ours, 0.5), p95=percentile(ours, 0.95), floor=floor, **more)

    @property
    def figure(self) -> float | None:
        """What is compared."""
        return self.p50 if self.p95 is None else self.p95

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return self.figure / self.floor if self.figure is not None and self.floor else None

    @property
    def met(self) -> bool | None:
        """Whether the aim was met; None without an aim, or without a figure."""
        if self.aim is None:
            return None
        value: float | None = getattr(self, self.aim.of)
        if value is None:
            return None
        return value >= self.aim.limit if self.aim.least else value <= self.aim.limit


@dataclass(frozen=True)
class Findings:
    """All that a module tells: rows, plans (title, plan), and plots (title, file in bench/out)."""

    rows: list[Row]
    plans: list[tuple[str, str]] = field(default_factory=list)
    plots: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Self:
        """What `as_json` gave."""
        rows = [Row(**{**row, "aim": Aim(**row["aim"]) if row["aim"] else None})
                for row in told["rows"]]  # fmt: skip
        pairs = {name: [(a, b) for a, b in told[name]] for name in ("plans", "plots")}
        return cls(rows, pairs["plans"], pairs["plots"], told["seconds"])


_HEAD = ("what", "size", "p50", "p95 or total", "floor", "ratio", "aim", "")


def table(rows: Iterable[Row]) -> str:
    """The rows as a markdown table."""
    lines = [_HEAD, tuple("---" for _ in _HEAD), *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(row: Row) -> tuple[str, ...]:
    named = row.tail if row.tail not in ("p95", "total") else ""
    floor = told(row.floor, row.unit) + (f" ({row.floor_is})" if row.floor_is else "")
    return (
        f"{row.what}<br>{row.note}" if row.note else row.what,
        row.size,
        told(row.p50, row.unit),
        f"{named} {told(row.p95, row.unit)}".strip(),
        floor,
        ""
        if row.ratio is None
        else f"{row.ratio:.2g} ×"
        if row.ratio < 10
        else f"{row.ratio:,.0f} ×",
        _aim(row),
        {None: "", True: "met", False: "**missed**"}[row.met],
    )


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    sign = "≥" if row.aim.least else "≤"
    limit = f"{row.aim.limit:g} ×" if row.aim.of == "ratio" else told(row.aim.limit, row.unit)
    of = "p50 " if row.aim.of == "p50" and row.p95 is not None else ""
    return f"{of}{sign} {limit}" + (f" ({row.aim.by})" if row.aim.by else "")


def told(value: float | None, unit: str) -> str:
    """A figure with three digits that mean something, and its unit."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
