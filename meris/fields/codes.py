"""A code list: the few words a column may hold, each with the other words people use for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from meris.fields.words import key


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a code list.

    `glyph` is the letter that stands for it on the map (never color alone); `ics` is the ICS
    resource status it counts as (units only); `synonyms` are other spellings met in real files.
    """

    code: str
    title: str
    synonyms: tuple[str, ...] = ()
    glyph: str = ""
    ics: str | None = None


@dataclass(frozen=True)
class CodeList:
    """The choices of one column, in the order a person should see them.

    `noun` names one entry in a message ("status"). `hidden` codes are read but not offered in
    messages, such as `unknown`, which nobody should be told to write. `usual` are the few that are
    put on buttons, where a cell gives no hint which one is meant.
    """

    noun: str
    choices: tuple[Choice, ...]
    hidden: frozenset[str] = frozenset()
    usual: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Choice]:
        return iter(self.choices)

    def __len__(self) -> int:
        return len(self.choices)

    def __contains__(self, code: object) -> bool:
        # what is sent as JSON may be a list, which is no code and cannot be looked up
        return isinstance(code, str) and code in self.by_code

    def __getitem__(self, code: str) -> Choice:
        return self.by_code[code]

    @cached_property
    def by_code(self) -> dict[str, Choice]:
        return {choice.code: choice for choice in self.choices}

    @cached_property
    def by_key(self) -> dict[str, Choice]:
        """Each choice under the key of its code, its title and its synonyms; the first wins."""
        found: dict[str, Choice] = {}
        for choice in self.choices:
            for word in (choice.code, choice.title, *choice.synonyms):
                found.setdefault(key(word), choice)
        return found

    @cached_property
    def titles_by_key(self) -> dict[str, str]:
        """What to suggest for each key, for "did you mean"."""
        return {k: choice.title for k, choice in self.by_key.items()}

    def find(self, text: str) -> Choice | None:
        """The choice a text means by code, title or synonym; None when it means none of them."""
        return self.by_key.get(key(text))

    @cached_property
    def usual_titles(self) -> list[str]:
        """The titles of the usual choices; none for a list of which none is likelier."""
        return [self[code].title for code in self.usual]

    def offered(self) -> list[str]:
        """The titles to name when a person has to pick one."""
        return [choice.title for choice in self.choices if choice.code not in self.hidden]


def codes(
    noun: str, *choices: Choice, hidden: tuple[str, ...] = (), usual: tuple[str, ...] = ()
) -> CodeList:
    """Build a `CodeList` (a short spelling for the modules that hold the lists)."""
    return CodeList(noun, choices, frozenset(hidden), usual)
