"""Committing units to an incident: sent now, held for a few minutes, or booked ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from meris import notices, wording
from meris.accounts import Viewer
from meris.dispatch import arrivals, found, holds, moves, phrases
from meris.dispatch.found import Live
from meris.dispatch.taken import taken, turn, unfit
from meris.dispatch.terms import Terms
from meris.dispatch.times import told_as
from meris.dispatch.travel import Estimate, StraightLine
from meris.errors import Conflict, refused
from meris.incidents import log
from meris.incidents import moves as incident_moves
from meris.incidents.read import find, find_open
from meris.tables import Assignment, Incident, IncidentType, Resource
from meris.units import ran_out, span_of

#: A unit can be booked so far ahead, and for so long.
_FARTHEST, _LONGEST = timedelta(days=60), timedelta(days=30)
#: How often it is tried again where the winner of a race is gone before it could be named.
_TURNS = 3
_AHEAD, _BACK = timedelta(minutes=2), timedelta(hours=24)


@dataclass(frozen=True)
class Order:
    """What is asked of every unit alike. `begin` lies ahead of now when it is a booking."""

    status: str
    booked: bool
    begin: datetime
    end: datetime
    now: datetime
    task: str | None


def assign(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    unit_ids: Sequence[int],
    *,
    how: str = "dispatched",
    at: datetime | None = None,
    until: datetime | None = None,
    booked_from: datetime | None = None,
    task: str | None = None,
    key: str | None = None,
    terms: Terms | None = None,
) -> list[Assignment]:
    """Commit units to an incident: all of them or none.

    1. The incident, then the units in the order of their ids are locked. 2. Holds that have run
    out are swept. 3. Who is in the way is told; the database's own constraints have the last
    word, with the same answer. 4. A hold or booking of the same incident is taken up.

    `how`: "dispatched", or "reserved": held for `terms.hold`, or booked when `booked_from` is
    given. `until` is cut where the unit's next booking begins. `at`: when it was said, if not now.
    The same `key` again answers what the first call did.

    Raises `Taken`, `Unfit` (both `Conflict`), `Invalid`, `Forbidden`, `NotFound`.
    """
    viewer.require("dispatch", "send or reserve units")
    terms = terms or Terms()
    order = _order(how, at, until, booked_from, task, terms)
    for _ in range(_TURNS):
        try:
            with turn(session, viewer, incident_id):
                scene = _scene(session, viewer, incident_id, unit_ids, order, key, terms)
                return _done_before(scene) or _commit_all(scene)
        except found.Lost:
            # with nothing locked; who lost may have a twin that won, or the winner has gone again
            with turn(session, viewer, incident_id):
                scene = _scene(
                    session, viewer, incident_id, unit_ids, order, key, terms, locks=False
                )
                if done := _done_before(scene):
                    return done
                _require_free(scene, found.live(session, viewer, scene.units))
    raise Conflict("Others commit and release these units at this moment. Try again.")


@dataclass(frozen=True)
class Scene:
    """Who commits which units, locked, to which incident."""

    session: Session
    viewer: Viewer
    incident: Incident
    units: Mapping[int, Resource]
    order: Order
    key: str | None
    terms: Terms


def _scene(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    unit_ids: Sequence[int],
    order: Order,
    key: str | None,
    terms: Terms,
    *,
    locks: bool = True,
) -> Scene:
    """What the order is about; with `locks`, as it will be until the transaction ends.

    Raises `NotFound`, `Conflict`, `Invalid`, and `Lost` when a unit was committed meanwhile.
    """
    ids, policy = found.read_ids(unit_ids), viewer.policy
    incident = (
        find_open(session, policy, incident_id) if locks else find(session, policy, incident_id)
    )
    if locks and not order.booked:
        found.take_turn(session, incident_id, ids)
    units = {unit.id: unit for unit in found.units_of(session, policy, ids, lock=locks)}
    return Scene(session, viewer, incident, units, order, key, terms)


def _require_free(scene: Scene, live: Sequence[Live]) -> dict[int, Assignment]:
    """What the incident has reserved of the units itself. Raises `Taken`."""
    own, rivals = _sorted_out(
        scene, [one for one in live if not ran_out(one.assignment, scene.order.now)]
    )
    if rivals:
        raise taken(scene.incident, rivals, scene.units)
    return own


def _commit_all(scene: Scene) -> list[Assignment]:
    session, order = scene.session, scene.order
    live = found.live(session, scene.viewer, scene.units)
    live = holds.sweep(session, live, scene.units, order.now)
    own = _require_free(scene, live)
    _require_fit(scene)
    _require_turn(scene)
    arrive = {} if order.booked else _estimates(scene)
    try:
        with session.begin_nested():
            made = [
                _commit(scene, unit, live, own.get(unit.id), arrive.get(unit.id))
                for unit in scene.units.values()
            ]
    except IntegrityError as problem:
        raise _refused_by_database(scene, problem) from problem
    _tell(scene, made)
    return made


def _order(
    how: str,
    at: datetime | None,
    until: datetime | None,
    booked_from: datetime | None,
    task: str | None,
    terms: Terms,
) -> Order:
    """The order as it can be carried out. Raises `Invalid`."""
    now = datetime.now(UTC)
    if how not in ("dispatched", "reserved"):
        raise refused("how", "Units are dispatched or reserved.")
    begin = _begin(now, at, booked_from if how == "reserved" else None)
    if booked_from is not None and how == "dispatched":
        raise refused("from", "A unit that is sent now cannot begin later. Reserve it instead.")
    usual = terms.work if how == "dispatched" or booked_from is not None else terms.hold
    end = until or begin + usual
    if end <= max(begin, now):
        raise refused("until", "It would end before it begins. Give a later time.")
    if end - begin > _LONGEST:
        raise refused("until", f"A unit is committed for {_LONGEST.days} days at most.")
    return Order(how, booked_from is not None, begin, end, now, phrases.read(task, "task"))


def _begin(now: datetime, at: datetime | None, booked_from: datetime | None) -> datetime:
    if booked_from is not None:
        if not now < booked_from < now + _FARTHEST:
            raise refused(
                "from", f"Book from a time that is to come, within {_FARTHEST.days} days."
            )
        return booked_from
    if at is None:
        return now
    if at > now + _AHEAD:
        raise refused("at", "That time lies in the future. To book ahead, say from when.")
    if at < now - _BACK:
        raise refused("at", "That was more than a day ago. Give the time of this dispatch.")
    return min(at, now)


def _done_before(scene: Scene) -> list[Assignment]:
    """What the same request did when it came before; nothing when it is new."""
    if scene.key is None:
        return []
    keys = [_key(scene.key, unit_id) for unit_id in scene.units]
    known = scene.session.scalars(
        select(Assignment).where(Assignment.client_key.in_(keys)).order_by(Assignment.resource_id)
    ).all()
    same = all(one.incident_id == scene.incident.id for one in known)
    if known and (len(known) < len(scene.units) or not same):
        raise refused("key", "This key was sent before with another order. Make a new one.")
    return list(known)


def _key(key: str | None, unit_id: int) -> str | None:
    return None if key is None else f"{key}:{unit_id}"


def _sorted_out(scene: Scene, live: Sequence[Live]) -> tuple[dict[int, Assignment], list[Live]]:
    """What this incident has reserved of the units itself, and what is in the way."""
    own: dict[int, Assignment] = {}
    for one in live:
        held = one.assignment
        # what holds the unit now comes before what is booked for later
        if _taken_up(scene, one) and not (held.booked and held.resource_id in own):
            own[held.resource_id] = held
    taken_up = {held.id for held in own.values()}
    rest = [one for one in live if one.assignment.id not in taken_up]
    return own, [one for one in rest if _in_the_way(one, scene.order)]


def _taken_up(scene: Scene, one: Live) -> bool:
    """Whether it is the incident's own hold that is sent now, or one the viewer makes longer."""
    held, order = one.assignment, scene.order
    if held.status != "reserved" or one.incident.id != scene.incident.id or order.booked:
        return False
    mine = held.created_by == scene.viewer.name and not held.booked
    return order.status == "dispatched" or mine


