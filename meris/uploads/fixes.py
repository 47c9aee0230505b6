"""What one click can do about a problem: each fix is a decision (see `decisions.with_fix`)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from meris.errors import Invalid
from meris.fields import Field
from meris.fields.text_rules import OneOf
from meris.fields.words import shown

#: More to choose from than this is no longer one click.
MOST_FIXES = 4


class Fix(NamedTuple):
    """A way out: the words on the button, and what it decides."""

    title: str
    do: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"title": self.title, "do": self.do}


def reading(column: str | None, value: str | None, *instead: str | None) -> Iterator[Fix]:
    """Fixes that read another text wherever a column's cell says `value`."""
    if column is None or value is None:
        return
    for text in instead:
        if text:
            what = f"Read {shown_text(value)} as {text}" if value else f"Read empty cells as {text}"
            yield Fix(what, {"replace": {"column": column, "from": value, "to": text}})


def for_cell(column: str, field: Field, value: str, refusal: Invalid) -> tuple[Fix, ...]:
    """What could be done about a cell that its rule refused.

    Its details may name a `suggestion`, the text most likely meant, and `alternatives`. A field
    that may be unknown can be emptied; one that spares its row is left out of it anyway.
    """
    details = refusal.details
    meant = [details.get("suggestion"), *details.get("alternatives", ())]
    fixes = list(reading(column, value, *dict.fromkeys(meant)))[: MOST_FIXES - 1]
    if not field.required and not field.spares_row:
        title = f"Leave the cell empty where it says {shown_text(value)}"
        fixes.append(Fix(title, {"empty": {"column": column, "from": value}}))
    return tuple(fixes)


def setting(column: str, text: str) -> Fix:
    """A fix that writes a text into a column, in all rows of a problem."""
    title = f"Read {shown_text(text)} in {shown_text(column)}"
    return Fix(title, {"set": {"column": column, "to": text}})


def for_empty(column: str, field: Field) -> tuple[Fix, ...]:
    """What could stand in the empty cells of a needed code list."""
    return tuple(setting(column, text) for text in _usual(field))


def for_missing(label: str | None, field: Field) -> tuple[Fix, ...]:
    """What could be done about a needed field that no column was found for.

    `label` is a column that may be it.
    """
    fixes = []
    if label is not None:
        title = f"Read column {shown_text(label)} as {field.title}"
        fixes.append(Fix(title, {"map": {"column": label, "field": field.name}}))
    for text in _usual(field):
        title = f"{field.title} is {text} in every row"
        fixes.append(Fix(title, {"constant": {"field": field.name, "value": text}}))
    return tuple(fixes)


def _usual(field: Field) -> list[str]:
    """The few words of a code list that are likely where nothing tells which one is meant."""
    return field.rule.codes.usual_titles if isinstance(field.rule, OneOf) else []


def shown_text(text: str) -> str:
    """A text of the file as a button names it."""
    return f"“{shown(text)[1:-1]}”"
