"""Headers to fields: what each column of a file means, and what a person has to decide."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from meris.errors import Refused
from meris.fields import Field, Home, by_name, header_table, needs
from meris.fields.text_rules import OneOf
from meris.fields.words import key, listing
from meris.uploads.claims import CONTRADICTED, Claim, How, Table, as_found
from meris.uploads.sheet import Sheet

# A column without a telling header is taken for a code list when nearly all of it reads as one.
_BY_VALUES_NEEDS = 0.9
_ALIKE = 0.85


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

    def without(self, column: Column, why: str) -> "Match":
        """The same match with one column not read, and the reason."""
        left = Unmatched(column.index, column.label, (), why)
        return replace(
            self,
            columns=tuple(c for c in self.columns if c.index != column.index),
            unmatched=(*self.unmatched, left),
        )

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
    table = Table(sheet, kind, home)
    said = _check_said(kind, confirmed or {}, constants or {})
    columns, conflicts = _settle(table, said, set(constants or {}))
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
        columns=tuple(_as_read(columns, table.kind)),
        unmatched=unmatched,
        suggestions=tuple(_suggest(table, unmatched, found, said)),
        conflicts=tuple(conflicts),
        missing=tuple(group for group in needs(kind) if not found & set(group)),
        fingerprint=fingerprint(sheet.headers),
        constants=dict(constants or {}),
    )


def _check_said(
    kind: str, confirmed: Mapping[str, str | None], constants: Mapping[str, str]
) -> dict[str, Field | None]:
    """What a person said, as fields by the key of the label: the next file may spell it otherwise.

    Raises `Refused` for unknown fields and double use.
    """
    known = by_name(kind)
    names = [name for name in (*confirmed.values(), *constants) if name is not None]
    if unknown := [name for name in names if name not in known]:
        raise Refused(f"There is no field {unknown[0]!r} for this kind of file.")
    if double := next((name for name in names if names.count(name) > 1), None):
        raise Refused(f"{known[double].title} was chosen for two columns. Choose one of them.")
    return {key(label): known[name] if name else None for label, name in confirmed.items()}


def _settle(
    table: Table, said: Mapping[str, Field | None], given: set[str]
) -> tuple[list[Column], list[Conflict]]:
    """Give each field to its strongest claim; a loser takes its next field or is in conflict.

    Fields `given` a value for all rows need no column.
    """
    columns = [
        Column(i, label, field, "confirmed")
        for i, label in enumerate(table.labels)
        if (field := said.get(key(label)))
    ]
    taken = {column.field.name: column for column in columns}
    open_claims = {
        i: claims
        for i, label in enumerate(table.labels)
        if key(label) not in said and (claims := table.claims(i))
    }
    lost: dict[str, list[str]] = {}
    while open_claims:
        index = max(open_claims, key=lambda i: (open_claims[i][0].strength, -i))
        claim = open_claims[index].pop(0)
        if claim.field.name in given:
            if not open_claims[index]:
                del open_claims[index]
        elif claim.field.name not in taken:
            column = Column(
                index, table.labels[index], claim.field, claim.how, _warning(claim, table, index)
            )
            taken[claim.field.name] = column
            del open_claims[index]
        elif not open_claims[index]:
            if table.sheet.used[index]:
                lost.setdefault(claim.field.name, []).append(table.labels[index])
            del open_claims[index]
    conflicts = [
        Conflict(taken[name].field, (taken[name].label, *losers)) for name, losers in lost.items()
    ]
    return list(taken.values()), conflicts


def _as_read(columns: list[Column], kind: str) -> Iterator[Column]:
    """The columns from left to right, as a file is read: two that make a position together are
    degrees both or X and Y both."""
    fields, names = by_name(kind), {column.field.name for column in columns}
    pairs = {"northing": ("longitude", "latitude"), "easting": ("latitude", "longitude")}
    for column in sorted(columns, key=lambda column: column.index):
        other, instead = pairs.get(column.field.name, ("", ""))
        halves = other in names and instead not in names
        field = fields[instead] if halves else column.field
        yield replace(column, field=as_found(field))


def _warning(claim: Claim, table: Table, index: int) -> str | None:
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
    table: Table,
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
            and key(label) not in said
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
    table: Table,
    unmatched: tuple[Unmatched, ...],
    found: set[str],
    said: Mapping[str, Field | None],
) -> Iterator[Suggestion]:
    """For each column that is left, the field with the most similar header, if any is."""
    words = header_table(table.kind)
    for column in unmatched:
        if key(column.label) in said:
            continue
        wanted = key(table.sheet.headers[column.index])
        near = difflib.get_close_matches(wanted, words, n=3, cutoff=_ALIKE) if wanted else []
        fields = [(word, meaning.field) for word in near for meaning in words[word]]
        free = [
            (word, field)
            for word, field in fields
            if field.name not in found and (table.fit(column.index, field) or 0) >= CONTRADICTED
        ]
        if free:
            word, field = free[0]
            ratio = difflib.SequenceMatcher(None, wanted, word).ratio()
            yield Suggestion(column.index, column.label, field, round(ratio, 2))
