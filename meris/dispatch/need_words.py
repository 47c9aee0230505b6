"""Needs as people write them, a line each: "2 engines, type 3 or better, with swift water".

What a `Need` says of itself is read back as the same need.
"""

import re
from dataclasses import replace
from functools import cache

from meris import fields
from meris.dispatch.needs import LEVELS, MOST_UNITS, Need, said
from meris.errors import Invalid
from meris.fields.words import closest, key, shown

_MOST_LINES = 30
_LINE = re.compile(
    r"(?P<count>\d{1,6})\s*[x×]?\s+(?P<kinds>.+?)"
    r"(?:,?\s+type\s+(?P<level>\d{1,3})(?:\s+or\s+better)?)?"
    r"(?:,?\s+with\s+(?P<able>.+))?",
    re.IGNORECASE,
)
_OR = re.compile(r"\s+or\s+|\s*/\s*", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_HOW = (
    'Write a number and a kind of unit, such as "2 engines" or "1 ALS ambulance or BLS ambulance"'
)


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


def kind_of(word: str) -> str:
    """The code of a kind of unit by any of its names, one or several. Raises `Invalid`."""
    found = _names().get(key(word))
    if found is None:
        near = closest(key(word), {name: name for name in _names()})
        meant = f" Did you mean {_title(near)}?" if near else ""
        raise Invalid(f"{shown(word)} is not a kind of unit.{meant}")
    return found


def _title(name: str) -> str:
    return fields.types("unit")[_names()[name]].title


def _read(line: str) -> Need:
    match = _LINE.fullmatch(line)
    if match is None:
        raise Invalid(f"{shown(line)} is not understood. {_HOW}.")
    count, level = int(match["count"]), match["level"]
    if not 1 <= count <= MOST_UNITS:
        raise Invalid(f"{shown(line)}: ask for 1 to {MOST_UNITS} units.")
    if level is not None and int(level) not in LEVELS:
        raise Invalid(f"{shown(line)}: NIMS types are {LEVELS[0]} (the best) to {LEVELS[-1]}.")
    kinds = tuple(dict.fromkeys(kind_of(word) for word in _OR.split(match["kinds"].strip())))
    return Need(count, kinds, int(level) if level else None, _able(match["able"] or ""))


def _able(text: str) -> tuple[str, ...]:
    """Capabilities; divided by semicolons, an "and" belongs to one."""
    words = text.split(";") if ";" in text else _AND.split(text)
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


@cache
def _names() -> dict[str, str]:
    """Every name of every kind, as a key; the first kind with a name has it."""
    names: dict[str, str] = {}
    choices = fields.types("unit")
    for choice in choices:
        for word in (choice.code, choice.title, *said(choice.code)):
            names.setdefault(key(word), choice.code)
    for choice in choices:
        for word in choice.synonyms:
            names.setdefault(key(word), choice.code)
            names.setdefault(key(f"{word}s"), choice.code)
    return names
