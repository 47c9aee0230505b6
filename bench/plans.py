"""The plans of the hot queries on 50,000 resources; a sequential scan of a big table is a fault.

The queries are the product's own: its functions are called, and what they send to the database is
explained.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bench.rows import Findings
from bench.world import World
from geo.gazetteer import Gazetteer
from meris import changes, resources, scorecard
from meris.accounts import Viewer
from meris.commands import fleet
from meris.db import EVERYTHING, engine_at, see
from meris.tables import StockLine

MINUTES = 0.5
BIG = {
    "resource",
    "shelter",
    "unit",
    "unit_position",
    "stock_line",
    "stock_movement",
    "assignment",
    "change",
    "position_fix",
    "bed_hold",
    "shelter_departure",
}
#: Fewer rows than these are sooner read than looked up: what grows big may be small here.
FEW = 5_000
STATE = Viewer("State", roles=frozenset({"state"}))
#: A county of the usual size. The whole map and the whole scorecard read every row by intention,
#: so they are not here, nor is the county that holds a tenth of the state.
COUNTY = "29051"


def _news(session: Session, _site: int) -> object:
    here = changes.now(session)
    return changes.news(session, here, here, most=500)


def _search(words: str) -> "Work":
    gazetteer = Gazetteer.load()
    return lambda session, _: resources.search(session, STATE.policy, words, gazetteer)


#: What is explained: a function of the product, given a session and the id of a supply site.
Work = Callable[[Session, int], object]
HOT: dict[str, Work] = {
    "what is new since a cursor": _news,
    "history of one resource": lambda session, site: changes.history(session, site),
    "search by words": _search("columbia"),
    "search by two letters": _search("e1"),
    "units by what they are called": lambda session, _: fleet.called(
        session, STATE.policy, ["e12", "engine12", "columbiaengine12"]
    ),
    "units that begin so": lambda session, _: fleet.beginning(
        session, STATE.policy, "e12", COUNTY, 6
    ),
    "200 lines of the list": lambda session, _: resources.briefs(session, STATE, range(300, 500)),
    "one site in full": lambda session, site: resources.detail(session, STATE, site),
    "what a county has to fix": lambda session, _: scorecard.flawed(
        session, STATE, COUNTY, limit=100
    ),
}


def run(world: World) -> Findings:
    """Plans only. Raises RuntimeError when one reads a big table from end to end."""
    engine = engine_at(world.settings.database_url or "")
    with Session(engine) as session:
        see(session, EVERYTHING)
        site = session.scalars(select(StockLine.resource_id).limit(1)).one()
    rows = [
        row
        for title, work in HOT.items()
        for row in explained(engine, title, work, site, big(world))
    ]
    engine.dispose()
    return Findings([], rows)


def big(world: World) -> Set[str]:
    """What must not be read from end to end; at a small size that is right for any table."""
    return frozenset() if world.small else BIG


def explained(
    engine: Engine, title: str, work: Work, site: int, big: Set[str]
) -> list[tuple[str, str]]:
    """A line for each statement on a big table that the function sends; raises as `run` does."""
    return list(_explained(engine, title, _sent(engine, work, site), big))


def _explained(
    engine: Engine, title: str, sent: Sequence[tuple[str, Any]], big: Set[str]
) -> Iterator[tuple[str, str]]:
    """The plan of each statement on a big table."""
    for number, (statement, parameters) in enumerate(sent):
        with Session(engine) as session:
            see(session, EVERYTHING)
            cursor = session.connection().connection.cursor()
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            (plan,) = cursor.fetchone()[0]
        if _tables(plan["Plan"]) & big:
            told = f"{_nodes(title, plan['Plan'], big)}, {plan['Execution Time']:.1f} ms"
            yield (f"{title}, {number + 1}" if number else title), told


def _sent(engine: Engine, work: Work, site: int) -> list[tuple[str, Any]]:
    """The statements that a function sends, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):  # type: ignore[no-untyped-def]
        sent.append((statement, parameters))

    with Session(engine) as session:
        see(session, EVERYTHING)
        # what is prepared once a connection cannot be explained; how it runs then can
        work(session, site)
        event.listen(engine, "before_cursor_execute", note)
        work(session, site)
    event.remove(engine, "before_cursor_execute", note)
    return sent


def _nodes(title: str, plan: dict[str, Any], big: Set[str]) -> str:
    found = list(_walk(plan))
    for node in found:
        table, seen = node.get("Relation Name"), _seen(node)
        if node["Node Type"] == "Seq Scan" and table in big and seen > FEW:
            raise RuntimeError(f"{title}: sequential scan of {table}, {seen:,} rows")
    return " ← ".join(n["Node Type"] + _on(n) for n in found)


def _seen(node: dict[str, Any]) -> int:
    """How many rows a step has looked at."""
    each = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
    return int(each * node.get("Actual Loops", 1))


def _tables(plan: dict[str, Any]) -> set[str]:
    return {node["Relation Name"] for node in _walk(plan) if "Relation Name" in node}


def _on(node: dict[str, Any]) -> str:
    return f" {node['Index Name']}" if "Index Name" in node else ""


def _walk(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _walk(child)
