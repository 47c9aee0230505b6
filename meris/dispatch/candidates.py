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
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    Row,
    Select,
    String,
    all_,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from geo.queries import near, spot, touching
from geo.values import Position
from meris.accounts import Policy
from meris.dangers import in_force
from meris.dispatch import work
from meris.dispatch.travel import Profile
from meris.dispatch.work import Workload
from meris.fields import DANGEROUS_AREAS
from meris.snapshot import is_live
from meris.tables import Agency, Area, Resource, Unit, UnitPosition, UnitProfile

#: Statuses in which a unit can be sent.
READY = ("available", "staged")

#: A walk's last distance and the one worked out here may differ in the last digits.
_ROUNDING = 1 - 1e-9
#: Each time a walk goes on it meets so many times those that it has met, and so doubles them.
_GROWTH = 1
#: Columns before those of a `Candidate`.
_BEFORE = 7


@dataclass(slots=True)
class Candidate:
    """A unit as it was met; `meters` in a straight line, `live` when its device places it,
    `dangers` the names of areas it is in."""

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
    dangers: list[str] | None
    work: list[list[Any]] | None
    load: Workload = field(init=False)

    def __post_init__(self) -> None:
        self.load = work.read(self.work)

    @property
    def position(self) -> Position:
        """Where it is."""
        return Position(self.lat, self.lon)


@dataclass
class _Stream:
    """One walk: over one kind's recorded places or devices. `reached` is how far it has come."""

    met: list[int] = field(default_factory=list)
    reached: float = 0.0


@dataclass
class Walk:
    """The walks of several kinds, drawn out together; each meets `step` units at first."""

    session: Session
    policy: Policy
    position: Position
    step: int
    now: datetime
    _streams: dict[tuple[str, bool], _Stream] = field(default_factory=dict)
    _met: dict[int, Candidate] = field(default_factory=dict)
    _profiles: dict[str, Profile] = field(default_factory=lambda: defaultdict(Profile))

    def start(self, kinds: Iterable[str]) -> list[Candidate]:
        """The first units of the kinds."""
        every = sorted(set(kinds))
        self._streams = {(kind, live): _Stream() for kind in every for live in (False, True)}
        return self._fetch(every, self.step)

    def reached(self, kind: str) -> float:
        """Every unit of the kind nearer than this has been met; infinite when all have."""
        return min(self._streams[kind, live].reached for live in (False, True))

    def extend(self, kind: str) -> list[Candidate]:
        """The units of the kind met by going on; the walk reaches farther, or its end."""
        met = max(len(self._streams[kind, live].met) for live in (False, True))
        return self._fetch([kind], max(self.step, _GROWTH * met))

    def profile(self, kind: str) -> Profile:
        """How units of the kind travel, of those met; a kind that nobody described, as most do."""
        return self._profiles[kind]

    def all_met(self) -> Iterator[Candidate]:
        """Everybody met so far, in no order."""
        return iter(self._met.values())

    def _fetch(self, kinds: Sequence[str], most: int) -> list[Candidate]:
        told: dict[str, object] = {f"kind{n}": kind for n, kind in enumerate(kinds)}
        for number, kind in enumerate(kinds):
            for live in (False, True):
                told[f"met{number}{live:d}"] = self._streams[kind, live].met
        told |= {"lat": self.position.lat, "lon": self.position.lon, "most": most}
        told["since"] = self.now - work.LOOK_BACK
        rows = self.session.execute(_statement(self.policy, len(kinds)), told).all()
        self._note(kinds, most, rows)
        fresh = [Candidate(*row[_BEFORE:]) for row in rows if row.id is not None]
        self._met.update((unit.id, unit) for unit in fresh)
        return fresh

    def _note(self, kinds: Sequence[str], most: int, rows: Sequence[Row[Any]]) -> None:
        """How far each walk has come: to its end, when it met fewer than it might."""
        met: dict[tuple[int, bool], list[Row[Any]]] = defaultdict(list)
        for row in rows:
            met[row.walk, row.walk_live].append(row)
        for number, kind in enumerate(kinds):
            some = met[number, False] or met[number, True]
            if some and some[0].speed_kmh is not None:
                self._profiles[kind] = Profile.of(some[0])
            for live in (False, True):
                stream, fresh = self._streams[kind, live], met[number, live]
                stream.met += [row.met for row in fresh]
                ended = len(fresh) < most
                stream.reached = inf if ended else max(row.meters for row in fresh) * _ROUNDING


