"""Writing one movement: checked while its line is locked, written once however often it is sent."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.db import take_turns
from meris.errors import Conflict, Invalid, refused
from meris.ledger.promised import too_many
from meris.ledger.quantities import Said, of_line
from meris.ledger.shelves import Shelf, guarded
from meris.tables import StockMovement

#: These take from what is free, and these must say why.
TAKES_FREE = frozenset({"issue", "adjust_down", "expire", "damage", "commit"})
WITH_REASON = frozenset({"adjust_up", "adjust_down", "expire", "damage"})
#: The kind of advisory lock that keeps one key from being used twice at once.
_KEYS = 6


def record(
    session: Session,
    viewer: Viewer,
    kind: str,
    shelf: Shelf,
    said: Said,
    **of: Any,
) -> StockMovement:
    """Write a movement of a locked line; balances follow by trigger.

    `of` are further columns: fill_id, shipment_line_id, stocktake_id. Raises `Invalid`, `Conflict`.
    """
    quantity = of_line(shelf.line, said)
    if kind in WITH_REASON and not said.reason:
        raise refused("reason", "Say why.")
    if kind == "commit" or (kind in TAKES_FREE and of.get("fill_id") is None):
        require_free(session, viewer, shelf, quantity)
    return _insert(
        session,
        {
            "stock_line_id": shelf.line.id,
            "kind": kind,
            "quantity": quantity,
            "entered_quantity": said.quantity,
            "entered_unit": said.unit or shelf.line.unit_of_issue,
            **_said(viewer, said),
            **of,
        },
        shelf,
    )


def record_on_the_way(
    session: Session, viewer: Viewer, kind: str, quantity: Decimal, said: Said, **of: Any
) -> StockMovement:
    """What happened to goods between two sites: lost, damaged, or more than was said."""
    if not said.reason:
        raise refused("reason", "Say what became of it.")
    return _insert(session, {"kind": kind, "quantity": quantity, **_said(viewer, said), **of})


def undo(
    session: Session, viewer: Viewer, done: StockMovement, said: Said, shelf: Shelf | None
) -> StockMovement:
    """Write the reversal of a movement: the same from where it went to where it came from."""
    same = ("kind", "quantity", "stock_line_id", "fill_id", "shipment_line_id", "entered_quantity")
    row = {name: getattr(done, name) for name in (*same, "entered_unit")}
    return _insert(session, row | _said(viewer, said) | {"reverses_id": done.id}, shelf)


def require_free(session: Session, viewer: Viewer, shelf: Shelf, quantity: Decimal) -> None:
    """Raise `Conflict` when less than that is free, saying who has the rest."""
    if quantity > shelf.line.quantity_on_hand - shelf.line.quantity_committed:
        raise too_many(session, viewer, shelf.line)


def done_before(
    session: Session, viewer: Viewer, said: Said, kind: str, line_id: int | None
) -> StockMovement | None:
    """The movement that was made by this key; whoever sends it twice at once has to wait here.

    Raises `Conflict` where the key stands for something else, or is somebody else's.
    """
    if said.key is None:
        return None
    if len(said.key) > 200:
        raise Invalid("That key is longer than 200 signs.", field="key")
    take_turns(session, said.key, _KEYS)
    known = session.scalar(select(StockMovement).where(StockMovement.client_key == said.key))
    if known is None:
        return None
    if (known.by_name, known.kind, known.stock_line_id) != (viewer.name, kind, line_id):
        raise Conflict("This key was used for another movement. Send a key of its own with each.")
    return known


def _said(viewer: Viewer, said: Said) -> dict[str, Any]:
    return {
        "at": said.when(),
        "reason": said.reason,
        "by_name": viewer.name,
        "source": said.source,
        "client_key": said.key,
    }


def _insert(session: Session, row: dict[str, Any], shelf: Shelf | None = None) -> StockMovement:
    with guarded(session):
        made = session.scalars(insert(StockMovement).values(row).returning(StockMovement)).one()
    if shelf is not None:
        session.refresh(shelf.line)
    return made
