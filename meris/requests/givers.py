"""Who could give an item: the nearest sites that have some, and those that have the most.

A common item lies at thousands of sites. The walk outward by the index of sites ends when it has
met enough of them; the largest lots come from an index of their own; so neither grows with the
state's stock. A rare item's sites are all weighed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    column,
    exists,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from geo.queries import near
from geo.values import Position
from meris.accounts import Viewer
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.supplies import FREE, usable
from meris.tables import Agency, Resource, Shelter, StockLine

#: Stock lines up to which an item is rare.
RARE = 400
#: Sites met by the walk, of them so many whatever became of their stock; lots looked up by size,
#: for each unit of issue.
_NEAREST, _WHY_NOT, _LARGEST = 60, 12, 8

_HAS_FREE = StockLine.quantity_on_hand > StockLine.quantity_committed


@dataclass(frozen=True)
class Thing:
    """What is looked for: an item of the catalogue, or the name that others call it by too."""

    item_code: str | None
    item_name: str

    def same(self) -> ColumnElement[bool]:
        """For queries on `StockLine`."""
        if self.item_code is not None:
            return StockLine.item_code == self.item_code
        named = func.lower(StockLine.item_name) == self.item_name.lower()
        return StockLine.item_code.is_(None) & named


@dataclass(frozen=True)
class Lot:
    """A stock line that may be given from; quantities in its own unit."""

    id: int
    unit: str
    on_hand: Decimal
    free: Decimal
    par: Decimal | None
    units_per_pack: Decimal | None
    lot: str | None
    expires_on: date | None
    usable: bool


@dataclass(frozen=True)
class Giver:
    """A site with its lots of the item, the first to expire first; `meters` in a straight line."""

    id: int
    kind: str
    name: str
    status: str
    city: str | None
    agency_id: int
    agency: str
    agency_kind: str
    phone: str | None
    people: int | None
    meters: float | None
    lots: tuple[Lot, ...]


def find(
    session: Session,
    viewer: Viewer,
    thing: Thing,
    *,
    to: Position | None,
    but: int | None,
    today: date,
) -> list[Giver]:
    """The sites worth weighing for `thing`, brought to `to`; `but` is where it goes to."""
    ids = _every(session, thing) or _some(session, viewer, thing, to, today)
    rows = session.execute(_rows(viewer, thing, ids, to, but, today)).all()
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.site_id, []).append(row)
    return [_giver(of_site) for of_site in found.values()]


def _every(session: Session, thing: Thing) -> list[int]:
    """The sites of a rare item; none where there are too many to weigh them all."""
    some = select(StockLine.resource_id).where(thing.same()).limit(RARE + 1)
    ids = list(session.scalars(some))
    return [] if len(ids) > RARE else sorted(set(ids)) or [0]


def _some(
    session: Session, viewer: Viewer, thing: Thing, to: Position | None, today: date
) -> list[int]:
    picked: list[Select[Any]] = [_largest(thing, today)]
    if to is not None:
        gives = [thing.same(), _HAS_FREE, usable(today)]
        picked += [
            _nearest(viewer, to, gives, _NEAREST),
            _nearest(viewer, to, [thing.same()], _WHY_NOT),
        ]
    every = union_all(*(select(one.subquery().c.id) for one in picked)).subquery()
    return list(session.scalars(select(every.c.id).distinct()))


def _nearest(
    viewer: Viewer, to: Position, of_stock: Sequence[ColumnElement[bool]], most: int
) -> Select[Any]:
    """The nearest sites that have such stock, by the walk over the index of sites."""
    has = exists().where(StockLine.resource_id == Resource.id, *of_stock)
    return (
        select(Resource.id.label("id"))
        .where(
            # said as the index says it
            Resource.kind != literal_column("'unit'"),
            Resource.position.is_not(None),
            viewer.policy.condition(),
            has,
        )
        .order_by(near(Resource.position, to))
        .limit(most)
    )


def _largest(thing: Thing, today: date) -> Select[Any]:
    """The sites of the largest free lots, for each unit of issue they may be counted in."""
    units = func.unnest(func.string_to_array(",".join(UNIT_OF_ISSUE.by_code), ","))
    unit = units.table_valued(column("code", Text)).render_derived("unit")
    lot = (
        select(StockLine.resource_id.label("id"))
        .where(thing.same(), StockLine.unit_of_issue == unit.c.code, _HAS_FREE, usable(today))
        .order_by(FREE.desc())
        .limit(_LARGEST)
        .lateral("lot")
    )
    return select(lot.c.id.label("id")).select_from(unit.join(lot, true()))


def _rows(
    viewer: Viewer,
    thing: Thing,
    ids: Sequence[int],
    to: Position | None,
    but: int | None,
    today: date,
) -> Select[*tuple[Any, ...]]:
    away: ColumnElement[Any] = near(Resource.position, to) if to is not None else null()
    statement = (
        select(
            StockLine,
            FREE.label("free"),
            usable(today).label("usable"),
            Resource.id.label("site_id"),
            Resource.kind,
            Resource.name,
            Resource.status,
            Resource.city,
            Resource.agency_id,
            Resource.contact_phone,
            Agency.name.label("agency"),
            Agency.kind.label("agency_kind"),
            Agency.phone,
            Shelter.population_total,
            away.label("meters"),
        )
        .join(Resource, Resource.id == StockLine.resource_id)
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(Shelter, Shelter.resource_id == Resource.id)
        .where(StockLine.resource_id.in_(ids), thing.same(), viewer.policy.condition())
        .order_by(Resource.id, StockLine.expires_on.asc().nulls_last(), StockLine.id)
        .execution_options(populate_existing=True)
    )
    return statement if but is None else statement.where(Resource.id != but)


def _giver(rows: Sequence[Any]) -> Giver:
    first = rows[0]
    lots = tuple(
        Lot(
            row.StockLine.id,
            row.StockLine.unit_of_issue,
            row.StockLine.quantity_on_hand,
            row.free,
            row.StockLine.par_level,
            row.StockLine.units_per_pack,
            row.StockLine.lot,
            row.StockLine.expires_on,
            row.usable,
        )
        for row in rows
    )
    return Giver(
        first.site_id,
        first.kind,
        first.name,
        first.status,
        first.city,
        first.agency_id,
        first.agency,
        first.agency_kind,
        first.contact_phone or first.phone,
        first.population_total,
        first.meters,
        lots,
    )
