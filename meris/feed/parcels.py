"""What a stretch of the journal means, as the events that each policy is told.

Read once for all policies. Positions of moving units go by themselves and never as whole rows, so
that a thousand units under way cost a thousand short lines and no catching up.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from meris import board, changes, snapshot
from meris.accounts import Policy
from meris.board import BoardNews
from meris.changes import Cursor, MovedUnit, News
from meris.feed.mailbox import CATCH_UP_SPREAD_SECONDS, catch_up, message, message_of

#: More resources than this in one go are fetched by the clients, not pushed at them.
MOST_IN_A_MESSAGE = 500
#: The same for units that only moved.
MOST_MOVED = 5_000
#: What the board of requests shows: a change of these is told as such, and not what it says.
_ASKED = ("request", "request_line", "shipment", "shipment_line")


@dataclass(frozen=True)
class Heard:
    """The news of one stretch of the journal.

    `here` is where the stretch ends, `told` up to where everything is told, positions too: those
    that moved a moment ago may be held back until a second is over. A client resumes at `told`.
    """

    map: News
    board: BoardNews
    requests: bool
    moved: list[MovedUnit]
    here: Cursor
    told: Cursor

    @property
    def nothing(self) -> bool:
        """Whether nobody is told anything."""
        seen = self.map.touched or self.map.whole_map or self.board.any or self.moved
        return not (seen or self.requests)

    @property
    def too_much(self) -> bool:
        """Whether the clients rather fetch it."""
        return self.map.whole_map or self.map.overflow or len(self.moved) > MOST_MOVED


def hear(session: Session, since: Cursor, here: Cursor) -> Heard:
    """What is new between two cursors, without units that only moved."""
    return Heard(
        map=changes.news(session, since, here, most=MOST_IN_A_MESSAGE, positions=False),
        board=board.news(session, since, here, most=MOST_IN_A_MESSAGE),
        requests=changes.anything_of(session, since, here, _ASKED),
        moved=[],
        here=here,
        told=here,
    )


def moved(session: Session, since: Cursor, here: Cursor) -> list[MovedUnit]:
    """The units that moved in a stretch; one more than is told when there are more."""
    return changes.moved(session, since, here, most=MOST_MOVED + 1)


def parcel(session: Session, policy: Policy, heard: Heard | None) -> bytes:
    """What `policy` is told. The last event has the id: a line lost before it loses none."""
    if heard is None or heard.nothing:
        return b""
    if heard.too_much:
        return catch_up(heard.here)
    events = [
        ("requests", json.dumps(_stamp(heard)) if heard.requests and policy.staff else ""),
        ("dispatch", _stamped(heard, _board_event(session, policy, heard.board))),
        ("change", _stamped(heard, _map_event(session, policy, heard.map))),
        ("moved", _moved_event(policy, heard)),
    ]
    said = [(name, data) for name, data in events if data]
    last = len(said) - 1
    return b"".join(
        message_of(name, data, heard.told if i == last else None)
        for i, (name, data) in enumerate(said)
    )


def beat(cursor: Cursor | None = None) -> bytes:
    """That the line is alive."""
    return message("beat", {"now": int(time.time())}, cursor)


def away(seconds: float) -> bytes:
    """That the journal could not be read for so many seconds: what clients show is as old."""
    now = int(time.time())
    return message("away", {"now": now, "since": now - round(seconds)})


def _stamp(heard: Heard) -> dict[str, Any]:
    return {"cursor": str(heard.here), "now": int(time.time())}


def _stamped(heard: Heard, data: dict[str, Any]) -> str:
    return json.dumps(_stamp(heard) | data, separators=(",", ":")) if data else ""


def _map_event(session: Session, policy: Policy, news: News) -> dict[str, Any]:
    changed = snapshot.changed(session, policy, news.touched)
    if not changed.rows and not changed.gone:
        return {}
    return {"full": False, **snapshot.delta(session, changed)}


def _board_event(session: Session, policy: Policy, news: BoardNews) -> dict[str, Any]:
    if not news.any:
        return {}
    if news.overflow:
        return {"refetch": True, "delay": CATCH_UP_SPREAD_SECONDS}
    changed = board.changed(session, policy, news)
    return changed if board.says_something(changed) else {}


def _moved_event(policy: Policy, heard: Heard) -> str:
    """The lines of `changes.MovedUnit` of units that the policy admits."""
    seen = {of: _admits(policy, *of) for of in {unit.of for unit in heard.moved}}
    lines = ",".join(unit.line for unit in heard.moved if seen[unit.of])
    if not lines:
        return ""
    head = json.dumps(_stamp(heard), separators=(",", ":"))
    return f'{head[:-1]},"units":[{lines}]}}'


def _admits(policy: Policy, sensitivity: str, agency_id: int) -> bool:
    return policy.admits(kind="unit", sensitivity=sensitivity, agency_id=agency_id)
