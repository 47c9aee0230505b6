"""What a crew reports of its unit: its status, that it responds, that it is well, what it saw.

The dispatcher's word and the crew's are of one rank. A status that was said in the face of what is
no longer so is a conflict and changes nothing; a person decides (`bases.was_shown`).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import resources, units, wording
from meris.accounts import Viewer
from meris.db import SYSTEM
from meris.dispatch import found, moves, par, phrases
from meris.dispatch.moves import Moved
from meris.dispatch.terms import Terms
from meris.errors import Invalid
from meris.fields import Home
from meris.incidents.log import write_log
from meris.language import N_, _
from meris.phone import bases, duty, words
from meris.phone.report import Outcome, Report
from meris.resources.read import find
from meris.tables import Assignment, Resource


class Scene(NamedTuple):
    """A unit as it is now, locked, and what is reported of it."""

    session: Session
    viewer: Viewer
    report: Report
    unit: Resource
    held: Assignment | None
    now: Mapping[str, Any]
    home: Home
    terms: Terms


def unit_status(
    session: Session, viewer: Viewer, report: Report, home: Home, terms: Terms
) -> Outcome:
    """{status, left_as?, reason?}: what the unit is now, by the statuses of a unit.

    "released" with `left_as` is the same as what it is left as.
    """
    status = report.word("status")
    if status == "released":
        status = report.word("left_as") or units.AFTERWARD[0]
    if status not in units.TRANSITIONS:
        raise Invalid(_("%(status)s is not a status of a unit.", status=repr(status)))
    scene = _scene(session, viewer, report, home, terms)
    return _say(scene, status)


def respond(session: Session, viewer: Viewer, report: Report, home: Home, terms: Terms) -> Outcome:
    """{}: the crew has read what it is sent to and rolls; one tap for both."""
    scene = _scene(session, viewer, report, home, terms)
    if scene.held is None and bases.was_shown(session, viewer, report, scene.now):
        raise Invalid(
            _(
                "%(unit)s is not sent anywhere. There is nothing to respond to.",
                unit=scene.unit.name,
            )
        )
    return _say(scene, "en_route")


def check_in(session: Session, viewer: Viewer, report: Report, home: Home, terms: Terms) -> Outcome:
    """{note?}: the crew is well. An older one does not put off when the next is due."""
    scene = _scene(session, viewer, report, home, terms)
    shown = (report.base or {}).get("assignment_id")
    if scene.held is None or shown not in (None, scene.held.id):
        raise Invalid(
            _(
                "%(unit)s is no longer at that incident; nobody waits for it there.",
                unit=scene.unit.name,
            )
        )
    heard = scene.held.heard_at
    par.check_in(
        session,
        viewer,
        scene.held.id,
        report.word("note"),
        key=report.key,
        at=report.happened_at,
    )
    if heard is not None and heard > report.happened_at:
        told = _("Kept in the log. The unit was heard of since.")
        return Outcome("older", told, state=scene.now)
    told = _("%(unit)s checked in.", unit=scene.unit.name)
    return Outcome("applied", told, state=scene.now)


def log(session: Session, viewer: Viewer, report: Report, _home: Home, _terms: Terms) -> Outcome:
    """{incident_id, text}: a line in the log of the incident, at the time it was said."""
    incident = report.number("incident_id")
    if incident is None or not 0 < incident < 2**31:
        raise Invalid(_("This line does not say which incident it belongs to."))
    write_log(
        session,
        viewer,
        int(incident),
        report.body.get("text"),
        at=report.happened_at,
        resource_id=report.subject,
        key=report.key,
    )
    return Outcome("applied", _("Written in the log."))


def _scene(session: Session, viewer: Viewer, report: Report, home: Home, terms: Terms) -> Scene:
    """Raises `NotFound`, `Forbidden`, `Invalid`."""
    if report.subject is None:
        raise Invalid(_("This report does not say which unit it is about."))
    unit = find(session, viewer.policy, report.subject)
    if unit.kind != "unit":
        raise Invalid(_("%(name)s is not a unit.", name=unit.name))
    found.require_mover(viewer, unit)
    found.lock_unit(session, unit.id)
    session.refresh(unit)
    held = session.scalar(
        select(Assignment)
        .where(Assignment.resource_id == unit.id, units.at_work())
        .execution_options(populate_existing=True)
    )
    now = bases.of_unit(session, unit)
    return Scene(session, viewer, report, unit, held, now, home, terms)


def _say(scene: Scene, status: str) -> Outcome:
    """1. Somebody else's change is a conflict. 2. What came later stays. 3. The unit moves."""
    unit, report = scene.unit, scene.report
    shown = bases.was_shown(scene.session, scene.viewer, report, scene.now)
    same = _is_so(scene, status)
    if not shown and not same and not _ended_by_itself(unit):
        theirs = bases.unit_words(scene.session, scene.viewer, unit, scene.now["assignment_id"])
        return bases.conflict(unit, report, words.status("unit", status), scene.now, theirs)
    if not same and _is_older(scene, status):
        return _kept(scene)
    if scene.held is not None:
        return _moved(scene, status)
    return _done(scene, already=True) if same else _changed(scene, status)


