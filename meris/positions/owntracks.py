"""What OwnTracks sends by HTTP (owntracks.org/booklet/tech/http, /json).

Anything but a position is taken without a word: a program that is told "no" sends it forever. What
else is in the message (the names of wireless networks, the battery, regions) is not even looked at.
"""

import json
from typing import Any

from meris.positions.fix import Fix, course, number

SOURCE = "owntracks"
_KMH = 3.6


def read(body: bytes) -> list[Fix]:
    """The positions of a message, or of a list of messages."""
    try:
        said = json.loads(body) if body.strip() else []
    except (ValueError, RecursionError):
        return []
    messages = said if isinstance(said, list) else [said]
    return [fix for fix in map(_fix, messages) if fix is not None]


def _fix(said: Any) -> Fix | None:
    if not isinstance(said, dict) or said.get("_type") != "location":
        return None
    at, lat, lon = (number(said.get(name)) for name in ("tst", "lat", "lon"))
    if at is None or lat is None or lon is None:
        return None
    speed = number(said.get("vel"), least=0.0)
    return Fix(
        at,
        lat,
        lon,
        accuracy_m=number(said.get("acc"), least=0.001),
        speed_mps=None if speed is None else speed / _KMH,
        course_deg=course(said.get("cog")),
        altitude_m=number(said.get("alt")),
    )
