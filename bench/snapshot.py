"""The map's snapshot of 50,000 resources, beside the bare SQL for the same rows."""

import gzip
import io
import json
from typing import Any

import brotli
from sqlalchemy import text

from bench.world import World, table, timed
from meris import snapshot
from meris.accounts import Policy
from meris.db import Database, engine_at

EVERYTHING = Policy(staff=True, everything=True)
BARE = """
SELECT id, kind, status, type, agency_id, county_fips, sensitivity, position_radius_m,
       round(ST_Y(position) * 100000)::int, round(ST_X(position) * 100000)::int,
       extract(epoch FROM confirmed_at)::bigint
FROM resource
"""


def run(world: World) -> str:
    """A table of figures."""
    url = world.settings.database_url or ""
    database = Database.at(url)
    engine = engine_at(url)
    entry = snapshot.Cache().current(database, EVERYTHING)
    count = len(json.loads(entry.plain)["id"])
    cold = timed(lambda: snapshot.Cache().current(database, EVERYTHING).body("gzip"))
    warm_cache = snapshot.Cache()
    warm = timed(lambda: warm_cache.current(database, EVERYTHING).body("gzip"), runs=30)
    bare = timed(lambda: _fetch(engine))
    copied = timed(lambda: _copy(engine))
    geojson = _geojson(engine)
    rows = (
        ("resources", f"{count:,}"),
        ("plain JSON columns", f"{len(entry.plain) / count:.1f} bytes a resource"),
        ("gzip -6, as sent", _per(entry.body("gzip"), count)),
        ("brotli 5, as sent", _per(entry.body("br"), count)),
        ("the same as GeoJSON, gzip -6", _per(gzip.compress(geojson, 6), count)),
        ("cold: query, columns, gzip", f"{cold:.0f} ms"),
        ("warm: from the cache, checked against the journal", f"{warm:.1f} ms"),
        ("bare SQL for the same rows, fetched", f"{bare:.0f} ms (cold is {cold / bare:.1f} times)"),
        ("bare COPY of the same rows", f"{copied:.0f} ms"),
        ("brotli of GeoJSON", _per(brotli.compress(geojson, quality=5), count)),
    )
    engine.dispose()
    database.dispose()
    return table(*rows)


def _per(body: bytes, count: int) -> str:
    return f"{len(body) / count:.2f} bytes a resource ({len(body) / 1024:.0f} KB)"


def _fetch(engine: Any) -> None:
    with engine.connect() as connection:
        connection.execute(text(BARE)).all()


def _copy(engine: Any) -> None:
    with engine.connect() as connection:
        cursor = connection.connection.driver_connection.cursor()
        cursor.copy_expert(f"COPY ({BARE}) TO STDOUT", io.BytesIO())


def _geojson(engine: Any) -> bytes:
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
