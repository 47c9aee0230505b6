"""The description of /api/phone: its routes, what they take and what they answer."""

from typing import Any

from meris.phone.kinds import KINDS
from meris.phone.report import MOST
from meris.positions.page import MOST as MOST_FIXES
from meris.web.route_details import Details
from meris.web.schema_parts import MAYBE_NUMBER, MAYBE_TEXT, TEXT, list_of, object_of, ref

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/phone/reports", "POST"): Details(
        "PhoneAnswers", body="PhoneReports", refuses=(400, 401, 403, 409, 422, 503)
    ),
    ("/api/phone/positions", "POST"): Details(
        "PhonePositionsTaken", body="PhonePositions", refuses=(400, 401, 403, 409, 422, 503)
    ),
}

_OBJECT: dict[str, Any] = {"type": "object"}
_MAYBE_OBJECT: dict[str, Any] = {"type": ["object", "null"]}
_SIDE: dict[str, Any] = {"what": TEXT, "at": MAYBE_TEXT}
_REPORT: dict[str, Any] = {
    "type": "object",
    "required": ["key", "kind", "said_at"],
    "properties": {
        "key": TEXT | {"pattern": "^[A-Za-z0-9-]{8,64}$", "description": "made on the phone"},
        "kind": {"enum": sorted(KINDS)},
        "subject": MAYBE_NUMBER | {"description": "the unit or the shelter"},
        "said_at": TEXT | {"description": "by the phone's clock"},
        "base": _MAYBE_OBJECT | {"description": "what the phone showed, as its page had it"},
        "body": _OBJECT | {"description": "by kind, see docs/phone.md"},
    },
}

_FIX: dict[str, Any] = {
    "type": "object",
    "required": ["at", "lat", "lon"],
    "properties": {
        "at": TEXT | {"description": "when the fix was taken, ISO 8601"},
        "lat": {"type": "number"},
        "lon": {"type": "number"},
        "acc": {"type": ["number", "null"], "description": "accuracy, meters"},
        "speed": {"type": ["number", "null"], "description": "meters a second"},
        "course": {"type": ["number", "null"], "description": "degrees from north"},
        "alt": {"type": ["number", "null"], "description": "meters"},
    },
}

SCHEMAS: dict[str, dict[str, Any]] = {
    "PhonePositions": object_of(
        account=TEXT | {"description": "the mark of the account that they were taken under"},
        sent_at=TEXT | {"description": "by the phone's clock"},
        fixes=list_of(_FIX) | {"maxItems": MOST_FIXES},
    ),
    "PhonePositionsTaken": object_of(
        taken={"type": "integer", "description": "fixes that were kept"},
        dropped={
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "how many were not, by off_duty, old, ahead, nowhere, twice or jump",
        },
    ),
    "PhoneReport": _REPORT,
    "PhoneReports": object_of(
        account=TEXT | {"description": "the mark of the account that they were made under"},
        sent_at=TEXT | {"description": "by the phone's clock"},
        reports=list_of(ref("PhoneReport")) | {"minItems": 1, "maxItems": MOST},
    ),
    "PhoneAnswer": object_of(
        key=TEXT,
        outcome={"enum": ["applied", "older", "conflict", "refused"]},
        message=TEXT,
        theirs={"anyOf": [object_of(**_SIDE, by=TEXT), {"type": "null"}]},
        mine={"anyOf": [object_of(**_SIDE), {"type": "null"}]},
        state=_MAYBE_OBJECT | {"description": "what is so now, in the shape of base"},
    ),
    "PhoneAnswers": object_of(
        answers=list_of(ref("PhoneAnswer")) | {"description": "one for each report, in order"},
        now=TEXT,
    ),
}
