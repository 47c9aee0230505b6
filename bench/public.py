"""2,000 requests a second at /shelters and its feeds, while shelters change.

The generator runs on the same machine, in a process of its own (`bench.public_load`), with requests
that come when they are due whether or not earlier ones were answered. The floor is gunicorn with an
application that says the same bytes to everybody.
"""

import json
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from gunicorn.app.base import BaseApplication
from sqlalchemy import text

from bench.public_load import Answered
from bench.rows import Findings, Row, percentile
from bench.world import World, free_port, wait_for_port
from meris.db import SYSTEM, Database

MINUTES = 1.3
RATE, SECONDS, _FLOOR_S = 2_000, 15, 8
_CHANGES_A_SECOND = 20
_TOWNS = ("Columbia", "65201", "Joplin", "Jefferson City", "Rolla", "Sikeston", "Hannibal")

_OPEN = text("""
UPDATE resource SET status = 'open', sensitivity = 'public', confirmed_at = now()
WHERE id IN (SELECT id FROM resource WHERE kind = 'shelter' ORDER BY id LIMIT 400)
""")
_CHANGE = text("""
UPDATE shelter SET population_total = (random() * 300)::int, counted_at = now()
WHERE resource_id = (SELECT id FROM resource WHERE kind = 'shelter' AND status = 'open'
                     ORDER BY id OFFSET floor(random() * 400) LIMIT 1)
""")


def run(world: World) -> Findings:
    """Milliseconds from when a request was due, while shelters change; answers other than good."""
    rate, seconds = world.sized(RATE, 100), world.sized(SECONDS, 3)
    database = Database.at(world.settings.database_url or "", pool_size=2)
    with database.transaction(SYSTEM) as session:
        session.execute(_OPEN)
    with world.served() as (address, pid):
        page = _fetch(address, "/shelters")
        with _changing(database) as changed:
            kept, used = _measured(pid, lambda: _load(address, rate, seconds, fresh=False))
            fresh, _ = _measured(pid, lambda: _load(address, rate, seconds, fresh=True))
        shown = _fetch(address, "/shelters")
    database.dispose()
    with _floor_of(page) as floor:
        floors = [_load(floor, rate, min(seconds, _FLOOR_S), fresh=new) for new in (False, True)]
    size = f"{rate:,} a second for {seconds} s, {len(changed):,} changes"
    noted = f"{len(page) / 1024:.0f} KB; server at {used * 100:.0f} % of a core; {_age(shown)}"
    return Findings([
        _row("public page, open lines", size, kept, floors[0], noted),
        _row("public page, each on a new line", size, fresh, floors[1], ""),
    ])  # fmt: skip


def _row(what: str, size: str, log: list[Answered], floor: list[Answered], noted: str) -> Row:
    ours, bare = ([one.seconds * 1000 for one in some] for some in (log, floor))
    note = "; ".join(part for part in (noted, _statuses(log)) if part)
    return Row(what, size, percentile(ours, 0.5), percentile(ours, 0.99), percentile(bare, 0.99),
               "gunicorn gthread, fixed bytes", tail="p99", note=note)  # fmt: skip


def _requests(*, fresh: bool, tag: str) -> list[str]:
    """The mix: mostly the page, near places, feeds, and who has the page already."""
    head = "Host: bench\r\nAccept-Encoding: gzip\r\n" + ("Connection: close\r\n" if fresh else "")
    plain = ["/shelters"] * 5 + [f"/shelters?near={town.replace(' ', '+')}" for town in _TOWNS]
    plain += ["/shelters.csv", "/shelters.geojson", "/shelters?county=29019", "/shelters?pets=1"]
    asked = [f"GET {path} HTTP/1.1\r\n{head}\r\n" for path in plain]
    seen = f"GET /shelters HTTP/1.1\r\n{head}If-None-Match: {tag}\r\n\r\n"
    return [*asked, *[seen] * 4]


def _load(address: str, rate: int, seconds: int, *, fresh: bool) -> list[Answered]:
    where = urlsplit(address)
    with urllib.request.urlopen(f"{address}/shelters", timeout=30) as answer:
        tag = answer.headers.get("ETag", "")
    asked = {"host": where.hostname, "port": where.port, "rate": rate, "seconds": seconds,
             "fresh": fresh, "requests": _requests(fresh=fresh, tag=tag)}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.public_load"],
        input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return [Answered(*one) for one in json.loads(done.stdout)]


def _measured(pid: int, work: Any) -> tuple[list[Answered], float]:
    """What the work gives, and how many cores the server took of it."""
    began, cpu = time.monotonic(), _cpu_seconds(pid)
    log = work()
    return log, (_cpu_seconds(pid) - cpu) / (time.monotonic() - began)


def _cpu_seconds(pid: int) -> float:
    """Of a process and those it started."""
    tree = subprocess.run(
        ["ps", "-o", "times=", "--pid", str(pid), "--ppid", str(pid)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return float(sum(map(int, tree.stdout.split())))


@contextmanager
def _changing(database: Database) -> Iterator[list[float]]:
    """Somebody counts people all the while."""
    done: list[float] = []
    stop = threading.Event()

    def change() -> None:
        while not stop.wait(1 / _CHANGES_A_SECOND):
            with database.transaction(SYSTEM) as session:
                session.execute(_CHANGE)
            done.append(time.monotonic())

    writer = threading.Thread(target=change, daemon=True)
    writer.start()
    yield done
    stop.set()
    writer.join(10)


class _Fixed(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads like ours, and an application that says the same to everybody."""

    def __init__(self, port: int, body: bytes) -> None:
        self.port, self.body = port, body
        super().__init__()

    def load_config(self) -> None:
        options = {"bind": f"127.0.0.1:{self.port}", "worker_class": "gthread", "threads": 1200,
                   "worker_connections": 2000, "keepalive": 15, "loglevel": "critical",
                   "control_socket_disable": True}  # fmt: skip
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        headers = [("Content-Type", "text/html"), ("Content-Length", str(len(self.body)))]

        def app(_environ: Any, start_response: Any) -> list[bytes]:
            start_response("200 OK", headers)
            return [self.body]

        return app


@contextmanager
def _floor_of(body: bytes) -> Iterator[str]:
    port = free_port()
    start = f"_Fixed({port}, sys.stdin.buffer.read()).run()"
    program = f"import sys; from bench.public import _Fixed; {start}"
    server = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    assert server.stdin
    server.stdin.write(body)
    server.stdin.close()
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _fetch(address: str, path: str) -> bytes:
    asked = urllib.request.Request(f"{address}{path}", headers={"Accept-Encoding": "identity"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return bytes(answer.read())


def _statuses(log: list[Answered]) -> str:
    counts = Counter(one.status for one in log)
    words = {0: "lost"}
    return ", ".join(f"{n:,} × {words.get(status, status)}" for status, n in sorted(counts.items()))


def _age(page: bytes) -> str:
    found = re.search(rb'class="age">(.*?)</p>', page, re.DOTALL)
    words = re.sub(r"<[^>]*>", "", (found[1] if found else b"").decode())
    return " ".join(words.split())
