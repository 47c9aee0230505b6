"""A line of text cut into words that know where they stood."""

import re
from dataclasses import dataclass

from meris.fields.words import key

#: Words that are read one by one; what follows them is one word, which only free text can hold.
MOST_WORDS = 48

#: A time of day and a number with thousands stay whole; commas and colons are words of their own.
_WORD = re.compile(r"\d{1,2}:\d{2}(?!\d)|\d{1,3}(?:,\d{3})+(?![\d,])|[,;:]|[^\s,;:]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it was typed, and by its `key` (a–z and 0–9); `start` and `end` in the line."""

    text: str
    key: str
    start: int
    end: int

    @property
    def parts(self) -> bool:
        """Whether it only parts others, as a comma does."""
        return self.text in (",", ";", ".", "&")


def tokens(line: str) -> tuple[Token, ...]:
    """The words of a line in order."""
    found = list(_WORD.finditer(line))
    words = [_token(line, one.start(), one.end()) for one in found[:MOST_WORDS]]
    if len(found) > MOST_WORDS:
        words.append(_token(line, found[MOST_WORDS].start(), len(line.rstrip())))
    return tuple(words)


def _token(line: str, start: int, end: int) -> Token:
    text = line[start:end]
    return Token(text, key(text), start, end)
