"""Items over all sites that a viewer may see: how much there is, and who has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import NotFound
from meris.fields import BY_CODE, ITEMS, Item
from meris.fields.items import PACKS, base_size, convert, unit_title
from meris.fields.lists_supply import CATEGORY, UNIT_OF_ISSUE
from meris.supplies.free import BASE_SIZE, FREE, usable
from meris.supplies.sheet import expiry
from meris.supplies.words import amount, number, rounded
from meris.tables import County, ItemUnit, Resource, Shipment, ShipmentLine, StockLine

_PAGE = 50
_MOST_OTHERS = 50
_NONE = Decimal(0)


def catalogue(session: Session, viewer: Viewer, *, today: date) -> dict[str, Any]:
    """Every item with what the viewer's sites have of it, and goods that are not in the catalogue.

    `available` counts base units that are free, not expired and serviceable. `uncounted`: lines
    in a unit that nobody can convert.
    """
    viewer.require("see_staff", "read the stock")
    sums = {row.item_code: row for row in session.execute(_totals(viewer, today))}
    return {
        "items": [_about(item) | _total(item, sums.get(item.code), today) for item in ITEMS],
        "others": _others(session, viewer, today),
    }


def _totals(viewer: Viewer, today: date, code: str | None = None) -> Select[*tuple[Any, ...]]:
    """The lines of a whole state are read, and a few sums kept of all that are counted alike,
    before anything is converted. In how many sites they are is counted apart: kept with the sums,
    it would leave as many of them as there are lines."""
    spoilt = StockLine.condition.is_not_distinct_from("unserviceable").label("spoilt")
    past = func.coalesce(StockLine.expires_on < today, false()).label("past")
    kept = (
        StockLine.item_code, StockLine.unit_of_issue, StockLine.units_per_pack, spoilt, past,
    )  # fmt: skip
    seen = (
        viewer.policy.condition(),
        StockLine.item_code.is_not(None) if code is None else StockLine.item_code == code,
    )
    lots = (
        select(
            *kept,
            func.sum(StockLine.quantity_on_hand).label("on_hand"),
            func.sum(FREE).label("free"),
            func.min(case((FREE > 0, StockLine.expires_on))).label("expires_on"),
            func.count().filter(FREE > 0).label("lines"),
        )
        .join(Resource, Resource.id == StockLine.resource_id)
        .where(*seen)
        .group_by(*kept)
        .subquery()
    ).c
    sites = _sites(today, *seen)
    size = func.coalesce(case((ItemUnit.is_pack, lots.units_per_pack)), ItemUnit.size)
    fit, base = ~(lots.past | lots.spoilt), lots.free * size
    unit = and_(ItemUnit.item_code == lots.item_code, ItemUnit.unit == lots.unit_of_issue)
    return (
        select(
            lots.item_code,
            func.sum(lots.on_hand * size).label("on_hand"),
            func.sum(base).filter(fit).label("available"),
            func.sum(lots.lines).filter(size.is_(None)).label("uncounted"),
            func.coalesce(func.max(sites.c.sites), 0).label("sites"),
            func.min(lots.expires_on).filter(fit).label("expires_on"),
            func.sum(base).filter(lots.past).label("expired"),
        )
        .outerjoin(ItemUnit, unit)
        .outerjoin(sites, sites.c.item_code == lots.item_code)
        .group_by(lots.item_code)
    )


def _sites(today: date, *conditions: ColumnElement[bool]) -> Subquery:
    """By item, how many sites have some that is free and fit."""
    each = (
        select(StockLine.item_code, StockLine.resource_id)
        .join(Resource, Resource.id == StockLine.resource_id)
        .where(FREE > 0, usable(today), *conditions)
        .distinct()
        .subquery()
    ).c
    counted = select(each.item_code, func.count().label("sites")).group_by(each.item_code)
    return counted.subquery()


_UNIT = and_(ItemUnit.item_code == StockLine.item_code, ItemUnit.unit == StockLine.unit_of_issue)


def _about(item: Item) -> dict[str, Any]:
    return {
        "code": item.code,
        "title": item.title,
        "category": item.category,
        "category_title": CATEGORY[item.category].title,
        "base_unit": item.base_unit,
        "base_title": unit_title(item.base_unit),
        "packs": [
            {"unit": unit, "title": unit_title(unit), "size": number(size)}
            for unit, size in item.packs.items()
        ],
    }


def _total(item: Item, row: Any, today: date) -> dict[str, Any]:
    available = (row.available if row else None) or _NONE
    on_hand = (row.on_hand if row else None) or _NONE
    expired = (row.expired if row else None) or _NONE
    last = row.expires_on if row else None
    return {
        "on_hand": number(rounded(Fraction(on_hand))),
        "available": number(rounded(Fraction(available))),
        "available_words": amount(rounded(Fraction(available)), item.base_unit),
        "expired": number(rounded(Fraction(expired))),
        "expired_words": amount(rounded(Fraction(expired)), item.base_unit),
        "sites": row.sites if row else 0,
        "uncounted": int(row.uncounted or 0) if row else 0,
        "expires_on": last.isoformat() if last else None,
        "expiry": expiry(last, today),
    }


def _others(session: Session, viewer: Viewer, today: date) -> list[dict[str, Any]]:
    """Goods that are not in the catalogue, by name and unit: kept, and added up with nothing."""
    statement = (
        select(
            func.min(StockLine.item_name).label("name"),
            StockLine.unit_of_issue,
            func.sum(FREE).filter(usable(today)).label("available"),
            func.count(func.distinct(StockLine.resource_id)).label("sites"),
        )
        .join(Resource, Resource.id == StockLine.resource_id)
        .where(
            or_(StockLine.item_code.is_(None), StockLine.item_code.not_in(list(BY_CODE))),
            viewer.policy.condition(),
        )
        .group_by(func.lower(StockLine.item_name), StockLine.unit_of_issue)
        .order_by(func.count().desc(), func.lower(StockLine.item_name))
        .limit(_MOST_OTHERS)
    )
    return [
        {
            "name": row.name,
            "unit": row.unit_of_issue,
            "available": number(row.available or _NONE),
            "available_words": amount(row.available or _NONE, row.unit_of_issue),
            "sites": row.sites,
        }
        for row in session.execute(statement)
    ]


@dataclass(frozen=True)
class Holders:
    """Which sites that have an item: of one county; `page` begins at 1."""

    county: str = ""
    page: int = 1


def item(
    session: Session, viewer: Viewer, code: str, *, today: date, asked: Holders | None = None
) -> dict[str, Any]:
    """One item: its units, what there is of it, and who has it, the most available first.

    Raises `NotFound`.
    """
    known, asked = find(viewer, code), asked or Holders()
    rows = session.execute(_holders(viewer, known, today, asked)).all()
    kept = _kept(session, known, [row.id for row in rows[:_PAGE]], today)
    coming = _coming(session, known, [row.id for row in rows[:_PAGE]])
    total = _totals(viewer, today, known.code)
    return {
        "item": _about(known) | _total(known, session.execute(total).one_or_none(), today),
        "units": units(known),
        "counties": _counties(session, viewer, known),
        "holders": [_holder(row, known, kept, coming) for row in rows[:_PAGE]],
        "more": len(rows) > _PAGE,
    }


def find(viewer: Viewer, code: str) -> Item:
    """An item by its code. Raises `NotFound`, `Forbidden`."""
    viewer.require("see_staff", "read the stock")
    known = BY_CODE.get(code.upper())
    if known is None:
        raise NotFound("There is no such item in the catalogue.")
    return known


def units(known: Item) -> list[dict[str, Any]]:
    """The units that an item can be counted in, and what one of each is."""
    found = []
    for unit in UNIT_OF_ISSUE.by_code:
        size = base_size(known, unit)
        if size is None and unit in PACKS:
            continue  # a pack whose size only its owner knows
        if size is not None:
            holds = amount(rounded(size), known.base_unit)
            words = f"1 {unit_title(unit)} is {holds}"
            found.append({"unit": unit, "title": unit_title(unit), "words": words})
    return found


def in_every_unit(known: Item, quantity: Decimal, unit: str) -> list[str]:
    """So many of a unit in all the others: 480 liters, 126.803 gallons. Raises `Invalid`."""
    base = convert(known, quantity, unit, known.base_unit)
    others = [one["unit"] for one in units(known) if one["unit"] != unit]
    return [_said(convert(known, base, known.base_unit, other), other) for other in others]


def _said(quantity: Decimal, unit: str) -> str:
    said = amount(rounded(Fraction(quantity)), unit)
    return said if unit != "EA" else f"{said} {'piece' if quantity == 1 else 'pieces'}"


def _of(viewer: Viewer, known: Item, asked: Holders) -> list[ColumnElement[bool]]:
    found = [StockLine.item_code == known.code, viewer.policy.condition()]
    if asked.county:
        found.append(Resource.county_fips == asked.county)
    return found


def _holders(viewer: Viewer, known: Item, today: date, asked: Holders) -> Select[*tuple[Any, ...]]:
    free = func.coalesce(func.sum(FREE * BASE_SIZE).filter(usable(today)), 0).label("available")
    return (
        select(
            Resource.id, Resource.name, Resource.kind, Resource.city, Resource.status,
            County.full_name.label("county"),
            func.sum(StockLine.quantity_on_hand * BASE_SIZE).label("on_hand"),
            func.sum(StockLine.quantity_committed * BASE_SIZE).label("committed"),
            func.sum(StockLine.par_level * BASE_SIZE).label("par"),
            func.count().filter(BASE_SIZE.is_(None)).label("uncounted"),
            free,
        )
        .join(StockLine, StockLine.resource_id == Resource.id)
        .outerjoin(ItemUnit, _UNIT)
        .outerjoin(County, County.fips == Resource.county_fips)
        .where(*_of(viewer, known, asked))
        .group_by(Resource.id, County.full_name)
        .order_by(free.desc(), Resource.name, Resource.id)
        .limit(_PAGE + 1)
        .offset((max(asked.page, 1) - 1) * _PAGE)
    )  # fmt: skip


def _kept(
    session: Session, known: Item, ids: Sequence[int], today: date
) -> dict[int, list[dict[str, Any]]]:
    """How each site keeps it: its lines as they are counted there."""
    statement = (
        select(StockLine)
        .where(StockLine.item_code == known.code, StockLine.resource_id.in_(ids))
        .order_by(StockLine.expires_on.nulls_last(), StockLine.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for line in session.scalars(statement):
        found.setdefault(line.resource_id, []).append(
            {
                "stock_line_id": line.id,
                "words": amount(line.quantity_on_hand, line.unit_of_issue),
                "lot": line.lot,
                "expires_on": line.expires_on.isoformat() if line.expires_on else None,
                "expiry": expiry(line.expires_on, today),
                "condition": line.condition,
            }
        )
    return found


def _coming(session: Session, known: Item, ids: Sequence[int]) -> dict[int, Decimal]:
    """Base units on their way to each site."""
    statement = (
        select(Shipment.to_id, func.sum(ShipmentLine.quantity_in_transit * BASE_SIZE))
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .join(StockLine, StockLine.id == ShipmentLine.stock_line_id)
        .outerjoin(ItemUnit, _UNIT)
        .where(
            Shipment.to_id.in_(ids),
            Shipment.status.in_(("in_transit", "arrived")),
            StockLine.item_code == known.code,
        )
        .group_by(Shipment.to_id)
    )
    return {row[0]: row[1] or _NONE for row in session.execute(statement)}


def _counties(session: Session, viewer: Viewer, known: Item) -> list[dict[str, str]]:
    """The counties where somebody has it."""
    statement = (
        select(County.fips, County.full_name)
        .join(Resource, Resource.county_fips == County.fips)
        .join(StockLine, StockLine.resource_id == Resource.id)
        .where(*_of(viewer, known, Holders()))
        .distinct()
        .order_by(County.full_name)
    )
    return [{"fips": row.fips, "name": row.full_name} for row in session.execute(statement)]


def _holder(
    row: Any, known: Item, kept: dict[int, list[dict[str, Any]]], coming: dict[int, Decimal]
) -> dict[str, Any]:
    names = ("on_hand", "committed", "available", "par")
    figures = {name: getattr(row, name) for name in names} | {"coming": coming.get(row.id)}
    par, on_hand = row.par, row.on_hand
    return {
        "site": {
            **{name: getattr(row, name) for name in ("id", "name", "kind", "city", "status")},
            "county": row.county,
        },
        **{
            name: None if n is None else number(rounded(Fraction(n))) for name, n in figures.items()
        },
        "unit": known.base_unit,
        "uncounted": row.uncounted,
        "below_par": par is not None and on_hand is not None and on_hand < par,
        "kept": kept.get(row.id, []),
    }
