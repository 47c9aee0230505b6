"""How many units of what is asked for stay behind, at their station or in their county."""

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import Policy
from meris.dispatch.candidates import Candidate
from meris.dispatch.cover import free
from meris.errors import Invalid
from meris.needs.need import kinds_said
from meris.tables import Resource, Unit

Per = Literal["station", "county"]
_Group = tuple[object, ...]
_MOST = 100


@dataclass(frozen=True)
class Keep:
    """`count` units of the kinds asked for stay free at each station or in each county."""

    count: int = 1
    per: Per = "station"

    def __post_init__(self) -> None:
        if self.per not in ("station", "county"):
            raise Invalid(f'"{self.per}" is nothing to keep units at. Use station or county.')
        if not 1 <= self.count <= _MOST:
            raise Invalid(f"{self.count} units cannot be kept: 1 to {_MOST}.")


@dataclass
class Reserve:
    """The free units of one need's kinds, place by place, as they are taken. A station is a home
    base of one agency; a unit without one, or without a county, is kept for nobody."""

    session: Session
    policy: Policy
    keep: Keep
    kinds: tuple[str, ...]
    _left: dict[_Group, int] = field(default_factory=dict)

    def refuses(self, unit: Candidate) -> str | None:
        """Why the unit has to stay; None when it may go."""
        group = self._group(unit)
        if group is None or self._of(group, unit) > self.keep.count:
            return None
        where = unit.home_base if self.keep.per == "station" else "its county"
        most = self.keep.count
        which = "the last" if most == 1 else f"one of the last {most}"
        return f"stays: {which} of the {kinds_said(self.kinds, 2)} free at {where}"

    def take(self, unit: Candidate) -> None:
        """The unit goes."""
        group = self._group(unit)
        if group is not None and unit.type in self.kinds:
            self._left[group] = self._of(group, unit) - 1

    def _group(self, unit: Candidate) -> _Group | None:
        if self.keep.per == "county":
            return (unit.county_fips,) if unit.county_fips else None
        return (unit.agency_id, unit.home_base) if unit.home_base else None

    def _of(self, group: _Group, unit: Candidate) -> int:
        if group not in self._left:
            self._left[group] = self._count(unit)
        return self._left[group]

    def _count(self, unit: Candidate) -> int:
        statement = (
            select(func.count())
            .select_from(Resource)
            .where(Resource.kind == "unit", Resource.type.in_(self.kinds))
            .where(*free(), self.policy.condition())
        )
        if self.keep.per == "county":
            statement = statement.where(Resource.county_fips == unit.county_fips)
        else:
            statement = statement.join(Unit, Unit.resource_id == Resource.id).where(
                Resource.agency_id == unit.agency_id, Unit.home_base == unit.home_base
            )
        return self.session.scalar(statement) or 0
