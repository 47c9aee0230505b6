"""The tornado exercise in a loop beside hundreds of live feeds, for half an hour:
`python -m bench soak [--minutes 30] [--clients 500]`.

Each ten seconds everything that could grow is written down, into bench/out/soak.json at once, so
that a run that is cut short has lost nothing. What every client was told is held against the
journal. At the end bench/out/soak.svg and, for every line, how much it grew in an hour over the
last two thirds, and whether that counts as flat.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

from sqlalchemy import text

from bench.crowd import Crowd, crowd, signed_in
from bench.feed_check import Verdict as Heard
from bench.feed_check import judged
from bench.plots import OUT
from bench.soak_play import SPEED, Rounds, begin
from bench.soak_sample import Books, of_postgres, of_server
from bench.soak_verdict import Sample, draw, growth, judge
from bench.world import World, cleared
from meris.db import Database, engine_at
from meris.pruning import prune

EVERY_S = 10.0
_SETTLE_S = 8.0
_RESOURCES = 4_400
FILE = OUT / "soak.json"
#: Older than anything that `meris prune` keeps.
_AGED = (
    "UPDATE notice SET created_at = created_at - interval '15 days'",
    "UPDATE sign_in SET last_seen_at = last_seen_at - interval '60 days',"
    " created_at = created_at - interval '60 days'",
)


def main(arguments: Sequence[str]) -> None:
    """Run it, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench soak")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--speed", type=float, default=SPEED, help="minutes played in a minute")
    parser.add_argument("--again", action="store_true", help="judge what soak.json holds")
    given = parser.parse_args(arguments)
    if given.again:
        told = json.loads(FILE.read_text())
        print(report({**told, **_judgment(told["samples"], told["clients"])}))
        return
    with cleared(World(resources=_RESOURCES)) as world:
        told = Soak(world, given.minutes, given.clients, given.speed).run()
    print(report(told))


class Soak:
    """One run. `told` is what is written to soak.json, anew with each sample."""

    def __init__(self, world: World, minutes: float, clients: int, speed: float) -> None:
        self._world, self._seconds, self._clients, self._speed = world, minutes * 60, clients, speed
        self._samples: list[Sample] = []
        self.told: dict[str, Any] = {**_machine(), "minutes": minutes, "clients": clients}
        self.told |= {"every_s": EVERY_S, "complete": False, "samples": self._samples}

    def run(self) -> dict[str, Any]:
        """Play, sample, judge; the whole as it was written."""
        settings = self._world.settings
        owner = engine_at(settings.owner_url or "", pool_size=1)
        with self._world.served() as (address, pid):
            _, cookie = signed_in(address, self._world.home, "state")
            rounds = Rounds(address, self._world.home, self._speed)
            with crowd(address, self._clients, cookie, report_s=2, arrivals=False) as clients:
                playing = begin(rounds)
                self._watch(pid, clients, rounds, owner)
                rounds.stop()
                playing.join(180)
                self._end(clients, owner)
        self.told |= {"prune": self._pruned(owner), **_judgment(self._samples, self._clients)}
        self.told |= {"complete": True}
        self._keep()
        owner.dispose()
        return self.told

    def _watch(self, pid: int, clients: Crowd, rounds: Rounds, owner: Any) -> None:
        with closing(self._world.cluster.server.connect("meris")) as connection:
            books = Books(connection)
            begun = time.monotonic()
            due = begun
            while time.monotonic() < begun + self._seconds:
                due += EVERY_S
                time.sleep(max(0.0, due - time.monotonic()))
                self._samples.append(
                    {
                        "at_s": time.monotonic() - begun,
                        "server": of_server(pid),
                        "postgres": of_postgres(self._world.cluster.server.pid() or 0),
                        "connections": books.connections(),
                        "tables": books.tables(),
                        "database_mb": books.database_bytes() / 2**20,
                        "feed": _heard(clients, owner),
                        "exercise": _played(rounds),
                    }
                )
                self._keep()

    def _end(self, clients: Crowd, owner: Any) -> None:
        """Wait until all is told, and see that everybody stands at the same place."""
        time.sleep(_SETTLE_S)
        last = clients.end()
        self.told["ended"] = {
            **_heard(clients, owner),
            "open": last["open"],
            "reconnects": last["reconnects"],
            # the newest cursor is everybody's, or somebody has missed the end
            "places": sorted(last["cursors"].values(), reverse=True),
        }

    def _pruned(self, owner: Any) -> dict[str, Any]:
        """What `meris prune` lets go of, were the run two months ago; records stay."""
        database = Database.at(self._world.settings.database_url or "")
        counted = "SELECT (SELECT count(*) FROM sign_in), (SELECT count(*) FROM notice)"
        with owner.begin() as connection:
            before = tuple(connection.execute(text(counted)).one())
            for statement in _AGED:
                connection.execute(text(statement))
        prune(database, self._world.settings)
        with owner.begin() as connection:
            after = tuple(connection.execute(text(counted)).one())
        database.dispose()
        return {"sign-ins": [before[0], after[0]], "notices": [before[1], after[1]]}

    def _keep(self) -> None:
        OUT.mkdir(exist_ok=True)
        fresh = FILE.with_suffix(".new")
        fresh.write_text(json.dumps(self.told) + "\n")
        fresh.replace(FILE)


