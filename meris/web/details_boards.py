"""The description of /api/board/*: its routes, and the schemas of what they answer."""

from typing import Any

from meris.dispatch import board_units
from meris.web.route_details import Details
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

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/board/incidents", "GET"): Details("IncidentBoard", refuses=(401, 403)),
    ("/api/board/units", "GET"): Details(
        "UnitBoard",
        query=(
            ("status", "statuses of units, separated by commas"),
            ("county", "FIPS codes, separated by commas"),
            ("region", "a region as scheme.code"),
            ("agency", "ids of agencies, separated by commas"),
            ("type", "kinds of units, separated by commas"),
            ("q", "words in the name, number or address"),
            ("sort", ", ".join(board_units.known_sorts())),
            ("reverse", "1: the other way round"),
            ("limit", f"{board_units.MOST_ROWS} at most; default 200"),
            ("offset", "rows to leave out at the top"),
        ),
        refuses=(401, 403, 422),
    ),
}

_MAYBE_OBJECT = {"type": ["object", "null"]}
_COUNTS = {"type": "object", "additionalProperties": NUMBER}

SCHEMAS: dict[str, dict[str, Any]] = {
    "IncidentBoard": object_of(
        total=NUMBER | {"description": "how many are open; more than 500 are not all here"},
        rows=list_of(ref("IncidentBoardRow")),
    ),
    "IncidentBoardRow": object_of(
        id=NUMBER,
        number=TEXT,
        type=TEXT,
        title=TEXT,
        priority=NUMBER,
        status=TEXT,
        place=MAYBE_TEXT,
        county=MAYBE_TEXT,
        parent=MAYBE_NUMBER,
        reported_at=EPOCH,
        overdue_at=MAYBE_EPOCH
        | {"description": "when the first unit should be on scene; null once one was"},
        sent={"type": "boolean", "description": "whether any unit was ever sent"},
        units=list_of(
            object_of(assignment=NUMBER, unit=NUMBER, name=TEXT, status=TEXT, status_at=EPOCH)
        ),
        missing=list_of(object_of(count=NUMBER, have=NUMBER, unit_types=list_of(TEXT)))
        | {"description": "needs that are not filled yet"},
        log=_MAYBE_OBJECT | {"description": "the last entry: at, text, author, kind"},
        version=NUMBER,
    ),
    "UnitBoard": object_of(
        counts=_COUNTS | {"description": "by status, of all that pass the other filters"},
        total=NUMBER,
        offset=NUMBER,
        limit=NUMBER,
        rows=list_of(ref("UnitBoardRow")),
    ),
    "UnitBoardRow": object_of(
        id=NUMBER,
        version=NUMBER,
        name=TEXT,
        type=MAYBE_TEXT,
        status=TEXT,
        status_at=MAYBE_EPOCH,
        agency=TEXT,
        county=MAYBE_TEXT,
        station=MAYBE_TEXT,
        people=MAYBE_NUMBER,
        position_at=MAYBE_EPOCH,
        duty_from=MAYBE_EPOCH,
        rest_at=MAYBE_EPOCH,
        dangers=list_of(TEXT) | {"description": "areas of danger it is in"},
        assignment=_MAYBE_OBJECT
        | {"description": "what it is doing; its incident is null where you may not know it"},
    ),
}
