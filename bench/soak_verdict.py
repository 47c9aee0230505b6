"""What many samples say: how much each line grows in an hour, and whether that is flat."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bench.plots import lines, trend
from bench.soak_sample import REWRITTEN

Sample = dict[str, Any]
#: The beginning warms up: caches fill, threads start, tables find their size.
_FROM = 1 / 3


class Line(NamedTuple):
    """Something that has to stay as it is: at most `limit` more in an hour, or, where that is more,
    `share` of what there is. What a line gains over the last two thirds also has to be more than
    the samples scatter around it: less than that is noise."""

    name: str
    unit: str
    of: Callable[[Sample], float]
    limit: float
    share: float = 0.0


class Verdict(NamedTuple):
    """`slope` and `limit` in `unit` an hour; `first` and `last` are ends of the fitted line."""

    name: str
    unit: str
    first: float
    last: float
    slope: float
    limit: float
    flat: bool

    @property
    def words(self) -> str:
        """For a person."""
        says = "flat" if self.flat else "GROWS"
        return (
            f"{self.name}: {says}, from {self.first:,.1f} to {self.last:,.1f} {self.unit},"
            f" {self.slope:+,.1f} {self.unit} an hour (limit {self.limit:,.1f})"
        )


def _at(*path: str) -> Callable[[Sample], float]:
    def of(sample: Sample) -> float:
        value: Any = sample
        for name in path:
            value = value[name]
        return float(value)

    return of


def _swollen(name: str) -> Callable[[Sample], float]:
    """Kilobytes of a table and its indexes for each thousand rows."""

    def of(sample: Sample) -> float:
        table = sample["tables"][name]
        return (table["heap"] + table["indexes"]) / 1024 / max(table["rows"], 1.0) * 1000

    return of


def lines_of(sample: Sample) -> list[Line]:
    """Everything that is looked at, as far as this sample has it."""
    found = [
        Line("server: memory (PSS)", "MB", _at("server", "pss_mb"), 8, 0.03),
        Line("server: memory (RSS)", "MB", _at("server", "rss_mb"), 8, 0.03),
        Line("server: threads", "threads", _at("server", "threads"), 4),
        Line("server: open files", "files", _at("server", "files"), 10),
        Line("PostgreSQL: memory of its processes", "MB", _at("postgres", "own_mb"), 8, 0.05),
        Line("PostgreSQL: processes", "processes", _at("postgres", "processes"), 4),
        Line("PostgreSQL: open files", "files", _at("postgres", "files"), 60, 0.05),
        Line("connections of the web", "connections", _at("connections", "web"), 3),
        Line("idle in a transaction", "connections", _at("connections", "idle_in_transaction"), 1),
        Line("journal to the last client", "s", _at("feed", "lag_s"), 0.5),
    ]
    for name in REWRITTEN:
        told = sample["tables"].get(name)
        if told and told["rows"] >= 1000:
            what = f"table {name}: size per 1,000 rows"
            found.append(Line(what, "KB", _swollen(name), 20, 0.10))
        if told and "dead_percent" in told and told["rows"] >= 1000:
            what = f"table {name}: dead rows"
            found.append(Line(what, "%", _at("tables", name, "dead_percent"), 5))
    return found


def judge(samples: Sequence[Sample]) -> list[Verdict]:
    """Of every line; nothing from fewer than six samples."""
    late = [one for one in samples if one["at_s"] >= samples[-1]["at_s"] * _FROM]
    if len(late) < 6:
        return []
    hours = (late[-1]["at_s"] - late[0]["at_s"]) / 3600
    return [_judged(line, late, hours) for line in lines_of(late[-1])]


def _judged(line: Line, late: Sequence[Sample], hours: float) -> Verdict:
    points = [(one["at_s"] / 3600, line.of(one)) for one in late]
    slope = trend(points)
    middle = sum(y for _, y in points) / len(points)
    limit = max(line.limit, line.share * middle)
    ends = middle - slope * hours / 2, middle + slope * hours / 2
    around = [y - middle - slope * (x - points[0][0] - hours / 2) for x, y in points]
    noise = (sum(one * one for one in around) / len(around)) ** 0.5
    flat = slope <= limit or ends[1] - ends[0] <= noise
    return Verdict(line.name, line.unit, *ends, slope, limit, flat)


class Growth(NamedTuple):
    """Records of the exercise, which are kept by design: rows and MB an hour, bytes a row."""

    table: str
    rows: float
    megabytes: float
    bytes_a_row: float

    @property
    def words(self) -> str:
        """For a person."""
        return (
            f"{self.table}: {self.rows:,.0f} rows and {self.megabytes:,.1f} MB an hour"
            f" ({self.bytes_a_row:,.0f} bytes a row with its indexes)"
        )


def growth(samples: Sequence[Sample]) -> list[Growth]:
    """The tables that gained rows since the first third, most bytes first."""
    late = [one for one in samples if one["at_s"] >= samples[-1]["at_s"] * _FROM]
    first, last = late[0], late[-1]
    hours = max(last["at_s"] - first["at_s"], 1.0) / 3600
    found = []
    for name, now in last["tables"].items():
        before = first["tables"].get(name, {"rows": 0.0, "bytes": 0.0})
        rows, gained = now["rows"] - before["rows"], now["bytes"] - before["bytes"]
        if rows > 0:
            found.append(Growth(name, rows / hours, gained / hours / 2**20, gained / rows))
    return sorted(found, key=lambda one: -one.megabytes)


#: What the picture shows, each as a share of what it was at a third of the run.
_DRAWN = (
    "server: memory (PSS)",
    "server: threads",
    "server: open files",
    "PostgreSQL: memory of its processes",
    "connections of the web",
    "table resource: size per 1,000 rows",
    "table unit: size per 1,000 rows",
)


def draw(samples: Sequence[Sample], clients: int) -> str:
    """bench/out/soak.svg: the file's name."""
    start = next(one for one in samples if one["at_s"] >= samples[-1]["at_s"] * _FROM)
    known = {line.name: line for line in lines_of(samples[-1])}
    series = {}
    for name in _DRAWN:
        if name in known and (base := known[name].of(start)):
            points = [(one["at_s"] / 60, known[name].of(one) / base * 100) for one in samples]
            series[f"{name} (100 = {base:,.0f} {known[name].unit})"] = points
    title = f"The tornado exercise in a loop with {clients:,} live feeds"
    return lines("soak", title, series, x="minutes", y="% of what it was after a third")
