"""What a column may mean: the claims that its header, its HXL tag and its values support."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Literal, NamedTuple

from meris.errors import Invalid
from meris.fields import Field, Home, header_table, meanings, meant_by_tag
from meris.fields.field import Note
from meris.fields.map_numbers import CoordinatesAsFound, LatitudeAsFound, LongitudeAsFound
from meris.fields.places import County
from meris.fields.rule import Rule
from meris.fields.states import by_key
from meris.fields.text_rules import OneOf, Text
from meris.fields.words import is_unknown, key
from meris.uploads.sheet import Row, Sheet

How = Literal["confirmed", "tag", "name", "synonym", "prefix", "values"]

_STRENGTH: dict[How, int] = {"confirmed": 100, "tag": 90, "name": 80, "synonym": 70, "prefix": 60}
# A header that may mean several things needs values that read as one of them.
_AMBIGUOUS_NEEDS = 0.6
# Below this the values contradict a header that seemed clear.
CONTRADICTED = 0.5
# So many different values tell something; one or two bad cells do not.
_TELLING = 5
_MOST_VALUES = 200
# After so many different values with so few readable ones nobody need look on.
_TRIED, _HOPELESS = 30, 0.3
_WORDY = re.compile(r"^(?=.*[^\W\d_]{3})[^@]*$", re.DOTALL)


# One cell cannot tell whether its numbers are degrees of ours; the whole file can.
_AS_FOUND: dict[str, Rule] = {
    "latitude": LatitudeAsFound(),
    "longitude": LongitudeAsFound(),
    "coordinates": CoordinatesAsFound(),
}


def as_found(field: Field) -> Field:
    """The field as a file is read: coordinates may be any numbers, until all rows are known."""
    rule = _AS_FOUND.get(field.name)
    return replace(field, rule=rule) if rule else field


def labels(sheet: Sheet) -> tuple[str, ...]:
    """What each column is called in messages: its header, made unique; its letter without one."""
    seen: set[str] = set()
    found = []
    for index, header in enumerate(sheet.headers):
        label = " ".join(header.split()) or f"column {letter(index)}"
        if label in seen:
            label = f"{label} (column {letter(index)})"
        seen.add(label)
        found.append(label)
    return tuple(found)


def letter(index: int) -> str:
    """A column's letters as a spreadsheet shows them: 0 is A, 26 is AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


class Claim(NamedTuple):
    """A field that a column may mean; `fit` is the share of its values that read as such."""

    field: Field
    how: How
    note: Note | None
    fit: float | None

    @property
    def strength(self) -> float:
        """What decides between two columns; one without any value yields to all others."""
        doubt = 15 if self.note == "ambiguous" else 0
        evidence = -50 if self.fit is None else 10 * self.fit
        return _STRENGTH[self.how] - doubt + evidence


