"""ICS 214, Activity Log: of an incident, of a unit, of a person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Forbidden, NotFound
from meris.fields import Home
from meris.ics import activity, person
from meris.ics.activity import Activity
from meris.ics.form import Block, Form, clock, listed
from meris.ics.parts import prepared_by, unit_title
from meris.ics.period import Period, read_period
from meris.incidents.lines import lines
from meris.incidents.read import find
from meris.resources.read import find as find_resource
from meris.tables import Unit

_TITLE = "Activity Log"
_NOTHING = "Nothing is recorded for this time."
Span = tuple[str | None, str | None]


def of_incident(
    session: Session, viewer: Viewer, incident_id: int, home: Home, span: Span = (None, None)
) -> Form:
    """The log of an incident, from the report to the closing unless said otherwise."""
    incident = find(session, viewer.policy, incident_id)
    period = read_period(*span, home, begins=incident.reported_at)
    done = activity.of_incident(session, viewer, incident, period, home)
    held = [one for one in lines(session, viewer, incident.id) if _was_there(one, period)]
    staff = (
        Block("3", "Name", incident.commander or "", width=4, empty="No commander named."),
        Block("4", "ICS Position", "Incident Commander" if incident.commander else "", width=4),
        Block("5", "Home Agency", incident.agency.name if incident.agency else "", width=4),
    )
    return Form(
        "214",
        _TITLE,
        f"{incident.number} {incident.title}",
        f"{incident.number}-ics-214",
        (
            _head(f"{incident.title} ({incident.number})", period, home),
            staff,
            (_resources(held),),
            (_block_7(done, home),),
            (prepared_by("8", viewer, home),),
        ),
        "7",
    )


def _was_there(line: dict[str, Any], period: Period) -> bool:
    """Whether a unit was promised or at work at any time of the period."""
    until = line["released_at"] or period.end.timestamp()
    return bool(line["from"] < period.end.timestamp() and until >= period.start.timestamp())


def of_unit(
    session: Session, viewer: Viewer, unit_id: int, home: Home, span: Span = (None, None)
) -> Form:
    """The log of a unit, of the last twelve hours unless said otherwise.

    Raises `NotFound`, or `Forbidden` for a unit of another agency without the right to histories.
    """
    unit = find_resource(session, viewer.policy, unit_id)
    if unit.kind != "unit":
        raise NotFound(f"{unit.name} is not a unit.")
    if unit.agency_id != viewer.agency_id and not viewer.may("history"):
        raise Forbidden(f"{unit.name} belongs to {unit.agency.name}, which may read its record.")
    part = session.get_one(Unit, unit_id)
    period = read_period(*span, home)
    done = activity.of_unit(session, viewer, unit, period, home)
    crew = f"{part.personnel_count} people" if part.personnel_count else ""
    staff = (
        Block("3", "Name", listed((part.leader_name, crew)), width=4, empty="Not recorded."),
        Block("4", "ICS Position", unit_title(unit.type), width=4),
        Block("5", "Home Agency and Unit", f"{unit.agency.name}, {unit.name}", width=4),
    )
    return Form(
        "214",
        _TITLE,
        unit.name,
        f"unit-{unit.id}-ics-214",
        (_head(f"Unit {unit.name}", period, home), staff, (_block_7(done, home),),
         (prepared_by("8", viewer, home),)),
        "7",
    )  # fmt: skip


def of_person(
    session: Session, viewer: Viewer, account_id: int, home: Home, span: Span = (None, None)
) -> Form:
    """What a person wrote and changed in MERIS, of the last twelve hours unless said otherwise."""
    account = person.find(session, viewer, account_id)
    period = read_period(*span, home)
    done = person.of_person(session, viewer, account, period, home)
    roles = listed([role.name.replace("_", " ") for role in account.roles])
    staff = (
        Block("3", "Name", account.name, width=4),
        Block("4", "Position", roles, width=4),
        Block("5", "Home Agency", account.agency.name if account.agency else "", width=4),
    )
    return Form(
        "214",
        _TITLE,
        account.name,
        f"person-{account.id}-ics-214",
        (_head("All incidents", period, home), staff, (_block_7(done, home),),
         (prepared_by("8", viewer, home),)),
        "7",
    )  # fmt: skip


def _head(name: str, period: Period, home: Home) -> tuple[Block, ...]:
    return (
        Block("1", "Incident Name", name, width=6),
        Block("2", "Operational Period", period.text(home), width=6),
    )


def _resources(held: Sequence[dict[str, Any]]) -> Block:
    rows = {
        one["unit"]: (one["unit_name"], unit_title(one["unit_type"]), one["unit_agency"])
        for one in held
    }
    return Block(
        "6",
        "Resources Assigned",
        columns=("Name", "Kind", "Home agency"),
        rows=tuple(rows.values()),
        empty="No unit was assigned in this time.",
    )


def _block_7(done: Sequence[Activity], home: Home) -> Block:
    return Block(
        "7",
        "Activity Log",
        columns=("Date/Time", "Notable activities", "By"),
        rows=tuple((clock(one.at, home), one.text, one.by) for one in done),
        empty=_NOTHING,
    )
