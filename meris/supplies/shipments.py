"""Shipments as they are read: what is open, what is on one, what comes to a site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from meris.accounts import Viewer
from meris.errors import Invalid, NotFound
from meris.fields import Item, find_item
from meris.supplies.words import number, of_item, with_base
from meris.tables import Request, RequestLine, Resource, Shipment, ShipmentLine, StockLine
from meris.tables.ledger import Fill

#: From giver to receiver, with goods that are at neither site.
SHIPPING = ("in_transit", "arrived")
OPEN = ("preparing", "in_transit", "arrived", "returning")
TITLES = {
    "preparing": "Being prepared",
    "in_transit": "On its way",
    "arrived": "Arrived",
    "received": "Received",
    "returning": "Coming back",
    "returned": "Back",
    "cancelled": "Cancelled",
}
HIDDEN = "a site that you may not see"
_PAGE = 50
_From, _To = aliased(Resource), aliased(Resource)


@dataclass(frozen=True)
class Coming:
    """So much of an item is on its way to a site; `origin` is None where it is hidden."""

    shipment: Shipment
    line: ShipmentLine
    of: StockLine
    origin: str | None

    @property
    def item(self) -> Item | None:
        """The catalogue's item."""
        return find_item(self.of.item_code, self.of.item_name)

    def told(self) -> dict[str, Any]:
        """For JSON."""
        quantity, unit = self.line.quantity_in_transit, self.of.unit_of_issue
        return {
            "shipment_id": self.shipment.id,
            "number": self.shipment.number,
            "status": self.shipment.status,
            "quantity": number(quantity),
            "unit": unit,
            "words": with_base(self.item, quantity, unit, self.of.units_per_pack),
            "from": self.origin or HIDDEN,
            "expected_at": _iso(self.shipment.expected_at),
            "late": is_late(self.shipment),
        }


def coming_to(session: Session, viewer: Viewer, site_id: int) -> list[Coming]:
    """What is on its way to a site, and what comes back to it."""
    here = or_(
        and_(Shipment.to_id == site_id, Shipment.status.in_(SHIPPING)),
        and_(Shipment.from_id == site_id, Shipment.status == "returning"),
    )
    statement = (
        select(Shipment, ShipmentLine, StockLine, _named(_From, viewer))
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .join(StockLine, StockLine.id == ShipmentLine.stock_line_id)
        .join(_From, _From.id == case((Shipment.to_id == site_id, Shipment.from_id),
                                      else_=Shipment.to_id))
        .where(here, ShipmentLine.quantity_in_transit > 0)
        .order_by(Shipment.expected_at.nulls_last(), Shipment.id, ShipmentLine.id)
    )  # fmt: skip
    return [Coming(*row) for row in session.execute(statement)]


@dataclass(frozen=True)
class Question:
    """Which shipments: `status` is open, ended, all or one state; of or to one `site`."""

    status: str = "open"
    site: int | None = None
    q: str = ""
    page: int = 1


def listed(session: Session, viewer: Viewer, asked: Question) -> dict[str, Any]:
    """A page of shipments: the open ones that are due first, then the newest.

    `shipments` and `more`: whether another page follows. Nothing is counted.
    """
    ended = Shipment.status.not_in(OPEN)
    statement = (
        _query(viewer)
        .where(*_conditions(viewer, asked))
        .order_by(
            ended,
            case((ended, None), else_=Shipment.expected_at).asc().nulls_last(),
            Shipment.id.desc(),
        )
        .limit(_PAGE + 1)
        .offset((max(asked.page, 1) - 1) * _PAGE)
    )
    rows = session.execute(statement).all()
    loads = _loads(session, [row.Shipment.id for row in rows[:_PAGE]])
    told = [_told(row, viewer, loads.get(row.Shipment.id, [])) for row in rows[:_PAGE]]
    return {"shipments": told, "more": len(rows) > _PAGE}


