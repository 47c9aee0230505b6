"""Which units the exercise commits, and where those that carry a device are now."""

import math

from geo.values import METERS_PER_DEGREE, Position
from meris.demo.clock import HOURS_SINCE_IMPACT, age
from meris.demo.rows import Draft, Row, placed
from meris.demo.shares import Mix, one_of
from meris.demo.story import Hazard
from meris.demo.world import Scene, confirmed
from meris.fields import ICS_STATUS, age_limit_minutes, statuses

#: How likely a unit is committed: near a tornado's track, elsewhere in its counties, where rivers
#: flood, and where it is an ordinary day.
_NEAR_KM = 8
_COMMITTED = {"near": 0.78, "torn": 0.55, "flooded": 0.31, "calm": 0.18}
_WORK = {
    "torn": Mix(on_scene=52, en_route=18, dispatched=12, returning=10, transporting=8),
    "flooded": Mix(on_scene=48, en_route=17, dispatched=14, returning=14, transporting=7),
    "calm": Mix(on_scene=38, en_route=20, dispatched=14, returning=16, transporting=12),
}
_IDLE = {
    "torn": Mix(available=62, staged=26, out_of_service=12),
    "flooded": Mix(available=82, staged=8, out_of_service=10),
    "calm": Mix(available=90, out_of_service=10),
}
_REASONS = ("Mechanical", "Mechanical", "Personnel", "Personnel", "Rest")
_CARRIES_PATIENTS = frozenset({"ambulance_als", "ambulance_bls", "helicopter"})
_MUTUAL_AID_KM, _MUTUAL_AID = 130, 0.4
_HAS_DEVICE = 0.36
_DEVICES = ("owntracks", "owntracks", "traccar", "browser")
_DRIVING = frozenset({"en_route", "returning", "transporting"})
_TOLD_SHIFT = 0.8
_SHIFT_HOURS = {"fire": 24, "ems": 12, "law": 12}
#: For how long a unit has been in each status of its work; minutes.
_MINUTES_IN = {
    "dispatched": (1, 7),
    "en_route": (1, 24),
    "on_scene": (3, HOURS_SINCE_IMPACT * 20),
    "transporting": (3, 30),
    "at_destination": (2, 40),
    "returning": (2, 45),
}
_ICS = {status.code: status.ics for status in statuses("unit")}


def deploy(scene: Scene, draft: Draft) -> None:
    """Give a unit its status, and a live position when it is out with a device."""
    chance = scene.chance
    _begin_shift(scene, draft)
    hazard, km = scene.nearest(draft.place)
    setting = _setting(hazard)
    likelihood = _COMMITTED["near" if setting == "torn" and km < _NEAR_KM else setting]
    if chance.random() >= likelihood:
        _stand_by(scene, draft, setting)
        return
    status = _WORK[setting].draw(chance)
    if status == "transporting" and draft.common["type"] in _CARRIES_PATIENTS:
        status = one_of(chance, ("transporting", "at_destination"))
    elif status == "transporting":
        status = "on_scene"
    _report(scene, draft, status)
    if draft.place and chance.random() < _HAS_DEVICE:
        draft.fix = _fix(scene, _whereabouts(scene, draft, draft.place, hazard), status)


def _begin_shift(scene: Scene, draft: Draft) -> None:
    """Most crews say since when they are on duty; after a bad night some are over their hours."""
    hours = _SHIFT_HOURS.get(str(draft.part.get("discipline")), 12)
    if scene.chance.random() < _TOLD_SHIFT:
        so_far = hours * 60 * 1.15 * scene.chance.random()
        draft.part["available_from"] = scene.world.clock.ago(so_far)


def is_committed(status: str) -> bool:
    """Whether a unit in this status is on an assignment."""
    return ICS_STATUS["assigned"].code == _ICS[status]


def _setting(hazard: Hazard | None) -> str:
    if hazard is None:
        return "calm"
    return "torn" if hazard.kind == "tornado" else "flooded"


def _stand_by(scene: Scene, draft: Draft, setting: str) -> None:
    status = _IDLE[setting].draw(scene.chance)
    _report(scene, draft, status)
    if status == "out_of_service":
        draft.common["status_reason"] = one_of(scene.chance, _REASONS)


def _report(scene: Scene, draft: Draft, status: str) -> None:
    """When the status was set and by whom; a crew at work reports more often."""
    chance, clock = scene.chance, scene.world.clock
    limit = age_limit_minutes("unit", status)
    if is_committed(status):
        fewest, most = _MINUTES_IN[status]
        minutes = fewest + (most - fewest) * chance.random() ** 2
        since = clock.ago(minutes)
        seen = clock.ago(minutes * chance.random() if minutes > limit / 2 else minutes)
        who = "Dispatch"
    else:
        minutes = age(chance, limit, fresh=0.86)
        since = clock.ago(minutes + 300 * chance.random())
        seen, who = clock.ago(minutes), draft.agency
    draft.common |= {
        "status": status,
        "status_at": since,
        "status_by": who,
        **confirmed(seen, "Dispatch", "Dispatch" if who == "Dispatch" else "Roll call"),
    }


def _whereabouts(scene: Scene, draft: Draft, home: Position, hazard: Hazard | None) -> Position:
    """Where it is at work: at what happens here, at a neighbor's, or at some call of the day."""
    if hazard is not None:
        return _around(scene, hazard.near(home), 3.0)
    tornadoes = [(h.km_from(home), h) for h in scene.world.story.hazards if h.kind == "tornado"]
    km, tornado = min(tornadoes, key=lambda pair: pair[0], default=(math.inf, None))
    if tornado and km < _MUTUAL_AID_KM and scene.chance.random() < _MUTUAL_AID:
        draft.common["notes"] = "Mutual aid: away from its own county."
        return _around(scene, tornado.along(scene.chance.random()), 5.0)
    return _around(scene, home, 4.0)


def _around(scene: Scene, place: Position, km: float) -> Position:
    angle, distance = scene.chance.random() * math.tau, km * 1000 * scene.chance.random() ** 0.6
    lat = place.lat + distance * math.sin(angle) / METERS_PER_DEGREE
    per_lon = METERS_PER_DEGREE * math.cos(math.radians(place.lat))
    return Position(lat, place.lon + distance * math.cos(angle) / per_lon).rounded()


def _fix(scene: Scene, place: Position, status: str) -> Row:
    chance = scene.chance
    drives = status in _DRIVING
    # most devices report every minute or two; some have lost their line
    minutes = chance.random() * (4 if chance.random() < 0.8 else 60)
    return {
        "at": scene.world.clock.ago(minutes),
        "position": placed(place),
        "accuracy_m": 4 + int(chance.random() * 30),
        "speed_mps": round(8 + 20 * chance.random(), 1) if drives else 0,
        "course_deg": int(chance.random() * 360) if drives else None,
        "source": one_of(chance, _DEVICES),
    }
