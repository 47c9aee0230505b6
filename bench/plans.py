"""The plans of the hot queries on 50,000 resources; a sequential scan of a big table is a fault."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from bench.world import World, table
from meris.db import engine_at

BIG = {"resource", "shelter", "unit", "stock_line", "change", "position_fix"}

#: The whole map reads every row by intention, so it is not here.
HOT = {
    "what is new since a cursor": (
        "SELECT resource_id FROM change WHERE journal_is_new(xid, pg_current_snapshot(),"
        " pg_current_snapshot())"
    ),
    "history of one resource": (
        "SELECT * FROM change WHERE resource_id = 77 ORDER BY resource_id, id DESC LIMIT 200"
    ),
    "search by words": "SELECT id FROM resource WHERE search_text LIKE '%columbia%'",
    "search by two letters": (r"SELECT id FROM resource WHERE lower(name) LIKE 'e1%' ESCAPE '\'"),
    "200 lines of the list": "SELECT * FROM resource WHERE id = ANY(ARRAY[1,2,3,4,5])",
    "nearest to a place": (
        "SELECT id FROM resource ORDER BY position <->"
        " (SELECT center FROM county WHERE fips = '29019') LIMIT 10"
    ),
    "match of an upload by its own ID": (
        "SELECT id FROM resource WHERE agency_id = 5 AND kind = 'shelter' AND external_id = 'A1'"
    ),
    "stock of a site": "SELECT * FROM stock_line WHERE resource_id = 9",
}


def run(world: World) -> str:
    """A table of plans. Raises RuntimeError when one reads a big table from end to end."""
    engine = engine_at(world.settings.database_url or "")
    rows = []
    with engine.connect() as connection:
        for title, query in HOT.items():
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {query}"
            (plan,) = connection.execute(text(explained.replace(":", r"\:"))).scalar_one()
            rows.append((title, f"{_nodes(plan['Plan'])}, {plan['Execution Time']:.1f} ms"))
    engine.dispose()
    return table(*rows)


def _nodes(plan: dict[str, Any]) -> str:
    found = list(_walk(plan))
    scans = [n for n in found if n["Node Type"] == "Seq Scan" and n.get("Relation Name") in BIG]
    if scans:
        raise RuntimeError(f"sequential scan of {scans[0]['Relation Name']}")
    return " ← ".join(n["Node Type"] + _on(n) for n in found)


def _on(node: dict[str, Any]) -> str:
    return f" {node['Index Name']}" if "Index Name" in node else ""


def _walk(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _walk(child)
