"""What a phone shows of a thing, so that a report can say what it was based on.

A page carries the base in its forms and the phone hands it back unchanged, however much later. What
is so now and was not shown then is somebody else's change: the report conflicts with it, and a
person decides. What this account has changed itself by reports sent before is none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from meris import units
from meris.accounts import Viewer
from meris.errors import Invalid
from meris.language import _
from meris.phone import clock, words
from meris.phone.report import Outcome, Report
from meris.tables import Assignment, Incident, PhoneReport, Resource


def of_unit(session: Session, unit: Resource) -> dict[str, Any]:
    """{status, status_at, assignment_id} of a unit, as its pages carry it and `state` answers."""
    statement = select(Assignment.id).where(Assignment.resource_id == unit.id, units.at_work())
    return {
        "status": unit.status,
        "status_at": iso(unit.status_at),
        "assignment_id": session.scalar(statement),
    }


def of_status(resource: Resource) -> dict[str, Any]:
    """{status, status_at} of a shelter."""
    return {"status": resource.status, "status_at": iso(resource.status_at)}


def iso(moment: datetime | None) -> str | None:
    """A time as bases compare it."""
    return None if moment is None else moment.isoformat()


def was_shown(session: Session, viewer: Viewer, report: Report, now: Mapping[str, Any]) -> bool:
    """Whether what is so now is what the phone showed, or what the account itself made of it.

    Raises `Invalid` for a report that does not say what was shown.
    """
    if report.base is None:
        raise Invalid(
            _("This report does not say what the phone showed. Load the page, say it again.")
        )
    if {name: report.base.get(name) for name in now} == dict(now):
        return True
    statement = exists().where(
        PhoneReport.account_id == viewer.account_id,
        PhoneReport.resource_id == report.subject,
        # no page that is still of use is older
        PhoneReport.happened_at > report.received_at - 2 * clock.OLDEST,
        PhoneReport.answer.contains({"left": dict(now)}),
    )
    return bool(session.scalar(select(statement)))


def conflict(
    resource: Resource,
    report: Report,
    mine: str,
    state: Mapping[str, Any],
    theirs: str | None = None,
    *,
    by: str | None = None,
    at: datetime | None = None,
) -> Outcome:
    """Both sides, for a person to decide: `mine` and `theirs` in words.

    Without `theirs`, `by` and `at` it is the status of the resource.
    """
    what = theirs or words.status(resource.kind, resource.status)
    who = by or resource.status_by or resource.agency.name
    return Outcome(
        "conflict",
        _(
            "%(who)s changed %(name)s meanwhile: %(theirs)s. You said: %(mine)s."
            " Decide which is so.",
            who=who,
            name=resource.name,
            theirs=what,
            mine=mine,
        ),
        theirs={"what": what, "by": who, "at": iso(at or resource.status_at)},
        mine={"what": mine, "at": iso(report.happened_at)},
        state=state,
    )


def unit_words(session: Session, viewer: Viewer, unit: Resource, assignment_id: int | None) -> str:
    """On scene, 2026-000012."""
    title = words.status("unit", unit.status)
    if assignment_id is None:
        return title
    number = session.scalar(
        select(Incident.number)
        .join(Assignment, Assignment.incident_id == Incident.id)
        .where(Assignment.id == assignment_id, viewer.policy.incidents())
    )
    return f"{title}, {number or _('another incident')}"
