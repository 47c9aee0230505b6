"""The page `docs/fields.md`, written from the catalogue."""

from collections.abc import Iterator

from meris.fields.catalogue import needs, of
from meris.fields.field import Field, Note
from meris.fields.forms import choices_of
from meris.fields.items import ITEMS
from meris.wording import listed

_TITLES = {"shelter": "Shelters", "supply": "Supplies", "unit": "Units"}
_ABOUT = {
    "shelter": "One row for each shelter.",
    "supply": "One row for each site, item and lot. The site is made from its rows.",
    "unit": "One row for each vehicle, team or crew.",
}
_NOTES: dict[Note, str] = {
    "unstable": "offered, never assumed: such numbers change with every export",
    "ambiguous": "decided by the values",
    "standard": "with a warning: which standard, 20 or 40 square feet?",
}

_HEAD = """\
# Columns of the files

Written by `python -m meris.fields` from the field catalogue; do not edit it by hand.

Headers may be in any order, upper or lower case, with or without blanks and underscores, and may be
any of the other headers named here. Columns that MERIS does not know are listed and left out. An
empty cell, `N/A`, `UNK`, `TBD`, `-` or `-999` means "not known" and is never taken as zero or "no".
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, *(_kind(kind) for kind in _TITLES), _items()]
    return "\n".join(parts)


def _kind(kind: str) -> str:
    lines = [f"## {_TITLES[kind]}", "", _ABOUT[kind], f"Needed: {_needed(kind)}.", ""]
    lines += ["| column | what it is | other headers |", "| --- | --- | --- |"]
    lines += [_row(column) for column in of(kind)]
    lines += ["", *_choices(kind)]
    return "\n".join(lines)


def _needed(kind: str) -> str:
    groups = [listed((f"`{name}`" for name in group), "or") for group in needs(kind)]
    return listed(groups)


def _row(column: Field) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    what = f"**{column.title}**{unit}. {column.help}"
    if column.example:
        what += f" Example: `{column.example}`."
    others = [f"{word.key}{_footnote(word.note)}" for word in column.synonyms]
    return f"| `{column.name}` | {what} | {', '.join(others)} |"


def _footnote(note: Note | None) -> str:
    return f" ({_NOTES[note]})" if note else ""


def _choices(kind: str) -> Iterator[str]:
    for column in of(kind):
        choices = choices_of(column)
        if choices:
            words = ", ".join(f"{c['title']} (`{c['code']}`)" for c in choices)
            yield f"**{column.title}** (`{column.name}`): {words}.\n"


def _items() -> str:
    lines = [
        "## Items",
        "",
        "Items that MERIS adds up across sites, each in its base unit. Others are kept as given.",
        "",
        "| code | item | category | base unit |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {i.code} | {i.title} | {i.category} | {i.base_unit} |" for i in ITEMS]
    return "\n".join(lines) + "\n"
