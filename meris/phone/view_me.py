"""What the phone shows of the person: duty, what they said and what became of it, notices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.language import N_, _
from meris.phone import words
from meris.phone.view import OnDuty, on_duty
from meris.tables import Notice, PhoneReport, Resource

MOST_SAID, MOST_NOTICES = 15, 10
_KINDS = {
    "respond": N_("Responding"),
    "check_in": N_("Check-in"),
    "log": N_("Log entry"),
    "still_true": N_("Still true"),
    "shelter_count": N_("Count"),
    "need": N_("Need"),
}
OUTCOMES = {
    "applied": N_("Arrived"),
    "older": N_("Kept, older"),
    "conflict": N_("Conflict"),
}


@dataclass(frozen=True)
class Said:
    """A report that arrived, and what became of it; `name` is what it was about."""

    at: datetime
    words: str
    name: str | None
    outcome: str
    title: str
    message: str | None


@dataclass(frozen=True)
class MePage:
    """Me: what is mine alone."""

    now: datetime
    duty: OnDuty | None
    said: Sequence[Said]
    notices: Sequence[Notice]


def me_page(session: Session, viewer: Viewer) -> MePage:
    """Duty, the last reports and the notices that are still news."""
    now = datetime.now(UTC)
    return MePage(now, on_duty(session, viewer), _said(session, viewer), _notices(session, viewer))


def _said(session: Session, viewer: Viewer) -> list[Said]:
    """A resource that the viewer may no longer see has no name here."""
    seen = (Resource.id == PhoneReport.resource_id) & viewer.policy.condition()
    statement = (
        select(PhoneReport, Resource.name, Resource.kind)
        .outerjoin(Resource, seen)
        .where(PhoneReport.account_id == viewer.account_id)
        .order_by(PhoneReport.received_at.desc())
        .limit(MOST_SAID)
    )
    return [
        Said(
            row.happened_at,
            words_of(row.kind, row.body or {}, kind),
            name,
            row.outcome,
            _(OUTCOMES.get(row.outcome, N_("Refused"))),
            None if row.outcome == "applied" else (row.answer or {}).get("message"),
        )
        for row, name, kind in session.execute(statement)
    ]


def words_of(kind: str, body: Mapping[str, Any], of: str | None) -> str:
    """What a report said, in a few words."""
    if kind in ("unit_status", "shelter_status"):
        about = of or ("unit" if kind == "unit_status" else "shelter")
        status = str(body.get("status"))
        return words.status(about, status) if status in fields.statuses(about) else _("Status")
    on = str(body.get("on")).lower() == "true"
    if kind == "duty":
        return _("On duty") if on else _("Off duty")
    if kind == "sharing":
        return _("Share my position") if on else _("Stop sharing")
    return _(_KINDS.get(kind, N_("Report")))


def _notices(session: Session, viewer: Viewer) -> Sequence[Notice]:
    statement = (
        select(Notice)
        .where(Notice.account_id == viewer.account_id)
        .order_by(Notice.id.desc())
        .limit(MOST_NOTICES)
    )
    return session.scalars(statement).all()
