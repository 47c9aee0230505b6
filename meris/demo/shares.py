"""Chance that can be repeated: everything draws from a `random.Random` of its own seed."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def stream(seed: int, *names: str) -> Random:
    """Chance for one part of the exercise, so that changing another part leaves it alone."""
    # chosen to be repeatable; nothing secret comes from it
    return Random(" ".join((str(seed), *names)))  # noqa: S311


def shared_out(chance: Random, count: int, weights: Mapping[Item, float]) -> dict[Item, int]:
    """`count` things spread over the keys of `weights`, in proportion but for a fraction of one.

    Systematic sampling: a key gets its exact share rounded down or up, so that small towns get
    something now and then and nothing is left to luck in the large ones.
    """
    total = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    start = chance.random()
    ends = [int(start + count * part / total) for part in accumulate(weights.values())]
    # rounding may lose the last one
    ends[-1] = count
    return {key: end - begin for key, begin, end in zip(weights, (0, *ends), ends, strict=False)}


class Mix:
    """Choices with their weights, made once and drawn from often."""

    def __init__(self, **weights: float) -> None:
        self._names = list(weights)
        self._ends = list(accumulate(weights.values()))

    def draw(self, chance: Random) -> str:
        """One of the names."""
        return chance.choices(self._names, cum_weights=self._ends)[0]


def perhaps(chance: Random, likelihood: float, value: Item) -> Item | None:
    """`value`, or None when it is not known."""
    return value if chance.random() < likelihood else None


def one_of(chance: Random, choices: Sequence[Item]) -> Item:
    """Any of the choices; faster than `Random.choice`, which matters a million times."""
    return choices[int(chance.random() * len(choices))]
