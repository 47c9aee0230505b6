"""Sorts of units: what each service has, how it is called and who rides in it."""

from typing import NamedTuple


class Model(NamedTuple):
    """A sort of unit of one discipline.

    `call` is its word on the radio, `letter` begins its unit ID. A service has one as `weight`
    often as another where its town has between `least` and `most` people. `crew` is the fewest and
    the most people aboard. `roams`: it stands anywhere in its area and not at a station.
    """

    type: str
    call: str
    letter: str
    weight: float
    crew: tuple[int, int]
    least: int = 0
    most: int = 10_000_000
    levels: tuple[int, ...] = ()
    skills: tuple[str, ...] = ()
    kind: str = "equipment"
    roams: bool = False
    rtlt: str | None = None


_ENGINE_SKILLS = ("structure fire", "extrication", "first response")
_SAR_SKILLS = ("ground search", "light rescue", "canine")

MODELS: dict[str, tuple[Model, ...]] = {
    "fire": (
        Model("engine", "Engine", "E", 46, (2, 4), levels=(1, 1, 2, 3), skills=_ENGINE_SKILLS),
        Model("tanker", "Tanker", "T", 14, (1, 2), most=30_000, levels=(1, 2, 3)),
        Model("brush", "Brush", "B", 13, (1, 3), most=60_000, levels=(5,)),
        Model("ladder", "Ladder", "L", 8, (3, 4), least=8_000, levels=(1, 2)),
        Model("rescue", "Rescue", "R", 9, (2, 4), skills=("extrication", "rope rescue")),
        Model("command", "Battalion", "C", 5, (1, 1), least=9_000),
        Model("hazmat", "Hazmat", "H", 3, (4, 6), least=40_000, levels=(1, 2), kind="team"),
        Model("boat", "Boat", "W", 4, (2, 4), skills=("swift water",), levels=(2, 3)),
    ),
    "ems": (
        Model("ambulance_als", "Medic", "M", 72, (2, 2), levels=(1, 2)),
        Model("ambulance_bls", "Ambulance", "A", 20, (2, 2), levels=(3, 4)),
        Model("command", "EMS Supervisor", "S", 6, (1, 1)),
        Model("helicopter", "Air Medical", "F", 2, (3, 4), least=90_000, levels=(1,)),
    ),
    "law": (
        Model("patrol", "Patrol", "P", 90, (1, 2), roams=True),
        Model("command", "Command", "C", 3, (1, 2)),
        Model("boat", "Marine", "W", 3, (2, 3), skills=("swift water", "dive")),
        Model("drone_team", "Drone", "D", 3, (2, 2), kind="team", skills=("thermal camera",)),
    ),
    "em": (
        Model("command", "Command Post", "C", 24, (2, 4), levels=(2, 3)),
        Model("sar_team", "Search Team", "S", 20, (6, 12), kind="team", skills=_SAR_SKILLS),
        Model("drone_team", "Drone", "D", 14, (2, 3), kind="team", skills=("thermal camera",)),
        Model("boat", "Boat", "W", 14, (2, 4), skills=("swift water",)),
        Model("medical_team", "Medical Team", "M", 12, (4, 10), kind="team"),
        Model("shelter_team", "Shelter Team", "N", 16, (5, 9), kind="team", rtlt="9-508-1155"),
    ),
    "public_works": (
        Model("public_works_truck", "Truck", "K", 76, (1, 2), skills=("debris", "barricades")),
        Model("utility_crew", "Line Crew", "U", 24, (2, 4), least=15_000, kind="crew"),
    ),
    "ngo": (
        Model("mass_care_vehicle", "Mass Care", "Q", 60, (2, 3), skills=("feeding", "supplies")),
        Model("shelter_team", "Shelter Team", "N", 40, (5, 9), kind="team", rtlt="9-508-1155"),
    ),
    "other": (Model("bus", "Bus", "V", 100, (1, 1), skills=("wheelchair lift",)),),
}


def fitting(discipline: str, town_people: int) -> list[Model]:
    """The sorts that a service of a town of this size may have."""
    return [m for m in MODELS[discipline] if m.least <= town_people <= m.most]
