"""The header table: which fields a column header may mean."""

from functools import cache
from typing import NamedTuple

from meris.fields.catalogue import of
from meris.fields.field import Field, Note
from meris.fields.words import key

# One of these before a header says nothing: `facility_city`, `LocationName`, `shelter zip`.
_PREFIXES = ("location", "facility", "resource", "shelter", "site", "fac", "loc")


class Meaning(NamedTuple):
    """A field that a header may mean, and why that is not certain."""

    field: Field
    note: Note | None


@cache
def header_table(kind: str) -> dict[str, tuple[Meaning, ...]]:
    """Every known header key of a row kind, with each field it may mean."""
    table: dict[str, list[Meaning]] = {}
    for field in of(kind):
        for word in field.headers:
            meanings = table.setdefault(word.key, [])
            if all(meaning.field is not field for meaning in meanings):
                meanings.append(Meaning(field, word.note))
    return {word: tuple(meanings) for word, meanings in table.items()}


def meanings(kind: str, header: str) -> tuple[Meaning, ...]:
    """What a header may mean: by its own key, else without one leading word; empty if unknown."""
    table = header_table(kind)
    wanted = key(header)
    if wanted in table:
        return table[wanted]
    for prefix in _PREFIXES:
        if wanted.startswith(prefix) and wanted[len(prefix) :] in table:
            return table[wanted[len(prefix) :]]
    return ()


@cache
def hxl_table(kind: str) -> dict[frozenset[str], Field]:
    """HXL tags as sets of `#tag` and `+attribute`: their order and case do not matter."""
    return {tag_parts(tag): field for field in reversed(of(kind)) for tag in field.hxl}


def tag_parts(tag: str) -> frozenset[str]:
    """`#geo +lat` and `#GEO+Lat` alike."""
    base, *attributes = "".join(tag.split()).casefold().split("+")
    return frozenset([base, *(f"+{attribute}" for attribute in attributes)])


def meant_by_tag(kind: str, tag: str) -> Field | None:
    """The field of an HXL tag: the same tag, else ours with the most attributes within it."""
    wanted = tag_parts(tag)
    table = hxl_table(kind)
    within = [ours for ours in table if ours <= wanted]
    return table[max(within, key=len)] if within else None
