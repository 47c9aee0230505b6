"""The description of /api/units/ID/trail: its routes, and the schemas of what they answer."""

from typing import Any

from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import EPOCH, MAYBE_TEXT, NUMBER, TEXT, list_of, object_of, ref

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/units/<int:unit_id>/trail", "POST"): Details("Trail", body="TrailWanted", refuses=WRITE),
    ("/api/units/<int:unit_id>/trail", "GET"): Details("TrailLooks", refuses=(401, 403, 404)),
    ("/api/trails/<int:look_id>", "GET"): Details(
        "File", refuses=(401, 403, 404), media="text/csv"
    ),
}

_MAYBE_NUMBER = {"type": ["number", "null"]}
SCHEMAS: dict[str, dict[str, Any]] = {
    "TrailWanted": {
        "type": "object",
        "properties": {
            "from": TEXT | {"description": "date and time"},
            "to": MAYBE_TEXT | {"description": "now where it is missing; 7 days later at most"},
            "reason": TEXT | {"description": "why, in 5 to 300 characters; it is kept"},
        },
        "required": ["from", "reason"],
    },
    "Trail": object_of(
        id=NUMBER | {"description": "of this look; its file is at /api/trails/ID for an hour"},
        unit=object_of(id=NUMBER, name=TEXT),
        **{"from": EPOCH, "to": EPOCH},
        reason=TEXT,
        total=NUMBER | {"description": "fixes within the span"},
        every=NUMBER | {"description": "1: all of them; 3: each third"},
        fixes=list_of(ref("TrailFix")),
        kept_days=NUMBER,
        file=TEXT,
    ),
    "TrailFix": object_of(
        at=EPOCH,
        lat={"type": "number"},
        lon={"type": "number"},
        accuracy_m=_MAYBE_NUMBER,
        speed_mps=_MAYBE_NUMBER,
        course_deg=_MAYBE_NUMBER,
        altitude_m=_MAYBE_NUMBER,
        source=TEXT,
    ),
    "TrailLooks": object_of(
        looks=list_of(object_of(at=TEXT, viewer=TEXT, **{"from": TEXT, "to": TEXT}, reason=TEXT))
    ),
}
