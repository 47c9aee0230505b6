"""Which resources lie inside a hazard, an evacuation or an exclusion area that is in force.

Down here, so that details, lists, boards and exports can all ask: what belongs to the areas
themselves is in `meris/areas`.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from geo.queries import touching
from meris.accounts import Policy
from meris.fields import DANGEROUS_AREAS
from meris.snapshot import is_live
from meris.tables import Area, Resource, UnitPosition


@dataclass(frozen=True)
class Danger:
    """An area in force that a resource lies in."""

    area_id: int
    kind: str
    name: str
    since: datetime

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "area": self.area_id,
            "kind": self.kind,
            "name": self.name,
            "since": self.since.isoformat(),
        }


def in_force() -> ColumnElement[bool]:
    """Areas that have begun and not ended."""
    return and_(
        Area.starts_at <= func.statement_timestamp(),
        or_(Area.ends_at.is_(None), Area.ends_at > func.statement_timestamp()),
    )


def place() -> ColumnElement[Any]:
    """Where a resource is: its device's newest fix, or what was recorded, whichever is younger.

    For queries that outer-join `UnitPosition`.
    """
    return case((is_live(), UnitPosition.position), else_=Resource.position)


def of(session: Session, policy: Policy, ids: Collection[int]) -> dict[int, list[Danger]]:
    """The dangers of those resources that are in any; only what the policy admits of both.

    The most recent first. Ids without danger are not in the answer.
    """
    if not ids:
        return {}
    statement = (
        select(Resource.id, Area.id.label("area_id"), Area.kind, Area.name, Area.starts_at)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .join(Area, touching(Area.shape, place()))
        .where(Resource.id.in_(ids), policy.condition())
        .where(Area.kind.in_(DANGEROUS_AREAS), in_force(), policy.areas())
        .order_by(Area.starts_at.desc(), Area.id)
    )
    found: dict[int, list[Danger]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.id].append(Danger(row.area_id, row.kind, row.name, row.starts_at))
    return dict(found)


def names(policy: Policy) -> ColumnElement[Any]:
    """The names of a resource's dangers, the most recent first; NULL for none.

    For queries on `Resource` that outer-join `UnitPosition`.
    """
    named = aggregate_order_by(Area.name, Area.starts_at.desc(), Area.id)
    return (
        select(func.array_agg(named))
        .where(touching(Area.shape, place()))
        .where(Area.kind.in_(DANGEROUS_AREAS), in_force(), policy.areas())
        .correlate(Resource, UnitPosition)
        .scalar_subquery()
    )
