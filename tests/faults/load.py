"""Writers and listeners, and what is found when they have ended (see `tests.faults.harness`)."""

import itertools
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from geo.values import Position
from tests import makers
from tests.faults.harness import PATIENCE_S, Answer, Installation, until
from tests.flows.following import events

#: Numbers of a shelter are hundred-thousandths of a degree north of here.
_NORTH = 38_90000
_START = Position(_NORTH / 1e5, -92.3)
_TIRED_S = 0.02
#: A browser waits longer; what is looked at here is what it finds, not how patient it is.
_AGAIN_S = 0.2


_SHELTERS = """
    SELECT r.id, r.name, s.evacuation_capacity, round(ST_Y(r.position) * 100000)::int
    FROM resource r JOIN shelter s ON s.resource_id = r.id WHERE r.id IN ({})"""
_INCIDENTS = """
    SELECT i.client_key, i.id, (SELECT count(*) FROM incident_need n WHERE n.incident_id = i.id),
        (SELECT count(*) FROM incident_log l WHERE l.incident_id = i.id),
        EXISTS (SELECT FROM incident_log l WHERE l.incident_id = i.id AND l.text LIKE 'Note %')
    FROM incident i WHERE i.client_key LIKE 'w%'"""
#: A move is two rows of the journal by one transaction.
_STEPS = """
    SELECT r.resource_id, r.after ->> 'name', s.after ->> 'evacuation_capacity'
    FROM change r JOIN change s ON s.xid = r.xid AND s.resource_id = r.resource_id
    WHERE r.table_name = 'resource' AND s.table_name = 'shelter'
        AND r.operation = 'U' AND s.operation = 'U' AND r.resource_id IN ({})"""
_BIRTHS = """
    SELECT row_id::bigint FROM change WHERE table_name = 'incident' AND operation = 'I'"""


class Writer(threading.Thread):
    """Writes one thing after the other, and keeps what was acknowledged.

    `opened` key to the id that was answered; `moved` the numbers that were acknowledged, `tried`
    all of them; `refused` what was said when something was not taken.
    """

    def __init__(self, installation: Installation, name: str, shelter_id: int) -> None:
        super().__init__(name=name, daemon=True)
        self._at, self.shelter_id = installation, shelter_id
        self.opened: dict[str, int] = {}
        self.moved: list[int] = []
        self.tried: list[int] = []
        self.keys: list[str] = []
        self.refused: list[Answer] = []
        self.ending = threading.Event()

    @property
    def acknowledged(self) -> int:
        """How many writes were."""
        return len(self.opened) + len(self.moved)

    def run(self) -> None:
        for number in itertools.count(1):
            if self.ending.is_set():
                return
            self._open(f"{self.name}-{self.shelter_id}-{number}")
            self._move(number)

    def _open(self, key: str) -> None:
        """An incident, asked for by the same key until there is an answer."""
        self.keys.append(key)
        body = {"type": "sf", "lat": 38.95, "lon": -92.33, "key": key, "note": f"Note {key}"}
        while True:
            answer = self._at.ask("/api/incidents", body)
            if answer.status == 201:
                self.opened[key] = answer.body["incident"]["id"]
                return
            self._note(answer)
            if self.ending.is_set():
                return

    def _move(self, number: int) -> None:
        """The shelter to its next number, once; what became of it is looked up if need be."""
        now = self._at.ask(f"/api/resources/{self.shelter_id}")
        if now.status != 200:
            self._note(now)
            return
        self.tried.append(number)
        place = {"latitude": (_NORTH + number) / 1e5, "longitude": -92.3}
        values = {"name": f"Hall {number}", "evacuation_capacity": number, **place}
        body = {"version": now.body["version"], "set": values}
        answer = self._at.ask(f"/api/resources/{self.shelter_id}", body, "PATCH")
        if answer.status == 200:
            self.moved.append(number)
        else:
            self._note(answer)

    def _note(self, answer: Answer) -> None:
        self.refused.append(answer)
        time.sleep(_TIRED_S)


