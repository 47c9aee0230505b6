"""The description of /api/confirm and of a shelter's counts: routes, and what they answer."""

from typing import Any

from meris.age_limits import GROUPS
from meris.fields import KINDS
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import MAYBE_NUMBER, MAYBE_TEXT, NUMBER, TEXT, list_of, object_of, ref

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/confirm", "GET"): Details(
        "Worklist",
        query=(
            ("kind", "shelter, supply_site or unit; without it, shelters and supply sites"),
            ("county", "FIPS code of the county they stand in"),
            ("agency", "the id of an agency, or all"),
            ("show", "due (default), or waiting: nobody answered, and the next try is to come"),
            ("page", "from 1; 25 sites a page"),
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/resources/<int:resource_id>/tries", "POST"): Details(
        "Said", body="Try", refuses=(400, *WRITE)
    ),
    ("/api/shelters/<int:shelter_id>/counts", "GET"): Details(
        "ShelterCounts",
        query=(("most", "how many counts at most, 1 to 500; default 200"),),
        refuses=(401, 403, 404, 422),
    ),
}

_TIME = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_FIGURE = MAYBE_NUMBER | {"minimum": 0, "description": "null: not counted, which is not zero"}
_MOVED = object_of(
    people=NUMBER | {"minimum": 1},
    at=_TIME,
    by=TEXT,
    shelter={"type": ["object", "null"], "description": "id and name, where it may be known"},
    words=MAYBE_TEXT | {"description": "where, when it is no shelter"},
)

SCHEMAS: dict[str, dict[str, Any]] = {
    "Said": object_of(message=TEXT),
    "Try": {
        "type": "object",
        "required": ["outcome"],
        "properties": {
            "outcome": {
                "enum": ["take", "release", "still_true", "cannot_reach", "changed"],
                "description": "take: in hand for 10 minutes; release: back on the list",
            },
            "version": NUMBER | {"description": "as it was seen; needed for still_true"},
            "note": TEXT | {"maxLength": 2000},
        },
    },
    "Worklist": object_of(
        sites=list_of(ref("SiteToConfirm")),
        more={"type": "boolean"},
        total=NUMBER,
        total_is_least={"type": "boolean", "description": "true: that many or more"},
    ),
    "SiteToConfirm": object_of(
        id=NUMBER,
        kind={"enum": list(KINDS)},
        name=TEXT,
        status=TEXT,
        version=NUMBER,
        city=MAYBE_TEXT,
        county=MAYBE_TEXT,
        agency=TEXT,
        summary=TEXT,
        reasons=list_of(
            object_of(
                group={"enum": list(GROUPS)},
                title=TEXT,
                at=_MAYBE_TIME | {"description": "when it was said last; null: never"},
                limit_minutes=NUMBER,
                late={"type": "boolean", "description": "false: soon too old"},
            )
        ),
        calls=list_of(object_of(who=TEXT, phone=TEXT)),
        missed=NUMBER | {"description": "how often nobody answered since it was confirmed"},
        next_at=_MAYBE_TIME,
        in_hand={"type": ["object", "null"], "description": "name, and until when"},
    ),
    "ShelterCounts": object_of(
        shelter=object_of(id=NUMBER, name=TEXT, status=TEXT),
        evacuation_capacity=_FIGURE,
        post_impact_capacity=_FIGURE,
        capacity_in_use={"enum": ["evacuation", "post_impact"]},
        counts=list_of(
            object_of(
                at=_TIME,
                period={"enum": ["overnight", "midday", "adhoc"]},
                total=_FIGURE,
                general=_FIGURE,
                medical_needs=_FIGURE,
                other=_FIGURE,
                pets=_FIGURE,
                reported_by=TEXT,
                source=TEXT,
            )
        ),
        on_the_way=list_of(_MOVED),
        went=list_of(_MOVED),
    ),
}
