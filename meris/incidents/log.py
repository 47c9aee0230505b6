"""The log of an incident: who wrote what when. Nothing in it is changed; corrections are added."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.errors import Forbidden, Invalid, NotFound, refused
from meris.fields import Home
from meris.incidents.read import find
from meris.language import _
from meris.tables import Assignment, Incident, IncidentLog, Resource

#: Clocks differ; what is later than this lies in the future.
_AHEAD = timedelta(minutes=2)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")


def write_log(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    text: object,
    *,
    kind: str = "note",
    at: datetime | None = None,
    resource_id: int | None = None,
    corrects: int | None = None,
    key: str | None = None,
) -> IncidentLog:
    """Write an entry; the same `key` twice answers the first one.

    Raises `Invalid` (empty, too long, about single persons, in the future), `Forbidden`,
    `NotFound`.
    """
    incident = find(session, viewer.policy, incident_id)
    require_writer(session, viewer, incident)
    if kind not in ("note", "check_in", "correction"):
        raise Invalid(f"Entries of the kind {kind!r} are written by MERIS itself.")
    words = read_text(text)
    # not in `add`: a time of our own is past, also where the clock was put back since it was taken
    if at is not None and at > datetime.now(UTC) + _AHEAD:
        raise refused("at", _("That time lies in the future. Write when it happened."))
    if corrects is not None:
        _require_entry(session, incident_id, corrects)
        kind = "correction"
    elif kind == "correction":
        raise Invalid('Say which entry is corrected: "corrects" and its id.')
    if resource_id is not None:
        _require_resource(session, viewer, resource_id)
    return add(
        session,
        viewer,
        incident_id,
        words,
        kind=kind,
        at=at,
        resource_id=resource_id,
        corrects=corrects,
        key=key,
    )


def add(
    session: Session,
    viewer: Viewer,
    incident_id: int,
    text: str,
    *,
    kind: str = "change",
    at: datetime | None = None,
    resource_id: int | None = None,
    corrects: int | None = None,
    key: str | None = None,
) -> IncidentLog:
    """Write an entry that the rules have passed already, in the transaction of what it tells."""
    now = datetime.now(UTC)
    row = {
        "incident_id": incident_id,
        "at": at or now,
        "entered_at": now,
        "kind": kind,
        "text": text,
        "author": viewer.name,
        "account_id": viewer.account_id,
        "resource_id": resource_id,
        "corrects_id": corrects,
        "client_key": key,
    }
    statement = (
        insert(IncidentLog)
        .values(row)
        .on_conflict_do_nothing(index_elements=["incident_id", "client_key"])
        .returning(IncidentLog)
    )
    return session.scalars(statement).one_or_none() or _by_key(session, incident_id, key)


def _by_key(session: Session, incident_id: int, key: str | None) -> IncidentLog:
    statement = select(IncidentLog).where(
        IncidentLog.incident_id == incident_id, IncidentLog.client_key == key
    )
    return session.scalars(statement).one()


def has(session: Session, incident_id: int, key: str | None) -> bool:
    """Whether what was sent by this key is written already."""
    if key is None:
        return False
    statement = select(IncidentLog.id).where(
        IncidentLog.incident_id == incident_id, IncidentLog.client_key == key
    )
    return session.scalar(statement) is not None


def read_text(text: object) -> str:
    """What somebody wrote, as it is kept. Raises `Invalid`; a refusal repeats nothing personal."""
    try:
        words = fields.LOG_TEXT.read(text)
    except Invalid as refusal:
        raise refused("text", refusal.message) from refusal
    if words is None:
        raise refused("text", _("Nothing was written. Write what happened."))
    return str(words)


def read_time(given: object, home: Home) -> datetime | None:
    """When something happened: any date and time, or a clock time of the last 24 hours."""
    text = given.strip() if isinstance(given, str) else given
    clock = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if clock:
        now = home.now().astimezone(home.zone)
        then = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        return (then if then <= now + _AHEAD else then - timedelta(days=1)).astimezone(UTC)
    try:
        moment = fields.INCIDENT_BY_NAME["reported_at"].rule.read(text, home)
    except Invalid as refusal:
        raise refused("at", refusal.message) from refusal
    return moment if isinstance(moment, datetime) else None


def require_writer(session: Session, viewer: Viewer, incident: Incident) -> None:
    """Dispatchers write in every log; who reports for an agency, where one of its units is."""
    if viewer.may("dispatch"):
        return
    sent = exists().where(
        Assignment.incident_id == incident.id,
        Assignment.resource_id == Resource.id,
        Resource.agency_id == viewer.agency_id,
    )
    reports = viewer.may("report") or viewer.may("edit_own")
    if not (reports and viewer.agency_id and session.scalar(select(sent))):
        raise Forbidden(
            _(
                "%(name)s may not write in the log of %(number)s: dispatchers may, and agencies"
                " that have a unit there.",
                name=viewer.name,
                number=incident.number,
            )
        )


def _require_entry(session: Session, incident_id: int, entry_id: int) -> None:
    statement = select(IncidentLog.id).where(
        IncidentLog.id == entry_id, IncidentLog.incident_id == incident_id
    )
    if session.scalar(statement) is None:
        raise NotFound("The entry to correct is not in the log of this incident.")


def _require_resource(session: Session, viewer: Viewer, resource_id: int) -> None:
    statement = select(Resource.id).where(Resource.id == resource_id, viewer.policy.condition())
    if session.scalar(statement) is None:
        raise NotFound(_("There is no such resource, or you may not see it."))


def log_of(session: Session, viewer: Viewer, incident_id: int) -> list[dict[str, Any]]:
    """Every entry by the time it happened, as JSON. Raises `NotFound`."""
    find(session, viewer.policy, incident_id)
    statement = (
        select(IncidentLog, Resource.name)
        .outerjoin(
            Resource, and_(Resource.id == IncidentLog.resource_id, viewer.policy.condition())
        )
        .where(IncidentLog.incident_id == incident_id)
        .order_by(IncidentLog.at, IncidentLog.id)
    )
    rows = session.execute(statement).all()
    corrected = {entry.corrects_id: entry.id for entry, _ in rows if entry.corrects_id}
    return [_told(entry, name, corrected) for entry, name in rows]


def told(session: Session, viewer: Viewer, entry: IncidentLog) -> dict[str, Any]:
    """One entry as JSON."""
    name = session.scalar(
        select(Resource.name).where(Resource.id == entry.resource_id, viewer.policy.condition())
    )
    return _told(entry, name, {})


def _told(entry: IncidentLog, name: str | None, corrected: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "entered_at": entry.entered_at.isoformat(),
        "kind": entry.kind,
        "text": entry.text,
        "author": entry.author,
        "resource": {"id": entry.resource_id, "name": name} if name else None,
        "corrects": entry.corrects_id,
        "corrected_by": corrected.get(entry.id),
    }
