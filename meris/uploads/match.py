"""Headers to fields: what each column of a file means, and what a person has to decide."""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from meris.errors import Invalid, Refused
from meris.fields import Field, Home, by_name, header_table, meanings, meant_by_tag, needs
from meris.fields.field import Note
from meris.fields.places import County
from meris.fields.states import by_key
from meris.fields.text_rules import OneOf, Text
from meris.fields.words import key, listing
from meris.uploads.sheet import Row, Sheet

How = Literal["confirmed", "tag", "name", "synonym", "prefix", "values"]

_STRENGTH: dict[How, int] = {"confirmed": 100, "tag": 90, "name": 80, "synonym": 70, "prefix": 60}
# A header that may mean several things needs values that read as one of them.
_AMBIGUOUS_NEEDS = 0.6
# Below this the values contradict a header that seemed clear.
_CONTRADICTED = 0.5
# A column without a telling header is taken for a code list when nearly all of it reads as one.
_BY_VALUES_NEEDS = 0.9
_ALIKE = 0.85
_MOST_VALUES = 200


@dataclass(frozen=True)
class Column:
    """A column of the file that is read into a field; `how` says what decided it."""

    index: int
    label: str
    field: Field
    how: How
    warning: str | None = None


@dataclass(frozen=True)
class Unmatched:
    """A column that is not read, some of its values, and why if its header seemed known."""

    index: int
    label: str
    values: tuple[str, ...]
    why: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """A field that an unmatched column may mean; a person has to say so. `ratio` is 0–1."""

    index: int
    label: str
    field: Field
    ratio: float


@dataclass(frozen=True)
class Conflict:
    """Several columns that mean one field: the first was taken, the others are not read."""

    field: Field
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """What the columns of a file mean. `missing` are groups of fields of which none was found.

    `constants` are values that a person gave for a field that has no column.
    """

    kind: str
    columns: tuple[Column, ...]
    unmatched: tuple[Unmatched, ...]
    suggestions: tuple[Suggestion, ...]
    conflicts: tuple[Conflict, ...]
    missing: tuple[tuple[str, ...], ...]
    fingerprint: str
    constants: Mapping[str, str]

    def column(self, name: str) -> Column | None:
        """The column read into a field."""
        return next((column for column in self.columns if column.field.name == name), None)

    def confirmed(self) -> dict[str, str | None]:
        """Label to field name (None = not read), as it is remembered for the next such file."""
        read = {column.label: column.field.name for column in self.columns}
        return read | {column.label: None for column in self.unmatched}

    def say_missing(self) -> str | None:
        """One sentence on the columns that are missing; None when none is."""
        if not self.missing:
            return None
        titles = by_name(self.kind)
        groups = [listing(f'"{titles[name].title}"' for name in group) for group in self.missing]
        return (
            f"No column was found for {listing(groups, last='and')}. Name the column so, choose it "
            "from the columns of the file, or give one value for all rows."
        )


def fingerprint(headers: tuple[str, ...]) -> str:
    """The same for files with the same headers in any order and spelling."""
    return hashlib.sha256("\x1f".join(sorted(map(key, headers))).encode()).hexdigest()


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


