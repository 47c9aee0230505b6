"""What the pages say of uploads: effects as verbs with numbers, states, how a column was known."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from meris import fields
from meris.tables import Upload
from meris.uploads.review import decisions_of
from meris.web import upload_decided
from meris.wording import listed

#: Kinds of file: what they are called, and what one and several of their resources are called.
TITLES = {"shelter": "Shelters", "supply": "Supplies", "unit": "Units"}
_NOUNS = {
    "shelter": ("shelter", "shelters"),
    "supply": ("supply site", "supply sites"),
    "unit": ("unit", "units"),
}
_LINES = ("stock line", "stock lines")

#: State of an upload: what to call it, and the color of its tag.
STATES = {
    "received": ("Not applied yet", "warn"),
    "applying": ("Being applied", "warn"),
    "interrupted": ("Interrupted", "bad"),
    "applied": ("Applied", "good"),
    "refused": ("Refused", "bad"),
    "undone": ("Undone", ""),
}

#: How a column was recognized.
HOW = {
    "confirmed": "Chosen by a person",
    "tag": "By its HXL tag",
    "name": "By its name",
    "synonym": "A known name for it",
    "prefix": "Begins like a known name",
    "values": "By its values",
}

#: What becomes of a row: its name as a heading, and the mark it has in the table and on the map
#: (a path in a box of 12), because color alone is not enough.
FATES = {
    "new": ("New", "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9Z"),
    "changed": ("Changed", "M6 .8 11.2 6 6 11.2 .8 6Z"),
    "confirmed": ("Confirmed", "M1.5 6 3.2 4.3 5 6.1 9.3 1.8 11 3.5 5 9.5Z"),
    "unchanged": ("Unchanged", "M2 2H10V10H2Z"),
    "held": ("To compare", "M6 .8 11.5 11H.5Z"),
    "refused": (
        "Refused",
        "M2.2.8 6 4.6 9.8.8 11.2 2.2 7.4 6 11.2 9.8 9.8 11.2 6 7.4 2.2 11.2.8 9.8 4.6 6 .8 2.2Z",
    ),
    "left_out": ("Left out", "M1.5 4.5H10.5V7.5H1.5Z"),
    "repeated": ("Repeated", "M1.5 2.5H10.5V5H1.5ZM1.5 7H10.5V9.5H1.5Z"),
    "older": ("Older than recorded", "M1.5 4.5H10.5V7.5H1.5Z"),
}
#: What the steps of the work on a file are called.
STEPS = {
    "waiting": "Waiting for another file of the agency",
    "reading": "Reading the file",
    "checking": "Checking the rows",
    "comparing": "Comparing with what is recorded",
    "writing": "Writing the rows",
}

# What was taken over from the last such file.
_REMEMBERED = {
    "columns": "columns",
    "values": "values of all rows",
    "repairs": "repairs of places",
    "words": "words",
    "other states": "rows of other states",
    "empty cells": "empty cells",
}

# Rules that a row breaks by lying in another state.
_ELSEWHERE = frozenset({"other state", "outside"})
_FUTURE = ("add", "change", "confirm")
_PAST = ("added", "changed", "confirmed")


def will(kind: str, outcome: Mapping[str, Any] | None) -> str | None:
    """What applying does, for its button: `Add 14 and change 3 shelters`; None for nothing."""
    return _effect(kind, outcome, _FUTURE)


def did(kind: str, outcome: Mapping[str, Any] | None) -> str | None:
    """The same once it is done: `Added 14 and changed 3 shelters`."""
    return _effect(kind, outcome, _PAST)


def taken_over(what: Sequence[str]) -> str:
    """What holds from the last such file, in words."""
    return listed([_REMEMBERED[one] for one in what if one in _REMEMBERED])


def count(number: int, kind: str) -> str:
    """`14 shelters`."""
    return _some(number, _NOUNS[kind])


def noun(kind: str, number: int = 2) -> str:
    """`shelters`, or `shelter` for one."""
    return _NOUNS[kind][number != 1]


def reading(upload: Upload) -> dict[str, Any]:
    """What the page says of how a file is read: what was found, and what there is to choose."""
    found, decided = upload.summary or {}, decisions_of(upload)
    rules = {problem["rule"] for problem in found.get("problems", ())}
    by_name = fields.by_name(upload.kind)
    missing = [name for group in found.get("missing", ()) for name in group]
    return {
        "found": found,
        "decided": decided,
        "checked_at": datetime.fromisoformat(found["at"]) if "at" in found else None,
        "choices": _by_section(upload.kind),
        "titles": {name: field.title for name, field in by_name.items()},
        "needed": [by_name[n] for n in dict.fromkeys([*missing, *decided.constants])],
        "field_values": fields.choices_of,
        "elsewhere": bool(_ELSEWHERE & rules) or decided.choices.allow_out_of_state,
        "decisions": upload_decided.listing(decided, upload.kind, found.get("proposals") or ()),
        "proposals": [one for one in found.get("proposals") or () if not one["accepted"]],
    }


def _by_section(kind: str) -> dict[str, list[fields.Field]]:
    """The fields a column may be read into."""
    sections: dict[str, list[fields.Field]] = {}
    for field in fields.of(kind):
        sections.setdefault(fields.SECTIONS[field.section], []).append(field)
    return sections


def _effect(kind: str, outcome: Mapping[str, Any] | None, verbs: tuple[str, ...]) -> str | None:
    found = outcome or {}
    sites = [found.get(name, 0) for name in ("new", "changed", "confirmed")]
    if kind == "supply":
        lines = [found.get("lines_new", 0), found.get("lines_changed", 0), 0]
        clauses = [
            f"{verb} {listed(things)}"
            for verb, site, line in zip(verbs, sites, lines, strict=True)
            if (things := [_some(n, w) for n, w in ((site, _NOUNS[kind]), (line, _LINES)) if n])
        ]
    else:
        told = [(verb, n) for verb, n in zip(verbs, sites, strict=True) if n]
        clauses = [f"{verb} {n:,}" for verb, n in told]
        if clauses:
            clauses[-1] = f"{told[-1][0]} {_some(told[-1][1], _NOUNS[kind])}"
    text = listed(clauses)
    return text[:1].upper() + text[1:] if text else None


def _some(number: int, words: tuple[str, str]) -> str:
    return f"{number:,} {words[number != 1]}"
