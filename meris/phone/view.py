"""What the pages of the phone show, found in a few queries. Times are aware moments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from meris import fields, units
from meris.accounts import Viewer
from meris.incidents.lines import of_many, of_unit
from meris.language import _
from meris.phone import bases, onward, place, words
from meris.phone.place import Spot
from meris.tables import (
    Assignment,
    Duty,
    Incident,
    IncidentLog,
    Resource,
    Unit,
    UnitPosition,
)

MOST_CHOICES, MOST_LOG = 40, 20
_LONGEST_SEARCH = 100
_PAR_NEAR = timedelta(minutes=5)


@dataclass(frozen=True)
class OnDuty:
    """A person's turn that is not over."""

    unit_id: int
    unit_name: str
    started_at: datetime
    until_at: datetime
    sharing: bool
    sharing_at: datetime | None


@dataclass(frozen=True)
class Choice:
    """A unit that somebody may go on duty on; `on_duty` people are there already."""

    id: int
    name: str
    status: str
    title: str
    brief: str
    on_duty: int
    last: bool
    words: str


@dataclass(frozen=True)
class Move:
    """A status that the unit may be said to have; `moves` are those it may have after it.

    `ends`: the assignment is over with it. `now`: it may be said now.
    """

    status: str
    title: str
    letter: str
    moves: Sequence[str]
    ends: bool
    now: bool


@dataclass(frozen=True)
class Mate:
    """Another unit at the same incident."""

    id: int
    name: str
    agency: str
    status: str
    title: str
    letter: str
    status_at: datetime
    eta_at: datetime | None
    task: str | None


@dataclass(frozen=True)
class Entry:
    """A line of the log."""

    at: datetime
    text: str
    author: str
    unit: str | None


@dataclass(frozen=True)
class Task:
    """What the unit was sent to, or will be (`booked`).

    `incident_id` is None where this viewer may not read or write the incident's log.
    """

    id: int
    incident_id: int | None
    number: str | None
    title: str
    kind: str
    priority: int
    status: str
    status_at: datetime
    task: str | None
    from_at: datetime
    eta_at: datetime | None
    spot: Spot
    destination: Spot | None
    situation: str | None
    commander: str | None
    command_post: str | None
    par_at: datetime | None
    par_minutes: int | None
    mates: Sequence[Mate]
    log: Sequence[Entry]

    @property
    def to_go(self) -> Spot:
        """Where the next leg leads."""
        carries = self.status in ("transporting", "at_destination")
        return self.destination if carries and self.destination else self.spot


@dataclass(frozen=True)
class UnitPage:
    """My unit. Without a duty there are choices, and nothing else."""

    now: datetime
    duty: OnDuty | None
    choices: Sequence[Choice] = ()
    more_choices: int = 0
    find: str = ""
    status: str = ""
    status_title: str = ""
    status_letter: str = ""
    status_at: datetime | None = None
    status_by: str | None = None
    status_reason: str | None = None
    position_at: datetime | None = None
    moves: Sequence[Move] = ()
    likely: bool = False
    task: Task | None = None
    held: Task | None = None
    booked: Sequence[Task] = ()
    base: dict[str, Any] | None = None

    @property
    def par_is_near(self) -> bool:
        """Whether the crew must say soon that all is well, or should have."""
        due = self.task.par_at if self.task else None
        return due is not None and due - self.now < _PAR_NEAR