def match(
    sheet: Sheet,
    kind: str,
    home: Home,
    *,
    confirmed: Mapping[str, str | None] | None = None,
    constants: Mapping[str, str] | None = None,
) -> Match:
    """Decide what each column means.

    1. What a person confirmed (label to field name, None = do not read) is taken as said.
    2. The other columns claim fields, by HXL tag or header; values decide where headers do not.
    3. The strongest claim to a field wins; whoever loses every field is told as a conflict.
    4. A needed code list without a column is looked for among the values.
    5. What is left may be nearly a known header: suggested, never assumed.
    """
    table = _Table(sheet, kind, home)
    said = _check_said(kind, confirmed or {}, constants or {})
    columns, conflicts = _settle(table, said)
    columns += _by_values(table, columns, said, constants or {})
    taken = {column.index for column in columns}
    unmatched = tuple(
        Unmatched(i, table.labels[i], table.examples(i), table.why_not(i))
        for i in range(len(sheet.headers))
        if i not in taken and sheet.used[i]
    )
    found = {column.field.name for column in columns} | set(constants or {})
    return Match(
        kind=kind,
        columns=tuple(sorted(columns, key=lambda column: column.index)),
        unmatched=unmatched,
        suggestions=tuple(_suggest(table, unmatched, found, said)),
        conflicts=tuple(conflicts),
        missing=tuple(group for group in needs(kind) if not found & set(group)),
        fingerprint=fingerprint(sheet.headers),
        constants=dict(constants or {}),
    )


class _Claim(NamedTuple):
    field: Field
    how: How
    note: Note | None
    fit: float | None

    @property
    def strength(self) -> float:
        doubt = 15 if self.note == "ambiguous" else 0
        return _STRENGTH[self.how] - doubt + 10 * (self.fit or 0)


class _Table:
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
        for cell, times in values[index].items():
            try:
                value = field.rule.judge(cell, self.home).value
            except Invalid:
                known += times
                continue
            if value is not None:
                known += times
                readable += times
        return readable / known if known else None

    def claims(self, index: int) -> list[_Claim]:
        """The fields a column may mean and whose values do not contradict it, best first."""
        possible = [claim for claim in self._possible(index) if not _contradicted(claim)]
        return sorted(_undoubted(possible), key=lambda claim: -claim.strength)

    def _possible(self, index: int) -> Iterator[_Claim]:
        tag = self.sheet.tags[index] if self.sheet.tags and index < len(self.sheet.tags) else ""
        if tag and (field := meant_by_tag(self.kind, tag)):
            yield _Claim(field, "tag", None, self.fit(index, field))
            return
        header = self.sheet.headers[index]
        exact = key(header) in header_table(self.kind)
        for field, note in meanings(self.kind, header):
            own_name = key(field.name) == key(header)
            how: How = "name" if own_name else "synonym" if exact else "prefix"
            yield _Claim(field, how, note, self.fit(index, field))

    def why_not(self, index: int) -> str | None:
        """Why a column whose header is known is not read."""
        for claim in self._possible(index):
            if claim.note == "unstable":
                return "It numbers the rows of an export and changes with the next one."
            if claim.note == "projected":
                return "It holds projected coordinates. Export latitude and longitude instead."
            if claim.fit is not None and claim.fit < _CONTRADICTED:
                return f"Its name says {claim.field.title}, but its values do not."
        return None


def _contradicted(claim: _Claim) -> bool:
    """Whether a claim is not to be believed without a person.

    A needed field with a plain header keeps its column whatever the values: its errors, cell by
    cell, help more than "no such column".
    """
    if claim.note in ("unstable", "projected"):
        return True
    if claim.note == "ambiguous":
        return claim.fit is None or claim.fit < _AMBIGUOUS_NEEDS
    if claim.field.required and claim.how != "prefix":
        return False
    return claim.fit is not None and claim.fit < _CONTRADICTED


def _undoubted(claims: list[_Claim]) -> list[_Claim]:
    """Free text fits everything: an ambiguous header means it only if nothing stricter fits."""
    strict = [claim for claim in claims if not isinstance(claim.field.rule, Text)]
    if strict:
        return [c for c in claims if c in strict or c.note != "ambiguous"]
    return claims


def _check_said(
    kind: str, confirmed: Mapping[str, str | None], constants: Mapping[str, str]
) -> dict[str, Field | None]:
    """What a person said, as fields. Raises `Refused` for unknown fields and double use."""
    known = by_name(kind)
    names = [name for name in (*confirmed.values(), *constants) if name is not None]
    if unknown := [name for name in names if name not in known]:
        raise Refused(f"There is no field {unknown[0]!r} for this kind of file.")
    if double := next((name for name in names if names.count(name) > 1), None):
        raise Refused(f"{known[double].title} was chosen for two columns. Choose one of them.")
    return {label: known[name] if name else None for label, name in confirmed.items()}


