"""The incidents of the exercise: every committed unit is at one, and some wait for one.

Made after the resources are stored, from what is stored: a unit's status is what its assignment
says, so the units that are out come first and the incidents are made to fit them.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Row, case, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.columns import as_wkb, position_of
from geo.gazetteer import Gazetteer
from geo.values import Position
from meris import fields
from meris.demo import calls
from meris.demo.clock import Clock
from meris.demo.ground import Land
from meris.demo.shares import one_of
from meris.demo.story import Hazard
from meris.demo.world import World
from meris.tables import (
    Agency,
    Assignment,
    Incident,
    IncidentCounter,
    IncidentLog,
    IncidentNeed,
    Resource,
    Unit,
    UnitPosition,
)

#: Units of one incident come from within this distance of its first.
_REACH_KM = 9
_DESK = "Dispatch"
#: Calls that nobody was sent to yet, of each county that is hit.
_WAITING = 2
#: Minutes after the order at which a unit usually is so far.
_STEPS = {
    "dispatched": 0,
    "acknowledged": 1,
    "en_route": 3,
    "on_scene": 14,
    "transporting": 40,
    "at_destination": 62,
}
#: How often a need of the run card is open that nobody has come for.
_STILL_ASKED = 0.2
#: So many crews on scene have to be heard of again and again; more would only be noise here.
_WATCHED, _WATCH_MINUTES = 3, 60


@dataclass
class Call:
    """An incident to be: where, what, since when, and who is there."""

    kind: fields.IncidentType
    land: Land
    place: Position
    since: datetime
    setting: str
    units: list[Row[Any]] = field(default_factory=list)
    hazard: Hazard | None = None


def dispatch(
    session: Session, world: World, gazetteer: Gazetteer, chance: Random
) -> dict[str, int]:
    """Make the incidents with their logs and assignments; rows written, by table."""
    parents = _parents(session, world)
    made = [*_working(session, world, gazetteer, chance), *_waiting(world, chance)]
    made.sort(key=lambda call: call.since)
    writer = _Writer(session, world, chance, first=len(parents) + 1)
    for call in made:
        writer.write(call, parents)
    writer.finish()
    return {"incident": len(made) + len(parents), "assignment": writer.assigned}


def _parents(session: Session, world: World) -> dict[str, int]:
    """The big one that the others belong to, for each hazard: its title and its incident."""
    known = {}
    for number, hazard in enumerate(world.story.hazards, start=1):
        kind = "tornado" if hazard.kind == "tornado" else "flood"
        row = {
            "number": _number(world.clock, number),
            "type": kind,
            "priority": 1,
            "title": hazard.title,
            "status": "active",
            "status_at": world.clock.impact,
            "reported_at": world.clock.impact,
            "position": as_wkb(hazard.along(0.5)),
            "position_source": "place",
            "place": hazard.title,
            "county_fips": hazard.counties[0],
            "situation": "Damage and rescues along the whole track. Units work by county.",
            "objectives": "Find and free everybody. Account for all crews every 30 minutes.",
            "commander": "Unified command of the counties",
            "created_by": _DESK,
        }
        known[hazard.title] = session.scalars(
            insert(Incident).values(row).returning(Incident.id)
        ).one()
    return known


def _number(clock: Clock, number: int) -> str:
    return f"{clock.now.year}-{number:06}"


def _working(
    session: Session, world: World, gazetteer: Gazetteer, chance: Random
) -> Iterator[Call]:
    """Calls that fit the units that are out, county by county."""
    lands = {land.fips: land for land in world.ground.counties}
    by_county: dict[str, list[Row[Any]]] = defaultdict(list)
    for unit in _committed(session):
        # a unit on mutual aid works where it is and not where it belongs
        county = gazetteer.county_at(_place(unit))
        if county and county.fips in lands:
            by_county[county.fips].append(unit)
    for fips, units in sorted(by_county.items()):
        yield from _county_calls(world, lands[fips], units, chance)


def _committed(session: Session) -> Sequence[Row[Any]]:
    position = case(
        (UnitPosition.resource_id.is_not(None), UnitPosition.position), else_=Resource.position
    )
    statement = (
        select(
            Resource.id,
            Resource.name,
            Resource.type,
            Resource.status,
            Resource.status_at,
            Resource.county_fips,
            Resource.agency_id,
            Unit.discipline,
            position.label("position"),
        )
        .join(Unit, Unit.resource_id == Resource.id)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(Resource.kind == "unit", Resource.status.in_(list(_STEPS)), position.is_not(None))
        .order_by(Resource.id)
    )
    return session.execute(statement).all()


def _county_calls(
    world: World, land: Land, units: list[Row[Any]], chance: Random
) -> Iterator[Call]:
    waiting = list(units)
    # whoever stands on scene says where it is
    waiting.sort(key=lambda unit: (unit.status != "on_scene", unit.id))
    while waiting:
        lead = waiting.pop(0)
        place = _place(lead)
        setting, hazard = _setting(world, land)
        kind = calls.type_for(chance, setting, lead.discipline or "other")
        near = sorted(waiting, key=lambda unit: _km(place, _place(unit)))
        wanted = _size(chance, setting) - 1
        others = [unit for unit in near[:wanted] if _km(place, _place(unit)) < _REACH_KM]
        for unit in others:
            waiting.remove(unit)
        together = [lead, *others]
        since = max(world.clock.impact, min(_ordered(unit) for unit in together))
        yield Call(_TYPES[kind], land, place, since, setting, together, hazard)


def _size(chance: Random, setting: str) -> int:
    return 1 + int(chance.random() ** 1.4 * (2 if setting == "calm" else 6))


def _waiting(world: World, chance: Random) -> Iterator[Call]:
    """Calls of the last half hour that nobody has been sent to."""
    for land in world.ground.counties:
        setting, hazard = _setting(world, land)
        for _ in range(_WAITING if hazard and setting == "torn" else 0):
            kind = calls.type_for(chance, setting, one_of(chance, ("fire", "ems", "law")))
            spot = one_of(chance, land.spots)
            since = world.clock.ago(1 + 28 * chance.random())
            yield Call(_TYPES[kind], land, spot.center, since, setting, hazard=hazard)


def _setting(world: World, land: Land) -> tuple[str, Hazard | None]:
    threats = world.story.threats(land.fips)
    if not threats:
        return "calm", None
    return ("torn" if threats[0].kind == "tornado" else "flooded"), threats[0]


def _place(unit: Row[Any]) -> Position:
    place = position_of(unit.position)
    assert place is not None
    return place


def _ordered(unit: Row[Any]) -> datetime:
    """Shortly before the unit was sent, as far as its status tells."""
    sent: datetime = unit.status_at - timedelta(minutes=_STEPS[unit.status] + 2)
    return sent


def _km(here: Position, there: Position) -> float:
    north = (there.lat - here.lat) * 111.2
    east = (there.lon - here.lon) * 111.2 * math.cos(math.radians(here.lat))
    return math.hypot(north, east)


_TYPES = {kind.code: kind for kind in fields.incident_types()}


class _Writer:
    """Writes calls in the order of their time, so that their numbers follow it."""

    def __init__(self, session: Session, world: World, chance: Random, *, first: int) -> None:
        self._session, self._world, self._chance = session, world, chance
        self._number, self._unwatched = first, _WATCHED
        ids = {row.name: row.id for row in session.execute(select(Agency.name, Agency.id))}
        self._agencies = {fips: ids[name] for fips, name in world.roster.emergency.items()}
        self.assigned = 0

    def write(self, call: Call, parents: dict[str, int]) -> None:
        incident_id = self._incident(call, parents)
        self._needs(call, incident_id)
        for unit in call.units:
            self._assign(call, incident_id, unit)
        self._log(call, incident_id)

    def finish(self) -> None:
        """The next incident of the year gets the next number."""
        row = {"year": self._world.clock.now.year, "last": self._number - 1}
        self._session.execute(insert(IncidentCounter).values(row))

    def _incident(self, call: Call, parents: dict[str, int]) -> int:
        town = min(call.land.spots, key=lambda spot: _km(call.place, spot.center)).town
        row = {
            "number": _number(self._world.clock, self._number),
            "type": call.kind.code,
            "priority": call.kind.priority,
            "title": f"{call.kind.title}, {town}",
            "status": "active" if call.units else "new",
            "status_at": call.since,
            "reported_at": call.since,
            "created_at": call.since,
            "position": as_wkb(call.place.rounded()),
            "position_source": "click",
            "place": f"Near {town}",
            "jurisdiction": town,
            "county_fips": call.land.fips,
            "agency_id": self._agencies.get(call.land.fips),
            "parent_id": parents[call.hazard.title] if call.hazard else None,
            "created_by": _DESK,
        }
        self._number += 1
        return self._session.scalars(insert(Incident).values(row).returning(Incident.id)).one()

    def _needs(self, call: Call, incident_id: int) -> None:
        """What its run card says and is there, now and then more than that."""
        there = [unit.type for unit in call.units]
        rows = []
        for rank, sent in enumerate(call.kind.send):
            fitting = [kind for kind in there if kind in sent.unit_types]
            if not fitting and self._chance.random() > _STILL_ASKED:
                continue
            rows.append(
                {
                    "incident_id": incident_id,
                    "rank": rank,
                    "count": max(len(fitting), 1 + int(self._chance.random() * sent.count)),
                    "unit_types": list(sent.unit_types),
                }
            )
        if rows:
            self._session.execute(insert(IncidentNeed).values(rows))

    def _assign(self, call: Call, incident_id: int, unit: Row[Any]) -> None:
        chance, clock = self._chance, self._world.clock
        minutes = _STEPS[unit.status]
        begin = unit.status_at - timedelta(minutes=minutes)
        until = clock.now + timedelta(minutes=30 + 240 * chance.random())
        times = {
            f"{step}_at": begin + timedelta(minutes=after)
            for step, after in _STEPS.items()
            if after < minutes
        }
        row = {
            "resource_id": unit.id,
            "incident_id": incident_id,
            "status": unit.status,
            "status_at": unit.status_at,
            "status_by": _DESK,
            "during": Range(begin, max(until, begin + timedelta(hours=1))),
            "created_by": _DESK,
            "created_at": begin,
            "heard_at": max(unit.status_at, clock.ago(20 * chance.random())),
            **self._watch(call, unit),
            **times,
        }
        self._session.execute(insert(Assignment).values(row))
        self.assigned += 1

    def _watch(self, call: Call, unit: Row[Any]) -> dict[str, Any]:
        """Check-ins for a few crews; the first of them is to be heard of soon."""
        if unit.status != "on_scene" or call.kind.par is None or not self._unwatched:
            return {"par_minutes": None}
        self._unwatched -= 1
        heard = self._world.clock.ago(_WATCH_MINUTES - 8 - 12 * self._unwatched)
        return {"par_minutes": _WATCH_MINUTES, "heard_at": max(unit.status_at, heard)}

    def _log(self, call: Call, incident_id: int) -> None:
        chance, now = self._chance, self._world.clock.now
        entries = [(call.since, "note", calls.report(chance, call.kind.code), None)]
        for unit in call.units:
            sent = unit.status_at - timedelta(minutes=_STEPS[unit.status])
            entries.append((sent, "assignment", f"Sent {unit.name}", unit.id))
            if unit.status == "on_scene":
                entries.append((unit.status_at, "status", f"{unit.name} on scene", unit.id))
        if any(unit.status == "on_scene" for unit in call.units):
            heard = max(unit.status_at for unit in call.units) + timedelta(minutes=4)
            entries.append((min(heard, now), "note", one_of(chance, calls.UPDATES), None))
        rows = [
            {
                "incident_id": incident_id,
                "at": at,
                "entered_at": at,
                "kind": kind,
                "text": words,
                "author": _DESK,
                "resource_id": about,
            }
            for at, kind, words, about in sorted(entries, key=lambda entry: entry[0])
        ]
        self._session.execute(insert(IncidentLog).values(rows))
