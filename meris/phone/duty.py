"""Who is on duty on which unit: from a tap to a tap, to log-out, or to its end by the clock.

Duty is the only time in which positions of a person are kept (domain §10.2). A unit that somebody
goes on duty on is available; when the last one goes off, it is off duty. Units are locked before
turns of duty, so that two who go off at once know of one another.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from meris import units, wording
from meris.accounts import Viewer
from meris.db import SYSTEM
from meris.dispatch import found
from meris.errors import Conflict, Forbidden, Invalid
from meris.incidents import log
from meris.language import _, spoken
from meris.phone import words
from meris.resources.read import find
from meris.tables import Assignment, Duty, Incident, Resource


class Outdated(Conflict):
    """A later turn of duty is known; what was told of an earlier time changes nothing."""


_MERIS = Viewer(SYSTEM.name)
#: A unit that cannot go stays so, whoever comes on duty or goes.
_OUT = "out_of_service"


def current(session: Session, account_id: int) -> Duty | None:
    """The account's turn of duty, if it lasts still."""
    statement = select(Duty).where(Duty.account_id == account_id, units.on_duty())
    return session.scalar(statement)


def start(session: Session, viewer: Viewer, unit_id: int, *, hours: float, at: datetime) -> Duty:
    """Go on duty on a unit of the own agency at `at`, for so many hours at most.

    A turn on another unit ends by it; one on this unit goes on as it is. A turn that was over by
    the clock before it was told is kept as such. Positions are not shared yet.

    Raises `Invalid`, `Forbidden`, `NotFound`, `Outdated`, and `Conflict` as `stop` does for the
    other unit.
    """
    unit = _unit(session, viewer, unit_id)
    length = timedelta(hours=hours)
    if not timedelta() < length <= timedelta(hours=24):
        raise Invalid(_("A turn of duty lasts up to 24 hours."))
    _end_due(session, Duty.account_id == viewer.account_id)
    now_on = current(session, _account(viewer))
    if now_on is not None and now_on.resource_id == unit_id:
        return now_on
    if now_on is not None:
        stop(session, viewer, at=at, by="unit")
    found.lock_unit(session, unit_id)
    session.refresh(unit)
    made = _new(session, viewer, unit, at, length)
    if made.ended_at is None and unit.status == "off_duty" and not _newer(unit, made.started_at):
        _set(session, unit, "available", made.started_at, viewer.name)
    return made


def stop(session: Session, viewer: Viewer, *, at: datetime, by: str = "self") -> Duty | None:
    """Go off duty at `at`; None when the viewer was not on duty.

    `by`: "self", "log_out", "unit" (another one, or the unit itself went off), "dispatcher".
    Raises `Outdated` when the turn began after `at`, and `Conflict` when the unit is at an incident
    and nobody else is on it, unless by log-out: that ends the turn and leaves the unit where it is.
    """
    _end_due(session, Duty.account_id == viewer.account_id)
    turn = current(session, _account(viewer))
    if turn is None:
        return None
    if at < turn.started_at:
        raise _outdated(turn.started_at)
    found.lock_unit(session, turn.resource_id)
    unit = session.get_one(Resource, turn.resource_id, populate_existing=True)
    assigned = _assigned(session, unit.id)
    alone = not _others(session, turn)
    if alone and assigned is not None and by != "log_out":
        raise Conflict(_busy(session, viewer, unit, assigned))
    _end(turn, at, by)
    session.flush()
    if alone and assigned is None and not _newer(unit, at):
        _go_off(session, unit, at, viewer.name)
    return turn


def share(session: Session, viewer: Viewer, *, on: bool, at: datetime) -> Duty:
    """Share positions from now on, or no longer.

    Raises `Conflict` for who is not on duty, `Outdated` for a tap of a turn before, or of before
    the last one about it.
    """
    turn = current(session, _account(viewer))
    if turn is None:
        raise Conflict(_("Positions are shared on duty only. Go on duty first."))
    since = turn.sharing_at or turn.started_at
    if at < since:
        raise _outdated(since)
    if turn.sharing != on:
        turn.sharing, turn.sharing_at = on, at
        session.flush()
    return turn


def speak(session: Session, viewer: Viewer) -> None:
    """Notices are from now on in the language that the phone speaks, whenever it was changed."""
    session.execute(
        update(Duty)
        .where(
            Duty.account_id == viewer.account_id,
            Duty.ended_at.is_(None),
            Duty.language != spoken(),
        )
        .values(language=spoken())
        .execution_options(synchronize_session=False)
    )


def end_of_unit(session: Session, unit_id: int, at: datetime) -> None:
    """The unit itself went off duty: so did everybody on it."""
    for turn in session.scalars(
        select(Duty).where(Duty.resource_id == unit_id, Duty.ended_at.is_(None))
    ):
        _end(turn, at, "unit")
    session.flush()


def end_overdue(session: Session) -> int:
    """End the turns whose time is over, and those on units that a dispatcher set off duty.

    Call it now and then, as MERIS itself. Answers how many have ended.
    """
    return _end_due(session, Duty.id.is_not(None))


def _end_due(session: Session, which: ColumnElement[bool]) -> int:
    ids = session.scalars(
        select(Duty.resource_id)
        .join(Resource)
        .where(_due(), which)
        .distinct()
        .order_by(Duty.resource_id)
    ).all()
    return sum(_end_due_on(session, unit_id, which) for unit_id in ids)


def _due() -> ColumnElement[bool]:
    """Over by the clock; or the unit is off duty by somebody's word since the turn began."""
    off = and_(Resource.status == "off_duty", Resource.status_at > Duty.started_at)
    return and_(Duty.ended_at.is_(None), or_(Duty.until_at <= func.clock_timestamp(), off))


