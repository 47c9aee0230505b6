"""Many people into the beds that are free: the need with the fewest beds to spare first, and for
each need whoever is nearest to a shelter that suits.

No more than the nearest first: easy to follow on paper, and what is left over is truly short,
though another order might place a few more of those with needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo.values import Position


@dataclass(frozen=True)
class Group:
    """People who set out from one place."""

    name: str
    position: Position
    people: int


@dataclass(frozen=True)
class Room:
    """Beds free at a shelter, and the needs it surely meets ("" is a bed). `most` is how many
    people of a need fit in, where that is fewer."""

    id: int
    position: Position
    free: int
    meets: frozenset[str]
    most: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """So many people of a group with one need, at one shelter; `meters` in a straight line."""

    group: int
    room: int
    need: str
    people: int
    meters: float


@dataclass(frozen=True)
class Allocation:
    """Who goes where, and by need how many find no place."""

    placed: Sequence[Placed]
    short: Mapping[str, int]


def allocate(groups: Sequence[Group], rooms: Sequence[Room], mix: Mapping[str, int]) -> Allocation:
    """Place all groups. `mix`: how many of all people have each need; the others need a bed.

    A person has one need. Of each group as large a part has a need as of all.
    """
    wanted = _wanted(groups, mix)
    left = {room.id: room.free for room in rooms}
    pairs = sorted(
        (group.position.meters_to(room.position), g, r)
        for g, group in enumerate(groups)
        for r, room in enumerate(rooms)
    )
    placed: list[Placed] = []
    for need in [*_scarcest_first(rooms, mix), ""]:
        placed += _place(need, wanted[need], pairs, rooms, left)
    short = {need: sum(people) for need, people in wanted.items()}
    return Allocation(placed, short)


def parted(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts like `weights`; each part is at most its weight where the total is at
    most all of them. The largest remainders are rounded up."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _wanted(groups: Sequence[Group], mix: Mapping[str, int]) -> dict[str, list[int]]:
    """By need, how many of each group; all together they are the groups."""
    rest = [group.people for group in groups]
    wanted: dict[str, list[int]] = {}
    for need, people in mix.items():
        wanted[need] = parted(min(people, sum(rest)), rest)
        rest = [left - part for left, part in zip(rest, wanted[need], strict=True)]
    return wanted | {"": rest}


def _scarcest_first(rooms: Sequence[Room], mix: Mapping[str, int]) -> list[str]:
    def spare(need: str) -> int:
        return sum(_fit_in(room, need) for room in rooms if need in room.meets) - mix[need]

    return sorted((need for need in mix if mix[need]), key=spare)


def _fit_in(room: Room, need: str) -> int:
    return min(room.free, room.most.get(need, room.free))


def _place(
    need: str,
    waiting: list[int],
    pairs: Sequence[tuple[float, int, int]],
    rooms: Sequence[Room],
    left: dict[int, int],
) -> list[Placed]:
    """Place people of one need, the nearest pair of group and shelter first; those placed are
    taken from `waiting`, and their beds from `left`."""
    most = {room.id: room.most.get(need, room.free) for room in rooms}
    placed = []
    for meters, g, r in pairs:
        room = rooms[r]
        people = min(waiting[g], left[room.id], most[room.id])
        if people <= 0 or need not in room.meets:
            continue
        waiting[g] -= people
        left[room.id] -= people
        most[room.id] -= people
        placed.append(Placed(g, room.id, need, people, meters))
    return placed
