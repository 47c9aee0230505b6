"""1,000 live feeds on one server process: what they weigh, and how soon news arrives.

One, fifty and two hundred resources change a second, each in a transaction of its own and none
twice, so that every client is told each of them once. The floor is the same with nothing between
NOTIFY and the lines (`bench.feed_floor`), heard by the same clients.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle
from typing import Any, NamedTuple

import psycopg2
from sqlalchemy import make_url

from bench.crowd import Crowd, crowd, signed_in
from bench.feed_check import Verdict, judged
from bench.feed_floor import CHANNEL
from bench.rows import Aim, Findings, Row, percentile
from bench.world import World, free_port, memory_mb, wait_for_port
from meris.db import engine_at

#: How long it takes on a quiet machine.
MINUTES = 2.5
CLIENTS = int(os.environ.get("MERIS_BENCH_FEEDS", "1000"))
#: Changes a second, and for how many seconds.
RATES = ((1, 20), (50, 10), (200, 10))
_WRITERS = 4
_SETTLE_S = 3.0
_TOUCH = "UPDATE resource SET confirmed_at = clock_timestamp() WHERE id = %s"
_NOTIFY = f"SELECT pg_notify('{CHANNEL}', %s::text)"
#: What a change adds to the product's message, so that the floor's are as long.
_PADDING = 40


class Measured(NamedTuple):
    """Seconds from commit to arrival, of every change at every client; what the journal says of
    it (None for the floor); and the changes a second that were really made."""

    delays: list[float]
    verdict: Verdict | None
    rate: float


def run(world: World) -> Findings:
    """A row for each rate, and one for memory."""
    engine = engine_at(world.settings.owner_url or "")
    url = _plain(world.settings.owner_url or "")
    with engine.connect() as connection:
        ids = [row[0] for row in connection.exec_driver_sql("SELECT id FROM resource ORDER BY id")]
    fresh = cycle(ids)
    measured: dict[int, Measured] = {}
    with world.served() as (address, pid):
        _, cookie = signed_in(address, world.home, "state")
        idle = memory_mb(pid)
        with crowd(address, CLIENTS, cookie, report_s=0.5, arrivals=True) as clients:
            for rate, seconds in RATES:
                measured[rate] = _measure(clients, url, _TOUCH, fresh, rate, seconds, engine)
            loaded, opened = memory_mb(pid), clients.opened
    floors = _floors(url)
    engine.dispose()
    return Findings(_rows(measured, floors, idle, loaded, opened))


def _floors(url: str) -> dict[int, Measured]:
    with _bare(url) as address, crowd(address, CLIENTS, report_s=0.5, arrivals=True) as clients:
        return {
            rate: _measure(clients, url, _NOTIFY, count(1), rate, seconds)
            for rate, seconds in RATES
        }


def _measure(
    clients: Crowd,
    url: str,
    statement: str,
    ids: Iterator[int],
    rate: int,
    seconds: int,
    engine: Any = None,
) -> Measured:
    time.sleep(_SETTLE_S)
    clients.take()
    committed = _write(url, statement, [next(ids) for _ in range(rate * seconds)], rate)
    links = _heard(clients, len(committed))
    delays = [
        max(arrival - committed[i], 0.0)
        for link in links
        for i in link["resources"]
        if i in committed
        for arrival in link["arrivals"]
    ]
    times = committed.values()
    verdict = _judged(engine, links) if engine else None
    return Measured(delays, verdict, len(committed) / max(max(times) - min(times), 1.0))


def _heard(clients: Crowd, wanted: int) -> list[dict[str, Any]]:
    """The links that tell of all that was written, or of what has come after so long."""
    links: list[dict[str, Any]] = []
    deadline = time.time() + 45
    while time.time() < deadline:
        time.sleep(0.5)
        links += [link for report in clients.take() for link in report["links"]]
        if sum(len(link["resources"]) * link["count"] for link in links) >= wanted * clients.size:
            break
    return links


def _judged(engine: Any, links: list[dict[str, Any]]) -> Verdict:
    verdict = Verdict()
    with engine.connect() as connection:
        for link in links:
            verdict.add(judged(connection, link))
    return verdict


def _write(url: str, statement: str, ids: list[int], rate: int) -> dict[int, float]:
    """Change these at an even pace: when each was about to be committed."""
    committed: dict[int, float] = {}
    begin = time.time() + 0.1
    shares = [list(enumerate(ids))[n::_WRITERS] for n in range(_WRITERS)]
    writers = [
        threading.Thread(target=_one_writer, args=(url, statement, share, begin, rate, committed))
        for share in shares
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return committed


def _one_writer(
    url: str,
    statement: str,
    share: list[tuple[int, int]],
    begin: float,
    rate: int,
    committed: dict[int, float],
) -> None:
    connection = psycopg2.connect(url)
    cursor = connection.cursor()
    for turn, i in share:
        time.sleep(max(0.0, begin + turn / rate - time.time()))
        cursor.execute(statement, (i,))
        committed[i] = time.time()
        connection.commit()
    connection.close()


@contextmanager
def _bare(url: str) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.feed_floor", str(port), url, str(_PADDING)]
    )
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _plain(url: str) -> str:
    """The address as libpq takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _rows(
    measured: dict[int, Measured],
    floors: dict[int, Measured],
    idle: float,
    loaded: float,
    opened: int,
) -> list[Row]:
    size = f"{opened:,} clients"
    rows = [_row(rate, seconds, measured[rate], floors[rate], size) for rate, seconds in RATES]
    memory = Row(
        "memory of the server with all feeds open",
        size,
        p50=loaded,
        floor=idle,
        floor_is="idle",
        unit="MB",
    )
    return [*rows, memory]


def _row(rate: int, seconds: int, one: Measured, floor: Measured, size: str) -> Row:
    """One rate. The aim is what a threaded prototype gave with one change at a time."""
    wanted = rate * seconds * CLIENTS
    verdict = one.verdict or Verdict()
    lost = wanted - verdict.told
    bare = [percentile(floor.delays, share) * 1000 for share in (0.5, 0.95, 0.99)]
    note = (
        f"p99 {percentile(one.delays, 0.99) * 1000:.0f} ms; {verdict.told:,} of {wanted:,} told,"
        f" {lost:,} lost, {verdict.repeated:,} repeated, {verdict.caught_up:,} told to fetch;"
        f" written {one.rate:.0f} a second; floor p50 {bare[0]:.0f}, p99 {bare[2]:.0f} ms"
    )
    return Row(
        f"feed: from commit to arrival, {rate} change{'s' * (rate > 1)} a second",
        size,
        p50=percentile(one.delays, 0.5) * 1000,
        p95=percentile(one.delays, 0.95) * 1000,
        floor=bare[1],
        floor_is="NOTIFY, then every line by one thread",
        aim=Aim(37, by="issue 2") if rate == 1 else None,
        note=note,
    )
