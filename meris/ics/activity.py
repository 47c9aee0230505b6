"""Who did what when, as block 7 of ICS 214 wants it: one line for each thing, in order of time.

The log comes first, for every write of MERIS leaves a line there. The times of assignments and
the journal fill what the log does not tell: what was loaded, or changed by SQL.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.db import beyond
from meris.fields import Home
from meris.ics.form import clock
from meris.ics.period import Period
from meris.incidents.conflict import title_of
from meris.tables import Assignment, Change, Incident, IncidentLog, Resource
from meris.units import ASSIGNMENT_TRANSITIONS

#: More lines are not printed; the CSV file has them all.
MOST = 50_000
_LATE = timedelta(minutes=5)
#: A line of the log and the time of an assignment so close together tell of the same.
_TOGETHER = timedelta(seconds=90)


@dataclass(frozen=True)
class Activity:
    """One line: when it happened, what, and who says so. `about` is a resource's id."""

    at: datetime
    text: str
    by: str
    about: int | None = None


def of_incident(
    session: Session, viewer: Viewer, incident: Incident, period: Period, home: Home
) -> list[Activity]:
    """What happened at an incident that the viewer may see."""
    told = logged(session, viewer, IncidentLog.incident_id == incident.id, period, home)
    moved = _moved(session, viewer, Assignment.incident_id == incident.id, period)
    changed = _changed(session, incident.id, period)
    return in_order([*told, *_untold(moved, told), *changed])


def logged(
    session: Session,
    viewer: Viewer,
    which: ColumnElement[bool],
    period: Period,
    home: Home,
    *,
    numbered: bool = False,
) -> list[Activity]:
    """Lines of logs that the viewer may read; `numbered` where they are of several incidents."""
    statement = (
        select(IncidentLog, Incident.number)
        .join(Incident, Incident.id == IncidentLog.incident_id)
        .where(which, viewer.policy.incidents(), *within(IncidentLog.at, period))
        .order_by(IncidentLog.at, IncidentLog.id)
        .limit(MOST)
    )
    rows = session.execute(statement).all()
    known = {entry.id: entry for entry, _ in rows}
    wrong = {entry.corrects_id for entry, _ in rows if entry.corrects_id}
    return [
        Activity(
            entry.at,
            (f"{number}: " if numbered else "") + _text(entry, known, wrong, home),
            entry.author,
            entry.resource_id,
        )
        for entry, number in rows
    ]


def _text(entry: IncidentLog, known: dict[int, IncidentLog], wrong: set[int], home: Home) -> str:
    text = entry.text
    if entry.corrects_id:
        first = known.get(entry.corrects_id)
        of = f" of {clock(first.at, home)}" if first else ""
        text = f"Correction{of}: {text}"
    if entry.id in wrong:
        text = f"{text} (corrected below)"
    if entry.entered_at - entry.at > _LATE:
        text = f"{text} (written {clock(entry.entered_at, home)})"
    return text


def of_unit(
    session: Session, viewer: Viewer, unit: Resource, period: Period, home: Home
) -> list[Activity]:
    """What a unit did, whatever it was sent to; incidents that are not for the viewer unnamed."""
    about = IncidentLog.resource_id == unit.id
    told = logged(session, viewer, about, period, home, numbered=True)
    moved = _moved(session, viewer, Assignment.resource_id == unit.id, period, numbered=True)
    changed = _changed_unit(session, unit.id, period)
    return in_order([*told, *_untold(moved, told), *changed])


