"""300,000 stock lines over 20,000 sites and 5 million movements of 90 days, for the benchmarks.

Movements are numbered in the order they happened, as in life, and each follows from its number
alone; the triggers that keep balances are off while they are written, and the balances are then
set to what the movements make. `meris.ledger.check` confirms them.
"""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from bench.filling import unindexed, untriggered
from geo.values import SRID
from meris.fields import ITEMS

LINES_A_SITE, DAYS = 15, 90
#: One site in so many uses things up now: an open shelter, or every fifth of them a POD.
OPEN_OF, PODS_OF = 10, 5
#: So many in a thousand of the movements, the newest, came after the last vacuum, as in life.
_FRESH = 4
_SPREAD, _PEOPLE = 0.25, 20_000
_COPY = "COPY {} FROM STDIN (FORMAT csv, NULL '')"

#: A number from a number: the same for ever, and like no other.
_CHANCE = "(hashint8extended(n, {}) & 1048575)"
#: The kind of a movement, in thousands; the rest is handed out. A count follows one that a file
#: or a stock-taking made.
_WRITE = """
INSERT INTO stock_movement (id, at, kind, quantity, stock_line_id, reason, by_name, source,
                            recorded_at, reverses_id, follows)
OVERRIDING SYSTEM VALUE
SELECT i, at, kind, CASE kind WHEN 'receive' THEN greatest(quantity, 300 * (i <= {lines})::int)
         ELSE quantity END,
       line, CASE WHEN kind LIKE 'adjust%' THEN 'reported otherwise' END, 'Bench', 'phone', at,
       CASE WHEN n <> i THEN n END, kind LIKE 'adjust%'
FROM (
  SELECT i, n, now() - interval '{days} days' * (1 - i / {movements}.0) AS at,
    CASE WHEN n <= {lines} THEN n
      -- half of what moves, moves where people are
      WHEN {chance[1]} % 2 = 0 THEN ({chance[2]} % {open_sites})
        * {open_lines} + {chance[3]} % {lines_a_site} + 1
      ELSE {chance[4]} % {lines} + 1 END AS line,
    CASE WHEN n <= {lines} THEN 'receive'
      WHEN chance < 200 THEN 'receive' WHEN chance < 230 THEN 'return'
      WHEN chance < 310 THEN 'adjust_down' WHEN chance < 330 THEN 'adjust_up'
      WHEN chance < 340 THEN 'commit' ELSE 'issue' END AS kind,
    CASE WHEN chance < 200 THEN 6 + {chance[6]} % 9 ELSE 1 + {chance[6]} % 4 END
      AS quantity
  FROM (
    SELECT i, n, {chance[5]} % 1000 AS chance
    -- one in a hundred takes back what was written 37 before
    FROM generate_series(%s::bigint, %s::bigint) AS i
    CROSS JOIN LATERAL (SELECT CASE WHEN i % 100 = 0 AND i > {lines} + 100 THEN i - 37 ELSE i END)
      AS said (n)
  ) AS numbered
) AS movement ORDER BY i
"""
_BALANCE = """
UPDATE stock_line l SET quantity_on_hand = m.free + m.promised, quantity_committed = m.promised,
                        ledger_id = m.id
FROM (SELECT stock_line_id, max(id) AS id,
        sum(CASE 'free' WHEN to_place THEN quantity WHEN from_place THEN -quantity ELSE 0 END)
          AS free,
        sum(CASE 'promised' WHEN to_place THEN quantity WHEN from_place THEN -quantity ELSE 0 END)
          AS promised
      FROM stock_movement GROUP BY stock_line_id) AS m
WHERE l.id = m.stock_line_id
"""
_PARTS = (
    "INSERT INTO shelter (resource_id, evacuation_capacity, population_total)"
    " SELECT id, 200 + id % 400, CASE WHEN status = 'open' AND id % 7 > 0 THEN 10 + id % 300 END"
    " FROM resource WHERE kind = 'shelter'",
    "INSERT INTO supply_site (resource_id, hours_open, hours_close, pod_type)"
    " SELECT id, '07:00', '19:00', CASE WHEN type = 'pod' THEN 1 + id % 3 END"
    " FROM resource WHERE kind = 'supply_site'",
    "INSERT INTO request (number, agency_id, deliver_to_id, priority, needed_by, requested_by,"
    " requested_at, source) SELECT 'B' || id, agency_id, id, 'high', now() + interval '12 h',"
    " 'Bench', now(), 'web' FROM resource WHERE status = 'open' AND id % 4 = 1",
    "INSERT INTO request_line (request_id, rank, item_code, item_name, quantity, unit_of_issue,"
    " status, status_at, status_by) SELECT id, 1, 'WATER-BTL', 'Bottled water', 40, 'CS',"
    " 'approved', now(), 'Bench' FROM request",
)


