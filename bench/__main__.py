"""`python -m bench [NAME …]`: run the benchmarks and write bench/results.md."""

import argparse
import datetime
import os
import platform
from pathlib import Path

from bench import areas, feed, page, phone, plans, positions, recommend, scorecard, snapshot, upload
from bench.world import World, cleared

_MODULES = (snapshot, feed, positions, page, phone, upload, scorecard, recommend, areas, plans)
ALL = {module.__name__.rpartition(".")[2]: module for module in _MODULES}
RESULTS = Path(__file__).parent / "results.md"


def main() -> None:
    """Run what was asked for; only a complete run replaces the results."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", choices=[*ALL, []], help="default: all of them")
    names = parser.parse_args().names or list(ALL)
    with cleared(World(resources=50_000)) as world:
        pages = [f"## {name}\n\n{ALL[name].run(world)}\n" for name in names]
    text = "\n".join([_machine(), *pages])
    print(text)
    if names == list(ALL):
        RESULTS.write_text(text)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    day = datetime.datetime.now(datetime.UTC).date()
    return (
        f"# Figures of {day}\n\nOne run on {os.cpu_count()} cores, {memory:.0f} GB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}.\n"
    )


main()