def _in_the_way(one: Live, order: Order) -> bool:
    """Bookings that begin later cut the span and are not in the way."""
    held = one.assignment
    if not order.booked and not held.booked:
        return True
    span = holds.clipped(order.begin, order.end, [one])
    return holds.overlapping(span, one)


def _require_fit(scene: Scene) -> None:
    """A unit that is out of service now may well be booked for tomorrow."""
    out = [unit for unit in scene.units.values() if not moves.fit(unit)]
    if out and not scene.order.booked:
        raise unfit(out)


def _require_turn(scene: Scene) -> None:
    """What is written down late must not come before what is known of the unit since."""
    order = scene.order
    for unit in scene.units.values():
        begin = told_as(order.begin, unit.status_at)
        if begin < order.now and unit.status_at and begin < unit.status_at:
            raise refused(
                "at",
                f"{unit.name} became {phrases.unit_title(unit.status)}"
                f" {wording.ago(unit.status_at, order.now)}, after the time you gave."
                " Give a later one.",
            )


def _commit(
    scene: Scene,
    unit: Resource,
    live: Sequence[Live],
    own: Assignment | None,
    arrival: Estimate | None,
) -> Assignment:
    order = scene.order
    others = [
        one for one in live if one.assignment.resource_id == unit.id and one.assignment is not own
    ]
    span = holds.clipped(order.begin, order.end, others)
    if own is None:
        own = _new(scene, unit)
        scene.session.add(own)
    elif order.status == "dispatched":
        moves.send(own, scene.viewer, order.begin)
    own.during = span.column
    own.client_key = _key(scene.key, unit.id) or own.client_key
    own.task = order.task or own.task
    arrivals.note(own, arrival, order.begin)
    scene.session.flush()
    scene.session.refresh(own)
    return own