@dataclass(frozen=True)
class Size:
    """How many sites and movements; each site has `LINES_A_SITE` lines."""

    sites: int = 20_000
    movements: int = 5_000_000

    @property
    def lines(self) -> int:
        """Of all sites."""
        return self.sites * LINES_A_SITE

    @property
    def fresh(self) -> int:
        """How many movements came after the last vacuum."""
        return self.movements * _FRESH // 1000


def make(connection: Connection, size: Size) -> None:
    """Fill a database that has nothing but its schema and seed."""
    agencies = _agencies(connection)
    columns = (
        "kind, agency_id, name, type, status, position, position_source, county_fips,"
        " sensitivity, confirmed_at"
    )
    _copy(connection, f"resource ({columns})", _sites(connection, agencies, size.sites))
    first = int(connection.scalar(text("SELECT min(id) FROM resource")) or 0)
    with untriggered(connection, "shelter", "supply_site"):
        for statement in _PARTS:
            connection.exec_driver_sql(statement.replace("%", "%%"))
    with (
        untriggered(connection, "stock_line", "stock_movement"),
        unindexed(connection, "stock_movement"),
    ):
        columns = (
            "resource_id, item_code, item_name, category, quantity_on_hand, unit_of_issue,"
            " units_per_pack, lot, expires_on, par_level, as_of"
        )
        _copy(connection, f"stock_line ({columns})", _lines(first, size.sites))
        _write(connection, size, 1, size.movements - size.fresh)


def finish(connection: Connection, size: Size) -> None:
    """The newest movements, behind the vacuum; and the balances of all."""
    with untriggered(connection, "stock_line", "stock_movement"):
        _write(connection, size, size.movements - size.fresh + 1, size.movements)
        connection.exec_driver_sql(_BALANCE)
    connection.exec_driver_sql(
        "SELECT setval(pg_get_serial_sequence('stock_movement', 'id'), %s)", (size.movements,)
    )


def _write(connection: Connection, size: Size, begin: int, end: int) -> None:
    cursor = connection.connection.cursor()
    statement = _WRITE.format(
        lines=size.lines, movements=size.movements, days=DAYS, lines_a_site=LINES_A_SITE,
        open_sites=size.sites // OPEN_OF, open_lines=OPEN_OF * LINES_A_SITE,
        chance=[_CHANCE.format(number) for number in range(7)],
    )  # fmt: skip
    cursor.execute(statement.replace("%", "%%").replace("%%s", "%s"), (begin, end))


def _copy(connection: Connection, table: str, rows: Iterator[str]) -> None:
    connection.connection.cursor().copy_expert(_COPY.format(table), io.StringIO("".join(rows)))


def _agencies(connection: Connection) -> dict[str, int]:
    """An agency for each county, by its code."""
    rows = connection.execute(
        text(
            "INSERT INTO agency (name, kind, county_fips)"
            " SELECT full_name || ' OEM', 'county', fips FROM county WHERE served"
            " RETURNING county_fips, id"
        )
    )
    return {row[0]: row[1] for row in rows}


def _sites(connection: Connection, agencies: dict[str, int], sites: int) -> Iterator[str]:
    counties = connection.execute(
        text(
            "SELECT fips, ST_X(center), ST_Y(center), coalesce(population, 0) FROM county"
            " WHERE served ORDER BY fips"
        )
    ).all()
    chance = random.Random(6)
    at = chance.choices(counties, [people + _PEOPLE for *_, people in counties], k=sites)
    for number, (fips, lon, lat, _) in enumerate(at):
        kind, sort, status = _sort(number)
        x, y = chance.gauss(lon, _SPREAD), chance.gauss(lat, _SPREAD)
        yield (
            f"{kind},{agencies[fips]},Site {number},{sort},{status},SRID={SRID};POINT({x} {y}),"
            f"reported,{fips},restricted,2026-01-01\n"
        )


def _sort(number: int) -> tuple[str, str, str]:
    """Kind, type and status of a site: which are open follows from `OPEN_OF` and `PODS_OF`."""
    if number % OPEN_OF == 0:
        pod = number // OPEN_OF % PODS_OF == 0
        return ("supply_site", "pod", "open") if pod else ("shelter", "evacuation", "open")
    if number % 2:
        return "supply_site", "supply_cache", "standby"
    return "shelter", "evacuation", "closed"


def _lines(first: int, sites: int) -> Iterator[str]:
    """Lines by site; the first of a site are what everybody has."""
    chance = random.Random(7)
    common, others = ITEMS[:8], ITEMS[8:]
    for number in range(sites):
        kept = [*common, *chance.sample(others, LINES_A_SITE - len(common))]
        for item in kept:
            pack = "CS" if item.packs.get("CS") else item.base_unit
            size = item.packs.get("CS") or ""
            last = f"2027-{1 + number % 12:02}-01" if item.category in ("water", "food") else ""
            lot = f"L{number % 50}" if last else ""
            par = 150 if number % 3 else ""
            yield (
                f'{first + number},{item.code},"{item.title}",{item.category},0,{pack},{size},'
                f"{lot},{last},{par},2026-01-01\n"
            )
