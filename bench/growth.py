"""How cost grows: one database from 10,000 to 1,000,000 resources, the same questions at each size.

Rows are written in bulk without triggers and without indexes, which are then made anew: the journal
knows only the changes that the feed's delta is asked about. A third each are shelters, supply sites
and units around the middles of the counties; 300 incidents with a unit each stay the same.
"""

import random
import time
from collections.abc import Callable
from functools import cache

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from bench import plots, snapshot
from bench.beside import Work, in_turn
from bench.filling import unindexed, untriggered, write
from bench.rows import Findings, Row
from bench.world import World
from geo.gazetteer import Gazetteer
from geo.values import SRID, Position
from meris import board, changes, resources
from meris import snapshot as maps
from meris.accounts import Viewer
from meris.db import SYSTEM, Database, engine_at
from meris.dispatch.recommend import Need, recommend
from meris.postgres import Urls

MINUTES = 5
ROUNDS, TOUCHED = 40, 50
STATE = Viewer("Stella", agency_id=1, roles=frozenset({"state", "dispatcher"}))
_HERE = f"geography(ST_SetSRID(ST_MakePoint(:lon, :lat), {SRID}))"

_GROW = (
    "INSERT INTO resource (kind, agency_id, name, type, status, position, position_source,"
    " county_fips, sensitivity, confirmed_at) SELECT kind, 1, town || ' ' || initcap(kind) || ' '"
    " || n, CASE kind WHEN 'unit' THEN 'engine' WHEN 'shelter' THEN 'evacuation' ELSE 'pod' END,"
    " CASE kind WHEN 'unit' THEN 'available' ELSE 'open' END, ST_Translate(center,"
    " (random() - 0.5) * 0.6, (random() - 0.5) * 0.6), 'reported', fips, 'restricted',"
    " now() - random() * interval '1 day'"
    " FROM (SELECT n, (ARRAY['shelter', 'supply_site', 'unit'])[1 + n % 3] AS kind,"
    " (ARRAY['Columbia', 'Joplin', 'Rolla', 'Sedalia', 'Hannibal', 'Clinton', 'Macon', 'Nevada'])"
    "[1 + abs(hashint8(n)) % 8] AS town FROM generate_series(:first, :last) AS n) AS made"
    " JOIN (SELECT row_number() OVER (ORDER BY fips) - 1 AS rank, count(*) OVER () AS counties,"
    " fips, center FROM county WHERE served) AS county ON rank = n % counties ORDER BY n",
    "INSERT INTO shelter (resource_id, evacuation_capacity) SELECT id, 100 FROM resource"
    " WHERE kind = 'shelter' AND id > :known",
    "INSERT INTO supply_site (resource_id) SELECT id FROM resource"
    " WHERE kind = 'supply_site' AND id > :known",
    "INSERT INTO unit (resource_id) SELECT id FROM resource WHERE kind = 'unit' AND id > :known",
)
_WORK = (
    "INSERT INTO incident (number, type, priority, title, position, position_source, created_by)"
    " SELECT '1999-' || lpad(n::text, 6, '0'), 'tornado', 1, 'Bench', position, 'click', 'Bench'"
    " FROM (SELECT row_number() OVER (ORDER BY id) AS n, position FROM resource LIMIT 300) AS spot",
    "INSERT INTO assignment (resource_id, incident_id, status, status_at, status_by, during,"
    " created_by) SELECT unit.id, incident.id, 'dispatched', now(), 'Bench',"
    " tstzrange(now(), now() + interval '8 h'), 'Bench' FROM (SELECT id, row_number() OVER"
    " (ORDER BY id) AS n FROM resource WHERE kind = 'unit' LIMIT 300) AS unit JOIN incident"
    " ON incident.number = '1999-' || lpad(n::text, 6, '0')",
)
_TOUCH = text(
    "UPDATE resource SET status = CASE status WHEN 'open' THEN 'closed' ELSE 'open' END WHERE id IN"
    " (SELECT id FROM resource WHERE kind = 'shelter' ORDER BY id LIMIT :most)"
)
_NEAREST = text(
    f"SELECT id, name, geography(position) <-> {_HERE} FROM resource WHERE kind = 'unit'"
    " AND type = 'engine' AND status IN ('available', 'staged') AND position IS NOT NULL"
    f" ORDER BY geography(position) <-> {_HERE} LIMIT 7"
)
_NAMED = text("SELECT id, name FROM resource WHERE search_text LIKE '%' || :words || '%' LIMIT 20")
_BRIEF = text("SELECT * FROM resource WHERE id = ANY(:ids)")
_BOARD = text(
    "SELECT * FROM incident LEFT JOIN assignment ON incident_id = incident.id"
    " WHERE closed_at IS NULL"
)
_CHANGED = text(
    "SELECT * FROM resource WHERE id IN (SELECT resource_id FROM change WHERE id > :id)"
)
_IN_BOX = text(
    f"SELECT id FROM resource WHERE position && ST_MakeEnvelope(:w, :s, :e, :n, {SRID}) LIMIT 200"
)
TOWNS = ("columbia", "clinton", "macon", "nevada", "hannibal")


