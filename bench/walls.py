"""What the database's second wall costs: the same work with its policies and with them taken away.

Both run in turn in two databases that hold the same rows. Without the wall nothing but the queries'
own conditions is minded, which is the floor.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from bench.filling import fill_box, filled, untriggered
from bench.rows import Findings, Row
from bench.world import World
from geo.queries import near
from geo.values import SRID, Position
from meris import board, snapshot
from meris.accounts import Viewer
from meris.db import Database, engine_at
from meris.fields import Home
from meris.migrations import walls
from meris.resources import search
from meris.tables import Resource

MINUTES = 1.5
ROUNDS = 15
#: One in ten is confidential, one in ten restricted, of a hundred agencies.
_STATEMENTS = (
    "INSERT INTO agency (name, kind) SELECT 'Bench ' || n, 'state' FROM generate_series(1, 100) n",
    "INSERT INTO resource (kind, agency_id, name, type, status, position, position_source,"
    " sensitivity) SELECT CASE WHEN n % 3 = 0 THEN 'unit' ELSE 'supply_site' END,"
    " (SELECT min(id) FROM agency WHERE name LIKE 'Bench %') + n % 100, 'Bench ' || n,"
    " CASE WHEN n % 3 = 0 THEN 'engine' END,"
    " CASE WHEN n % 3 = 0 THEN 'available' ELSE 'open' END,"
    " ST_SetSRID(ST_MakePoint(:west + random() * (:east - :west), :south + random() *"
    f" (:north - :south)), {SRID}), 'reported',"
    " (ARRAY['confidential', 'restricted', 'public'])[1 + least(n % 10, 2)]"
    " FROM generate_series(1, :count) AS n",
    "INSERT INTO supply_site (resource_id) SELECT id FROM resource WHERE kind = 'supply_site'",
    "INSERT INTO unit (resource_id) SELECT id FROM resource WHERE kind = 'unit'",
)
_WRITE = text("UPDATE resource SET status_reason = :said WHERE id = :id")

Work = Callable[[Session, int], object]


def run(world: World) -> Findings:
    """Milliseconds of a county's editor beside the same without policies."""
    home, count = Home.of(), world.sized(50_000, 3_000)
    with (
        filled(world, "bench_walled", lambda connection: _fill(connection, home, count)) as urls,
        _copied(world, "bench_bare") as bare,
    ):
        agency = _agency(urls.owner)
        viewer = Viewer("Carol", None, agency, "Bench", frozenset({"county_editor"}))
        pair = [Database.at(one.web).as_seen_by(viewer.sight) for one in (urls, bare)]
        _require(pair, viewer)
        size = f"{count:,} resources, a county's editor"
        rows = [_compared(pair, what, work, size) for what, work in _asked(viewer, home).items()]
        rows.append(_written(pair, viewer, size))
        for database in pair:
            database.dispose()
    return Findings(rows)


@contextmanager
def _copied(world: World, name: str) -> Iterator[Any]:
    """The filled database once more, with no policy on any table."""
    with world.database(name, template="bench_walled") as urls:
        engine = engine_at(urls.owner, pool_size=1)
        with engine.begin() as connection:
            walls.lower_walls(connection)
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                "VACUUM ANALYZE"
            )
        engine.dispose()
        yield urls


def _fill(connection: Connection, home: Home, count: int) -> None:
    box = home.bounds
    values = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    with untriggered(connection, "resource", "supply_site", "unit"):
        fill_box(connection, _STATEMENTS, **values, count=count)


def _agency(url: str) -> int:
    engine = engine_at(url, pool_size=1)
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT min(id) FROM agency WHERE name LIKE 'Bench %'"))
    engine.dispose()
    return int(found or 0)


def _require(pair: list[Database], viewer: Viewer) -> None:
    """Raises RuntimeError unless one wall holds what a query forgets and the other is none."""
    counted = []
    for database in pair:
        with database.reading() as session:
            everything = session.scalar(select(func.count(Resource.id))) or 0
            statement = select(func.count(Resource.id)).where(viewer.policy.condition())
            counted.append((everything, session.scalar(statement) or 0))
    (walled, allowed), (bare, same) = counted
    if walled != allowed or bare <= same or allowed != same:
        raise RuntimeError(f"the wall is not what is measured: {counted}")


def _asked(viewer: Viewer, home: Home) -> dict[str, Work]:
    box, policy = home.bounds, viewer.policy
    wide, high = box.east - box.west, box.north - box.south

    def boxed(session: Session, turn: int) -> object:
        west, south = box.west + wide * turn / 40, box.south + high * turn / 40
        corners = (west, south, west + wide / 20, south + high / 20, SRID)
        inside = Resource.position.op("&&")(func.ST_MakeEnvelope(*corners))
        return session.execute(select(Resource.id).where(inside, policy.condition())).all()

    def nearest(session: Session, turn: int) -> object:
        here = Position(lat=box.south + high / 2, lon=box.west + wide * turn / 20)
        away = near(Resource.position, here)
        statement = select(Resource.id).where(policy.condition()).order_by(away).limit(20)
        return session.execute(statement).all()

    def by_words(session: Session, turn: int) -> object:
        return search(session, policy, f"bench {turn}17", home.gazetteer)

    return {
        "map, cold": lambda session, _: snapshot.whole(session, policy),
        "bounding box": boxed,
        "20 nearest": nearest,
        "search by words": by_words,
        "board, cold": lambda session, _: board.whole(session, policy),
    }


def _compared(pair: list[Database], what: str, work: Work, size: str) -> Row:
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 2):
        for database, into in zip(pair, taken, strict=True):
            begun = time.perf_counter()
            with database.reading() as session:
                work(session, turn)
            if turn >= 2:
                into.append((time.perf_counter() - begun) * 1000)
    return Row.compared(f"second wall: {what}", *taken, size=size, floor_is="without policies")


def _written(pair: list[Database], viewer: Viewer, size: str) -> Row:
    """One change of a row of the own agency, committed."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 2):
        for database, into in zip(pair, taken, strict=True):
            begun = time.perf_counter()
            with database.transaction(viewer.actor) as session:
                mine = select(func.min(Resource.id)).where(Resource.agency_id == viewer.agency_id)
                found = {"said": f"turn {turn}", "id": session.scalar(mine)}
                session.execute(_WRITE, found)
            if turn >= 2:
                into.append((time.perf_counter() - begun) * 1000)
    return Row.compared("second wall: one write", *taken, size=size, floor_is="without policies")
