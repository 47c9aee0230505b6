"""Units of the kinds asked for, nearest first: a walk outward from a place, as far as needed.

A unit is where its device's newest fix puts it, else where it is recorded. So there are two walks
for each kind, over recorded places and over devices, and each unit is met in one of them. No status
is asked for: who is nearer and busy has to be told as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from math import inf
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Double,
    Select,
    Text,
    all_,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from geo.columns import as_wkb
from geo.queries import near, touching
from geo.values import Position
from meris.accounts import Policy
from meris.dangers import in_force
from meris.dispatch import work
from meris.dispatch.prepared import Prepared, given
from meris.dispatch.travel import Profile
from meris.dispatch.work import Workload
from meris.fields import DANGEROUS_AREAS
from meris.snapshot import is_live
from meris.tables import Agency, Area, Resource, Unit, UnitPosition, UnitProfile

#: Statuses in which a unit can be sent.
READY = ("available", "staged")

#: A walk's last distance and the one worked out here may differ in the last digits.
ROUNDING = 1 - 1e-9
#: Each time a walk goes on it meets about so many times those that it has met.
_GROWTH = 1
#: A walk over devices meets a part of what one over recorded places does: most units have none.
#: Where more have, it goes on.
_DEVICES = 2
#: Columns before those of a `Candidate`.
_BEFORE = 8


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
    """The walks of several kinds, drawn out together; each meets `step` units at first, and fewer
    by their devices."""

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
        return self._fetch(self.step, every, every)

    def reached(self, kind: str) -> float:
        """Every unit of the kind nearer than this has been met; infinite when all have."""
        return min(self._streams[kind, live].reached for live in (False, True))

    def extend(self, kind: str) -> list[Candidate]:
        """The units of the kind met by going on; the walk reaches farther, or its end."""
        recorded, device = (self._streams[kind, live] for live in (False, True))
        # whoever is not far ahead is asked as well: to ask once more later costs more
        soon = 2 * self.reached(kind)
        far = max(
            len(recorded.met) if recorded.reached <= soon else 0,
            _DEVICES * len(device.met) if device.reached <= soon else 0,
        )
        # half as many again at first, since little was lacking; then twice as many each time
        most = max(1, _GROWTH * far - self.step // 2)
        asked = [[kind] if stream.reached <= soon else [] for stream in (recorded, device)]
        return self._fetch(most, *asked)

    def profile(self, kind: str) -> Profile:
        """How units of the kind travel, of those met; a kind that nobody described, as most do."""
        return self._profiles[kind]

    def all_met(self) -> Iterator[Candidate]:
        """Everybody met so far, in no order."""
        return iter(self._met.values())

    def _fetch(self, most: int, recorded: list[str], devices: list[str]) -> list[Candidate]:
        """So many more of each of these walks, and fewer of each by devices."""
        rows = _statement(self.policy, most).rows(
            self.session,
            as_wkb(self.position).desc,
            self.now - work.LOOK_BACK,
            recorded,
            [number for kind in recorded for number in self._streams[kind, False].met],
            devices,
            [number for kind in devices for number in self._streams[kind, True].met],
        )
        for live, kinds in ((False, recorded), (True, devices)):
            for kind in kinds:
                some = [row for row in rows if row[0] == kind and row[1] == live]
                self._note(kind, live, some, ended=len(some) < _limit(most, live=live))
        fresh = [Candidate(*row[_BEFORE:]) for row in rows if row[_BEFORE] is not None]
        self._met.update((unit.id, unit) for unit in fresh)
        return fresh

    def _note(self, kind: str, live: bool, rows: Sequence[tuple[Any, ...]], *, ended: bool) -> None:
        """How far a walk has come: to its end, when it met fewer than it might."""
        stream = self._streams[kind, live]
        stream.met += [row[2] for row in rows]
        stream.reached = inf if ended else rows[-1][3] * ROUNDING
        if rows and rows[0][4] is not None:
            self._profiles[kind] = Profile(*rows[0][4:_BEFORE])


def _limit(most: int, *, live: bool) -> int:
    return -(-most // _DEVICES) if live else most


#: What a walk is told, in this order.
_HERE, _SINCE = given(1, "geography"), given(2, "timestamptz", DateTime(timezone=True))
_RECORDED, _MET_RECORDED = given(3, "text[]"), given(4, "bigint[]", ARRAY(BigInteger))
_DEVICE, _MET_DEVICE = given(5, "text[]"), given(6, "bigint[]", ARRAY(BigInteger))


@lru_cache(maxsize=200)
def _statement(policy: Policy, most: int) -> Prepared:
    """One row a unit met, each walk nearest first; so many of each kind. Kept: it is long to make.

    Only the index decides who is met; whoever is met in the other walk, or is not for the viewer,
    comes as a distance without a unit, because that tells how far the walk has come. How many are
    asked for is written out, because the planner has to know that they are few.
    """
    walks = union_all(
        _walk(_RECORDED, _recorded(_limit(most, live=False)), live=False),
        _walk(_DEVICE, _by_device(_limit(most, live=True)), live=True),
    ).subquery("walks")
    live = walks.c.live
    place: ColumnElement[Any] = case((live, UnitPosition.position), else_=Resource.position)
    theirs = and_(Resource.id == walks.c.id, is_live() == live, policy.condition())
    return Prepared(
        select(
            walks.c.kind,
            live.label("walk_live"),
            walks.c.id.label("met"),
            walks.c.meters.label("away"),
            cast(UnitProfile.speed_kmh, Double),
            cast(UnitProfile.turnout_minutes, Double),
            cast(UnitProfile.rest_after_hours, Double),
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
            work.listed(policy, _SINCE),
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


_KIND = literal_column("asked.kind", Text)


def _walk(kinds: Any, nearest: Select[int, float], *, live: bool) -> Select[Any]:
    """The nearest of each of the kinds, kind by kind."""
    asked = func.unnest(kinds).table_valued(column("kind", Text)).render_derived("asked")
    spot = nearest.lateral("spot")
    by_device = literal_column(str(live), Boolean).label("live")
    found = select(asked.c.kind, by_device, spot.c.id, spot.c.meters)
    return found.select_from(asked.join(spot, true()))


def _recorded(most: int) -> Select[int, float]:
    """The walk over recorded places."""
    # the kind is written out, so that the planner sees that the index of units will do
    is_unit = Resource.kind == literal_column("'unit'")
    return (
        select(Resource.id.label("id"), near(Resource.position, _HERE).label("meters"))
        .where(Resource.type == _KIND, Resource.position.is_not(None), is_unit)
        .where(Resource.id != all_(_MET_RECORDED))
        .order_by("meters")
        .limit(most)
    )


def _by_device(most: int) -> Select[int, float]:
    """The walk over devices."""
    return (
        select(
            UnitPosition.resource_id.label("id"),
            near(UnitPosition.position, _HERE).label("meters"),
        )
        .where(UnitPosition.unit_type == _KIND, UnitPosition.resource_id != all_(_MET_DEVICE))
        .order_by("meters")
        .limit(most)
    )
