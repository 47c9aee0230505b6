"""JSON schemas of the dispatcher's board: /api/dispatch and the feed's `dispatch` event."""

from typing import Any

from meris.web.schema_parts import (
    EPOCH,
    MAYBE_DEGREES,
    MAYBE_EPOCH,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    list_of,
    object_of,
    ref,
)

_SENSITIVITY = {"enum": ["public", "restricted", "confidential"]}
_IDS = list_of(NUMBER)

LIVE: dict[str, dict[str, Any]] = {
    "Dispatch": object_of(
        cursor=TEXT | {"description": "the moment it is true at"},
        now=EPOCH,
        types={
            "type": "object",
            "description": "what may happen, by code: title, short, words, category, priority,"
            " overdue and par in minutes, active",
        },
        incidents=list_of(ref("BoardIncident")),
        assignments=list_of(ref("BoardAssignment")),
        areas=list_of(ref("BoardArea")),
        gone=object_of(incidents=_IDS, assignments=_IDS, areas=_IDS)
        | {"description": "in the feed: ids that are over or no longer for this viewer"},
    ),
    "BoardIncident": object_of(
        id=NUMBER,
        number=TEXT,
        type=TEXT,
        title=TEXT,
        priority=NUMBER | {"minimum": 1, "maximum": 4},
        status={"enum": ["new", "active", "controlled"]},
        lat=MAYBE_DEGREES,
        lon=MAYBE_DEGREES,
        radius_m=MAYBE_NUMBER | {"description": "set when the place is only approximate"},
        place=MAYBE_TEXT,
        county=MAYBE_TEXT,
        county_fips=MAYBE_TEXT,
        jurisdiction=MAYBE_TEXT,
        parent=MAYBE_NUMBER,
        reported_at=EPOCH,
        status_at=EPOCH,
        overdue_at=MAYBE_EPOCH
        | {"description": "when it has waited too long; null once a unit was on scene"},
        agency=MAYBE_TEXT,
        version=NUMBER,
        units=NUMBER | {"description": "how many work on it; what is only reserved is not"},
        entries=NUMBER | {"description": "in its log"},
        entry_at=MAYBE_EPOCH,
        sensitivity=_SENSITIVITY,
    ),
    "BoardAssignment": object_of(
        id=NUMBER,
        incident=NUMBER,
        unit=NUMBER,
        unit_name=TEXT,
        unit_type=MAYBE_TEXT,
        unit_agency=NUMBER | {"description": "id of the agency that it belongs to"},
        status=TEXT,
        status_at=EPOCH,
        booked={"type": "boolean", "description": "reserved for a time to come"},
        **{"from": EPOCH, "until": EPOCH | {"description": "of a hold: when it lapses"}},
        eta_at=MAYBE_EPOCH,
        par_at=MAYBE_EPOCH | {"description": "when the unit must be heard of again"},
        silenced_until=MAYBE_EPOCH | {"description": "until then its alarm makes no sound"},
        silenced_by=MAYBE_TEXT,
        version=NUMBER,
    ),
    "BoardArea": object_of(
        id=NUMBER,
        kind={"enum": ["hazard", "evacuation", "exclusion", "closure", "staging"]},
        name=TEXT,
        incident=MAYBE_NUMBER,
        geometry={"type": "object", "description": "GeoJSON MultiPolygon"},
        starts_at=EPOCH,
        ends_at=MAYBE_EPOCH,
        sensitivity=_SENSITIVITY,
        version=NUMBER,
    ),
}
