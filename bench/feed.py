"""1,000 live feeds on one server process: what they weigh, and how soon news arrives."""

import asyncio
import time
from urllib.parse import urlsplit

from sqlalchemy import text

from bench.world import World, memory_mb, percentile, table
from meris.db import SYSTEM, Database

CLIENTS, ROUNDS, PAUSE_S = 1_000, 20, 0.5
_TOUCH = text(
    "UPDATE resource SET confirmed_at = clock_timestamp() WHERE id ="
    " (SELECT min(id) FROM resource WHERE kind = 'shelter' AND sensitivity = 'public')"
)


def run(world: World) -> str:
    """A table of figures."""
    database = Database.at(world.settings.database_url or "")
    with world.served() as (address, pid):
        idle = memory_mb(pid)
        delays, loaded, connected = asyncio.run(_measure(database, address, pid))
    database.dispose()
    expected = CLIENTS * ROUNDS
    return table(
        ("feeds open", f"{connected:,}"),
        ("memory of the server: idle, with all feeds", f"{idle:.0f} MB, {loaded:.0f} MB"),
        ("messages: sent for, arrived", f"{expected:,}, {len(delays):,}"),
        ("from commit to arrival: p50", f"{percentile(delays, 0.5) * 1000:.0f} ms"),
        ("p99", f"{percentile(delays, 0.99) * 1000:.0f} ms"),
        ("slowest", f"{max(delays) * 1000:.0f} ms"),
    )


async def _measure(database: Database, address: str, pid: int) -> tuple[list[float], float, int]:
    committed: list[float] = []
    delays: list[float] = []
    clients = [await _open(address) for _ in range(CLIENTS)]
    listeners = [asyncio.create_task(_listen(reader, committed, delays)) for reader, _ in clients]
    await asyncio.sleep(3)
    for _ in range(ROUNDS):
        await asyncio.to_thread(_touch, database, committed)
        await asyncio.sleep(PAUSE_S)
    await asyncio.sleep(2)
    loaded = memory_mb(pid)
    for listener in listeners:
        listener.cancel()
    for _, writer in clients:
        writer.close()
    return delays, loaded, len(clients)


def _touch(database: Database, committed: list[float]) -> None:
    with database.transaction(SYSTEM) as session:
        session.execute(_TOUCH)
    committed.append(time.perf_counter())


async def _open(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"GET /api/feed HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
    await writer.drain()
    # the first event says that the feed is open
    await reader.readuntil(b"event: ")
    return reader, writer


async def _listen(
    reader: asyncio.StreamReader, committed: list[float], delays: list[float]
) -> None:
    arrived = 0
    while True:
        line = await reader.readline()
        if line.startswith(b"event: change"):
            now = time.perf_counter()
            # the commit returns to the writer after the notice may have gone out
            sent = committed[arrived] if arrived < len(committed) else now
            delays.append(max(now - sent, 0.0))
            arrived += 1
