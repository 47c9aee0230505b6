"""The decisions about an upload one by one: listed in words, and each of them taken back.

A decision is known by a key, a JSON list such as `["replace", "Status", "Opn"]`, which a page's
button sends back.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from meris import fields, wording
from meris.errors import Conflict, Invalid
from meris.uploads.decisions import Corrections, Decisions

# More columns than these are told in one line: the table of the columns has them all.
_SINGLE_COLUMNS = 4
_GONE = "This was taken back already. The page shows how it is now."


class Decided(NamedTuple):
    """One decision: the key that takes it back, and what it says."""

    key: str
    title: str


def listing(decided: Decisions, kind: str, proposals: Sequence[Mapping[str, Any]]) -> list[Decided]:
    """Every decision that can be taken back, the ones for most rows first."""
    return [
        *_of_columns(decided, kind),
        *_of_choices(decided, proposals),
        *_of_corrections(decided.corrections),
    ]


def revoke(decided: Decisions, key: str) -> Decisions:
    """The decisions without one of them.

    Raises `Invalid` for what is no key, `Conflict` for a decision that is not there any more.
    """
    try:
        name, *rest = json.loads(key)
        return _REVOKES[name](decided, *rest)
    except KeyError as missing:
        raise Conflict(_GONE) from missing
    except (ValueError, TypeError, RecursionError) as odd:
        raise Invalid("This is no decision that can be taken back.") from odd


def _key(*parts: object) -> str:
    return json.dumps(parts, ensure_ascii=False)


def _of_columns(decided: Decisions, kind: str) -> Iterator[Decided]:
    titles = {name: field.title for name, field in fields.by_name(kind).items()}
    several = len(decided.confirmed) > _SINGLE_COLUMNS
    if several:
        yield Decided(_key("maps"), f"{len(decided.confirmed)} columns read as they were chosen")
    for label, name in decided.confirmed.items() if not several else ():
        what = f"as {titles.get(name, name)}" if name else "not at all"
        yield Decided(_key("map", label), f"Read column “{label}” {what}")
    for name, value in decided.constants.items():
        yield Decided(_key("constant", name), f"{titles.get(name, name)} of all rows: {value}")


def _of_choices(decided: Decisions, proposals: Sequence[Mapping[str, Any]]) -> Iterator[Decided]:
    titles = {one["id"]: one["title"] for one in proposals}
    for repair in sorted(decided.choices.repairs):
        yield Decided(_key("repair", repair), titles.get(repair, f"Repaired places: {repair}"))
    if decided.choices.allow_out_of_state:
        yield Decided(_key("allow_out_of_state"), "Take rows of other states too")
    if decided.clear:
        yield Decided(_key("clear"), "Empty cells clear what is recorded")


def _of_corrections(corrections: Corrections) -> Iterator[Decided]:
    for column, texts in corrections.replaced.items():
        for seen, to in texts.items():
            what = f"as {to}" if to else "as empty"
            yield Decided(_key("replace", column, seen), f"Read “{seen}” in “{column}” {what}")
    if corrections.left_out:
        count = len(corrections.left_out)
        yield Decided(_key("left_out"), f"Leave out {wording.plural(count, 'row')}")
    for row, texts in corrections.cells.items():
        for column, to in texts.items():
            yield Decided(_key("cell", row, column), f"Row {row}, “{column}”: {to or 'empty'}")


def _without(mapping: Mapping[Any, Any], key: object) -> dict[Any, Any]:
    """A mapping less one key. Raises `KeyError` when it is not there."""
    fewer = dict(mapping)
    del fewer[key]
    return fewer


def _without_inner(mapping: Mapping[Any, Any], outer: object, inner: object) -> dict[Any, Any]:
    own = _without(mapping[outer], inner)
    return {**mapping, outer: own} if own else _without(mapping, outer)


def _map(decided: Decisions, label: str) -> Decisions:
    return replace(decided, confirmed=_without(decided.confirmed, label))


def _maps(decided: Decisions) -> Decisions:
    return replace(decided, confirmed={})


def _constant(decided: Decisions, name: str) -> Decisions:
    return replace(decided, constants=_without(decided.constants, name))


def _repair(decided: Decisions, repair: str) -> Decisions:
    if repair not in decided.choices.repairs:
        raise KeyError(repair)
    choices = replace(decided.choices, repairs=decided.choices.repairs - {repair})
    return replace(decided, choices=choices)


def _allow(decided: Decisions) -> Decisions:
    return replace(decided, choices=replace(decided.choices, allow_out_of_state=False))


def _clear(decided: Decisions) -> Decisions:
    return replace(decided, clear=False)


def _replaced(decided: Decisions, column: str, seen: str) -> Decisions:
    own = decided.corrections
    fewer = replace(own, replaced=_without_inner(own.replaced, column, seen))
    return replace(decided, corrections=fewer)


def _cell(decided: Decisions, row: int, column: str) -> Decisions:
    own = decided.corrections
    fewer = replace(own, cells=_without_inner(own.cells, row, column))
    return replace(decided, corrections=fewer)


def _left_out(decided: Decisions) -> Decisions:
    return replace(decided, corrections=replace(decided.corrections, left_out=frozenset()))


_REVOKES: dict[str, Callable[..., Decisions]] = {
    "map": _map,
    "maps": _maps,
    "constant": _constant,
    "repair": _repair,
    "allow_out_of_state": _allow,
    "clear": _clear,
    "replace": _replaced,
    "cell": _cell,
    "left_out": _left_out,
}
