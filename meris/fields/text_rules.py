"""Rules for words: free text, notes, code lists, yes or no, lists of skills."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from meris.errors import Invalid
from meris.fields.codes import CodeList
from meris.fields.home import Home
from meris.fields.rule import UNKNOWN, Judged, Rule, as_text
from meris.fields.words import clean, clean_lines, closest, is_unknown, key, listing, with_article

# A message that lists more choices than this is not read; it points to the column help instead.
_MOST_LISTED = 10


@dataclass(frozen=True)
class Text(Rule):
    """One line of free text of at most `longest` characters."""

    longest: int = 200
    noun: str = "text"
    letters_mean_unknown: ClassVar[bool] = False

    def _judge(self, text: str, _home: Home) -> Judged:
        text = clean(text)
        if len(text) > self.longest:
            raise self.refuse(
                text,
                f"is {len(text)} characters long",
                f"Shorten it to {self.longest} characters or fewer.",
            )
        return Judged(text) if text else UNKNOWN

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


_SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_PERSON = re.compile(r"^[A-Z][\w'’-]+, [A-Z][a-z]")


@dataclass(frozen=True)
class Notes(Rule):
    """Free text of several lines. What looks like data about persons is refused.

    MERIS counts people and never names them, so a list of residents must not come in by this door.
    """

    longest: int = 4000
    noun: str = "note"
    widget: ClassVar[str] = "textarea"
    letters_mean_unknown: ClassVar[bool] = False

    def _judge(self, text: str, _home: Home) -> Judged:
        text = clean(text) if text.isprintable() else clean_lines(text)
        if "-" in text and _SSN.search(text):
            raise self._personal("what looks like a Social Security number", "Take it out.")
        if text.count(",") > 2 and _names(text) > 2:
            raise self._personal(
                "what looks like a list of names", "Write how many people, and never who they are."
            )
        if len(text) > self.longest:
            raise self.refuse(
                text,
                f"is {len(text):,} characters long",
                f"Shorten it to {self.longest:,} characters or fewer.",
            )
        return Judged(text) if text else UNKNOWN

    def _personal(self, what: str, fix: str) -> Invalid:
        """The error for personal data, which must not be repeated in the message or the log."""
        return Invalid(f"The note holds {what}. {fix}", value="", rule="Notes", fix=fix)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


def _names(text: str) -> int:
    """How many parts of a text read like "Last, First"."""
    return sum(1 for part in re.split(r"[;\n]", text) if _PERSON.match(part.strip()))


@dataclass(frozen=True)
class OneOf(Rule):
    """One code of a code list, written as its code, its title or any of its synonyms."""

    codes: CodeList
    widget: ClassVar[str] = "select"

    @property
    def noun(self) -> str:  # type: ignore[override]  # read-only: it is the code list's
        return self.codes.noun

    def judge(self, raw: object, home: Home) -> Judged:
        text = raw.strip() if isinstance(raw, str) else as_text(raw)
        choice = self.codes.find(text)
        if choice is not None:
            return Judged(choice.code)
        return super().judge(text, home)

    def _judge(self, text: str, _home: Home) -> Judged:
        fix = self._offer()
        if near := closest(text, self.codes.titles_by_key):
            fix = f"{fix} Did you mean {near}?"
        raise self.refuse(text, f"is not {with_article(self.noun)}", fix)

    def _offer(self) -> str:
        offered = self.codes.offered()
        if len(offered) <= _MOST_LISTED:
            return f"Use {listing(offered)}."
        return f"Use one of the {len(offered)} words in the column help, such as {offered[0]}."

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.codes.by_code)}

    def _text(self, value: Any, _home: Home) -> str:
        return self.codes[value].title if value in self.codes else str(value)


_YES = frozenset({"y", "yes", "true", "t", "1", "x", "✓", "✔", "☑", "yes."})
_NO = frozenset({"n", "no", "false", "f", "0", "none", "no."})


@dataclass(frozen=True)
class YesNo(Rule):
    """Yes, no, or not known. An empty cell is never "no"."""

    noun: str = "yes or no"
    widget: ClassVar[str] = "yesno"

    def _judge(self, text: str, _home: Home) -> Judged:
        folded = text.casefold()
        if folded in _YES:
            return Judged(True)
        if folded in _NO:
            return Judged(False)
        raise self.refuse(
            text, "is neither yes nor no", "Write yes or no, or leave it empty when not known."
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def _text(self, value: Any, _home: Home) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True)
class Words(Rule):
    """Several short words in one cell, divided by semicolons; kept in order, once each."""

    longest: int = 60
    most: int = 40
    noun: str = "list"
    widget: ClassVar[str] = "tags"
    letters_mean_unknown: ClassVar[bool] = False

    def _judge(self, text: str, _home: Home) -> Judged:
        divider = ";" if ";" in text else "," if "," in text else "|"
        once: dict[str, str] = {}
        for part in map(clean, text.split(divider)):
            if not is_unknown(part, letters=False):
                once.setdefault(key(part) or part, part)
        words = list(once.values())
        if len(words) > self.most or any(len(word) > self.longest for word in words):
            raise self.refuse(
                text,
                "is too long for a list",
                f"Write at most {self.most} short entries divided by semicolons.",
            )
        return Judged(words) if words else UNKNOWN

    def schema(self) -> dict[str, Any]:
        item = {"type": "string", "minLength": 1, "maxLength": self.longest}
        return {"type": "array", "items": item, "maxItems": self.most, "uniqueItems": True}

    def _text(self, value: Any, _home: Home) -> str:
        return "; ".join(value)
