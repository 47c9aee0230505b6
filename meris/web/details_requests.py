"""The description of /api/requests: its routes, and the schemas of what they take and answer."""

from typing import Any

from meris.fields.lists_request import (
    LINE_STATUS,
    OUTSIDE_SYSTEM,
    REQUEST_LEVEL,
    REQUEST_PRIORITY,
)
from meris.fields.lists_supply import UNIT_OF_ISSUE
from meris.requests import TRANSITIONS
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import MAYBE_TEXT, NUMBER, TEXT, list_of, object_of, ref

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/requests", "GET"): Details(
        "Requests",
        query=(
            ("status", "open (default), ended, all, or one state of a line"),
            ("priority", "lifesaving, life_sustaining, high or normal"),
            ("level", "county, region or state"),
            ("deliver_to", "the id of a shelter or supply site"),
            ("incident", "the id of an incident"),
            ("county", "FIPS code of the county they go to"),
            ("agency", "the id of the agency that asks"),
            ("item", "a code of the catalogue of items"),
            ("mine", "1: of the own agency, or had in hand"),
            ("q", "words in the number, the item or the site"),
            ("page", "from 1; 100 requests a page"),
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/requests", "POST"): Details(
        "Request", body="NewRequest", status=201, refuses=(400, *WRITE)
    ),
    ("/api/requests/<int:request_id>", "GET"): Details(
        "RequestWithTimeline", refuses=(401, 403, 404)
    ),
    ("/api/requests/<int:request_id>", "PATCH"): Details(
        "Request", body="RequestChange", refuses=(400, *WRITE)
    ),
    ("/api/requests/<int:request_id>/level", "POST"): Details(
        "Request", body="RequestLevel", refuses=(400, *WRITE)
    ),
    ("/api/request-lines/<int:line_id>/move", "POST"): Details(
        "Request", body="RequestMove", refuses=(400, *WRITE)
    ),
    ("/api/request-lines/<int:line_id>/sources", "GET"): Details(
        "Sources", refuses=(401, 403, 404)
    ),
    ("/api/request-lines/<int:line_id>/commit", "POST"): Details(
        "Request", body="Commit", refuses=(400, *WRITE)
    ),
    ("/api/fills/<int:fill_id>/release", "POST"): Details(
        "Request", body="FillRelease", refuses=(400, *WRITE)
    ),
    ("/api/fills/ship", "POST"): Details(
        "ShipmentMade", body="ShipFills", status=201, refuses=(400, *WRITE)
    ),
}

