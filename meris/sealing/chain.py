"""Making seals, telling how far they are, and removing what is past its time under one."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from meris.db import SYSTEM, Database
from meris.errors import Refused
from meris.sql import named
from meris.tables import JournalSeal

#: Rows in a seal at most; each takes 32 bytes of it.
BATCH = 10_000
#: Seals in one turn of the background, so that other chores have theirs.
_TURN = 20


class State(NamedTuple):
    """How far the journal is sealed. `waiting` rows are not sealed yet, the oldest since `oldest`;
    None where only a whole reading could tell: before the first seal, and after a restore."""

    seals: int
    sealed_at: datetime | None
    waiting: int | None
    oldest: datetime | None


def seal_some(database: Database, *, seals: int = _TURN, batch: int = BATCH) -> int:
    """Seal finished rows, each seal in a transaction of its own: how many rows were sealed.

    Zero when there is nothing to seal, and when somebody else is sealing.
    """
    sealed = 0
    for _ in range(seals):
        with database.transaction(SYSTEM) as session:
            rows = session.scalar(select(func.journal_seal_next(batch))) or 0
        sealed += rows
        if rows < batch:
            break
    return sealed


def seal_all(database: Database, *, batch: int = BATCH) -> int:
    """Seal everything that is finished: how many rows."""
    sealed = 0
    while rows := seal_some(database, batch=batch):
        sealed += rows
    return sealed


def state(session: Session | Connection) -> State:
    """How far the seals are; reads only what is newer than the last one."""
    last = session.execute(
        select(
            JournalSeal.n,
            JournalSeal.sealed_at,
            JournalSeal.until,
            (JournalSeal.whole & (JournalSeal.home == func.journal_identity())).label("current"),
        )
        .order_by(JournalSeal.n.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return State(0, None, None, None)
    if not last.current:
        return State(last.n, last.sealed_at, None, None)
    waiting = session.execute(named("sealing", "waiting"), {"until": last.until}).one()
    return State(last.n, last.sealed_at, waiting.rows, waiting.oldest)


def let_go(owner: Connection, *, before: datetime, by: str, reason: str) -> int:
    """Remove the sealed rows of the journal from before a moment: how many. The seal that is added
    says who did it and why. `owner` is a connection of the database's owner.

    Raises `Refused` without a reason, and while something is not sealed yet.
    """
    if not reason.strip():
        raise Refused("Say why the rows are removed; the seal keeps it.")
    if state(owner).waiting is None:
        raise Refused("The journal has to be sealed first: meris audit seal")
    statement = text("SELECT journal_let_go(:before, :by, :reason)")
    asked = {"before": before, "by": by, "reason": reason.strip()}
    return owner.scalar(statement, asked) or 0
