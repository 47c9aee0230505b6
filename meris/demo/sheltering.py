"""Which shelters the exercise opens, and how it stands with them."""

from datetime import datetime

from meris.demo.clock import HOURS_SINCE_IMPACT, age
from meris.demo.rows import Draft, Row
from meris.demo.shares import Mix, one_of
from meris.demo.world import Scene, confirmed
from meris.fields import age_limit_minutes

#: Closer to the track than this a building was hit itself (km); people are brought to the next.
_HIT_KM, _NEXT_KM = 0.9, 3.5
_STRUCK = Mix(open=62, full=10, standby=17, alert=11)
_AROUND = Mix(alert=55, standby=45)
#: What is not opened for people to sleep in.
_NOT_OPENED = frozenset(
    {"cooling_center", "warming_center", "tornado_safe_room", "temporary_evacuation_point"}
)
#: How many of each hundred who come have medical needs, or are there for another reason.
_MEDICAL, _OTHER = 0.05, 0.04
_DAMAGED = "Damaged: not to be used until inspected"
_SILENT = "No contact since the storm"
_NEEDS = (
    "Cots and blankets requested.",
    "Needs an interpreter for Spanish.",
    "Generator fuel for about 12 hours.",
    "Showers out of order.",
    "Pets in the east wing.",
    "Feeding by the charity's canteen, three meals a day.",
    "Parking for buses on the north side.",
)


def call_up(scene: Scene, drafts: list[Draft]) -> None:
    """Give the county's shelters the statuses that the exercise asks for."""
    distances = {id(draft): scene.nearest(draft.place) for draft in drafts}
    candidates = []
    for draft in drafts:
        hazard, km = distances[id(draft)]
        if hazard and hazard.kind == "tornado" and km < _HIT_KM:
            _strike(scene, draft)
        elif draft.common["type"] not in _NOT_OPENED:
            # the exact order is a little blurred: not only distance decides
            candidates.append((abs(km - _NEXT_KM) + 6 * scene.chance.random(), draft))
        if hazard and hazard.kind == "flood":
            _note_floodplain(scene, draft, km)
    candidates.sort(key=lambda candidate: candidate[0])
    for _, draft in candidates[: scene.quota.active]:
        _activate(scene, draft)


def _strike(scene: Scene, draft: Draft) -> None:
    """In the track: damaged, or nobody has heard from it."""
    chance, clock = scene.chance, scene.world.clock
    heard = chance.random() < 0.6
    when = clock.ago(chance.random() * HOURS_SINCE_IMPACT * 50)
    draft.common |= {
        "status": "closed" if heard else "unknown",
        "status_reason": _DAMAGED if heard else _SILENT,
        "status_at": when,
        "status_by": scene.office,
        **confirmed(when, "Damage assessment team" if heard else "Duty officer", "Exercise"),
    }


def _activate(scene: Scene, draft: Draft) -> None:
    chance = scene.chance
    struck = bool(scene.world.story.threats(scene.land.fips))
    status = (_STRUCK if struck else _AROUND).draw(chance)
    if status == "full" and not draft.part.get("evacuation_capacity"):
        # nobody can say that a place is full without knowing what it holds
        status = "open"
    minutes = age(chance, age_limit_minutes("shelter", status), fresh=0.8)
    # it cannot have been reported before it happened
    seen = scene.world.clock.ago(min(minutes, HOURS_SINCE_IMPACT * 60 - 30))
    began = _between(scene, seen)
    draft.common |= {
        "status": status,
        "status_at": began,
        "status_by": f"{scene.office} duty officer",
        "notes": one_of(chance, _NEEDS) if chance.random() < 0.4 else None,
        "sensitivity": "public",
        **confirmed(seen, "Shelter manager", "Exercise"),
    }
    if status in ("open", "full"):
        people = _people(scene, draft.part, full=status == "full")
        draft.part |= people | {"opened_at": began, "counted_at": seen if people else None}


def _between(scene: Scene, seen: datetime) -> datetime:
    """When it was opened: after it all began and before it was last seen open."""
    clock = scene.world.clock
    span = (seen - clock.impact).total_seconds() / 60
    return clock.ago((clock.now - seen).total_seconds() / 60 + span * scene.chance.random() ** 0.5)


def _people(scene: Scene, part: Row, *, full: bool) -> Row:
    """Who is there. Some shelters have not counted yet, which is not the same as nobody."""
    chance = scene.chance
    if not full and chance.random() < 0.1:
        return {}
    places = part.get("post_impact_capacity") or part.get("evacuation_capacity") or 120
    filled = 0.97 + 0.06 * chance.random() if full else 0.06 + 0.8 * chance.random() ** 1.3
    total = max(1, round(places * filled))
    counts: Row = {
        "population_total": total,
        "population_pets": int(total * 0.12 * chance.random()),
        "reporting_period": "overnight" if chance.random() < 0.6 else "adhoc",
    }
    if chance.random() < 0.75:
        medical = int(total * _MEDICAL * 2 * chance.random())
        other = int(total * _OTHER * 2 * chance.random())
        counts |= {
            "population_medical_needs": medical,
            "population_other": other,
            "population_general": total - medical - other,
        }
    return counts


def _note_floodplain(scene: Scene, draft: Draft, km: float) -> None:
    chance = scene.chance
    if chance.random() < 0.3:
        return
    low = km < 1.2 and chance.random() < 0.5
    draft.part |= {
        "in_100yr_floodplain": low,
        "in_500yr_floodplain": low or (km < 2.5 and chance.random() < 0.3),
    }