def on_duty(session: Session, viewer: Viewer) -> OnDuty | None:
    """The turn of this account that is not over, on a unit that it may see."""
    statement = (
        select(Duty, Resource.name)
        .join(Resource, Resource.id == Duty.resource_id)
        .where(
            Duty.account_id == viewer.account_id,
            units.on_duty(),
            _own_units(viewer),
        )
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return None
    duty, name = row
    return OnDuty(
        duty.resource_id, name, duty.started_at, duty.until_at, duty.sharing, duty.sharing_at
    )


def unit_page(session: Session, viewer: Viewer, *, find: str = "") -> UnitPage:
    """My unit: its status and moves, what it was sent to; or the units to choose from."""
    now, duty = datetime.now(UTC), on_duty(session, viewer)
    if duty is None:
        typed = " ".join(find.lower().split())[:_LONGEST_SEARCH]
        choices, total = _choices(session, viewer, typed)
        return UnitPage(now, None, choices, max(0, total - len(choices)), find=typed)
    return _at_work(session, viewer, duty, now)


def may_report(viewer: Viewer, kind: str) -> bool:
    """Whether this viewer may set the status of the own agency's resources of a kind."""
    if viewer.agency_id is None:
        return False
    granted = viewer.editable(kind=kind, agency_id=viewer.agency_id)
    return granted is None or "status" in granted


def _own_units(viewer: Viewer) -> ColumnElement[bool]:
    own = Resource.agency_id == viewer.agency_id
    return own & (Resource.kind == "unit") & viewer.policy.condition()


def _choices(session: Session, viewer: Viewer, find: str) -> tuple[list[Choice], int]:
    """Those whose words all begin as typed, my last one first; and how many there are in all."""
    if not may_report(viewer, "unit"):
        return [], 0
    last = _last_unit(session, viewer)
    there = (
        select(func.count())
        .where(Duty.resource_id == Resource.id, units.on_duty())
        .scalar_subquery()
    )
    statement = (
        select(Resource, Unit, there, func.count().over())
        .join(Unit, Unit.resource_id == Resource.id)
        .where(_own_units(viewer), *_found(find))
        .order_by(Resource.id != (last or 0), func.length(Resource.name), Resource.name)
        .limit(MOST_CHOICES)
    )
    rows = session.execute(statement).all()
    chosen = [_choice(row, last) for row in rows]
    return chosen, rows[0][3] if rows else 0


def _found(find: str) -> list[ColumnElement[bool]]:
    typed = find.replace("\\", "").replace("%", "").replace("_", "").split()
    text = Resource.search_text + " " + func.lower(func.coalesce(Unit.call_sign, ""))
    return [text.contains(word) for word in typed]


def _choice(row: Row[Resource, Unit, int, int], last: int | None) -> Choice:
    unit, part, there = row[:3]
    brief = units.summary({"personnel_count": part.personnel_count, "home_base": part.home_base})
    types = fields.types("unit")
    kind = _(types[unit.type].title) if unit.type and unit.type in types else ""
    return Choice(
        unit.id,
        unit.name,
        unit.status,
        words.status("unit", unit.status),
        ", ".join(filter(None, (kind, brief))),
        there,
        last=unit.id == last,
        words=f"{unit.name} {part.call_sign or ''} {unit.external_id or ''} {kind}".lower(),
    )


def _last_unit(session: Session, viewer: Viewer) -> int | None:
    newest = select(Duty.resource_id).where(Duty.account_id == viewer.account_id)
    return session.scalar(newest.order_by(Duty.started_at.desc()).limit(1))


def _at_work(session: Session, viewer: Viewer, duty: OnDuty, now: datetime) -> UnitPage:
    unit = session.get_one(Resource, duty.unit_id)
    told = of_unit(session, viewer, unit.id)
    held = told["active"]
    led = held if held and held["status"] != "reserved" else None
    assigned = led["status"] if led else None
    task = _task(session, viewer, held) if held else None
    look = fields.statuses("unit")[unit.status]
    fix = select(UnitPosition.at).where(UnitPosition.resource_id == unit.id)
    return UnitPage(
        now,
        duty,
        status=unit.status,
        status_title=_(look.title),
        status_letter=look.glyph or "",
        status_at=unit.status_at,
        status_by=unit.status_by,
        status_reason=unit.status_reason,
        position_at=session.scalar(fix),
        moves=_moves(unit.status, assigned),
        likely=onward.has_next(unit.status, assigned),
        task=task if led else None,
        held=None if led else task,
        booked=[_task(session, viewer, one) for one in told["booked"][:3]],
        base=bases.of_unit(session, unit),
    )


def _moves(status: str, assigned: str | None) -> list[Move]:
    """Every status that a tap may lead to, now or later; those for now first, in their order."""
    allowed = onward.of_unit(status, assigned)
    later = [one for one in onward.ORDER if one not in allowed]
    return [_move(one, assigned, now=one in allowed) for one in (*allowed, *later)]


def _move(status: str, assigned: str | None, *, now: bool) -> Move:
    look = fields.statuses("unit")[status]
    return Move(
        status,
        _(look.title),
        look.glyph or "",
        onward.after(status, assigned),
        ends=assigned is not None and status in units.AFTERWARD,
        now=now,
    )


def _task(session: Session, viewer: Viewer, line: dict[str, Any]) -> Task:
    """An agency sees where its own units are sent, whatever else it may see (`dispatch.found`)."""
    incident = session.get_one(Incident, line["incident"])
    open_to = session.scalar(
        select(Incident.id).where(Incident.id == incident.id, viewer.policy.incidents())
    )
    started = line["status"] != "reserved"
    site = _site(session, viewer, incident.resource_id)
    return Task(
        id=line["id"],
        incident_id=open_to,
        number=incident.number,
        title=incident.title,
        kind=_(incident.kind.title),
        priority=incident.priority,
        status=line["status"],
        status_at=_moment(line["status_at"]),
        task=line["task"],
        from_at=_moment(line["from"]),
        eta_at=_maybe(line["eta_at"]),
        spot=place.of_incident(incident, site),
        destination=_destination(session, viewer, line),
        situation=incident.situation,
        commander=incident.commander,
        command_post=incident.command_post,
        par_at=_maybe(line["par_at"]),
        par_minutes=line["par_minutes"],
        mates=_mates(session, viewer, incident.id, line["id"]) if started else (),
        log=_log(session, viewer, incident.id) if started and open_to else (),
    )


def _site(session: Session, viewer: Viewer, resource_id: int | None) -> Resource | None:
    if resource_id is None:
        return None
    return session.scalar(
        select(Resource).where(Resource.id == resource_id, viewer.policy.condition())
    )


def _destination(session: Session, viewer: Viewer, line: dict[str, Any]) -> Spot | None:
    site = _site(session, viewer, line["destination_id"])
    if site is not None:
        return place.of_site(site)
    return Spot(line["destination"]) if line["destination"] else None


def _mates(session: Session, viewer: Viewer, incident_id: int, mine: int) -> list[Mate]:
    ids = session.scalars(
        select(Assignment.id).where(
            Assignment.incident_id == incident_id, Assignment.id != mine, units.at_work()
        )
    ).all()
    return [_mate(line) for line in of_many(session, viewer, ids)]


def _mate(line: dict[str, Any]) -> Mate:
    look, status = fields.ASSIGNMENT_STATUS[line["status"]], line["status"]
    of_unit = "dispatched" if status == "acknowledged" else status
    arrived = status in ("on_scene", "transporting", "at_destination")
    return Mate(
        line["unit"],
        line["unit_name"],
        line["unit_agency"],
        of_unit,
        _(look.title),
        fields.statuses("unit")[of_unit].glyph or "",
        _moment(line["status_at"]),
        None if arrived else _maybe(line["eta_at"]),
        line["task"],
    )


def _log(session: Session, viewer: Viewer, incident_id: int) -> list[Entry]:
    """The newest entries, the newest first; a unit that the viewer may not see has no name."""
    seen = (Resource.id == IncidentLog.resource_id) & viewer.policy.condition()
    statement = (
        select(IncidentLog, Resource.name)
        .outerjoin(Resource, seen)
        .where(IncidentLog.incident_id == incident_id)
        .order_by(IncidentLog.at.desc(), IncidentLog.id.desc())
        .limit(MOST_LOG)
    )
    return [Entry(one.at, one.text, one.author, name) for one, name in session.execute(statement)]


def _moment(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def _maybe(epoch: int | None) -> datetime | None:
    return None if epoch is None else _moment(epoch)
