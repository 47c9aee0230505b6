"""What a file lists (shelters, supplies or units): its columns, their values and its name tell."""

import math
import re
from collections import Counter
from collections.abc import Mapping

from meris.errors import Refused
from meris.fields import ROW_KINDS, Home
from meris.fields.text_rules import OneOf
from meris.uploads.claims import Table
from meris.uploads.match import Column, Match, match
from meris.uploads.sheet import Sheet

# What a column that one kind alone knows is worth; less if two or all three know it.
_ALONE = {1: 2.0, 2: 0.5, 3: 0.1}
# Codes that fit tell more than a header; a header that says little tells half.
_CODES, _DOUBTFUL = 2.0, 0.5
# What is needed and not there speaks against a kind; a telling file name or text for it.
_MISSING, _NAMED, _WORDED = 1.5, 1.5, 1.5
# By this much the best kind must stand out.
_CLEARLY = 0.4
# Less than this is no evidence at all.
_LEAST = 0.3

_FILE_WORDS = {
    "shelter": r"shelter|warming|cooling|evac|facilit|hospital|clinic|church|school|safe.?room",
    "supply": r"suppl|stock|inventor|warehouse|cache|commodit|catalog|donat|items?(?![a-z])",
    "unit": r"units?(?![a-z])|vehicle|apparatus|fleet|responder|ambulance|engines|crews?(?![a-z])",
}
_CELL_WORDS = {
    "shelter": r"\b(school|church|library|gym|gymnasium|community|ymca|shelter|hospital|clinic|"
    r"arena|college|university|armory|elementary|senior cent\w+|recreation)\b",
    "supply": r"\b(cots?|blankets?|bottled|mres?|tarps?|pallets?|cases?|sandbags?|batteries|pcs|"
    r"kits?)\b",
    "unit": r"\b(engine|ladder|tanker|pumper|medic|ambulance|rescue|brush|squad|hazmat|erv|boat|"
    r"strike team|task force|k-?9|sedan|minivan)\b",
}


def guess_kind(sheet: Sheet, home: Home) -> tuple[str, float] | None:
    """The kind of row that a file holds (of `fields.ROW_KINDS`) and how sure that is, up to 1.

    None when a person has to say.
    """
    found = {kind: one for kind in ROW_KINDS if (one := _matched(sheet, kind, home))}
    known = Counter(column.index for one in found.values() for column in one.columns)
    marks = {kind: _mark(sheet, one, home, known) for kind, one in found.items()}
    if not marks:
        return None
    best = max(marks, key=lambda kind: marks[kind])
    ahead = marks[best] - max((marks[kind] for kind in marks if kind != best), default=0.0)
    if marks[best] < _LEAST or ahead < _CLEARLY:
        return None
    return best, round(1 / (1 + math.exp(-ahead)), 2)


def _matched(sheet: Sheet, kind: str, home: Home) -> Match | None:
    try:
        return match(sheet, kind, home)
    except Refused:
        return None


def _mark(sheet: Sheet, found: Match, home: Home, known: Mapping[int, int]) -> float:
    """How much speaks for a kind; below zero when more speaks against it."""
    table = Table(sheet, found.kind, home)
    columns = sum(_worth(column, table, known[column.index]) for column in found.columns)
    return columns + _words(sheet, found.kind) - _MISSING * _unmet(found)


def _unmet(found: Match) -> int:
    """The needs that no column may meet; a status may as well be one for all rows."""
    maybe = {"status", *(one.field.name for one in found.suggestions)}
    return sum(not maybe & set(group) for group in found.missing)


def _worth(column: Column, table: Table, kinds: int) -> float:
    worth = _ALONE[kinds]
    if isinstance(column.field.rule, OneOf):
        worth = _CODES * (table.fit(column.index, column.field) or 0)
    return worth * _DOUBTFUL if column.warning and column.how != "values" else worth


def _words(sheet: Sheet, kind: str) -> float:
    """What the name of the file and the words in its cells say."""
    named = re.search(_FILE_WORDS[kind], sheet.name, re.IGNORECASE)
    telling = re.compile(_CELL_WORDS[kind], re.IGNORECASE)
    rows = sheet.sample[:200]
    share = sum(bool(telling.search(" ".join(row.cells))) for row in rows) / (len(rows) or 1)
    return _NAMED * bool(named) + _WORDED * share
