"""The page `docs/commands.md` and the help in the bar, written from the forms."""

from typing import Any

from meris.accounts import Viewer
from meris.commands.forms import FORMS, Form
from meris.commands.slots import TITLES
from meris.fields import IncidentType, incident_types

_HEAD = """\
# Commands

Written by `python -m meris.commands` from the grammar; do not edit it by hand.

The box in the bar of the map takes words to search for and commands alike; `/` or Ctrl-K goes
there. It says what it understood before anything happens: Enter does it, Tab completes a word, the
arrow keys walk through what it offers, Escape leaves. What it does not understand it names, with
the nearest word it knows. Whoever may not dispatch can search and find.

In the notation `a/b` is one word or the other, `[…]` may be left out, `{… | …}` stand in any order
and those with `!` must be there, `...` means once or more, and `<…>` stands for:

"""
_TYPES = """\

## Types of incident

What a new installation has; the page **Rules** shows what there is. Any other name of a type
does as well.

| short | type |
| --- | --- |
"""


def page() -> str:
    """The whole page as Markdown."""
    slots = "\n".join(f"- `<{name}>`: {title}" for name, title in sorted(TITLES.items()))
    types = "\n".join(map(_type, incident_types()))
    return f"{_HEAD}{slots}\n\n" + "\n".join(map(_form, FORMS)) + f"{_TYPES}{types}\n"


def _form(form: Form) -> str:
    patterns = "\n".join(f"    {pattern}" for pattern in form.patterns)
    examples = "\n".join(f"- `{line}`: {says}" for line, says in form.examples)
    who = "" if form.needs is None else f" Takes the permission `{form.needs}`."
    return f"## {form.title}\n\n{form.about}{who}\n\n{patterns}\n\n{examples}\n"


def _type(kind: IncidentType) -> str:
    return f"| `{kind.short}` | {kind.title} |"


def help_for(viewer: Viewer) -> list[dict[str, Any]]:
    """What this person can type: a command with its first example, for the empty box."""
    return [
        {
            "intent": form.intent,
            "title": form.title,
            "about": form.about,
            "examples": [line for line, _ in form.examples],
        }
        for form in FORMS
        if form.needs is None or viewer.may(form.needs)
    ]
