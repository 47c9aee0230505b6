"""Shelters: about as many as a state keeps on its list, nearly all of them closed."""

from random import Random

from meris.demo import buildings
from meris.demo.buildings import Building
from meris.demo.clock import age
from meris.demo.ground import Spot
from meris.demo.rows import Draft, Row
from meris.demo.shares import Mix, one_of, perhaps, shared_out
from meris.demo.sheltering import call_up
from meris.demo.world import Scene, World, blur, confirmed, take_off_the_map
from meris.fields import age_limit_minutes

_PETS = Mix(unknown=34, none=30, onsite=17, cohabit=7, offsite=12)
_AGREEMENTS = ("Signed, renewed yearly", "Signed 2023", "Signed 2024", "Verbal", "Under review")
_SOURCES = ("County shelter list", "County shelter list", "Facility survey", "Site visit", "Phone")
_KILOWATTS = (20, 30, 45, 60, 80, 100, 150, 250)
_USE = {"tornado_safe_room": "evac", "long_term_congregate": "post", "non_congregate": "post"}
_BY_DAY = frozenset({"cooling_center", "warming_center"})
_UNPLACED = "Address to be confirmed; not on the map until it is."


def shelters(scene: Scene) -> list[Draft]:
    """The shelters of one county."""
    quota, chance = scene.quota, scene.chance
    shares = shared_out(chance, quota.shelters, scene.land.weights())
    spots = [spot for spot, share in shares.items() for _ in range(share)]
    drafts = [_shelter(scene, spot) for spot in spots]
    call_up(scene, drafts)
    _make_exceptions(scene, drafts, spots)
    return drafts


def hidden(world: World, chance: Random, count: int) -> list[Draft]:
    """Shelters whose residents must not be found: no place, and a name that tells nothing."""
    return [
        Draft(
            agency=world.story.agencies.emergency,
            common={
                "kind": "shelter",
                "name": f"Partner site {number:02}",
                "type": "other",
                "status": "open",
                "state": world.state,
                "sensitivity": "confidential",
                **confirmed(world.clock.ago(chance.random() * 200), "Partner agency", "Phone"),
            },
            part={"evacuation_capacity": 20 + 4 * number, "post_impact_capacity": 20 + 4 * number},
        )
        for number in range(1, count + 1)
    ]


def _shelter(scene: Scene, spot: Spot) -> Draft:
    chance, land = scene.chance, scene.land
    building = buildings.choose(chance, spot)
    use = building.uses.draw(chance)
    place = land.building(chance, spot)
    county = land.county.full_name
    name = scene.unused(spot, lambda attempt: building.called(chance, spot.town, county, attempt))
    owner, operator = _owner(scene)
    common = scene.common(
        "shelter",
        spot,
        name=name,
        external_id=scene.external_id("S"),
        type=use,
        address_line1=scene.address(),
        contact_name=building.contact,
        contact_phone=perhaps(chance, 0.85, scene.phone()),
        sensitivity="public" if chance.random() < 0.93 else "restricted",
        **_at_rest(scene, owner),
    )
    return Draft(owner, common, _facts(scene, building, use, operator), place)


def _owner(scene: Scene) -> tuple[str, str]:
    """Who keeps it on a list, and who would run it."""
    chapter = scene.world.roster.chapters[scene.land.fips]
    draw = scene.chance.random()
    if draw < 0.26:
        return chapter, chapter
    return scene.office, chapter if draw < 0.6 else scene.office


def _at_rest(scene: Scene, owner: str) -> Row:
    """Closed, as it was when somebody last looked; a few were never looked at."""
    chance = scene.chance
    minutes = age(chance, age_limit_minutes("shelter", "closed"), fresh=0.86)
    when = perhaps(chance, 0.97, scene.world.clock.ago(minutes))
    return {
        "status": "closed",
        "status_at": when,
        "status_by": owner if when else None,
        **confirmed(when, "Shelter coordinator", one_of(chance, _SOURCES)),
    }


def _facts(scene: Scene, building: Building, use: str, operator: str) -> Row:
    chance = scene.chance
    return {
        **_capacities(chance, building, use),
        **_access(chance),
        **_power(chance),
        "facility_usage": perhaps(chance, 0.8, _USE.get(use, "both")),
        "kitchen": _known(chance, 0.55),
        "showers": _known(chance, 0.3),
        "managing_org": operator,
        "agreement": perhaps(chance, 0.7, one_of(chance, _AGREEMENTS)),
        "hours_open": "08:00" if use in _BY_DAY else None,
        "hours_close": "20:00" if use in _BY_DAY else None,
    }


def _capacities(chance: Random, building: Building, use: str) -> Row:
    """Post-impact is half of evacuation, because people then need twice the floor."""
    if chance.random() < 0.04:
        return {}
    evacuation = buildings.capacity(chance, building)
    after = evacuation // 2 if chance.random() < 0.85 else int(evacuation * 0.4)
    # nobody stays in a safe room for three days
    stays = use != "tornado_safe_room" and chance.random() < 0.92
    return {"evacuation_capacity": evacuation, "post_impact_capacity": after if stays else None}


def _access(chance: Random) -> Row:
    wheelchair = _known(chance, 0.78)
    pets = _PETS.draw(chance)
    takes_pets = pets in ("onsite", "cohabit")
    return {
        "wheelchair_accessible": wheelchair,
        "ada_compliant": wheelchair if chance.random() < 0.8 else None,
        "pet_policy": None if pets == "unknown" else pets,
        "pet_capacity": 10 + 5 * int(chance.random() * 10) if takes_pets else None,
    }


def _power(chance: Random) -> Row:
    generator = _known(chance, 0.35)
    has = generator is True
    return {
        "generator": generator,
        "backup_power_kw": perhaps(chance, 0.6, one_of(chance, _KILOWATTS)) if has else None,
        "self_sufficient_electricity": perhaps(chance, 0.4, chance.random() < 0.2) if has else None,
    }


def _known(chance: Random, likelihood: float) -> bool | None:
    """Yes or no, or for one in four nobody ever asked."""
    return None if chance.random() < 0.26 else chance.random() < likelihood


def _make_exceptions(scene: Scene, drafts: list[Draft], spots: list[Spot]) -> None:
    """The few that are not like the others: no place, a rough place, not for everybody's eyes."""
    quota = scene.quota
    quiet = [n for n, draft in enumerate(drafts) if draft.common["status"] == "closed"]
    picked = scene.chance.sample(
        quiet,
        min(len(quiet), quota.unplaced_shelters + quota.rough_shelters + quota.secret_shelters),
    )
    blurred: set[Spot] = set()
    for order, n in enumerate(picked):
        if order < quota.unplaced_shelters:
            take_off_the_map(drafts[n], _UNPLACED)
        elif order < quota.unplaced_shelters + quota.secret_shelters:
            drafts[n].common["sensitivity"] = "confidential"
        elif spots[n] not in blurred:
            blurred.add(spots[n])
            blur(drafts[n], spots[n])
