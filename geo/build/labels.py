"""Which names fit on the map at which zoom, decided once, so that the browser need not."""

import math
from collections import defaultdict
from collections.abc import Sequence

from geo.build.places import Town

#: People a town needs to be named at a zoom: an empty corner of the map may stay empty. At the
#: last zoom everything is named, fit or not.
_PEOPLE = {5: 250_000, 6: 60_000, 7: 20_000, 8: 6_000, 9: 2_000, 10: 800, 11: 0, 12: 0, 13: 0}
_LAST = max(_PEOPLE)

#: Size of a label in pixels: width of a letter, height of a line, with the space around it.
_LETTER, _MARGIN, _LINE = 7.0, 16.0, 24.0

_TILE = 256

#: West, south, east, north in pixels of a zoom.
Box = tuple[float, float, float, float]


def first_zooms(towns: Sequence[Town]) -> list[int]:
    """For each town the lowest zoom at which its label touches none of a town before it.

    `towns` come most important first. Zooms are those of web maps (256 pixels for the world at 0).
    What is named at one zoom stays named at the next, because towns only move apart.
    """
    first: dict[int, int] = {}
    for zoom, people in _PEOPLE.items():
        taken = _Taken()
        named_before = sorted(first)
        candidates = (n for n, town in enumerate(towns) if town.population >= people)
        for n in [*named_before, *(n for n in candidates if n not in first)]:
            if taken.take(_label(towns[n], zoom)):
                first.setdefault(n, zoom)
    return [first.get(n, _LAST) for n in range(len(towns))]


def _label(town: Town, zoom: int) -> Box:
    """Where the name of `town` lies, set in the middle of its place."""
    world = _TILE * 2**zoom
    x = (town.lon + 180) / 360 * world
    y = math.asinh(math.tan(math.radians(town.lat))) / (2 * math.pi) * world
    half = (len(town.name) * _LETTER + _MARGIN) / 2
    return x - half, y - _LINE / 2, x + half, y + _LINE / 2


class _Taken:
    """The boxes on a map, in drawers as wide as a few labels, so that few need to be compared."""

    _SIZE = 128

    def __init__(self) -> None:
        self._drawers: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def take(self, box: Box) -> bool:
        """Put `box` on the map unless it touches one that is there; say whether it was put."""
        west, south, east, north = (math.floor(side / self._SIZE) for side in box)
        drawers = [
            self._drawers[x, y] for x in range(west, east + 1) for y in range(south, north + 1)
        ]
        if any(_touch(box, other) for drawer in drawers for other in drawer):
            return False
        for drawer in drawers:
            drawer.append(box)
        return True


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
