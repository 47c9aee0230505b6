"""What the loser of a race is told: who has the unit, since when, for what, and whom to send."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from psycopg2 import errorcodes
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from meris import wording
from meris.accounts import Viewer
from meris.dispatch import phrases
from meris.dispatch.found import Live
from meris.dispatch.recommend import Pick, next_best
from meris.errors import Conflict
from meris.tables import Incident, Resource
from meris.units import span_of

_MOST_TOLD = 3
# What PostgreSQL says when a lock is not to be had in time, or never would be.
_BUSY = (errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED)
_WAITED = (
    "Somebody is writing to these units right now, perhaps a whole spreadsheet of them."
    " Nothing was done. Try again in a moment."
)
#: For more than so many units a whole new recommendation is the better answer.
_MOST_REPLACED = 5


class Taken(Conflict):
    """Somebody else has committed a unit that was asked for.

    `taken`: [{unit_id, unit, by, at, incident_id, incident_number, status}], the last three but
    `status` None where the viewer may not see that incident; `next`: the next best unit for each.
    """

    code = "taken"


class Unfit(Conflict):
    """Its agency says that a unit cannot go.

    `unfit`: [{unit_id, unit, status, status_title, since, by, reason}]; `next` as in `Taken`.
    """

    code = "unfit"


@contextmanager
def turn(session: Session, viewer: Viewer, incident_id: int) -> Iterator[None]:
    """Everything in the block or nothing, and for each unit that was refused the next best one.

    The locks of the block are let go before anybody is looked for: the others who wait for the
    same unit must not wait for that. Raises `Conflict` when others hold the locks for too long.
    """
    try:
        with session.begin_nested():
            yield
    except (Taken, Unfit) as refusal:
        refused = refusal.details.get("taken") or refusal.details.get("unfit") or []
        ids = [one["unit_id"] for one in refused]
        refusal.details["next"] = _next_best(session, viewer, incident_id, ids)
        raise
    except OperationalError as problem:
        if getattr(problem.orig, "pgcode", None) not in _BUSY:
            raise
        raise Conflict(_WAITED) from problem


def taken(
    incident: Incident,
    rivals: Sequence[Live],
    units: Mapping[int, Resource],
) -> Taken:
    """The refusal for units that somebody else has."""
    now = datetime.now(UTC)
    sentences = [_sentence(one, units, incident, now) for one in rivals]
    return Taken(
        _joined(sentences),
        taken=[_holder(one, units) for one in rivals],
    )


def unfit(units: Sequence[Resource]) -> Unfit:
    """The refusal for units whose own status keeps them from going."""
    now = datetime.now(UTC)
    return Unfit(
        _joined([_why(unit, now) for unit in units]),
        unfit=[_state(unit) for unit in units],
    )


def _next_best(
    session: Session, viewer: Viewer, incident_id: int, unit_ids: Sequence[int]
) -> list[dict[str, Any]]:
    """The next best unit for each that was asked for, none of them named twice."""
    out = list(dict.fromkeys(unit_ids))
    answer: list[dict[str, Any]] = []
    for unit_id in out:
        picks = [one["unit_id"] for one in answer if one["unit_id"]]
        pick = None
        if len(answer) < _MOST_REPLACED:
            pick = next_best(session, viewer, unit_id, incident_id, exclude=[*out, *picks])
        answer.append(_replacement(unit_id, pick))
    return answer


def _replacement(unit_id: int, pick: Pick | None) -> dict[str, Any]:
    if pick is None:
        return {"for": unit_id, "unit_id": None, "name": None}
    return {
        "for": unit_id,
        "unit_id": pick.unit_id,
        "name": pick.name,
        "unit_type": pick.unit_type,
        "eta_minutes": pick.eta_minutes,
        "distance_m": pick.distance_m,
        "reasons": list(pick.reasons),
        "warnings": list(pick.warnings),
    }


def _joined(sentences: Sequence[str]) -> str:
    told = list(sentences[:_MOST_TOLD])
    if len(sentences) > _MOST_TOLD:
        told.append(f"So it is with {len(sentences) - _MOST_TOLD} more. None was sent.")
    elif len(sentences) > 1:
        told.append("None was sent.")
    return " ".join(told)


def _sentence(one: Live, units: Mapping[int, Resource], incident: Incident, now: datetime) -> str:
    """Dana sent E12 to 2026-000012 4 s ago."""
    held = one.assignment
    unit, by = units[held.resource_id].name, _by(one)
    same = one.incident.id == incident.id
    where = "this incident" if same else one.incident.number if one.seen else "another incident"
    when = wording.ago(_at(one), now)
    if held.status != "reserved":
        more = "" if held.status == "dispatched" else f" and it is {phrases.title(held.status)}"
        return f"{by} sent {unit} to {where} {when}{more}."
    if not held.booked:
        return f"{by} reserved {unit} for {where} {when}."
    begins = span_of(held).begin
    turn = f"in {wording.span(begins - now)}" if begins > now else "now"
    return f"{by} booked {unit} for {where}; its time begins {turn}."


def _by(one: Live) -> str:
    """Who committed the unit: the crew that moved it since then did not."""
    held = one.assignment
    return held.status_by if held.status == "dispatched" else held.created_by


def _at(one: Live) -> datetime | None:
    held = one.assignment
    return held.reserved_at if held.status == "reserved" else held.dispatched_at


def _holder(one: Live, units: Mapping[int, Resource]) -> dict[str, Any]:
    held, at = one.assignment, _at(one)
    return {
        "unit_id": held.resource_id,
        "unit": units[held.resource_id].name,
        "by": _by(one),
        "at": at.isoformat() if at else None,
        "incident_id": one.incident.id if one.seen else None,
        "incident_number": one.incident.number if one.seen else None,
        "status": held.status,
    }


def _why(unit: Resource, now: datetime) -> str:
    """E12 is out of service (Mechanical) by the word of Columbia Fire, 2 h ago."""
    reason = f" ({unit.status_reason})" if unit.status_reason else ""
    by = unit.status_by or unit.agency.name
    when = f" for {wording.span(now - unit.status_at)}" if unit.status_at else ""
    return (
        f"{unit.name} is {phrases.unit_title(unit.status)}{reason}{when}, as {by} says."
        " Set it available first if that is over."
    )


def _state(unit: Resource) -> dict[str, Any]:
    return {
        "unit_id": unit.id,
        "unit": unit.name,
        "status": unit.status,
        "status_title": phrases.unit_title(unit.status),
        "since": unit.status_at.isoformat() if unit.status_at else None,
        "by": unit.status_by,
        "reason": unit.status_reason,
    }
