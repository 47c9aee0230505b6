"""2,000 devices that report: updates a second, and how soon a dispatcher sees them.

The generator runs on the same machine, in a process of its own. The floor is the same rows by bare
SQL in batches of the size that the server made of them.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gunicorn.app.base import BaseApplication
from sqlalchemy import Connection, text

from bench.position_load import STEP, Sent, start_of
from bench.rows import Aim, Findings, Row, percentile
from bench.world import World, children, free_port, wait_for_port
from geo.values import SRID
from meris.accounts import tokens
from meris.db import SYSTEM, Database, engine_at
from meris.positions.devices import PREFIX
from meris.positions.roster import hashed

#: How long it takes on a quiet machine.
MINUTES = 2.5
DEVICES, RATE, SECONDS = 2_000, 1_500, 30
_FLAT_OUT_S, _FLOOR_S = 15, 8
_OLD_ROWS = 2_000_000

_PREPARE = """
INSERT INTO account (email, name, password, fs_uniquifier, active, confirmed_at, agency_id)
SELECT 'bench' || n || '@example.org', 'Bench ' || n, 'x', md5('bench' || n), true, now(), NULL
FROM generate_series(0, :devices - 1) AS n;
INSERT INTO duty (account_id, resource_id, started_at, until_at, sharing, sharing_at)
SELECT account.id, unit.id, now() - interval '1 hour', now() + interval '10 hours', true,
       now() - interval '1 hour'
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM account
      WHERE email LIKE 'bench%') AS account
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM resource
      WHERE kind = 'unit' ORDER BY id LIMIT :devices) AS unit USING (n);
DELETE FROM unit_position WHERE resource_id IN (
  SELECT resource_id FROM duty JOIN account ON account.id = account_id WHERE email LIKE 'bench%');
"""
_DEVICES = text("""
INSERT INTO device (account_id, name, kind, hint, token_hash)
SELECT account.id, 'Phone', 'owntracks', 'bench', given.token_hash
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM account
      WHERE email LIKE 'bench%') AS account
JOIN unnest(CAST(:hashes AS text[])) WITH ORDINALITY AS given(token_hash, n) USING (n)
""")
_UNITS = text("SELECT resource_id FROM duty JOIN account ON account.id = account_id"
              " WHERE email LIKE 'bench%' ORDER BY account.id")  # fmt: skip
_FLOOR = text("""
WITH given AS (
  SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:lats AS float8[])) AS given(id, lat)
), kept AS (
  INSERT INTO position_fix (resource_id, at, device_id, account_id, position, accuracy_m,
                            speed_mps, course_deg, altitude_m, source)
  SELECT id, clock_timestamp(), 1, 1, ST_SetSRID(ST_MakePoint(-92.5, lat), :srid), 8, 11, 0, 230,
         'bench' FROM given
  RETURNING resource_id, at, position, accuracy_m, speed_mps, course_deg, source)
