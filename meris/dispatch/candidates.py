"""Units of the kinds asked for, nearest first: a walk outward from a place, as far as needed.

A unit is where its device's newest fix puts it, else where it is recorded. So there are two walks
for each kind, over recorded places and over devices, and each unit is met in one of them. No status
is asked for: who is nearer and busy has to be told as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from math import inf
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Double,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from geo.queries import near, spot
from geo.values import Position
from meris.accounts import Policy
from meris.snapshot import is_live
from meris.tables import Agency, Resource, Unit, UnitPosition

#: Statuses in which a unit can be sent.
READY = ("available", "staged")

#: A walk's last distance and the one worked out here may differ in the last digits.
_ROUNDING = 1 - 1e-9
_GROWTH = 4


@dataclass(slots=True)
class Candidate:
    """A unit as it was met; `meters` in a straight line, `live` when its device places it."""

    id: int
    name: str
    type: str
    status: str
    status_at: datetime | None
    status_reason: str | None
    agency_id: int
    agency: str
    county_fips: str | None
    confirmed_at: datetime | None
    unreported_at: datetime | None
    lat: float
    lon: float
    radius_m: float | None
    placed_at: datetime | None
    speed_mps: float | None
    live: bool
    meters: float
    type_level: int | None
    capabilities: list[str] | None
    home_base: str | None
    available_from: datetime | None
    available_until: datetime | None

    @property
    def position(self) -> Position:
        """Where it is."""
        return Position(self.lat, self.lon)


@dataclass
class _Stream:
    """One walk: over one kind's recorded places or devices. `reached` is how far it has come."""

    asked: int = 0
    reached: float = 0.0


@dataclass
class Walk:
    """The walks of several kinds, drawn out together; each meets `step` units at first."""

    session: Session
    policy: Policy
    position: Position
    step: int
    _streams: dict[tuple[str, bool], _Stream] = field(default_factory=dict)
    _met: dict[int, Candidate] = field(default_factory=dict)

    def start(self, kinds: Iterable[str]) -> list[Candidate]:
        """The first units of the kinds."""
        for kind in kinds:
            for live in (False, True):
                self._streams.setdefault((kind, live), _Stream(self.step))
        return self._fetch(sorted({kind for kind, _ in self._streams}), self.step)

    def reached(self, kind: str) -> float:
        """Every unit of the kind nearer than this has been met; infinite when all have."""
        return min(self._streams[kind, live].reached for live in (False, True))

    def extend(self, kind: str) -> list[Candidate]:
        """The units of the kind met by going on; the walk reaches farther, or its end."""
        most = _GROWTH * max(self._streams[kind, live].asked for live in (False, True))
        return self._fetch([kind], most)

    def all_met(self) -> Iterator[Candidate]:
        """Everybody met so far, in no order."""
        return iter(self._met.values())

    def _fetch(self, kinds: Sequence[str], most: int) -> list[Candidate]:
        told: dict[str, object] = {f"kind{n}": kind for n, kind in enumerate(kinds)}
        told |= {"lat": self.position.lat, "lon": self.position.lon, "most": most}
        rows = self.session.execute(_statement(self.policy, len(kinds)), told).all()
        self._note(kinds, most, rows)
        fresh = [Candidate(*row[1:]) for row in rows if row.id not in self._met]
        self._met.update((unit.id, unit) for unit in fresh)
        return fresh

    def _note(self, kinds: Sequence[str], most: int, rows: Sequence[Row[Any]]) -> None:
        """How far each walk has come: to its end, when it met fewer than it might."""
        met: dict[tuple[int, bool], list[float]] = defaultdict(list)
        for row in rows:
            met[row.walk, row.live].append(row.meters)
        for number, kind in enumerate(kinds):
            for live in (False, True):
                meters = met[number, live]
                reached = inf if len(meters) < most else max(meters) * _ROUNDING
                self._streams[kind, live] = _Stream(most, reached)


@cache
def _statement(policy: Policy, kinds: int) -> Select[Any]:
    """One row a unit met; parameters lat, lon, most, kind0, kind1, …. Kept: it is long to make."""
    walks = union_all(
        *(walk(policy, number) for number in range(kinds) for walk in (_recorded, _by_device))
    ).subquery("walks")
    live = walks.c.live
    place = case((live, UnitPosition.position), else_=Resource.position)
    return (
        select(
            walks.c.walk,
            Resource.id,
            Resource.name,
            Resource.type,
            Resource.status,
            Resource.status_at,
            Resource.status_reason,
            Resource.agency_id,
            Agency.name.label("agency"),
            Resource.county_fips,
            Resource.confirmed_at,
            Resource.unreported_at,
            func.ST_Y(place).label("lat"),
            func.ST_X(place).label("lon"),
            case((live, UnitPosition.accuracy_m), else_=Resource.position_radius_m),
            case((live, UnitPosition.at), else_=Resource.position_at),
            case((live, UnitPosition.speed_mps)),
            live,
            walks.c.meters,
            Unit.type_level,
            Unit.capabilities,
            Unit.home_base,
            Unit.available_from,
            Unit.available_until,
        )
        .join_from(walks, Resource, Resource.id == walks.c.id)
        .join(Unit, Unit.resource_id == Resource.id)
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
    )


_HERE = spot(bindparam("lat", type_=Double), bindparam("lon", type_=Double))
_MOST: BindParameter[int] = bindparam("most", type_=Integer)
#: Written out, so that the planner sees that the index of units will do.
_IS_UNIT = Resource.kind == literal_column("'unit'")


def _recorded(policy: Policy, number: int) -> Select[Any]:
    """The walk over recorded places; whom a device places is met in the other."""
    return (
        _walk(number, near(Resource.position, _HERE), live=False)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(Resource.type == _kind(number), Resource.position.is_not(None))
        .where(_IS_UNIT, not_(is_live()), policy.condition())
    )


def _by_device(policy: Policy, number: int) -> Select[Any]:
    """The walk over devices; a place that was recorded later is met in the other."""
    return (
        _walk(number, near(UnitPosition.position, _HERE), live=True)
        .join(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(UnitPosition.unit_type == _kind(number))
        .where(_IS_UNIT, is_live(), policy.condition())
    )


def _walk(number: int, meters: ColumnElement[float], *, live: bool) -> Select[Any]:
    walk = literal_column(str(number), Integer).label("walk")
    by_device = literal_column(str(live), Boolean).label("live")
    columns: tuple[Any, ...] = (walk, by_device, Resource.id, meters.label("meters"))
    return select(*columns).order_by(meters).limit(_MOST)


def _kind(number: int) -> BindParameter[str]:
    return bindparam(f"kind{number}", type_=String)
