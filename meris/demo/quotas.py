"""How many of everything each county gets: a little for all, the rest by people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from random import Random

from meris.demo.ground import Ground, Land
from meris.demo.shares import shared_out
from meris.demo.story import Story


@dataclass(frozen=True)
class Quota:
    """What one county gets, in resources.

    `active` shelters are alerted, standing by, open or full. `unplaced` resources have no position,
    `rough` ones only that of their town or ZIP code. `secret` ones are confidential.
    """

    shelters: int
    supply_sites: int
    units: int
    active: int
    unplaced_shelters: int
    unplaced_sites: int
    off_duty: int
    rough_shelters: int
    rough_sites: int
    secret_shelters: int
    secret_sites: int


#: The state at scale 1. Shelters that nobody may find come on top (`shelters.hidden`).
WHOLE = Quota(
    shelters=2500,
    supply_sites=400,
    units=1500,
    active=90,
    unplaced_shelters=6,
    unplaced_sites=2,
    off_duty=7,
    rough_shelters=24,
    rough_sites=8,
    secret_shelters=3,
    secret_sites=3,
)
#: What each county gets however few live there, at scale 1.
_LEAST = {"shelters": 4, "supply_sites": 1, "units": 4}
#: How the active shelters are divided: where the tornado went, along the rivers, and around.
_TORN, _FLOODED = 0.62, 0.28
#: Counties that have their shelters ready for a stricken neighbor, in km from what happens.
_AROUND_KM = 45


def quotas(chance: Random, ground: Ground, story: Story, scale: float) -> dict[str, Quota]:
    """Each county's quota, by FIPS code; the sums are `WHOLE` times `scale`."""
    shares: dict[str, dict[str, int]] = {}
    for item in fields(Quota):
        count = round(getattr(WHOLE, item.name) * scale)
        least = int(_LEAST.get(item.name, 0) * scale)
        shares[item.name] = _by_people(chance, ground.counties, count, least)
    shares["active"] = _active(chance, ground, story, round(WHOLE.active * scale))
    return {
        land.fips: Quota(**{name: share.get(land.fips, 0) for name, share in shares.items()})
        for land in ground.counties
    }


def _by_people(chance: Random, lands: Iterable[Land], count: int, least: int) -> dict[str, int]:
    weights = {land.fips: float(land.people) for land in lands}
    rest = shared_out(chance, count - least * len(weights), weights)
    return {fips: least + share for fips, share in rest.items()}


def _active(chance: Random, ground: Ground, story: Story, count: int) -> dict[str, int]:
    """Active shelters by county. Large counties open more, but not in proportion."""
    torn, flooded = round(count * _TORN), round(count * _FLOODED)
    lands = {land.fips: land for land in ground.counties}

    def spread(number: int, chosen: Callable[[str], bool]) -> dict[str, int]:
        weights = {fips: land.people**0.6 for fips, land in lands.items() if chosen(fips)}
        return shared_out(chance, number, weights)

    around = {fips for fips, land in lands.items() if _is_around(land, story)}
    return {
        **spread(count - torn - flooded, around.__contains__),
        **spread(flooded, story.flooded.__contains__),
        **spread(torn, story.torn.__contains__),
    }


def _is_around(land: Land, story: Story) -> bool:
    struck = land.fips in story.torn or land.fips in story.flooded
    middle = land.county.centroid
    return not struck and any(hazard.km_from(middle) < _AROUND_KM for hazard in story.hazards)