def _end_due_on(session: Session, unit_id: int, which: ColumnElement[bool]) -> int:
    found.lock_unit(session, unit_id)
    unit = session.get_one(Resource, unit_id, populate_existing=True)
    turns = session.scalars(
        select(Duty)
        .join(Resource)
        .where(_due(), which, Duty.resource_id == unit_id)
        .order_by(Duty.until_at)
        .execution_options(populate_existing=True)
    ).all()
    for turn in turns:
        _end_due_turn(session, unit, turn)
    return len(turns)


def _end_due_turn(session: Session, unit: Resource, turn: Duty) -> None:
    by_clock = turn.until_at <= datetime.now(UTC)
    at = turn.until_at if by_clock else unit.status_at or turn.until_at
    _end(turn, at, "limit" if by_clock else "dispatcher")
    session.flush()
    if _others(session, turn):
        return
    assigned = _assigned(session, unit.id)
    if assigned is not None:
        _tell_unattended(session, unit, turn, assigned)
    elif not _newer(unit, at):
        _go_off(session, unit, at, SYSTEM.name)


def _tell_unattended(session: Session, unit: Resource, turn: Duty, assigned: Assignment) -> None:
    """The incident is told: nobody says any longer where the unit is, though it is at work."""
    length = wording.span(turn.until_at - turn.started_at)
    log.add(
        session,
        _MERIS,
        assigned.incident_id,
        f"Duty on {unit.name} ended by itself after {length}; the unit is still assigned.",
        at=turn.ended_at,
        resource_id=unit.id,
        key=f"duty-{turn.id}",
    )


def _unit(session: Session, viewer: Viewer, unit_id: int) -> Resource:
    _account(viewer)
    unit = find(session, viewer.policy, unit_id)
    if unit.kind != "unit":
        raise Invalid(_("%(name)s is not a unit. Choose a unit to go on duty on.", name=unit.name))
    if unit.agency_id != viewer.agency_id:
        raise Forbidden(
            _(
                "%(name)s belongs to %(agency)s. Choose a unit of your own.",
                name=unit.name,
                agency=unit.agency.name,
            )
        )
    found.require_mover(viewer, unit)
    return unit


def _account(viewer: Viewer) -> int:
    if viewer.account_id is None:
        raise Forbidden(_("Duty is for people. Log in with an account of your own."))
    return viewer.account_id


def _new(session: Session, viewer: Viewer, unit: Resource, at: datetime, length: timedelta) -> Duty:
    """Turns of one person do not overlap, though clocks may say so."""
    until_at = at + length
    last = session.scalar(
        select(func.max(Duty.ended_at)).where(Duty.account_id == viewer.account_id)
    )
    if last is not None and last >= until_at:
        raise _outdated(last)
    over = until_at <= datetime.now(UTC)
    made = Duty(
        account_id=viewer.account_id,
        resource_id=unit.id,
        started_at=at if last is None else max(at, last),
        until_at=until_at,
        ended_at=until_at if over else None,
        ended_by="limit" if over else None,
        sharing=False,
        language=spoken(),
    )
    session.add(made)
    session.flush()
    return made


def _outdated(known: datetime) -> Outdated:
    when = wording.ago(known, datetime.now(UTC))
    return Outdated(
        _("Kept in the record. What is known of your duty since (%(when)s) stays.", when=when)
    )


def _end(turn: Duty, at: datetime, by: str) -> None:
    turn.ended_at = min(max(at, turn.started_at), turn.until_at)
    turn.ended_by = by
    if turn.sharing:
        turn.sharing, turn.sharing_at = False, turn.ended_at


def _others(session: Session, turn: Duty) -> bool:
    """Whether somebody else is on duty on the unit."""
    others = exists().where(
        Duty.resource_id == turn.resource_id, Duty.id != turn.id, units.on_duty()
    )
    return bool(session.scalar(select(others)))


def _assigned(session: Session, unit_id: int) -> Assignment | None:
    return session.scalar(
        select(Assignment).where(Assignment.resource_id == unit_id, units.at_work())
    )


def _busy(session: Session, viewer: Viewer, unit: Resource, held: Assignment) -> str:
    number = session.scalar(
        select(Incident.number).where(Incident.id == held.incident_id, viewer.policy.incidents())
    )
    return _(
        "%(unit)s is %(status)s at %(incident)s and you are the last one on duty on it. Say that"
        " it is done there, or have somebody else go on duty first.",
        unit=unit.name,
        status=words.assignment(held.status),
        incident=number or _("an incident"),
    )


def _newer(unit: Resource, at: datetime) -> bool:
    """Whether something is known of the unit that was so after `at`."""
    return unit.status_at is not None and unit.status_at > at


def _go_off(session: Session, unit: Resource, at: datetime, by: str) -> None:
    if unit.status not in ("off_duty", _OUT):
        _set(session, unit, "off_duty", at, by)


def _set(session: Session, unit: Resource, status: str, at: datetime, by: str) -> None:
    """The status that follows from who is on duty; the unit is locked and not assigned."""
    session.execute(
        update(Resource)
        .where(Resource.id == unit.id)
        .values(
            status=status,
            status_at=at,
            status_by=by,
            status_reason=None,
            confirmed_at=func.greatest(Resource.confirmed_at, at),
            confirmed_by=by,
            updated_at=func.clock_timestamp(),
        )
        .execution_options(synchronize_session=False)
    )
    session.refresh(unit)
