"""Rules for numbers. Nothing is rounded and nothing is guessed: "200+" is an error."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from meris.errors import Invalid
from meris.fields.home import Home
from meris.fields.rule import Judged, Rule
from meris.language import N_, _

_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")
_PLAIN = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$")
_SCIENTIFIC = re.compile(r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d+$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_RANGE = re.compile(r"(\d)\s*(?:-|–|—|to|or)\s*(\d)")
# What is said around a number without changing which one it is.
_AROUND = re.compile(
    r"\b(?:about|approx(?:imately)?|around|circa|ca|max(?:imum)?|up to|at least|over|people|"
    r"persons|beds?|cots?|pax|spaces?|seats?|occupants?|total|each|ea|pets?|staff|kw)\b\.?",
    re.IGNORECASE,
)
_DOZENS = re.compile(r"^(half|\d{1,6})?\s*(?:a\s+)?(?:dozen|doz|dz)\.?$", re.IGNORECASE)
_WRITTEN = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Amount(Rule):
    """What whole and decimal numbers share. `what` is counted: "people", "kW"."""

    least: int = 0
    most: int = 10_000_000
    what: str = ""
    widget: ClassVar[str] = "number"

    def _number(self, text: str) -> Decimal:
        """The number in a cell without thousands separators. Raises `Invalid`."""
        bare = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
        if _PLAIN.match(bare):
            return Decimal(bare)
        if _GROUPED.match(bare):
            return Decimal(bare.replace(",", ""))
        raise self._not_a_number(text)

    def _not_a_number(self, text: str) -> Invalid:
        statement = _("is not one %(noun)s", noun=_(self.noun))
        if _SCIENTIFIC.match(text):
            return self.refuse(
                text, statement, "Format the column as a plain number and save it again."
            )
        meant = [f"{number.normalize():f}" for number in self._meant(text)]
        # one number among signs is likely the one; between two a person must choose
        sure = meant[0] if len(meant) == 1 else None
        example = _(", for example %(numbers)s", numbers=f" {_('or')} ".join(meant))
        example = example if len(meant) == 2 else ""
        fix = _(
            "Write a single number without words or signs%(example)s, or leave it empty.",
            example=example,
        )
        return self.refuse(text, statement, fix, sure, meant if sure is None else ())

    def _meant(self, text: str) -> list[Decimal]:
        """The numbers that a text may mean: "200+" 200, "150-200" either, "2 dozen" 24."""
        if dozens := _DOZENS.match(text):
            return [12 * Decimal(dozens[1].replace("half", "0.5") if dozens[1] else 1)]
        if text.casefold() in _WRITTEN:
            return [Decimal(_WRITTEN.index(text.casefold()))]
        if _WORD.search(_RANGE.sub(" ", _AROUND.sub("", text))):
            return []
        numbers = [Decimal(n.replace(",", "")) for n in _DIGITS.findall(_RANGE.sub(r"\1 \2", text))]
        fitting = [number for number in numbers if self.least <= number <= self.most]
        return list(dict.fromkeys(fitting)) if len(fitting) == len(numbers) <= 2 else []

    def _within(self, text: str, value: Decimal) -> None:
        counted = f" {_(self.what)}" if self.what else ""
        if value < self.least:
            below = _("is less than %(number)s", number=f"{self.least:,}")
            below = _("is below zero") if self.least == 0 else below
            raise self.refuse(
                text,
                below,
                _(
                    "Write %(least)s or more%(counted)s, or leave it empty when not known.",
                    least=f"{self.least:,}",
                    counted=counted,
                ),
            )
        if value > self.most:
            raise self.refuse(
                text,
                _("is more than %(most)s%(counted)s", most=f"{self.most:,}", counted=counted),
                _("Check the number for a digit too many."),
            )


@dataclass(frozen=True)
class Integer(Amount):
    """A whole number between `least` and `most`."""

    noun: str = N_("whole number")

    def plain(self, cell: str) -> int | None:
        if cell.isdecimal() and len(cell) < 10 and self.least <= (value := int(cell)) <= self.most:
            return value
        return None

    def _judge(self, text: str, _home: Home) -> Judged:
        value = int(text) if text.isdecimal() and len(text) < 16 else self._whole(text)
        if not self.least <= value <= self.most:
            self._within(text, Decimal(value))
        return Judged(value)

    def _whole(self, text: str) -> int:
        number = self._number(text)
        if number != number.to_integral_value():
            raise self.refuse(
                text,
                _("is not a whole number"),
                _("Write a whole number; MERIS does not round."),
            )
        return int(number)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def _text(self, value: Any, _home: Home) -> str:
        return f"{value:,}"


@dataclass(frozen=True)
class Quantity(Amount):
    """A number with decimals, kept exactly (`Decimal`), at most `places` of them."""

    places: int = 3
    noun: str = N_("number")

    def _judge(self, text: str, _home: Home) -> Judged:
        value = self._number(text)
        self._within(text, value)
        # Spreadsheets show 0.30000000000000004; more places than that is not a measurement.
        rounded = round(value, self.places)
        if abs(value - rounded) > Decimal("1e-9"):
            raise self.refuse(
                text,
                f"has more than {self.places} decimal places",
                f"Write at most {self.places}; MERIS does not round.",
            )
        return Judged(rounded.normalize() + 0)

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.least, "maximum": self.most}

    def _text(self, value: Any, _home: Home) -> str:
        return f"{Decimal(value):,f}"

    def json(self, value: Any) -> Any:
        if value is None:
            return None
        return int(value) if value == int(value) else float(value)


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


@dataclass(frozen=True)
class TypeLevel(Integer):
    """A NIMS type: 1 (most capable) to 5; also written "Type II". Empty means untyped."""

    least: int = 1
    most: int = 5
    noun: str = "NIMS type from 1 to 5"

    def _within(self, text: str, _value: Decimal) -> None:
        raise self.refuse(text, f"is not a {self.noun}", "Write 1, 2, 3, 4 or 5; empty is untyped.")

    def _whole(self, text: str) -> int:
        bare = re.sub(r"^(?:nims\s*)?type\s*", "", text.casefold())
        return _ROMAN[bare] if bare in _ROMAN else super()._whole(bare)

    def _text(self, value: Any, _home: Home) -> str:
        return f"Type {value}"


@dataclass(frozen=True)
class PodType(TypeLevel):
    """The type of a point of distribution: 1 (the largest) to 3; also written "Type II"."""

    most: int = 3
    noun: str = "type of a point of distribution"

    def _within(self, text: str, _value: Decimal) -> None:
        raise self.refuse(text, f"is not a {self.noun}", "Write 1, 2 or 3; type 1 is the largest.")

    def _whole(self, text: str) -> int:
        return super()._whole(re.sub(r"^c?-?pod\s*", "", text.casefold()))
