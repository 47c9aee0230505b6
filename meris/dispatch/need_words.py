"""Needs as people write them, a line each: "2 engines, type 3 or better, with swift water".

What a `Need` says of itself is read back as the same need.
"""

import re
from dataclasses import replace
from functools import cache

from meris import fields
from meris.errors import Invalid
from meris.fields.words import closest, key, shown
from meris.needs.need import LEVELS, MOST_UNITS, Need, head_of, kinds_said, said

_MOST_LINES = 30
_LINE = re.compile(
    r"(?P<count>\d{1,6})\s*[x×]?\s+(?P<kinds>.+?)"
    r"(?:,?\s+type\s+(?P<level>\d{1,3})(?:\s+or\s+better)?)?"
    r"(?:,?\s+with\s+(?P<able>.+))?",
    re.IGNORECASE,
)
_OR = re.compile(r"\s+or\s+|\s*/\s*", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_HOW = 'Write a number and a kind of unit, such as "2 engines" or "1 engine or rescue"'


def read(text: str) -> tuple[Need, ...]:
    """The needs of all lines that say something. Raises `Invalid` with the line that does not."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > _MOST_LINES:
        raise Invalid(f"{len(lines)} lines are too many: {_MOST_LINES} at the most.")
    return tuple(_read(line) for line in lines)


def written(needs: tuple[Need, ...]) -> str:
    """The needs as `read` takes them."""
    return "\n".join(_written(need) for need in needs)


def _written(need: Need) -> str:
    if not any(_AND.search(word) for word in need.capabilities):
        return need.text
    plain = replace(need, capabilities=()).text
    return f"{plain}, with {''.join(f'{word};' for word in need.capabilities)}"


def kinds_of(word: str) -> tuple[str, ...]:
    """The codes of the kinds of units that a name means, which may be in the plural: all sorts of
    ambulances for "ambulance". Raises `Invalid`."""
    found = _names().get(key(word))
    if found is None:
        near = closest(key(word), {name: name for name in _names()})
        meant = f" Did you mean {kinds_said(_names()[near], 1)}?" if near else ""
        raise Invalid(f"{shown(word)} is not a kind of unit.{meant}")
    return found


def _read(line: str) -> Need:
    match = _LINE.fullmatch(line)
    if match is None:
        raise Invalid(f"{shown(line)} is not understood. {_HOW}.")
    count, level = int(match["count"]), match["level"]
    if not 1 <= count <= MOST_UNITS:
        raise Invalid(f"{shown(line)}: ask for 1 to {MOST_UNITS} units.")
    if level is not None and int(level) not in LEVELS:
        raise Invalid(f"{shown(line)}: NIMS types are {LEVELS[0]} (the best) to {LEVELS[-1]}.")
    named = [kind for word in _OR.split(match["kinds"].strip()) for kind in kinds_of(word)]
    kinds = tuple(dict.fromkeys(named))
    return Need(count, kinds, int(level) if level else None, _able(match["able"] or ""))


def _able(text: str) -> tuple[str, ...]:
    """Capabilities; divided by semicolons, an "and" belongs to one."""
    words = text.split(";") if ";" in text else _AND.split(text)
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Every name of every kind, as a key; the first kind with a name has it."""
    names: dict[str, tuple[str, ...]] = {}
    choices = fields.types("unit")
    for choice in choices:
        sorts = tuple(
            other.code for other in choices if head_of(other.code) == head_of(choice.code)
        )
        if len(sorts) > 1:
            names |= dict.fromkeys((key(kinds_said(sorts, 1)), key(kinds_said(sorts, 2))), sorts)
    for choice in choices:
        for word in (choice.code, choice.title, *said(choice.code)):
            names.setdefault(key(word), (choice.code,))
    for choice in choices:
        for word in choice.synonyms:
            names.setdefault(key(word), (choice.code,))
            names.setdefault(key(f"{word}s"), (choice.code,))
    return names
