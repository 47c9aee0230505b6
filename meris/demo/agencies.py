"""Who owns the resources of the exercise: each county's agencies, the state's, the charities."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from geo.gazetteer import Gazetteer
from meris.demo.ground import Ground, Land, Spot
from meris.demo.rows import NewAgency
from meris.demo.shares import one_of
from meris.demo.story import Story

#: From so many people on a town has one of its own.
_FIRE_DEPARTMENT, _FIRE_DISTRICT = 2_500, 900
_POLICE, _SCHOOL_BUSES, _PUBLIC_WORKS = 9_000, 12_000, 20_000
#: Rural fire districts of a county, besides those of its towns.
_RURAL_DISTRICTS = 1


@dataclass(frozen=True)
class Service:
    """An agency's units in one county: their name on the radio, and where their stations are.

    `weight` is their share of the county's units, in people served.
    """

    agency: str
    discipline: str
    call: str
    spots: tuple[Spot, ...]
    weight: float

    @property
    def town_people(self) -> int:
        """The size of the town it serves, which says what it can afford."""
        return self.spots[0].town_people


@dataclass
class Roster:
    """Every agency of the exercise: by name, and what serves each county (FIPS)."""

    chance: Random
    area_codes: tuple[str, ...]
    agencies: dict[str, NewAgency] = field(default_factory=dict)
    services: dict[str, list[Service]] = field(default_factory=dict)
    #: The county's emergency management, and the charity's chapter it belongs to.
    emergency: dict[str, str] = field(default_factory=dict)
    chapters: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, kind: str, home: Land | None = None) -> str:
        """Enter an agency once; returns its name, told apart from another county's."""
        fips = home.fips if home else None
        known = self.agencies.get(name)
        if known is not None and home is not None and known.county_fips != fips:
            return self.add(f"{name} ({home.county.full_name})", kind, home)
        if known is None:
            phone = phone_number(self.chance, self.area_codes)
            self.agencies[name] = NewAgency(name, kind, fips, phone)
        return name

    def serve(
        self, land: Land, agency: str, discipline: str, call: str, spots: list[Spot], weight: float
    ) -> None:
        """Let an agency have units in a county."""
        service = Service(agency, discipline, call, tuple(spots), weight)
        self.services.setdefault(land.fips, []).append(service)


def phone_number(chance: Random, area_codes: tuple[str, ...]) -> str:
    """A number that nobody has: 555-0100 to 555-0199 are kept for fiction."""
    return f"({one_of(chance, area_codes)}) 555-01{int(chance.random() * 100):02}"


def enroll(chance: Random, gazetteer: Gazetteer, ground: Ground, story: Story) -> Roster:
    """The agencies of the whole state."""
    roster = Roster(chance, story.area_codes)
    for land in ground.counties:
        _county(roster, ground, land)
    _state(roster, gazetteer, ground, story)
    _charities(roster, ground, story)
    return roster


def _county(roster: Roster, ground: Ground, land: Land) -> None:
    county, people = land.county.full_name, land.people
    towns = _towns(land)
    seat = towns[:1]
    office = roster.emergency[land.fips] = roster.add(f"{county} OEM", "county", land)
    roster.serve(land, office, "em", county, seat, people * 0.05 + 400)
    ambulances = roster.add(f"{county} Ambulance District", "ems", land)
    roster.serve(land, ambulances, "ems", county, towns[:4], people * 0.17 + 900)
    if not land.county.is_city:
        sheriff = roster.add(f"{county} Sheriff's Office", "law", land)
        roster.serve(land, sheriff, "law", county, towns[:3], people * 0.07 + 900)
        roads = roster.add(f"{county} Road and Bridge", "county", land)
        roster.serve(land, roads, "public_works", county, seat, people * 0.04 + 500)
    for spot in _with_fire_service(towns):
        _fire(roster, ground, land, spot)
    for spot in towns:
        _city(roster, ground, land, spot)


def _with_fire_service(towns: list[Spot]) -> Iterator[Spot]:
    """The county's main town, those that are large enough, and a few in the country."""
    yield towns[0]
    yield from (spot for spot in towns[1:] if spot.town_people >= _FIRE_DISTRICT)
    yield from [s for s in towns[1:] if s.town_people < _FIRE_DISTRICT][:_RURAL_DISTRICTS]


def _fire(roster: Roster, ground: Ground, land: Land, spot: Spot) -> None:
    kind = "Department" if spot.town_people >= _FIRE_DEPARTMENT else "Protection District"
    quarters = _quarters(land, spot.town)
    agency = roster.add(f"{spot.town} Fire {kind}", "fire", ground.county(spot.home))
    weight = sum(quarter.people for quarter in quarters) * 0.42 + 700
    roster.serve(land, agency, "fire", spot.town, quarters, weight)


def _city(roster: Roster, ground: Ground, land: Land, spot: Spot) -> None:
    """What only larger towns have."""
    town, home = spot.town, ground.county(spot.home)
    quarters = _quarters(land, town)
    people = sum(quarter.people for quarter in quarters)
    if spot.town_people >= _POLICE:
        police = roster.add(f"{town} Police Department", "law", home)
        roster.serve(land, police, "law", town, quarters, people * 0.12)
    if spot.town_people >= _PUBLIC_WORKS:
        works = roster.add(f"City of {town} Public Works", "city", home)
        roster.serve(land, works, "public_works", town, quarters, people * 0.05)
    if spot.town_people >= _SCHOOL_BUSES:
        schools = roster.add(f"{town} School District", "other", home)
        roster.serve(land, schools, "other", f"{town} School", quarters, people * 0.04)


def _state(roster: Roster, gazetteer: Gazetteer, ground: Ground, story: Story) -> None:
    names = story.agencies
    roster.add(names.emergency, "state")
    roster.add(names.health, "state")
    roads = roster.add(names.roads, "state")
    for land in ground.counties:
        call = f"{land.county.name} State Roads"
        roster.serve(land, roads, "public_works", call, _towns(land)[:1], 450)
    schemes = [scheme for scheme in gazetteer.regions if scheme.code == names.patrol_scheme]
    for region in (region for scheme in schemes for region in scheme.regions):
        patrol = roster.add(names.patrol.format(code=region.code), "state")
        for land in (ground.county(fips) for fips in region.counties):
            call = names.patrol_call.format(code=region.code)
            roster.serve(land, patrol, "law", call, _towns(land)[:1], land.people * 0.03 + 500)


def _charities(roster: Roster, ground: Ground, story: Story) -> None:
    """Each county belongs to the chapter that is nearest; vehicles stand at the chapter's seat."""
    seats: dict[str, Spot] = {}
    for charity in story.charities:
        seat = ground.town(charity.town)
        if seat is not None:
            name = roster.add(charity.name, "ngo")
            seats[name] = seat
            land = ground.county(seat.fips)
            weight = seat.town_people * 0.02 + 9_000
            roster.serve(land, name, "ngo", charity.call, [seat], weight)
    for land in ground.counties:
        here = _towns(land)[0].center
        roster.chapters[land.fips] = min(
            seats,
            key=lambda name: seats[name].center.meters_to(here),
            default=story.agencies.emergency,
        )


def _towns(land: Land) -> list[Spot]:
    """One spot for each town of the county, the largest first."""
    first: dict[str, Spot] = {}
    for spot in sorted(land.spots, key=lambda s: (-s.town_people, -s.people, s.town)):
        first.setdefault(spot.town, spot)
    return list(first.values())


def _quarters(land: Land, town: str) -> list[Spot]:
    return [spot for spot in land.spots if spot.town == town]