def run(world: World) -> Findings:
    """A row for each question and size, and one plot of all with the slopes."""
    sizes = (500, 1_000, 2_000) if world.small else (10_000, 50_000, 200_000, 1_000_000)
    rows: list[Row] = []
    with world.database("bench_growth") as urls:
        for number, size in enumerate(sizes):
            filled = _grow(urls, sizes[number - 1] if number else 0, size)
            rows += _asked(urls, size, filled)
    return Findings(rows, plots=[("How cost grows with the number of resources", _plot(rows))])


def _grow(urls: Urls, had: int, size: int) -> float:
    """From so many resources to so many; seconds, with the indexes and VACUUM ANALYZE."""

    def fill(connection: Connection) -> None:
        if not had:
            connection.execute(text("INSERT INTO agency (name, kind) VALUES ('Bench', 'state')"))
        known = connection.scalar(text("SELECT coalesce(max(id), 0) FROM resource"))
        given = {"first": had + 1, "last": size, "known": known}
        tables = ("resource", "shelter", "supply_site", "unit")
        with untriggered(connection, *tables), unindexed(connection, "resource"):
            for statement in _GROW:
                used = {name: value for name, value in given.items() if f":{name}" in statement}
                connection.execute(text(statement), used)
        for statement in _WORK if not had else ():
            connection.execute(text(statement))

    begun = time.perf_counter()
    write(urls, fill)
    return time.perf_counter() - begun


def _asked(urls: Urls, size: int, filled: float) -> list[Row]:
    told = f"{size:,} resources"
    database, owner = Database.at(urls.web), engine_at(urls.owner, pool_size=1)
    rows = snapshot.times(database, owner, told, runs=3)
    works: dict[str, tuple[Work, Work, str]] = {
        "nearest two engines recommended": (_recommended, _nearest, "bare KNN"),
        "search by a word": (_searched, _named, "bare LIKE, 20 rows"),
        "list of what is in a box, 200 lines": (_listed, _in_box, "bare SQL for 200 in a box"),
        "board with 300 incidents": (_board, _on_board, "bare join"),
    }
    rows += [
        in_turn(database, what, range(ROUNDS), ours=ours, bare=bare, warm_up=4, size=told,
                floor_is=floor)
        for what, (ours, bare, floor) in works.items()
    ]  # fmt: skip
    rows.append(_delta(database, told))
    owner.dispose()
    database.dispose()
    noted = f"the database was grown to this size in {filled:.0f} s by bulk SQL"
    return [rows[0], Row(**{**vars(rows[1]), "note": noted}), *rows[2:]]


def _place(number: int) -> Position:
    chance = random.Random(number)
    return Position(chance.uniform(36.8, 40.2), chance.uniform(-94.8, -90.5))


def _recommended(session: Session, number: int) -> None:
    recommend(session, STATE, position=_place(number), needs=[Need(2, ("engine",))], most=5)


def _nearest(session: Session, number: int) -> None:
    here = _place(number)
    session.execute(_NEAREST, {"lat": here.lat, "lon": here.lon}).all()


def _searched(session: Session, number: int) -> None:
    resources.search(session, STATE.policy, TOWNS[number % len(TOWNS)], _gazetteer())


def _named(session: Session, number: int) -> None:
    session.execute(_NAMED, {"words": TOWNS[number % len(TOWNS)]}).all()


def _in_box(session: Session, number: int) -> list[int]:
    here = _place(number)
    box = {"w": here.lon - 0.4, "e": here.lon + 0.4, "s": here.lat - 0.3, "n": here.lat + 0.3}
    ids = list(session.scalars(_IN_BOX, box))
    session.execute(_BRIEF, {"ids": ids}).all()
    return ids


def _listed(session: Session, number: int) -> None:
    """Where a row lies is known to the browser, which asks for the lines by their numbers."""
    ids = [number * 20 + one for one in range(1, 201)]
    resources.briefs(session, STATE, ids)


def _board(session: Session, _: int) -> None:
    board.whole(session, STATE.policy)
    board.types(session)


def _on_board(session: Session, _: int) -> None:
    session.execute(_BOARD).all()


def _delta(database: Database, told: str) -> Row:
    """What changed on the map since a cursor, as the feed asks it, after 50 resources changed."""
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS // 4):
        with database.reading() as session:
            cursor = str(changes.now(session))
            last = session.scalar(text("SELECT coalesce(max(id), 0) FROM change"))
        with database.transaction(SYSTEM) as session:
            session.execute(_TOUCH, {"most": TOUCHED})

        def both(session: Session, cursor: str = cursor, last: object = last) -> None:
            bare.append(_spent(lambda: session.execute(_CHANGED, {"id": last}).all()))
            ours.append(_spent(lambda: maps.since(session, STATE.policy, cursor)))

        with database.reading() as session:
            both(session)
    return Row.compared(f"feed: what {TOUCHED} changes did to the map", ours, bare, size=told,
                        floor_is="bare rows of the changes")  # fmt: skip


def _spent(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer.load()


def _plot(rows: list[Row]) -> str:
    series: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        size = float(row.size.split()[0].replace(",", ""))
        series.setdefault(row.what, []).append((size, row.p50 or 0))
    return plots.lines("growth", "Cost by number of resources: median of each question", series,
                       x="resources", y="ms (p50)", log=True)  # fmt: skip
