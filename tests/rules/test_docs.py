"""What exists is documented, and what is documented exists."""

import re
from pathlib import Path

import click
import pytest

from meris.cli import main
from meris.settings import VARIABLES, Settings

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def commands(command: click.Command, path: str) -> list[str]:
    if not isinstance(command, click.Group):
        return [path]
    return [
        leaf for name, sub in command.commands.items() for leaf in commands(sub, f"{path} {name}")
    ]


@pytest.mark.parametrize("command", commands(main, "meris"))
def test_every_command_is_documented(command):
    assert f"`{command}`" in OPERATIONS


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_is_documented(name):
    assert f"`{name}`" in OPERATIONS


def test_every_documented_setting_is_read():
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", OPERATIONS, re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"[A-Z_]+", row)}
    assert documented == set(VARIABLES)


def test_the_settings_read_no_variable_that_is_not_listed():
    read = set()

    class Watched(dict):
        def get(self, name, default=None):
            read.add(name)
            return default

    Settings.from_environment(Watched())
    assert read - {"XDG_DATA_HOME"} == set(VARIABLES)


def test_every_route_of_the_api_is_documented(app):
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            address = re.sub(r"<(?:int:)?\w*id>", "<id>", rule.rule)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                assert f"`{method} {address}`" in OPERATIONS


@pytest.mark.parametrize("page", [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"])
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