def _is_so(scene: Scene, status: str) -> bool:
    """Whether it is what is reported, at the same assignment; what is over matters no more."""
    if scene.unit.status != status:
        return False
    shown = (scene.report.base or {}).get("assignment_id")
    return scene.held is None or scene.held.id == shown


def _ended_by_itself(unit: Resource) -> bool:
    """Off duty by the clock is nobody's word against the crew's."""
    return unit.status == "off_duty" and unit.status_by == SYSTEM.name


def _is_older(scene: Scene, status: str) -> bool:
    """Whether it is out of date; of a unit at work only what would end its work is."""
    at = scene.unit.status_at
    if at is None or scene.report.happened_at >= at:
        return False
    return scene.held is None or status in units.AFTERWARD


def _kept(scene: Scene) -> Outcome:
    unit = scene.unit
    since = wording.ago(unit.status_at, scene.report.received_at)
    told = _(
        "Kept in the record. %(name)s became %(status)s %(since)s, after that.",
        name=unit.name,
        status=words.in_sentence("unit", unit.status),
        since=since,
    )
    return Outcome("older", told, state=scene.now, left=scene.now)


def _moved(scene: Scene, status: str) -> Outcome:
    """While the unit is assigned, its status moves the assignment."""
    held, unit, report = scene.held, scene.unit, scene.report
    assert held is not None
    late = unit.status_at is not None and report.happened_at < unit.status_at
    onward = [unit.status, *units.moves_of(unit.status, held.status)]
    if status not in onward and not late:
        raise Invalid(
            _(
                "%(unit)s is %(status)s at an incident and cannot become %(next)s from there.",
                unit=unit.name,
                status=words.assignment(held.status),
                next=words.in_sentence("unit", status),
            )
        )
    ends = status in units.AFTERWARD
    done: Moved = moves.move(
        scene.session,
        scene.viewer,
        held.id,
        status="released" if ends else status,
        left_as=status if ends else None,
        reason=report.word("reason") if ends else None,
        at=report.happened_at,
        key=report.key,
        terms=scene.terms,
    )
    if done.outcome == "moved":
        return _done(scene)
    return _done(scene, already=True) if status == unit.status else _kept(_again(scene))


def _changed(scene: Scene, status: str) -> Outcome:
    """A unit that nobody has sent: a plain change, at its own time."""
    unit, report = scene.unit, scene.report
    reason = phrases.read(report.word("reason"), N_("reason"))
    resources.change(
        scene.session,
        scene.viewer,
        unit.id,
        version=unit.version,
        values={"status": status},
        home=scene.home,
        at=report.happened_at,
        # as the unit has it when it goes out from an incident
        reason=reason if status == "out_of_service" else None,
    )
    if status == "off_duty":
        duty.end_of_unit(scene.session, unit.id, report.happened_at)
    return _done(scene)


def _again(scene: Scene) -> Scene:
    scene.session.expire_all()
    unit = find(scene.session, scene.viewer.policy, scene.unit.id)
    return scene._replace(unit=unit, now=bases.of_unit(scene.session, unit))


def _done(scene: Scene, *, already: bool = False) -> Outcome:
    scene = _again(scene)
    name, title = scene.unit.name, words.in_sentence("unit", scene.unit.status)
    if already:
        told = _("%(name)s was so already: %(status)s.", name=name, status=title)
    else:
        told = _("%(name)s is %(status)s.", name=name, status=title)
    return Outcome("applied", told, state=scene.now, left=scene.now)
