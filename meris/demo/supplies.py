"""Supply sites: county caches and warehouses, receiving points, and points of distribution."""

from dataclasses import dataclass

from meris.demo import stock
from meris.demo.clock import HOURS_SINCE_IMPACT, age
from meris.demo.ground import Spot
from meris.demo.rows import Draft, Row
from meris.demo.shares import Mix, one_of, perhaps, shared_out
from meris.demo.world import Scene, blur, confirmed, take_off_the_map
from meris.fields import age_limit_minutes
from meris.running_out import POD_TYPES


@dataclass(frozen=True)
class Site:
    """A sort of site: its name (`{town}`, `{county}`), how large, where it stands, who owns it."""

    type: str
    name: str
    weight: float
    least: int
    size: float
    owner: str = "county"


_SITES = (
    Site("supply_cache", "{county} Cache", 34, 0, 0.06),
    Site("supply_cache", "{town} Response Trailer", 18, 0, 0.03),
    Site("warehouse", "{county} Warehouse", 12, 5_000, 0.35),
    Site("county_receiving_point", "{county} Receiving Point", 12, 2_000, 0.3),
    Site("pod", "{town} Point of Distribution", 18, 1_000, 0.12),
    Site("supply_cache", "{town} Mass Care Trailer", 14, 1_500, 0.05, "charity"),
    Site("warehouse", "{town} Disaster Warehouse", 3, 30_000, 0.6, "charity"),
    Site("warehouse", "{town} Medical Cache", 3, 20_000, 0.3, "health"),
    Site("state_staging_area", "{town} Logistics Staging Area", 2, 35_000, 1.0, "state"),
)
#: The smallest town of each type of point of distribution.
_POD_TOWNS = ((1, 150_000), (2, 25_000))
_CALM = Mix(standby=62, closed=20, open=15, unknown=3)
_STRUCK = Mix(open=58, standby=32, closed=7, unknown=3)
_KEYHOLDERS = ("Logistics officer", "Warehouse desk", "Duty officer", "Keyholder on call")
_UNPLACED = "On a trailer; where it stands was not reported."
_MEDICAL = "Medical Cache"


def supply_sites(scene: Scene) -> list[Draft]:
    """The supply sites of one county with their stock."""
    shares = shared_out(scene.chance, scene.quota.supply_sites, scene.land.weights())
    spots = [spot for spot, share in shares.items() for _ in range(share)]
    drafts = [_site(scene, spot) for spot in spots]
    _make_exceptions(scene, drafts, spots)
    return drafts


def _site(scene: Scene, spot: Spot) -> Draft:
    chance, county = scene.chance, scene.land.county.full_name
    fitting = [site for site in _SITES if site.least <= spot.town_people]
    site = chance.choices(fitting, weights=[site.weight for site in fitting])[0]
    place = scene.land.building(chance, spot)
    name = scene.unused(spot, lambda _: site.name.format(town=spot.town, county=county))
    owner = _owner(scene, site)
    status = _state(scene)
    works = status["status"] == "open"
    common = scene.common(
        "supply_site",
        spot,
        name=name,
        type=site.type,
        external_id=scene.external_id("L"),
        address_line1=scene.address(),
        contact_name=one_of(chance, _KEYHOLDERS),
        contact_phone=perhaps(chance, 0.9, scene.phone()),
        # people have to find the place where goods are handed out
        sensitivity="public" if site.type == "pod" and works else "restricted",
        **status,
    )
    part = _distribution(spot) if site.type == "pod" else {}
    return Draft(owner, common, part, place, stock=_stock(scene, site, common, at_work=works))


def _distribution(spot: Spot) -> Row:
    """How a point of distribution works, by how many live there; most do what is planned."""
    kind = next((kind for kind, least in _POD_TOWNS if spot.town_people >= least), 3)
    crowded = spot.town_people % 4 == 0
    return {
        "hours_open": "07:00",
        "hours_close": "19:00",
        "pod_type": kind,
        "vehicles_per_hour": POD_TYPES[kind].vehicles_per_hour * 3 // 4 if crowded else None,
        "loading_points": POD_TYPES[kind].loading_points,
        "pod_staff": POD_TYPES[kind].staff_by_day - spot.town_people % 5,
    }


def _stock(scene: Scene, site: Site, common: Row, *, at_work: bool) -> list[Row]:
    chance = scene.chance
    size = site.size * (0.5 + chance.random())
    today = scene.world.clock.now.date()
    other = scene.world.roster.chapters[scene.land.fips] if chance.random() < 0.06 else None
    lines = stock.fill(chance, today, size=size, at_work=at_work, owner=other)
    for line in lines:
        line["as_of"] = common.get("as_of")
    return lines


def _owner(scene: Scene, site: Site) -> str:
    story = scene.world.story
    return {
        "county": scene.office,
        "charity": scene.world.roster.chapters[scene.land.fips],
        "health": story.agencies.health,
        "state": story.agencies.emergency,
    }[site.owner]


def _state(scene: Scene) -> Row:
    chance, clock = scene.chance, scene.world.clock
    torn = scene.land.fips in scene.world.story.torn
    status = (_STRUCK if torn else _CALM).draw(chance)
    minutes = age(chance, age_limit_minutes("supply_site", status), fresh=0.78)
    if torn and status == "open":
        minutes = min(minutes, HOURS_SINCE_IMPACT * 60 - 60)
    when = perhaps(chance, 0.97, clock.ago(minutes))
    return {
        "status": status,
        "status_at": when,
        "status_by": scene.office if when else None,
        **confirmed(when, "Logistics officer", one_of(chance, ("Inventory", "Inventory", "Phone"))),
    }


def _make_exceptions(scene: Scene, drafts: list[Draft], spots: list[Spot]) -> None:
    """No place, a rough place, or not for everybody's eyes."""
    quota = scene.quota
    numbers = list(range(len(drafts)))
    scene.chance.shuffle(numbers)
    unplaced = numbers[: quota.unplaced_sites]
    for n in unplaced:
        take_off_the_map(drafts[n], _UNPLACED)
    blurred: set[Spot] = set()
    for n in numbers[len(unplaced) :][: quota.rough_sites]:
        if spots[n] not in blurred:
            blurred.add(spots[n])
            blur(drafts[n], spots[n])
    kept = sorted(drafts, key=lambda draft: _MEDICAL not in draft.common["name"])
    for draft in kept[: quota.secret_sites]:
        draft.common["sensitivity"] = "confidential"
