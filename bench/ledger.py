"""Stock in operation at full size: 300,000 lines, 5 million movements, and what people ask of them.

Beside each stands the floor: the bare SQL that an expert would type for the same question, without
policy, units, factors, ranges or reasons. Both run in turn. A sequential scan of the movements or
of the stock lines is a fault.
"""

import random
import time
from collections.abc import Callable, Iterator, Set
from decimal import Decimal

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from bench import books, plans
from bench.beside import in_turn
from bench.filling import write
from bench.rows import Findings, Row
from bench.world import World
from meris import ledger, running_out, supplies
from meris.accounts import Viewer
from meris.db import Database, engine_at
from meris.fields import Home
from meris.postgres import Urls
from meris.requests import sources
from meris.tables import RequestLine, Resource, StockLine

#: Of the quick questions and of those about the whole state.
MINUTES = 4
ROUNDS, SLOW_ROUNDS, WARM_UP = 100, 8, 2
#: The whole state reads every open shelter by intention.
_BIG = frozenset({"stock_line", "stock_movement"})
#: A county of the usual size.
COUNTY = "29051"
STATE = Viewer("Stella", roles=frozenset({"state"}))
HOME = Home.of("MO")

#: A function of the product or of the floor, given a session and one of many ids.
Work = Callable[[Session, int], object]

_STOCK = text("SELECT * FROM stock_line WHERE resource_id = :id ORDER BY category, item_name")
_MOVED = text(
    "SELECT * FROM stock_movement WHERE stock_line_id = :id ORDER BY at DESC, id DESC LIMIT 50"
)
_BURNT = text("""
    SELECT r.name, l.item_name, (l.quantity_on_hand - l.quantity_committed) / (used / 72) AS hours
    FROM resource r JOIN stock_line l ON l.resource_id = r.id
    JOIN (SELECT stock_line_id, sum(quantity) AS used FROM stock_movement
          WHERE kind = 'issue' AND at > now() - interval '72 h' GROUP BY stock_line_id) AS m
      ON m.stock_line_id = l.id
    WHERE r.status = 'open' AND (CAST(:county AS text) IS NULL OR r.county_fips = :county)
    ORDER BY hours LIMIT 101
""")
_NEAREST = text("""
    SELECT r.name, sum(l.quantity_on_hand - l.quantity_committed) AS free
    FROM request_line q JOIN request o ON o.id = q.request_id
    JOIN resource s ON s.id = o.deliver_to_id
    CROSS JOIN LATERAL (SELECT * FROM resource r WHERE r.kind <> 'unit' AND r.position IS NOT NULL
                        ORDER BY geography(r.position) <-> geography(s.position) LIMIT 100) AS r
    JOIN stock_line l ON l.resource_id = r.id AND l.item_code = q.item_code
    WHERE q.id = :id GROUP BY r.id, r.name HAVING sum(l.quantity_on_hand - l.quantity_committed) > 0
""")
_SUMMED = text("SELECT stock_line_id, sum(quantity), max(id) FROM stock_movement GROUP BY 1")
_WRITTEN = text(
    "INSERT INTO stock_movement (at, kind, quantity, stock_line_id, by_name, source)"
    " VALUES (now(), :kind, 1, :id, 'Bench', 'web')"
)


def run(world: World) -> Findings:
    """Milliseconds beside bare SQL. Raises RuntimeError for a sequential scan, or books that are
    off."""
    size = books.Size() if not world.small else books.Size(400, 50_000)
    told = f"{size.lines:,} lines, {size.movements:,} movements"
    with world.database("bench_ledger") as urls:
        rows = _filling(urls, size, told)
        engine, database = engine_at(urls.web), Database.at(urls.web)
        rows += [_read(database, told, *question) for question in _questions(database)]
        rows += [_written(database, told, kind, size.lines) for kind in ("commit", "receive")]
        plans = list(_plans(database, engine, _BIG if not world.small else frozenset()))
        engine.dispose()
        database.dispose()
    return Findings(rows, plans)