INSERT INTO unit_position (resource_id, at, position, accuracy_m, speed_mps, course_deg, source)
SELECT * FROM kept
ON CONFLICT (resource_id) DO UPDATE SET at = excluded.at, position = excluded.position
""")


def run(world: World) -> Findings:
    """How many a second, how soon they are seen, and what they weigh."""
    others = os.getloadavg()[0]
    owner = engine_at(world.settings.owner_url or "")
    database = Database.at(world.settings.database_url or "")
    secrets_of = [PREFIX + secrets.token_hex(13) for _ in range(DEVICES)]
    with owner.begin() as connection:
        for statement in _PREPARE.split(";\n"):
            if statement.strip():
                connection.execute(text(statement), {"devices": DEVICES})
        connection.execute(_DEVICES, {"hashes": [hashed(one) for one in secrets_of]})
        units = list(connection.scalars(_UNITS))
    trivial = _trivial(secrets_of)
    before = _size(owner)
    with world.served() as (address, pid), _watching(database, address, units) as arrived:
        cpu = _cpu_seconds(pid)
        paced = _load(address, secrets_of, RATE, SECONDS, 0)
        used = (_cpu_seconds(pid) - cpu) / SECONDS
        time.sleep(2)
        steps = max(sent.step for sent in paced)
        flat = _load(address, secrets_of, 0, _FLAT_OUT_S, steps)
        time.sleep(3)
    with owner.begin() as connection:
        kept = connection.scalar(text("SELECT count(*) FROM position_fix")) - before[0]
    batch = round(RATE * 0.045)
    floors = {name: _floor(owner, units, size, lazy) for name, size, lazy in (
        ("small", batch, True), ("durable", batch, False), ("large", 1000, True))}  # fmt: skip
    bytes_a_row = (_size(owner)[1] - before[1]) / max(1, _size(owner)[0] - before[0])
    dropping = _dropping(owner)
    owner.dispose()
    database.dispose()
    floors |= {"trivial": trivial}
    rows = _of_rates(paced, flat, floors, batch) + _of_times(paced, arrived)
    per_day = bytes_a_row * DEVICES * 86_400
    rest = (
        f"load before it began {others:.1f}; {kept:,} fixes kept; the server used"
        f" {used * 100:.0f} % of a core; {bytes_a_row:.0f} bytes a fix: a day of a fix each 10 s is"
        f" {per_day / 10 / 1e9:.1f} GB"
    )
    dropped = Row("positions: dropping a day", f"{_OLD_ROWS:,} fixes", p95=dropping * 1000,
                  tail="total", note=rest)  # fmt: skip
    return Findings([*rows, dropped])


def _of_rates(
    paced: list[Sent], flat: list[Sent], floors: dict[str, float], batch: int
) -> list[Row]:
    """How many reports a second, asked for and as fast as it goes."""
    size = f"{DEVICES:,} devices with open lines"
    wanted = Row(
        f"positions: {RATE:,} reports a second asked for",
        size,
        p95=_rate(paced),
        tail="total",
        unit="a second",
        floor=floors["small"],
        floor_is=f"bare SQL, {batch} rows a commit",
        aim=Aim(RATE * 0.99, least=True, by="issue 5"),
        note=f"for {SECONDS} s; answered 200: {_ok(paced)}",
    )
    fastest = Row(
        "positions: as fast as it goes",
        size,
        p95=_rate(flat),
        tail="total",
        unit="a second",
        floor=floors["trivial"],
        floor_is="gunicorn that says [] to everybody",
        note=f"answered 200: {_ok(flat)}; bare SQL waiting for the disk {floors['durable']:,.0f},"
        f" with 1,000 rows a commit {floors['large']:,.0f} a second",
    )
    return [wanted, fastest]


def _of_times(paced: list[Sent], arrived: dict[int, list[tuple[int, float]]]) -> list[Row]:
    """How long a report takes, without and with the rush of opening all lines at once."""
    # all devices open their lines within the first second or two, which nothing in the field does
    opening = [sent for sent in paced if sent.step == 1]
    steady = [sent for sent in paced if sent.step > 1]
    first, delays = _delays(opening, arrived), _delays(steady, arrived)
    lost = len(paced) - len(first + delays)
    size = f"{RATE:,} a second"
    answer = Row("positions: POST to the answer, which is after the commit", size,
                 **_ms(_waits(steady)), tail="p99",
                 note=f"while all lines open at once: {_pair(_waits(opening))}")  # fmt: skip
    seen = Row("positions: POST to the dispatcher's feed", size, **_ms(delays), tail="p99",
               aim=Aim(2_000, by="issue 5"),
               note=f"told once a second; never seen, nor a newer one: {lost:,}; while all lines"
               f" open at once: {_pair(first)}")  # fmt: skip
    return [answer, seen]


def _ms(seconds: list[float]) -> dict[str, float]:
    return {"p50": percentile(seconds, 0.5) * 1000, "p95": percentile(seconds, 0.99) * 1000}


def _ok(log: list[Sent]) -> str:
    return f"{sum(sent.ok for sent in log):,} of {len(log):,}"


def _waits(log: list[Sent]) -> list[float]:
    return [sent.answered_at - sent.sent_at for sent in log]


def _pair(seconds: list[float]) -> str:
    return f"{percentile(seconds, 0.5) * 1000:.0f} ms, {percentile(seconds, 0.99) * 1000:.0f} ms"


def _rate(log: list[Sent]) -> float:
    times = sorted(sent.answered_at for sent in log)
    return len(times) / (times[-1] - times[0])


def _load(address: str, tokens_of: list[str], rate: int, seconds: int, begin: int) -> list[Sent]:
    where = urlsplit(address)
    asked = {"host": where.hostname, "port": where.port, "tokens": tokens_of, "rate": rate,
             "seconds": seconds, "begin": begin}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.position_load"],
        input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return [Sent(*sent) for sent in json.loads(done.stdout)]


@contextmanager
def _watching(
    database: Database, address: str, units: list[int]
) -> Iterator[dict[int, list[tuple[int, float]]]]:
    """What a dispatcher's feed tells of each device: (steps come, when), in order."""
    with database.transaction(SYSTEM) as session:
        agency = session.scalar(text("SELECT min(id) FROM agency"))
        secret = secrets.token_urlsafe(32)
        session.execute(
            text("INSERT INTO api_token (agency_id, name, role, hint, token_hash)"
                 " VALUES (:agency, 'bench', 'dispatcher', 'bench', :hash)"),
            {"agency": agency, "hash": hashed(tokens.PREFIX + secret)},
        )  # fmt: skip
    where = urlsplit(address)
    feed = socket.create_connection((where.hostname, where.port))
    head = f"GET /api/feed HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {tokens.PREFIX}{secret}"
    feed.sendall(f"{head}\r\n\r\n".encode())
    arrived: dict[int, list[tuple[int, float]]] = defaultdict(list)
    numbers = {unit: n for n, unit in enumerate(units)}
    lines = feed.makefile("rb")
    listener = threading.Thread(target=_listen, args=(lines, numbers, arrived), daemon=True)
    listener.start()
    time.sleep(2)
    yield arrived
    feed.shutdown(socket.SHUT_RDWR)
    listener.join(10)