_TIME = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_HAPPENED = _TIME | {"description": "when it happened: not in the future, at most 72 h ago"}
_PRIORITY = {"enum": list(REQUEST_PRIORITY.by_code)}
_LEVEL = {"enum": list(REQUEST_LEVEL.by_code)}
_QUANTITY = {"type": "number", "exclusiveMinimum": 0}
_FIGURE = {"type": "number", "minimum": 0}
_MAYBE_NUMBER = {"type": ["number", "null"]}
_FLAG = {"type": "boolean"}
_MAYBE_OBJECT = {"type": ["object", "null"]}
_UNIT = {"enum": list(UNIT_OF_ISSUE.by_code)}
_VERSION = NUMBER | {"minimum": 1, "description": "as it was seen"}
_KEY = TEXT | {"maxLength": 64, "description": "the same again changes nothing"}
_WANT: dict[str, Any] = {
    "type": "object",
    "required": ["quantity"],
    "properties": {
        "item_code": TEXT | {"description": "of the catalogue of items; or item_name"},
        "item_name": TEXT,
        "quantity": _QUANTITY,
        "unit_of_issue": _UNIT | {"description": "without it, the item's own"},
        "details": TEXT | {"description": "size, specification, experience"},
    },
}
_REF: dict[str, Any] = {
    "type": "object",
    "required": ["system", "id"],
    "properties": {"system": {"enum": list(OUTSIDE_SYSTEM.by_code)}, "id": TEXT, "url": TEXT},
}
_STAND = object_of(
    wanted=_FIGURE,
    ordered=_FIGURE | {"description": "on order from somebody outside, not confirmed"},
    committed=_FIGURE,
    in_transit=_FIGURE,
    received=_FIGURE,
    missing=_FIGURE,
    partial=_FLAG | {"description": "some was received, and not all"},
    base_unit=MAYBE_TEXT,
    base=_MAYBE_OBJECT | {"description": "the same figures in the item's base unit"},
    words=TEXT,
)
_FILL = object_of(
    id=NUMBER,
    kind={"enum": ["stock", "unit", "provider"]},
    site=_MAYBE_OBJECT,
    stock_line_id={"type": ["integer", "null"]},
    lot=MAYBE_TEXT,
    expires_on=MAYBE_TEXT,
    assignment_id={"type": ["integer", "null"]},
    unit_of_issue=TEXT,
    committed=_FIGURE,
    in_transit=_FIGURE,
    received=_FIGURE,
    words=TEXT,
    expected_at=_MAYBE_TIME,
    cost=_MAYBE_NUMBER,
    note=MAYBE_TEXT,
    made_by=TEXT,
    made_at=_TIME,
    shipments=list_of({"type": "object"}),
    live=_FLAG,
    **{"from": TEXT},
)
_LINE = object_of(
    id=NUMBER,
    words=TEXT,
    item_code=MAYBE_TEXT,
    item_name=TEXT,
    quantity=_QUANTITY,
    unit_of_issue=TEXT,
    unit_title=TEXT,
    details=MAYBE_TEXT,
    consumable=_FLAG,
    status={"enum": list(LINE_STATUS.by_code)},
    status_title=TEXT,
    status_at=_TIME,
    by=TEXT,
    reason=MAYBE_TEXT,
    approved_by=MAYBE_TEXT,
    approved_title=MAYBE_TEXT,
    approved_at=_MAYBE_TIME,
    received_by=MAYBE_TEXT,
    released_to=MAYBE_TEXT,
    disposition={"enum": ["consumed", "returned", None]},
    cost=_MAYBE_NUMBER,
    provider=MAYBE_TEXT | {"description": "who gives it, in words"},
    expected_at=_MAYBE_TIME,
    overdue=_FLAG,
    version=NUMBER,
    stand=_STAND,
    fills=list_of(_FILL),
    fillable=_FLAG,
    moves=list_of(TEXT) | {"description": "what the viewer may make of it, the usual step first"},
)
_REQUEST = object_of(
    id=NUMBER,
    number=TEXT,
    version=NUMBER,
    state={"enum": ["open", "partially_filled", "filled", "ended", "none"]},
    priority=_PRIORITY,
    priority_title=TEXT,
    level=_LEVEL,
    level_title=TEXT,
    needed_by=_MAYBE_TIME,
    deliver_to=_MAYBE_OBJECT,
    incident=_MAYBE_OBJECT,
    agency=TEXT,
    agency_id=NUMBER,
    contact_name=MAYBE_TEXT,
    contact_phone=MAYBE_TEXT,
    requested_by=TEXT,
    requested_title=MAYBE_TEXT,
    requested_at=_TIME,
    source={"enum": ["phone", "web", "api"]},
    note=MAYBE_TEXT,
    substitutes=MAYBE_TEXT,
    tried_locally=MAYBE_TEXT,
    authority=_MAYBE_OBJECT,
    external_refs=list_of(_REF),
    desk=_FLAG | {"description": "whether the viewer approves and finds for it"},
    overdue=_FLAG,
    lines=list_of(_LINE),
)
_STEP_MADE = object_of(
    at=_TIME,
    by=TEXT,
    kind={"enum": ["status", "fill", "level", "note", "change"]},
    line_id={"type": ["integer", "null"]},
    item=MAYBE_TEXT,
    before=MAYBE_TEXT,
    after=MAYBE_TEXT,
    text=MAYBE_TEXT,
)
_TAKE = object_of(
    stock_line_id=NUMBER,
    quantity=_QUANTITY | {"description": "in the stock line's unit of issue"},
)
_SOURCE = object_of(
    site={"type": "object"},
    quantity=_FIGURE | {"description": "in the request line's unit"},
    words=TEXT,
    free=_FIGURE,
    enough=_FLAG,
    distance_m={"type": ["integer", "null"]},
    minutes={"type": ["integer", "null"]},
    arrives_at=_MAYBE_TIME,
    late=_FLAG,
    below_par=_FLAG,
    takes=list_of({"type": "object"}),
    reasons=list_of(TEXT),
    against=list_of(TEXT),
    may_commit=_FLAG,
)

