"""Areas drawn on the map (hazards, evacuations, closures) and what is inside and near them.

    area = areas.create(session, viewer, {"kind": "hazard", "name": …, "geometry": …}, home=home)
    areas.inside(session, viewer, area.id, home=home, near_km=5)

What a resource is in danger of is asked in `meris.dangers`, which everybody may import.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from meris import dangers
from meris.accounts import Policy
from meris.areas import shape, table
from meris.areas.inside import counts, inside
from meris.areas.read import detail, find, listed
from meris.areas.write import change, create, remove

__all__ = [
    "change",
    "counts",
    "create",
    "dangers_of",
    "detail",
    "find",
    "inside",
    "listed",
    "remove",
    "shape",
    "table",
]


def dangers_of(session: Session, policy: Policy, ids: Collection[int]) -> dict[int, list[str]]:
    """The names of the hazard, evacuation and exclusion areas in force that each is in."""
    found = dangers.of(session, policy, ids)
    return {i: [danger.name for danger in those] for i, those in found.items()}
