"""The notation that commands are written down in, read once into nodes.

    word/other      one of these words, written so
    <unit>          something that is looked up or measured: a slot (`meris.commands.slots`)
    [ … ]           may be left out
    ( … | … )       one of these
    { … | !… }      each of these once at most, in any order; those with ! must be there
    <unit>...       once or more, with "and" and commas between

A line of a pattern is a sequence of these.
"""

import re
from dataclasses import dataclass

_PIECE = re.compile(r"<(\w+)>|(\.\.\.)|([\[\](){}])|(\|)|(!)|([^\s\[\](){}|!<>]+)")
_CLOSING = {"[": "]", "(": ")", "{": "}"}


@dataclass(frozen=True, eq=False)
class Word:
    """A fixed word by its key."""

    key: str
    shown: str


@dataclass(frozen=True, eq=False)
class Slot:
    """Something of a kind, by the name of its reader."""

    name: str


@dataclass(frozen=True, eq=False)
class Sequence:
    """One after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, eq=False)
class Either:
    """One of these."""

    options: "tuple[Node, ...]"


@dataclass(frozen=True, eq=False)
class Maybe:
    """This or nothing."""

    part: "Node"


@dataclass(frozen=True, eq=False)
class Many:
    """This once or more."""

    part: "Node"


@dataclass(frozen=True, eq=False)
class AnyOrder:
    """Each once at most, in any order; `needed` are the numbers of those that must be there."""

    clauses: "tuple[Node, ...]"
    needed: frozenset[int]


Leaf = Word | Slot
Node = Word | Slot | Sequence | Either | Maybe | Many | AnyOrder


def compiled(pattern: str) -> Node:
    """The node of a pattern. Raises ValueError for one that is not well formed."""
    pieces = _pieces(pattern)
    node, at = _options(pieces, 0)
    if at != len(pieces):
        raise ValueError(f"{pattern}: unexpected {pieces[at]!r}")
    return node


def _pieces(pattern: str) -> list[str]:
    pieces = [found.group() for found in _PIECE.finditer(pattern)]
    if "".join(pieces) != "".join(pattern.split()):
        raise ValueError(f"{pattern}: holds what is no part of the notation")
    return pieces


def _options(pieces: list[str], at: int) -> tuple[Node, int]:
    """Sequences parted by `|`, up to a closing bracket or the end."""
    options, at = _parted(pieces, at)
    return (options[0][0] if len(options) == 1 else Either(tuple(n for n, _ in options))), at


def _parted(pieces: list[str], at: int) -> tuple[list[tuple[Node, bool]], int]:
    """Each sequence, and whether a `!` stood before it."""
    found: list[tuple[Node, bool]] = []
    while True:
        needed = at < len(pieces) and pieces[at] == "!"
        node, at = _sequence(pieces, at + needed)
        found.append((node, needed))
        if at >= len(pieces) or pieces[at] != "|":
            return found, at
        at += 1


def _sequence(pieces: list[str], at: int) -> tuple[Node, int]:
    parts: list[Node] = []
    while at < len(pieces) and pieces[at] not in ("|", "]", ")", "}"):
        part, at = _part(pieces, at)
        if at < len(pieces) and pieces[at] == "...":
            part, at = Many(part), at + 1
        parts.append(part)
    if not parts:
        raise ValueError("a pattern holds an empty part")
    return (parts[0] if len(parts) == 1 else Sequence(tuple(parts))), at


def _part(pieces: list[str], at: int) -> tuple[Node, int]:
    piece = pieces[at]
    if piece in _CLOSING:
        return _bracket(pieces, at)
    if piece.startswith("<"):
        return Slot(piece[1:-1]), at + 1
    return _word(piece), at + 1


def _word(piece: str) -> Node:
    options = [Word(_key(word), word) for word in piece.split("/")]
    return options[0] if len(options) == 1 else Either(tuple(options))


def _key(word: str) -> str:
    plain = "".join(letter for letter in word.lower() if letter.isalnum())
    return plain or word


def _bracket(pieces: list[str], at: int) -> tuple[Node, int]:
    opening = pieces[at]
    found, at = _parted(pieces, at + 1)
    if at >= len(pieces) or pieces[at] != _CLOSING[opening]:
        raise ValueError(f"a pattern lacks its {_CLOSING[opening]}")
    nodes = tuple(node for node, _ in found)
    inner: Node = nodes[0] if len(nodes) == 1 else Either(nodes)
    if opening == "{":
        needed = frozenset(n for n, (_, must) in enumerate(found) if must)
        return AnyOrder(nodes, needed), at + 1
    return (Maybe(inner) if opening == "[" else inner), at + 1