SCHEMAS: dict[str, dict[str, Any]] = {
    "Request": _REQUEST,
    "RequestWithTimeline": {
        "allOf": [ref("Request"), object_of(timeline=list_of(_STEP_MADE))],
    },
    "Requests": object_of(requests=list_of(ref("Request")), more=_FLAG),
    "NewRequest": {
        "type": "object",
        "required": ["deliver_to"],
        "properties": {
            "deliver_to": NUMBER | {"description": "the shelter or supply site it goes to"},
            "text": TEXT | {"description": 'in words, such as "cots 40"; or lines'},
            "lines": list_of(_WANT) | {"minItems": 1, "maxItems": 20},
            "priority": _PRIORITY | {"description": "normal without it"},
            "needed_by": _TIME | {"description": "without it, at once"},
            "incident": NUMBER,
            "contact_name": TEXT,
            "contact_phone": TEXT,
            "title": TEXT | {"description": "position of who asks"},
            "substitutes": TEXT,
            "note": TEXT,
            "draft": _FLAG | {"description": "true: not yet submitted"},
            "at": _HAPPENED,
            "key": _KEY,
        },
    },
    "RequestChange": {
        "type": "object",
        "required": ["version", "set"],
        "properties": {
            "version": _VERSION,
            "set": {
                "type": "object",
                "properties": {
                    "priority": _PRIORITY,
                    "needed_by": _MAYBE_TIME,
                    "incident": {"type": ["integer", "null"]},
                    "contact_name": MAYBE_TEXT,
                    "contact_phone": MAYBE_TEXT,
                    "requested_title": MAYBE_TEXT,
                    "substitutes": MAYBE_TEXT,
                    "note": MAYBE_TEXT,
                    "external_refs": list_of(_REF) | {"maxItems": 20},
                },
            },
        },
    },
    "RequestLevel": {
        "type": "object",
        "required": ["to", "version"],
        "properties": {
            "to": _LEVEL,
            "version": _VERSION,
            "tried": TEXT | {"description": "what was tried locally; needed to go up"},
            "left": TEXT | {"description": "why local stock that is known cannot be given"},
            "authority_name": TEXT
            | {"description": "the chief elected official, or whom they named; for the state"},
            "authority_title": TEXT,
            "authority_at": _TIME,
            "reason": TEXT | {"description": "needed to hand it back"},
            "at": _HAPPENED,
        },
    },
    "RequestMove": {
        "type": "object",
        "required": ["to", "version"],
        "properties": {
            "to": {"enum": list(TRANSITIONS)},
            "version": _VERSION,
            "reason": TEXT | {"description": "needed to deny and to cancel"},
            "provider": TEXT | {"description": "who gives it; needed for sourced"},
            "quantity": _QUANTITY | {"description": "offered or received; else all of it"},
            "expected_at": _TIME,
            "cost": _FIGURE | {"description": "US dollars"},
            "name": TEXT | {"description": "who approves or receives, if not you"},
            "title": TEXT | {"description": "position of who approves"},
            "place": TEXT | {"description": "where it goes when it is let go"},
            "disposition": {"enum": ["consumed", "returned"]},
            "at": _HAPPENED,
        },
    },
    "Sources": object_of(
        line_id=NUMBER,
        unit_of_issue=TEXT,
        missing=_FIGURE,
        fillable=_FLAG,
        place=MAYBE_TEXT | {"description": "said where the place it goes to is only reckoned"},
        best=_MAYBE_OBJECT
        | {"description": "parts (as sources), lacking, words: the least that covers it"},
        sources=list_of(_SOURCE),
        passed_over=list_of({"type": "object"}) | {"description": "near ones, and why not"},
        units=list_of({"type": "object"}) | {"description": "where a kind of unit is asked for"},
    ),
    "Commit": {
        "type": "object",
        "properties": {
            "takes": list_of(_TAKE) | {"minItems": 1, "maxItems": 20},
            "units": list_of(NUMBER) | {"description": "to the request's incident; or takes"},
            "at": _HAPPENED,
            "key": _KEY,
        },
    },
    "FillRelease": {"type": "object", "required": ["reason"], "properties": {"reason": TEXT}},
    "ShipFills": {
        "type": "object",
        "required": ["fills"],
        "properties": {
            "fills": list_of(NUMBER) | {"description": "of one site and one request"},
            "carrier": TEXT,
            "carrier_phone": TEXT,
            "expected_at": _TIME,
            "leaves": _FLAG | {"description": "false: prepared, and sent later; true without it"},
            "at": _HAPPENED,
            "key": _KEY,
        },
    },
    "ShipmentMade": object_of(id=NUMBER, number=TEXT, status=TEXT, version=NUMBER),
}
