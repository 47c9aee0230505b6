"""Going on duty and off, and sharing one's position: reports about the person, not the unit."""

from sqlalchemy.orm import Session

from meris import wording
from meris.accounts import Viewer
from meris.dispatch.terms import Terms
from meris.errors import Invalid
from meris.fields import Home
from meris.language import _, ngettext
from meris.phone import bases, duty
from meris.phone.report import Outcome, Report
from meris.tables import Duty, Resource


def on_or_off(
    session: Session, viewer: Viewer, report: Report, _home: Home, terms: Terms
) -> Outcome:
    """{on, hours?}: `hours` is what the installation allows at most, and without it that."""
    try:
        if report.flag("on"):
            return _on(session, viewer, report, terms)
        return _off(session, viewer, report)
    except duty.Outdated as outdated:
        return Outcome("older", outdated.message)


def sharing(session: Session, viewer: Viewer, report: Report, _home: Home, terms: Terms) -> Outcome:
    """{on}: whether positions are kept and shown to dispatchers and the own agency."""
    on = report.flag("on")
    turn = duty.current(session, viewer.account_id or 0)
    if turn is None and not on:
        return Outcome("applied", _("Nothing is shared: you are not on duty."))
    try:
        turn = duty.share(session, viewer, on=on, at=report.happened_at)
    except duty.Outdated as outdated:
        return Outcome("older", outdated.message)
    until = wording.stamp(turn.until_at, terms.zone)
    if on:
        return Outcome("applied", _("Your position is shared until %(time)s at most.", time=until))
    return Outcome("applied", _("Sharing has stopped."))


def _on(session: Session, viewer: Viewer, report: Report, terms: Terms) -> Outcome:
    if report.subject is None:
        raise Invalid(_("Choose the unit that you go on duty on."))
    most = terms.duty.total_seconds() / 3600
    hours = report.number("hours")
    if hours is not None and not 0 < hours <= most:
        raise Invalid(
            ngettext(
                "A turn of duty lasts %(num)s hour at most here. Choose fewer.",
                "A turn of duty lasts %(num)s hours at most here. Choose fewer.",
                round(most),
                num=f"{most:g}",
            )
        )
    turn = duty.start(session, viewer, report.subject, hours=hours or most, at=report.happened_at)
    unit = session.get_one(Resource, turn.resource_id)
    state = bases.of_unit(session, unit)
    if turn.ended_at is not None:
        when = wording.stamp(turn.ended_at, terms.zone)
        told = _(
            "Kept in the record. That turn of duty was over at %(time)s; go on duty again.",
            time=when,
        )
        return Outcome("older", told, state=state)
    until = wording.stamp(turn.until_at, terms.zone)
    told = _("On duty on %(unit)s until %(time)s.", unit=unit.name, time=until)
    return Outcome("applied", told, state=state, left=state if _left(turn, unit) else None)


def _left(turn: Duty, unit: Resource) -> bool:
    """Whether the unit is as this report has made it, and not as somebody else did."""
    return unit.status == "available" and unit.status_at == turn.started_at


def _off(session: Session, viewer: Viewer, report: Report) -> Outcome:
    turn = duty.stop(session, viewer, at=report.happened_at)
    if turn is None:
        return Outcome("applied", _("You were off duty already."))
    unit = session.get_one(Resource, turn.resource_id)
    state = bases.of_unit(session, unit)
    own = unit.status == "off_duty" and unit.status_by == viewer.name
    told = _("Off duty from %(unit)s.", unit=unit.name)
    return Outcome("applied", told, state=state, left=state if own else None)
