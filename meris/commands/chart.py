"""Reading a line against patterns: every way a part can be read, the likeliest of each length.

For each node of a pattern and each word of the line a chart keeps where the node can end and the
cheapest reading up to there, so that a line of 50 words is read in milliseconds however it is
meant. A word that is known costs little, free text much: what can be understood is not taken for
the name of a place. The same line is always read the same way.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from meris.commands.pattern import AnyOrder, Either, Leaf, Many, Maybe, Node, Sequence, Slot, Word
from meris.commands.tokens import Token


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """Words `start` to `end` (numbers of tokens) read as a value of a slot, or as a fixed word."""

    slot: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How a part was read, and what that cost."""

    cost: int = 0
    bound: tuple[Bound, ...] = ()

    def then(self, other: "Reading") -> "Reading":
        """This and what follows it."""
        return Reading(self.cost + other.cost, self.bound + other.bound)


#: Of a slot at a word: where it can end, with the value and the cost of each.
Reader = Callable[[int], Iterable[tuple[int, Any, int]]]
Ends = dict[int, Reading]

_NOTHING = Reading()
_K = TypeVar("_K")


class Chart:
    """A line, read. `readers` gives each slot's reader."""

    def __init__(self, words: tuple[Token, ...], readers: Mapping[str, Reader]) -> None:
        self.words = words
        self._readers = readers
        self._known: dict[tuple[Node, int], Ends] = {}
        self._slots: dict[tuple[str, int], Ends] = {}
        #: What was looked for, and at which word.
        self.sought: dict[Leaf, set[int]] = {}
        #: The farthest that anything was read from the beginning.
        self.reach = 0

    def skipped(self, at: int) -> int:
        """The next word that is more than a comma."""
        while at < len(self.words) and self.words[at].parts:
            at += 1
        return at

    def ends(self, node: Node, at: int) -> Ends:
        """Where `node` can end when it begins at a word."""
        found = self._known.get((node, at))
        if found is None:
            found = self._known[node, at] = self._read(node, at)
            self.reach = max(self.reach, *found, 0)
        return found

    def whole(self, node: Node) -> Reading | None:
        """The cheapest reading of all words, if there is one."""
        ends = self.ends(node, 0)
        done = [reading for end, reading in ends.items() if self.skipped(end) == len(self.words)]
        return min(done, key=lambda reading: reading.cost, default=None)

    def _read(self, node: Node, at: int) -> Ends:
        match node:
            case Word() | Slot():
                return self._leaf(node, self.skipped(at))
            case Sequence(parts):
                return self._sequence(parts, at)
            case Either(options):
                return _cheapest(self.ends(option, at) for option in options)
            case Maybe(part):
                return _cheapest(({at: _NOTHING}, self.ends(part, at)))
            case Many(part):
                return self._many(part, at)
            case AnyOrder():
                return self._any_order(node, at)

    def _leaf(self, leaf: Leaf, at: int) -> Ends:
        self.sought.setdefault(leaf, set()).add(at)
        if at >= len(self.words):
            return {}
        if isinstance(leaf, Slot):
            return self._slot(leaf.name, at)
        word = self.words[at]
        if leaf.key not in (word.key, word.text):
            return {}
        return {at + 1: Reading(0, (Bound("word", leaf.key, at, at + 1),))}

    def _slot(self, name: str, at: int) -> Ends:
        found = self._slots.get((name, at))
        if found is None:
            found = self._slots[name, at] = {
                end: Reading(cost, (Bound(name, value, at, end),))
                for end, value, cost in self._readers[name](at)
            }
        return found

    def _sequence(self, parts: tuple[Node, ...], at: int) -> Ends:
        states: Ends = {at: _NOTHING}
        for part in parts:
            states = _cheapest(self._after(states, part))
        return states

    def _after(self, states: Ends, part: Node) -> Iterable[Ends]:
        for at, so_far in states.items():
            yield {end: so_far.then(more) for end, more in self.ends(part, at).items()}

    def _many(self, part: Node, at: int) -> Ends:
        """One, two and more, with "and" between; each end is followed once."""
        found: Ends = {}
        fresh: Ends = {at: _NOTHING}
        while fresh:
            reached = _cheapest(self._after(fresh, part))
            better = {e: r for e, r in reached.items() if e not in found}
            found |= better
            fresh = {self._past_and(end): reading for end, reading in better.items()}
        return found

    def _past_and(self, at: int) -> int:
        following = self.skipped(at)
        is_and = following < len(self.words) - 1 and self.words[following].key == "and"
        return following + 1 if is_and else at

    def _any_order(self, node: AnyOrder, at: int) -> Ends:
        """Walk over which clauses were used and where that ended, one clause more at a time."""
        needed = sum(1 << n for n in node.needed)
        layer: dict[tuple[int, int], Reading] = {(0, at): _NOTHING}
        found: Ends = {}
        while layer:
            following: dict[tuple[int, int], Reading] = {}
            for (used, here), so_far in layer.items():
                if used & needed == needed:
                    _keep(found, here, so_far)
                for n, clause in enumerate(node.clauses):
                    if not used & (1 << n):
                        for end, more in self.ends(clause, here).items():
                            _keep(following, (used | (1 << n), end), so_far.then(more))
            layer = following
        return found


def _keep(found: dict[_K, Reading], end: _K, reading: Reading) -> None:
    known = found.get(end)
    if known is None or reading.cost < known.cost:
        found[end] = reading


def _cheapest(many: Iterable[Ends]) -> Ends:
    found: Ends = {}
    for ends in many:
        for end, reading in ends.items():
            _keep(found, end, reading)
    return found
