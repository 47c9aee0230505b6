"""The stock of one site: its lines by category and item, what is on its way, what is below par."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import NotFound
from meris.fields import BY_CODE, find_item
from meris.fields.items import base_size
from meris.fields.lists_supply import CATEGORY, CONDITION
from meris.supplies.shipments import SHIPPING, Coming, coming_to
from meris.supplies.words import amount, number, rounded, with_base
from meris.tables import Resource, Shipment, ShipmentLine, StockLine, StockMovement

#: The kinds of resource that keep stock.
KEEPERS = ("supply_site", "shelter")
#: What expires within so many days is marked.
SOON = timedelta(days=30)
#: A page of more lines than this is for a machine; a person narrows it.
MOST = 1_000


@dataclass(frozen=True)
class Asked:
    """Which lines: of a category, with words in the item or lot; `only` is low, expiring or ''."""

    category: str = ""
    q: str = ""
    only: str = ""


def keeper(session: Session, viewer: Viewer, site_id: int) -> Resource:
    """A site or shelter with stock, for staff. Raises `NotFound`, the same for a hidden one."""
    statement = select(Resource).where(
        Resource.id == site_id, Resource.kind.in_(KEEPERS), viewer.policy.condition()
    )
    site = session.scalar(statement) if viewer.may("see_staff") else None
    if site is None:
        raise NotFound("There is no such site, or you may not see it.")
    return site


def sheet(
    session: Session, viewer: Viewer, site_id: int, *, today: date, asked: Asked | None = None
) -> dict[str, Any]:
    """The stock of a site for JSON and for its page. Raises `NotFound`.

    `items` come by category, each with `lines` (lots, the first to expire first), `coming` and,
    where its lines can be added up, `totals` in one unit; `counts` are of all lines of the site.
    """
    site = keeper(session, viewer, site_id)
    asked = asked or Asked()
    lines = _lines(session, site.id, today)
    coming = coming_to(session, viewer, site.id)
    items = _items(lines, coming)
    return {
        "site": told(site),
        "counts": _counts(items),
        "categories": [
            {"code": code, "title": _category(code)}
            for code in dict.fromkeys(item["category"] for item in items)
        ],
        "items": [item for item in items if _fits(item, asked)],
    }


def told(site: Resource) -> dict[str, Any]:
    """A site in a few words."""
    return {
        "id": site.id,
        "kind": site.kind,
        "type": site.type,
        "name": site.name,
        "city": site.city,
        "status": site.status,
        "agency": site.agency.name,
        "county": site.county.full_name if site.county else None,
    }


def _lines(session: Session, site_id: int, today: date) -> list[dict[str, Any]]:
    sent = (
        select(
            ShipmentLine.stock_line_id,
            func.sum(ShipmentLine.quantity_in_transit).label("sent"),
        )
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.from_id == site_id, Shipment.status.in_(SHIPPING))
        .group_by(ShipmentLine.stock_line_id)
        .subquery()
    )
    statement = (
        select(StockLine, func.coalesce(sent.c.sent, 0), StockMovement.at)
        .outerjoin(sent, sent.c.stock_line_id == StockLine.id)
        .outerjoin(StockMovement, StockMovement.id == StockLine.ledger_id)
        .where(StockLine.resource_id == site_id)
        .order_by(StockLine.item_name, StockLine.expires_on.nulls_last(), StockLine.id)
        .limit(MOST)
    )
    return [_line(row[0], row[1], row[2], today) for row in session.execute(statement)]


def _line(line: StockLine, sent: Decimal, moved_at: datetime | None, today: date) -> dict[str, Any]:
    item = find_item(line.item_code, line.item_name)
    size = base_size(item, line.unit_of_issue, line.units_per_pack) if item else None
    available = line.quantity_on_hand - line.quantity_committed
    return {
        "id": line.id,
        "item_code": item.code if item else line.item_code,
        "item_name": line.item_name,
        "category": line.category or (item.category if item else "other"),
        "unit": line.unit_of_issue,
        "units_per_pack": None if line.units_per_pack is None else number(line.units_per_pack),
        "base_unit": item.base_unit if item else None,
        "size": None if size is None else number(rounded(size)),
        "on_hand": number(line.quantity_on_hand),
        "committed": number(line.quantity_committed),
        "promised": number(line.quantity_promised),
        "available": number(available),
        "in_transit_out": number(sent),
        "par": None if line.par_level is None else number(line.par_level),
        "on_hand_words": with_base(
            item, line.quantity_on_hand, line.unit_of_issue, line.units_per_pack
        ),
        "available_words": amount(available, line.unit_of_issue),
        "lot": line.lot,
        "expires_on": line.expires_on.isoformat() if line.expires_on else None,
        "expiry": expiry(line.expires_on, today),
        "condition": line.condition,
        "condition_title": CONDITION[line.condition].title if line.condition else None,
        "size_words": line.size,
        "as_of": _newest(line.as_of, moved_at),
        "exact": size,
    }


def _newest(*moments: datetime | None) -> str | None:
    """When it was last reported or moved, whichever is younger."""
    known = [moment for moment in moments if moment is not None]
    return max(known).isoformat() if known else None


def expiry(last: date | None, today: date) -> str | None:
    """expired, soon (within 30 days) or None; the last day of use is one of use."""
    if last is None or last > today + SOON:
        return None
    return "expired" if last < today else "soon"


def _items(lines: Sequence[dict[str, Any]], coming: Sequence[Coming]) -> list[dict[str, Any]]:
    """The lines by item, with what comes; an item that only comes has no lines yet."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        key = line["item_code"] or line["item_name"].lower()
        found.setdefault(key, _item(line))["lines"].append(line)
    for one in coming:
        known = one.item
        code = known.code if known else one.of.item_code
        category = one.of.category or (known.category if known else "other")
        about = {"item_code": code, "item_name": one.of.item_name, "category": category}
        item = found.setdefault(code or one.of.item_name.lower(), _item(about))
        item["coming"].append(one.told())
    for item in found.values():
        item |= _sums(item["lines"])
    order = {code: rank for rank, code in enumerate(CATEGORY.by_code)}
    return sorted(
        found.values(), key=lambda item: (order.get(item["category"], 99), item["title"].lower())
    )


