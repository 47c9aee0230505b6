"""A site on the worklist as somebody reads it with the phone in hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris import age_limits, fields, shelters, supplies, units
from meris.accounts import Viewer
from meris.age_limits import Limits
from meris.freshness.contact import Hand, in_hand, unanswered
from meris.freshness.due import ahead
from meris.tables import Agency, ContactTry, County, Resource, Shelter


@dataclass(frozen=True)
class Reason:
    """Why it is on the list: a group of facts, since when it is so, and how long that is good for.

    `at` None: never said. `late`: past its limit, else about to be.
    """

    group: str
    title: str
    at: datetime | None
    limit_minutes: int
    late: bool

    def told(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "group": self.group,
            "title": self.title,
            "at": self.at.isoformat() if self.at else None,
            "limit_minutes": self.limit_minutes,
            "late": self.late,
        }


@dataclass(frozen=True)
class Row:
    """One site: what is recorded, why it is to be asked, whom to call, who tried.

    `calls` are (who, number). `missed` is how often nobody answered since it was confirmed.
    """

    id: int
    kind: str
    name: str
    status: str
    status_title: str
    letter: str
    version: int
    city: str | None
    county: str | None
    agency: str
    brief: str
    reasons: Sequence[Reason]
    calls: Sequence[tuple[str, str]]
    missed: int
    missed_at: datetime | None
    missed_by: str | None
    next_at: datetime | None
    hand: Hand | None
    editable: bool


def rows_of(session: Session, viewer: Viewer, ids: Sequence[int], now: datetime) -> list[Row]:
    """The rows of these ids that the viewer may see, in the order asked."""
    if not ids:
        return []
    limits, briefs = age_limits.every(session), _briefs(session, ids)
    missed, held, again = unanswered(session, ids), in_hand(session, ids), _again(session, ids)
    statement = (
        select(Resource, Shelter, Agency, County.name.label("county"))
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(Shelter, Shelter.resource_id == Resource.id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .where(Resource.id.in_(ids), viewer.policy.condition())
    )
    found = {}
    for row in session.execute(statement):
        one = row.Resource
        times, at, by = missed.get(one.id, (0, None, None))
        found[one.id] = Row(
            **_recorded(row, briefs),
            reasons=_reasons(one, row.Shelter, limits[one.kind, one.status], now),
            calls=_calls(row) if viewer.may("see_staff") else (),
            missed=times,
            missed_at=at,
            missed_by=by,
            next_at=again.get(one.id) if times else None,
            hand=held.get(one.id),
            editable=_may_say(viewer, one),
        )
    return [found[i] for i in ids if i in found]


def _may_say(viewer: Viewer, one: Resource) -> bool:
    granted = viewer.editable(kind=one.kind, agency_id=one.agency_id)
    return granted is None or "status" in granted


def _recorded(row: Any, briefs: dict[int, str]) -> dict[str, Any]:
    one: Resource = row.Resource
    look = fields.statuses(one.kind)[one.status]
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "status": one.status,
        "status_title": look.title,
        "letter": look.glyph,
        "version": one.version,
        "city": one.city,
        "county": row.county,
        "agency": row.Agency.name,
        "brief": briefs.get(one.id, ""),
    }


def _briefs(session: Session, ids: Sequence[int]) -> dict[int, str]:
    told: dict[int, str] = {}
    kinds = session.execute(select(Resource.id, Resource.kind).where(Resource.id.in_(ids))).all()
    for kind, brief in (
        ("shelter", shelters.briefs),
        ("supply_site", supplies.briefs),
        ("unit", units.briefs),
    ):
        own = [row.id for row in kinds if row.kind == kind]
        told |= brief(session, own) if own else {}
    return told


def _again(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    statement = (
        select(ContactTry.resource_id, func.max(ContactTry.next_at))
        .where(ContactTry.resource_id.in_(ids), ContactTry.next_at.is_not(None))
        .group_by(ContactTry.resource_id)
    )
    return {found: at for found, at in session.execute(statement) if at}


def _reasons(one: Resource, part: Shelter | None, limits: Limits, now: datetime) -> list[Reason]:
    stock = one.kind == "supply_site" and limits.stock is not None
    title = "status and stock" if stock else "status"
    minutes = int(limits.confirmed.total_seconds() // 60)
    asked = [("status", title, one.confirmed_at, minutes)]
    if part is not None and part.counted_at is not None and limits.people is not None:
        asked.append(("people", "count of people", part.counted_at, limits.people))
    reasons = [_reason(group, title, at, minutes, now) for group, title, at, minutes in asked]
    return [reason for reason in reasons if reason is not None]


def _reason(
    group: str, title: str, at: datetime | None, minutes: int, now: datetime
) -> Reason | None:
    limit = age_limits.minutes(minutes)
    if at is not None and now - at < limit - ahead(limit):
        return None
    return Reason(group, title, at, minutes, at is None or now - at >= limit)


def _calls(row: Any) -> list[tuple[str, str]]:
    """Numbers to call, whoever is there first; each once."""
    one, part, agency = row.Resource, row.Shelter, row.Agency
    asked = []
    if part is not None and part.manager_phone:
        who = part.manager_name or part.manager_role or "Manager on duty"
        asked.append((who, part.manager_phone))
    if one.contact_phone:
        asked.append((one.contact_name or "Contact", one.contact_phone))
    if agency.phone:
        asked.append((agency.name, agency.phone))
    numbers = {phone: who for who, phone in reversed(asked)}
    return [(who, phone) for phone, who in reversed(numbers.items())]
