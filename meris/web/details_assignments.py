"""The description of /api/assignments: its routes, and the schemas of what they take and answer."""

from typing import Any

from meris import units
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import (
    EPOCH,
    MAYBE_EPOCH,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    list_of,
    object_of,
    ref,
)

_READ = (401, 403, 404)
_CHANGE = (400, *WRITE)
_INCIDENT = "/api/incidents/<int:incident_id>"
_ONE = "/api/assignments/<int:assignment_id>"

ROUTES: dict[tuple[str, str], Details] = {
    (f"{_INCIDENT}/assignments", "GET"): Details("Assignments", refuses=_READ),
    (f"{_INCIDENT}/assignments", "POST"): Details(
        "Assignments", body="NewAssignments", status=201, refuses=_CHANGE
    ),
    (f"{_INCIDENT}/move", "POST"): Details(
        "AssignmentsMoved", body="AssignmentsMove", refuses=_CHANGE
    ),
    ("/api/units/<int:unit_id>/assignments", "GET"): Details("UnitAssignments", refuses=_READ),
    (f"{_ONE}/move", "POST"): Details("AssignmentMoved", body="AssignmentMove", refuses=_CHANGE),
    (f"{_ONE}/check-in", "POST"): Details("OneAssignment", body="CheckIn", refuses=_CHANGE),
    (f"{_ONE}/silence", "POST"): Details("OneAssignment", body="Silence", refuses=_CHANGE),
}

_STATUS = {"enum": list(units.ASSIGNMENT_TRANSITIONS)}
_KEY = MAYBE_TEXT | {"maxLength": 64, "description": "the same key again does nothing again"}
_AT = MAYBE_TEXT | {"description": "when it was so, if not now: 14:05, or a date and time"}
_AHEAD = MAYBE_TEXT | {"description": "18:00, +90 min, 2 h, or a date and time"}
_LEFT_AS = {"enum": [*units.AFTERWARD, None], "description": "what the unit is afterward"}
_REASON = MAYBE_TEXT | {"description": "why it is cancelled, or goes out of service"}
_FLAG = {"type": "boolean"}


def _some_of(required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


_TIMER = object_of(
    minutes=MAYBE_NUMBER,
    due_at=MAYBE_EPOCH,
    overdue=_FLAG,
    silenced_until=MAYBE_EPOCH,
    silenced_by=MAYBE_TEXT,
)
_ASSIGNMENT = object_of(
    id=NUMBER,
    incident=MAYBE_NUMBER | {"description": "null where its incident is not for this viewer"},
    incident_number=MAYBE_TEXT,
    incident_title=MAYBE_TEXT,
    unit=NUMBER,
    unit_name=TEXT,
    unit_type=MAYBE_TEXT,
    unit_agency=TEXT,
    unit_county=MAYBE_TEXT,
    status=_STATUS,
    status_at=EPOCH,
    status_by=TEXT,
    booked=_FLAG | {"description": "reserved for a time to come"},
    until=EPOCH | {"description": "when it is expected to end; a hold ends by itself then"},
    overrun=_FLAG | {"description": "still at work after that"},
    eta_at=MAYBE_EPOCH,
    distance_m=MAYBE_NUMBER,
    task=MAYBE_TEXT,
    destination=MAYBE_TEXT,
    destination_id=MAYBE_NUMBER,
    times={"type": "object", "additionalProperties": EPOCH, "description": "by status"},
    moves=list_of(_STATUS) | {"description": "what it may become next"},
    next={"enum": [*units.ASSIGNMENT_TRANSITIONS, None], "description": "the likeliest of them"},
    par_minutes=MAYBE_NUMBER | {"description": "between check-ins; null: none"},
    heard_at=MAYBE_EPOCH,
    par_at=MAYBE_EPOCH | {"description": "when it must be heard of again"},
    par={"anyOf": [_TIMER, {"type": "null"}]},
    left_as=MAYBE_TEXT,
    reason=MAYBE_TEXT,
    released_at=MAYBE_EPOCH,
    created_by=TEXT,
    version=NUMBER,
)
_ASSIGNMENT["properties"]["from"] = EPOCH

SCHEMAS: dict[str, dict[str, Any]] = {
    "Assignment": _ASSIGNMENT,
    "Assignments": object_of(assignments=list_of(ref("Assignment"))),
    "OneAssignment": object_of(assignment=ref("Assignment")),
    "UnitAssignments": object_of(
        active={"anyOf": [ref("Assignment"), {"type": "null"}]},
        booked=list_of(ref("Assignment")),
        last=list_of(ref("Assignment")),
    ),
    "NewAssignments": _some_of(
        ("units",),
        units=list_of(NUMBER) | {"description": "all of them are committed, or none"},
        how={"enum": ["dispatched", "reserved"], "default": "dispatched"},
        **{"from": _AHEAD | {"description": "book ahead from then; only with reserved"}},
        until=_AHEAD,
        at=_AT,
        task=MAYBE_TEXT | {"description": "what they are to do"},
        key=_KEY,
    ),
    "AssignmentMove": _some_of(
        ("status",),
        status=_STATUS,
        version=MAYBE_NUMBER | {"description": "the version seen; without it the newest"},
        at=_AT,
        left_as=_LEFT_AS,
        destination=MAYBE_TEXT,
        destination_id=MAYBE_NUMBER | {"description": "of a shelter or another resource"},
        reason=_REASON,
        key=_KEY,
    ),
    "AssignmentMoved": object_of(
        assignment=ref("Assignment"), outcome={"enum": ["moved", "same", "older"]}
    ),
    "AssignmentsMove": _some_of(
        ("from", "status"),
        **{"from": list_of(_STATUS) | {"description": "move those that are in one of these"}},
        status=_STATUS,
        at=_AT,
        left_as=_LEFT_AS,
        reason=_REASON,
        key=_KEY,
    ),
    "AssignmentsMoved": object_of(
        moved=list_of(ref("Assignment")),
        kept=list_of(object_of(line=ref("Assignment"), why=TEXT)),
    ),
    "CheckIn": _some_of(note=MAYBE_TEXT, key=_KEY),
    "Silence": _some_of(
        ("minutes",),
        minutes=NUMBER | {"minimum": 0, "description": "60 at most; 0 ends it"},
        key=_KEY,
    ),
}
