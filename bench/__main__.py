"""`python -m bench [NAME …]`: run the benchmarks and write bench/RESULTS.md."""

import argparse
import importlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.plots import OUT
from bench.rows import Findings, Row, table
from bench.world import World, cleared

#: In the order of the table. Each says in `MINUTES` how long it may take on a quiet machine.
NAMES = (
    "snapshot",
    "growth",
    "peers",
    "feed",
    "seen",
    "positions",
    "page",
    "phone",
    "public",
    "upload",
    "recommend",
    "areas",
    "placing",
    "ledger",
    "scorecard",
    "walls",
    "sealing",
    "plans",
    "million",
)
RESULTS = Path(__file__).parent / "RESULTS.md"
_RESOURCES, _SMALL = 50_000, 2_000


def main() -> None:
    """Run what was asked for; only a complete run at full size replaces the results."""
    if sys.argv[1:2] == ["soak"]:
        importlib.import_module("bench.soak").main(sys.argv[2:])
        return
    # a run that is told to end leaves no cluster behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = _asked()
    OUT.mkdir(exist_ok=True)
    found: dict[str, Findings] = {}
    began, stamp = time.monotonic(), _stamp(small=asked.small)
    with cleared(World(_SMALL if asked.small else _RESOURCES, small=asked.small)) as world:
        for name in asked.names or NAMES:
            kept = _kept(name, stamp) if asked.resume else None
            found[name] = kept or _run(name, world, began, stamp)
            text = _page(found, stamp, time.monotonic() - began)
            if not asked.names and not asked.small:
                RESULTS.write_text(text)  # a run that is cut short says what it did not come to
    print(text)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="default: all of them")
    parser.add_argument(
        "--small", action="store_true", help="see that it works; figures mean nothing"
    )
    parser.add_argument(
        "--resume", action="store_true", help="take what this commit has in bench/out"
    )
    return parser.parse_args()


def _run(name: str, world: World, began: float, stamp: str) -> Findings:
    """One module, its findings kept in bench/out; what fails is told and the rest goes on."""
    start = time.monotonic()
    try:
        module = importlib.import_module(f"bench.{name}")
        _say(began, f"{name}: may take {getattr(module, 'MINUTES', 1):g} min")
        told = module.run(world)
    except Exception as error:  # noqa: BLE001 - a run of half an hour must not be lost for one part
        _say(began, f"{name} failed: {error}")
        told = [Row(name, note=f"**failed**: {_first_line(error)}")]
    findings = told if isinstance(told, Findings) else Findings(list(told))
    took = time.monotonic() - start
    findings = Findings(findings.rows, findings.plans, findings.plots, took)
    _file(name).write_text(json.dumps({"run": stamp, **findings.as_json()}, indent=1))
    _say(began, f"{name}: {took:.0f} s")
    return findings


def _first_line(error: Exception) -> str:
    words = str(error).splitlines()
    return words[0][:200] if words else type(error).__name__


def _kept(name: str, stamp: str) -> Findings | None:
    """What an earlier run of this very commit at this size has told."""
    if not _file(name).exists():
        return None
    told = json.loads(_file(name).read_text())
    return Findings.of_json(told) if told["run"] == stamp else None


def _file(name: str) -> Path:
    return OUT / f"{name}.json"


def _say(began: float, words: str) -> None:
    print(f"[{(time.monotonic() - began) / 60:5.1f} min] {words}", file=sys.stderr, flush=True)


def _stamp(*, small: bool) -> str:
    """The commit, whether the tree was clean (but for what a run writes), and the size."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", ":!bench/out", ":!bench/RESULTS.md")
    return f"commit {commit}, {'changed files' if changed else 'clean tree'}" + (
        ", SMALL: figures mean nothing" if small else ""
    )


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip()


def _page(found: dict[str, Findings], stamp: str, seconds: float) -> str:
    """RESULTS.md: the table, what was missed, the plots, the plans."""
    rows = [row for findings in found.values() for row in findings.rows]
    judged = [row for row in rows if row.met is not None]
    missed = [row for row in judged if not row.met]
    parts = [
        f"# Figures\n\n{_machine()}\n{stamp}; {seconds / 60:.0f} minutes.\n",
        "Each floor was measured in the same run, by the same rows; the ratio compares the column"
        " before it (README.md tells what each floor does).",
        f"\n**{len(judged) - len(missed)} of {len(judged)} aims met.**"
        + (" Missed: " + "; ".join(row.what for row in missed) + "." if missed else ""),
        "\n" + table(rows),
        *_pictures(found),
        *_plans(found),
        "\n## Minutes\n",
        ", ".join(f"{name} {one.seconds / 60:.1f}" for name, one in found.items()) + ".",
        *_left(found),
    ]
    return "\n".join(parts) + "\n"


def _left(found: dict[str, Findings]) -> list[str]:
    """What the run did not come to."""
    left = [name for name in NAMES if name not in found]
    return [f"\nNot run: {', '.join(left)}."] if left else []


def _pictures(found: dict[str, Findings]) -> list[str]:
    plots = [plot for findings in found.values() for plot in findings.plots]
    return ["\n## Plots", *(f"\n![{title}](out/{file})" for title, file in plots)] if plots else []


def _plans(found: dict[str, Findings]) -> list[str]:
    """The second part: how the hot queries are answered."""
    plans = [plan for findings in found.values() for plan in findings.plans]
    head = (
        "\n## Plans\n\nStatements of the product on big tables; a sequential scan is a failure.\n"
    )
    return [head, *(f"* {title}: {plan}" for title, plan in plans)] if plans else []


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {memory:.0f} GB,"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()},"
        f" load {load:.1f} at the end."
    )


if __name__ == "__main__":
    main()
