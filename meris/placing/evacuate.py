"""A whole area's people against the beds free within reach: who goes where, and what is short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry import MultiPolygon
from sqlalchemy import Row
from sqlalchemy.orm import Session

from geo.columns import boundary_of
from geo.shapes import meters_from
from geo.values import Position
from meris import shelters
from meris.accounts import Viewer
from meris.areas.read import find
from meris.fields import Home
from meris.placing import reach
from meris.placing.allocate import Allocation, Room, allocate
from meris.placing.demand import Demand, read_demand
from meris.placing.find import Offer, check_reach, offer_of
from meris.placing.fit import NEEDS, NO_BEDS, Facts, known_facts, suits
from meris.placing.party import Party
from meris.tables import Area

USUAL_REACH = 50
#: So many shelters are weighed; a state has fewer.
_MOST = 6_000
_LISTED = 40


@dataclass(frozen=True)
class Line:
    """A shelter of the plan: how many go there, by need and from where."""

    offer: Offer
    people: int
    by_need: Mapping[str, int]
    sources: Sequence[tuple[str, int]]
    left: int

    def told(self) -> dict[str, Any]:
        """For JSON."""
        sources = [{"name": name, "people": people} for name, people in self.sources]
        return {
            "shelter": self.offer.told(),
            "people": self.people,
            "by_need": {need or "general": people for need, people in self.by_need.items()},
            "from": sources,
            "left": self.left,
        }


@dataclass(frozen=True)
class Plan:
    """`lines`: who goes where. `short`: by need, how many find no place ("" is a bed). `free`:
    known beds free within reach, `stale` of them by figures too old to rely on.

    `to_ask`: by need that is short, beds at shelters of which it is not known.
    `inside` shelters lie in the area and `endangered` ones in another danger: neither is used.
    `call_first`: nobody knows how many beds are free; `could_open`: on standby or alert.
    """

    area: Area
    demand: Demand
    reach_km: int
    lines: Sequence[Line]
    short: Mapping[str, int]
    to_ask: Mapping[str, int]
    free: int
    stale: int
    inside: Sequence[Offer]
    endangered: Sequence[Offer]
    call_first: Sequence[Offer]
    could_open: Sequence[Offer]

    @property
    def placed(self) -> int:
        """Everybody who has a place."""
        return sum(line.people for line in self.lines)

    @property
    def people_inside(self) -> int:
        """Counted in shelters of the area itself: they have to leave as well."""
        return sum(offer.people or 0 for offer in self.inside)

    @property
    def places_that_could_open(self) -> int:
        """Of those on standby and alert."""
        return sum(offer.capacity or 0 for offer in self.could_open)

    def told(self) -> dict[str, Any]:
        """For JSON."""
        lists = ("inside", "endangered", "call_first", "could_open")
        return {
            "area": {"id": self.area.id, "name": self.area.name, "kind": self.area.kind},
            "demand": self.demand.told(),
            "reach_km": self.reach_km,
            "placed": self.placed,
            "short": {need or "general": people for need, people in self.short.items()},
            "to_ask": dict(self.to_ask),
            "free": self.free,
            "stale": self.stale,
            "lines": [line.told() for line in self.lines],
            **{name: [offer.told() for offer in getattr(self, name)] for name in lists},
        }


def plan(
    session: Session,
    viewer: Viewer,
    area_id: int,
    given: Mapping[str, Any],
    *,
    home: Home,
    detour: float,
    reach_km: int = USUAL_REACH,
) -> Plan:
    """Place the people of an area in shelters outside of it, within `reach_km` of its edge.

    `given` is read by `demand.read_demand`. Raises `NotFound`, `Invalid`.
    """
    area = find(session, viewer.policy, area_id)
    check_reach(reach_km)
    shape = boundary_of(area.shape)
    point = shapely.point_on_surface(shape)
    middle = Position(point.y, point.x)
    demand = read_demand(given, shape, middle, home)
    sites = _Sites(session, viewer, shape, middle, reach_km * 1000, detour)
    return _planned(area, demand, reach_km, sites)


@dataclass(frozen=True)
class _Site:
    """A shelter with what decides."""

    offer: Offer
    facts: Facts
    suits: Mapping[str, str]
    inside: bool


@dataclass(frozen=True)
class _Sites:
    """The shelters in and around an area."""

    session: Session
    viewer: Viewer
    shape: MultiPolygon
    middle: Position
    reach_m: float
    detour: float

    def of(self, *statuses: str) -> list[_Site]:
        """Those of some statuses in the area or within reach of its edge, the nearest first."""
        corners = shapely.get_coordinates(self.shape.convex_hull)
        radius = max(self.middle.meters_to(Position(lat, lon)) for lon, lat in corners)
        found: list[Row[Any]] = []
        for status in statuses:
            # a little wider: one distance is on a sphere, the other on the ellipsoid
            wide = (radius + self.reach_m) * 1.01
            found += reach.around(self.session, self.viewer, self.middle, wide, status, _MOST)
        return self._sites(sorted(found, key=lambda row: (row.meters, row.id)))

    def _sites(self, rows: Sequence[Row[Any]]) -> list[_Site]:
        if not rows:
            return []
        away = meters_from(self.shape, [Position(row.lat, row.lon) for row in rows])
        near = [(row, m) for row, m in zip(rows, away, strict=True) if m <= self.reach_m]
        ids = [row.id for row, _ in near]
        danger = reach.dangers_of(self.session, self.viewer, ids)
        now = datetime.now(UTC)
        sites = []
        for row, meters in near:
            facts = known_facts(row, danger.get(row.id, ()), stale=row.stale)
            offer = offer_of(
                row,
                facts,
                Party(1),
                self.middle,
                viewer=self.viewer,
                detour=self.detour,
                now=now,
            )
            sites.append(_Site(offer, facts, suits(facts), meters == 0))
        return sites


def _planned(area: Area, demand: Demand, reach_km: int, sites: _Sites) -> Plan:
    used = [site for site in sites.of(*shelters.IN_USE) if site.facts.type not in NO_BEDS]
    outside = [site for site in used if not site.inside and site.offer.status == "open"]
    safe = [site for site in outside if not site.facts.dangers]
    known = [site for site in safe if site.facts.free]
    allocation = allocate(demand.groups, [_room(site) for site in known], demand.mix)
    return Plan(
        area=area,
        demand=demand,
        reach_km=reach_km,
        lines=_lines(known, demand, allocation),
        short={need: people for need, people in allocation.short.items() if people},
        to_ask=_to_ask(known, allocation),
        free=sum(site.facts.free or 0 for site in known),
        stale=sum(site.facts.free or 0 for site in known if site.facts.stale),
        inside=[site.offer for site in used if site.inside],
        endangered=[site.offer for site in outside if site.facts.dangers],
        call_first=_offers(site for site in safe if site.facts.free is None),
        could_open=_offers(
            site
            for site in sites.of("standby", "alert")
            if not site.inside and not site.facts.dangers and site.facts.type not in NO_BEDS
        ),
    )


def _to_ask(sites: Sequence[_Site], allocation: Allocation) -> dict[str, int]:
    """Beds where what is short may be had after all, for all that is known."""
    beds = {
        need: sum(site.facts.free or 0 for site in sites if site.suits[need] == "unknown")
        for need, people in allocation.short.items()
        if people
    }
    return {need: number for need, number in beds.items() if need and number}


def _offers(sites: Any) -> list[Offer]:
    return [site.offer for site in sites][:_LISTED]


def _room(site: _Site) -> Room:
    meets = frozenset(need for need, answer in site.suits.items() if answer == "yes")
    facts = site.facts
    most = {}
    if facts.pet_capacity is not None:
        most["pets"] = max(0, facts.pet_capacity - (facts.pets or 0))
    place = Position(site.offer.lat, site.offer.lon)
    return Room(site.offer.id, place, facts.free or 0, meets, most)


def _lines(sites: Sequence[_Site], demand: Demand, allocation: Allocation) -> list[Line]:
    lines = []
    for site in sites:
        placed = [one for one in allocation.placed if one.room == site.offer.id]
        if not placed:
            continue
        people = sum(one.people for one in placed)
        by_need = _summed((one.need, one.people) for one in placed)
        sources = _summed((demand.groups[one.group].name, one.people) for one in placed)
        left = (site.facts.free or 0) - people
        ordered = {need: by_need[need] for need in ("", *NEEDS) if need in by_need}
        lines.append(Line(site.offer, people, ordered, list(sources.items()), left))
    return lines


def _summed(pairs: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, people in pairs:
        found[name] = found.get(name, 0) + people
    return found
