"""The journal sealed and verified, beside bare SQL that hashes the same rows and keeps nothing; and
what one change costs while a backlog is being sealed."""

import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine, text

from bench.rows import Aim, Findings, Row
from bench.world import World
from meris import sealing
from meris.db import SYSTEM, Database, engine_at

MINUTES = 1.5
SIZE = 500_000
WRITES = 400

#: As a bulk load of shelters writes them, about 600 bytes each.
_FILL = text("""
    INSERT INTO change (xid, at, actor_id, agency_id, actor_name, table_name, row_id, resource_id,
                        operation, after, upload_id)
    SELECT pg_current_xact_id(), clock_timestamp(), 5, 3, 'Carol Kern', 'resource', n::text, n, 'I',
      jsonb_build_object('id', n, 'kind', 'shelter', 'name', 'Shelter ' || n, 'status', 'open',
        'version', 1, 'agency_id', 3, 'sensitivity', 'restricted', 'county_fips', '29019',
        'confirmed_at', now(), 'created_at', now(), 'phone', '573-555-0100', 'zip', '65201',
        'street', '701 East Broadway', 'city', 'Columbia', 'position', jsonb_build_object(
          'type', 'Point', 'coordinates', jsonb_build_array(-92.33407 + n * 1e-7, 38.95171))), 7
    FROM generate_series(1, :count) AS n""")
_FLOOR = text("SELECT count(sha256(convert_to(c::text, 'UTF8'))) FROM change AS c")
_WEIGHT = text("""
    SELECT avg(pg_column_size(c)) AS row,
      (SELECT pg_total_relation_size('journal_seal') / sum(rows)::float FROM journal_seal) AS seal
    FROM (SELECT * FROM change LIMIT 10000) AS c""")
_WRITE = text("UPDATE agency SET phone = :phone WHERE id = :id")


def run(world: World) -> Findings:
    """Seconds beside the floor, milliseconds of a writer with and without, and bytes a row."""
    count = world.sized(SIZE, 5_000)
    with world.database("bench_sealing") as made:
        owner, database = engine_at(made.owner, pool_size=1), Database.at(made.web, pool_size=3)
        try:
            return Findings(_rows(owner, database, count))
        finally:
            owner.dispose()
            database.dispose()


def _rows(owner: Engine, database: Database, count: int) -> list[Row]:
    sealing.seal_all(database)
    _fill(owner, count)
    floor = min(_seconds(lambda: _hash(owner)) for _ in range(2))
    sealed = _seconds(lambda: sealing.seal_all(database))
    verified = _seconds(lambda: _verify(database))
    size = f"{count:,} rows"
    shared = {"floor": floor, "floor_is": "sha256 of every row as text", "unit": "s",
              "tail": "total"}  # fmt: skip
    return [
        Row("seal the journal", size, p95=sealed, aim=Aim(3, "ratio"), **shared,
            note=f"{count / sealed:,.0f} rows a second"),
        Row("verify the journal", size, p95=verified, aim=Aim(3, "ratio"), **shared,
            note=f"{count / verified:,.0f} rows a second"),
        _writer(owner, database, count),
        _weight(owner),
    ]  # fmt: skip


def _writer(owner: Engine, database: Database, count: int) -> Row:
    """One change after another, first alone and then while as much again is sealed."""
    with database.transaction(SYSTEM) as session:
        made = text("INSERT INTO agency (name, kind) VALUES ('Bench', 'other') RETURNING id")
        agency = session.scalar(made)
    _write(database, agency, 20)
    alone = _write(database, agency, WRITES)
    _fill(owner, count)
    sealer = threading.Thread(target=sealing.seal_all, args=[database])
    sealer.start()
    beside: list[float] = []
    while sealer.is_alive() and len(beside) < 10 * WRITES:
        beside += _write(database, agency, 20)
    sealer.join()
    _verify(database)
    return Row.compared(
        "one change while the journal is sealed", beside, alone, floor_is="while it is not",
        size=f"{len(beside):,} changes",
        note="the triggers do nothing for a seal; what is shared is the processor",
    )  # fmt: skip


def _weight(owner: Engine) -> Row:
    with owner.connect() as connection:
        weight = connection.execute(_WEIGHT).one()
    return Row("a seal's share of a row", p50=weight.seal, floor=float(weight.row), unit="bytes",
               floor_is="the row itself, without its indexes")  # fmt: skip


def _fill(owner: Engine, count: int) -> None:
    with owner.begin() as connection:
        connection.execute(_FILL, {"count": count})
    with owner.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.execute(text("VACUUM ANALYZE change"))


def _hash(owner: Engine) -> None:
    with owner.connect() as connection:
        connection.execute(text("SET max_parallel_workers_per_gather = 0"))
        connection.execute(_FLOOR)


def _verify(database: Database) -> None:
    with database.reading() as session:
        verdict = sealing.verify(session)
    if not verdict.ok or verdict.not_sealed > WRITES * 10 + 10:
        raise AssertionError(f"the chain does not hold: {verdict}")


def _write(database: Database, agency: int | None, times: int) -> list[float]:
    """Milliseconds of each of so many transactions of one change."""
    return [1000 * _seconds(lambda: _one(database, agency)) for _ in range(times)]


def _one(database: Database, agency: int | None) -> None:
    with database.transaction(SYSTEM) as session:
        session.execute(_WRITE, {"id": agency, "phone": f"{time.monotonic_ns()}"})


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
