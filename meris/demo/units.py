"""Units: engines, ambulances, patrols and teams of the county's services, at home or committed."""

from collections.abc import Iterator

from geo.values import Position
from meris.demo import models
from meris.demo.agencies import Service
from meris.demo.deploying import deploy
from meris.demo.ground import Spot
from meris.demo.models import Model
from meris.demo.rows import Draft, Row, as_array, known
from meris.demo.shares import one_of, perhaps, shared_out
from meris.demo.world import Scene, take_off_the_map

#: Vehicles that one station has room for.
_PER_STATION = 3
#: Departments smaller than this number their units in tens of their own.
_OWN_NUMBERS = 2_500
_DESK = {
    "fire": "Battalion officer",
    "ems": "EMS supervisor",
    "law": "Watch commander",
    "em": "Duty officer",
    "public_works": "Road foreman",
    "ngo": "Disaster duty desk",
    "other": "Dispatcher of buses",
}
_STATION = {
    "fire": "Station {number}",
    "ems": "Ambulance base {number}",
    "law": "{call} headquarters",
    "em": "{call} EOC",
    "public_works": "{call} yard",
    "ngo": "{call} warehouse",
    "other": "{call} bus barn",
}
_OFF_DUTY = "Not tracked while off duty."


def units(scene: Scene) -> list[Draft]:
    """The units of one county."""
    services = scene.world.roster.services[scene.land.fips]
    weights = {n: service.weight for n, service in enumerate(services)}
    shares = shared_out(scene.chance, scene.quota.units, weights)
    drafts = [
        draft
        for n, share in shares.items()
        for draft in _fleet(scene, services[n], share, first_ten=n + 1)
    ]
    for draft in drafts:
        deploy(scene, draft)
    _send_home(scene, drafts)
    return drafts


def _fleet(scene: Scene, service: Service, count: int, *, first_ten: int) -> Iterator[Draft]:
    """All units of a service, station by station."""
    chance = scene.chance
    sorts = models.fitting(service.discipline, service.town_people)
    weights = [model.weight for model in sorts]
    for begin in range(0, count, _PER_STATION):
        spot = one_of(chance, service.spots)
        station = scene.land.building(chance, spot, outskirts=0)
        number = begin // _PER_STATION + 1
        for _ in range(min(_PER_STATION, count - begin)):
            model = chance.choices(sorts, weights=weights)[0]
            first = first_ten * 10 if service.town_people < _OWN_NUMBERS else 0
            yield _unit(scene, service, model, spot, station, station_number=number, first=first)


def _unit(
    scene: Scene,
    service: Service,
    model: Model,
    spot: Spot,
    station: Position,
    *,
    station_number: int,
    first: int,
) -> Draft:
    chance = scene.chance
    counter = scene.world.numbers
    counter[service.call, model.call] += 1
    number = first + counter[service.call, model.call]
    place = (
        scene.land.building(chance, spot, outskirts=0.3)
        if model.roams
        else scene.land.beside(chance, station)
    )
    common = scene.common(
        "unit",
        spot,
        name=f"{service.call} {model.call} {number}",
        type=model.type,
        external_id=scene.external_id("U"),
        address_line1=scene.address(),
        contact_name=_DESK[service.discipline],
        contact_phone=perhaps(chance, 0.8, scene.phone()),
    )
    base = _STATION[service.discipline].format(number=station_number, call=service.call)
    part = _facts(scene, service, model) | {
        "unit_id": f"{model.letter}{number}",
        "call_sign": f"{model.call} {number}",
        "home_base": base,
    }
    return Draft(service.agency, common, part, place)


def _facts(scene: Scene, service: Service, model: Model) -> Row:
    chance = scene.chance
    fewest, most = model.crew
    typed = bool(model.levels) and chance.random() < 0.6
    return known(
        {
            "nims_kind": model.kind,
            "rtlt_id": model.rtlt,
            "type_level": one_of(chance, model.levels) if typed else None,
            "discipline": service.discipline,
            "personnel_count": perhaps(chance, 0.9, chance.randint(fewest, most)),
            "radio_channel": perhaps(chance, 0.7, _channel(scene, service)),
            "capabilities": as_array(list(model.skills)) if model.skills else None,
        }
    )


def _channel(scene: Scene, service: Service) -> str:
    word = service.discipline.replace("_", " ").upper()
    return f"{word} TAC {1 + int(scene.chance.random() * 6)}"


def _send_home(scene: Scene, drafts: list[Draft]) -> None:
    """A few are off duty, and then nobody may know where they are."""
    idle = [draft for draft in drafts if draft.common["status"] == "available"]
    for draft in scene.chance.sample(idle, min(len(idle), scene.quota.off_duty)):
        take_off_the_map(draft, _OFF_DUTY)
        draft.common["status"] = "off_duty"
        draft.fix = None
