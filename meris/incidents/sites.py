"""Resources as places: where one is now, and which one some words name."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.names import key
from geo.values import Position
from meris.accounts import Viewer
from meris.resources.search import matches
from meris.tables import Resource, Unit, UnitPosition


@dataclass(frozen=True, slots=True)
class Site:
    """A resource that an incident may be at."""

    id: int
    name: str
    text: str
    position: Position | None
    radius_m: int | None
    county_fips: str | None
    confidential: bool
    address: str


def by_id(session: Session, viewer: Viewer, resource_id: int) -> Site | None:
    """The resource, if the viewer may see it."""
    found = _read(session, viewer, Resource.id == resource_id, 1)
    return found[0] if found else None


def named(session: Session, viewer: Viewer, words: str) -> list[Site]:
    """Those of exactly this name or call sign, or name and town; else at exactly this address."""
    name, _, town = (part.strip() for part in words.rpartition(","))
    lower = func.lower(Resource.name)
    exact = or_(
        lower == words.lower(),
        func.lower(Unit.call_sign) == words.lower(),
        and_(lower == name.lower(), func.lower(Resource.city) == town.lower()),
    )
    return _read(session, viewer, exact, 7) or _at_address(session, viewer, name, town)


def _at_address(session: Session, viewer: Viewer, street: str, town: str) -> list[Site]:
    """The first that stands at an address and was not itself placed by guess."""
    if not street:
        return []
    at = and_(
        func.lower(Resource.address_line1) == street.lower(),
        func.lower(Resource.city) == town.lower(),
        Resource.position_radius_m.is_(None),
        Resource.kind != "unit",
    )
    return [site for site in _read(session, viewer, at, 1) if key(site.address)]


def of(session: Session, viewer: Viewer, ids: Collection[int]) -> list[Site]:
    """Those of some ids that the viewer may see."""
    return _read(session, viewer, Resource.id.in_(ids), len(ids)) if ids else []


def like(session: Session, viewer: Viewer, words: str, most: int) -> list[Site]:
    """Resources that hold all the words."""
    return _read(session, viewer, matches(words), most)


def _read(
    session: Session, viewer: Viewer, condition: ColumnElement[bool], most: int
) -> list[Site]:
    newer = and_(
        UnitPosition.resource_id.is_not(None),
        or_(Resource.position_at.is_(None), UnitPosition.at >= Resource.position_at),
    )
    statement = (
        select(
            Resource.id,
            Resource.name,
            Resource.address_line1,
            Resource.city,
            Resource.county_fips,
            Resource.sensitivity,
            case((newer, UnitPosition.position), else_=Resource.position).label("position"),
            case((newer, UnitPosition.accuracy_m), else_=Resource.position_radius_m).label("off"),
        )
        .outerjoin(Unit, Unit.resource_id == Resource.id)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(viewer.policy.condition(), condition)
        .order_by(func.lower(Resource.name), Resource.id)
        .limit(most)
    )
    return [_site(row) for row in session.execute(statement)]


def _site(row: Any) -> Site:
    parts: Sequence[str | None] = (row.name, row.address_line1, row.city)
    return Site(
        row.id,
        row.name,
        ", ".join(part for part in parts if part),
        position_of(row.position),
        round(row.off) if row.off and row.off > 100 else None,
        row.county_fips,
        row.sensitivity == "confidential",
        row.address_line1 or "",
    )
