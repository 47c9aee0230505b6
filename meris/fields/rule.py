"""What a rule is: one column's way to read a cell, describe it, and say what is wrong."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from meris.errors import Invalid
from meris.fields.home import Home
from meris.fields.words import is_unknown, shown


class Judged(NamedTuple):
    """A cell that could be read: its value (None = not known) and what to tell the person."""

    value: Any
    warning: str | None = None


UNKNOWN = Judged(None)


class Rule(ABC):
    """How one column's cells are read and shown. Rules are immutable and safe to share.

    `widget` is the form control; `noun` names one value in messages.
    """

    widget: ClassVar[str] = "text"
    noun: str = "value"
    # Whether the letters U and UNK mean "not known"; free text may mean them.
    letters_mean_unknown: ClassVar[bool] = True
    # Whether a value is a list of several.
    holds_several: ClassVar[bool] = False

    def read(self, raw: object, home: Home | None = None) -> Any:
        """The value of a cell, or None when it says that it is not known.

        Raises `Invalid` with `value`, `rule` and `fix`; its message ends with the fix.
        """
        return self.judge(raw, home or Home.of()).value

    def judge(self, raw: object, home: Home) -> Judged:
        """As `read`, with the warning a person should see about an accepted value."""
        text = self.text_of(raw)
        if is_unknown(text, self.letters_mean_unknown):
            return UNKNOWN
        return self._judge(text, home)

    def text_of(self, raw: object) -> str:
        """A cell, a form's text or a JSON value as trimmed text. Raises `Invalid` for an object,
        and for a list where the column holds one value."""
        if isinstance(raw, str):
            return raw.strip()
        parts = raw if self.holds_several and isinstance(raw, list | tuple) else [raw]
        if any(isinstance(part, Mapping | list | tuple) for part in parts):
            fix = f"Send one {self.noun} as text, a number, true or false, or null."
            raise Invalid(f"This is not one {self.noun}. {fix}", value="", rule="shape", fix=fix)
        return as_text(raw)

    def plain(self, _cell: str) -> Any | None:
        """The value of an ordinary cell, if that can be told at a glance; else None: `judge` it.

        Files have half a million cells; this spares nearly all of them a closer look.
        """
        return None

    @abstractmethod
    def _judge(self, text: str, home: Home) -> Judged:
        """Read a trimmed text that is not one of the words for "not known"."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The JSON schema of one known value."""

    def text(self, value: Any, home: Home | None = None) -> str:
        """The value as a person reads it; `read` understands it again. Unknown is empty."""
        return "" if value is None else self._text(value, home or Home.of())

    def _text(self, value: Any, _home: Home) -> str:
        """A known value as a person reads it."""
        return str(value)

    def json(self, value: Any) -> Any:
        """The value as JSON carries it, in the shape `schema` describes."""
        return value

    def refuse(
        self,
        text: str,
        statement: str,
        fix: str,
        suggestion: str | None = None,
        alternatives: Sequence[str] = (),
    ) -> Invalid:
        """The error for one cell: the value, what is wrong with it, and what to do.

        `suggestion` is the text most likely meant, `alternatives` are others to choose from; this
        rule reads each of them.
        """
        if suggestion is not None:
            fix = f"{fix} Did you mean {suggestion}?"
        message = f"{shown(text)} {statement}. {fix}"
        details: dict[str, Any] = {"value": text, "rule": type(self).__name__, "fix": fix}
        if suggestion is not None:
            details["suggestion"] = suggestion
        if alternatives:
            details["alternatives"] = list(alternatives)
        return Invalid(message, **details)


def as_text(raw: object) -> str:
    """A cell that is not text yet (JSON, a form, Excel) as the text a person would have typed."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, datetime | date):
        return raw.isoformat()
    if isinstance(raw, list | tuple):
        return "; ".join(as_text(part) for part in raw)
    return str(raw).strip()
