"""What is inside an area of 30 counties among 100,000 resources, beside the bare query for it.

The bare query is what an expert would type first: how many of each kind and status lie in the
outline, by recorded place, from the index on it. It knows no devices, no rights, no capacities and
no people. Both are compared with a third way: every resource put into its county by hand.
"""

from collections import Counter
from typing import Any

import shapely
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from bench.beside import Work, in_turn
from bench.filling import fill_box, filled, untriggered
from bench.rows import Aim, Findings, Row
from bench.world import World
from geo import shapes
from geo.values import SRID
from meris import areas
from meris.accounts import Viewer
from meris.db import SYSTEM, Database, engine_at
from meris.fields import Home

MINUTES = 1
COUNTIES, ROUNDS = 30, 15
STATE = Viewer("Stella", roles=frozenset({"state"}))

_STATEMENTS = (
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


def run(world: World) -> Findings:
    """Milliseconds beside the bare query. Raises RuntimeError when the counts are not exact."""
    home, count = Home.of(), world.sized(100_000, 3_000)
    counties = sorted(home.gazetteer.counties)[::4][:COUNTIES]
    outline = shapes.union(home.gazetteer.counties[fips].geometry for fips in counties)
    with filled(world, "bench_areas", lambda connection: _fill(connection, home, count)) as urls:
        database = Database.at(urls.web)
        with database.transaction(SYSTEM) as session:
            area = areas.create(session, STATE, _facts(counties), home=home).id
        if _by_hand(database, home, counties) != _by_query(database, home, area):
            raise RuntimeError("counts in an area are not those of every resource looked up")
        with engine_at(urls.owner).begin() as connection:
            connection.execute(text(_DEVICES))
        corners = int(shapely.get_num_coordinates(outline))
        size = f"{count:,} resources, {COUNTIES} counties, {corners:,} corners"
        findings = Findings(_figures(database, home, area, outline, size))
        database.dispose()
    return findings


def _facts(counties: list[str]) -> dict[str, Any]:
    return {"kind": "hazard", "name": "Bench", "counties": counties}


def _fill(connection: Connection, home: Home, count: int) -> None:
    box = home.bounds
    values = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    with untriggered(connection, "resource", "shelter", "supply_site", "unit"):
        fill_box(connection, _STATEMENTS, **values, count=count)


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


def _figures(database: Database, home: Home, area: int, outline: Any, size: str) -> list[Row]:
    wkb = shapely.to_wkb(shapely.set_srid(outline, SRID), hex=True, include_srid=True)

    def bare(session: Session, _: int) -> None:
        session.execute(_BARE, {"shape": wkb}).all()

    def counts(near_km: float) -> Work:
        return lambda session, _: areas.counts(session, STATE, area, near_km=near_km)

    def whole(session: Session, _: int) -> None:
        areas.inside(session, STATE, area, home=home, near_km=5, most=50)

    asked: dict[str, Work] = {
        "area counts, inside": counts(0),
        "area counts, inside and within 5 km": counts(5),
        "area: counts, people and a list of 50, as the panel asks": whole,
    }
    return [
        in_turn(database, what, range(ROUNDS), ours=work, bare=bare, warm_up=1, size=size,
                floor_is="bare count, inside only",
                aim=Aim(200, by="issue 4") if "panel" not in what else None)
        for what, work in asked.items()
    ]  # fmt: skip
