"""Walking the chain of seals: whether each is itself, follows the one before, and has its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.sealing.roots import prefix_of, with_hash
from meris.sql import named
from meris.tables import JournalSeal

_BEFORE_THE_FIRST = bytes(32)
#: Work of one statement: well under the time that the web's role has for one.
_ROWS, _SEALS = 20_000, 500
#: Told at most, of rows in one seal, and of faults in all.
_MOST_ROWS, _MOST = 20, 100


class Fault(NamedTuple):
    """What is wrong. `seal`: the first that does not hold, None where the fault is in no seal.

    `row` is a row of the journal; `at`, `table`, `of` and `by` are what it says now.
    """

    what: str
    seal: int | None
    words: str
    row: int | None = None
    at: datetime | None = None
    table: str | None = None
    of: str | None = None
    by: str | None = None


class Held(NamedTuple):
    """A root that was asked for and is there: in which seal, and when that was made."""

    root: str
    seal: int
    sealed_at: datetime


@dataclass
class Verdict:
    """What a walk found. `not_sealed` rows are newer than the seals, the oldest from `oldest`."""

    seals: int = 0
    rows: int = 0
    let_go: int = 0
    not_sealed: int = 0
    oldest: datetime | None = None
    last: bytes | None = None
    faults: list[Fault] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything is as it was sealed."""
        return not self.faults


def verify(
    session: Session, *, since: datetime | None = None, roots: Sequence[str] = ()
) -> Verdict:
    """Walk the chain, from the first seal made at or after `since`, and look for each of `roots`.

    Give it a session that sees one moment (`Database.reading`). Stops after a hundred faults.
    Raises `Invalid` for a root that cannot be read.
    """
    prefixes = {root: prefix_of(root) for root in roots}
    # a journal of years takes longer than a page may
    session.execute(select(func.set_config("statement_timeout", "0", True)))
    first = _first(session, since)
    walk = _Walk(session, Verdict(), first, _hash_before(session, first))
    for lowest, highest in _stretches(session, first):
        for seal in _stretch(session, lowest, highest):
            walk.see(seal)
        if len(walk.verdict.faults) >= _MOST:
            break
    _outside(session, walk.verdict)
    for root, prefix in prefixes.items():
        _compare(session, root, prefix, walk.verdict)
    return walk.verdict


class _Walk:
    """From seal to seal: what the next one has to be."""

    def __init__(
        self, session: Session, verdict: Verdict, next_n: int, previous: bytes | None
    ) -> None:
        self.verdict = verdict
        self._session, self._next, self._previous = session, next_n, previous

    def see(self, seal: Any) -> None:
        """Check one seal, and go on from it."""
        if seal.n != self._next:
            self._fault("seals missing", self._next, _missing(self._next, seal.n - 1))
        elif bytes(seal.previous) != self._previous:
            self._fault("chain broken", seal.n, f"Seal {seal.n} does not follow seal {seal.n - 1}.")
        if not seal.is_itself:
            self._fault("seal changed", seal.n, f"Seal {seal.n} itself was changed.")
        if not seal.lists_its_rows:
            words = f"The list of rows in seal {seal.n} was changed; which rows, it cannot tell."
            self._fault("list changed", seal.n, words)
        elif not seal.rows_agree:
            self._rows(seal.n)
        self._next, self._previous = seal.n + 1, bytes(seal.hash)
        self.verdict.seals += 1
        if seal.kind == "rows":
            self.verdict.rows += seal.rows
        else:
            self.verdict.let_go += seal.rows
        self.verdict.last = self._previous

    def _rows(self, n: int) -> None:
        """Which rows of a seal are not as they were; none where all that lacks was let go."""
        found = self._session.execute(
            named("sealing", "differing"), {"n": n, "most": _MOST_ROWS + 1}
        ).all()
        for row in found[:_MOST_ROWS]:
            words = f"Row {row.id} of the journal was {row.what}."
            fault = Fault(f"row {row.what}", n, words, *_facts(row))
            self.verdict.faults.append(fault)
        if len(found) > _MOST_ROWS:
            self._fault("more rows", n, f"More rows of seal {n} are not as they were.")

    def _fault(self, what: str, n: int, words: str) -> None:
        self.verdict.faults.append(Fault(what, n, words))


def _first(session: Session, since: datetime | None) -> int:
    """The seal to begin with; one past the last when there is none so late."""
    if since is None:
        return 1
    later = session.scalar(select(func.min(JournalSeal.n)).where(JournalSeal.sealed_at >= since))
    return later or (session.scalar(select(func.max(JournalSeal.n))) or 0) + 1


def _hash_before(session: Session, first: int) -> bytes | None:
    """What the first seal of the walk has to follow; None: the one before it is missing."""
    if first == 1:
        return _BEFORE_THE_FIRST
    return session.scalar(select(JournalSeal.hash).where(JournalSeal.n == first - 1))


def _stretches(session: Session, first: int) -> Iterator[tuple[int, int]]:
    """The first and last seal of each statement's work."""
    lowest, highest, rows, seals = 0, 0, 0, 0
    for n, size in session.execute(named("sealing", "sizes"), {"first": first}).all():
        if seals and (rows + size > _ROWS or seals >= _SEALS):
            yield lowest, highest
            rows, seals = 0, 0
        lowest, highest = (lowest if seals else n), n
        rows, seals = rows + size, seals + 1
    if seals:
        yield lowest, highest


def _stretch(session: Session, lowest: int, highest: int) -> Sequence[Any]:
    return session.execute(named("sealing", "stretch"), {"first": lowest, "last": highest}).all()


def _outside(session: Session, verdict: Verdict) -> None:
    """Rows that no seal holds: not sealed yet, or put in where everything was sealed."""
    for found in session.execute(named("sealing", "outside"), {"most": _MOST_ROWS}):
        if not found.behind:
            verdict.not_sealed, verdict.oldest = found.rows, found.oldest
            continue
        for row in session.execute(named("sealing", "facts"), {"ids": found.ids}):
            words = f"Row {row.id} of the journal was inserted after what is around it was sealed."
            verdict.faults.append(Fault("row inserted", None, words, *_facts(row)))
        if found.rows > len(found.ids):
            words = f"{found.rows:,} rows in all were inserted behind the seals."
            verdict.faults.append(Fault("more rows", None, words))


def _compare(session: Session, root: str, prefix: bytes, verdict: Verdict) -> None:
    found = with_hash(session, prefix)
    if found:
        verdict.held.append(Held(root, *found))
        return
    words = (
        f"No seal has the root {root}. It was misread, it is of another database or from after the"
        " backup that was restored, or the chain was made anew since."
    )
    verdict.faults.append(Fault("root missing", None, words))


def _missing(first: int, last: int) -> str:
    return f"Seals {first} to {last} are missing." if first < last else f"Seal {first} is missing."


def _facts(row: Any) -> tuple[int, datetime | None, str | None, str | None, str | None]:
    return row.id, row.at, row.table_name, row.row_id, row.actor_name
