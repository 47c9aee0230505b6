"""Style sheets that stand alone: each is given what it uses of vars.css, in plain values.

The phone's pages, the public's and paper load no vars.css: old phones do not know light-dark(), one
answer is to be all of a page, and what prints fetches nothing. Nobody writes a color twice for it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

#: Paper has one theme; a page has the system's two, and where it has a switch, the chosen one.
Themes = Literal["paper", "system", "chosen"]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLOCK = re.compile(r"(?:@media ([^{]+?)\s*\{\s*)?:root \{(.*?)\}", re.DOTALL)
_VARIABLE = re.compile(r"--([\w-]+):\s*([^;]+);")
_USED = re.compile(r"var\(--([\w-]+)")
_BY_DAY_AND_NIGHT = re.compile(r"light-dark\(([^,]+), ([^,]+)\)")
_MORE_CONTRAST = "(prefers-contrast: more)"
_DARK = "(prefers-color-scheme: dark)"


def stand_alone(sheet: str, variables: str, themes: Themes) -> str:
    """The sheet with rules in front that set the variables it names, as `variables` has them.

    `variables` is the text of vars.css. What the sheet sets itself stands later, and wins.
    """
    blocks = _blocks(variables)
    needed = _needed(sheet, blocks[""])
    conditions = ("",) if themes == "paper" else ("", _MORE_CONTRAST)
    rules = [
        rule
        for condition in conditions
        for rule in _rules(_only(blocks.get(condition, {}), needed), condition, themes)
    ]
    return "\n".join([*rules, sheet])


class Variable(NamedTuple):
    """A variable of vars.css and its value by day and by night, which are often the same."""

    name: str
    day: str
    night: str


class Group(NamedTuple):
    """Variables that stand under one comment of vars.css."""

    title: str
    variables: list[Variable]


def groups(variables: str) -> list[Group]:
    """All that vars.css sets whatever is asked for, in its order, under its headings."""
    whole = variables[variables.index(":root {") :]
    parts = _COMMENT.split(whole[: whole.index("\n}")])
    titles = [" ".join(found[2:-2].split()) for found in _COMMENT.findall(whole)]
    return [
        Group(title, [Variable(name, _by_day(v), _by_night(v)) for name, v in found])
        for title, part in zip(titles, parts[1:], strict=False)
        if (found := _VARIABLE.findall(part))
    ]


def _blocks(variables: str) -> dict[str, dict[str, str]]:
    """What is set on :root, by the condition of its @media, "" for none."""
    return {
        condition: dict(_VARIABLE.findall(body))
        for condition, body in _BLOCK.findall(_COMMENT.sub("", variables))
    }


def _needed(sheet: str, known: Mapping[str, str]) -> set[str]:
    """The variables that the sheet names, and those that these are made of."""
    found: set[str] = set()
    left = set(_USED.findall(sheet))
    while left:
        name = left.pop()
        if name in known and name not in found:
            found.add(name)
            left |= set(_USED.findall(known[name]))
    return found


def _only(block: Mapping[str, str], needed: set[str]) -> dict[str, str]:
    return {name: value for name, value in block.items() if name in needed}


def _rules(block: Mapping[str, str], condition: str, themes: Themes) -> Iterator[str]:
    """By day; by night where the system says so; and by night where somebody chose it."""
    if not block:
        return
    day = {name: _by_day(value) for name, value in block.items()}
    night = {name: _by_night(value) for name, value in block.items() if "light-dark(" in value}
    yield _rule(":root", "light", day, condition)
    if themes == "paper":
        return
    # paper stays light, whatever the screen is
    yield _rule(':root:not([data-theme="light"])', "dark", night, "screen", _DARK, condition)
    if themes == "chosen":
        yield _rule(':root[data-theme="dark"]', "dark", night, condition)


def _rule(selector: str, scheme: str, block: Mapping[str, str], *conditions: str) -> str:
    told = "".join(f" --{name}: {value};" for name, value in block.items())
    rule = f"{selector} {{ color-scheme: {scheme};{told} }}"
    where = " and ".join(filter(None, conditions))
    return f"@media {where} {{ {rule} }}" if where else rule


def _by_day(value: str) -> str:
    return _BY_DAY_AND_NIGHT.sub(r"\1", value)


def _by_night(value: str) -> str:
    return _BY_DAY_AND_NIGHT.sub(r"\2", value)
