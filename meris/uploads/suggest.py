"""What a column that nobody knows may be: for a person to confirm, never assumed."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meris.fields import Field, by_name, header_table
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
    every = [*_by_headers(table, few), *_by_cells(table, few), *_names(table, [*few, *titles])]
    likely = [one._replace(ratio=_weighed(table, one)) for one in every if _is_open(one, taken)]
    chosen: list[Maybe] = []
    for maybe in sorted(likely, key=lambda maybe: (-maybe.ratio, maybe.column)):
        if all(m.column != maybe.column and m.field.name != maybe.field.name for m in chosen):
            chosen.append(maybe)
    return chosen


def _is_open(maybe: Maybe, taken: set[str]) -> bool:
    """What only MERIS writes into files is not to be guessed."""
    return maybe.field.name not in taken and maybe.field.section != "record"


def _weighed(table: Table, maybe: Maybe) -> float:
    """A column that is mostly empty is less likely what a file is about."""
    return round(maybe.ratio * (0.5 + 0.5 * table.filled(maybe.column)), 2)


class _Clue(NamedTuple):
    """What a header hints at; a weak hint needs cells that read as the field."""

    meaning: Meaning
    ratio: float
    is_weak: bool = False


def _by_headers(table: Table, free: Sequence[int]) -> Iterator[Maybe]:
    for index in free:
        header = table.sheet.headers[index]
        for meaning, ratio, is_weak in (*_alike(table.kind, header), *_within(table.kind, header)):
            field, fit = meaning.field, table.fit(index, meaning.field) or 0
            enough = NEEDED if is_weak else CONTRADICTED
            vague = is_weak or meaning.note == "ambiguous"
            if meaning.note == "unstable" or fit < enough or _is_mere_yes(table, index, field):
                continue
            if not (vague and isinstance(field.rule, Text | Notes | Words)):
                yield Maybe(index, field, ratio)


def _is_mere_yes(table: Table, index: int, field: Field) -> bool:
    """Whether the cells say yes and no, which some code lists happen to know too."""
    if not isinstance(field.rule, OneOf):
        return False
    return table.share(index, lambda cell: cell.casefold() in _YES_AND_NO) >= NEEDED


def _alike(kind: str, header: str) -> Iterator[_Clue]:
    """Fields with a header spelled nearly so."""
    words, wanted = header_table(kind), key(header)
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


def _by_cells(table: Table, free: Sequence[int]) -> Iterator[Maybe]:
    """Code lists that no row needs, and numbers that may be X and Y."""
    fields = by_name(table.kind)
    for field in fields.values():
        for index in free:
            several = not field.required and table.variety(index) > 1
            is_code = several and reads_as_codes(table, index, field)
            if is_code and not _is_mere_yes(table, index, field):
                yield Maybe(index, field, _BY_VALUES)
    if pair := map_numbers(table, free):
        yield Maybe(pair[0], fields["easting"], _BY_VALUES)
        yield Maybe(pair[1], fields["northing"], _BY_VALUES)


def _names(table: Table, free: Sequence[int]) -> Iterator[Maybe]:
    """Short texts that hardly repeat may be the name that every row needs, most of all where the
    header says so."""
    rows = len(table.sheet.sample)
    for field in by_name(table.kind).values():
        if not (field.required and isinstance(field.rule, Text)):
            continue
        for index in free:
            if table.variety(index) >= min(NEEDED * rows, 150) and table.is_wordy(index):
                says_so = "name" in key(table.sheet.headers[index])
                yield Maybe(index, field, _NAMED if says_so else _BY_VALUES - 0.1)
