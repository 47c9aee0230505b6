"""A place for a party among 100,000 shelters, beside the bare query for the nearest with beds.

The bare query is what an expert would type first: the nearest open shelters with as many places
free as people, from the best index there is. It knows no holds, nobody on the way, no wheelchair,
pets, power, ages or dangers, and gives no reason. Both are asked from the same places, in turn.
"""

import random
import time
from collections.abc import Iterator, Set

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from bench import plans
from bench.beside import in_turn, milliseconds
from bench.filling import fill_box, filled, untriggered
from bench.rows import Findings, Row
from bench.world import World
from geo.values import SRID, Position
from meris import areas, placing
from meris.accounts import Viewer
from meris.db import SYSTEM, Database, engine_at
from meris.fields import Home
from meris.placing import holds
from meris.placing.find import MOST_OFFERED
from meris.postgres import Urls

MINUTES = 1.5
ROUNDS, WARM_UP = 100, 10
DISPATCHER = Viewer("Dana", agency_id=1, roles=frozenset({"dispatcher"}))
#: What is asked for, by name. With the facts below a sixth of the open ones suit the second, and
#: one in two hundred the last.
ASKED = {
    "4 people": placing.Party(4),
    "12 people, 2 wheelchairs, 3 pets, power": placing.Party(12, 2, power=True, pets=3),
    "90 people, 5 wheelchairs, 10 pets, power": placing.Party(90, 5, power=True, pets=10),
}
DETOUR = 1.3

_STATEMENTS = (
    "INSERT INTO agency (name, kind) VALUES ('Bench', 'state')",
    "INSERT INTO resource (kind, agency_id, name, type, status, confirmed_at, position,"
    " position_source, sensitivity) SELECT 'shelter', (SELECT id FROM agency WHERE name = 'Bench'),"
    " 'Bench ' || n, (ARRAY['evacuation', 'short_term_congregate', 'warming_center'])[1 + n % 3],"
    " (ARRAY['open', 'open', 'open', 'closed', 'standby', 'full'])[1 + n % 6],"
    " now() - random() * interval '3 hours', ST_SetSRID(ST_MakePoint(:west + random() *"
    f" (:east - :west), :south + random() * (:north - :south)), {SRID}), 'reported',"
    " (ARRAY['public', 'restricted'])[1 + n % 2] FROM generate_series(1, :count) AS n",
    "INSERT INTO shelter (resource_id, evacuation_capacity, population_total, counted_at,"
    " wheelchair_accessible, generator, pet_policy) SELECT id, 100, nullif(id % 103, 7),"
    " now() - interval '1 hour', (ARRAY[true, true, NULL, false])[1 + id % 4],"
    " (ARRAY[true, NULL, false])[1 + id % 3], (ARRAY['onsite', 'none', NULL])[1 + id / 2 % 3]"
    " FROM resource",
    # half of them run, the others have run out or arrived
    "INSERT INTO bed_hold (resource_id, people, held_by, held_at, held_until, ended_at, ended_by,"
    " outcome) SELECT id, 3, 'Bench', now(), now() + interval '6 hours',"
    " CASE WHEN id % 2 = 0 THEN now() END, CASE WHEN id % 2 = 0 THEN 'Bench' END,"
    " CASE WHEN id % 2 = 0 THEN 'arrived' END FROM resource WHERE status = 'open'"
    " ORDER BY random() LIMIT :held",
    # people on their way from a neighbor, at one in ten
    "INSERT INTO shelter_departure (from_id, to_id, people, left_at, by_name)"
    " SELECT id, id + 1, 5, now(), 'Bench' FROM resource"
    " WHERE id % 10 = 0 AND id < (SELECT max(id) FROM resource)",
)
_HERE = f"geography(ST_SetSRID(ST_MakePoint(:lon, :lat), {SRID}))"
_BARE = text(
    f"SELECT id, name, geography(position) <-> {_HERE} FROM resource JOIN shelter"
    " ON resource_id = id WHERE kind = 'shelter' AND kind <> 'unit' AND status = 'open'"
    " AND position IS NOT NULL AND evacuation_capacity - population_total >= :people"
    f" ORDER BY geography(position) <-> {_HERE} LIMIT :most"
)