def _listen(
    lines: Any, numbers: dict[int, int], arrived: dict[int, list[tuple[int, float]]]
) -> None:
    event = b""
    for line in lines:
        if line.startswith(b"event: "):
            event = line[7:].strip()
        elif line.startswith(b"data: ") and event == b"moved":
            now = time.time()
            for unit, lat, *_ in json.loads(line[6:])["units"]:
                if unit in numbers:
                    number = numbers[unit]
                    arrived[number].append((round((lat - start_of(number)) / STEP), now))


def _delays(log: list[Sent], arrived: dict[int, list[tuple[int, float]]]) -> list[float]:
    """From the POST of each report to the first news of it, or of a newer one of that device."""
    delays = []
    for sent in log:
        told = arrived[sent.device]
        at = bisect_left(told, (sent.step, 0.0))
        if at < len(told):
            delays.append(told[at][1] - sent.sent_at)
    return delays


def _floor(engine: Any, units: list[int], size: int, lazy: bool) -> float:
    """Rows a second of the same statement's work, by itself, with nothing else around it."""
    with engine.connect() as connection:
        rows, began = 0, time.perf_counter()
        while time.perf_counter() - began < _FLOOR_S:
            first = rows % (len(units) - size) if len(units) > size else 0
            some = units[first : first + size]
            with connection.begin():
                connection.execute(
                    text(f"SET LOCAL synchronous_commit = {'off' if lazy else 'on'}")
                )
                connection.execute(_FLOOR, {"ids": some, "lats": [38.0] * len(some), "srid": SRID})
            rows += len(some)
        return rows / (time.perf_counter() - began)


def _size(engine: Any) -> tuple[int, int]:
    """Rows and bytes of the trail's partitions."""
    with engine.connect() as connection:
        row = connection.execute(text(
            "SELECT (SELECT count(*) FROM position_fix), sum(pg_total_relation_size(inhrelid))"
            " FROM pg_inherits WHERE inhparent = 'position_fix'::regclass"
        )).one()  # fmt: skip
        return int(row[0]), int(row[1])


def _dropping(engine: Any) -> float:
    """Seconds to drop a day that is full."""
    with engine.begin() as connection:
        connection.execute(text("SELECT position_fix_prepare(current_date - 40, 1)"))
        _fill(connection)
        name = connection.scalar(
            text("SELECT 'position_fix_' || to_char(current_date - 40, 'YYYYMMDD')")
        )
    began = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {name}"))
    return time.perf_counter() - began


def _fill(connection: Connection) -> None:
    connection.execute(text(
        "INSERT INTO position_fix (resource_id, at, position, accuracy_m, source)"
        " SELECT n % 2000, current_date - 40 + n * interval '40 milliseconds',"
        " ST_SetSRID(ST_MakePoint(-92.5, 38), :srid), 8, 'bench' FROM generate_series(1, :rows) n"
    ), {"rows": _OLD_ROWS, "srid": SRID})  # fmt: skip


def _cpu_seconds(pid: int) -> float:
    """Of a process and its children."""
    stats = [Path(f"/proc/{one}/stat").read_text() for one in [pid, *children(pid)]]
    fields = [stat.rpartition(") ")[2].split() for stat in stats]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


class _Trivial(BaseApplication):  # type: ignore[misc]
    """gunicorn, threads like ours, and an application that says [] to everybody."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        options = {"bind": f"127.0.0.1:{self.port}", "worker_class": "gthread", "threads": 1200,
                   "worker_connections": 4000, "keepalive": 15, "loglevel": "critical",
                   "control_socket_disable": True}  # fmt: skip
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        def app(environ: Any, start_response: Any) -> list[bytes]:
            environ["wsgi.input"].read()
            start_response("200 OK", [("Content-Length", "2")])
            return [b"[]"]

        return app


def _trivial(tokens_of: list[str]) -> float:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", f"from bench.positions import _Trivial; _Trivial({port}).run()"]
    )
    try:
        wait_for_port(port)
        return _rate(_load(f"http://127.0.0.1:{port}", tokens_of[:1000], 0, 8, 0))
    finally:
        server.terminate()
        server.wait(10)