def _filling(urls: Urls, size: books.Size, told: str) -> list[Row]:
    """Write the books and have the product count them again."""
    begun = time.perf_counter()
    write(urls, lambda connection: books.make(connection, size))
    write(urls, lambda connection: books.finish(connection, size), "stock_line")
    made, begun = time.perf_counter() - begun, time.perf_counter()
    engine = engine_at(urls.owner, pool_size=1)
    with Session(engine) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        faults = ledger.check(session)
        checked, begun = time.perf_counter() - begun, time.perf_counter()
        session.execute(_SUMMED).all()
        bare = time.perf_counter() - begun
    engine.dispose()
    if faults:
        raise RuntimeError(f"{len(faults)} balances are not what their movements make: {faults[0]}")
    return [
        Row("ledger: all balances counted again from the movements", told, p95=checked, floor=bare,
            floor_is="bare sums", unit="s", tail="total",
            note=f"none differs; the movements were written in {made:.0f} s by bulk SQL"),
    ]  # fmt: skip


def _questions(database: Database) -> list[tuple[str, Work, Work, list[int], int]]:
    """Each by name: the product's function, the floor, ids to ask about, how often."""
    with database.reading() as session:
        sites = list(session.scalars(select(Resource.id)))
        lines = list(session.scalars(select(StockLine.id)))
        wants = list(session.scalars(select(RequestLine.id)))
    return [
        (
            "the stock page of a site",
            lambda session, site: supplies.sheet(session, STATE, site, today=_today()),
            lambda session, site: session.execute(_STOCK, {"id": site}).all(),
            sites,
            ROUNDS,
        ),
        (
            "why a line says what it says: 50 movements",
            lambda session, line: ledger.explain(session, STATE, line),
            lambda session, line: session.execute(_MOVED, {"id": line}).all(),
            lines,
            ROUNDS,
        ),
        (
            "runs out first, the whole state",
            lambda session, _: _running_out(session, ""),
            lambda session, _: session.execute(_BURNT, {"county": None}).all(),
            [0],
            SLOW_ROUNDS,
        ),
        (
            "runs out first, one county",
            lambda session, _: _running_out(session, COUNTY),
            lambda session, _: session.execute(_BURNT, {"county": COUNTY}).all(),
            [0],
            ROUNDS,
        ),
        (
            "runs out first, one site",
            lambda session, site: running_out.of_site(session, STATE, site, HOME),
            lambda session, site: session.execute(_STOCK, {"id": site}).all(),
            sites[:: books.OPEN_OF],
            ROUNDS,
        ),
        (
            "sources for a line of a request",
            lambda session, line: sources.suggest(session, STATE, line),
            lambda session, line: session.execute(_NEAREST, {"id": line}).all(),
            wants,
            ROUNDS,
        ),
    ]


def _running_out(session: Session, county: str) -> object:
    return running_out.listed(session, STATE, running_out.Question(county=county), HOME)


def _today():  # type: ignore[no-untyped-def]
    return HOME.now().astimezone(HOME.zone).date()


def _read(
    database: Database, size: str, name: str, ours: Work, floor: Work, ids: list[int], rounds: int
) -> Row:
    chance = random.Random(name)
    about = [chance.choice(ids) for _ in range(WARM_UP + rounds)]
    return in_turn(database, name, about, ours=ours, bare=floor, warm_up=WARM_UP, size=size,
                   floor_is="bare SQL")  # fmt: skip


def _written(database: Database, size: str, kind: str, lines: int) -> Row:
    """One movement by the product beside one bare INSERT with the same triggers, both committed."""
    chance = random.Random(kind)
    taken: list[float] = []
    bare: list[float] = []
    for number in range(WARM_UP + ROUNDS):
        line = chance.randrange(1, lines)
        for into in (bare, taken):
            begun = time.perf_counter()
            with database.transaction(STATE.actor) as session:
                if into is bare:
                    session.execute(_WRITTEN, {"kind": kind, "id": line})
                else:
                    _move(session, kind, line)
            if number >= WARM_UP:
                into.append((time.perf_counter() - begun) * 1000)
    title = "commit one to a receiver" if kind == "commit" else "receive one"
    return Row.compared(title, taken, bare, size=size, floor_is="bare INSERT, same triggers")


def _move(session: Session, kind: str, line: int) -> None:
    said = ledger.Said(Decimal(1))
    if kind == "commit":
        ledger.promise(session, STATE, line, said)
    else:
        ledger.receive(session, STATE, line, said)


def _plans(database: Database, engine: Engine, big: Set[str]) -> Iterator[tuple[str, str]]:
    """How each question is answered; fails on a sequential scan of a big table."""
    for name, ours, _, ids, _ in _questions(database):
        yield from plans.explained(engine, name, ours, ids[len(ids) // 2], big)
