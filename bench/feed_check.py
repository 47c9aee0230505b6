"""What clients of the feed were told, held against the journal itself and not its readers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from bench.feed_load import Told

_CHANGED = text("""
SELECT table_name, row_id, resource_id, extract(epoch FROM at)::float8 AS at
FROM change
WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
""")
#: What the feed tells by id besides resources.
_BOARD = {"incident": "incidents", "assignment": "assignments", "area": "areas"}


@dataclass
class Verdict:
    """Of many links: news that came, that never came and that came twice, times the clients; how
    often somebody was told to fetch instead; and the longest wait from the journal to the last
    client, in seconds."""

    links: int = 0
    told: int = 0
    missed: int = 0
    repeated: int = 0
    caught_up: int = 0
    lag_s: float = 0.0

    def add(self, other: "Verdict") -> None:
        """Take another's counts in."""
        for name in ("links", "told", "missed", "repeated", "caught_up"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lag_s = max(self.lag_s, other.lag_s)


def judged(connection: Connection, link: dict[str, Any]) -> Verdict:
    """One link: `resources` and `board` as told, between the cursors `since` and `until`.

    The clients are of a viewer who may see everything. An assignment that changes brings its
    incident along, so that of the board only what the journal has and nobody was told counts.
    """
    count = link["count"]
    if link["event"] == "catchup":
        return Verdict(links=1, caught_up=count)
    span = {name: link[name].partition("-")[2] for name in ("since", "until")}
    rows = connection.execute(_CHANGED, span).all()
    changed = {row.resource_id for row in rows if row.resource_id is not None}
    on_board = {(_BOARD[row.table_name], int(row.row_id)) for row in rows
                if row.table_name in _BOARD}  # fmt: skip
    told, board = list(link["resources"]), {tuple(one) for one in link["board"]}
    missed = len(changed - set(told)) + len(on_board - board)
    twice = len(told) - len(set(told)) + len(set(told) - changed)
    if link["since"] == link["until"]:
        twice += len(board)
    lag = max((link["last"] - row.at for row in rows), default=0.0)
    heard = len(set(told) & changed) + len(on_board & board)
    return Verdict(1, heard * count, missed * count, twice * count, 0, lag)


__all__ = ["Told", "Verdict", "judged"]
