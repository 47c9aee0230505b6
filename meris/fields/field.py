"""What a field is: one column of a kind, told once."""

from dataclasses import dataclass
from typing import Literal

from meris.fields.rule import Rule
from meris.fields.words import key

#: The kinds of resource, and the kinds of row of a file (a supply row is one stock line).
KINDS = ("shelter", "supply_site", "unit")
ROW_KINDS = ("shelter", "supply", "unit")

#: Why a synonym must not be taken at its word:
#: unstable   numbers rows of an export; offer it, never assume it (marked ‡ in the lists)
#: ambiguous  the kind of file and the values must decide          (§)
#: standard   does not say which standard it follows; tell the person (¶)
Note = Literal["unstable", "ambiguous", "standard"]
_MARKS: dict[str, Note] = {
    "‡": "unstable",
    "§": "ambiguous",
    "¶": "standard",
}


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another header for a field, as its comparison key."""

    key: str
    note: Note | None = None


@dataclass(frozen=True)
class Field:
    """One column of one or more kinds.

    `table` and `column` say where the value is kept; a field without a table is only read from
    files (a grid reference becomes the position). `example` is what the template shows.
    `spares_row`: a bad cell costs only the cell and not the row, because nobody should lose sight
    of a shelter for a mistyped phone number. `hxl` are tags, written `#tag+attribute`.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    rule: Rule
    table: str | None
    section: str
    help: str
    example: str = ""
    unit: str | None = None
    required: bool = False
    staff_only: bool = False
    synonyms: tuple[Synonym, ...] = ()
    hxl: tuple[str, ...] = ()
    column: str = ""
    spares_row: bool = False

    def __post_init__(self) -> None:
        if self.table and not self.column:
            object.__setattr__(self, "column", self.name)

    @property
    def headers(self) -> tuple[Synonym, ...]:
        """Every key that names this field: its own name first."""
        return (Synonym(key(self.name)), *self.synonyms)


@dataclass(frozen=True)
class Maker:
    """Makes the fields that one kind keeps in a table of its own."""

    kind: str
    table: str

    def __call__(
        self,
        name: str,
        title: str,
        rule: Rule,
        section: str,
        about: str,
        words: str = "",
        *,
        example: str = "",
        unit: str | None = None,
        required: bool = False,
        staff_only: bool = False,
        column: str = "",
        hxl: tuple[str, ...] = (),
    ) -> Field:
        """A field; `words` are its synonyms as `also` reads them."""
        return Field(
            name,
            title,
            (self.kind,),
            rule,
            self.table,
            section,
            about,
            example=example,
            unit=unit,
            required=required,
            staff_only=staff_only,
            synonyms=also(words),
            hxl=hxl,
            column=column,
        )


def also(words: str) -> tuple[Synonym, ...]:
    """Synonyms from a line of normalized words, each with its mark: `"lat y§ geoy"`."""
    return tuple(Synonym(word.rstrip("‡§¶"), _MARKS.get(word[-1])) for word in words.split())
