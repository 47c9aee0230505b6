"""The tornado exercise: consoles that open incidents, send units and move them on, all by HTTP.

Played against a running server, at speed: a minute of the exercise is `60 / speed` seconds. It
leaves open incidents with units at every step of their work, and some that are closed.
"""

import math
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from statistics import quantiles
from threading import Lock
from typing import Any

from geo.values import METERS_PER_DEGREE, Position
from meris.demo import calls
from meris.demo.console import Answer, Console
from meris.demo.shares import one_of, stream
from meris.demo.story import Hazard, Story
from meris.errors import Refused
from meris.units import ENDED

#: Incidents in each county, and how many units are sent to one at the most.
PER_COUNTY, MOST_UNITS = 10, 5
_CREWS = ("fire", "fire", "ems", "law", "sar", "public_works")
#: Tries to get units that nobody else has taken meanwhile.
_TRIES = 5
_OFF_TRACK_KM = 2.5
#: When each call comes in, and how long its steps take: minutes of the exercise.
_CALLS_OVER, _SEND_AFTER, _ROLL_AFTER, _ARRIVE_AFTER, _DONE_AFTER = 60, 1, 2, 9, 40
_CLOSED = 0.35
_KEPT_AT = {"dispatched": 0.1, "en_route": 0.2}


@dataclass
class Played:
    """What was done, and how long the server took."""

    counts: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def count(self, what: str, more: int = 1) -> None:
        """Count something done; from any thread."""
        with self._lock:
            self.counts[what] += more

    def lines(self) -> list[str]:
        """For a person at a terminal."""
        cuts = quantiles(self.took, n=100)
        done = self.counts
        return [
            f"{done['incidents']} incidents in {done['counties']} counties, {done['sent']} units"
            f" sent, {done['closed']} closed.",
            f"{done['taken']} times somebody else was faster, and other units were sent.",
            f"{len(self.took):,} calls: median {cuts[49] * 1000:.0f} ms, p95"
            f" {cuts[94] * 1000:.0f} ms. {done['refused']} refused, {done['failed']} failed.",
        ]


@dataclass(frozen=True)
class Call:
    """An incident to be: what, where, and at which minute."""

    number: int
    type: str
    report: str
    place: Position
    minute: float
    chance: Random


def play(consoles: Sequence[Console], story: Story, *, seed: int, speed: float) -> Played:
    """Play the exercise on consoles that are logged in. Raises `Refused` where no tornado is told
    of, and when a console is turned away."""
    script = _script(story, seed)
    played = Played()
    played.count("counties", len(story.torn[:4]))
    begin = time.monotonic()
    with ThreadPoolExecutor(len(consoles) * 2) as crowd:
        rounds = [
            crowd.submit(_follow, consoles[n % len(consoles)], call, played, begin, speed)
            for n, call in enumerate(script)
        ]
        for one in rounds:
            one.result()
    for console in consoles:
        played.took += console.took
    return played


def _script(story: Story, seed: int) -> list[Call]:
    tracks = [hazard for hazard in story.hazards if hazard.kind == "tornado"]
    if not tracks:
        raise Refused("No tornado is told of this state.")
    chance = stream(seed, "tornado")
    counties = story.torn[:4]
    made = []
    for number in range(PER_COUNTY * len(counties)):
        hazard = tracks[number % len(tracks)]
        kind = calls.type_for(chance, "torn", one_of(chance, _CREWS))
        minute = _CALLS_OVER * chance.random() ** 1.5
        words = calls.report(chance, kind)
        made.append(Call(number, kind, words, _beside(hazard, chance), minute, chance))
    return sorted(made, key=lambda call: call.minute)


def _beside(hazard: Hazard, chance: Random) -> Position:
    middle = hazard.along(chance.random())
    angle, km = chance.random() * math.tau, _OFF_TRACK_KM * chance.random()
    per_lon = METERS_PER_DEGREE * math.cos(math.radians(middle.lat))
    return Position(
        middle.lat + km * 1000 * math.sin(angle) / METERS_PER_DEGREE,
        middle.lon + km * 1000 * math.cos(angle) / per_lon,
    ).rounded()


def _follow(console: Console, call: Call, played: Played, begin: float, speed: float) -> None:
    """One call, from the ring to its end."""

    def until(minute: float) -> None:
        time.sleep(max(0.0, begin + minute * 60 / speed - time.monotonic()))

    until(call.minute)
    made = console.post(
        "/api/incidents",
        {
            "type": call.type,
            "lat": call.place.lat,
            "lon": call.place.lon,
            "note": call.report,
            "key": f"tornado {call.number} {begin:.6f}",
        },
    )
    if not _went_well(made, played):
        return
    played.count("incidents")
    incident = made.body["incident"]["id"]
    until(call.minute + _SEND_AFTER)
    units = _send(console, incident, played)
    stop = call.chance.random()
    if stop < _KEPT_AT["dispatched"] or not units:
        return
    until(call.minute + _ROLL_AFTER)
    _move_all(console, incident, "en_route", played)
    if stop < _KEPT_AT["en_route"]:
        return
    until(call.minute + _ARRIVE_AFTER)
    _move_all(console, incident, "on_scene", played)
    words = {"text": one_of(call.chance, calls.UPDATES)}
    _went_well(console.post(f"/api/incidents/{incident}/log", words), played)
    if call.chance.random() < _CLOSED:
        until(call.minute + _DONE_AFTER)
        _close(console, incident, played)


def _send(console: Console, incident: int, played: Played) -> int:
    """The units that are proposed; others when somebody was faster. How many were sent."""
    for _ in range(_TRIES):
        found = console.get(f"/api/incidents/{incident}/recommendation")
        if not _went_well(found, played):
            return 0
        picks = [pick["unit_id"] for line in found.body["lines"] for pick in line["picks"]]
        if not picks:
            return 0
        body = {"units": picks[:MOST_UNITS], "how": "dispatched"}
        sent = console.post(f"/api/incidents/{incident}/assignments", body)
        if sent.status == 409:
            played.count("taken")
            continue
        if _went_well(sent, played):
            played.count("sent", len(body["units"]))
            return len(body["units"])
        return 0
    return 0


def _move_all(console: Console, incident: int, status: str, played: Played) -> None:
    body = {"from": ["dispatched", "acknowledged", "en_route"], "status": status}
    _went_well(console.post(f"/api/incidents/{incident}/move", body), played)


def _close(console: Console, incident: int, played: Played) -> None:
    seen = console.get(f"/api/incidents/{incident}")
    if not _went_well(seen, played):
        return
    body: dict[str, Any] = {
        "version": seen.body["incident"]["version"],
        "reason": "completed",
        "release": [
            {"id": held["id"], "left_as": "returning"}
            for held in seen.body["assignments"]
            if held["status"] not in ENDED
        ],
    }
    if _went_well(console.post(f"/api/incidents/{incident}/close", body), played):
        played.count("closed")


def _went_well(answer: Answer, played: Played) -> bool:
    if answer.status >= 500:
        played.count("failed")
    elif answer.status >= 400:
        played.count("refused")
    return answer.status < 400
