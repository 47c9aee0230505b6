"""100,000 units around the towns of a state, at work and at rest, for the benchmarks."""

import io
import random
from collections.abc import Iterator

from sqlalchemy import Connection, text

from geo.values import SRID

#: Kinds of units and how many in a thousand are of each; the last are rare.
KINDS = {
    "engine": 250,
    "patrol": 250,
    "ambulance_als": 110,
    "ambulance_bls": 110,
    "public_works_truck": 80,
    "brush": 60,
    "ladder": 50,
    "rescue": 45,
    "tanker": 40,
    "hazmat": 4,
    "helicopter": 1,
}
#: Of ten units.
_STATUSES = ("available",) * 6 + ("staged", "out_of_service", "off_duty", "returning")
#: Degrees around the middle of a county, and people on whom one stands more.
_SPREAD, _PEOPLE = 0.25, 20_000

_AFTER = (
    "INSERT INTO unit (resource_id, type_level, home_base, available_from)"
    " SELECT id, nullif(id % 6, 0) % 5 + 1, 'Station ' || id / 4, now() - id % 30 * interval '1 h'"
    " FROM resource WHERE kind = 'unit'",
    # a third is placed by a device, a few kilometers from where it was recorded
    "INSERT INTO unit_position (resource_id, at, position, speed_mps, source)"
    " SELECT id, now() - id % 15 * interval '1 min', ST_Translate(position,"
    " (random() - 0.5) / 10, (random() - 0.5) / 10), id % 20, 'bench'"
    " FROM resource WHERE kind = 'unit' AND id % 3 = 0",
    "INSERT INTO incident (number, type, priority, title, position, position_source, created_by)"
    " SELECT '1999-' || lpad(n::text, 6, '0'), 'tornado', 1, 'Bench', position, 'click', 'Bench'"
    " FROM (SELECT row_number() OVER (ORDER BY id) AS n, position FROM resource LIMIT 500) AS spot",
    # some are out; some were in the last day; some are booked
    "INSERT INTO assignment (resource_id, incident_id, status, status_at, status_by, during,"
    " created_by) SELECT resource.id, incident.id, 'dispatched', now(), 'Bench',"
    " tstzrange(now(), now() + interval '8 h'), 'Bench' FROM resource JOIN incident"
    " ON incident.number = '1999-' || lpad((1 + resource.id % 500)::text, 6, '0')"
    " WHERE kind = 'unit' AND resource.status = 'available' AND resource.id % 11 = 0",
    "INSERT INTO assignment (resource_id, incident_id, status, status_at, status_by, during,"
    " dispatched_at, created_by) SELECT resource.id, incident.id, 'released',"
    " now() - interval '3 h', 'Bench', tstzrange(now() - interval '9 h', now() - interval '3 h'),"
    " now() - interval '9 h', 'Bench' FROM resource JOIN incident"
    " ON incident.number = '1999-' || lpad((1 + resource.id % 500)::text, 6, '0')"
    " WHERE kind = 'unit' AND resource.id % 5 = 0",
    "INSERT INTO cover_rule (county_fips, unit_types, minimum) SELECT fips, kinds, 5 FROM county,"
    " (VALUES (ARRAY['engine']), (ARRAY['ambulance_als', 'ambulance_bls'])) AS rule (kinds)"
    " WHERE served",
    "INSERT INTO area (kind, name, shape, created_by) SELECT 'hazard', 'Bench', ST_Multi("
    " ST_Buffer(center::geography, 8000)::geometry), 'Bench' FROM county WHERE served LIMIT 20",
)


def make(connection: Connection, count: int) -> None:
    """Put `count` units, their devices, work, cover and danger into a database without any."""
    agency = connection.scalar(
        text("INSERT INTO agency (name, kind) VALUES ('Bench Fire', 'fire') RETURNING id")
    )
    columns = "kind, agency_id, name, type, status, position, position_source, county_fips"
    cursor = connection.connection.cursor()
    rows = io.StringIO("".join(_rows(connection, count, int(agency or 0))))
    cursor.copy_expert(f"COPY resource ({columns}, confirmed_at) FROM STDIN (FORMAT csv)", rows)
    for statement in _AFTER:
        connection.exec_driver_sql(statement.replace("%", "%%"))


def _rows(connection: Connection, count: int, agency: int) -> Iterator[str]:
    counties = connection.execute(
        text(
            "SELECT fips, ST_X(center), ST_Y(center), coalesce(population, 0) FROM county"
            " WHERE served ORDER BY fips"
        )
    ).all()
    chance = random.Random(1)
    at = chance.choices(counties, [people + _PEOPLE for *_, people in counties], k=count)
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=count)
    for number, ((fips, lon, lat, _), kind) in enumerate(zip(at, kinds, strict=True)):
        status = _STATUSES[chance.randrange(10)]
        x, y = chance.gauss(lon, _SPREAD), chance.gauss(lat, _SPREAD)
        yield (
            f"unit,{agency},{kind} {number},{kind},{status},SRID={SRID};POINT({x} {y}),reported,"
            f"{fips},2026-01-01\n"
        )
