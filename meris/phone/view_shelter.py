"""What the phone shows of a shelter to who keeps it: the last figures, their age, what it asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from meris import age_limits, counts, fields, requests, shelters, stays
from meris.accounts import Viewer
from meris.errors import NotFound
from meris.language import _
from meris.phone import bases, onward, words
from meris.phone.view import OnDuty, may_report, on_duty
from meris.tables import PhoneReport, Resource, Shelter, ShelterCount, StatusCode

MOST_SHELTERS, MOST_COUNTS, MOST_DRAWN = 60, 5, 60
#: The count of this hour: midday around noon, overnight around midnight (domain §2.2).
_MIDDAY, _OVERNIGHT = range(10, 15), (*range(20, 24), *range(5))


@dataclass(frozen=True)
class Line:
    """A shelter of the own agency in the list."""

    id: int
    name: str
    status: str
    title: str
    letter: str
    brief: str
    stale: bool


@dataclass(frozen=True)
class Move:
    """A status that the shelter may be said to have; `now`: it may be said now."""

    status: str
    title: str
    letter: str
    moves: Sequence[str]
    now: bool


@dataclass(frozen=True)
class Kept:
    """One shelter. Counts are None where nobody counted."""

    id: int
    name: str
    status: str
    title: str
    letter: str
    status_at: datetime | None
    status_by: str | None
    confirmed_at: datetime | None
    stale_at: datetime | None
    address: str
    people: int | None
    places: int | None
    pet_places: int | None
    count: ShelterCount | None
    earlier: Sequence[ShelterCount]
    period: str
    moves: Sequence[Move]
    leaves: Sequence[Move]
    havens: Sequence[Resource]
    arriving: Sequence[stays.Told]
    phase: str
    counts: Sequence[ShelterCount]
    part: Shelter
    asked: Sequence[dict[str, Any]]
    status_base: dict[str, Any]
    count_base: dict[str, Any]


@dataclass(frozen=True)
class ShelterPage:
    """The shelters that somebody keeps, and the one in hand."""

    now: datetime
    duty: OnDuty | None
    lines: Sequence[Line]
    more: int
    find: str
    shelter: Kept | None


def shelter_page(
    session: Session, viewer: Viewer, shelter_id: int | None, *, find: str = "", clock_hour: int
) -> ShelterPage:
    """The shelter asked for, else the one last reported on, else the only one.

    `find`: words of the others' names. `clock_hour`: that of the state. Raises `NotFound` for a
    shelter that this viewer does not keep.
    """
    now = datetime.now(UTC)
    rows = _own(session, viewer)
    known = [row[0].id for row in rows]
    if shelter_id is not None and shelter_id not in known:
        raise NotFound(_("There is no such shelter among those that you keep."))
    chosen = shelter_id or _usual(session, viewer, known, find)
    kept = next((row for row in rows if row[0].id == chosen), None)
    typed = find.lower().split()
    found = [row for row in rows if all(word in row[0].search_text for word in typed)]
    return ShelterPage(
        now,
        on_duty(session, viewer),
        [_line(*row, now) for row in found[:MOST_SHELTERS]],
        max(0, len(found) - MOST_SHELTERS),
        " ".join(typed),
        _kept(session, viewer, *kept, clock_hour) if kept else None,
    )


def _own(session: Session, viewer: Viewer) -> list[tuple[Resource, Shelter, int]]:
    """Of the own agency, the open ones first."""
    if not may_report(viewer, "shelter"):
        return []
    statement = (
        select(Resource, Shelter, age_limits.confirmed_minutes())
        .join(Shelter, Shelter.resource_id == Resource.id)
        .join(StatusCode, (StatusCode.kind == "shelter") & (StatusCode.code == Resource.status))
        .where(Resource.agency_id == viewer.agency_id, viewer.policy.condition())
        .order_by(_rank(), Resource.name)
    )
    return [(one, part, limit) for one, part, limit in session.execute(statement)]


def _rank() -> ColumnElement[bool]:
    return Resource.status.not_in(shelters.IN_USE)


def _usual(session: Session, viewer: Viewer, known: Sequence[int], find: str) -> int | None:
    """The one that is meant when none is named; none while somebody looks for another."""
    if find:
        return None
    return _last(session, viewer, known) or (known[0] if len(known) == 1 else None)


def _last(session: Session, viewer: Viewer, known: Sequence[int]) -> int | None:
    statement = (
        select(PhoneReport.resource_id)
        .where(PhoneReport.account_id == viewer.account_id, PhoneReport.resource_id.in_(known))
        .order_by(PhoneReport.received_at.desc())
        .limit(1)
    )
    return session.scalar(statement)


def _stale_at(one: Resource, limit: int) -> datetime | None:
    return one.confirmed_at and one.confirmed_at + timedelta(minutes=limit)


def _line(one: Resource, part: Shelter, limit: int, now: datetime) -> Line:
    look, stale_at = fields.statuses("shelter")[one.status], _stale_at(one, limit)
    brief = shelters.summary(one.status, shelters.facts_of(part))
    stale = stale_at is None or stale_at <= now
    return Line(one.id, one.name, one.status, _(look.title), look.glyph or "", brief, stale)


def _kept(
    session: Session, viewer: Viewer, one: Resource, part: Shelter, limit: int, clock_hour: int
) -> Kept:
    look = fields.statuses("shelter")[one.status]
    history = counts.history(session, one.id, most=MOST_DRAWN)
    newest = history[0] if history else None
    occupied = bool(part.population_total)
    return Kept(
        id=one.id,
        name=one.name,
        status=one.status,
        title=words.status("shelter", one.status),
        letter=look.glyph or "",
        status_at=one.status_at,
        status_by=one.status_by,
        confirmed_at=one.confirmed_at,
        stale_at=_stale_at(one, limit),
        address=", ".join(filter(None, (one.address_line1, one.city))),
        people=part.population_total,
        places=shelters.capacity_in_use(shelters.facts_of(part)),
        pet_places=part.pet_capacity,
        count=newest,
        earlier=history[1:MOST_COUNTS],
        period=_period(clock_hour),
        moves=_moves(one.status, occupied),
        leaves=[_move(move, now=True) for move in onward.leaving(one.status)] if occupied else (),
        havens=stays.havens(session, viewer, one) if occupied else (),
        arriving=stays.arriving(session, viewer, one.id),
        phase=shelters.phase_in_use(shelters.facts_of(part)),
        counts=history,
        part=part,
        asked=requests.open_at(session, viewer, one.id),
        status_base=bases.of_status(one),
        count_base={"at": bases.iso(newest.at) if newest else None},
    )


def _period(hour: int) -> str:
    if hour in _MIDDAY:
        return "midday"
    return "overnight" if hour in _OVERNIGHT else "adhoc"


def _moves(status: str, occupied: bool) -> list[Move]:
    """By a tap; where people are, those that ask where they went have a form of their own."""
    allowed = onward.of_shelter(status)
    later = [one for one in onward.ORDER_OF_SHELTER if one not in allowed]
    asked = stays.LEAVING if occupied else frozenset()
    return [_move(one, now=one in allowed) for one in (*allowed, *later) if one not in asked]


def _move(status: str, *, now: bool) -> Move:
    look = fields.statuses("shelter")[status]
    return Move(status, _(look.title), look.glyph or "", onward.of_shelter(status), now)
