"""What runs out, in words: lengths of time, ranges, quantities, and the bar beside them."""

import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from meris import supplies
from meris.fields.lists_request import LINE_STATUS
from meris.language import _, ngettext
from meris.web import phone_words

#: The bar ends here; what lasts longer reaches its edge.
_BAR_HOURS = 96
_HOURS_A_DAY = 24
Line = Mapping[str, Any]


def length(hours: float) -> str:
    """A length of time with as much detail as an estimate has: 40 min, 2.5 h, 6 h, 4 days."""
    if hours < 1 / 12:
        return _("under 5 min")
    if hours < 1:
        return f"{round(hours * 12) * 5} min"
    if hours < 3:
        return f"{round(hours * 2) / 2:g} h"
    if hours < 2 * _HOURS_A_DAY:
        return f"{round(hours)} h"
    days = hours / _HOURS_A_DAY
    if days >= 60:
        return _("more than 60 days")
    return ngettext("%(num)s day", "%(num)s days", round(days))


def between(line: Line) -> str:
    """The range of an estimate: 4–9 h, 40 min – 2 h."""
    if line["left_least"] is None:
        return ""
    least, most = length(line["left_least"]), length(line["left_most"])
    if least == most:
        return least
    number, unit = least.partition(" ")[::2]
    same = most.partition(" ")[2] == unit
    return f"{number}–{most}" if same else f"{least} – {most}"


def left(line: Line) -> str:
    """How long it lasts, or why nobody can say: About 6 h; None on record."""
    if line["state"] == "known":
        return _("Used up") if line["left"] == 0 else length(line["left"])
    return {
        "none": _("None on record"),
        "short": _("Too few"),
        "unknown": _("Not known"),
        "enough": _("Enough"),
    }[str(line["state"])]


def sentence(line: Line, now: datetime) -> str:
    """For a small block: about 6 h left (4–9 h), until 14:30."""
    if line["state"] != "known":
        return left(line).lower()
    if line["left"] == 0:
        return _("used up")
    told = _("about %(left)s left (%(range)s)", left=length(line["left"]), range=between(line))
    if not line["runs_out_at"]:
        return told
    until = phone_words.clock(datetime.fromisoformat(line["runs_out_at"]), now)
    return _("%(left)s, until %(time)s", left=told, time=until)


def tone(line: Line) -> str:
    """How bad it is: `out` within half a day, `low` below the reorder point, `unsure`, `fine`."""
    if line["state"] == "known":
        if line["left"] <= _HOURS_A_DAY / 2:
            return "out"
        return "low" if line["low"] else "fine"
    return "fine" if line["state"] == "enough" else "unsure"


def status(asked: Mapping[str, Any]) -> str:
    """The state of what was asked for, as the end of a sentence has it."""
    title = LINE_STATUS[asked["status"]].title
    return _(title).lower()


def quantity(number: float | None, unit: str) -> str:
    """1,234 liters; three figures are as many as anybody needs."""
    if number is None:
        return "not known"
    value = Decimal(str(number))
    places = (
        Decimal(1) if abs(value) >= 100 or value == value.to_integral_value() else Decimal("0.1")
    )
    return supplies.amount(value.quantize(places), unit)


def bar(line: Line) -> dict[str, float] | None:
    """Where the range and the estimate stand on a bar of 100; the near hours have most of it."""
    if line["left"] is None:
        return None
    ends = [_along(line[name]) for name in ("left_least", "left", "left_most")]
    return {"begin": ends[0], "at": ends[1], "length": max(1.0, round(ends[2] - ends[0], 1))}


def _along(hours: float) -> float:
    return round(100 * math.sqrt(min(hours, _BAR_HOURS) / _BAR_HOURS), 1)


def lasting(told: Mapping[str, Any], now: datetime) -> list[dict[str, str]]:
    """A short list for a page about one place: what is low or unsure, the soonest first."""
    return [
        {
            "item": _(str(line["item"])),
            "words": sentence(line, now),
            "why": str(line["why"]),
            "tone": tone(line),
            "asked": "; ".join(f"{one['number']}, {status(one)}" for one in line["requests"]),
        }
        for line in told["lines"]
        if line["state"] != "enough"
    ]