class Listener(threading.Thread):
    """A client of the feed. When its line ends it comes back with the cursor it has.

    `numbers` of each shelter in the order in which they were told; `incidents` how often each id
    was; `surprises` what a client should never be told.
    """

    def __init__(self, installation: Installation, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._at = installation
        self.numbers: dict[int, list[int]] = {}
        self.incidents: Counter[int] = Counter()
        self.surprises: list[str] = []
        self.lines, self.away = 0, 0
        self.ending = threading.Event()
        start = installation.ask("/api/map")
        assert start.status == 200, start
        self.cursor: str = start.body["cursor"]
        before = installation.sql("SELECT id FROM incident")
        self.known = {incident_id for (incident_id,) in before}

    def run(self) -> None:
        while not self.ending.is_set():
            with suppress(OSError):
                self._listen()
            self.ending.wait(_AGAIN_S)

    def _listen(self) -> None:
        with socket.create_connection(("127.0.0.1", self._at.port), timeout=5) as line:
            asked = f"GET /api/feed?cursor={self.cursor} HTTP/1.0\r\nHost: localhost\r\n"
            line.sendall(f"{asked}Authorization: Bearer {self._at.secret}\r\n\r\n".encode())
            line.settimeout(0.2)
            head, _, rest = self._until(line, b"", b"\r\n\r\n").partition(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                return
            self.lines += 1
            while not self.ending.is_set():
                told, _, rest = self._until(line, rest, b"\n\n").rpartition(b"\n\n")
                for event in events(told):
                    self._take(*event)

    def _until(self, line: socket.socket, had: bytes, end: bytes) -> bytes:
        while end not in had:
            if self.ending.is_set():
                raise OSError("over")
            with suppress(TimeoutError):
                got = line.recv(65536)
                if not got:
                    raise OSError("the line ended")
                had += got
        return had

    def _take(self, name: str, data: Any, cursor: str | None) -> None:
        if name == "change":
            self._told(data)
        elif name == "dispatch" and not data.get("refetch"):
            self.incidents.update(row["id"] for row in data["incidents"])
        elif name == "away":
            self.away += 1
        elif name != "beat":
            self.surprises.append(name)
        self.cursor = cursor or self.cursor

    def _told(self, columns: dict[str, Any]) -> None:
        ids = list(itertools.accumulate(columns["id"]))
        for resource_id, lat in zip(ids, itertools.accumulate(columns["lat"]), strict=False):
            self.numbers.setdefault(resource_id, []).append(lat - _NORTH)


class Found:
    """What the database holds of the writers' work when they have ended."""

    def __init__(self, installation: Installation, shelter_ids: list[int]) -> None:
        ids = ",".join(map(str, shelter_ids))
        self.shelters = {row[0]: row[1:] for row in installation.sql(_SHELTERS.format(ids))}
        self.incidents = {row[0]: row[1:] for row in installation.sql(_INCIDENTS)}
        self.steps = Counter(installation.sql(_STEPS.format(ids)))
        self.births = Counter(row[0] for row in installation.sql(_BIRTHS))

    def holds(self, writer: Writer) -> None:
        """Every acknowledged write is there, once and whole, in the rows and in the journal."""
        lost = {key: made for key, made in writer.opened.items() if self._id_of(key) != made}
        assert not lost, f"incidents lost: {lost}"
        name, capacity, north = self.shelters[writer.shelter_id]
        number = north - _NORTH
        assert (name, capacity) == (f"Hall {number}", number), "half a write"
        assert number in (0, *writer.tried), f"nobody wrote {number}"
        assert number >= max(writer.moved, default=0), "a move lost"
        for key in writer.keys:
            if key in self.incidents:
                incident_id, needs, notes, texts = self.incidents[key]
                assert (needs > 0, notes, texts) == (True, 2, True), f"half an incident: {key}"
                assert self.births[incident_id] == 1, f"in the journal: {key}"
        for moved in writer.moved:
            assert self.steps[writer.shelter_id, f"Hall {moved}", str(moved)] == 1, moved

    def _id_of(self, key: str) -> int | None:
        return self.incidents[key][0] if key in self.incidents else None

    def heard_by(self, listener: "Listener") -> None:
        """Wait until a listener has heard the last of all; it heard each once and in order."""
        ours = {shelter: row[2] - _NORTH for shelter, row in self.shelters.items()}
        made = {row[0] for row in self.incidents.values()} - listener.known

        def everything() -> bool:
            last = {shelter: (listener.numbers.get(shelter) or [0])[-1] for shelter in ours}
            return last == ours and made <= set(listener.incidents)

        until(everything, f"{listener.name} heard everything: {listener}", 20)
        assert not listener.surprises
        again = {one: times for one, times in listener.incidents.items() if times > 1}
        assert not again, f"told again: {again}"
        for shelter in ours:
            numbers = listener.numbers.get(shelter, [])
            assert numbers == sorted(set(numbers)), f"told again or backward: {numbers}"


@dataclass
class Load:
    """Writers and listeners of one installation."""

    installation: Installation
    writers: list[Writer] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many writes were."""
        return sum(writer.acknowledged for writer in self.writers)

    def goes_on(self, by: int = 6) -> None:
        """Wait until so many more writes are acknowledged."""
        goal = self.acknowledged + by
        until(lambda: self.acknowledged >= goal, f"{by} more writes are acknowledged")

    def refusals(self) -> list[Answer]:
        """What writers were told that was no acknowledgement."""
        return [answer for writer in self.writers for answer in writer.refused]

    def end(self) -> None:
        """No more writes; the listeners hear the last of them and end."""
        for writer in self.writers:
            writer.ending.set()
        for writer in self.writers:
            writer.join(PATIENCE_S)

    def verdict(self) -> str:
        """End, and compare what was acknowledged with rows, journal and what listeners were told.

        Fails with what was found; else says it in a line.
        """
        self.end()
        try:
            found = Found(self.installation, [writer.shelter_id for writer in self.writers])
            for writer in self.writers:
                found.holds(writer)
            for listener in self.listeners:
                found.heard_by(listener)
        finally:
            for listener in self.listeners:
                listener.ending.set()
        lines = sum(listener.lines for listener in self.listeners)
        return (
            f"{self.acknowledged} writes acknowledged, {len(self.refusals())} not, 0 lost, 0 half;"
            f" {len(self.listeners)} listeners on {lines} lines, 0 missed, 0 repeated"
        )


@contextmanager
def load(installation: Installation, writers: int = 3, listeners: int = 2) -> Iterator[Load]:
    """Have an installation used, from the first writes on until the block ends."""
    with installation.writing() as session:
        shelters = [
            makers.shelter(session, name="Hall 0", evacuation_capacity=0, at=_START)
            for _ in range(writers)
        ]
    made = Load(
        installation,
        [Writer(installation, f"w{n}", shelter) for n, shelter in enumerate(shelters)],
        [Listener(installation, f"l{n}") for n in range(listeners)],
    )
    threads: list[Writer | Listener] = [*made.listeners, *made.writers]
    try:
        for thread in threads:
            thread.start()
        made.goes_on()
        yield made
    finally:
        for thread in threads:
            thread.ending.set()
        for thread in threads:
            thread.join(PATIENCE_S)
