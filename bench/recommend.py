"""A recommendation among 100,000 units beside the bare query for the nearest of their kind.

The bare query is what an expert would type first: the nearest units of the kind that are available
or staged, by recorded place, from the best index there is. It knows no devices, holds, hours, cover
or danger, and gives no reason. Both ask for as many units, from the same random places, in turn.
"""

import random
from collections.abc import Iterator, Set

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import plans, units
from bench.beside import in_turn
from bench.filling import filled
from bench.rows import Aim, Findings
from bench.world import World
from geo.values import SRID, Position
from meris.accounts import Viewer
from meris.db import Database, engine_at
from meris.dispatch.recommend import Need, recommend
from meris.postgres import Urls

MINUTES = 1.5
ROUNDS, WARM_UP = 150, 20
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


def run(world: World) -> Findings:
    """Milliseconds of each question beside the bare walk; and the plans of the longest."""
    count = world.sized(100_000, 3_000)
    told = {
        "size": f"{count:,} units",
        "floor_is": "bare KNN",
        "aim": Aim(3, "ratio", by="issue 4"),
    }
    with filled(world, "bench_recommend", lambda connection: units.make(connection, count)) as urls:
        database = Database.at(urls.web)
        rows = [
            in_turn(
                database,
                f"recommend {name}",
                ((here, needs) for here in _somewhere(name)),
                ours=_recommended,
                bare=_nearest,
                warm_up=WARM_UP,
                **told,
            )
            for name, needs in ASKED.items()
        ]
        database.dispose()
        return Findings(rows, _plans(urls, plans.big(world)))


def _somewhere(seed: str) -> Iterator[Position]:
    chance = random.Random(seed)
    for _ in range(WARM_UP + ROUNDS):
        yield Position(chance.uniform(36.5, 40.4), chance.uniform(-95.2, -90.0))


def _nearest(session: Session, asked: tuple[Position, list[Need]]) -> None:
    here, needs = asked
    for need in needs:
        for kind in need.unit_types:
            told = {"lat": here.lat, "lon": here.lon, "kind": kind, "most": need.count + _OTHERS}
            session.execute(_BARE, told).all()


def _recommended(session: Session, asked: tuple[Position, list[Need]]) -> None:
    here, needs = asked
    recommend(session, DISPATCHER, position=here, needs=needs, most=_OTHERS)


def _plans(urls: Urls, big: Set[str]) -> list[tuple[str, str]]:
    """How the database answers what the longest of them asks; fails on a sequential scan."""
    engine = engine_at(urls.web)
    asked = Position(38.9, -92.3), ASKED["a structure fire's run card"]
    rows = plans.explained(
        engine, "a run card recommended", lambda session, _: _recommended(session, asked), 0, big
    )
    engine.dispose()
    return rows
