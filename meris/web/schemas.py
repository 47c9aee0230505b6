"""JSON schemas of what the API takes and answers; those of the kinds come from the catalogue."""

from typing import Any


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_ANY: dict[str, Any] = {}
_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_NUMBER = {"type": "integer"}
_MAYBE_DEGREES = {"type": ["number", "null"], "description": "decimal degrees, WGS 84"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_NUMBERS = _list_of(_NUMBER)
_DELTAS = _NUMBERS | {"description": "the first value, then differences"}
_FIFTH_DECIMALS = _NUMBERS | {"description": "hundred-thousandths of a degree, as differences"}

#: What every answer of /api/map holds; docs/architecture.md tells how to read the columns.
_MAP = _object(
    cursor=_TEXT | {"description": "the moment it is true at"},
    now=_NUMBER | {"description": "seconds since 1970"},
    full={"type": "boolean", "description": "false: only what changed, and `gone`"},
    looks=_list_of(_list_of(_MAYBE_TEXT)),
    agencies=_list_of(_list_of(_ANY)),
    counties=_list_of(_TEXT),
    located=_NUMBER | {"description": "so many rows, the first ones, have a place"},
    id=_DELTAS,
    lat=_FIFTH_DECIMALS,
    lon=_FIFTH_DECIMALS,
    look=_NUMBERS,
    county=_NUMBERS,
    agency=_NUMBERS,
    flags=_NUMBERS | {"description": "1 approximate, 2 restricted, 4 confidential, 8 live"},
    stale_at=_NUMBERS | {"description": "minutes since 2020-01-01T00:00Z; 0: never confirmed"},
)
_BRIEF = _object(
    id=_NUMBER,
    kind={"enum": ["shelter", "supply_site", "unit"]},
    name=_TEXT,
    status=_TEXT,
    type=_MAYBE_TEXT,
    city=_MAYBE_TEXT,
    county=_MAYBE_TEXT,
    agency=_MAYBE_TEXT,
    lat=_MAYBE_DEGREES,
    lon=_MAYBE_DEGREES,
    as_of=_MAYBE_TIME,
    confirmed_at=_MAYBE_TIME,
    stale_at=_MAYBE_TIME,
    summary=_MAYBE_TEXT,
)
_VERSION = _NUMBER | {"minimum": 1, "description": "the version that was seen"}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Anything": {},
    "OpenAPI": {"type": "object"},
    "Feed": {"type": "string", "description": "Server-Sent Events: change, catchup, reload, beat"},
    "Error": _object(
        error=_TEXT | {"description": "a code that stays the same"},
        message=_TEXT | {"description": "plain words"},
    ),
    "Map": _MAP,
    "Brief": _BRIEF,
    "Briefs": _object(resources=_list_of(_ref("Brief"))),
    "Resource": _object(
        id=_NUMBER,
        kind={"enum": ["shelter", "supply_site", "unit"]},
        version=_NUMBER,
        name=_TEXT,
        fields=_list_of(_object(name=_TEXT, title=_TEXT, value=_ANY, text=_TEXT)),
    ),
    "Change": _object(
        version=_VERSION,
        set={
            "type": "object",
            "description": "fields of the kind (Shelter, SupplySite, Unit) and their new values",
        },
    ),
    "Confirmation": _object(version=_VERSION),
    "History": _object(
        changes=_list_of(
            _object(
                at={"type": "string", "format": "date-time"},
                actor=_TEXT,
                what=_TEXT,
                fields=_list_of(_object(title=_TEXT, before=_ANY, after=_ANY)),
            )
        )
    ),
    "Found": _object(
        query=_TEXT,
        places=_list_of(_object(title=_TEXT, what=_TEXT, lat=_MAYBE_DEGREES, lon=_MAYBE_DEGREES)),
        resources=_list_of(_object(id=_NUMBER, kind=_TEXT, name=_TEXT, status=_TEXT)),
        ids=_NUMBERS,
        more={"type": "boolean"},
    ),
}
