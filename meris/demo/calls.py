"""What the incidents of the exercise are: which types happen where, and what is said of them."""

from random import Random

from meris.demo.shares import Mix, one_of

#: Which types of incident a unit may be found at, by its discipline and by what happens around it.
_TORN = {
    "fire": Mix(structure_fire=20, collapse=24, entrapment=22, hazmat=10, line_down=14, alarm=10),
    "ems": Mix(medical=42, mass_casualty=26, entrapment=20, traffic=12),
    "law": Mix(security=54, traffic=22, search=24),
    "sar": Mix(search=60, collapse=40),
    "public_works": Mix(road_blocked=70, power_outage=30),
    "ngo": Mix(mass_care=100),
}
_FLOODED = {
    "fire": Mix(water_rescue=54, flood=20, alarm=12, line_down=14),
    "ems": Mix(medical=68, water_rescue=20, traffic=12),
    "law": Mix(evacuation=44, flood=30, traffic=26),
    "sar": Mix(water_rescue=70, search=30),
    "public_works": Mix(flood=50, road_blocked=50),
    "ngo": Mix(mass_care=70, evacuation=30),
}
_CALM = {
    "fire": Mix(structure_fire=18, alarm=34, vehicle_fire=16, wildland_fire=14, line_down=18),
    "ems": Mix(medical=74, traffic=18, transport=8),
    "law": Mix(traffic=46, security=54),
    "sar": Mix(search=100),
    "public_works": Mix(road_blocked=64, storm=36),
    "ngo": Mix(mass_care=100),
}
_SETTINGS = {"torn": _TORN, "flooded": _FLOODED, "calm": _CALM}
_SAME_WORK = {"em": "sar", "public_health": "ems", "utility": "public_works", "other": "ngo"}

_REPORTS: dict[str, tuple[str, ...]] = {
    "structure_fire": (
        "Smoke from the roof of a one-story house.",
        "Flames showing on the second floor, everybody is out.",
    ),
    "collapse": (
        "Roof and two walls down. Voices heard inside.",
        "Store front collapsed, number of people inside unknown.",
    ),
    "entrapment": ("Two people under a fallen wall.", "Driver pinned by a tree."),
    "hazmat": ("Smell of ammonia at the cold store.", "Gas line broken, hissing."),
    "line_down": ("Power line across the road, still sparking.",),
    "alarm": ("Automatic alarm, no further report.",),
    "vehicle_fire": ("Pickup on fire on the shoulder.",),
    "wildland_fire": ("About 2 acres of grass, wind from the southwest.",),
    "medical": ("Chest pain, awake.", "Fall from a ladder.", "Trouble breathing."),
    "mass_casualty": ("At least 12 hurt, walking wounded gather in the parking lot.",),
    "traffic": ("Two vehicles, one lane blocked.", "Car against a tree, one hurt."),
    "security": ("Traffic control asked for at a dark signal.", "Keep people out of the street."),
    "search": ("One resident not accounted for.", "Neighbors miss a couple in their eighties."),
    "road_blocked": ("Trees and sheet metal on both lanes.",),
    "power_outage": ("Whole block dark, oxygen user at home.",),
    "mass_care": ("Forty people at the church need food and blankets.",),
    "water_rescue": ("Car in the water, two on its roof.", "Family on a porch, water rising."),
    "flood": ("Water over the road, about 2 feet.",),
    "evacuation": ("Care home asks for help to move 30 residents.",),
    "storm": ("Tree on a house, nobody hurt.",),
    "transport": ("Transfer to the regional hospital.",),
}
#: What is heard from units on scene.
UPDATES = (
    "First crew on scene, looking around.",
    "Two more houses to be searched.",
    "Primary search complete, all clear.",
    "Asks for the utility to cut the power.",
    "Access from the north only, street blocked.",
    "Water supply established.",
    "One patient handed over to the ambulance.",
)


def type_for(chance: Random, setting: str, discipline: str) -> str:
    """What a unit of a discipline is found at: `setting` is torn, flooded or calm."""
    table = _SETTINGS[setting]
    return table[_SAME_WORK.get(discipline, discipline)].draw(chance)


def report(chance: Random, kind: str) -> str:
    """What the caller said."""
    return one_of(chance, _REPORTS[kind])
