"""ICS 211, Incident Check-In List: who arrived, when, from where, with how many people."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.fields import Home
from meris.ics.form import Block, Form, clock, listed
from meris.ics.parts import at_second, prepared_by, unit_title
from meris.incidents.lines import lines
from meris.incidents.read import find
from meris.tables import County, Incident, Resource, Unit

_COLUMNS = (
    "State",
    "Agency",
    "Category",
    "Kind",
    "Type",
    "Resource name or identifier",
    "ST or TF",
    "6. Order request #",
    "7. Date/Time check-in",
    "8. Leader's name",
    "9. Total personnel",
    "10. Incident contact",
    "11. Home unit or agency",
    "12. Departure point, date and time",
    "13. Method of travel",
    "14. Incident assignment",
    "15. Other qualifications",
    "16. Data to Resources Unit",
)


def of_incident(session: Session, viewer: Viewer, incident_id: int, home: Home) -> Form:
    """Every unit that was sent, with the time it checked in where it did. Raises `NotFound`."""
    incident = find(session, viewer.policy, incident_id)
    held = [one for one in lines(session, viewer, incident.id) if "dispatched" in one["times"]]
    facts = _facts(session, {one["unit"] for one in held})
    return Form(
        "211",
        "Incident Check-In List",
        f"{incident.number} {incident.title}",
        f"{incident.number}-ics-211",
        (
            _head(incident, home),
            (_table(held, facts, home),),
            (prepared_by("17", viewer, home),),
        ),
        "5",
    )


def _head(incident: Incident, home: Home) -> tuple[Block, ...]:
    where = incident.command_post or incident.place or ""
    return (
        Block("1", "Incident Name", incident.title, width=4),
        Block("2", "Incident Number", incident.number, width=2),
        Block("3", "Check-In Location", where, width=4, empty="Not named yet."),
        Block("4", "Start Date/Time", clock(incident.reported_at, home), width=2),
    )


def _facts(session: Session, ids: set[int]) -> dict[int, Any]:
    statement = (
        select(Unit, County.state)
        .join(Resource, Resource.id == Unit.resource_id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .where(Unit.resource_id.in_(ids))
    )
    return {row.Unit.resource_id: row for row in session.execute(statement)}


def _table(held: Sequence[dict[str, Any]], facts: Mapping[int, Any], home: Home) -> Block:
    return Block(
        "5",
        "Check-In Information",
        columns=_COLUMNS,
        rows=tuple(_row(one, facts[one["unit"]], home) for one in held),
        empty="No unit was sent yet.",
    )


def _row(line: dict[str, Any], fact: Any, home: Home) -> tuple[str, ...]:
    unit: Unit = fact.Unit
    times = line["times"]
    left = times.get("en_route") or times.get("dispatched")
    disciplines = fields.field("unit", "discipline").rule
    return (
        fact.state or home.state,
        line["unit_agency"],
        disciplines.text(unit.discipline, home),
        unit_title(line["unit_type"]),
        str(unit.type_level or ""),
        line["unit_name"],
        "",
        f"{line['incident_number']}-{line['id']}",
        at_second(times.get("on_scene"), home),
        unit.leader_name or "",
        str(unit.personnel_count or ""),
        listed((unit.call_sign, unit.radio_channel)),
        line["unit_agency"],
        listed((unit.home_base, at_second(left, home))),
        "Air" if line["unit_type"] == "helicopter" else "Road",
        listed((line["task"], fields.ASSIGNMENT_STATUS[line["status"]].title)),
        listed(unit.capabilities or []),
        "",
    )
