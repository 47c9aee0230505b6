"""Trails on hold: kept beyond their time, for an incident or for a court, until lifted."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.errors import Invalid, NotFound
from meris.tables import Resource, TrailHold


def hold(
    session: Session,
    unit_id: int | None,
    *,
    from_at: datetime,
    to_at: datetime,
    reason: str,
    by: str,
) -> TrailHold:
    """Keep what there is of a unit's trail (None: of every unit's) between two moments.

    Raises `Invalid`, `NotFound`. What was let go before stays gone.
    """
    if not from_at < to_at:
        raise Invalid("The hold ends before it begins.")
    if not reason.strip():
        raise Invalid("Say why it is kept, for example the number of a case.")
    if unit_id is not None:
        unit = session.get(Resource, unit_id)
        if unit is None or unit.kind != "unit":
            raise NotFound(f"There is no unit {unit_id}.")
    made = TrailHold(
        resource_id=unit_id, from_at=from_at, to_at=to_at, reason=reason.strip(), held_by=by
    )
    session.add(made)
    session.flush()
    return made


def lift(session: Session, hold_id: int) -> TrailHold:
    """End a hold; the next pruning lets go of what it kept. Raises `NotFound`."""
    held = session.get(TrailHold, hold_id)
    if held is None or held.lifted_at is not None:
        raise NotFound(f"There is no hold {hold_id} in force.")
    held.lifted_at = datetime.now(UTC)
    session.flush()
    return held


def holds(session: Session) -> Sequence[tuple[TrailHold, str | None]]:
    """Holds in force, with the unit's name."""
    statement = (
        select(TrailHold, Resource.name)
        .outerjoin(Resource, Resource.id == TrailHold.resource_id)
        .where(TrailHold.lifted_at.is_(None))
        .order_by(TrailHold.id)
    )
    return [(held, name) for held, name in session.execute(statement)]
