"""What the rules of dispatch have in common: reading a form, and not writing over somebody.

The rules themselves are run cards, minimum cover, how units travel, and types of incidents, each in
a module `rules_…`. A form carries a mark of what it showed; when the rules say something else by
the time it is sent, it is refused with what they say now.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Conflict, Invalid
from meris.fields import Home
from meris.fields.words import shown

Shown = Mapping[str, str]

_MOST_TEXT = 200
#: Names the lock, whatever the number.
_TURN = 714_007


def begin(session: Session, viewer: Viewer) -> None:
    """Take the turn to change rules: one at a time, they are few. Raises `Forbidden`."""
    viewer.require("rules", "change the rules of dispatch")
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))


def mark(shown_now: Shown) -> str:
    """Of what a form shows: another for every other content."""
    told = json.dumps(dict(shown_now), sort_keys=True).encode()
    return hashlib.sha256(told).hexdigest()[:16]


def unchanged(what: str, now: Shown, seen: str | None) -> None:
    """Raise `Conflict` unless the rule still says what was seen; `current` is what it says."""
    if seen != mark(now):
        raise Conflict(
            f"Somebody changed {what} while you had it open. What it says now is shown beside what"
            " you typed; save again to put yours in its place.",
            current=dict(now),
            seen=mark(now),
        )


class Form:
    """Fields as they were typed. What is wrong is collected; `done` raises it all at once."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._problems: dict[str, str] = {}

    def done(self) -> None:
        """Raise `Invalid` with `problems` ([{field, value, message}]) when there are any."""
        if self._problems:
            problems = [
                {"field": name, "value": self._text(name), "message": message}
                for name, message in self._problems.items()
            ]
            raise Invalid(next(iter(self._problems.values())), problems=problems)

    def refuse(self, name: str, message: str) -> None:
        """A field is wrong."""
        self._problems.setdefault(name, message)

    def text(self, name: str, what: str, *, most: int = _MOST_TEXT, needed: bool = True) -> str:
        """A line of text; "" for none."""
        text = " ".join(self._text(name).split())
        if needed and not text:
            self.refuse(name, f"The {what} is missing.")
        elif len(text) > most:
            self.refuse(name, f"The {what} is longer than {most} characters.")
        elif not text.isprintable():
            self.refuse(name, f"The {what} has characters that cannot be shown.")
        return text

    def whole(self, name: str, what: str, least: int, most: int) -> int:
        """A whole number."""
        text = self._text(name)
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
        if number is None or not least <= number <= most:
            self.refuse(name, f"The {what} must be a whole number from {least:,} to {most:,}.")
            return least
        return number

    def maybe_whole(self, name: str, what: str, least: int, most: int) -> int | None:
        """A whole number, or None where nothing is typed."""
        return self.whole(name, what, least, most) if self._text(name) else None

    def number(self, name: str, what: str, least: int, most: int) -> Decimal:
        """A number with at most two decimals."""
        try:
            number = Decimal(self._text(name).replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if not (number.is_finite() and least <= number <= most):
            self.refuse(name, f"The {what} must be a number from {least:,} to {most:,}.")
            return Decimal(least)
        return round(number, 2)

    def county(self, name: str, home: Home) -> str | None:
        """A county's FIPS code, by that or by name; None where nothing is typed."""
        text = self._text(name)
        if not text:
            return None
        match = home.gazetteer.county_named(text)
        if match is None:
            self.refuse(name, f"{shown(text)} is not a county of {home.name}.")
            return None
        return match.county.fips

    def of(self, name: str, what: str, known: Iterable[str]) -> str:
        """One of a list."""
        text = self._text(name)
        if text not in set(known):
            self.refuse(name, f"Choose the {what}.")
        return text

    def raw(self, name: str) -> str:
        """As it was typed."""
        return self._given.get(name, "")

    def _text(self, name: str) -> str:
        return self._given.get(name, "").strip()
