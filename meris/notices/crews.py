"""What the people on a unit are told of its assignment, by those who send and recall units."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.language import _, speaking
from meris.notices.keep import tell
from meris.tables import Assignment, Duty, Incident, IncidentType, Resource
from meris.units import at_work
from meris.units import on_duty as on_duty_now

_PAGE = "/m"


def on_duty(session: Session, unit_id: int, but: Viewer) -> Mapping[str, Sequence[int]]:
    """The accounts on duty on a unit now by their language, except the one who acts: they know."""
    statement = select(Duty.language, Duty.account_id).where(
        Duty.resource_id == unit_id,
        on_duty_now(),
        Duty.account_id.is_distinct_from(but.account_id),
    )
    crew = defaultdict(list)
    for language, account_id in session.execute(statement):
        crew[language].append(account_id)
    return crew


def sent(
    session: Session, viewer: Viewer, assignment: Assignment, unit: Resource, incident: Incident
) -> None:
    """The unit was sent: its crew is told where and to what."""

    def said() -> tuple[str, str]:
        title = _("%(unit)s: go to %(number)s", unit=unit.name, number=incident.number)
        about = _about(session, incident)
        if not assignment.task:
            return title, about
        return title, _("%(about)s Task: %(task)s", about=about, task=assignment.task)

    _tell(session, viewer, unit.id, ("assigned", f"assignment/{assignment.id}"), said)


def ended(
    session: Session, viewer: Viewer, assignment: Assignment, unit: Resource, incident: Incident
) -> None:
    """The assignment was cancelled or the unit released by somebody who is not of its crew."""
    names = {"unit": unit.name, "number": incident.number}
    reason = f" {assignment.reason}." if assignment.reason else ""

    def said() -> tuple[str, str]:
        if assignment.status == "cancelled":
            title = _("%(unit)s: cancelled from %(number)s", **names)
        else:
            title = _("%(unit)s: released from %(number)s", **names)
        return title, _("By %(name)s.", name=viewer.name) + reason

    _tell(session, viewer, unit.id, ("ended", f"assignment/{assignment.id}"), said)


def moved(session: Session, viewer: Viewer, incident: Incident, version: int) -> None:
    """The incident has another place since `version`: all who are on their way to it are told."""
    rows = session.execute(
        select(Resource.id, Resource.name)
        .join(Assignment, Assignment.resource_id == Resource.id)
        .where(Assignment.incident_id == incident.id, at_work())
    )
    for unit_id, name in rows.all():
        names = {"unit": name, "number": incident.number}

        def said(names: Mapping[str, str | None] = names) -> tuple[str, str]:
            return _("%(unit)s: %(number)s has another place", **names), _about(session, incident)

        _tell(session, viewer, unit_id, ("changed", f"incident/{incident.id}/{version}"), said)


def _tell(
    session: Session,
    viewer: Viewer,
    unit_id: int,
    event: tuple[str, str],
    said: Callable[[], tuple[str, str]],
) -> None:
    """Tell the crew what `said` says, as title and body, to each in their own language.

    `event`: the kind and the subject of the notice.
    """
    for language, account_ids in on_duty(session, unit_id, viewer).items():
        with speaking(language):
            title, body = said()
        tell(session, account_ids, *event, title, body, _PAGE)


def _about(session: Session, incident: Incident) -> str:
    """What is told on a locked screen: of a confidential incident, nothing but that there is one.

    The phone shows it to whoever holds it.
    """
    if incident.sensitivity == "confidential":
        return _("Open MERIS for what and where.")
    return _(
        "%(kind)s, priority %(priority)s. %(place)s.",
        kind=_(session.get_one(IncidentType, incident.type).title),
        priority=incident.priority,
        place=incident.place or _("Place not named; open MERIS for it"),
    )