def _heard(clients: Crowd, owner: Any) -> dict[str, Any]:
    """What the clients were told since the last time, held against the journal."""
    reports = clients.take()
    heard = Heard()
    with owner.connect() as connection:
        for report_ in reports:
            for link in report_["links"]:
                heard.add(judged(connection, link))
    last = reports[-1] if reports else {"open": clients.opened, "reconnects": 0}
    return {**vars(heard), "open": last["open"], "reconnects": last["reconnects"]}


def _played(rounds: Rounds) -> dict[str, Any]:
    took, rounds.took = rounds.took, []
    p95 = quantiles(took, n=20)[18] * 1000 if len(took) > 20 else None
    return {**rounds.done, "calls": len(took), "p95_ms": p95, "wrong": list(rounds.wrong)}


def _judgment(samples: list[Sample], clients: int) -> dict[str, Any]:
    verdicts = judge(samples)
    return {
        "plot": draw(samples, clients),
        "verdicts": [{**one._asdict(), "words": one.words} for one in verdicts],
        "growth": [{**one._asdict(), "words": one.words} for one in growth(samples)],
    }


def report(told: dict[str, Any]) -> str:
    """What came of it, as text."""
    sums = Heard()
    ended = told.get("ended") or told["samples"][-1]["feed"]
    parts_of_it = [sample["feed"] for sample in told["samples"]]
    for part in [*parts_of_it, *([ended] if "ended" in told else [])]:
        sums.add(Heard(**{name: part[name] for name in vars(sums)}))
    last = told["samples"][-1]["exercise"]
    parts = [
        f"# Soak: {told['minutes']:g} minutes, {told['clients']:,} feeds, {told['date']},"
        f" commit {told['commit']}",
        f"{last.get('rounds', 0)} rounds of the exercise, {last.get('incidents', 0):,} incidents,"
        f" {last.get('sent', 0):,} units sent, {last.get('failed', 0)} calls failed.",
        f"{sums.told:,} pieces of news told in {sums.links:,} messages: {sums.missed:,} missed,"
        f" {sums.repeated:,} repeated, {sums.caught_up:,} times told to fetch;"
        f" {ended['open']:,} clients open at the end, {ended['reconnects']:,} reconnected;"
        f" how many stand at each cursor: {ended.get('places', 'not asked, the run was cut')};"
        f" slowest from journal to the last client {sums.lag_s:.2f} s.",
        "Flat or not, over the last two thirds:",
        "\n".join(f"- {one['words']}" for one in told["verdicts"]) or "- too few samples to say",
        "Grows by design, because records are kept (docs/operations.md):",
        "\n".join(f"- {one['words']}" for one in told["growth"]),
        f"`meris prune`, were the run two months ago: {told.get('prune', 'not run')}",
    ]
    return "\n\n".join(parts)


def _machine() -> dict[str, Any]:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit,
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
    }


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
