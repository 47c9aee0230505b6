"""The description of /api/recommendation and /api/cover: their routes and schemas."""

from typing import Any

from meris.web.route_details import Details
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

_TERMS = (
    ("within", "only units that arrive within so many minutes"),
    ("exclude", "ids of units not to propose, separated by commas"),
    ("most", "how many others to show after those proposed; default 5"),
)
ROUTES: dict[tuple[str, str], Details] = {
    ("/api/incidents/<int:incident_id>/recommendation", "GET"): Details(
        "Recommendation", query=_TERMS, refuses=(401, 403, 404, 422)
    ),
    ("/api/recommendation", "POST"): Details(
        "Recommendation", body="NewRecommendation", refuses=(400, 401, 403, 404, 422)
    ),
    ("/api/cover", "GET"): Details("Cover", refuses=(401, 403)),
    ("/api/cover/what-if", "POST"): Details("Holes", body="Units", refuses=(400, 401, 403, 422)),
}

_NUMBER = {"type": "number"}
_MINUTES = _NUMBER | {"description": "minutes"}
_NEED = {
    "count": NUMBER | {"minimum": 1, "maximum": 200},
    "unit_types": list_of(TEXT) | {"description": "any of these kinds"},
    "type_level": MAYBE_NUMBER | {"description": "NIMS type, this or better; 1 is the best"},
    "capabilities": list_of(TEXT) | {"description": "all of these"},
}
_UNIT = {"unit_id": NUMBER, "name": TEXT, "unit_type": TEXT}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Need": object_of(id=MAYBE_NUMBER, **_NEED, text=TEXT | {"description": "in words"}),
    "Pick": object_of(
        **_UNIT,
        type_level=MAYBE_NUMBER,
        agency=TEXT,
        status=TEXT,
        county_fips=MAYBE_TEXT,
        lat=_NUMBER,
        lon=_NUMBER,
        position_age_s=MAYBE_NUMBER | {"description": "null: nobody knows how old the place is"},
        eta_minutes=_MINUTES,
        distance_m=NUMBER | {"description": "in a straight line"},
        score=_MINUTES | {"description": "arrival and the minutes added by what speaks against it"},
        reasons=list_of(TEXT),
        warnings=list_of(TEXT),
        cover=MAYBE_TEXT | {"description": "what cover it would leave, where that is too little"},
    ),
    "Passed": object_of(**_UNIT, distance_m=NUMBER, reason=TEXT),
    "NextFree": object_of(
        **_UNIT,
        minutes=NUMBER | {"description": "until it is free; an estimate"},
        eta_minutes=_MINUTES,
        reason=TEXT,
        incident_number=MAYBE_TEXT,
    ),
    "NeedLine": object_of(
        need=ref("Need"),
        picks=list_of(ref("Pick")),
        runners_up=list_of(ref("Pick")),
        passed=list_of(ref("Passed")) | {"description": "nearer than a pick, and why not; 12"},
        more_passed=NUMBER,
        short=NUMBER | {"description": "how many are missing"},
        shortfall=MAYBE_TEXT,
        next_free=list_of(ref("NextFree")),
    ),
    "Recommendation": object_of(
        at={"type": "string", "format": "date-time"},
        lat=MAYBE_DEGREES,
        lon=MAYBE_DEGREES,
        incident_id=MAYBE_NUMBER,
        lines=list_of(ref("NeedLine")) | {"description": "empty when nothing more is needed"},
        cover=list_of(ref("Hole")) | {"description": "what all picks together would leave open"},
    ),
    "Hole": object_of(
        rule_id=NUMBER,
        where=TEXT,
        counties=list_of(TEXT) | {"description": "FIPS codes"},
        unit_types=list_of(TEXT),
        minimum=NUMBER,
        available=NUMBER,
        before=MAYBE_NUMBER | {"description": "how many there are now, of a dispatch thought of"},
        note=MAYBE_TEXT,
        text=TEXT,
    ),
    "Cover": object_of(
        holes=list_of(ref("Hole")),
        rules=NUMBER | {"description": "how many minimums are set"},
    ),
    "Holes": object_of(holes=list_of(ref("Hole"))),
    "Units": object_of(units=list_of(NUMBER)),
    "NewRecommendation": {
        "type": "object",
        "required": ["needs"],
        "properties": {
            "place": TEXT | {"description": "in words; or lat and lon, or resource_id"},
            "lat": MAYBE_DEGREES,
            "lon": MAYBE_DEGREES,
            "resource_id": NUMBER,
            "needs": list_of({"type": "object", "properties": _NEED}),
            "incident_id": NUMBER | {"description": "what is held for it is not proposed again"},
            "within": _MINUTES,
            "exclude": list_of(NUMBER),
            "uncommitted": {"type": "boolean", "description": "nobody booked ahead either"},
            "keep": {
                "type": "object",
                "properties": {"count": NUMBER, "per": {"enum": ["station", "county"]}},
            },
            "most": NUMBER,
        },
    },
}
