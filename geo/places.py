"""Named places as values, and the index that finds them while somebody types."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import chain, islice, takewhile

from geo.names import folded
from geo.values import Bounds, Position


@dataclass(frozen=True, slots=True)
class Place:
    """A county, town or ZIP code as a person is shown it.

    `title` is its name and `what` the rest, e.g. "Columbia" and "Town in Boone County". `radius_m`
    says how far from `position` the place may reach, in meters; None for a county, which has
    `bounds`. `population` is 0 where it is not known. `town` is a ZIP code's post office.
    """

    kind: str
    title: str
    what: str
    name: str
    position: Position
    state: str
    county_fips: str | None
    bounds: Bounds | None = None
    radius_m: float | None = None
    population: int = 0
    town: str = ""
    names: Sequence[str] = field(default=(), repr=False, compare=False)


_ZIP_PLUS_FOUR = re.compile(r"(\d{5})-\d{0,4}")

#: How much worse a place is for lying in another state: its whole name comes after names at home
#: that begin so, and before those that only hold a word that does.
_ABROAD = 1.5


class PlaceIndex:
    """Finds places by the beginnings of words. `states` maps postal codes to names, home first."""

    def __init__(self, places: Iterable[Place], states: Mapping[str, str]) -> None:
        self._places = list(places)
        self._states = {postal.lower(): postal for postal in states}
        self._home = next(iter(states))
        self._names = [
            [folded(name).split() for name in (place.name, *place.names)] for place in self._places
        ]
        also = {postal: folded(f"{postal} {name}").split() for postal, name in states.items()}
        self._words = [
            {*chain(*names), *folded(place.what).split(), *also[place.state]}
            for place, names in zip(self._places, self._names, strict=True)
        ]
        self._entries = sorted(set(self._starts()))

    def _starts(self) -> Iterator[tuple[str, int]]:
        """Each text that a search may begin with, and the number of its place."""
        for n, names in enumerate(self._names):
            for words in names:
                for at in range(len(words)):
                    yield "".join(words[at:]), n

    def search(self, text: str, limit: int) -> list[Place]:
        """The best `limit` places for `text`: whole names first, then names that begin so."""
        if plus_four := _ZIP_PLUS_FOUR.fullmatch(text.strip()):
            text = plus_four[1]
        words = folded(text).split()
        state = self._states.get(words[-1]) if len(words) > 1 else None
        if not words:
            return []
        found = self._beginning("".join(words)) | self._with_words(words)
        if state and (there := {n for n in found if self._places[n].state == state}):
            found, words = there, words[:-1]
        wanted = "".join(words)
        ranked = nsmallest(limit, found, key=lambda n: self._rank(n, wanted))
        return [self._places[n] for n in ranked]

    def _beginning(self, start: str) -> set[int]:
        first = bisect_left(self._entries, (start, 0))
        entries = islice(self._entries, first, None)
        return {n for _, n in takewhile(lambda entry: entry[0].startswith(start), entries)}

    def _with_words(self, words: Sequence[str]) -> set[int]:
        """Places one of whose names begins with the first word, and that hold the other words."""
        return {
            n
            for n in self._beginning(words[0])
            if all(any(has.startswith(word) for has in self._words[n]) for word in words)
        }

    def _rank(self, n: int, wanted: str) -> tuple[float, int, str]:
        place, names = self._places[n], ["".join(words) for words in self._names[n]]
        if wanted in names:
            distance = 0.0
        else:
            distance = 1.0 if any(name.startswith(wanted) for name in names) else 2.0
        distance += 0.0 if place.state == self._home else _ABROAD
        return distance, -place.population, place.name
