"""Commands that look for something: units that fit, and shelters, sites and units by conditions."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.sql.elements import SQLColumnExpression

from geo.columns import position_of
from geo.queries import meters_to, within_meters
from geo.values import Position
from meris import fields, shelters, wording
from meris.commands.crews import pick_row
from meris.commands.meaning import (
    Meaning,
    Puzzle,
    Said,
    called_place,
    incident_of,
    place_of,
    row,
)
from meris.commands.needs import needs_of
from meris.commands.vocabulary import Wanted, title_of_status
from meris.commands.world import World
from meris.dispatch.keeping import Keep, Per
from meris.dispatch.recommend import recommend
from meris.fields import Item
from meris.resources.search import MOST_IDS
from meris.supplies import BASE_SIZE, FREE, amount, usable
from meris.tables import Assignment, ItemUnit, Resource, Shelter, StockLine
from meris.units import in_hand

#: What "near" means when nobody says how near.
NEAR_M = 32_000.0
_MOST_ROWS = 8


def recommended(said: Said) -> Meaning:
    """The best units, with reasons; to be selected for the incident in hand."""
    world = said.world
    position, where = _target(said)
    needs = needs_of(said)
    keep = _keep(said)
    found = recommend(
        world.session,
        world.viewer,
        position=position,
        needs=needs,
        incident_id=world.in_hand.id if world.in_hand else None,
        within_minutes=said.value("minutes"),
        keep=keep,
        most=0,
        now=world.now,
        uncommitted=said.has("uncommitted"),
        home=world.home,
        router=world.router,
    )
    asked = " and ".join(need.text for need in needs)
    conditions = [asked + where, *_conditions(said, keep)]
    ids = [pick.unit_id for pick in found.picks]
    return Meaning(
        f"{', '.join(conditions)}: {len(ids)} found.",
        show={"units": ids, "place": _spot(position)} if ids else None,
        rows=[pick_row(pick) for pick in found.picks],
        warnings=[line.shortfall for line in found.lines if line.shortfall],
    )


def _target(said: Said) -> tuple[Position, str]:
    """Where the units are wanted, and that in words."""
    bound = said.one("place")
    within = f", within {wording.minutes(said.value('minutes'))}" if said.one("minutes") else ""
    if bound is not None:
        place = place_of(said, bound)
        link = f"{within} of" if within else " near"
        return place.position, f"{link} {called_place(said.world, place)}"
    if said.world.in_hand is not None:
        incident = incident_of(said)
        position = position_of(incident.position)
        if position is not None:
            return position, f"{within} for {incident.number}"
    if said.world.here is None:
        raise Puzzle("Where are they wanted? Add near and a place, or open an incident.")
    return said.world.here, f"{within} of the middle of the map"


def _keep(said: Said) -> Keep | None:
    count = said.value("number")
    per: Per = "county" if said.has("county") else "station"
    return Keep(count, per) if count else None


def _conditions(said: Said, keep: Keep | None) -> list[str]:
    found = ["uncommitted"] if said.has("uncommitted") else []
    return [*found, *([f"keep {keep.count} per {keep.per}"] if keep else [])]


def _spot(position: Position) -> dict[str, Any]:
    return {"lat": position.lat, "lon": position.lon, "bounds": None, "precision_m": NEAR_M}


@dataclass
class Sought:
    """What is looked for, as SQL and in words."""

    wanted: Wanted
    where: list[ColumnElement[bool]]
    words: list[str]
    center: Position | None = None

    def add(self, condition: ColumnElement[bool], words: str) -> None:
        """One more condition."""
        self.where.append(condition)
        self.words.append(words)


def find(said: Said) -> Meaning:
    """Resources by conditions: these alone are shown on the map and in the list."""
    wanted: Wanted = said.value("wanted")
    sought = Sought(wanted, [Resource.kind == wanted.kind], [wanted.title])
    if wanted.types:
        sought.where.append(Resource.type.in_(wanted.types))
    _status(said, sought)
    _place(said, sought)
    _room(said, sought)
    _stock(said, sought)
    ids = _ids(said.world, sought)
    sentence = " ".join(sought.words)
    shown = f"{len(ids)} found" if len(ids) <= MOST_IDS else f"more than {MOST_IDS:,} found"
    return Meaning(
        f"{sentence[:1].upper()}{sentence[1:]}: {shown}.",
        show={"ids": ids[:MOST_IDS], "text": said.line.strip()} if ids else None,
        rows=_rows(said.world, sought, ids[:_MOST_ROWS]),
    )


def _status(said: Said, sought: Sought) -> None:
    for bound in said.all("condition"):
        known = fields.statuses(sought.wanted.kind)
        if bound.value not in known:
            offered = ", ".join(choice.title.lower() for choice in known)
            text = said.text(bound)
            raise Puzzle(f"{sought.wanted.title} are never “{text}”: {offered}.", bound)
        sought.where.append(Resource.status == bound.value)
        free = sought.wanted.kind == "unit" and bound.value == "available"
        if free:
            sought.where.append(~_committed())
        sought.words.insert(0, title_of_status(sought.wanted.kind, bound.value))


def _committed() -> ColumnElement[bool]:
    """Whether a unit is held or sent, whatever its status says."""
    held = select(Assignment.id).where(Assignment.resource_id == Resource.id, in_hand())
    return held.correlate(Resource).exists()


def _place(said: Said, sought: Sought) -> None:
    """In a county or town, or within a distance of somewhere."""
    bound = said.one("place")
    far = said.value("distance")
    if bound is None and far is None:
        return
    if bound is None:
        sought.center = said.world.here
        if sought.center is None:
            raise Puzzle("Within that of what? Add of and a place.", said.one("distance"))
        where = f"within {_round(said.world, far)} of " + _here(said.world)
        sought.add(within_meters(Resource.position, sought.center, far), where)
        return
    county = said.world.home.gazetteer.county_named(said.text(bound))
    if far is None and said.has("in") and county is not None:
        said.means[bound] = county.county.full_name
        sought.add(Resource.county_fips == county.county.fips, f"in {county.county.full_name}")
        return
    place = place_of(said, bound)
    name = called_place(said.world, place)
    sought.center = place.position
    meters = far or (max(place.radius_m or 0, 2_000) if said.has("in") else NEAR_M)
    sought.add(
        within_meters(Resource.position, place.position, meters),
        f"within {_round(said.world, meters)} of {name}",
    )


def _here(world: World) -> str:
    return world.in_hand.number if world.in_hand else "the middle of the map"


def _round(world: World, meters: float) -> str:
    return world.home.distances.chosen(meters)


def _room(said: Said, sought: Sought) -> None:
    """Free places, and what a shelter has."""
    for bound in said.all("facility"):
        _only(sought, "shelter", f"with {bound_title(bound.value)}", said)
        sought.add(_facility(bound.value), f"with {bound_title(bound.value)}")
    number = said.value("number")
    if number is None or not said.has("beds", "places"):
        return
    _only(sought, "shelter", "with beds", said)
    sought.add(shelters.places_free() >= number, f"with {number:,} places free or more")


def _only(sought: Sought, kind: str, words: str, said: Said) -> None:
    if sought.wanted.kind != kind:
        known = {"shelter": "shelters", "supply_site": "supply sites", "unit": "units"}[kind]
        raise Puzzle(f"Only {known} can be found {words}.", said.one("wanted"))


def bound_title(facility: str) -> str:
    """What a shelter has, in a sentence."""
    return {
        "generator": "a generator",
        "kitchen": "a kitchen",
        "showers": "showers",
        "wheelchair_accessible": "wheelchair access",
        "pets": "room for pets",
    }[facility]


def _facility(name: str) -> ColumnElement[bool]:
    if name == "pets":
        return Shelter.pet_policy.in_(("onsite", "cohabit"))
    column: ColumnElement[bool] = getattr(Shelter, name)
    return column.is_(True)


def _stock(said: Said, sought: Sought) -> None:
    """So much of an item, neither promised nor past use, over all its lots, in base units."""
    item: Item | None = said.value("item")
    if item is None:
        return
    _only(sought, "supply_site", f"with {item.title.lower()}", said)
    number = 1 if said.has("beds", "places") else (said.value("number") or 1)
    named = or_(
        StockLine.item_code == item.code, func.lower(StockLine.item_name) == item.title.lower()
    )
    unit_of = and_(ItemUnit.item_code == item.code, ItemUnit.unit == StockLine.unit_of_issue)
    there = (
        select(StockLine.resource_id)
        .join(ItemUnit, unit_of)
        .where(named, usable(said.world.home.today()))
        .group_by(StockLine.resource_id)
        .having(func.sum(FREE * BASE_SIZE) >= number)
    )
    of = "" if item.base_unit == "EA" else "of "
    words = f"with {amount(Decimal(number), item.base_unit)} {of}{item.title.lower()} or more"
    sought.add(Resource.id.in_(there), words)


def _ids(world: World, sought: Sought) -> list[int]:
    statement = select(Resource.id).where(world.policy.condition(), and_(*sought.where))
    if sought.wanted.kind == "shelter":
        statement = statement.outerjoin(Shelter, Shelter.resource_id == Resource.id)
    order: SQLColumnExpression[Any] = func.lower(Resource.name)
    if sought.center is not None:
        order = meters_to(Resource.position, sought.center)
    statement = statement.order_by(order.nulls_last(), Resource.id).limit(MOST_IDS + 1)
    return list(world.session.scalars(statement))


def _rows(world: World, sought: Sought, ids: list[int]) -> list[dict[str, Any]]:
    """The first few, each with how far it is or in which county."""
    statement = (
        select(Resource, shelters.places_free().label("free"))
        .outerjoin(Shelter, Shelter.resource_id == Resource.id)
        .where(Resource.id.in_(ids))
    )
    found = {one.Resource.id: one for one in world.session.execute(statement)}
    return [_row(world, found[i], sought) for i in ids if i in found]


def _row(world: World, found: Any, sought: Sought) -> dict[str, Any]:
    resource: Resource = found.Resource
    position = position_of(resource.position)
    meters = position.meters_to(sought.center) if sought.center and position else None
    away = meters is not None and world.home.distances.say(meters)
    county = world.home.gazetteer.counties.get(resource.county_fips or "")
    free = f"{found.free:,} places free" if found.free is not None else None
    about = (
        away or (county and county.full_name),
        title_of_status(resource.kind, resource.status),
        free,
    )
    return row(
        resource.name,
        ", ".join(word for word in about if word),
        resource=resource.id,
        kind=resource.kind,
        status=resource.status,
    )
