"""Commands about units: send, hold, say what they do, release, check in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from geo.columns import position_of
from meris import fields, units, wording
from meris.commands import fleet
from meris.commands.fleet import Called
from meris.commands.meaning import (
    Action,
    Meaning,
    Puzzle,
    Said,
    called_incident,
    incident_of,
    row,
    shorts,
    unit_row,
    units_of,
)
from meris.commands.needs import needs_of
from meris.commands.slots import moment
from meris.dispatch.answer import Pick, Recommendation
from meris.dispatch.cover import stripped_by
from meris.dispatch.recommend import recommend
from meris.needs.need import still_open
from meris.tables import Incident
from meris.wording import listed

#: Statuses that end an assignment.
_OVER = frozenset(units.AFTERWARD)
_HOLD = "reserved"


def send(said: Said) -> Meaning:
    """Named units, or the best of a kind."""
    incident = incident_of(said)
    if said.one("unit") is None:
        return _send_picks(said, incident, _picks(said, incident, needs_of(said)), "Send")
    named = units_of(said)
    return Meaning(
        f"Send {shorts(named, said.world)} to {called_incident(incident)}.",
        [_assign(incident, [unit.id for unit in named], "dispatched")],
        rows=[unit_row(said.world, unit) for unit in named],
        warnings=[*_elsewhere(named, incident), *_cover(said, [unit.id for unit in named])],
    )


def card(said: Said) -> Meaning:
    """What the run card still lacks."""
    incident = incident_of(said)
    needs = still_open(said.world.session, incident.id)
    if not needs:
        raise Puzzle(f"{incident.number} has all that it asks for.")
    return _send_picks(said, incident, _picks(said, incident, needs), "Send the run card")


def _picks(said: Said, incident: Incident, needs: Sequence[Any]) -> Recommendation:
    position = position_of(incident.position)
    if position is None:
        raise Puzzle(f"{incident.number} has no place on the map, so no unit is near it.")
    world = said.world
    return recommend(
        world.session,
        world.viewer,
        position=position,
        needs=needs,
        incident_id=incident.id,
        most=0,
        now=world.now,
        home=world.home,
        router=world.router,
    )


def _send_picks(said: Said, incident: Incident, found: Recommendation, verb: str) -> Meaning:
    picks = found.picks
    short = [line.shortfall for line in found.lines if line.shortfall]
    if not picks:
        raise Puzzle(" ".join(short) or "No unit fits.")
    called = {
        unit.id: unit
        for unit in fleet.by_ids(
            said.world.session, said.world.policy, [pick.unit_id for pick in picks]
        )
    }
    names = listed([called[pick.unit_id].short for pick in picks])
    to = called_incident(incident)
    by_name = verb != "Send"
    return Meaning(
        f"{verb} to {to}: {names}." if by_name else f"{verb} {names} to {to}.",
        [_assign(incident, [pick.unit_id for pick in picks], "dispatched")],
        rows=[pick_row(pick) for pick in picks],
        warnings=[*short, *(hole.text for hole in found.cover)],
    )


def pick_row(pick: Pick) -> dict[str, Any]:
    """A unit that is proposed, with its reasons."""
    about = ", ".join((f"{pick.eta_minutes:.0f} min away", pick.agency))
    return row(
        pick.name,
        about,
        resource=pick.unit_id,
        reasons=list(pick.reasons),
        warnings=list(pick.warnings),
    )


def _assign(incident: Incident, ids: list[int], how: str, **more: str) -> Action:
    return Action(
        "POST", f"/api/incidents/{incident.id}/assignments", {"units": ids, "how": how, **more}
    )


def _elsewhere(named: list[Called], incident: Incident) -> list[str]:
    """Who is committed already; the server has the last word."""
    return [
        f"{unit.short} is {fields.ASSIGNMENT_STATUS[unit.assigned_as or _HOLD].title.lower()}"
        f" {'for' if unit.assigned_as == _HOLD else 'at'} "
        f"{unit.incident_number or 'another incident'}."
        for unit in named
        if unit.assignment_id is not None and unit.incident_id != incident.id
    ] + [
        f"{unit.short} is {fields.statuses('unit')[unit.status].title.lower()}."
        for unit in named
        if unit.assignment_id is None and unit.status not in ("available", "staged", "returning")
    ]


def _cover(said: Said, ids: list[int]) -> list[str]:
    return [hole.text for hole in stripped_by(said.world.session, ids, said.world.viewer)]


def reserve(said: Said) -> Meaning:
    """A hold that ends by itself, or a booking."""
    incident = incident_of(said)
    named = units_of(said)
    begins, ends = _span(said)
    times = {"from": begins, "until": ends}
    body = {name: then.isoformat() for name, then in times.items() if then is not None}
    sentence = (
        f"Hold {shorts(named, said.world)} for {called_incident(incident)}{_spoken(said, begins)}."
    )
    return Meaning(
        sentence,
        [_assign(incident, [unit.id for unit in named], _HOLD, **body)],
        rows=[unit_row(said.world, unit) for unit in named],
        warnings=[] if begins else _elsewhere(named, incident),
    )


def _span(said: Said) -> tuple[datetime | None, datetime | None]:
    """When a hold begins, if later than now, and when it ends, if somebody said so."""
    zone, now = said.world.home.zone, said.world.now
    clocks = [bound.value for bound in said.all("time")]
    begins = moment(clocks.pop(0), now, zone, ahead=True) if said.has("from") else None
    if clocks:
        return begins, moment(clocks[0], begins or now, zone, ahead=True)
    lasts = said.value("minutes")
    return begins, (begins or now) + timedelta(minutes=lasts) if lasts else None


def _spoken(said: Said, begins: datetime | None) -> str:
    clocks = [f"{bound.value:%H:%M}" for bound in said.all("time")]
    start = f", from {clocks.pop(0)}" if begins else ""
    if clocks:
        return f"{start}, until {clocks[0]}"
    lasts = said.value("minutes")
    return f"{start}, for {wording.minutes(lasts)}" if lasts else start


def status(said: Said) -> Meaning:
    """What units do: their assignments move on, or they themselves do."""
    if said.has("all"):
        return _all(said, said.value("status").code)
    code: str = said.value("status").code
    named = units_of(said, working=code not in _OVER)
    return Meaning(
        " ".join(f"{unit.title} is {_doing(said, unit, code)}." for unit in named),
        [_move(said, unit, code) for unit in named],
        rows=[unit_row(said.world, unit) for unit in named],
    )


def _doing(said: Said, unit: Called, code: str) -> str:
    title: str = said.value("status").title.lower()
    at = said.value("time")
    then = f" (at {at:%H:%M})" if at else ""
    if unit.assignment_id is None:
        return title + then
    if code in _OVER:
        return f"released from {unit.incident_number or 'its incident'} and {title}{then}"
    preposition = {"en_route": " to", "dispatched": " to", "acknowledged": " for"}.get(code, " at")
    where = said.after("to")
    if where:
        return f"{title} to {where}{then}"
    return f"{title}{preposition} {unit.incident_number or 'its incident'}{then}"


def _move(said: Said, unit: Called, code: str) -> Action:
    if unit.assignment_id is not None:
        _require_move(said, unit, code)
        left = code if code in _OVER else None
        return _assignment_move(said, unit, "released" if left else code, left)
    if code not in fields.statuses("unit"):
        raise Puzzle(f"{unit.short} is at no incident.", said.one("unit"))
    if code not in units.moves_of(unit.status, None):
        now = fields.statuses("unit")[unit.status].title.lower()
        raise Puzzle(f"{unit.short} is {now} and cannot become that.", said.one("status"))
    if said.after("because"):
        raise Puzzle(f"{unit.short} is at no incident whose record could hold a reason.")
    body = {"version": unit.version, "set": {"status": code}}
    return Action("PATCH", f"/api/resources/{unit.id}", body)


def _require_move(said: Said, unit: Called, code: str) -> None:
    held = unit.assigned_as or _HOLD
    if held == _HOLD and code != "dispatched":
        raise Puzzle(f"{unit.short} is only held: send it, or cancel it.", said.one("status"))
    if code not in {*units.moves_of(unit.status, held), held}:
        now = fields.ASSIGNMENT_STATUS[held].title.lower()
        raise Puzzle(f"{unit.short} is {now} and cannot become that.", said.one("status"))


def _assignment_move(said: Said, unit: Called, code: str, left_as: str | None) -> Action:
    at = said.value("time")
    when = moment(at, said.world.now, said.world.home.zone, ahead=False) if at else None
    body = {
        "status": code,
        "left_as": left_as,
        "at": when and when.isoformat(),
        "destination": said.after("to"),
        "reason": said.after("because"),
    }
    return Action(
        "POST",
        f"/api/assignments/{unit.assignment_id}/move",
        {name: value for name, value in body.items() if value is not None},
    )


def _all(said: Said, code: str) -> Meaning:
    """Every unit of the incident in hand that can take the step."""
    incident = incident_of(said)
    there = fleet.at_incident(said.world.session, said.world.policy, incident.id)
    begins = [
        held
        for held, moves in units.ASSIGNMENT_TRANSITIONS.items()
        if code in moves and held != _HOLD
    ]
    if code in _OVER:
        return _release(said, there)
    moving = [unit for unit in there if unit.assigned_as in begins]
    if not moving:
        title = said.value("status").title.lower()
        raise Puzzle(f"No unit of {incident.number} can become {title} now.", said.one("status"))
    body = {"from": begins, "status": code}
    preposition = "are" if len(moving) > 1 else "is"
    return Meaning(
        f"{shorts(moving)} {preposition} {_doing(said, moving[0], code)}.",
        [Action("POST", f"/api/incidents/{incident.id}/move", body)],
        rows=[unit_row(said.world, unit) for unit in moving],
    )


def release(said: Said) -> Meaning:
    """Units leave their incident."""
    if said.has("all"):
        incident = incident_of(said)
        return _release(said, fleet.at_incident(said.world.session, said.world.policy, incident.id))
    return _release(said, units_of(said, working=True))


def _release(said: Said, named: list[Called]) -> Meaning:
    idle = [unit for unit in named if unit.assignment_id is None]
    if idle or not named:
        who = shorts(idle) if idle else "No unit"
        raise Puzzle(f"{who} is at no incident.", said.one("unit"))
    status = said.value("status")
    left: str = said.value("left") or (status.code if status else "available")
    title = fields.statuses("unit")[left].title.lower()
    actions = [
        _assignment_move(said, unit, "cancelled", None)
        if unit.assigned_as == _HOLD
        else _assignment_move(said, unit, "released", left)
        for unit in named
    ]
    return Meaning(
        f"Release {shorts(named, said.world)} from {_incidents(named)}: {title}.",
        actions,
        rows=[unit_row(said.world, unit) for unit in named],
    )


def _incidents(named: list[Called]) -> str:
    numbers = dict.fromkeys(unit.incident_number or "another incident" for unit in named)
    return listed(numbers)


def cancel(said: Said) -> Meaning:
    """Units are called off before they are there."""
    named = units_of(said, working=True)
    for unit in named:
        if unit.assignment_id is None:
            raise Puzzle(f"{unit.short} is at no incident.", said.one("unit"))
        if "cancelled" not in units.ASSIGNMENT_TRANSITIONS[unit.assigned_as or _HOLD]:
            raise Puzzle(f"{unit.short} is there already: release it.", said.one("unit"))
    why = said.after("because")
    because = f": “{why}”" if why else ""
    return Meaning(
        f"Call off {shorts(named, said.world)} from {_incidents(named)}{because}.",
        [_assignment_move(said, unit, "cancelled", None) for unit in named],
        rows=[unit_row(said.world, unit) for unit in named],
    )


def check_in(said: Said) -> Meaning:
    """Units were heard of."""
    if said.has("all"):
        incident = incident_of(said)
        there = fleet.at_incident(said.world.session, said.world.policy, incident.id)
        named = [unit for unit in there if unit.assigned_as not in (None, _HOLD)]
        if not named:
            raise Puzzle(f"No unit is at {incident.number}.")
    else:
        named = units_of(said, working=True)
    _require_at_work(said, named)
    heard = "was" if len(named) == 1 else "were"
    who = named[0].title if len(named) == 1 else shorts(named)
    return Meaning(
        f"{who} {heard} heard of.",
        [Action("POST", f"/api/assignments/{unit.assignment_id}/check-in") for unit in named],
        rows=[unit_row(said.world, unit) for unit in named],
    )


def silence(said: Said) -> Meaning:
    """An alarm is quiet for a while."""
    named = units_of(said, working=True)
    _require_at_work(said, named)
    span: float = said.value("minutes")
    who = named[0].title if len(named) == 1 else shorts(named)
    body = {"minutes": max(1, round(span))}
    return Meaning(
        f"The check-in alarm of {who} is quiet for {wording.minutes(span)}.",
        [
            Action("POST", f"/api/assignments/{unit.assignment_id}/silence", dict(body))
            for unit in named
        ],
    )


def _require_at_work(said: Said, named: list[Called]) -> None:
    for unit in named:
        if unit.assigned_as in (None, _HOLD):
            raise Puzzle(f"{unit.short} is at no incident.", said.one("unit"))
