"""Rules for ways to reach people. Contacts are staff-only wherever they appear."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from meris.fields.home import Home
from meris.fields.rule import Judged, Rule
from meris.fields.words import clean

_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$")
_EXTENSION = re.compile(r"\s*(?:,|;)?\s*(?:x|ext\.?|extension|#)\s*(\d{1,6})$", re.IGNORECASE)
_PUNCTUATION = dict.fromkeys(map(ord, " \t\u00a0().+-\u2010\u2011\u2013"))
_EMAIL = re.compile(r"^[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[A-Za-z]{2,}$")


@dataclass(frozen=True)
class Phone(Rule):
    """A United States phone number, shown as (573) 555-0100, with an extension if there is one."""

    noun: str = "phone number"
    widget: ClassVar[str] = "tel"

    def _judge(self, text: str, _home: Home) -> Judged:
        if len(text) < 18 and _SCIENTIFIC.match(text):
            raise self.refuse(
                text,
                "is a phone number that Excel shortened",
                "Format the column as text and type the number again.",
            )
        bare = text.removesuffix(".0")
        extension = _EXTENSION.search(bare) if len(bare) > 10 else None
        if extension:
            bare = bare[: extension.start()]
        digits = bare.removeprefix("tel:").translate(_PUNCTUATION)
        if len(digits) == 11 and digits.startswith("1"):
            digits = digits[1:]
        if not (len(digits) == 10 and digits.isdecimal()):
            raise self.refuse(
                text, "is not a phone number", "Write one number of ten digits: (573) 555-0100."
            )
        number = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
        return Judged(f"{number} ext. {extension[1]}" if extension else number)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\(\d{3}\) \d{3}-\d{4}( ext\. \d{1,6})?$"}


@dataclass(frozen=True)
class Email(Rule):
    """One e-mail address."""

    noun: str = "e-mail address"
    widget: ClassVar[str] = "email"

    def _judge(self, text: str, _home: Home) -> Judged:
        text = clean(text).removeprefix("mailto:")
        if len(text) > 254 or not _EMAIL.match(text):
            raise self.refuse(
                text, "is not an e-mail address", "Write one address, like name@county.example."
            )
        return Judged(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": 254}
