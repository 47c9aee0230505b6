"""The description of /api/incidents: its routes, and the schemas of what they take and answer."""

from typing import Any

from meris import fields
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import (
    MAYBE_DEGREES,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    list_of,
    object_of,
    ref,
)

_READ = (401, 403, 404)
_ONE = "/api/incidents/<int:incident_id>"
#: A write on one incident: all bodies may hold `key`.
_CHANGE = (400, *WRITE)

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/incidents", "GET"): Details(
        "Incidents",
        query=(
            ("status", "open (default), all, or one of new, active, controlled, closed"),
            ("q", "words in the number, title, place, county or type"),
            ("county", "FIPS code or name"),
            ("type", "code, short form or name"),
            ("before", "only ids lower than this: `next` of the page before"),
            ("limit", "200 at most; default 50"),
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/incidents", "POST"): Details(
        "IncidentDetail", body="NewIncident", status=201, refuses=_CHANGE
    ),
    ("/api/incidents/place", "GET"): Details(
        "IncidentPlace",
        query=(
            ("text", "address, town, ZIP, county, site, grid reference or coordinates"),
            ("lat", "decimal degrees, with lon, in place of text"),
            ("lon", "decimal degrees"),
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/incidents/similar", "GET"): Details(
        "Incidents",
        query=(("lat", "decimal degrees"), ("lon", "decimal degrees"), ("type", "same type first")),
        refuses=(401, 403, 422),
    ),
    (_ONE, "GET"): Details("IncidentDetail", refuses=_READ),
    (_ONE, "PATCH"): Details("IncidentDetail", body="IncidentChange", refuses=_CHANGE),
    (f"{_ONE}/status", "POST"): Details("IncidentDetail", body="IncidentMove", refuses=_CHANGE),
    (f"{_ONE}/close", "POST"): Details("IncidentDetail", body="IncidentClosing", refuses=_CHANGE),
    (f"{_ONE}/needs", "POST"): Details("IncidentDetail", body="IncidentNeeds", refuses=_CHANGE),
    (f"{_ONE}/log", "GET"): Details("IncidentLog", refuses=_READ),
    (f"{_ONE}/log", "POST"): Details("IncidentEntry", body="NewEntry", status=201, refuses=_CHANGE),
}

_TIME = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_MAYBE_LINE = {"type": ["object", "null"]}
_LINES = list_of({"type": "object"})
_STATUS = {"enum": ["new", "active", "controlled", "closed"]}
_VERSION = NUMBER | {"minimum": 1, "description": "the version that was seen"}
_KEY = TEXT | {"maxLength": 64, "description": "made by the sender; the same again changes nothing"}


def _body(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": {**properties, "key": _KEY}}


def _settable() -> dict[str, Any]:
    """The fields of an incident, from the catalogue."""
    return {
        field.name: field.rule.schema() | {"description": field.help} for field in fields.INCIDENT
    }


_LINE: dict[str, dict[str, Any]] = {
    "id": NUMBER,
    "number": TEXT,
    "type": TEXT,
    "type_title": TEXT,
    "priority": NUMBER,
    "title": TEXT,
    "status": _STATUS,
    "place": MAYBE_TEXT,
    "county": MAYBE_TEXT,
    "jurisdiction": MAYBE_TEXT,
    "lat": MAYBE_DEGREES,
    "lon": MAYBE_DEGREES,
    "radius_m": MAYBE_NUMBER | {"description": "how far off it may be; null: the very place"},
    "reported_at": _TIME,
}
_FULL: dict[str, dict[str, Any]] = {
    "moves": list_of(TEXT) | {"description": "statuses it may become"},
    "usng": MAYBE_TEXT,
    "source": MAYBE_TEXT | {"description": "how it was placed"},
    "parent": _MAYBE_LINE,
    "children": _LINES,
    "overdue_at": _MAYBE_TIME,
    "agency": MAYBE_TEXT,
    "sensitivity": TEXT,
    "situation": MAYBE_TEXT,
    "objectives": MAYBE_TEXT,
    "commander": MAYBE_TEXT,
    "command_post": MAYBE_TEXT,
    "closed_at": _MAYBE_TIME,
    "close_reason": MAYBE_TEXT,
    "version": NUMBER,
}
_ENTRY: dict[str, dict[str, Any]] = {
    "id": NUMBER,
    "at": _TIME | {"description": "when it happened"},
    "entered_at": _TIME | {"description": "when it was written down"},
    "kind": TEXT,
    "text": TEXT,
    "author": TEXT,
    "resource": _MAYBE_LINE,
    "corrects": MAYBE_NUMBER,
    "corrected_by": MAYBE_NUMBER,
}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Incidents": {
        "type": "object",
        "required": ["incidents"],
        "properties": {"incidents": list_of(object_of(**_LINE)), "next": MAYBE_NUMBER},
    },
    "IncidentDetail": object_of(
        incident=object_of(**_LINE, **_FULL)
        | {"description": "`caller_name` and `caller_phone` besides, for dispatchers"},
        needs=_LINES | {"description": "count, unit_types, type_level, …, sent, missing"},
        assignments=_LINES,
        log=list_of(ref("Entry")),
        areas=_LINES,
    ),
    "IncidentPlace": object_of(
        lat={"type": "number"},
        lon={"type": "number"},
        usng=TEXT,
        radius_m=MAYBE_NUMBER,
        source=TEXT,
        text=TEXT,
        county=MAYBE_TEXT,
        county_fips=MAYBE_TEXT,
        jurisdiction=MAYBE_TEXT,
        note=MAYBE_TEXT | {"description": "what was guessed"},
    ),
    "Entry": object_of(**_ENTRY),
    "IncidentLog": object_of(log=list_of(ref("Entry"))),
    "IncidentEntry": object_of(entry=ref("Entry")),
    "NewIncident": _body(
        ["type"],
        **_settable(),
        lat=MAYBE_DEGREES,
        lon=MAYBE_DEGREES,
        resource_id=NUMBER | {"description": "at a site or unit on the map"},
        area_id=NUMBER | {"description": "in the middle of a drawn area"},
        parent_id=NUMBER | {"description": "the incident that it belongs to"},
        note=TEXT | {"description": "first entry of the log"},
        needs=_LINES | {"description": "without it, those of the run card"},
    ),
    "IncidentChange": _body(
        ["version", "set"],
        version=_VERSION,
        set={"type": "object", "properties": _settable() | {"parent_id": MAYBE_NUMBER}},
    ),
    "IncidentMove": _body(
        ["version", "status"],
        version=_VERSION,
        status=_STATUS,
        reason=TEXT | {"description": "to reopen a closed one"},
        note=TEXT,
    ),
    "IncidentClosing": _body(
        ["version", "reason"],
        version=_VERSION,
        reason={"enum": list(fields.CLOSE_REASON.by_code)},
        note=TEXT,
        release=list_of(object_of(id=NUMBER, left_as=MAYBE_TEXT))
        | {"description": "every assignment that is not over, and what its unit is afterward"},
    ),
    "IncidentNeeds": _body(["needs"], needs=_LINES),
    "NewEntry": _body(
        ["text"],
        text=TEXT,
        at=TEXT | {"description": "when it happened, as a time or 14:05; without it, now"},
        resource_id=NUMBER | {"description": "whom it is about"},
        corrects=NUMBER | {"description": "the entry it corrects"},
    ),
}
