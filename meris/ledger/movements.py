"""What somebody does with stock at one site: take in, hand out, correct, throw away, take back.

Every function writes one movement and answers it. They raise `NotFound` (also for a hidden site),
`Forbidden`, `Invalid`, or `Conflict` where less is there or free than they would take.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Conflict, NotFound, refused
from meris.ledger.lots import Lot, line_for
from meris.ledger.promising import require_loose
from meris.ledger.quantities import Said
from meris.ledger.record import done_before, record, undo
from meris.ledger.shelves import (
    Shelf,
    find,
    hold_requests,
    lock,
    lock_site,
    require_hands,
    require_keeper,
)
from meris.tables import Fill, Resource, StockMovement

_NO_MOVEMENT = "There is no such movement, or you may not see it."
_Require = Callable[[Viewer, Resource], None]


def receive(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """Goods that came from outside: bought, given, delivered by somebody who is not in MERIS."""
    return _move(session, viewer, "receive", line_id, said, require_keeper)


def receive_lot(
    session: Session, viewer: Viewer, site_id: int, lot: Lot, said: Said
) -> StockMovement:
    """The same of a lot that the site may not have yet: its line is found or made."""
    site = lock_site(session, viewer, site_id)
    require_keeper(viewer, site)
    line = line_for(session, site, lot)
    return _move(session, viewer, "receive", line.id, said, require_keeper)


def issue(
    session: Session, viewer: Viewer, line_id: int, said: Said, *, fill_id: int | None = None
) -> StockMovement:
    """Goods handed out to those who use them up. With `fill_id`, from what is promised by it: the
    one who asked fetched it, and it counts as received."""
    if fill_id is None:
        return _move(session, viewer, "issue", line_id, said, require_hands)
    done = done_before(session, viewer, said, "issue", line_id)
    if done is not None:
        return done
    hold_requests(session, [fill_id])
    shelf = lock(session, viewer, [line_id])[line_id]
    require_hands(viewer, shelf.site)
    fill = session.get(Fill, fill_id, with_for_update=True, populate_existing=True)
    if fill is None or fill.stock_line_id != line_id:
        raise NotFound("Nothing of this stock is promised there.")
    require_loose(session, shelf, said, fill)
    return record(session, viewer, "issue", shelf, said, fill_id=fill_id)


def give_back(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """Goods that were handed out and came back unused."""
    return _move(session, viewer, "return", line_id, said, require_hands)


def adjust_up(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """More is there than the books say. Needs a reason."""
    return _move(session, viewer, "adjust_up", line_id, said, require_keeper)


def adjust_down(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """Less is there than the books say. Needs a reason."""
    return _move(session, viewer, "adjust_down", line_id, said, require_keeper)


def expire(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """Thrown away because its last day of use is here or past. Raises `Invalid` before it."""
    shelf = lock(session, viewer, [line_id])[line_id]
    last = shelf.line.expires_on
    if last is not None and last > said.day():
        raise refused("kind", f"It does not expire until {last:%Y-%m-%d}. Say it is damaged.")
    words = f"expired {last:%Y-%m-%d}" if last else "expired"
    said = said if said.reason else _because(said, words)
    return _move(session, viewer, "expire", line_id, said, require_keeper)


def damage(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """Thrown away because it is spoilt or broken. Needs a reason."""
    return _move(session, viewer, "damage", line_id, said, require_keeper)


def set_aside(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """Keep some for a purpose that MERIS does not know; it is no longer free."""
    return _move(session, viewer, "commit", line_id, said, require_keeper)


def let_go(session: Session, viewer: Viewer, line_id: int, said: Said) -> StockMovement:
    """Make free again what was set aside, by hand or by a file."""
    return _move(session, viewer, "release_commit", line_id, said, require_keeper)


#: What may be done with a line on a page, by the word that says so.
BY_NAME: dict[str, Callable[[Session, Viewer, int, Said], StockMovement]] = {
    "receive": receive,
    "issue": issue,
    "return": give_back,
    "adjust_up": adjust_up,
    "adjust_down": adjust_down,
    "expire": expire,
    "damage": damage,
    "set_aside": set_aside,
    "let_go": let_go,
}
#: Those of them that who reports for a shelter may do there.
BY_HANDS = ("issue", "return")


def reverse(session: Session, viewer: Viewer, movement_id: int, said: Said) -> StockMovement:
    """Take a movement back by another that goes the other way; both stay in the books.

    A promise is released and a shipment turned back instead. `said.quantity` is not read.
    """
    done = session.get(StockMovement, movement_id)
    if done is None or done.stock_line_id is None:
        raise NotFound(_NO_MOVEMENT)
    line_id = done.stock_line_id
    _require_seen(session, viewer, line_id)
    before = done_before(session, viewer, said, done.kind, line_id)
    if before is not None:
        return before
    hold_requests(session, [done.fill_id] if done.fill_id else [])
    shelf = lock(session, viewer, [line_id])[line_id]
    (require_hands if done.kind in BY_HANDS else require_keeper)(viewer, shelf.site)
    if done.reverses_id is not None:
        raise refused("movement", "That is a reversal. Make the movement anew instead.")
    if done.fill_id is not None and done.kind != "issue":
        raise Conflict(
            "This belongs to a promise or a shipment. Release the promise, or correct the shipment."
        )
    if not said.reason:
        raise refused("reason", "Say why it is reversed.")
    return undo(session, viewer, done, said, shelf)


def _require_seen(session: Session, viewer: Viewer, line_id: int) -> None:
    """In the words of a movement that there is not."""
    try:
        find(session, viewer, line_id)
    except NotFound as problem:
        raise NotFound(_NO_MOVEMENT) from problem


def _move(
    session: Session, viewer: Viewer, kind: str, line_id: int, said: Said, require: _Require
) -> StockMovement:
    done = done_before(session, viewer, said, kind, line_id)
    if done is not None:
        return done
    shelf: Shelf = lock(session, viewer, [line_id])[line_id]
    require(viewer, shelf.site)
    return record(session, viewer, kind, shelf, said)


def _because(said: Said, reason: str) -> Said:
    return Said(said.quantity, said.unit, said.at, reason, said.source, said.key)