def run(world: World) -> Findings:
    """Milliseconds beside the bare query; holds and a county's people by themselves; the plans."""
    home, count = Home.of(), world.sized(100_000, 3_000)
    size = f"{count:,} shelters, {count // 5:,} holds"
    with filled(world, "bench_placing", lambda connection: _fill(connection, home, count)) as urls:
        database = Database.at(urls.web)
        rows = [_compared(database, home, name, party, size) for name, party in ASKED.items()]
        rows += [_held(database, size), _area(database, home, size)]
        database.dispose()
        return Findings(rows, _plans(urls, plans.big(world)))


def _fill(connection: Connection, home: Home, count: int) -> None:
    box = home.bounds
    values = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    with untriggered(connection, "resource", "shelter", "bed_hold", "shelter_departure"):
        fill_box(connection, _STATEMENTS, **values, count=count, held=count // 5)


def _compared(database: Database, home: Home, name: str, party: placing.Party, size: str) -> Row:
    return in_turn(
        database,
        f"a place for {name}",
        ((here, party) for here in _somewhere(home, name, WARM_UP + ROUNDS)),
        ours=_found,
        bare=_nearest,
        warm_up=WARM_UP,
        size=size,
        floor_is="bare KNN with beds",
    )


def _somewhere(home: Home, seed: str, count: int) -> Iterator[Position]:
    chance, box = random.Random(seed), home.bounds
    for _ in range(count):
        yield Position(chance.uniform(box.south, box.north), chance.uniform(box.west, box.east))


def _nearest(session: Session, asked: tuple[Position, placing.Party]) -> None:
    here, party = asked
    told = {"lat": here.lat, "lon": here.lon, "people": party.people, "most": MOST_OFFERED}
    session.execute(_BARE, told).all()


def _found(session: Session, asked: tuple[Position, placing.Party]) -> None:
    here, party = asked
    placing.places(session, DISPATCHER, here, party, detour=DETOUR)


def _held(database: Database, size: str) -> Row:
    """One desk after another, each at another shelter."""
    with database.reading() as session:
        ids = session.scalars(
            text(
                "SELECT id FROM resource JOIN shelter ON resource_id = id WHERE status = 'open'"
                " AND population_total < 90 ORDER BY id LIMIT :most"
            ),
            {"most": ROUNDS},
        ).all()
    taken = []
    for shelter in ids:
        start = time.perf_counter()
        with database.transaction(SYSTEM) as session:
            held = holds.hold(session, DISPATCHER, shelter, 2, terms=holds.Terms())
        with database.transaction(SYSTEM) as session:
            holds.release(session, DISPATCHER, held.hold.id, terms=holds.Terms())
        taken.append((time.perf_counter() - start) * 1000)
    return Row.compared("a hold made and let go", taken, [], size=size)


def _area(database: Database, home: Home, size: str) -> Row:
    with database.transaction(SYSTEM) as session:
        facts = {"kind": "evacuation", "name": "Bench", "counties": ["29019"]}
        area = areas.create(session, DISPATCHER, facts, home=home).id
    given = {"wheelchair": "200", "pets": "500", "power": "100"}

    def plan(session: Session, _: int) -> None:
        placing.plan(session, DISPATCHER, area, given, home=home, detour=DETOUR)

    taken = [milliseconds(database, plan, 0) for _ in range(20)]
    return Row.compared("a county's people placed within 50 km", taken, [], size=size)


def _plans(urls: Urls, big: Set[str]) -> list[tuple[str, str]]:
    """How the database answers what is asked for; fails on a sequential scan."""
    engine = engine_at(urls.web)
    asked = Position(38.9, -92.3), ASKED["12 people, 2 wheelchairs, 3 pets, power"]
    rows = plans.explained(
        engine, "a place for a party", lambda session, _: _found(session, asked), 0, big
    )
    engine.dispose()
    return rows
