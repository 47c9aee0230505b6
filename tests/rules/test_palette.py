"""Style sheets that are loaded without vars.css are given what they use of it."""

import re
from pathlib import Path

import pytest

from meris.web.palette import groups, stand_alone

CSS = Path(__file__).parents[2] / "static" / "css"
VARIABLES = (CSS / "vars.css").read_text()
KNOWN = {one.name: one for group in groups(VARIABLES) for one in group.variables}
RAW = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(", re.IGNORECASE)


def sheet(name: str) -> str:
    return (CSS / f"{name}.css").read_text()


def test_a_sheet_is_given_day_night_by_the_system_and_night_by_choice() -> None:
    made = stand_alone("a { color: var(--accent); }", VARIABLES, "chosen")
    day, by_system, by_choice = made.splitlines()[:3]
    light, dark = KNOWN["accent"].day, KNOWN["accent"].night
    assert light != dark
    assert day == f":root {{ color-scheme: light; --accent: {light}; }}"
    assert f"--accent: {dark};" in by_system
    assert by_system.startswith("@media screen and (prefers-color-scheme: dark)")
    assert by_choice == f':root[data-theme="dark"] {{ color-scheme: dark; --accent: {dark}; }}'


def test_variables_stand_under_the_comment_before_them() -> None:
    by_title = {group.title: [one.name for one in group.variables] for group in groups(VARIABLES)}
    assert by_title["chrome"][:2] == ["ground", "surface"]
    # all of them, and only what is set whatever is asked for
    assert len(KNOWN) == sum(map(len, by_title.values())) == len(set(KNOWN))
    block = VARIABLES[VARIABLES.index(":root {") :]
    assert block[: block.index("\n}")].count("\n  --") == len(KNOWN)


def test_what_a_variable_is_made_of_comes_with_it() -> None:
    made = stand_alone("i { color: var(--priority-1); }", VARIABLES, "paper")
    assert "--priority-1: var(--st-on_scene);" in made
    assert "--st-on_scene: #" in made
    assert "--accent" not in made


def test_who_wants_more_contrast_gets_it_there_too() -> None:
    made = stand_alone("a { color: var(--text); }", VARIABLES, "system")
    assert made.count("(prefers-contrast: more)") == 2
    assert "prefers-contrast" not in stand_alone("a { color: var(--text); }", VARIABLES, "paper")


@pytest.mark.parametrize("name", ["phone", "public", "paper", "records", "audit"])
def test_an_old_phone_understands_every_color_and_misses_none(name: str) -> None:
    made = stand_alone(sheet(name), VARIABLES, "chosen")
    assert "light-dark(" not in re.sub(r"/\*.*?\*/", "", made, flags=re.DOTALL)
    used = set(re.findall(r"var\(--([\w-]+)\)", made))
    assert used - set(re.findall(r"--([\w-]+):", made)) == set()
    assert not RAW.search(sheet(name)), RAW.search(sheet(name))
