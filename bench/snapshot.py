"""The map's snapshot of 50,000 resources: bytes on the wire, cold and warm, beside bare SQL.

The floor fetches the same columns of the same rows, as the owner, and packs nothing.
"""

import gzip
import io
import json
from typing import Any

from sqlalchemy import Engine, text

from bench.beside import timed
from bench.rows import Aim, Findings, Row
from bench.world import World
from meris import snapshot
from meris.accounts import Policy
from meris.db import Database, engine_at

MINUTES = 1
EVERYTHING = Policy(staff=True, everything=True)
BARE = """
SELECT id, kind, status, type, agency_id, county_fips, sensitivity, position_radius_m,
       round(ST_Y(position) * 100000)::int, round(ST_X(position) * 100000)::int,
       extract(epoch FROM confirmed_at)::bigint
FROM resource
"""


def run(world: World) -> Findings:
    """Bytes a resource and milliseconds."""
    database = Database.at(world.settings.database_url or "")
    engine = engine_at(world.settings.owner_url or "")
    entry = snapshot.Cache().current(database, EVERYTHING)
    count = len(json.loads(entry.plain)["id"])
    size = f"{count:,} resources"
    rows = [*_sizes(entry, engine, count, size), *times(database, engine, size)]
    engine.dispose()
    database.dispose()
    return Findings(rows)


def times(database: Database, engine: Engine, size: str, runs: int = 7) -> list[Row]:
    """Cold (query, columns, gzip) and warm (from the cache, checked against the journal).

    `engine` is the owner's. The floor's time is the same for both.
    """
    cold = timed(lambda: snapshot.Cache().current(database, EVERYTHING).body("gzip"), runs)
    cache = snapshot.Cache()
    cache.current(database, EVERYTHING).body("gzip")
    warm = timed(lambda: cache.current(database, EVERYTHING).body("gzip"), 30)
    bare = timed(lambda: _fetch(engine), runs)
    copied = timed(lambda: _copy(engine), 3)
    return [
        Row.compared("map snapshot, cold", cold, bare, size=size, floor_is="bare SQL, fetched",
                     note=f"bare COPY of the same rows: {min(copied):,.0f} ms"),
        Row.compared("map snapshot, warm", warm, bare, size=size, floor_is="bare SQL, fetched"),
    ]  # fmt: skip


def _sizes(entry: Any, engine: Engine, count: int, size: str) -> list[Row]:
    geojson = len(gzip.compress(_geojson(engine), 6)) / count
    told = {"size": size, "unit": "bytes", "tail": "total", "floor": geojson,
            "floor_is": "GeoJSON, gzip -6", "aim": Aim(8, by="issue 2")}  # fmt: skip
    return [
        Row(
            "map snapshot, a resource on the wire, gzip",
            p95=len(entry.body("gzip")) / count,
            **told,
        ),
        Row(
            "map snapshot, a resource on the wire, brotli",
            p95=len(entry.body("br")) / count,
            **told,
        ),
    ]


def _fetch(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text(BARE)).all()


def _copy(engine: Engine) -> None:
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        cursor.copy_expert(f"COPY ({BARE}) TO STDOUT", io.BytesIO())


def _geojson(engine: Engine) -> bytes:
    with engine.connect() as connection:
        rows = connection.execute(text(BARE)).all()
    features = [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": None if row[9] is None else
            {"type": "Point", "coordinates": [row[9] / 1e5, row[8] / 1e5]},
            "properties": {"kind": row[1], "status": row[2]},
        }
        for row in rows
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