def _settle(table: _Table, said: Mapping[str, Field | None]) -> tuple[list[Column], list[Conflict]]:
    """Give each field to its strongest claim; a loser takes its next field or is in conflict."""
    columns = [
        Column(i, label, field, "confirmed")
        for i, label in enumerate(table.labels)
        if (field := said.get(label))
    ]
    taken = {column.field.name: column for column in columns}
    open_claims = {
        i: claims
        for i, label in enumerate(table.labels)
        if label not in said and table.sheet.used[i] and (claims := table.claims(i))
    }
    lost: dict[str, list[str]] = {}
    while open_claims:
        index = max(open_claims, key=lambda i: (open_claims[i][0].strength, -i))
        claim = open_claims[index].pop(0)
        if claim.field.name not in taken:
            column = Column(
                index, table.labels[index], claim.field, claim.how, _warning(claim, table, index)
            )
            taken[claim.field.name] = column
            del open_claims[index]
        elif not open_claims[index]:
            lost.setdefault(claim.field.name, []).append(table.labels[index])
            del open_claims[index]
    conflicts = [
        Conflict(taken[name].field, (taken[name].label, *losers)) for name, losers in lost.items()
    ]
    return list(taken.values()), conflicts


def _warning(claim: _Claim, table: _Table, index: int) -> str | None:
    """What a person should know of a match that was made."""
    if claim.note == "standard":
        return (
            f'"{table.labels[index]}" is taken as {claim.field.title}. Which standard is it: 20 or '
            "40 square feet a person? For 40, choose Post-impact capacity."
        )
    if claim.note == "ambiguous":
        return f'"{table.labels[index]}" is taken as {claim.field.title} because its values fit.'
    return None


def _by_values(
    table: _Table,
    columns: list[Column],
    said: Mapping[str, Field | None],
    constants: Mapping[str, str],
) -> list[Column]:
    """Columns with other headers whose values are nearly all codes of a needed field."""
    found: list[Column] = []
    taken = {column.field.name for column in columns} | set(constants)
    used = {column.index for column in columns}
    for field in by_name(table.kind).values():
        if not field.required or field.name in taken or not isinstance(field.rule, OneOf):
            continue
        fitting = [
            i
            for i, label in enumerate(table.labels)
            if i not in used
            and label not in said
            and 0 < table.variety(i) <= len(field.rule.codes)
            and (table.fit(i, field) or 0) >= _BY_VALUES_NEEDS
        ]
        if len(fitting) == 1:
            label = table.labels[fitting[0]]
            warning = f'"{label}" is taken as {field.title} because its values fit.'
            found.append(Column(fitting[0], label, field, "values", warning))
            used.add(fitting[0])
    return found


def _suggest(
    table: _Table,
    unmatched: tuple[Unmatched, ...],
    found: set[str],
    said: Mapping[str, Field | None],
) -> Iterator[Suggestion]:
    """For each column that is left, the field with the most similar header, if any is."""
    words = header_table(table.kind)
    for column in unmatched:
        if column.label in said:
            continue
        wanted = key(table.sheet.headers[column.index])
        near = difflib.get_close_matches(wanted, words, n=3, cutoff=_ALIKE) if wanted else []
        fields = [(word, meaning.field) for word in near for meaning in words[word]]
        free = [
            (word, field)
            for word, field in fields
            if field.name not in found and (table.fit(column.index, field) or 0) >= _CONTRADICTED
        ]
        if free:
            word, field = free[0]
            ratio = difflib.SequenceMatcher(None, wanted, word).ratio()
            yield Suggestion(column.index, column.label, field, round(ratio, 2))
