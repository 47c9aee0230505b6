"""The description of /api/requests: its routes, and the schemas of what they take and answer."""

from typing import Any

from meris.fields.lists_request import LINE_STATUS, REQUEST_PRIORITY
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
            ("deliver_to", "the id of a shelter or supply site"),
            ("q", "words in the number, the item or the site"),
            ("page", "from 1; 100 requests a page"),
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/requests", "POST"): Details(
        "Request", body="NewRequest", status=201, refuses=(400, *WRITE)
    ),
    ("/api/request-lines/<int:line_id>/move", "POST"): Details(
        "Request", body="RequestMove", refuses=(400, *WRITE)
    ),
}

_TIME = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_PRIORITY = {"enum": list(REQUEST_PRIORITY.by_code)}
_QUANTITY = {"type": "number", "exclusiveMinimum": 0}
_UNIT = {"enum": list(UNIT_OF_ISSUE.by_code)}
_WANT: dict[str, Any] = {
    "type": "object",
    "required": ["quantity"],
    "properties": {
        "item_code": TEXT | {"description": "of the catalogue of items; or item_name"},
        "item_name": TEXT,
        "quantity": _QUANTITY,
        "unit_of_issue": _UNIT | {"description": "without it, the item's own"},
    },
}
_LINE = object_of(
    id=NUMBER,
    words=TEXT,
    item_code=MAYBE_TEXT,
    item_name=TEXT,
    quantity=_QUANTITY,
    unit_of_issue=TEXT,
    status={"enum": list(LINE_STATUS.by_code)},
    status_title=TEXT,
    status_at=_TIME,
    by=TEXT,
    reason=MAYBE_TEXT,
    provider=MAYBE_TEXT,
    expected_at=_MAYBE_TIME,
    overdue={"type": "boolean"},
    version=NUMBER,
    moves=list_of(TEXT) | {"description": "what the viewer may make of it, the usual step first"},
)

SCHEMAS: dict[str, dict[str, Any]] = {
    "Request": object_of(
        id=NUMBER,
        number=TEXT,
        priority=_PRIORITY,
        priority_title=TEXT,
        needed_by=_MAYBE_TIME,
        deliver_to={"type": ["object", "null"]},
        agency=TEXT,
        requested_by=TEXT,
        requested_at=_TIME,
        source={"enum": ["phone", "web", "api"]},
        note=MAYBE_TEXT,
        lines=list_of(_LINE),
    ),
    "Requests": object_of(requests=list_of(ref("Request")), more={"type": "boolean"}),
    "NewRequest": {
        "type": "object",
        "required": ["deliver_to"],
        "properties": {
            "deliver_to": NUMBER | {"description": "the shelter or supply site it goes to"},
            "text": TEXT | {"description": 'in words, such as "cots 40"; or lines'},
            "lines": list_of(_WANT) | {"minItems": 1, "maxItems": 20},
            "priority": _PRIORITY | {"description": "normal without it"},
            "needed_by": _TIME,
            "note": TEXT,
            "key": TEXT | {"maxLength": 64, "description": "the same again changes nothing"},
        },
    },
    "RequestMove": {
        "type": "object",
        "required": ["to", "version"],
        "properties": {
            "to": {"enum": list(TRANSITIONS)},
            "version": NUMBER | {"minimum": 1, "description": "of the line, as it was seen"},
            "reason": TEXT | {"description": "needed to deny and to cancel"},
            "provider": TEXT | {"description": "who gives it; needed for sourced"},
            "expected_at": _TIME,
        },
    },
}
