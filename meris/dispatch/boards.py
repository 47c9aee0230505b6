"""The incident board: what is open, who is there, what is missing, and what was said last.

Few statements for all incidents together, each by an index, however many there are in the archive.
Times are epoch seconds.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, lateral, select, true
from sqlalchemy.orm import Session

from meris.accounts import Policy
from meris.board.rows import overdue_at
from meris.needs.need import Need
from meris.needs.need import missing as lacking
from meris.tables import (
    Agency,
    Assignment,
    County,
    Incident,
    IncidentLog,
    IncidentNeed,
    IncidentType,
    Resource,
    Unit,
)
from meris.units import in_hand, par_due

#: More open incidents than this are not a board any more; the page says so and offers the list.
MOST_INCIDENTS = 500
_AS_IS = (
    "id",
    "number",
    "type",
    "title",
    "priority",
    "status",
    "place",
    "county_fips",
    "jurisdiction",
    "agency_id",
    "sensitivity",
    "version",
)
_TIMES = ("reported_at", "status_at")

#: Minutes after which a unit has been in a status for longer than usual, and the board says so.
#: No standard sets them; they are ours (docs/boards.md). A status without a number is never late.
STATUS_MINUTES: Mapping[str, int] = {
    "dispatched": 3,
    "acknowledged": 5,
    "en_route": 30,
    "on_scene": 240,
    "transporting": 60,
    "at_destination": 45,
    "returning": 60,
    "reserved": 10,
    "out_of_service": 1440,
}


def incidents(session: Session, policy: Policy) -> dict[str, Any]:
    """Every open incident the policy admits, the most urgent and oldest first.

    `rows`: id, number, type, title, priority, status, place, county, county_fips, agency,
    agency_id, parent, reported_at, status_at, overdue_at (None once a unit was on scene), sent
    (whether a unit was ever sent), units, missing, log, version; `total` counts all that are open.
    """
    found = session.execute(_open(policy)).all()
    ids = [row.id for row in found]
    units, needs = _units(session, policy, ids), _needs(session, ids)
    sent, entries = _sent(session, ids), _last_entries(session, ids)
    rows = [
        _incident(row, sent, ids)
        | {
            "units": [_chip(unit) for unit in units[row.id]],
            "missing": missing(needs[row.id], units[row.id]),
            "log": _entry(entries.get(row.id)),
        }
        for row in found
    ]
    return {"rows": rows, "total": _total(session, policy, len(found))}


def missing(needs: Sequence[Any], units: Sequence[Any]) -> list[dict[str, Any]]:
    """The needs that are not filled: how many there are of how many, and what is asked for."""
    wanted = [
        Need(n.count, tuple(n.unit_types), n.type_level, tuple(n.capabilities)) for n in needs
    ]
    sent = [(unit.unit_type, unit.type_level, unit.capabilities or ()) for unit in units]
    return [
        {
            "count": need.count,
            "have": need.count - short,
            "short": short,
            "unit_types": need.unit_types,
            "type_level": need.type_level,
            "capabilities": need.capabilities,
        }
        for need, short in zip(wanted, lacking(wanted, sent), strict=True)
        if short
    ]


def epoch(moment: datetime | None) -> int | None:
    """Whole seconds since 1970."""
    return None if moment is None else int(moment.timestamp())


def _open(policy: Policy) -> Select[Any]:
    return (
        select(
            *(getattr(Incident, name) for name in (*_AS_IS, *_TIMES)),
            Incident.parent_id,
            IncidentType.title.label("type_title"),
            overdue_at().label("overdue_at"),
            County.name.label("county"),
            Agency.name.label("agency"),
        )
        .join(IncidentType, IncidentType.code == Incident.type)
        .outerjoin(County, County.fips == Incident.county_fips)
        .outerjoin(Agency, Agency.id == Incident.agency_id)
        .where(policy.incidents(), Incident.status != "closed")
        .order_by(Incident.priority, Incident.reported_at, Incident.id)
        .limit(MOST_INCIDENTS)
    )


def _total(session: Session, policy: Policy, found: int) -> int:
    if found < MOST_INCIDENTS:
        return found
    counted = select(func.count()).where(policy.incidents(), Incident.status != "closed")
    return session.scalar(counted) or 0


def _grouped(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.incident_id].append(row)
    return groups


def _units(session: Session, policy: Policy, ids: list[int]) -> defaultdict[int, list[Any]]:
    """The units at work or held, by incident; an expired hold holds nobody."""
    statement = (
        select(
            Assignment.id,
            Assignment.incident_id,
            Assignment.resource_id,
            Assignment.status,
            Assignment.status_at,
            Assignment.eta_at,
            par_due().label("par_at"),
            Assignment.silenced_until,
            Assignment.silenced_by,
            Assignment.version,
            Resource.name,
            Resource.type.label("unit_type"),
            Resource.agency_id,
            Unit.type_level,
            Unit.capabilities,
        )
        .join(Resource, Resource.id == Assignment.resource_id)
        .join(Unit, Unit.resource_id == Resource.id)
        .where(Assignment.incident_id.in_(ids), in_hand(), policy.condition())
        .order_by(Assignment.status_at, Assignment.id)
    )
    return _grouped(session.execute(statement))


def _needs(session: Session, ids: list[int]) -> defaultdict[int, list[Any]]:
    statement = (
        select(IncidentNeed)
        .where(IncidentNeed.incident_id.in_(ids))
        .order_by(IncidentNeed.incident_id, IncidentNeed.rank, IncidentNeed.id)
    )
    return _grouped(session.scalars(statement))


#: A unit that has one of these was sent; what was only held or booked was not.
_UNDER_WAY = (
    Assignment.dispatched_at,
    Assignment.acknowledged_at,
    Assignment.en_route_at,
    Assignment.on_scene_at,
)


def _sent(session: Session, ids: list[int]) -> set[int]:
    """The incidents that any unit was ever sent to."""
    statement = (
        select(Assignment.incident_id)
        .where(Assignment.incident_id.in_(ids), func.num_nonnulls(*_UNDER_WAY) > 0)
        .distinct()
    )
    return set(session.scalars(statement))


def _last_entries(session: Session, ids: list[int]) -> dict[int, Any]:
    """The newest entry of each log."""
    newest = lateral(
        select(IncidentLog.at, IncidentLog.text, IncidentLog.author, IncidentLog.kind)
        .where(IncidentLog.incident_id == Incident.id)
        .order_by(IncidentLog.incident_id, IncidentLog.at.desc(), IncidentLog.id.desc())
        .limit(1),
        name="newest",
    )
    statement = select(Incident.id, newest).join(newest, true()).where(Incident.id.in_(ids))
    return {row.id: row for row in session.execute(statement)}


def _incident(row: Any, sent: Collection[int], shown: Collection[int]) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in (*_AS_IS, "type_title", "county", "agency")},
        **{name: epoch(getattr(row, name)) for name in _TIMES},
        "parent": row.parent_id if row.parent_id in shown else None,
        "overdue_at": epoch(row.overdue_at),
        "sent": row.id in sent,
    }


def _chip(unit: Any) -> dict[str, Any]:
    """A unit as a small mark beside its incident."""
    return {
        "assignment": unit.id,
        "unit": unit.resource_id,
        "name": unit.name,
        "type": unit.unit_type,
        "agency_id": unit.agency_id,
        "status": unit.status,
        "status_at": epoch(unit.status_at),
        "eta_at": epoch(unit.eta_at),
        "par_at": epoch(unit.par_at),
        "silenced_until": epoch(unit.silenced_until),
        "silenced_by": unit.silenced_by,
        "version": unit.version,
    }


def _entry(entry: Any) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"at": epoch(entry.at), "text": entry.text, "author": entry.author, "kind": entry.kind}