def one(session: Session, viewer: Viewer, shipment_id: int) -> dict[str, Any]:
    """One shipment with its lines, for JSON and its page. Raises `NotFound`."""
    row = session.execute(_query(viewer).where(Shipment.id == shipment_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such shipment, or you may not see it.")
    return _told(row, viewer, _loads(session, [shipment_id]).get(shipment_id, []))


def is_late(shipment: Shipment) -> bool:
    """Whether it should have arrived by now."""
    due = shipment.expected_at
    return shipment.status in ("preparing", "in_transit") and due is not None and due < _now()


def _query(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Staff see a shipment from or to a site that they may see; a hidden end has no name."""
    start, goal = _sees(_From, viewer), _sees(_To, viewer)
    staff = viewer.may("see_staff")
    carrier = aliased(Resource)
    return (
        select(
            Shipment, _From, _To, start.label("sees_start"), goal.label("sees_goal"),
            case((_sees(carrier, viewer), carrier.name)).label("carrying"),
        )
        .join(_From, _From.id == Shipment.from_id)
        .join(_To, _To.id == Shipment.to_id)
        .outerjoin(carrier, carrier.id == Shipment.unit_id)
        .where(or_(start, goal) if staff else Shipment.id.is_(None))
    )  # fmt: skip


def _sees(site: Any, viewer: Viewer) -> ColumnElement[bool]:
    """The policy's condition, said of another alias of the table."""
    visible = select(Resource.id).where(Resource.id == site.id, viewer.policy.condition())
    return visible.correlate(site).exists()


def _named(site: Any, viewer: Viewer) -> ColumnElement[str | None]:
    return case((_sees(site, viewer), site.name))


def _conditions(viewer: Viewer, asked: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.status in ("", "open"):
        found.append(Shipment.status.in_(OPEN))
    elif asked.status == "ended":
        found.append(Shipment.status.not_in(OPEN))
    elif asked.status in TITLES:
        found.append(Shipment.status == asked.status)
    elif asked.status != "all":
        offered = ", ".join(("open", "ended", "all", *TITLES))
        raise Invalid(f"{asked.status[:40]!r} is not a state of a shipment. Use {offered}.")
    if asked.site is not None:
        # a hidden site answers as one that has no shipments
        from_it = and_(Shipment.from_id == asked.site, _sees(_From, viewer))
        found.append(or_(from_it, and_(Shipment.to_id == asked.site, _sees(_To, viewer))))
    found += [_holds(word, viewer) for word in asked.q.split()[:8]]
    return found


def _holds(word: str, viewer: Viewer) -> ColumnElement[bool]:
    like = f"%{_escaped(word[:60])}%"
    load = (
        select(ShipmentLine.id)
        .join(StockLine, StockLine.id == ShipmentLine.stock_line_id)
        .where(
            ShipmentLine.shipment_id == Shipment.id, StockLine.item_name.ilike(like, escape="\\")
        )
    )
    words = (Shipment.number, Shipment.carrier, _named(_From, viewer), _named(_To, viewer))
    return or_(load.exists(), *(func.coalesce(one, "").ilike(like, escape="\\") for one in words))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _loads(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    statement = (
        select(ShipmentLine, StockLine, Request.number)
        .join(StockLine, StockLine.id == ShipmentLine.stock_line_id)
        .join(Fill, Fill.id == ShipmentLine.fill_id)
        .outerjoin(RequestLine, RequestLine.id == Fill.request_line_id)
        .outerjoin(Request, Request.id == RequestLine.request_id)
        .where(ShipmentLine.shipment_id.in_(ids))
        .order_by(ShipmentLine.id)
    )
    found: dict[int, list[Any]] = {}
    for row in session.execute(statement):
        found.setdefault(row.ShipmentLine.shipment_id, []).append(row)
    return found


def _told(row: Any, viewer: Viewer, loads: Sequence[Any]) -> dict[str, Any]:
    shipment: Shipment = row.Shipment
    start, goal = row[1], row[2]
    return {
        "id": shipment.id,
        "number": shipment.number,
        "status": shipment.status,
        "status_title": TITLES[shipment.status],
        "status_at": shipment.status_at.isoformat(),
        "by": shipment.status_by,
        "reason": shipment.status_reason,
        "from": _end(start) if row.sees_start else None,
        "to": _end(goal) if row.sees_goal else None,
        "carrier": shipment.carrier,
        "carrier_phone": shipment.carrier_phone,
        "unit": row.carrying,
        "departed_at": _iso(shipment.departed_at),
        "expected_at": _iso(shipment.expected_at),
        "arrived_at": _iso(shipment.arrived_at),
        "received_at": _iso(shipment.received_at),
        "received_by": shipment.received_by,
        "late": is_late(shipment),
        "note": shipment.note,
        "version": shipment.version,
        "keeps_origin": keeps(viewer, start),
        "handles_goal": handles(viewer, goal),
        "lines": [_load(*load, sees_goal=row.sees_goal) for load in loads],
    }


def keeps(viewer: Viewer, site: Resource) -> bool:
    """Whether the viewer may make any movement of the site's stock."""
    return viewer.editable(kind=site.kind, agency_id=site.agency_id) is None


def handles(viewer: Viewer, site: Resource) -> bool:
    """Whether the viewer may hand out, take in and count there."""
    granted = viewer.editable(kind=site.kind, agency_id=site.agency_id)
    return granted is None or (site.kind == "shelter" and bool(granted))


def _end(site: Resource) -> dict[str, Any]:
    return {
        "id": site.id,
        "kind": site.kind,
        "name": site.name,
        "city": site.city,
        "street": site.address_line1,
    }


def _load(
    line: ShipmentLine, of: StockLine, request: str | None, *, sees_goal: bool
) -> dict[str, Any]:
    item = find_item(of.item_code, of.item_name)
    return {
        "id": line.id,
        "stock_line_id": of.id,
        "item_code": of.item_code,
        "item_name": of.item_name,
        "unit": of.unit_of_issue,
        "lot": of.lot,
        "expires_on": of.expires_on.isoformat() if of.expires_on else None,
        "quantity": number(line.quantity),
        "in_transit": number(line.quantity_in_transit),
        "received": number(line.quantity_received),
        "words": with_base(item, line.quantity, of.unit_of_issue, of.units_per_pack),
        "what": of_item(item, of.item_name, line.quantity, of.unit_of_issue, of.units_per_pack),
        "short": number(_short(line)),
        # a request is as secret as where it goes
        "request": request if sees_goal else None,
    }


def _short(line: ShipmentLine) -> Decimal:
    """What was sent and neither came nor is still coming; of one not sent there is nothing."""
    return max(line.quantity - line.quantity_in_transit - line.quantity_received, Decimal(0))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _now() -> datetime:
    return datetime.now(UTC)
