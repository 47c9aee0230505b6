"""The unit board: every unit by status, with what it is doing and since when.

One page at a time. The usual order, by status, is read from an index status by status
(`ix_resource_unit_board`), so that a page costs the same among 5,000 and 100,000 units; other
orders sort what passes the filter. Times are epoch seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from meris import dangers
from meris.accounts import Policy
from meris.dispatch.boards import epoch
from meris.resources.search import matches
from meris.tables import (
    Agency,
    Assignment,
    County,
    Incident,
    Resource,
    Unit,
    UnitPosition,
    UnitProfile,
)
from meris.units import in_hand, par_due

MOST_ROWS = 500

#: Who is at work stands first, then who can be sent, then who cannot.
ORDER = (
    "on_scene",
    "transporting",
    "at_destination",
    "en_route",
    "dispatched",
    "returning",
    "staged",
    "available",
    "out_of_service",
    "off_duty",
)

_POSITION_AT = func.greatest(UnitPosition.at, Resource.position_at)
#: By what the board can be sorted, beside its usual order.
SORTS: Mapping[str, Any] = {
    "name": func.lower(Resource.name),
    "since": Resource.status_at,
    "incident": Incident.number,
    "station": func.lower(Unit.home_base),
    "county": County.name,
    "agency": func.lower(Agency.name),
    "type": Resource.type,
    "people": Unit.personnel_count,
    "position": _POSITION_AT,
    "duty": Unit.available_from,
}


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the board; empty means all."""

    statuses: Sequence[str] = ()
    counties: Sequence[str] = ()
    agencies: Sequence[int] = ()
    types: Sequence[str] = ()
    text: str = ""
    sort: str = "status"
    reverse: bool = False
    limit: int = 200
    offset: int = 0


def units(session: Session, policy: Policy, asked: Asked) -> dict[str, Any]:
    """A page of the board.

    `counts` by status of all that pass the other filters, `total` of those in the chosen statuses,
    `offset` of the page, `rows`: id, name, type, status, status_at, by, reason, agency, agency_id,
    county, county_fips, station, people, position_at, live, duty_from, rest_at, dangers, assignment
    (None, or what `boards` says of one and its incident).
    """
    counts = _counts(session, policy, asked)
    chosen = [code for code in ORDER if not asked.statuses or code in asked.statuses]
    total = sum(counts.get(code, 0) for code in chosen)
    offset = _offset(asked, total)
    if asked.sort == "status":
        ids = _by_status(session, policy, asked, _slices(counts, chosen, asked, offset))
    else:
        ids = _sorted(session, policy, asked, chosen, offset)
    return {
        "counts": {code: counts.get(code, 0) for code in ORDER},
        "total": total,
        "offset": offset,
        "limit": asked.limit,
        "rows": rows(session, policy, ids),
    }


