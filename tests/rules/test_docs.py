"""What exists is documented, and what is documented exists."""

import re
from pathlib import Path

import click
import pytest

from meris.cli import main
from meris.settings import VARIABLES, Settings
from meris.tables.base import Base

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


def test_every_part_of_the_house_is_in_the_table_of_the_architecture():
    parts = {path for path in (ROOT / "meris").iterdir() if not path.name.startswith("__")}
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = {f"meris/{path.name}{'/' if path.is_dir() else ''}" for path in parts}
    assert sorted(name for name in named if f"`{name}`" not in text) == []


#: What the database keeps for its own ends; nobody says its name.
_PLUMBING = frozenset(
    {"incident_counter", "request_counter", "shipment_counter", "journal_home", "log_in_failure"}
    | {"push_key", "totp_use", "upload_file", "upload_progress", "upload_row", "webauthn"}
)


def test_every_table_has_its_word():
    """One word for a thing, from the table to the page."""
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    tables = {mapper.local_table.name: mapper.class_.__name__ for mapper in Base.registry.mappers}
    nameless = {t for t, name in tables.items() if not re.search(f"`(?:{t}|{name})`", glossary)}
    assert nameless == _PLUMBING


# A file or folder of the repository, and a name in it where one follows: `meris/db.py: Database`.
_PLACE = re.compile(
    r"(?<![\w/.])((?:meris|geo|static|templates|tests|bench)/[\w./*-]*[\w/*])(?:: (\w[\w.]*\w))?"
)


@pytest.mark.parametrize("page", [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"])
def test_every_place_that_is_named_is_there(page):
    """Diagrams and texts name modules and what is in them; a move must not leave them behind."""
    for path, name in _PLACE.findall(page.read_text()):
        assert any(ROOT.glob(path)), f"{page.name} names {path}"
        if name and (ROOT / path).is_file():
            word = name.rpartition(".")[2]
            assert re.search(rf"\b{word}\b", (ROOT / path).read_text()), f"{path}: {name}"


@pytest.mark.parametrize("page", [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"])
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
