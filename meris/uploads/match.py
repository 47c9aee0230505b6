"""Headers to fields: what each column of a file means, and what a person has to decide."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from meris.errors import Refused
from meris.fields import Field, Home, by_name, needs
from meris.fields.words import key
from meris.uploads.by_values import by_values
from meris.uploads.claims import Claim, How, Table, as_found
from meris.uploads.sheet import Sheet
from meris.uploads.suggest import suggest
from meris.wording import listed


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
        groups = [
            listed((f'"{titles[name].title}"' for name in group), "or") for group in self.missing
        ]
        return (
            f"No column was found for {listed(groups)}. Name the column so, choose it "
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
    4. Columns of other headers whose values leave no doubt are taken for what they are.
    5. What is left may be nearly a known header: suggested, never assumed.
    """
    table = Table(sheet, kind, home)
    said = _check_said(kind, confirmed or {}, constants or {})
    columns, conflicts = _settle(table, said, set(constants or {}))
    columns += _by_values(table, columns, said, set(constants or {}))
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
        suggestions=_suggestions(table, columns, unmatched, said, found),
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
        return _because(table.labels[index], claim.field)
    return None


def _by_values(
    table: Table, columns: list[Column], said: Mapping[str, Field | None], given: set[str]
) -> list[Column]:
    """Columns that nothing was said of and whose values leave no doubt."""
    used = {column.index for column in columns}
    free = [
        i
        for i, label in enumerate(table.labels)
        if i not in used and key(label) not in said and table.sheet.used[i]
    ]
    taken = {column.field.name for column in columns} | given
    return [
        Column(index, table.labels[index], field, "values", _because(table.labels[index], field))
        for index, field in by_values(table, free, taken).items()
    ]


def _because(label: str, field: Field) -> str:
    return f'"{label}" is taken as {field.title} because its values fit.'


def _suggestions(
    table: Table,
    columns: list[Column],
    unmatched: tuple[Unmatched, ...],
    said: Mapping[str, Field | None],
    found: set[str],
) -> tuple[Suggestion, ...]:
    free = [column.index for column in unmatched if key(column.label) not in said]
    # "Organization name" is who runs the place, but also all the name that some files have
    titles = [c.index for c in columns if c.field.name == "agency" and c.how != "confirmed"]
    return tuple(
        Suggestion(index, table.labels[index], field, ratio)
        for index, field, ratio in suggest(table, free, found, titles)
    )


def nearest(headers: Sequence[str], kept: Sequence[Mapping[str, str | None]]) -> int | None:
    """Which of some remembered mappings (label to field) is for nearly these headers, if any is.

    At least half of all their labels together must be shared, and half of those that were read.
    """
    own = set(map(key, headers))
    best, most = None, 0.5
    for number, mapping in enumerate(kept):
        labels = {key(label) for label in mapping}
        read = {key(label) for label, field in mapping.items() if field}
        share = len(labels & own) / (len(labels | own) or 1)
        if share >= most and 2 * len(read & own) >= len(read) > 0:
            best, most = number, share
    return best
