"""`python -m geo.build [STATE …]`: make the shipped places of each state that has facts.

Reads the packages named in `geo.build.sources`; writes `geo/data/STATE/` (exact, for looking up)
and `static/geo/STATE/` (thinned, for the browser). Does nothing where nothing has changed.
"""

import argparse
import sys
import time
from pathlib import Path

from geo.build.make import Folders, make
from geo.build.sources import MissingSourceError
from geo.states import STATES, UnknownStateError

_GEO = Path(__file__).parents[1]
_ROOT = _GEO.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 when the places are there, 1 with a message when they cannot be made."""
    options = _parser().parse_args(arguments)
    folders = Folders(options.facts, options.node_modules, options.data, options.static)
    postals = options.states or sorted(path.name for path in options.facts.iterdir())
    try:
        for postal in postals:
            _report(postal, folders, again=options.again)
    except (MissingSourceError, UnknownStateError) as problem:
        sys.stderr.write(f"geo.build: {problem}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m geo.build", description=__doc__)
    parser.add_argument("states", nargs="*", metavar="STATE", help="postal code; default: all")
    parser.add_argument("--again", action="store_true", help="make even what is up to date")
    parser.add_argument("--facts", type=Path, default=STATES, help="folders of facts")
    parser.add_argument("--node-modules", type=Path, default=_ROOT / "node_modules")
    parser.add_argument("--data", type=Path, default=_GEO / "data")
    parser.add_argument("--static", type=Path, default=_ROOT / "static" / "geo")
    return parser


def _report(postal: str, folders: Folders, *, again: bool) -> None:
    begin = time.monotonic()
    written = make(postal, folders, again=again)
    if not written:
        sys.stdout.write(f"{postal}: places are up to date\n")
        return
    size = sum(path.stat().st_size for path in written) / 1e6
    seconds = time.monotonic() - begin
    sys.stdout.write(f"{postal}: {len(written)} files, {size:.1f} MB, {seconds:.1f} s\n")


if __name__ == "__main__":
    sys.exit(main())