def rows(session: Session, policy: Policy, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The board's lines of some units, in the order of the ids; those not admitted are left out."""
    found = {row.id: row for row in session.execute(_lines(policy, ids))}
    in_danger = dangers.of(session, policy, ids)
    return [
        _unit(found[i]) | {"dangers": [danger.name for danger in in_danger.get(i, ())]}
        for i in ids
        if i in found
    ]


def _offset(asked: Asked, total: int) -> int:
    """The page asked for, or the last one that there is."""
    last = max(0, (total - 1) // asked.limit * asked.limit)
    return min(asked.offset, last)


def _admitted(policy: Policy, asked: Asked) -> ColumnElement[bool]:
    """Everything but the status."""
    narrowed: list[ColumnElement[bool]] = [Resource.kind == "unit", policy.condition()]
    if asked.counties:
        narrowed.append(Resource.county_fips.in_(asked.counties))
    if asked.agencies:
        narrowed.append(Resource.agency_id.in_(asked.agencies))
    if asked.types:
        narrowed.append(Resource.type.in_(asked.types))
    if asked.text.strip():
        narrowed.append(matches(asked.text))
    return and_(*narrowed)


def _count(policy: Policy, asked: Asked) -> Any:
    return (
        select(Resource.status, func.count().label("number"))
        .where(_admitted(policy, asked))
        .group_by(Resource.status)
    )


def _counts(session: Session, policy: Policy, asked: Asked) -> dict[str, int]:
    return {row.status: row.number for row in session.execute(_count(policy, asked))}


def _slices(
    counts: Mapping[str, int], chosen: Sequence[str], asked: Asked, offset: int
) -> Iterator[tuple[str, int, int]]:
    """Which rows of which statuses make up the page: (status, skip, take)."""
    skip, left = offset, asked.limit
    for status in reversed(chosen) if asked.reverse else chosen:
        there = counts.get(status, 0)
        take = min(left, there - skip)
        if take > 0:
            yield status, skip, take
            left -= take
        skip = max(0, skip - there)


def _by_status(
    session: Session, policy: Policy, asked: Asked, slices: Iterator[tuple[str, int, int]]
) -> list[int]:
    ids: list[int] = []
    for status, skip, take in slices:
        ids += session.scalars(_slice(policy, asked, status, skip, take))
    return ids


def _slice(policy: Policy, asked: Asked, status: str, skip: int, take: int) -> Any:
    """Units of a status, the longest in it first."""
    since, number = Resource.status_at, Resource.id
    order = (since.desc(), number.desc()) if asked.reverse else (since, number)
    return (
        select(Resource.id)
        .where(_admitted(policy, asked), Resource.status == status)
        .order_by(*order)
        .offset(skip)
        .limit(take)
    )


def _sorted(
    session: Session, policy: Policy, asked: Asked, chosen: Sequence[str], offset: int
) -> list[int]:
    """In another order; what is not known comes last either way."""
    by = SORTS[asked.sort]
    first = (by.desc() if asked.reverse else by.asc()).nulls_last()
    statement = (
        _joined(select(Resource.id), policy)
        .where(_admitted(policy, asked), Resource.status.in_(chosen))
        .order_by(first, Resource.id)
        .offset(offset)
        .limit(asked.limit)
    )
    return list(session.scalars(statement))


def _joined(statement: Any, policy: Policy) -> Any:
    """With everything a line tells; an incident that the viewer may not know stays unnamed."""
    has_now = and_(Assignment.resource_id == Resource.id, in_hand())
    return (
        statement.join(Unit, Unit.resource_id == Resource.id)
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .outerjoin(UnitProfile, UnitProfile.unit_type == Resource.type)
        .outerjoin(Assignment, has_now)
        .outerjoin(Incident, and_(Incident.id == Assignment.incident_id, policy.incidents()))
    )


def _lines(policy: Policy, ids: Sequence[int]) -> Any:
    statement = select(
        Resource.id,
        Resource.version,
        Resource.name,
        Resource.type,
        Resource.status,
        Resource.status_at,
        Resource.status_by,
        Resource.status_reason,
        Resource.agency_id,
        Agency.name.label("agency"),
        Resource.county_fips,
        County.name.label("county"),
        func.coalesce(Unit.home_base, Resource.city).label("station"),
        Unit.personnel_count,
        Unit.available_from,
        UnitProfile.rest_after_hours,
        _POSITION_AT.label("position_at"),
        UnitPosition.at.label("fix_at"),
        Assignment.id.label("assignment"),
        Assignment.status.label("assignment_status"),
        Assignment.status_at.label("assignment_status_at"),
        Assignment.task,
        Assignment.eta_at,
        par_due().label("par_at"),
        Assignment.silenced_until,
        Assignment.silenced_by,
        Assignment.version.label("assignment_version"),
        Incident.id.label("incident"),
        Incident.number.label("incident_number"),
        Incident.title.label("incident_title"),
        Incident.priority,
    )
    return _joined(statement, policy).where(Resource.id.in_(ids), policy.condition())


def _unit(row: Any) -> dict[str, Any]:
    on_duty = _begun(row.available_from)
    hours = row.rest_after_hours
    return {
        "id": row.id,
        "version": row.version,
        "name": row.name,
        "type": row.type,
        "status": row.status,
        "status_at": epoch(row.status_at),
        "by": row.status_by,
        "reason": row.status_reason,
        "agency": row.agency,
        "agency_id": row.agency_id,
        "county": row.county,
        "county_fips": row.county_fips,
        "station": row.station,
        "people": row.personnel_count,
        "position_at": epoch(row.position_at),
        "live": row.fix_at is not None and row.fix_at == row.position_at,
        "duty_from": epoch(on_duty),
        "rest_at": epoch(on_duty + timedelta(hours=float(hours))) if on_duty and hours else None,
        "assignment": _assignment(row) if row.assignment else None,
    }


def _begun(shift: datetime | None) -> datetime | None:
    return shift if shift and shift <= datetime.now(UTC) else None


def _assignment(row: Any) -> dict[str, Any]:
    """`incident` is None when the viewer may know that the unit is busy, and not where."""
    return {
        "id": row.assignment,
        "status": row.assignment_status,
        "status_at": epoch(row.assignment_status_at),
        "task": row.task if row.incident else None,
        "eta_at": epoch(row.eta_at),
        "par_at": epoch(row.par_at),
        "silenced_until": epoch(row.silenced_until),
        "silenced_by": row.silenced_by,
        "version": row.assignment_version,
        "incident": row.incident,
        "incident_number": row.incident_number,
        "incident_title": row.incident_title,
        "priority": row.priority,
    }


def known_sorts() -> tuple[str, ...]:
    """What `sort` may be."""
    return ("status", *SORTS)
