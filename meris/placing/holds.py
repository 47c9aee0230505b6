"""Beds held for people on their way: held for half an hour, once longer, until they arrive.

Who holds, extends or takes in locks the shelter's row first and then asks what is free, so that
two of them never promise the same bed. Nothing waits for a sweeper: a hold that has run out holds
nothing (`shelters.taking`), and whoever next holds beds of the shelter ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import fields, shelters, wording
from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.tables import BedHold, Resource, Shelter

MOST_LISTED = 200
RUNNING = "running"
_MERIS = "MERIS"


@dataclass(frozen=True)
class Terms:
    """For how long beds are held (MERIS_BED_HOLD_MINUTES), and the clock that times are told by."""

    length: timedelta = timedelta(minutes=30)
    zone: tzinfo = UTC


@dataclass(frozen=True)
class Held:
    """A hold with its shelter; `may_move`: this viewer may extend, end and complete it."""

    hold: BedHold
    shelter: Resource
    may_move: bool
    now: datetime

    @property
    def state(self) -> str:
        """`running`, or how it ended: arrived, released, expired."""
        if self.hold.outcome is None and self.hold.held_until <= self.now:
            return "expired"
        return self.hold.outcome or RUNNING

    def told(self) -> dict[str, Any]:
        """For JSON."""
        hold, ended = self.hold, self.hold.ended_at
        return {
            "id": hold.id,
            "shelter": {"id": self.shelter.id, "name": self.shelter.name},
            "people": hold.people,
            "wheelchair": hold.wheelchair,
            "state": self.state,
            "held_by": hold.held_by,
            "held_at": hold.held_at.isoformat(),
            "held_until": hold.held_until.isoformat(),
            "may_extend": self.may_move and self.state == RUNNING and hold.extended_at is None,
            "may_move": self.may_move and self.state == RUNNING,
            "ended_at": ended.isoformat() if ended else None,
            "ended_by": hold.ended_by,
        }


def hold(
    session: Session,
    viewer: Viewer,
    shelter_id: int,
    people: int,
    *,
    terms: Terms,
    wheelchair: int = 0,
    key: str | None = None,
    at: datetime | None = None,
) -> Held:
    """Hold beds of an open shelter for so many people from `at` (else now) on.

    The same `key` twice holds once. Raises `NotFound`, `Forbidden`, `Invalid` when the shelter
    takes nobody in or its beds free are unknown, `Conflict` when too few are free by now.
    """
    shelter = _lock(session, viewer, shelter_id)
    require_holder(viewer, shelter)
    if key is not None and (known := _by_key(session, key)) is not None:
        return _again(session, viewer, known, shelter, people)
    _require_open(shelter)
    _sweep(session, shelter_id)
    require_free(session, shelter, people, terms.zone)
    at = at or datetime.now(UTC)
    row = {
        "resource_id": shelter_id,
        "people": people,
        "wheelchair": wheelchair,
        "account_id": viewer.account_id,
        "held_by": viewer.name,
        "held_at": at,
        "held_until": at + terms.length,
        "client_key": key,
    }
    statement = insert(BedHold).values(row).on_conflict_do_nothing(index_elements=["client_key"])
    made = session.scalar(statement.returning(BedHold))
    if made is None:  # the same key at another shelter, this very moment
        raise Conflict("This was sent for another shelter already. Begin anew.")
    return _told(session, viewer, made, shelter)


def extend(session: Session, viewer: Viewer, hold_id: int, *, terms: Terms) -> Held:
    """Hold the beds as long again; once. Raises `NotFound`, `Forbidden`, `Conflict`."""
    held = _turn(session, viewer, hold_id, terms)
    if held.hold.extended_at is not None:
        raise Conflict(
            f"This hold was made longer already: until {_clock(held.hold.held_until, terms)}."
            " Let the beds go, or mark that the people have arrived."
        )
    held.hold.held_until += terms.length
    held.hold.extended_at = held.now
    session.flush()
    return held


def arrive(
    session: Session,
    viewer: Viewer,
    hold_id: int,
    *,
    terms: Terms,
    people: int | None = None,
    at: datetime | None = None,
) -> Held:
    """They are there: `people` of them, else all. Their beds stay taken until the next count.

    Raises `NotFound`, `Forbidden`, `Conflict`, and `Invalid` for more than were held for.
    """
    held = _turn(session, viewer, hold_id, terms)
    if people is not None and not 1 <= people <= held.hold.people:
        raise Invalid(
            f"Beds were held for {held.hold.people:,}. For more hold more; for nobody let go."
        )
    held.hold.people = people or held.hold.people
    held.hold.wheelchair = min(held.hold.wheelchair, held.hold.people)
    return _end(session, viewer, held, "arrived", at)


def release(session: Session, viewer: Viewer, hold_id: int, *, terms: Terms) -> Held:
    """They do not come: the beds are free again. Raises `NotFound`, `Forbidden`, `Conflict`."""
    return _end(session, viewer, _turn(session, viewer, hold_id, terms), "released", None)


def of_shelter(session: Session, viewer: Viewer, shelter_id: int) -> list[Held]:
    """The holds of a shelter, those that run first, then the newest. Raises `NotFound`."""
    if session.scalar(_shelter(viewer, shelter_id)) is None:
        raise NotFound(_UNKNOWN)
    return _listed(session, viewer, _holds(viewer).where(Resource.id == shelter_id))


def running(session: Session, viewer: Viewer) -> list[Held]:
    """Every hold that runs at a shelter that the viewer may see, the first to run out first."""
    now = func.statement_timestamp()
    statement = _holds(viewer).where(BedHold.outcome.is_(None), BedHold.held_until > now)
    return _listed(session, viewer, statement.order_by(BedHold.held_until, BedHold.id))


def require_holder(viewer: Viewer, shelter: Resource) -> None:
    """Raise `Forbidden` unless the viewer may hold beds of this shelter."""
    if not may_hold(viewer, shelter.agency_id):
        raise Forbidden(
            f"{viewer.name} may not hold beds at {shelter.name}."
            f" Ask {shelter.agency.name} or a dispatcher."
        )


def may_hold(viewer: Viewer, agency_id: int) -> bool:
    """Whether the viewer may hold beds at the shelters of an agency."""
    return viewer.may("hold_beds") or _keeps(viewer, agency_id)


def require_free(session: Session, shelter: Resource, people: int, zone: tzinfo) -> None:
    """Raise `Conflict` or `Invalid` unless so many beds are free. Lock the shelter first."""
    statement = select(shelters.places_free()).where(Shelter.resource_id == shelter.id)
    free = session.scalar(statement)
    if free is None:
        raise Invalid(
            f"Nobody knows how many beds are free at {shelter.name}."
            " Call there, and let them report a count first."
        )
    if free < people:
        raise Conflict(_too_few(session, shelter, free, zone), free=free)


def _too_few(session: Session, shelter: Resource, free: int, zone: tzinfo) -> str:
    left = f"{wording.plural(free, 'bed is', 'beds are')} free" if free else "No bed is free"
    said = shelters.promised(session, [shelter.id]).get(shelter.id)
    if said is None or said.until is None:
        return f"{left} at {shelter.name}."
    until = wording.clock(said.until, datetime.now(UTC), zone)
    return f"{left} at {shelter.name}: {said.held:,} are held until {until}."


_UNKNOWN = "There is no such shelter, or you may not see it."


def _shelter(viewer: Viewer, shelter_id: int) -> Select[Resource]:
    return select(Resource).where(
        Resource.id == shelter_id, Resource.kind == "shelter", viewer.policy.condition()
    )


def _lock(session: Session, viewer: Viewer, shelter_id: int) -> Resource:
    """The shelter, while nobody else holds beds of it."""
    statement = _shelter(viewer, shelter_id).with_for_update(of=Resource, key_share=True)
    found = session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_UNKNOWN)
    return found


def _require_open(shelter: Resource) -> None:
    if shelter.status != "open":
        title = fields.statuses("shelter")[shelter.status].title.lower()
        raise Invalid(f"{shelter.name} takes nobody in: its status is {title}.")


def _keeps(viewer: Viewer, agency_id: int) -> bool:
    return viewer.editable(kind="shelter", agency_id=agency_id) != frozenset()


def _may_move(viewer: Viewer, hold: BedHold, shelter: Resource) -> bool:
    """Who made the hold, who keeps the shelter, and dispatchers."""
    own = hold.account_id is not None and hold.account_id == viewer.account_id
    return own or viewer.may("dispatch") or _keeps(viewer, shelter.agency_id)


def _holds(viewer: Viewer) -> Select[BedHold, Resource]:
    return (
        select(BedHold, Resource)
        .join(Resource, Resource.id == BedHold.resource_id)
        .where(viewer.policy.condition())
        .limit(MOST_LISTED)
        .execution_options(populate_existing=True)
    )


def _listed(session: Session, viewer: Viewer, statement: Select[BedHold, Resource]) -> list[Held]:
    now = datetime.now(UTC)
    statement = statement.order_by(BedHold.outcome.is_not(None), BedHold.held_at.desc())
    rows: Sequence[Any] = session.execute(statement).all()
    return [Held(hold, site, _may_move(viewer, hold, site), now) for hold, site in rows]


def _turn(session: Session, viewer: Viewer, hold_id: int, terms: Terms) -> Held:
    """A hold that runs, while nobody else touches it or holds beds of its shelter."""
    of = session.scalar(_holds(viewer).with_only_columns(Resource.id).where(BedHold.id == hold_id))
    if of is None:
        raise NotFound("There is no such hold, or you may not see its shelter.")
    shelter = _lock(session, viewer, of)
    row = session.execute(_holds(viewer).where(BedHold.id == hold_id)).one()
    held = Held(row[0], shelter, _may_move(viewer, row[0], shelter), datetime.now(UTC))
    if not held.may_move:
        raise Forbidden(
            f"{viewer.name} may not change this hold: {row[0].held_by} may, {shelter.agency.name}"
            " and dispatchers."
        )
    _require_running(held, terms)
    return held


def _require_running(held: Held, terms: Terms) -> None:
    if held.state == RUNNING:
        return
    if held.state == "expired":
        raise Conflict(
            f"This hold ran out at {_clock(held.hold.held_until, terms)}. Its beds may be"
            " promised to others by now: hold them anew."
        )
    ended = {"arrived": "The people have arrived", "released": "The beds were let go"}
    raise Conflict(f"{ended[held.state]} already, says {held.hold.ended_by}.")


def _clock(at: datetime, terms: Terms) -> str:
    return wording.clock(at, datetime.now(UTC), terms.zone)


def _end(session: Session, viewer: Viewer, held: Held, outcome: str, at: datetime | None) -> Held:
    held.hold.outcome, held.hold.ended_by = outcome, viewer.name
    held.hold.ended_at = at or held.now
    session.flush()
    return held


def _sweep(session: Session, shelter_id: int) -> None:
    """End what has run out at a shelter that is locked."""
    session.execute(
        update(BedHold)
        .where(
            BedHold.resource_id == shelter_id,
            BedHold.outcome.is_(None),
            BedHold.held_until <= func.statement_timestamp(),
        )
        .values(outcome="expired", ended_at=BedHold.held_until, ended_by=_MERIS)
        .execution_options(synchronize_session=False)
    )


def _by_key(session: Session, key: str) -> BedHold | None:
    return session.scalar(select(BedHold).where(BedHold.client_key == key))


def _again(
    session: Session, viewer: Viewer, known: BedHold, shelter: Resource, people: int
) -> Held:
    """What a double click made; a key is not to be used for something else."""
    same = (known.account_id, known.resource_id) == (viewer.account_id, shelter.id)
    if not same or known.people != people:
        raise Conflict("This was sent for something else already. Begin anew.")
    return _told(session, viewer, known, shelter)


def _told(session: Session, viewer: Viewer, hold: BedHold, shelter: Resource) -> Held:
    session.refresh(hold)
    return Held(hold, shelter, _may_move(viewer, hold, shelter), datetime.now(UTC))