def _estimates(scene: Scene) -> dict[int, Estimate]:
    """Before anything is written: a unit that stands ready needs no time to turn out."""
    router = StraightLine(scene.terms.detour)
    return arrivals.estimates(scene.session, scene.incident, list(scene.units), router)


def _new(scene: Scene, unit: Resource) -> Assignment:
    order, incident = scene.order, scene.incident
    said_at = order.now if order.booked else order.begin
    return Assignment(
        resource_id=unit.id,
        incident_id=incident.id,
        status=order.status,
        status_at=said_at,
        status_by=scene.viewer.name,
        booked=order.booked,
        created_by=scene.viewer.name,
        par_minutes=scene.session.get_one(IncidentType, incident.type).par_minutes,
        heard_at=None if order.status == "reserved" else said_at,
    )


def _refused_by_database(scene: Scene, problem: IntegrityError) -> Exception:
    """Somebody wrote around the locks and was first: the same answer."""
    if moves.constraint_of(problem) not in moves.ONCE:
        return problem
    rivals = found.live(scene.session, scene.viewer, scene.units)
    return taken(scene.incident, rivals, scene.units)


def _tell(scene: Scene, made: Sequence[Assignment]) -> None:
    session, viewer, order = scene.session, scene.viewer, scene.order
    for one in made:
        log.add(
            session,
            viewer,
            one.incident_id,
            _sentence(scene.units[one.resource_id].name, one, order, scene.terms),
            kind="assignment",
            at=None if order.booked else order.begin,
            resource_id=one.resource_id,
        )
        if order.status == "dispatched":
            notices.sent(session, viewer, one, scene.units[one.resource_id], scene.incident)
    if order.status == "dispatched":
        incident_moves.start(session, viewer, scene.incident.id, order.begin)


def _sentence(name: str, one: Assignment, order: Order, terms: Terms) -> str:
    """E12 dispatched: cover the east side."""
    span, task = span_of(one), f": {one.task}" if one.task else ""
    if one.booked:
        begin, end = (wording.stamp(moment, terms.zone) for moment in span)
        return f"{name} booked from {begin} until {end}{task}."
    if one.status == "reserved":
        return f"{name} reserved for {wording.span(span.end - order.begin)}{task}."
    cut = f" until its next booking at {wording.stamp(span.end, terms.zone)}"
    late = phrases.late(order.begin, order.now)
    return f"{name} dispatched{cut if span.end < order.end else ''}{late}{task}."
