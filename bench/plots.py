"""Line plots as SVG files that GitHub shows: linear, or log-log with the slope in the legend.

Own code because the small libraries either cannot space the labels of two logarithmic axes (pygal)
or bring a drawing stack of 50 MB (matplotlib). One file is one picture; the same figures give the
same bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from pathlib import Path

OUT = Path(__file__).parent / "out"
WIDTH, HEIGHT = 860, 480
_LEFT, _RIGHT, _TOP, _BOTTOM, _LEGEND = 76, 24, 48, 52, 20
#: Told apart by people who do not see all colors (Okabe and Ito), and by their marks.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a6a00", "#56b4e9", "#444444", "#e69f00")
_MARKS = ("circle", "square", "diamond", "cross")
#: More points than this are a line without marks.
_MARKED = 40

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class _Axis:
    """Values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def at(self, value: float) -> float:
        """The pixel of a value."""
        low, high, one = self.low, self.high, value
        if self.log:
            low, high, one = log10(low), log10(high), log10(value)
        return self.start + (one - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Where lines are drawn: powers of ten (and halves of few), or about six round steps."""
        if self.log:
            tens = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
            parts = (1, 2, 5) if len(tens) <= 4 else (1,)
            found = [part * 10.0**ten for ten in tens for part in parts]
        else:
            step = _round_step((self.high - self.low) / 6)
            found = [step * n for n in range(ceil(self.low / step), floor(self.high / step) + 1)]
        return [tick for tick in found if self.low * 0.999 <= tick <= self.high * 1.001]


def slope(points: Points) -> float:
    """By which power of x does y grow: least squares through the logarithms.

    1 is as fast as x, 0 not at all. Needs two points with different x, all above zero.
    """
    xs, ys = [log10(x) for x, _ in points], [log10(y) for _, y in points]
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - x0) ** 2 for x in xs
    )


def trend(points: Points) -> float:
    """How much y grows when x grows by one: least squares."""
    x0 = sum(x for x, _ in points) / len(points)
    y0 = sum(y for _, y in points) / len(points)
    return sum((x - x0) * (y - y0) for x, y in points) / sum((x - x0) ** 2 for x, _ in points)


def lines(
    name: str, title: str, series: Mapping[str, Points], *, x: str, y: str, log: bool = False
) -> str:
    """Draw the series into bench/out/NAME.svg and give the file's name.

    `x` and `y` name the axes with their units. With `log` both are logarithmic (points that are not
    above zero are left out) and the legend tells each slope.
    """
    drawn = {key: [p for p in points if not log or min(p) > 0] for key, points in series.items()}
    drawn = {key: points for key, points in drawn.items() if points}
    legend = {key: _with_slope(key, points) if log else key for key, points in drawn.items()}
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.svg").write_text("\n".join(_svg(title, drawn, legend, x, y, log)) + "\n")
    return f"{name}.svg"


def _with_slope(key: str, points: Points) -> str:
    return f"{key}: slope {slope(points):.2f}" if len({x for x, _ in points}) > 1 else key


def _svg(
    title: str, series: Mapping[str, Points], legend: Mapping[str, str], x: str, y: str, log: bool
) -> Iterator[str]:
    height = HEIGHT + _LEGEND * ceil(len(series) / 2)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="12" fill="#222">'
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    )
    yield _text(_LEFT, 28, title, 'font-size="16" font-weight="600"')
    across = _axis([p[0] for s in series.values() for p in s], _LEFT, WIDTH - _RIGHT, log)
    up = _axis([p[1] for s in series.values() for p in s], HEIGHT - _BOTTOM, _TOP, log, zero=True)
    yield from _grid(across, up, x, y)
    for number, (key, points) in enumerate(series.items()):
        yield from _line(points, across, up, number)
        at = (_LEFT + number % 2 * (WIDTH - _LEFT) // 2, HEIGHT + _LEGEND * (number // 2))
        yield _mark(at[0] + 6, at[1] - 4, number) + _text(at[0] + 18, at[1], legend[key])
    yield "</svg>"


def _axis(values: list[float], start: float, end: float, log: bool, *, zero: bool = False) -> _Axis:
    low, high = min(values, default=1.0), max(values, default=2.0)
    if log:
        margin = (high / low) ** 0.04 if high > low else 2.0
        return _Axis(low / margin, high * margin, start, end, log)
    low = min(0.0, low) if zero else low
    return _Axis(low, (high if high > low else low + 1) * (1.05 if zero else 1), start, end, log)


def _grid(across: _Axis, up: _Axis, x: str, y: str) -> Iterator[str]:
    bottom, right, middle = HEIGHT - _BOTTOM, WIDTH - _RIGHT, HEIGHT // 2
    for tick in up.ticks():
        at = up.at(tick)
        yield f'<path d="M{_LEFT} {at:.1f}H{right}" stroke="#ddd"/>'
        yield _text(_LEFT - 8, at + 4, _short(tick), 'text-anchor="end"')
    for tick in across.ticks():
        at = across.at(tick)
        yield f'<path d="M{at:.1f} {_TOP}V{bottom}" stroke="#eee"/>'
        yield _text(at, bottom + 18, _short(tick), 'text-anchor="middle"')
    yield _text((_LEFT + right) / 2, bottom + 38, x, 'text-anchor="middle"')
    yield _text(16, middle, y, f'text-anchor="middle" transform="rotate(-90 16 {middle})"')


def _line(points: Points, across: _Axis, up: _Axis, number: int) -> Iterator[str]:
    spots = [(across.at(px), up.at(py)) for px, py in sorted(points)]
    path = "L".join(f"{px:.1f} {py:.1f}" for px, py in spots)
    color = _COLORS[number % len(_COLORS)]
    yield f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>'
    if len(spots) <= _MARKED:
        yield "".join(_mark(px, py, number) for px, py in spots)


def _mark(x: float, y: float, number: int) -> str:
    shapes: dict[str, Callable[[], str]] = {
        "circle": lambda: f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
        "square": lambda: f"M{x - 4:.1f} {y - 4:.1f}h8v8h-8Z",
        "diamond": lambda: f"M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5Z",
        "cross": lambda: f"M{x - 5:.1f} {y - 2:.1f}h3v-3h4v3h3v4h-3v3h-4v-3h-3Z",
    }
    color = _COLORS[number % len(_COLORS)]
    return f'<path d="{shapes[_MARKS[number % len(_MARKS)]]()}" fill="{color}"/>'


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def _round_step(rough: float) -> float:
    ten = 10.0 ** floor(log10(rough))
    return next(ten * part for part in (1, 2, 5, 10) if ten * part >= rough * 0.999)


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:.4g}"
