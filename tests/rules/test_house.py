"""The rules of the house that no linter knows (docs/architecture.md)."""

import ast
import re
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 60


def files(*patterns: str) -> list[Path]:
    """Files of the repository, by patterns from its top."""
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())


PYTHON = files("meris/**/*.py", "geo/**/*.py")
WRITTEN = PYTHON + files(
    "tests/**/*.py",
    "tests/**/*.js",
    "bench/**/*.py",
    "static/js/**/*.js",
    "static/css/**/*.css",
    "templates/**/*.html",
    "meris/**/*.sql",
)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


class Facts(NamedTuple):
    """What is looked for in a module, read once. `lengths` of functions by the line they begin in;
    `hidden` lines of imports inside of one; `tops` line and top package of each import, `names`
    every dotted name imported; `commits` lines that call one; `systems` lines whose literal names
    the coordinate system: comments are not among them, texts are."""

    lengths: dict[int, int]
    hidden: list[int]
    tops: list[tuple[int, str]]
    names: list[str]
    commits: list[int]
    systems: list[int]


@cache
def facts(path: Path) -> Facts:
    """To parse the whole house takes seconds, and to keep it parsed much memory."""
    found = Facts({}, [], [], [], [], [])
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found.lengths[node.lineno] = node.end_lineno - node.lineno + 1
                imports = (n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom))
                found.hidden.extend(one.lineno for one in imports)
            case ast.Import(names=names):
                found.names.extend(alias.name for alias in names)
                found.tops.extend((node.lineno, alias.name.partition(".")[0]) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                found.names.extend(f"{module}.{alias.name}" for alias in names)
                found.tops.append((node.lineno, module.partition(".")[0]))
            case ast.Call(func=ast.Attribute(attr="commit")):
                found.commits.append(node.lineno)
            case ast.Constant(value=value) if "4326" in f"{value}":
                found.systems.append(node.lineno)
    return found


def test_the_house_is_found():
    assert len(PYTHON) > 20
    assert len(WRITTEN) > len(PYTHON)


def test_no_file_is_too_long():
    lengths = {path: len(path.read_text().splitlines()) for path in WRITTEN}
    assert [where(path, n) for path, n in lengths.items() if n > MOST_LINES] == []


def test_no_function_is_too_long():
    long = [
        where(path, line)
        for path in PYTHON
        for line, length in facts(path).lengths.items()
        if length > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_nothing_is_imported_inside_a_function():
    assert [where(path, line) for path in PYTHON for line in facts(path).hidden] == []


def test_no_import_goes_round_in_a_circle():
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PYTHON
    }
    of_what = {
        module: {name if name in modules else name.rpartition(".")[0] for name in facts(path).names}
        & (modules.keys() - {module})
        for module, path in modules.items()
    }
    # raises with the circle
    assert len(list(TopologicalSorter(of_what).static_order())) == len(modules)


def test_only_the_edge_knows_flask():
    edge = ("meris/app.py", "meris/web", "meris/cli")
    inner = [p for p in PYTHON if not str(p.relative_to(ROOT)).startswith(edge)]
    web = {"flask", "flask_wtf", "flask_limiter", "flask_login", "werkzeug"}
    assert [where(p, n) for p in inner for n, name in facts(p).tops if name in web] == []


def test_only_the_database_commits():
    others = [path for path in PYTHON if path != ROOT / "meris/db.py"]
    assert [where(path, line) for path in others for line in facts(path).commits] == []


def test_only_the_home_says_what_day_it_is():
    """London's day is not Missouri's for six hours of each."""
    london = re.compile(r"now\((UTC)?\)\.date\(\)|utcnow\(\)\.date|date\.today\(\)")
    assert [where(path, 0) for path in PYTHON if london.search(path.read_text())] == []


def test_only_geo_knows_the_coordinate_system():
    others = [path for path in PYTHON if not path.is_relative_to(ROOT / "geo")]
    python = [where(path, line) for path in others for line in facts(path).systems]
    sql = [where(p, 0) for p in files("meris/**/*.sql") if re.search(r"\b4326\b", p.read_text())]
    assert python + sql == []


def test_nothing_is_promised_for_later():
    promise = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    here = Path(__file__)
    assert [where(p, 0) for p in WRITTEN if p != here and promise.search(p.read_text())] == []


@pytest.mark.parametrize("package", ["meris", "geo"])
def test_a_folder_of_modules_is_a_package(package: str):
    # Alembic reads its revisions one by one, by path
    folders = {p.parent for p in files(f"{package}/**/*.py") if p.parent.name != "versions"}
    assert [where(f, 0) for f in folders if not (f / "__init__.py").exists()] == []


def names_in(lines: list[str]) -> set[str]:
    """The packages that requirement lines name, without versions, comments and options."""
    found = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line) for line in lines)
    return {name.group().lower() for name in found if name}


def test_the_wheel_asks_for_what_the_lock_pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = names_in((ROOT / "requirements.in").read_text().splitlines())
    assert names_in(project["dependencies"]) == wanted


def test_the_wheel_is_built_with_what_setup_builds_with():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    setup = names_in((ROOT / "requirements-build.in").read_text().splitlines())
    assert names_in(project["build-system"]["requires"]) == setup - {"editables"}


@pytest.mark.parametrize("part", ["", "-build", "-dev", "-node"])
def test_the_lock_covers_what_is_asked_for(part: str):
    asked = names_in((ROOT / f"requirements{part}.in").read_text().splitlines())
    locked = (ROOT / f"requirements{part}.txt").read_text()
    assert asked <= names_in(locked.splitlines())
    pinned = re.findall(r"^[\w.-]+==\S+.*$", locked, re.MULTILINE)
    assert len(pinned) >= len(asked)
    assert [line for line in pinned if not line.endswith("\\")] == [], "without a hash"


def test_locks_name_no_place_to_download_from():
    npm = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in npm
    assert "https://" not in "".join(path.read_text() for path in files("requirements*.txt"))
