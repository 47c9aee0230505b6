"""What is inside an area of 30 counties among 100,000 resources, beside the bare query for it.

The bare query is what an expert would type first: how many of each kind and status lie in the
outline, by recorded place, from the index on it. It knows no devices, no rights, no capacities and
no people. Both are compared with a third way: every resource put into its county by hand.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.world import World, percentile, table
from geo import shapes
from geo.values import SRID
from meris import areas, migrations
from meris.accounts import Viewer
from meris.db import SYSTEM, Database, engine_at
from meris.fields import Home
from meris.postgres import Urls

RESOURCES, COUNTIES, ROUNDS = 100_000, 30, 15
STATE = Viewer("Stella", roles=frozenset({"state"}))

_FILL = (
    "INSERT INTO agency (name, kind) VALUES ('Bench', 'state')",
    "INSERT INTO resource (kind, agency_id, name, status, position, position_source, sensitivity)"
    " SELECT (ARRAY['shelter', 'supply_site', 'unit'])[1 + n % 3],"
    " (SELECT id FROM agency WHERE name = 'Bench'), 'Bench ' || n,"
    " (ARRAY['open', 'open', 'available', 'closed', 'standby', 'staged'])[1 + n % 6],"
    f" ST_SetSRID(ST_MakePoint(:west + random() * (:east - :west), :south + random() *"
    f" (:north - :south)), {SRID}), 'reported', 'restricted' FROM generate_series(1, :count) AS n",
    "INSERT INTO shelter (resource_id, evacuation_capacity, population_total)"
    " SELECT id, 100, nullif(id % 120, 7) FROM resource WHERE kind = 'shelter'",
    "INSERT INTO supply_site (resource_id) SELECT id FROM resource WHERE kind = 'supply_site'",
    "INSERT INTO unit (resource_id) SELECT id FROM resource WHERE kind = 'unit'",
)
_DEVICES = (
    "INSERT INTO unit_position (resource_id, at, position, source) SELECT id, now(),"
    " ST_Translate(position, random() / 5, random() / 5), 'bench' FROM resource"
    " WHERE kind = 'unit' AND id % 7 = 0"
)
_BARE = text(
    "SELECT kind, status, count(*) FROM resource WHERE ST_Intersects(position,"
    " ST_GeomFromEWKB(decode(:shape, 'hex'))) GROUP BY kind, status"
)


def run(world: World) -> str:
    """A table of figures."""
    home = Home.of()
    counties = sorted(home.gazetteer.counties)[::4][:COUNTIES]
    outline = shapes.union(home.gazetteer.counties[fips].geometry for fips in counties)
    with _filled(world, home) as urls:
        database = Database.at(urls.web)
        with database.transaction(SYSTEM) as session:
            area = areas.create(session, STATE, _facts(counties), home=home).id
        equal = _by_hand(database, home, counties) == _by_query(database, home, area)
        with engine_at(urls.owner).begin() as connection:
            connection.execute(text(_DEVICES))
        rows = list(_figures(database, home, area, outline))
        database.dispose()
    corners = int(shapely.get_num_coordinates(outline))
    return table(
        (
            f"resources; corners of the outline of {COUNTIES} counties",
            f"{RESOURCES:,}; {corners:,}",
        ),
        ("counts are those of every resource looked up by hand", "yes" if equal else "**no**"),
        *rows,
    )


def _facts(counties: list[str]) -> dict[str, Any]:
    return {"kind": "hazard", "name": "Bench", "counties": counties}


@contextmanager
def _filled(world: World, home: Home) -> Iterator[Urls]:
    """A database of its own with so many resources in it."""
    settings = world.settings
    urls = world.cluster.create_database("bench_areas")
    migrations.migrate(settings.at(database_url=urls.web, owner_url=urls.owner))
    box = home.bounds
    values = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    engine = engine_at(urls.owner, pool_size=1)
    with engine.begin() as connection:
        for statement in _FILL:
            used = {name: v for name, v in values.items() if f":{name}" in statement}
            connection.execute(text(statement), used | ({"count": RESOURCES} if used else {}))
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
    try:
        yield urls
    finally:
        world.cluster.drop_database("bench_areas")


def _by_hand(database: Database, home: Home, counties: list[str]) -> Counter[tuple[str, str]]:
    with database.reading() as session:
        found = session.execute(
            text("SELECT kind, status, ST_Y(position), ST_X(position) FROM resource")
        ).all()
    places = home.gazetteer.counties_at([row[2] for row in found], [row[3] for row in found])
    wanted = set(counties)
    return Counter(
        (row.kind, row.status) for row, fips in zip(found, places, strict=True) if fips in wanted
    )


def _by_query(database: Database, home: Home, area: int) -> Counter[tuple[str, str]]:
    told = _asked(database, home, area, 0)["inside"]
    return Counter(
        {(kind, status): n for kind, c in told.items() for status, n in c["by_status"].items()}
    )


def _asked(database: Database, home: Home, area: int, near_km: float) -> dict[str, Any]:
    with database.reading() as session:
        return areas.inside(session, STATE, area, home=home, near_km=near_km, most=50)


def _figures(database: Database, home: Home, area: int, outline: Any) -> Iterator[tuple[str, str]]:
    wkb = shapely.to_wkb(shapely.set_srid(outline, SRID), hex=True, include_srid=True)

    def bare(session: Session) -> None:
        session.execute(_BARE, {"shape": wkb}).all()

    def counts(near_km: float) -> Callable[[Session], None]:
        return lambda session: areas.counts(session, STATE, area, near_km=near_km)

    def whole(session: Session) -> None:
        areas.inside(session, STATE, area, home=home, near_km=5, most=50)

    yield "bare query, inside only", _timed(database, bare)
    yield "counts inside", _timed(database, counts(0))
    yield "counts inside and within 5 km", _timed(database, counts(5))
    yield "counts, people and a list of 50, as the panel asks", _timed(database, whole)


def _timed(database: Database, ask: Callable[[Session], Any]) -> str:
    taken = []
    for _ in range(ROUNDS):
        with database.reading() as session:
            session.execute(text("SELECT 1"))
            start = time.perf_counter()
            ask(session)
            taken.append((time.perf_counter() - start) * 1000)
    first, rest = taken[0], taken[1:]
    return (
        f"first {first:.0f} ms, then p50 {percentile(rest, 0.5):.0f} ms,"
        f" p95 {percentile(rest, 0.95):.0f} ms"
    )
