"""ICS 201, Incident Briefing: everything that somebody who takes over has to know."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import boundary_of, position_of
from meris import fields
from meris.accounts import Viewer
from meris.fields import DANGEROUS_AREAS, Home
from meris.ics import sketch
from meris.ics.activity import Activity
from meris.ics.activity import of_incident as activities
from meris.ics.form import Block, Form, clock, listed
from meris.ics.parts import at_second, prepared_by, unit_title
from meris.ics.period import read_period
from meris.incidents import sites
from meris.incidents.lines import lines
from meris.incidents.read import find
from meris.needs import need as needs
from meris.tables import Area, Incident
from meris.units import ENDED

#: The newest ones; ICS 214 has them all.
_MOST_ACTIONS = 30


def of_incident(session: Session, viewer: Viewer, incident_id: int, home: Home) -> Form:
    """The briefing as of now. Raises `NotFound`."""
    incident = find(session, viewer.policy, incident_id)
    parts = _parts(session, viewer, incident.id)
    held = lines(session, viewer, incident.id)
    for part in parts:
        held += lines(session, viewer, part.id)
    areas = _areas(session, viewer, [incident.id, *(part.id for part in parts)])
    return Form(
        "201",
        "Incident Briefing",
        f"{incident.number} {incident.title}",
        f"{incident.number}-ics-201",
        (
            _head(incident, home),
            (_map(session, viewer, incident, parts, held, areas, home),),
            (_situation(incident, areas, home),),
            (prepared_by("6", viewer, home),),
            (_objectives(session, incident),),
            (_actions(session, viewer, incident, home),),
            (_organization(incident, parts, held),),
            (_resources(incident, held, home),),
        ),
        "10",
    )


def _head(incident: Incident, home: Home) -> tuple[Block, ...]:
    return (
        Block("1", "Incident Name", incident.title, width=6),
        Block("2", "Incident Number", incident.number, width=3),
        Block("3", "Date/Time Initiated", clock(incident.reported_at, home), width=3),
    )


def _parts(session: Session, viewer: Viewer, incident_id: int) -> Sequence[Incident]:
    """The open incidents that belong to this one, as far as the viewer may see them."""
    statement = (
        select(Incident)
        .where(
            Incident.parent_id == incident_id,
            Incident.status != "closed",
            viewer.policy.incidents(),
        )
        .order_by(Incident.priority, Incident.id)
    )
    return session.scalars(statement).all()


def _areas(session: Session, viewer: Viewer, ids: Sequence[int]) -> Sequence[Area]:
    statement = (
        select(Area)
        .where(Area.incident_id.in_(ids), viewer.policy.areas())
        .order_by(Area.starts_at, Area.id)
    )
    return session.scalars(statement).all()


def _map(
    session: Session,
    viewer: Viewer,
    incident: Incident,
    parts: Sequence[Incident],
    held: Sequence[dict[str, Any]],
    areas: Sequence[Area],
    home: Home,
) -> Block:
    position = position_of(incident.position)
    working = {one["unit"] for one in held if one["status"] not in (*ENDED, "reserved")}
    scene = sketch.Scene(
        sketch.Marked(position, incident.number) if position else None,
        incident.position_radius_m,
        [
            sketch.Outlined(boundary_of(area.shape), area.name, area.kind in DANGEROUS_AREAS)
            for area in areas
        ],
        [
            sketch.Marked(site.position, site.name)
            for site in sites.of(session, viewer, working)
            if site.position
        ],
        [
            sketch.Marked(place, part.number.removeprefix(incident.number[:5]))
            for part in parts
            if (place := position_of(part.position))
        ],
    )
    where = listed(
        (
            incident.place,
            incident.jurisdiction,
            incident.county.full_name if incident.county else None,
            f"within {incident.position_radius_m:,} m" if incident.position_radius_m else None,
        )
    )
    return Block(
        "4",
        "Map/Sketch",
        drawing=sketch.draw(scene, home.gazetteer, home.distances),
        empty="The incident has no place yet.",
        note=f"Black diamond: the incident ({where or 'no place'}). White diamonds: what belongs to"
        " it. Circles: units at their newest positions. Hatched: hazard, evacuation and exclusion"
        " areas.",
    )


def _situation(incident: Incident, areas: Sequence[Area], home: Home) -> Block:
    """What was written, and the areas to stay out of."""
    told = [incident.situation] if incident.situation else []
    for area in areas:
        kind = fields.AREA_KIND[area.kind].title
        until = f" until {clock(area.ends_at, home)}" if area.ends_at else ""
        notes = f": {area.notes}" if area.notes else ""
        told.append(f"{kind}: {area.name}, from {clock(area.starts_at, home)}{until}{notes}.")
    return Block(
        "5",
        "Situation Summary and Health and Safety Briefing",
        "\n".join(told),
        empty="Nothing was written yet.",
    )


def _objectives(session: Session, incident: Incident) -> Block:
    """What was written, and what is still asked for."""
    asked = _still_needed(session, incident)
    return Block(
        "7",
        "Current and Planned Objectives",
        "\n".join(filter(None, (incident.objectives, asked))),
        empty="None were written yet.",
    )


def _still_needed(session: Session, incident: Incident) -> str:
    """What the incident still lacks, in a sentence; empty where it lacks nothing or is closed."""
    if incident.status == "closed":
        return ""
    asked = needs.of_incident(session, incident.id)
    lacking = needs.missing(asked, needs.sent_to(session, incident.id))
    left = [f"{n} {need.noun(n)}" for need, n in zip(asked, lacking, strict=True) if n]
    return f"Still needed: {listed(left)}." if left else ""


def _actions(session: Session, viewer: Viewer, incident: Incident, home: Home) -> Block:
    period = read_period(None, None, home, begins=incident.reported_at)
    done: list[Activity] = activities(session, viewer, incident, period, home)
    older = len(done) - _MOST_ACTIONS
    return Block(
        "8",
        "Current and Planned Actions, Strategies, and Tactics",
        columns=("Time", "Actions"),
        rows=tuple((clock(one.at, home), one.text) for one in done[-_MOST_ACTIONS:]),
        empty="Nothing was done yet.",
        note=f"{older} earlier entries are in ICS 214." if older > 0 else "",
    )


def _organization(
    incident: Incident, parts: Sequence[Incident], held: Sequence[dict[str, Any]]
) -> Block:
    agencies: dict[str, list[str]] = {}
    for one in held:
        if one["status"] not in (*ENDED, "reserved"):
            agencies.setdefault(one["unit_agency"], []).append(one["unit_name"])
    rows = [
        ("Incident Commander(s)", incident.commander or "Not named yet"),
        ("Incident Command Post", incident.command_post or "Not named yet"),
        ("Dispatch", incident.agency.name if incident.agency else ""),
    ]
    rows += [(f"Part: {part.number}", _part(part)) for part in parts]
    rows += [(f"Operations: {agency}", listed(names)) for agency, names in agencies.items()]
    return Block(
        "9",
        "Current Organization",
        columns=("Position", "Name"),
        rows=tuple(row for row in rows if row[1]),
    )


def _part(part: Incident) -> str:
    status = fields.INCIDENT_STATUS[part.status].title
    return listed((part.title, status, part.commander))


def _resources(incident: Incident, held: Sequence[dict[str, Any]], home: Home) -> Block:
    return Block(
        "10",
        "Resource Summary",
        columns=("Resource", "Resource identifier", "Date/Time ordered", "ETA", "Arrived", "Notes"),
        rows=tuple(_resource(incident, one, home) for one in held),
        empty="No resource was ordered yet.",
    )


def _resource(incident: Incident, line: dict[str, Any], home: Home) -> tuple[str, ...]:
    times = line["times"]
    ordered = times.get("dispatched") or times.get("reserved")
    status = fields.ASSIGNMENT_STATUS[line["status"]].title
    where = line["incident_number"] if line["incident"] != incident.id else None
    notes = listed((status, where, line["task"], line["destination"], line["unit_agency"]))
    return (
        unit_title(line["unit_type"]),
        line["unit_name"],
        at_second(ordered, home),
        at_second(line["eta_at"], home),
        at_second(times.get("on_scene"), home),
        notes,
    )
