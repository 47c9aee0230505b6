"""Words for the same thing, of one or several parts: what they mean, and how they may go on."""

from collections.abc import Iterable, Iterator
from typing import Any

from meris.commands.tokens import Token
from meris.fields.words import closest, key

_MOST_PARTS = 5


class Phrases:
    """Values under their title and other names, compared by key; the first of a name wins."""

    def __init__(self, entries: Iterable[tuple[Any, str, Iterable[str]]]) -> None:
        self.titles: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._written: dict[str, str] = {}
        for value, title, others in entries:
            for name in (title, *others):
                folded = key(name)
                if folded and folded not in self._values:
                    self._values[folded] = value
                    self.titles[folded] = title
                    self._written[folded] = name

    def find(self, text: str) -> Any | None:
        """The value of a name."""
        return self._values.get(key(text))

    def ends(self, words: tuple[Token, ...], at: int) -> Iterator[tuple[int, Any]]:
        """Where a name that begins at a word can end, and its value."""
        name = ""
        for end in range(at, min(at + _MOST_PARTS, len(words))):
            if words[end].parts:
                return
            name += words[end].key
            if name in self._values:
                yield end + 1, self._values[name]

    def beginning(self, text: str) -> Iterator[tuple[str, str]]:
        """The names that begin so, as they are written, with their titles; one for each title."""
        start = key(text)
        told: set[str] = set()
        for folded, title in self.titles.items():
            if folded.startswith(start) and title not in told:
                told.add(title)
                yield self._written[folded], title

    def nearest(self, text: str) -> str | None:
        """The title of the name most like a text."""
        return closest(text, self.titles)
