"""Rules for words: free text, notes, code lists, yes or no, lists of skills."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from meris.fields.codes import CodeList
from meris.fields.home import Home
from meris.fields.persons import about_persons, refusal
from meris.fields.rule import UNKNOWN, Judged, Rule
from meris.fields.words import (
    LONGEST_UNKNOWN,
    clean,
    clean_lines,
    closest,
    is_unknown,
    key,
    with_article,
)
from meris.language import _
from meris.wording import listed

# A message that lists more choices than this is not read; it points to the column help instead.
_MOST_LISTED = 10
# What a text must have for the dates and numbers of persons; or else an apostrophe of `guard`.
_DOUBTFUL = re.compile(r"^'|[-:/#]")


@dataclass(frozen=True)
class Text(Rule):
    """One line of free text of at most `longest` characters."""

    longest: int = 200
    noun: str = "text"
    letters_mean_unknown: ClassVar[bool] = False

    def plain(self, cell: str) -> Any | None:
        text = cell.strip()
        if (
            len(text) > self.longest
            or not text.isprintable()
            or "  " in text
            or _DOUBTFUL.search(text)
            or (len(text) <= LONGEST_UNKNOWN and is_unknown(text, letters=False))
        ):
            return None
        return text

    def _judge(self, text: str, _home: Home) -> Judged:
        text = clean(text)
        if about := about_persons(text, names=False):
            raise refusal(self.noun, about)
        if len(text) > self.longest:
            raise self.refuse(
                text,
                _("is %(number)s characters long", number=len(text)),
                _("Shorten it to %(most)s characters or fewer.", most=self.longest),
            )
        return UNKNOWN if is_unknown(text, letters=False) else Judged(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class Notes(Rule):
    """Free text of several lines. What looks like data about persons is refused.

    MERIS counts people and never names them, so a list of residents must not come in by this door.
    `health` may be told where a crew has to know it, of nobody by name.
    """

    longest: int = 4000
    noun: str = "note"
    health: bool = False
    widget: ClassVar[str] = "textarea"
    letters_mean_unknown: ClassVar[bool] = False

    def _judge(self, text: str, _home: Home) -> Judged:
        text = clean(text) if text.isprintable() else clean_lines(text)
        if about := about_persons(text, health=not self.health):
            raise refusal(self.noun, about)
        if len(text) > self.longest:
            raise self.refuse(
                text,
                _("is %(number)s characters long", number=f"{len(text):,}"),
                _("Shorten it to %(most)s characters or fewer.", most=f"{self.longest:,}"),
            )
        return UNKNOWN if is_unknown(text, letters=False) else Judged(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class OneOf(Rule):
    """One code of a code list, written as its code, its title or any of its synonyms."""

    codes: CodeList
    widget: ClassVar[str] = "select"

    @property
    def noun(self) -> str:  # type: ignore[override]  # read-only: it is the code list's
        return self.codes.noun

    def judge(self, raw: object, home: Home) -> Judged:
        text = self.text_of(raw)
        choice = self.codes.find(text)
        if choice is not None:
            return Judged(choice.code)
        return super().judge(text, home)

    def _judge(self, text: str, _home: Home) -> Judged:
        near = closest(text, self.codes.titles_by_key)
        statement = f"is not {with_article(self.noun)}"
        raise self.refuse(text, statement, self._offer(), near, self.codes.usual_titles)

    def _offer(self) -> str:
        offered = self.codes.offered()
        if len(offered) <= _MOST_LISTED:
            return f"Use {listed(offered, 'or')}."
        return f"Use one of the {len(offered)} words in the column help, such as {offered[0]}."

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.codes.by_code)}

    def _text(self, value: Any, _home: Home) -> str:
        return self.codes[value].title if value in self.codes else str(value)


_YES = frozenset({"y", "yes", "true", "t", "1", "x", "✓", "✔", "☑", "yes."})
_NO = frozenset({"n", "no", "false", "f", "0", "none", "no."})


_LEANS = re.compile(r"(?P<no>(?:no|not|none|without|never)\b|n/)|(?:yes|yep|yeah|with|has)\b|y/")


def _yes_or_no(folded: str) -> str | None:
    """What a longer answer begins with: "yes - 2 units", "no (planned)"."""
    found = _LEANS.match(folded)
    return ("no" if found["no"] else "yes") if found else None


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
        fix = "Write yes or no, or leave it empty when not known."
        raise self.refuse(text, "is neither yes nor no", fix, _yes_or_no(folded), ("yes", "no"))

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
    holds_several: ClassVar[bool] = True
    letters_mean_unknown: ClassVar[bool] = False

    def _judge(self, text: str, _home: Home) -> Judged:
        divider = ";" if ";" in text else "," if "," in text else "|"
        if about := about_persons(text):
            raise refusal(self.noun, about)
        once: dict[str, str] = {}
        for part in map(clean, text.split(divider)):
            if any(map(str.isalnum, part)) and not is_unknown(part, letters=False):
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
        one = "; ".join(value)
        # without a divider of its own, a comma in it would be taken for one
        return f"{one};" if len(value) == 1 and re.search("[,|]", one) else one
