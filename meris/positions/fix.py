"""One position as a device took it, and whether it can be true (domain §7.9)."""

import math
from typing import NamedTuple

#: Fixes are kept back to this age, and this far ahead of our clock; seconds.
OLDEST_S, AHEAD_S = 24 * 3600, 120
#: A fix that does not tell its accuracy is taken to be this good when speeds are reckoned.
_USUAL_ACCURACY_M = 50.0
_METERS_PER_DEGREE = 111_320.0


class Fix(NamedTuple):
    """When (seconds since 1970) and where a device was; None is unknown."""

    at: float
    lat: float
    lon: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None


def number(value: object, *, least: float = -math.inf) -> float | None:
    """A finite number of at least `least` from JSON or from text, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found >= least else None


def course(value: object) -> float | None:
    """A direction in degrees from 0 to 360, or None; programs say -1 for unknown."""
    degrees = number(value, least=0.0)
    return degrees % 360 if degrees is not None else None


def refusal(fix: Fix, now: float) -> str | None:
    """Why a fix is not kept: `old`, `ahead` or `nowhere`; None when it may be."""
    if fix.at < now - OLDEST_S:
        return "old"
    if fix.at > now + AHEAD_S:
        return "ahead"
    inside = -90 <= fix.lat <= 90 and -180 <= fix.lon <= 180
    # a receiver without satellites says 0, 0
    return None if inside and (fix.lat or fix.lon) else "nowhere"


def within_reach(one: Fix, other: Fix, top_speed_mps: float) -> bool:
    """Whether something could go from one to the other, as far as both are known."""
    slack = _accuracy(one) + _accuracy(other)
    seconds = max(abs(other.at - one.at), 1.0)
    return meters_between(one, other) - slack <= top_speed_mps * seconds


def meters_between(one: Fix, other: Fix) -> float:
    """Distance on a flat piece of the earth: enough to tell a jump, and quick."""
    middle = math.radians((one.lat + other.lat) / 2)
    lon = abs(other.lon - one.lon)
    east = min(lon, 360 - lon) * math.cos(middle)
    return math.hypot(other.lat - one.lat, east) * _METERS_PER_DEGREE


def _accuracy(fix: Fix) -> float:
    return _USUAL_ACCURACY_M if fix.accuracy_m is None else fix.accuracy_m
