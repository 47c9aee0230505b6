"""Looking at a unit's trail. Every look is written down, with its reason, before it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from meris.accounts import Viewer
from meris.errors import Forbidden, NotFound, refused
from meris.tables import PositionFix, Resource, TrailView

#: One look takes in so many days, and draws so many fixes; of more, every n-th.
MOST_DAYS = 7
MOST_FIXES = 3000
#: A file of a look can be fetched so long after it, by who looked.
_AGAIN = timedelta(hours=1)
_REASON = (5, 300)


@dataclass(frozen=True)
class Look:
    """What a look shows: `fixes` of all that there are, every `every`-th."""

    view: TrailView
    unit: Resource
    total: int
    every: int
    fixes: Sequence[dict[str, Any]]


def may_look(viewer: Viewer, unit: Resource) -> bool:
    """Dispatchers, and those who keep the unit's own agency's resources."""
    if unit.kind != "unit":
        return False
    own = viewer.agency_id is not None and viewer.agency_id == unit.agency_id
    return viewer.may("dispatch") or (own and viewer.may("edit_own"))


def look(
    session: Session,
    viewer: Viewer,
    unit_id: int,
    *,
    from_at: datetime,
    to_at: datetime,
    reason: object,
    most: int = MOST_FIXES,
) -> Look:
    """Where a unit was between two moments, for a reason; the look is written down.

    Raises `NotFound`, `Forbidden` (not a dispatcher, and not of its agency), `Invalid` (no reason,
    a span that is empty, too long or lies in the future).
    """
    unit = _unit(session, viewer, unit_id)
    if not may_look(viewer, unit):
        raise Forbidden(
            "Where a unit has been is shown to dispatchers and to its own agency's editors."
        )
    words = _read_reason(reason)
    _require_span(from_at, to_at)
    view = TrailView(
        account_id=viewer.account_id,
        viewer=viewer.name,
        resource_id=unit.id,
        from_at=from_at,
        to_at=to_at,
        reason=words,
    )
    session.add(view)
    session.flush()
    session.refresh(view)
    return _shown(session, view, unit, most)


def looked_again(session: Session, viewer: Viewer, view_id: int) -> Look:
    """All fixes of a look that this very person had within the hour; for its file.

    Raises `NotFound` for anybody else's and for an older one.
    """
    view = session.get(TrailView, view_id)
    mine = view is not None and viewer.account_id is not None
    if view is None or not mine or view.account_id != viewer.account_id:
        raise NotFound("There is no such look at a trail, or it was not yours.")
    if view.at < datetime.now(UTC) - _AGAIN:
        raise NotFound("That look is more than an hour ago. Look again, and say why.")
    unit = _unit(session, viewer, view.resource_id)
    if not may_look(viewer, unit):
        raise Forbidden("You may no longer see this trail.")
    return _shown(session, view, unit, None)


def looks(
    session: Session, viewer: Viewer, unit_id: int, *, most: int = 50
) -> list[dict[str, Any]]:
    """Who looked at a unit's trail, when and why, newest first.

    For those who may read histories, and for the unit's own agency. Raises `NotFound`, `Forbidden`.
    """
    unit = _unit(session, viewer, unit_id)
    if unit.agency_id != viewer.agency_id:
        viewer.require("history", "read who looked at another agency's trails")
    rows = session.scalars(
        select(TrailView)
        .where(TrailView.resource_id == unit.id)
        .order_by(TrailView.at.desc(), TrailView.id.desc())
        .limit(most)
    )
    return [
        {
            "at": row.at.isoformat(),
            "viewer": row.viewer,
            "from": row.from_at.isoformat(),
            "to": row.to_at.isoformat(),
            "reason": row.reason,
        }
        for row in rows
    ]


def _unit(session: Session, viewer: Viewer, unit_id: int) -> Resource:
    statement = select(Resource).where(
        Resource.id == unit_id, Resource.kind == "unit", viewer.policy.condition()
    )
    unit = session.scalar(statement)
    if unit is None:
        raise NotFound("There is no such unit, or you may not see it.")
    return unit


def _read_reason(given: object) -> str:
    words = " ".join(given.split()) if isinstance(given, str) else ""
    least, most = _REASON
    if not least <= len(words) <= most:
        raise refused("reason", "Say why you look at it, in a few words; it is written down.")
    return words


def _require_span(from_at: datetime, to_at: datetime) -> None:
    if not from_at < to_at:
        raise refused("to", "It ends before it begins. Give a later time.")
    if to_at - from_at > timedelta(days=MOST_DAYS):
        raise refused("from", f"Look at {MOST_DAYS} days at most at once.")
    if from_at > datetime.now(UTC):
        raise refused("from", "That lies in the future.")


def _shown(session: Session, view: TrailView, unit: Resource, most: int | None) -> Look:
    within = (
        PositionFix.resource_id == unit.id,
        PositionFix.at >= view.from_at,
        PositionFix.at <= view.to_at,
    )
    total = session.scalar(select(func.count()).select_from(PositionFix).where(*within)) or 0
    every = 1 if most is None else max(1, -(-total // most))
    numbered = select(
        PositionFix.at,
        PositionFix.position,
        PositionFix.accuracy_m,
        PositionFix.speed_mps,
        PositionFix.course_deg,
        PositionFix.altitude_m,
        PositionFix.source,
        # counted from the end, so that the last one is always among them
        func.row_number().over(order_by=PositionFix.at.desc()).label("n"),
    ).where(*within)
    fix = numbered.subquery()
    rows = session.execute(select(fix).where(fix.c.n % every == 1 % every).order_by(fix.c.n.desc()))
    return Look(view, unit, total, every, [_fix(row) for row in rows])


def _fix(row: Any) -> dict[str, Any]:
    position = position_of(row.position)
    if position is None:
        raise ValueError("a fix has no position")
    return {
        "at": int(row.at.timestamp()),
        "lat": round(position.lat, 6),
        "lon": round(position.lon, 6),
        "accuracy_m": _rounded(row.accuracy_m),
        "speed_mps": _rounded(row.speed_mps, 1),
        "course_deg": _rounded(row.course_deg),
        "altitude_m": _rounded(row.altitude_m),
        "source": row.source,
    }


def _rounded(number: float | None, digits: int = 0) -> float | None:
    if number is None:
        return None
    return round(number, digits) if digits else round(number)
