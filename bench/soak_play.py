"""The tornado exercise again and again, by HTTP, each time from the same beginning."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from bench.crowd import signed_in
from meris.demo import playing
from meris.demo.console import Answer, Console
from meris.errors import Refused

#: Minutes of the exercise in one of ours: a round of two hours takes a minute and a half.
SPEED = 80.0
_SEED = 70


@dataclass
class Rounds:
    """Plays in a thread until it is told to stop. `done` counts, as the exercise does; `took` holds
    the seconds of every call; `wrong` says what ended a round early."""

    address: str
    home: Path
    speed: float = SPEED
    done: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _before: set[int] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Play, put everything back, play again."""
        console, _ = signed_in(self.address, self.home, "state")
        # the exercise state comes with incidents of its own, which are nobody's to close
        self._before = _open(console)
        while not self._stop.is_set():
            try:
                self._round(console)
            except (Refused, OSError, KeyError) as problem:
                self.wrong.append(f"round {self.done['rounds'] + 1}: {problem!r}")
                self._stop.wait(1.0)

    def stop(self) -> None:
        """Begin no other round."""
        self._stop.set()

    def _round(self, console: Console) -> None:
        seed = _SEED + self.done["rounds"]
        played = playing.play_at(
            self.address, home=self.home, state="MO", seed=seed, speed=self.speed
        )
        self.took += played.took
        self.done.update(played.counts)
        self._put_back(console)
        self.done["rounds"] += 1

    def _put_back(self, console: Console) -> None:
        """Close what is open and call the units home, as people would; the records stay."""
        for incident in sorted(_open(console) - self._before):
            self._close(console, incident)
        for unit in _on_the_way_home(console.get("/api/map").body):
            seen = console.get(f"/api/resources/{unit}").body
            body = {"version": seen["version"], "set": {"status": "available"}}
            self._count("units called home", console.patch(f"/api/resources/{unit}", body))
        self.took += console.took
        console.took.clear()

    def _close(self, console: Console, incident: int) -> None:
        seen = console.get(f"/api/incidents/{incident}").body
        held = [
            one for one in seen["assignments"] if one["status"] not in ("released", "cancelled")
        ]
        body = {
            "version": seen["incident"]["version"],
            "reason": "completed",
            "release": [{"id": one["id"], "left_as": "available"} for one in held],
        }
        answer = console.post(f"/api/incidents/{incident}/close", body)
        self._count("closed at the end", answer)

    def _count(self, what: str, answer: Answer) -> None:
        self.done[what if answer.status < 400 else f"refused: {what}"] += 1


def _open(console: Console) -> set[int]:
    return {incident["id"] for incident in console.get("/api/dispatch").body["incidents"]}


def _on_the_way_home(body: dict[str, Any]) -> list[int]:
    """Units that return, from the map's columns."""
    home = {n for n, look in enumerate(body["looks"]) if tuple(look[:2]) == ("unit", "returning")}
    ids = accumulate(body["id"])
    return [i for i, look in zip(ids, body["look"], strict=True) if look in home]


def begin(rounds: Rounds) -> threading.Thread:
    """Play beside what else is done."""
    thread = threading.Thread(target=rounds.run, name="exercise", daemon=True)
    thread.start()
    time.sleep(0.1)
    return thread