@cache
def _statement(policy: Policy, kinds: int) -> Select[Any]:
    """One row a unit met; parameters lat, lon, most, kind0, kind1, …. Kept: it is long to make.

    Only the index decides who is met; whoever is met in the other walk, or is not for the viewer,
    comes as a distance without a unit, because that tells how far the walk has come.
    """
    walks = union_all(
        *(walk(number) for number in range(kinds) for walk in (_recorded, _by_device))
    ).subquery("walks")
    live = walks.c.live
    place: ColumnElement[Any] = case((live, UnitPosition.position), else_=Resource.position)
    theirs = and_(Resource.id == walks.c.id, is_live() == live, policy.condition())
    return (
        select(
            walks.c.walk,
            live.label("walk_live"),
            walks.c.id.label("met"),
            UnitProfile.speed_kmh,
            UnitProfile.turnout_minutes,
            UnitProfile.rest_after_hours,
            UnitProfile.flies,
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
            _dangers(policy, place).label("dangers"),
            work.listed(policy, bindparam("since", type_=DateTime(timezone=True))),
        )
        .select_from(walks)
        .outerjoin(UnitProfile, UnitProfile.unit_type == walks.c.kind)
        .outerjoin(UnitPosition, UnitPosition.resource_id == walks.c.id)
        .outerjoin(Resource, theirs)
        .outerjoin(Unit, Unit.resource_id == Resource.id)
        .outerjoin(Agency, Agency.id == Resource.agency_id)
    )


def _dangers(policy: Policy, place: ColumnElement[Any]) -> ColumnElement[Any]:
    """The names of the dangerous areas that a unit which can be sent is in."""
    names = (
        select(func.array_agg(Area.name))
        .where(touching(Area.shape, place), Area.kind.in_(DANGEROUS_AREAS))
        .where(in_force(), policy.areas())
        .correlate_except(Area)
        .scalar_subquery()
    )
    return case((Resource.status.in_(READY), names))


_HERE = spot(bindparam("lat", type_=Double), bindparam("lon", type_=Double))
_MOST: BindParameter[int] = bindparam("most", type_=Integer)


def _recorded(number: int) -> Select[Any]:
    """The walk over recorded places."""
    # the kind is written out, so that the planner sees that the index of units will do
    is_unit = Resource.kind == literal_column("'unit'")
    meters = near(Resource.position, _HERE)
    walk = _walk(number, Resource.id, meters, live=False)
    return walk.where(Resource.type == _kind(number), Resource.position.is_not(None), is_unit)


def _by_device(number: int) -> Select[Any]:
    """The walk over devices."""
    meters = near(UnitPosition.position, _HERE)
    walk = _walk(number, UnitPosition.resource_id, meters, live=True)
    return walk.where(UnitPosition.unit_type == _kind(number))


def _walk(
    number: int, unit: ColumnElement[int] | Any, meters: ColumnElement[float], *, live: bool
) -> Select[Any]:
    walk = literal_column(str(number), Integer).label("walk")
    by_device = literal_column(str(live), Boolean).label("live")
    kind = _kind(number).label("kind")
    columns: tuple[Any, ...] = (walk, by_device, kind, unit.label("id"), meters.label("meters"))
    met = bindparam(f"met{number}{live:d}", type_=ARRAY(BigInteger))
    return select(*columns).where(unit != all_(met)).order_by(meters).limit(_MOST)


def _kind(number: int) -> BindParameter[str]:
    return bindparam(f"kind{number}", type_=String)
