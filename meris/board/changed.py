"""What a policy is told of the board's news: rows to replace, and ids it may no longer know."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import Policy
from meris.board import rows
from meris.board.news import BoardNews, Touched
from meris.tables import Area, Assignment, Incident, Resource
from meris.units import ENDED


def changed(session: Session, policy: Policy, news: BoardNews) -> dict[str, Any]:
    """As `whole`, but only what the news touched; empty members say that there is nothing.

    `types` is there when a type of incident changed, `cover_rules` when a minimum did. Ids are
    `gone` only for a policy that could see them at the cursor: others never knew of them.
    """
    found = {
        "incidents": rows.incidents(session, policy, news.incidents) if news.incidents else [],
        "assignments": (
            rows.assignments(session, policy, news.assignments) if news.assignments else []
        ),
        "areas": rows.areas(session, policy, news.areas) if news.areas else [],
    }
    answer: dict[str, Any] = {**found, "gone": _gone(session, policy, news, found)}
    if policy.staff or policy.everything:
        if news.types:
            answer["types"] = rows.types(session)
        if news.cover_rules:
            answer["cover_rules"] = True
    return answer


def says_something(answer: Mapping[str, Any]) -> bool:
    """Whether a viewer has anything to learn from what `changed` answered."""
    return any(answer["gone"].values()) or any(v for k, v in answer.items() if k != "gone")


def _gone(
    session: Session, policy: Policy, news: BoardNews, found: Mapping[str, list[Any]]
) -> dict[str, list[int]]:
    missing = {
        name: {i: was for i, was in touched.items() if was is not None and i not in shown}
        for name, touched, shown in (
            (name, getattr(news, name), {row["id"] for row in found[name]}) for name in found
        )
    }
    return {
        "incidents": _incidents_gone(session, policy, missing["incidents"]),
        "assignments": _assignments_gone(session, policy, news, missing["assignments"]),
        "areas": _areas_gone(session, policy, missing["areas"]),
    }


def _incidents_gone(session: Session, policy: Policy, missing: Touched) -> list[int]:
    was = _were(session, missing, Incident.id, Incident.status, *_decisive(Incident))
    return sorted(
        i
        for i, row in was.items()
        if row.get("status") != "closed" and _admitted(policy, row, staff_only=True)
    )


def _areas_gone(session: Session, policy: Policy, missing: Touched) -> list[int]:
    was = _were(session, missing, Area.id, *_decisive(Area))
    return sorted(i for i, row in was.items() if _admitted(policy, row, staff_only=False))


def _assignments_gone(
    session: Session, policy: Policy, news: BoardNews, missing: Touched
) -> list[int]:
    """Those that were live, of an incident and a unit that the policy could see at the cursor."""
    of_row = (Assignment.id, Assignment.status, Assignment.incident_id, Assignment.resource_id)
    was = _were(session, missing, *of_row)
    incidents = _were(
        session,
        {row["incident_id"]: news.incidents.get(row["incident_id"]) for row in was.values()},
        Incident.id,
        *_decisive(Incident),
    )
    units = _were(
        session,
        {row["resource_id"]: news.units.get(row["resource_id"]) for row in was.values()},
        Resource.id,
        Resource.kind,
        *_decisive(Resource),
    )
    return sorted(
        i
        for i, row in was.items()
        if row["status"] not in ENDED
        and _admitted(policy, incidents[row["incident_id"]], staff_only=True)
        and _admitted(policy, units[row["resource_id"]], staff_only=True)
    )


def _decisive(table: type[Incident] | type[Area] | type[Resource]) -> tuple[Any, Any]:
    return table.sensitivity, table.agency_id


def _were(session: Session, touched: Touched, key: Any, *columns: Any) -> dict[int, dict[str, Any]]:
    """The deciding columns of rows as they were at the cursor: what differed over what is."""
    if not touched:
        return {}
    was: dict[int, dict[str, Any]] = {i: {} for i in touched}
    for row in session.execute(select(key, *columns).where(key.in_(touched))).mappings():
        was[row["id"]] = dict(row)
    for i, before in touched.items():
        was[i] |= before or {}
    return was


def _admitted(policy: Policy, row: Mapping[str, Any], *, staff_only: bool) -> bool:
    # a row that was made and removed since has no sensitivity, and nobody saw it
    if "sensitivity" not in row:
        return False
    return policy.admits_record(
        sensitivity=row["sensitivity"], agency_id=row.get("agency_id"), staff_only=staff_only
    )
