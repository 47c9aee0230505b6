"""Buildings that serve as shelters: what they are called, how many they hold, what for."""

from dataclasses import dataclass
from random import Random

from meris.demo import words
from meris.demo.ground import Spot
from meris.demo.shares import Mix, one_of


@dataclass(frozen=True)
class Building:
    """A sort of building.

    `name` has places for `{town}`, `{county}`, `{school}` and `{church}`. It stands where a town
    has `least` people, as one of all its buildings `weight` often. `holds` are the smallest and
    largest evacuation capacities.
    """

    name: str
    weight: float
    least: int
    holds: tuple[int, int]
    uses: Mix
    contact: str

    def called(self, chance: Random, town: str, county: str, attempt: int) -> str:
        """A name for one; after some attempts with the part of town that it lies in."""
        varies = "{school}" in self.name or "{church}" in self.name
        if attempt > (4 if varies else 0):
            # a county has one fairground, and what its towns have besides
            town = county = f"{town} {one_of(chance, words.PARTS)}"
        return self.name.format(
            town=town,
            county=county,
            school=one_of(chance, words.SCHOOLS),
            church=one_of(chance, words.CHURCHES),
        )


_STAY = Mix(short_term_congregate=70, evacuation=22, long_term_congregate=8)
_DAY = Mix(cooling_center=55, warming_center=45)

BUILDINGS = (
    Building("{town} High School", 9, 0, (220, 900), _STAY, "School duty officer"),
    Building("{town} Middle School", 5, 1_500, (160, 600), _STAY, "School duty officer"),
    Building("{town} {school} Elementary", 16, 1_500, (100, 420), _STAY, "School duty officer"),
    Building("{church}, {town}", 34, 0, (30, 260), _STAY, "Church office"),
    Building(
        "{town} Community Center",
        10,
        0,
        (60, 380),
        Mix(short_term_congregate=45, evacuation=20, cooling_center=20, warming_center=15),
        "Building manager",
    ),
    Building("{town} Senior Center", 7, 0, (25, 110), _DAY, "Center director"),
    Building("{town} Public Library", 5, 1_000, (20, 90), _DAY, "Library desk"),
    Building(
        "{town} City Hall",
        4,
        300,
        (25, 120),
        Mix(temporary_evacuation_point=60, cooling_center=25, warming_center=15),
        "City clerk",
    ),
    Building(
        "{town} Community Safe Room",
        7,
        0,
        (90, 600),
        Mix(tornado_safe_room=1),
        "Fire station on duty",
    ),
    Building(
        "{county} Fairgrounds",
        3,
        2_000,
        (250, 2_200),
        Mix(evacuation=55, short_term_congregate=20, pet=25),
        "Fairgrounds manager",
    ),
    Building("{town} National Guard Armory", 2, 7_000, (120, 420), _STAY, "Armory administrator"),
    Building(
        "{town} Veterans Hall",
        5,
        0,
        (40, 180),
        Mix(short_term_congregate=60, evacuation=40),
        "Hall manager",
    ),
    Building("{town} Recreation Center", 4, 8_000, (150, 700), _STAY, "Recreation supervisor"),
    Building(
        "{town} Medical Center Annex",
        2,
        12_000,
        (30, 140),
        Mix(medical_needs=1),
        "Nursing supervisor",
    ),
    Building(
        "{town} Residence Hall", 2, 25_000, (80, 400), Mix(non_congregate=1), "Housing office"
    ),
    Building(
        "{town} Respite House",
        1,
        15_000,
        (15, 60),
        Mix(respite_center=60, family_assistance_center=40),
        "House manager",
    ),
)


def choose(chance: Random, spot: Spot) -> Building:
    """A building such as a town of this size has."""
    fitting = [building for building in BUILDINGS if building.least <= spot.town_people]
    return chance.choices(fitting, weights=[building.weight for building in fitting])[0]


def capacity(chance: Random, building: Building) -> int:
    """Places in it, as people state them: round figures, more often near the lower end."""
    least, most = building.holds
    exact = least + (most - least) * float(chance.random() ** 1.7)
    # surveys by floor space give figures that are not round
    step = 1 if chance.random() < 0.25 else 5 if exact < 150 else 10 if exact < 400 else 25
    return round(exact / step) * step
