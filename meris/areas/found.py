"""Which resources an area holds and which are near it, as a query that the indexes answer."""

from functools import lru_cache
from typing import Any

from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import CTE, Select, func, literal, select, union_all

from geo.columns import area_of_wkb
from geo.queries import each, touching
from geo.shapes import around, pieces
from meris.accounts import Policy
from meris.snapshot import is_live
from meris.tables import Resource, UnitPosition


def found(policy: Policy, area: MultiPolygon, near_m: float) -> Select[Any]:
    """`id`, `kind`, `status`, `near` (else inside) and `live` (placed by a device) of each.

    The place that counts is the newest: a unit whose device has left the area is not in it, though
    its station is.
    """
    spots = _spots(policy, each(_parts(area.wkb, near_m)).cte("parts"))
    who = (spots.c.id, spots.c.kind, spots.c.status)
    return (
        select(
            *who,
            # on the edge, and where two pieces meet, it is found twice; inside goes before near
            func.bool_and(spots.c.near).label("near"),
            func.bool_or(spots.c.live).label("live"),
        )
        .outerjoin(UnitPosition, UnitPosition.resource_id == spots.c.id)
        .where(spots.c.live == is_live(spots.c.position_at))
        .group_by(*who)
    )


def _spots(policy: Policy, parts: CTE) -> CTE:
    """Recorded places and fixes of devices in the parts, whichever of the two is the newer.

    Materialized: else the planner puts the question which is newer first, to all resources, and
    compares them with every part (measured with 100,000: 3.4 s where the indexes take 0.1).
    """
    parts = parts.prefix_with("MATERIALIZED")
    who = (Resource.id, Resource.kind, Resource.status, Resource.position_at)
    recorded = (
        select(*who, parts.c.mark.label("near"), literal(False).label("live"))
        .join(parts, touching(Resource.position, parts.c.piece))
        .where(policy.condition())
    )
    devices = (
        select(*who, parts.c.mark.label("near"), literal(True).label("live"))
        .join(UnitPosition, UnitPosition.resource_id == Resource.id)
        .join(parts, touching(UnitPosition.position, parts.c.piece))
        .where(policy.condition())
    )
    return union_all(recorded, devices).cte("spots").prefix_with("MATERIALIZED")


# Asked for again with every change on the map, while the area itself seldom changes.
@lru_cache(maxsize=100)
def _parts(wkb: bytes, near_m: float) -> tuple[tuple[BaseGeometry, bool], ...]:
    """The area in pieces, and marked those of what is near it."""
    area = area_of_wkb(wkb)
    inside = [(piece, False) for piece in pieces(area)]
    beside = [(piece, True) for piece in pieces(around(area, near_m))] if near_m > 0 else []
    return (*inside, *beside)
