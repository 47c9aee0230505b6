"""The states of a shipment and the moves between them (domain §3.4), and who may see one."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Conflict, NotFound
from meris.ledger.shelves import in_turn
from meris.tables import Resource, Shipment

#: From each state the ones it may become. What was received by mistake is on the way again.
TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    "preparing": ("in_transit", "cancelled"),
    "in_transit": ("arrived", "received", "returning"),
    "arrived": ("received", "returning"),
    "received": ("arrived",),
    "returning": ("returned",),
    "returned": (),
    "cancelled": (),
}
TITLES: Mapping[str, str] = {
    "preparing": "being prepared",
    "in_transit": "on its way",
    "arrived": "arrived",
    "received": "received",
    "returning": "coming back",
    "returned": "back",
    "cancelled": "cancelled",
}
ENDED = ("received", "returned", "cancelled")
#: With goods that are at neither site.
UNDER_WAY = ("in_transit", "arrived", "returning")


@dataclass(frozen=True)
class Freight:
    """A locked shipment with its two sites."""

    shipment: Shipment
    origin: Resource
    goal: Resource


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """For queries on `Shipment`: staff see those from or to a site that they may see. The site at
    the other end is not told where it is hidden."""
    if not viewer.may("see_staff"):
        return Shipment.id.is_(None)
    visible = select(Resource.id).where(viewer.policy.condition())
    return Shipment.from_id.in_(visible) | Shipment.to_id.in_(visible)


def find(session: Session, viewer: Viewer, shipment_id: int, *, lock: bool = False) -> Freight:
    """A shipment with its sites. Raises `NotFound`."""
    statement = select(Shipment).where(Shipment.id == shipment_id, seen_by(viewer))
    if lock:
        statement = statement.with_for_update(key_share=True)
    with in_turn():
        shipment = session.scalar(statement.execution_options(populate_existing=True))
    if shipment is None:
        raise NotFound("There is no such shipment, or you may not see it.")
    origin, goal = (session.get_one(Resource, i) for i in (shipment.from_id, shipment.to_id))
    return Freight(shipment, origin, goal)


def require_move(shipment: Shipment, to: str) -> None:
    """Raise `Conflict` unless the shipment may become that."""
    if to not in TRANSITIONS[shipment.status]:
        raise Conflict(
            f"{shipment.number} is {TITLES[shipment.status]} since {shipment.status_by} said so,"
            f" and cannot be {TITLES[to]} from there.",
            current={"status": shipment.status, "version": shipment.version},
        )
