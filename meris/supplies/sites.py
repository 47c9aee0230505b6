"""The sites that keep stock, each with what is amiss there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.supplies.sheet import SOON
from meris.tables import Agency, County, Resource, StockLine

_PAGE = 100


@dataclass(frozen=True)
class Sites:
    """Which sites: with words in the name, city or agency; of a county; `own` agency's only."""

    q: str = ""
    county: str = ""
    own: bool = False
    page: int = 1


def sites(session: Session, viewer: Viewer, asked: Sites, *, today: date) -> dict[str, Any]:
    """A page of the supply sites, and of the shelters with stock, by name.

    `sites` with their figures and `more`: whether another page follows. For staff.
    """
    viewer.require("see_staff", "read the stock")
    holds = exists().where(StockLine.resource_id == Resource.id)
    statement = (
        select(
            Resource.id, Resource.name, Resource.kind, Resource.city, Resource.status,
            County.full_name.label("county"), Agency.name.label("agency"),
        )
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .where(
            case(
                (Resource.kind == "supply_site", True),
                (Resource.kind == "shelter", holds),
                else_=False,
            ),
            *_conditions(viewer, asked),
            viewer.policy.condition(),
        )
        .order_by(func.lower(Resource.name), Resource.id)
        .limit(_PAGE + 1)
        .offset((max(asked.page, 1) - 1) * _PAGE)
    )  # fmt: skip
    rows = session.execute(statement).mappings().all()
    figures = _figures(session, [row["id"] for row in rows[:_PAGE]], today)
    return {
        "sites": [dict(row) | figures.get(row["id"], _NOTHING) for row in rows[:_PAGE]],
        "more": len(rows) > _PAGE,
    }


_NOTHING = {"items": 0, "low": 0, "expired": 0, "soon": 0, "as_of": None}


def _conditions(viewer: Viewer, asked: Sites) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.county:
        found.append(Resource.county_fips == asked.county)
    if asked.own:
        found.append(Resource.agency_id == (viewer.agency_id or 0))
    for word in asked.q.split()[:8]:
        text = word[:60].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        columns = (Resource.name, Resource.city, Agency.name)
        found.append(or_(*(column.ilike(f"%{text}%", escape="\\") for column in columns)))
    return found


def _figures(session: Session, ids: Sequence[int], today: date) -> dict[int, dict[str, Any]]:
    """Of each site: its items, lots below par, past use and soon past use, the oldest report."""
    there = StockLine.quantity_on_hand > 0
    soon = StockLine.expires_on.between(today, today + SOON)
    statement = (
        select(
            StockLine.resource_id,
            func.count(func.distinct(StockLine.item_name)).filter(there).label("items"),
            func.count().filter(StockLine.quantity_on_hand < StockLine.par_level).label("low"),
            func.count().filter(there, StockLine.expires_on < today).label("expired"),
            func.count().filter(there, soon).label("soon"),
            func.min(StockLine.as_of).label("as_of"),
        )
        .where(StockLine.resource_id.in_(ids))
        .group_by(StockLine.resource_id)
    )
    found = {}
    for row in session.execute(statement).mappings():
        figures = dict(row)
        figures["as_of"] = row["as_of"].isoformat() if row["as_of"] else None
        found[figures.pop("resource_id")] = figures
    return found


def counties(session: Session) -> list[dict[str, str]]:
    """The counties of the state, for a list to choose from."""
    statement = (
        select(County.fips, County.full_name).where(County.served).order_by(County.full_name)
    )
    return [{"fips": row.fips, "name": row.full_name} for row in session.execute(statement)]
