"""A recommendation among 100,000 units beside the bare query for the nearest of their kind.

The bare query is what an expert would type first: the nearest units of the kind that are available
or staged, by recorded place, from the best index there is. It knows no devices, holds, hours, cover
or danger, and gives no reason. Both ask for as many units, from the same random places, in turn.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import plans, units
from bench.world import World, percentile, table
from geo.values import SRID, Position
from meris import migrations
from meris.accounts import Viewer
from meris.db import Database, engine_at
from meris.dispatch.recommend import Need, recommend
from meris.postgres import Urls

UNITS, ROUNDS, WARM_UP = 100_000, 300, 20
DISPATCHER = Viewer("Dana", agency_id=1, roles=frozenset({"dispatcher"}))
#: What is asked for, by name.
ASKED = {
    "2 engines": [Need(2, ("engine",))],
    "2 engines, type 3 or better": [Need(2, ("engine",), 3)],
    "1 ambulance, either kind": [Need(1, ("ambulance_als", "ambulance_bls"))],
    "1 hazmat team (4 in 1,000)": [Need(1, ("hazmat",))],
    "1 helicopter (1 in 1,000)": [Need(1, ("helicopter",))],
    "a structure fire's run card": [
        Need(2, ("engine",)),
        Need(1, ("ladder",)),
        Need(1, ("rescue",)),
        Need(1, ("ambulance_als", "ambulance_bls")),
    ],
}
_OTHERS = 5
_HERE = f"geography(ST_SetSRID(ST_MakePoint(:lon, :lat), {SRID}))"
_BARE = text(
    f"SELECT id, name, geography(position) <-> {_HERE} FROM resource"
    " WHERE kind = 'unit' AND type = :kind AND status IN ('available', 'staged')"
    f" AND position IS NOT NULL ORDER BY geography(position) <-> {_HERE} LIMIT :most"
)


def run(world: World) -> str:
    """A table of figures."""
    with _filled(world) as urls:
        rows = [("units, a third of them placed by a device", f"{UNITS:,}")]
        database = Database.at(urls.web)
        rows += [_compared(database, name, needs) for name, needs in ASKED.items()]
        database.dispose()
        rows += _plans(urls)
    return table(*rows)


@contextmanager
def _filled(world: World) -> Iterator[Urls]:
    """A database of its own with so many units in it."""
    settings = world.settings
    urls = world.cluster.create_database("bench_recommend")
    migrations.migrate(settings.at(database_url=urls.web, owner_url=urls.owner))
    engine = engine_at(urls.owner, pool_size=1)
    with engine.begin() as connection:
        units.make(connection, UNITS)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
    try:
        yield urls
    finally:
        world.cluster.drop_database("bench_recommend")


def _compared(database: Database, name: str, needs: list[Need]) -> tuple[str, str]:
    """A line of the table: both, in turn, from the same places."""
    chance = random.Random(name)
    bare: list[float] = []
    ours: list[float] = []
    for number in range(WARM_UP + ROUNDS):
        here = Position(chance.uniform(36.5, 40.4), chance.uniform(-95.2, -90.0))
        taken = _timed(database, lambda session, here=here: _nearest(session, here, needs))
        spent = _timed(database, lambda session, here=here: _recommended(session, here, needs))
        if number >= WARM_UP:
            bare.append(taken)
            ours.append(spent)
    told = [
        f"{share}: {percentile(ours, at):.1f} ms, bare {percentile(bare, at):.1f} ms"
        f" ({percentile(ours, at) / percentile(bare, at):.1f} ×)"
        for share, at in (("p50", 0.5), ("p95", 0.95))
    ]
    return name, "; ".join(told)


def _timed(database: Database, work: Callable[[Session], object]) -> float:
    """Milliseconds of one reading."""
    start = time.perf_counter()
    with database.reading() as session:
        work(session)
    return (time.perf_counter() - start) * 1000


def _nearest(session: Session, here: Position, needs: list[Need]) -> None:
    for need in needs:
        for kind in need.unit_types:
            told = {"lat": here.lat, "lon": here.lon, "kind": kind, "most": need.count + _OTHERS}
            session.execute(_BARE, told).all()


def _recommended(session: Session, here: Position, needs: list[Need]) -> None:
    recommend(session, DISPATCHER, position=here, needs=needs, most=_OTHERS)


def _plans(urls: Urls) -> list[tuple[str, str]]:
    """How the database answers what the longest of them asks; fails on a sequential scan."""
    engine = engine_at(urls.web)
    needs = ASKED["a structure fire's run card"]
    here = Position(38.9, -92.3)
    rows = plans.explained(engine, "plan", lambda session, _: _recommended(session, here, needs), 0)
    engine.dispose()
    return rows
