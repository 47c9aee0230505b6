"""JSON values one after the other, so that a file of 100 MB never stands in memory as objects."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

_PIECE = 1 << 17
_BLANK = " \t\r\n\ufeff"
# Nearer to the end of what was read, an error may only mean that the rest is not read yet.
_NEAR = 64

# One value, such as a feature, is held as objects, which take far more room than its text.
_LONGEST = 1 << 24


class Damaged(Exception):  # noqa: N818  # never leaves the readers of files
    """The text is no JSON; the message says where."""


class Stream:
    """A text of JSON: look at the next sign, take a sign, take a whole value."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held = ""
        self._at = 0
        self._passed = 0
        self._ended = False
        self._decoder = json.JSONDecoder(parse_int=_number, parse_constant=_no_number)

    def peek(self) -> str:
        """The next sign that is not blank; empty at the end."""
        while True:
            while self._at < len(self._held):
                if self._held[self._at] not in _BLANK:
                    return self._held[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Step over a sign. Raises `Damaged` when another one stands there."""
        if self.peek() != sign:
            raise Damaged(f"{sign!r} is missing at character {self._passed + self._at + 1:,}")
        self._at += 1

    def value(self) -> Any:
        """The next value. Raises `Damaged`."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except RecursionError:
                raise Damaged("it is nested too deeply") from None
            except json.JSONDecodeError as problem:
                cut_off = problem.msg.startswith("Unterminated")
                within = not cut_off and problem.pos < len(self._held) - _NEAR
                if within or not self._more():
                    raise Damaged(
                        f"{problem.msg} at character {self._passed + problem.pos + 1:,}"
                    ) from None
                continue
            if end < len(self._held) or not self._more():  # a number may go on
                self._at = end
                return value

    def members(self) -> Iterator[str]:
        """The names in an object, one by one; the value of each has to be taken before the next."""
        self.take("{")
        while self.peek() != "}":
            name = self.value()
            if not isinstance(name, str):
                raise Damaged("a name in an object is not a text")
            self.take(":")
            yield name
            if self.peek() != "}":
                self.take(",")
        self.take("}")

    def items(self) -> Iterator[Any]:
        """The values of a list, one by one."""
        self.take("[")
        while self.peek() != "]":
            yield self.value()
            if self.peek() != "]":
                self.take(",")
        self.take("]")

    def _more(self) -> bool:
        """Read on; the more at once, the longer the value, so that no value is tried too often."""
        if self._ended:
            return False
        if len(self._held) - self._at > _LONGEST:
            raise Damaged(f"one thing in it is longer than {_LONGEST >> 20} MB")
        self._passed += self._at
        self._held = self._held[self._at :]
        self._at = 0
        piece = self._text.read(max(_PIECE, len(self._held)))
        self._ended = not piece
        self._held += piece
        return bool(piece)


def _number(digits: str) -> int | float:
    """A whole number; one of hundreds of digits is not worth its time."""
    return int(digits) if len(digits) < 300 else float("inf")


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON, but written by some programs for "not known"."""
