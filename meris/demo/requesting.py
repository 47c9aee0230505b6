"""What the shelters of the exercise ask for, each line as far as its age lets one expect."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from meris.demo.shares import Mix, one_of
from meris.demo.sourcing import Wanted, source
from meris.demo.world import World
from meris.fields import BY_CODE
from meris.tables import Agency, Request, RequestCounter, RequestLine, Resource, Shelter

#: How many of all open shelters lack something.
_LACKING = 0.3
#: How many are needed no sooner than in an hour from now.
_IN_TIME = 0.7
_PRIORITY = Mix(normal=52, high=32, life_sustaining=13, lifesaving=3)
_WAYS: dict[str, tuple[str, ...]] = {
    "submitted": ("submitted",),
    "denied": ("submitted", "denied"),
    "approved": ("submitted", "approved"),
    "sourcing": ("submitted", "approved", "sourcing"),
    "sourced": ("submitted", "approved", "sourcing", "sourced"),
    "en_route": ("submitted", "approved", "sourcing", "sourced", "en_route"),
    "on_scene": ("submitted", "approved", "sourcing", "sourced", "en_route", "on_scene"),
}
#: How far a line is after so many hours.
_SOON = Mix(submitted=75, approved=20, sourcing=5)
_LATER = Mix(submitted=12, denied=4, approved=20, sourcing=26, sourced=18, en_route=20)
_LATE = Mix(submitted=4, denied=6, approved=8, sourcing=22, sourced=15, en_route=20, on_scene=25)
_DENIED = "Two more shelters nearby have room: send people there first"


class _Thing(NamedTuple):
    """What is asked for: so many for each person, in steps, at least one step."""

    code: str
    unit: str
    each: float
    step: int
    returns: bool = False


class _Line(NamedTuple):
    """A line as it is asked, how far it shall be now, and since when."""

    row: dict[str, Any]
    goal: str
    since: datetime


_THINGS = (
    _Thing("COT-STD", "EA", 0.5, 10, returns=True),
    _Thing("BLANKET", "EA", 0.9, 20, returns=True),
    _Thing("WATER-BTL", "CS", 0.3, 5),
    _Thing("MEAL-SS", "CS", 0.25, 5),
    _Thing("KIT-HYG", "EA", 0.8, 20),
    _Thing("KIT-INF", "EA", 0.08, 5),
    _Thing("COT-ACC", "EA", 0.06, 2, returns=True),
    _Thing("PET-CRATE", "EA", 0.1, 2, returns=True),
    _Thing("FUEL-DSL", "GAL", 0.6, 25),
    _Thing("TOILET", "EA", 0.04, 1, returns=True),
)


def ask(session: Session, world: World, chance: Random) -> dict[str, int]:
    """Write the requests of some of the open shelters; rows written, by table."""
    givers = session.scalars(
        select(Agency.name)
        .join(Resource, Resource.agency_id == Agency.id)
        .where(Resource.kind == "supply_site")
        .distinct()
        .order_by(Agency.name)
    ).all()
    now, asked, lines = world.clock.now, [], []
    for shelter, part in _lacking(session, chance):
        at = _between(chance, part.opened_at or world.clock.impact, now)
        asked.append(_request(shelter, at, now, chance))
        lines.append(_lines(part, at, now, chance))
    if not asked:
        return {"request": 0, "request_line": 0, "fill": 0}
    order = sorted(range(len(asked)), key=lambda n: asked[n]["requested_at"])
    wanted = []
    for number, n in enumerate(order, start=1):
        row = asked[n] | {"number": f"R{now.year}-{number:06}"}
        made = session.scalars(insert(Request).values(row).returning(Request.id)).one()
        for line, goal, since in lines[n]:
            of_request = insert(RequestLine).values(line | {"request_id": made})
            line_id = session.scalars(of_request.returning(RequestLine.id)).one()
            if goal != line["status"]:
                wanted.append(Wanted(line_id, goal, since))
    session.execute(insert(RequestCounter).values(year=now.year, last=len(asked)))
    fills = source(session, world, wanted, givers, chance)
    return {"request": len(asked), "request_line": sum(map(len, lines)), "fill": fills}


def _lacking(session: Session, chance: Random) -> list[tuple[Resource, Shelter]]:
    statement = (
        select(Resource, Shelter)
        .join(Shelter, Shelter.resource_id == Resource.id)
        .where(Resource.kind == "shelter", Resource.status.in_(("open", "full")))
        .order_by(Resource.id)
    )
    found = [(one, part) for one, part in session.execute(statement)]
    return [pair for pair in found if chance.random() < _LACKING]


def _between(chance: Random, opened: datetime, now: datetime) -> datetime:
    moment = opened + (now - opened) * chance.random()
    return moment.replace(second=0, microsecond=0)


def _request(shelter: Resource, at: datetime, now: datetime, chance: Random) -> dict[str, Any]:
    needed = at + timedelta(hours=one_of(chance, (4, 6, 12, 24)))
    if chance.random() < _IN_TIME:
        needed = max(needed, now + timedelta(hours=chance.randint(1, 9)))
    return {
        "agency_id": shelter.agency_id,
        "deliver_to_id": shelter.id,
        "priority": _PRIORITY.draw(chance),
        "needed_by": needed if chance.random() < 0.6 else None,
        "requested_by": shelter.confirmed_by or "Shelter manager",
        "requested_at": at,
        "source": "phone" if chance.random() < 0.8 else "web",
    }


def _lines(part: Shelter, at: datetime, now: datetime, chance: Random) -> list[_Line]:
    people = part.population_total or 40
    things = chance.sample(_THINGS, k=one_of(chance, (1, 1, 2, 2, 3)))
    return [_line(rank, one, people, at, now, chance) for rank, one in enumerate(things, 1)]


def _line(
    rank: int, thing: _Thing, people: int, at: datetime, now: datetime, chance: Random
) -> _Line:
    """A line; one that givers take farther stands where the desk left it."""
    hours = (now - at) / timedelta(hours=1)
    goal = (_SOON if hours < 2 else _LATER if hours < 8 else _LATE).draw(chance)
    steps = len(_WAYS[goal]) - 1
    since = at if not steps else at + (now - at) * chance.uniform(0.4, 0.95)
    given = "sourced" in _WAYS[goal]
    status_at = at + (since - at) * 0.2 if given else since
    row = {
        "rank": rank,
        "item_code": thing.code,
        "item_name": BY_CODE[thing.code].title,
        "quantity": Decimal(max(1, round(people * thing.each / thing.step)) * thing.step),
        "unit_of_issue": thing.unit,
        "consumable": not thing.returns,
        "status": "approved" if given else goal,
        "status_at": status_at.replace(second=0, microsecond=0),
        "status_by": "Logistics desk" if steps else "Shelter manager",
        "status_reason": _DENIED if goal == "denied" else None,
    }
    return _Line(row, goal, since.replace(second=0, microsecond=0))
