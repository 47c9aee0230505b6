"""Positions that the phone's page takes by itself while its owner is on duty and shares."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from meris import units
from meris.accounts import Viewer
from meris.errors import Forbidden, Invalid
from meris.positions.fix import Fix, course, number, refusal
from meris.positions.roster import top_speed
from meris.positions.track import Track
from meris.positions.writer import Line, keep
from meris.tables import Duty, Resource

SOURCE = "browser"
MOST = 500
#: Phones are set by the network; only a clock that is further off than this is put right, and by
#: whole minutes, so that a fix that is sent twice is still the same fix.
_CLOCK_S = 60.0


#: Since when somebody shares, and the unit's kind.
_Sharing = Row[datetime | None, str | None]


class Taken(NamedTuple):
    """How many fixes were kept, and why the others were not, by reason."""

    taken: int
    dropped: dict[str, int]


def read(body: dict[str, Any], now: float) -> list[Fix]:
    """The fixes of a body {"sent_at": ISO, "fixes": [{at, lat, lon, acc, speed, course, alt}]}.

    `at` is ISO 8601, like `sent_at`. Raises `Invalid` for anything else, and for more than `MOST`.
    """
    sent_at, given = _moment(body.get("sent_at")), body.get("fixes")
    if sent_at is None or not isinstance(given, list):
        raise Invalid('The body needs "sent_at", a time as ISO 8601, and "fixes", a list.')
    if len(given) > MOST:
        raise Invalid(f"Send at most {MOST} fixes at once.")
    ahead = now - sent_at
    shift = round(ahead / 60) * 60.0 if abs(ahead) > _CLOCK_S else 0.0
    return [_fix(one, shift) for one in given]


def _fix(given: Any, shift: float) -> Fix:
    told = given if isinstance(given, dict) else {}
    at, lat, lon = _moment(told.get("at")), number(told.get("lat")), number(told.get("lon"))
    if at is None or lat is None or lon is None:
        raise Invalid("Each fix needs at (a time as ISO 8601), lat and lon (degrees).")
    return Fix(
        at + shift,
        lat,
        lon,
        accuracy_m=number(told.get("acc"), least=0.001),
        speed_mps=number(told.get("speed"), least=0.0),
        course_deg=course(told.get("course")),
        altitude_m=number(told.get("alt")),
    )


def _moment(given: object) -> float | None:
    if not isinstance(given, str):
        return None
    try:
        moment = datetime.fromisoformat(given)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def take(session: Session, viewer: Viewer, track: Track, fixes: Iterable[Fix]) -> Taken:
    """Keep what can be believed of a page's fixes; `track` is what it said before.

    Raises `Forbidden` for whoever is no person. Off duty nothing is kept.
    """
    if viewer.account_id is None:
        raise Forbidden("Only a person's own phone tells where that person is.")
    duty, now = _duty(session, viewer.account_id), time.time()
    dropped: Counter[str] = Counter()
    lines = []
    for fix in sorted(fixes, key=lambda fix: fix.at):
        why = _refusal(duty, track, fix, now)
        if why is None:
            lines.append(Line(viewer.account_id, 0, fix, SOURCE))
        else:
            dropped[why] += 1
    taken = keep(session, lines) if lines else 0
    if len(lines) > taken:
        dropped["twice"] += len(lines) - taken
    return Taken(taken, dict(dropped))


def _refusal(duty: _Sharing | None, track: Track, fix: Fix, now: float) -> str | None:
    if duty is None or duty[0] is None or fix.at < duty[0].timestamp():
        return "off_duty"
    return refusal(fix, now) or track.refusal(fix, top_speed(duty[1]))


def _duty(session: Session, account_id: int) -> _Sharing | None:
    """Of somebody who is on duty and shares."""
    statement = (
        select(Duty.sharing_at, Resource.type)
        .join(Resource, Resource.id == Duty.resource_id)
        .where(
            Duty.account_id == account_id,
            Duty.sharing,
            units.on_duty(),
        )
    )
    return session.execute(statement).first()
