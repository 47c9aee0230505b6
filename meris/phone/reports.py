"""Reports from phones, each carried out once whatever the line does, in the order of the taps."""

from dataclasses import asdict, fields, replace

from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.db import Database, take_turns
from meris.dispatch.terms import Terms
from meris.errors import Forbidden, Invalid, Refused, Unavailable
from meris.fields import Home
from meris.language import _
from meris.phone import clock, duty
from meris.phone.kinds import KINDS, Handler
from meris.phone.report import Answer, Batch, Outcome, Report, Unreadable
from meris.tables import PhoneReport, Resource

_HOURS = clock.OLDEST.total_seconds() / 3600


def take(
    database: Database, viewer: Viewer, batch: Batch, home: Home, terms: Terms
) -> list[Answer]:
    """Carry out reports in their order, each in a transaction of its own; an answer for each.

    1. Reports of one account wait for one another, so that a batch that arrives twice at once is
    carried out once and in order. 2. A key that is known is answered as it was then. 3. What is
    refused is undone. 4. The report is kept with its answer.

    Raises `Forbidden` for who has no account, `Unavailable` where others hold what is needed for
    too long: the rest of the batch is to be sent again.
    """
    if viewer.account_id is None:
        raise Forbidden(_("Reports are made by people. Log in with an account of your own."))
    return [_one(database, viewer, report, home, terms) for report in batch.reports]


def _one(
    database: Database,
    viewer: Viewer,
    report: Report | Unreadable,
    home: Home,
    terms: Terms,
) -> Answer:
    if isinstance(report, Unreadable):
        return Answer(report.key, Outcome("refused", report.why))
    with database.transaction(viewer.actor) as session:
        _take_turn(session, viewer, report)
        known = session.get(PhoneReport, report.key)
        if known is not None:
            return Answer(report.key, _said_then(known, viewer))
        report = _after_the_last(session, viewer, report)
        outcome = _carry_out(session, viewer, report, home, terms)
        duty.speak(session, viewer)
        _keep(session, viewer, report, outcome)
        return Answer(report.key, outcome)


def _take_turn(session: Session, viewer: Viewer, report: Report) -> None:
    """One report of an account at a time, and of a key, should two accounts use the same."""
    for name in (f"phone account {viewer.account_id}", f"phone report {report.key}"):
        take_turns(session, name)


def _said_then(known: PhoneReport, viewer: Viewer) -> Outcome:
    if known.account_id != viewer.account_id:
        return Outcome("refused", _("This report has a key that is not yours. Say it again."))
    # what a later version no longer knows of an answer is passed over
    return Outcome(**{one.name: known.answer.get(one.name) for one in fields(Outcome)})


def _after_the_last(session: Session, viewer: Viewer, report: Report) -> Report:
    last = session.execute(
        select(PhoneReport.happened_at, PhoneReport.said_at)
        .where(PhoneReport.account_id == viewer.account_id)
        .order_by(PhoneReport.received_at.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return report
    at = clock.not_before_the_last(report.happened_at, report.said_at, *last)
    return replace(report, happened_at=at)


def _carry_out(
    session: Session, viewer: Viewer, report: Report, home: Home, terms: Terms
) -> Outcome:
    try:
        with session.begin_nested():
            _require_recent(report)
            return _handler(report)(session, viewer, report, home, terms)
    except Refused as refusal:
        if isinstance(refusal.__cause__, OperationalError):
            # others hold the rows: not a word about the report, so it is to come again
            raise Unavailable(refusal.message) from refusal
        return Outcome("refused", refusal.message)
    except DataError:
        return Outcome("refused", _("A value of this report is out of range. Say it again."))
    except IntegrityError:
        return Outcome("refused", _("Somebody changed the same at this moment. Say it again."))


def _require_recent(report: Report) -> None:
    if report.received_at - report.happened_at > clock.OLDEST:
        raise Invalid(
            _(
                "This was said more than %(hours)s hours ago and was not applied."
                " Tell the dispatcher by voice if it still matters.",
                hours=f"{_HOURS:g}",
            )
        )


def _handler(report: Report) -> Handler:
    if report.kind not in KINDS:
        raise Invalid(
            _("This server does not know reports of the kind %(kind)s.", kind=repr(report.kind))
        )
    return KINDS[report.kind]


def _keep(session: Session, viewer: Viewer, report: Report, outcome: Outcome) -> None:
    # a subject that does not exist is refused, and kept without it
    subject = session.scalar(select(Resource.id).where(Resource.id == report.subject))
    session.add(
        PhoneReport(
            key=report.key,
            account_id=viewer.account_id,
            kind=report.kind,
            resource_id=subject,
            body=dict(report.body),
            base=None if report.base is None else dict(report.base),
            said_at=report.said_at,
            sent_at=report.sent_at,
            received_at=func.clock_timestamp(),
            happened_at=report.happened_at,
            outcome=outcome.outcome,
            answer=asdict(outcome),
        )
    )
    session.flush()
