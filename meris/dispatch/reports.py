"""What somebody reports of a unit: read, and judged by what is known already."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from meris import fields, units, wording
from meris.accounts import Viewer
from meris.dispatch import found, phrases
from meris.dispatch.found import Found
from meris.dispatch.times import told_as
from meris.errors import Conflict, refused
from meris.incidents.lines import line
from meris.language import _
from meris.tables import Assignment

TRANSITIONS = units.ASSIGNMENT_TRANSITIONS
#: A late report of these is kept as the time of the status.
_TIMED = ("acknowledged", "en_route", "on_scene", "transporting", "at_destination")
#: Clocks differ; what is later than this lies in the future.
AHEAD = timedelta(minutes=2)


@dataclass(frozen=True)
class Report:
    """The status, when it was so, and what goes with it."""

    status: str
    at: datetime
    now: datetime
    left_as: str | None = None
    destination: str | None = None
    destination_id: int | None = None
    reason: str | None = None

    @property
    def ends(self) -> bool:
        """Whether the unit is done with the incident."""
        return self.status in units.ENDED


def read(
    session: Session,
    viewer: Viewer,
    status: str,
    *,
    at: datetime | None,
    left_as: str | None,
    destination: str | None,
    destination_id: int | None,
    reason: str | None,
) -> Report:
    """A report as it can be used. Raises `Invalid`, and `NotFound` for the destination."""
    now = datetime.now(UTC)
    if status not in TRANSITIONS:
        raise refused("status", f"{status[:40]!r} is not a status of an assignment.")
    if at is not None and at > now + AHEAD:
        raise refused("at", _("That time lies in the future. Say it when it has happened."))
    if left_as is not None and status not in units.ENDED:
        raise refused("left_as", "Only a unit that is released or cancelled is left as something.")
    if left_as is not None and left_as not in units.AFTERWARD:
        titles = ", ".join(phrases.unit_title(s) for s in units.AFTERWARD)
        raise refused("left_as", f"Afterward a unit is one of: {titles}.")
    where = phrases.read(destination, "destination")
    if destination_id is not None:
        where = where or found.site(session, viewer.policy, destination_id).name
    words = phrases.read(reason, "reason")
    return Report(status, min(at or now, now), now, left_as, where, destination_id, words)


def require_version(session: Session, viewer: Viewer, row: Found, version: int | None) -> None:
    """Raise `Conflict`, with the assignment as it is, unless it is still what the viewer saw."""
    held = row.assignment
    if version is None or held.version == version:
        return
    raise Conflict(
        f"{held.status_by} set {row.unit.name} to {phrases.title(held.status)}"
        f" {wording.ago(held.status_at, datetime.now(UTC))}, while you saw it as it was before."
        " Look at it, then say again what you want.",
        current=line(session, viewer, held.id),
    )


def require_allowed(row: Found, report: Report) -> None:
    """Raise `Conflict` when it is over, `Invalid` unless `TRANSITIONS` has the move."""
    held, unit = row.assignment, row.unit.name
    if held.status in units.ENDED:
        raise Conflict(
            _(
                "%(name)s %(status)s %(unit)s %(since)s. Send it again if it is needed.",
                name=held.status_by,
                status=phrases.told_title(held.status),
                unit=unit,
                since=wording.ago(held.status_at, report.now),
            )
        )
    if report.status not in TRANSITIONS[held.status]:
        titles = fields.ASSIGNMENT_STATUS
        allowed = ", ".join(_(c.title) for c in titles if c.code in TRANSITIONS[held.status])
        raise refused(
            "status",
            _(
                "%(unit)s is %(status)s and cannot become %(next)s from there."
                " It can become %(allowed)s.",
                unit=unit,
                status=_(titles[held.status].title),
                next=_(titles[report.status].title),
                allowed=allowed,
            ),
        )


def is_repeated(held: Assignment, report: Report) -> bool:
    """Whether it tells of a former status the time that is known of it, which MERIS itself told."""
    known: datetime | None = getattr(held, f"{report.status}_at")
    same = known is not None and told_as(report.at, known) == known
    return same and report.status != held.status


def is_late(held: Assignment, report: Report) -> bool:
    """Whether what is reported was so before what is known of the unit now.

    A time told to the second or to the minute may leave that open. Then the order of the statuses
    decides: who is on scene has been en route before, be it within the same second.
    """
    if told_as(report.at, held.status_at) < held.status_at:
        return True
    passed = report.status in _TIMED and report.status not in TRANSITIONS[held.status]
    return report.at < held.status_at and passed and report.status != held.status


def keep_time(row: Found, report: Report) -> bool:
    """Keep when a unit came to be what is reported late; whether that was not known better.

    Raises `Conflict` where only the present can be changed, `Invalid` for an impossible time.
    """
    held, unit = row.assignment, row.unit.name
    if report.status not in _TIMED:
        raise Conflict(
            _(
                "%(unit)s was %(status)s after that (%(since)s). Give a later time.",
                unit=unit,
                status=phrases.told_title(held.status),
                since=wording.ago(held.status_at, report.now),
            )
        )
    at = told_as(report.at, held.dispatched_at)
    if held.dispatched_at is None or at < held.dispatched_at:
        raise refused("at", _("%(unit)s had not been sent by then. Give a later time.", unit=unit))
    name = f"{report.status}_at"
    known: datetime | None = getattr(held, name)
    if known is not None and known <= at:
        return False
    setattr(held, name, at)
    return True


def take_destination(held: Assignment, report: Report) -> None:
    """Where it goes, when the report says so."""
    if report.destination:
        held.destination, held.destination_id = report.destination, report.destination_id