def _moved(
    session: Session,
    viewer: Viewer,
    which: ColumnElement[bool],
    period: Period,
    *,
    numbered: bool = False,
) -> list[Activity]:
    """The times of assignments, of units that the viewer may see."""
    sees = viewer.policy.incidents()
    statement = (
        select(Assignment, Resource.name, Incident.number, sees.label("sees"))
        .join(Resource, Resource.id == Assignment.resource_id)
        .join(Incident, Incident.id == Assignment.incident_id)
        .where(which, viewer.policy.condition(), Assignment.created_at < period.end)
        .order_by(Assignment.id)
        .limit(MOST)
    )
    with beyond(session):  # what a unit did is told also where its incident is not
        rows = session.execute(statement).all()
    found: list[Activity] = []
    for held, name, number, seen in rows:
        where = f"{number if seen else 'an incident'}: " if numbered else ""
        for status in ASSIGNMENT_TRANSITIONS:
            at = getattr(held, f"{status}_at")
            if at is not None and period.start <= at < period.end:
                title = fields.ASSIGNMENT_STATUS[status].title
                by = held.status_by if status == held.status else held.created_by
                found.append(Activity(at, f"{where}{name}: {title}.", by, held.resource_id))
    return found


def _untold(moved: Iterable[Activity], told: Sequence[Activity]) -> list[Activity]:
    """The moves that no line of the log tells of."""
    times: dict[int | None, list[datetime]] = {}
    for one in told:
        times.setdefault(one.about, []).append(one.at)
    return [
        one
        for one in moved
        if not any(abs(one.at - at) <= _TOGETHER for at in times.get(one.about, []))
    ]


#: What the journal tells of an incident where its log does not.
_TOLD = frozenset({"title", "type", "priority", "status", "place", "close_reason", "parent_id"})


def _changed(session: Session, incident_id: int, period: Period) -> list[Activity]:
    """Changes of an incident whose transaction wrote nothing in the log."""
    rows = session.scalars(
        select(Change)
        .where(
            Change.table_name == "incident",
            Change.row_id == str(incident_id),
            Change.operation == "U",
            *within(Change.at, period),
            ~beside("incident_log"),
        )
        .order_by(Change.id)
    )
    return [
        Activity(row.at, f"Changed: {', '.join(sorted(titles))}.", row.actor_name)
        for row in rows
        if (titles := {title_of(column) or column for column in _TOLD & (row.after or {}).keys()})
    ]


def _changed_unit(session: Session, unit_id: int, period: Period) -> list[Activity]:
    """Changes of a unit by hand or by a file; what its assignment did to it is told already."""
    rows = session.scalars(
        select(Change)
        .where(
            Change.resource_id == unit_id,
            Change.table_name.in_(("resource", "unit")),
            *within(Change.at, period),
            ~beside("assignment"),
        )
        .order_by(Change.id)
        .limit(MOST)
    )
    titles = {field.column: field.title for field in fields.of("unit") if field.table}
    return [
        Activity(row.at, text, row.actor_name, unit_id)
        for row in rows
        if (text := _unit_text(row, titles))
    ]


def _unit_text(row: Change, titles: dict[str, str]) -> str:
    if row.operation != "U":
        return f"{'Added to' if row.operation == 'I' else 'Removed from'} MERIS."
    after = row.after or {}
    parts = []
    if "status" in after:
        parts.append(f"Status: {fields.statuses('unit')[after['status']].title}")
    named = {titles[column] for column in after if column in titles and column != "status"}
    if named:
        parts.append(f"Changed: {', '.join(sorted(named))}")
    file = f" (upload {row.upload_id})" if row.upload_id else ""
    return f"{'. '.join(parts)}{file}." if parts else ""


def beside(table: str) -> ColumnElement[bool]:
    """Of a change: whether its transaction also wrote to a table."""
    other = Change.__table__.alias()
    return (
        select(other.c.id)
        .where(other.c.xid == Change.xid, other.c.table_name == table)
        .correlate(Change)
        .exists()
    )


def within(moment: object, period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return moment >= period.start, moment < period.end  # type: ignore[operator,return-value]


def in_order(found: Iterable[Activity]) -> list[Activity]:
    """By the time they happened; of one moment, as they were found."""
    return sorted(found, key=lambda one: one.at)
