"""What a column that nobody knows may be: for a person to confirm, never assumed."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meris.fields import Field, by_name, header_table, of
from meris.fields.headers import Meaning
from meris.fields.text_rules import Notes, OneOf, Text, Words
from meris.fields.words import key
from meris.uploads.by_values import NEEDED, map_numbers, reads_as_codes
from meris.uploads.claims import CONTRADICTED, Table

# How alike two headers must be; values that read as the field make up for some of it.
_ALIKE, _ALIKE_WITH_VALUES = 0.85, 0.65
# A known header within a longer one is worth this much, and more the more of it it is.
_WITHIN = 0.6
# What only the values say.
_BY_VALUES = 0.5
_NAMED = 0.85
# Wide tables are lists of something else; nobody reads so many suggestions.
_MOST_COLUMNS = 100

_STREET = re.compile(
    r"^\d+[A-Z]?\s+\w.*|.*\b(street|avenue|road|highway|hwy|route|rt|st|ave|rd|dr|blvd|ln|pkwy)\b",
    re.IGNORECASE | re.DOTALL,
)
_MOSTLY = 0.8
# Headers that are too short to be known by any likeness.
_SHORT = {
    "ph": "contact_phone",
    "max": "evacuation_capacity",
    "cap": "evacuation_capacity",
    "seats": "evacuation_capacity",
    "holds": "evacuation_capacity",
    "people": "population_total",
    "occ": "population_total",
    "where": "address_line1",
    "cond": "condition",
    "cty": "county",
}
_YES_AND_NO = frozenset({"y", "n", "yes", "no", "true", "false", "t", "f", "1", "0", "x"})
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Maybe(NamedTuple):
    """A column (by index) that may mean a field; `ratio` (0–1) says how likely."""

    column: int
    field: Field
    ratio: float


def suggest(
    table: Table, free: Sequence[int], taken: set[str], titles: Sequence[int] = ()
) -> list[Maybe]:
    """At most one field for each of the `free` columns and one column for each field not `taken`,
    the likeliest first. `titles` are columns read as something else that may be the name instead.
    """
    few = free[:_MOST_COLUMNS]
    open_fields = {field.name for field in of(table.kind) if field.section != "record"} - taken
    every = [
        *_by_headers(table, few, open_fields),
        *_by_cells(table, few, open_fields),
        *_names(table, [*few, *titles], open_fields),
    ]
    likely = [one._replace(ratio=_weighed(table, one)) for one in every]
    chosen: list[Maybe] = []
    for maybe in sorted(likely, key=lambda maybe: (-maybe.ratio, maybe.column)):
        if all(m.column != maybe.column and m.field.name != maybe.field.name for m in chosen):
            chosen.append(maybe)
    return chosen


def _weighed(table: Table, maybe: Maybe) -> float:
    """A column that is mostly empty is less likely what a file is about."""
    return round(maybe.ratio * (0.5 + 0.5 * table.filled(maybe.column)), 2)


class _Clue(NamedTuple):
    """What a header hints at; a weak hint needs cells that read as the field."""

    meaning: Meaning
    ratio: float
    is_weak: bool = False


def _by_headers(table: Table, free: Sequence[int], wanted: set[str]) -> Iterator[Maybe]:
    for index in free:
        header = table.sheet.headers[index]
        for meaning, ratio, is_weak in (*_alike(table.kind, header), *_within(table.kind, header)):
            field, vague = meaning.field, is_weak or meaning.note == "ambiguous"
            if field.name not in wanted or meaning.note == "unstable":
                continue
            if vague and isinstance(field.rule, Text | Notes | Words):
                continue
            enough = NEEDED if is_weak else CONTRADICTED
            fits = (table.fit(index, field) or 0) >= enough
            if fits and not _is_mere_yes(table, index, field):
                yield Maybe(index, field, ratio)


def _is_mere_yes(table: Table, index: int, field: Field) -> bool:
    """Whether the cells say yes and no, which some code lists happen to know too."""
    if not isinstance(field.rule, OneOf):
        return False
    return table.share(index, lambda cell: cell.casefold() in _YES_AND_NO) >= NEEDED


def _alike(kind: str, header: str) -> Iterator[_Clue]:
    """Fields with a header spelled nearly so, or one that people shorten so."""
    words, wanted = header_table(kind), key(header)
    if short := by_name(kind).get(_SHORT.get(wanted, "")):
        yield _Clue(Meaning(short, None), _WITHIN, is_weak=not isinstance(short.rule, Text))
    if not wanted or len(wanted) > 60:
        return
    for word in difflib.get_close_matches(wanted, words, n=3, cutoff=_ALIKE_WITH_VALUES):
        ratio = difflib.SequenceMatcher(None, wanted, word).ratio()
        yield from (_Clue(meaning, ratio, ratio < _ALIKE) for meaning in words[word])


def _within(kind: str, header: str) -> Iterator[_Clue]:
    """Fields whose header is one or several words within this one, the longest first."""
    words, parts = header_table(kind), [part.casefold() for part in _PARTS.findall(header)]
    whole = len("".join(parts))
    for length in range(min(len(parts), 4), 0, -1):
        for start in range(len(parts) - length + 1):
            within = "".join(parts[start : start + length])
            if len(within) >= 3 and within in words:
                ratio = _WITHIN + 0.2 * len(within) / whole
                yield from (_Clue(meaning, ratio) for meaning in words[within])


def _by_cells(table: Table, free: Sequence[int], wanted: set[str]) -> Iterator[Maybe]:
    """Code lists that no row needs, street addresses, and numbers that may be X and Y."""
    fields = {field.name: field for field in of(table.kind) if field.name in wanted}
    for field in fields.values():
        for index in free:
            several = not field.required and table.variety(index) > 1
            is_code = several and reads_as_codes(table, index, field)
            if is_code and not _is_mere_yes(table, index, field):
                yield Maybe(index, field, _BY_VALUES)
    for index in free if "address_line1" in fields else ():
        if table.share(index, lambda cell: bool(_STREET.match(cell))) >= _MOSTLY:
            yield Maybe(index, fields["address_line1"], _BY_VALUES)
    if {"easting", "northing"} <= fields.keys() and (pair := map_numbers(table, free)):
        yield Maybe(pair[0], fields["easting"], _BY_VALUES)
        yield Maybe(pair[1], fields["northing"], _BY_VALUES)


def _names(table: Table, free: Sequence[int], wanted: set[str]) -> Iterator[Maybe]:
    """Short texts that hardly repeat may be the name that every row needs, most of all where the
    header says so."""
    rows = len(table.sheet.sample)
    for field in by_name(table.kind).values():
        if field.name not in wanted or not (field.required and isinstance(field.rule, Text)):
            continue
        for index in free:
            if table.variety(index) >= min(NEEDED * rows, 150) and table.is_wordy(index):
                says_so = "name" in key(table.sheet.headers[index])
                yield Maybe(index, field, _NAMED if says_so else _BY_VALUES - 0.1)
