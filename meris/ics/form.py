"""What a form is made of. One template prints every form, one function makes its CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from meris.fields import Home
from meris.fields.guard import guarded


@dataclass(frozen=True)
class Block:
    """One numbered block: a text, a table, or a drawing (SVG, made by `sketch`).

    `width` is in twelfths of the line; `empty` is said where there is nothing to show.
    """

    number: str
    title: str
    text: str | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    drawing: Markup | None = None
    width: int = 12
    empty: str = ""
    note: str = ""


@dataclass(frozen=True)
class Form:
    """A filled-in form. `table` is the number of the block that goes into the CSV file."""

    code: str
    title: str
    subject: str
    stem: str
    lines: tuple[tuple[Block, ...], ...]
    table: str

    @property
    def name(self) -> str:
        """As people call it, e.g. "ICS 214 Activity Log"."""
        return f"ICS {self.code} {self.title}"

    def block(self, number: str) -> Block:
        """The block of this number."""
        return next(one for line in self.lines for one in line if one.number == number)


def as_csv(form: Form) -> bytes:
    """The table of a form; UTF-8 with the mark that Excel needs, formulas guarded."""
    block = form.block(form.table)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(block.columns)
    writer.writerows([guarded(cell) for cell in row] for row in block.rows)
    return out.getvalue().encode("utf-8-sig")


def clock(moment: datetime | None, home: Home) -> str:
    """A time as forms show it: 24 hours, on the state's clocks; empty for none."""
    return moment.astimezone(home.zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def listed(parts: Sequence[str | None], divider: str = ", ") -> str:
    """What there is of some parts, in one text."""
    return divider.join(part for part in parts if part)