def _item(about: Mapping[str, Any]) -> dict[str, Any]:
    known = BY_CODE.get(about["item_code"] or "")
    return {
        "item_code": about["item_code"],
        "known": known is not None,
        "title": known.title if known else about["item_name"],
        "category": about["category"],
        "lines": [],
        "coming": [],
    }


def _sums(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What its lines are together, in their one unit or, if all convert, in the base unit."""
    if not lines:
        return {"totals": None, "below_par": False}
    packs = {(line["unit"], line["units_per_pack"]) for line in lines}
    sizes = [size for line in lines if (size := line.pop("exact")) is not None]
    if len(packs) == 1:
        unit, sizes = lines[0]["unit"], [Fraction(1)] * len(lines)
    elif len(sizes) == len(lines):
        unit = lines[0]["base_unit"]
    else:
        return {"totals": None, "below_par": any(map(_below, lines))}
    sums = {
        name: sum(
            Fraction(str(line[name] or 0)) * size for line, size in zip(lines, sizes, strict=True)
        )
        for name in ("on_hand", "committed", "available", "par")
    }
    return {
        "totals": {"unit": unit} | {name: number(rounded(total)) for name, total in sums.items()},
        "below_par": sums["on_hand"] < sums["par"],
    }


def _below(line: Mapping[str, Any]) -> bool:
    return line["par"] is not None and line["on_hand"] < line["par"]


def _counts(items: Sequence[dict[str, Any]]) -> dict[str, int]:
    lines = [line for item in items for line in item["lines"]]
    return {
        "items": len(items),
        "lines": len(lines),
        "below_par": sum(item["below_par"] for item in items),
        "expired": sum(line["expiry"] == "expired" and line["on_hand"] > 0 for line in lines),
        "soon": sum(line["expiry"] == "soon" and line["on_hand"] > 0 for line in lines),
        "coming": sum(bool(item["coming"]) for item in items),
    }


def _fits(item: Mapping[str, Any], asked: Asked) -> bool:
    words = " ".join(
        [item["title"], *(f"{x['item_name']} {x['lot'] or ''}" for x in item["lines"])]
    )
    if any(word not in words.lower() for word in asked.q.lower().split()):
        return False
    if asked.category and item["category"] != asked.category:
        return False
    if asked.only == "low":
        return bool(item["below_par"])
    return asked.only != "expiring" or any(line["expiry"] for line in item["lines"])


def _category(code: str) -> str:
    return CATEGORY[code].title if code in CATEGORY else code
