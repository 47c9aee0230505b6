"""Taking a movement back, whatever it was: one on a shelf, or one by which a shipment came in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.ledger import movements
from meris.ledger.quantities import Said
from meris.ledger.receipts import reverse_receipt
from meris.tables import StockMovement


def is_reversible(movement: Mapping[str, Any]) -> bool:
    """Whether such a movement, as `explain` tells it, is taken back by `reverse`: promises are
    released and shipments turned back instead."""
    bound = movement["fill_id"] is not None and movement["kind"] != "issue"
    came_in = movement["shipment_line_id"] is not None and movement["kind"] == "transfer_in"
    return movement["reverses_id"] is None and (came_in or not bound)


def reverse(session: Session, viewer: Viewer, movement_id: int, said: Said) -> StockMovement:
    """Take a movement back by another that goes the other way; both stay in the books.

    Of a receipt the goods are on the way again, and the shipment has arrived and is not received.
    `said.quantity` is not read. Raises `NotFound`, `Forbidden`, `Conflict`, `Invalid`.
    """
    done = session.get(StockMovement, movement_id)
    if done is not None and done.shipment_line_id is not None and done.kind == "transfer_in":
        return reverse_receipt(session, viewer, movement_id, said)
    return movements.reverse(session, viewer, movement_id, said)
