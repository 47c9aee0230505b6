"""How long facts may be believed, as rules: one table, changed as a whole."""

import re
from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.age_limits import COLUMNS, GROUPS
from meris.dispatch.rules import Form, Shown, begin, unchanged
from meris.shelters import IN_USE
from meris.tables import StatusCode

_UNITS = {"d": 1_440, "h": 60, "min": 1}
_WORDS = {"d": "d day days", "h": "h hour hours hr hrs", "min": "min minute minutes m mins"}
_BY_WORD = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_LENGTH = re.compile(r"(\d{1,6})\s*([a-z]+)")
_MOST_MINUTES = 10 * 366 * 1_440
#: Which groups a kind has at all.
OF_KIND = {
    "shelter": ("status", "people"),
    "supply_site": ("status", "stock"),
    "unit": ("status", "position"),
}


def shown(session: Session) -> Shown:
    """The table as its form shows it: `status.shelter.open` is "4 h"; "" does not grow old."""
    told: dict[str, str] = {}
    for code in session.scalars(select(StatusCode).order_by(StatusCode.kind, StatusCode.rank)):
        for group in _groups(code.kind, code.code):
            told[f"{group}.{code.kind}.{code.code}"] = in_words(getattr(code, COLUMNS[group]))
    return told


def _groups(kind: str, status: str) -> tuple[str, ...]:
    """People are counted where they sleep."""
    groups = OF_KIND[kind]
    return groups if kind != "shelter" or status in IN_USE else groups[:1]


def in_words(minutes: int | None) -> str:
    """`4 h` for 240: in the largest unit that says it exactly."""
    if minutes is None:
        return ""
    unit = next(unit for unit, size in _UNITS.items() if minutes % size == 0)
    return f"{minutes // _UNITS[unit]} {unit}"


def save(session: Session, viewer: Viewer, typed: Mapping[str, str], *, seen: str | None) -> int:
    """Write the table as it was typed; how many limits changed.

    Raises `Forbidden`, `Invalid` with every problem, or `Conflict` when the table says something
    else than was `seen`.
    """
    begin(session, viewer)
    now = shown(session)
    unchanged("this table", now, seen)
    form = Form(typed)
    wanted = {name: _read(form, name) for name in now}
    form.done()
    fresh = {name: minutes for name, minutes in wanted.items() if in_words(minutes) != now[name]}
    for name, minutes in fresh.items():
        group, kind, code = name.split(".")
        session.execute(
            update(StatusCode)
            .where(StatusCode.kind == kind, StatusCode.code == code)
            .values({COLUMNS[group]: minutes})
        )
    return len(fresh)


def _read(form: Form, name: str) -> int | None:
    """Minutes from `4 h`, `90 min` or `7 days`."""
    group, kind, code = name.split(".")
    what = f"{_TITLES[group]} of {fields.statuses(kind)[code].title.lower()}"
    text = form.raw(name).strip().lower()
    if not text and group != "status":
        return None
    match = _LENGTH.fullmatch(text)
    unit = match and _BY_WORD.get(match[2])
    minutes = int(match[1]) * _UNITS[unit] if match and unit else 0
    if not 0 < minutes <= _MOST_MINUTES:
        form.refuse(name, f"Write the limit for the {what} like 30 min, 4 h or 7 d.")
    return minutes


_TITLES = {"status": "status", "people": "count", "position": "position", "stock": "stock"}
assert set(_TITLES) == set(GROUPS)