class Table:
    """The sheet as matching sees it: each column's label, some values, and what it may mean."""

    def __init__(self, sheet: Sheet, kind: str, home: Home) -> None:
        self.sheet, self.kind, self.home = sheet, kind, home
        self.labels = labels(sheet)
        self._values = [self._distinct(i, sheet.sample) for i in range(len(sheet.headers))]

    @cached_property
    def _home_values(self) -> list[dict[str, int]]:
        """As `_values`, of the rows that say they are in the state; of all when none says so.

        A national file names counties of everywhere; it must not make ours look wrong.
        """
        state = self._state_column()
        if state is None:
            return self._values
        here = [row for row in self.sheet.sample if self._says_home(row, state)]
        return [self._distinct(i, here) for i in range(len(self.labels))] if here else self._values

    def _state_column(self) -> int | None:
        for index, header in enumerate(self.sheet.headers):
            if any(meaning.field.name == "state" for meaning in meanings(self.kind, header)):
                return index
        return None

    def _says_home(self, row: Row, state: int) -> bool:
        cell = row.cells[state].strip() if state < len(row.cells) else ""
        return by_key().get(key(cell)) == self.home.state

    def _distinct(self, index: int, rows: Iterable[Row]) -> dict[str, int]:
        """Up to 200 different values of a column, each with how often the rows have it."""
        counts: dict[str, int] = {}
        for row in rows:
            cell = row.cells[index].strip() if index < len(row.cells) else ""
            if cell and (cell in counts or len(counts) < _MOST_VALUES):
                counts[cell] = counts.get(cell, 0) + 1
        return counts

    def examples(self, index: int) -> tuple[str, ...]:
        return tuple(list(self._values[index])[:3])

    def variety(self, index: int) -> int:
        """How many different values a column has in the sample."""
        return len(self._values[index])

    def fit(self, index: int, field: Field) -> float | None:
        """The share of known cells that read as the field; None when no cell is known."""
        known = readable = 0
        values = self._home_values if isinstance(field.rule, County) else self._values
        for tried, (cell, times) in enumerate(values[index].items()):
            if tried == _TRIED and readable < _HOPELESS * known:
                break  # being refused takes a rule longer, for it looks for what was meant
            try:
                value = field.rule.judge(cell, self.home).value
            except Invalid:
                known += times
                continue
            if value is not None:
                known += times
                readable += times
        return readable / known if known else None

    def share(self, index: int, says: Callable[[str], bool]) -> float:
        """The share of known cells of which something is true; 0 when no cell is known."""
        known = [(cell, n) for cell, n in self._values[index].items() if not is_unknown(cell)]
        return sum(n for cell, n in known if says(cell)) / (sum(n for _, n in known) or 1)

    def filled(self, index: int) -> float:
        """The share of the sample's rows that have something in a column."""
        rows = self.sheet.sample
        there = sum(bool(index < len(row.cells) and row.cells[index].strip()) for row in rows)
        return there / (len(rows) or 1)

    def is_wordy(self, index: int) -> bool:
        """Whether the cells are short texts, and neither numbers nor sentences."""
        return self.share(index, lambda cell: len(cell) <= 100 and bool(_WORDY.match(cell))) >= 0.9

    def claims(self, index: int) -> list[Claim]:
        """The fields a column may mean and whose values do not contradict it, best first."""
        every = list(self._possible(index))
        best = max((claim.fit or 0 for claim in every), default=0)
        possible = [
            claim
            for claim in every
            if not _contradicted(claim, self.variety(index))
            and (best < _AMBIGUOUS_NEEDS or claim.fit is None or claim.fit >= CONTRADICTED)
        ]
        return sorted(_undoubted(possible), key=lambda claim: -claim.strength)

    def _possible(self, index: int) -> Iterator[Claim]:
        tag = self.sheet.tags[index] if self.sheet.tags and index < len(self.sheet.tags) else ""
        if tag and (field := meant_by_tag(self.kind, tag)):
            yield Claim(field, "tag", None, self.fit(index, field))
            return
        header = self.sheet.headers[index]
        exact = key(header) in header_table(self.kind)
        for field, note in meanings(self.kind, header):
            own_name = key(field.name) == key(header)
            how: How = "name" if own_name else "synonym" if exact else "prefix"
            # a plain "x" or "y" is taken for degrees only where its numbers can be ours
            strict = note == "ambiguous" and field.name in ("latitude", "longitude")
            fit = self.fit(index, field if strict else as_found(field))
            yield Claim(field, how, note, fit)

    def why_not(self, index: int) -> str | None:
        """Why a column whose header is known is not read."""
        for claim in self._possible(index):
            if claim.note == "unstable":
                return "It numbers the rows of an export and changes with the next one."
            if claim.fit is not None and claim.fit < CONTRADICTED:
                return f"Its name says {claim.field.title}, but its values do not."
        return None


def _contradicted(claim: Claim, variety: int) -> bool:
    """Whether a claim is not to be believed without a person; `variety` is how many different
    values the column has.

    A needed field with a plain header keeps its column whatever the values: its errors, cell by
    cell, help more than "no such column". The same goes for one that only spoils its own cells.
    """
    if claim.note == "unstable":
        return True
    if claim.note == "ambiguous":
        return claim.fit is None or claim.fit < _AMBIGUOUS_NEEDS
    if claim.fit is None or claim.fit >= CONTRADICTED:
        return False
    if claim.how == "prefix":
        return True
    if claim.field.required:
        return False
    if isinstance(claim.field.rule, OneOf):
        return True  # a code list of somebody else's
    return claim.how == "synonym" and variety >= _TELLING and not claim.field.spares_row


def _undoubted(claims: list[Claim]) -> list[Claim]:
    """Free text fits everything: an ambiguous header means it only if nothing stricter fits."""
    strict = [claim for claim in claims if not isinstance(claim.field.rule, Text)]
    if strict:
        return [c for c in claims if c in strict or c.note != "ambiguous"]
    return claims
