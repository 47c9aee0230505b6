"""The description of /api/areas: its routes, and the schemas of what they take and answer."""

from typing import Any

from meris.fields import AREA_KIND
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import MAYBE_TEXT, NUMBER, TEXT, list_of, object_of, ref

_ONE = "/api/areas/<int:area_id>"
_NEAR = ("near_km", "how far from the edge is near, at most 100; default 5")

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/areas", "GET"): Details(
        "Areas",
        query=(("incident", "only the areas of this incident (id)"), ("over", "1: past ones too")),
        refuses=(422,),
    ),
    ("/api/areas", "POST"): Details("Area", body="NewArea", status=201, refuses=WRITE),
    ("/api/areas/shape", "POST"): Details("Shape", body="ShapeGiven", refuses=(401, 403, 422)),
    (_ONE, "GET"): Details("Area", refuses=(404,)),
    (_ONE, "PATCH"): Details("Area", body="AreaChange", refuses=WRITE),
    (_ONE, "DELETE"): Details("AreaRemoved", body="AreaRemoval", refuses=WRITE),
    (f"{_ONE}/inside", "GET"): Details(
        "Inside",
        query=(
            _NEAR,
            ("limit", "lines of the list, 200 at most; default 100"),
            ("skip", "lines of the list to pass over"),
        ),
        refuses=(404, 422),
    ),
    (f"{_ONE}/inside.csv", "GET"): Details(
        "Table", query=(_NEAR,), refuses=(404, 422), media="text/csv"
    ),
}

_TIME = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_KIND = {"enum": [choice.code for choice in AREA_KIND]}
_SENSITIVITY = {"enum": ["public", "restricted", "confidential"]}
_VERSION = NUMBER | {"minimum": 1, "description": "the version that was seen"}
_GEOMETRY = {"type": "object", "description": "GeoJSON MultiPolygon, longitude first"}
_BOUNDS = list_of({"type": "number"}) | {"description": "west, south, east, north"}
_SQ_KM = {"type": "number", "description": "extent in square kilometers"}
_MAYBE_OBJECT = {"type": ["object", "null"]}
_PEOPLE = {
    "type": "object",
    "description": "`estimate` of people who live there, `counties` with each one's share,"
    " `elsewhere` when it reaches out of the state, `assumes` in words",
}

_SHAPE: dict[str, dict[str, Any]] = {
    "geometry": {"type": "object", "description": "GeoJSON Polygon or MultiPolygon"},
    "counties": list_of(TEXT) | {"description": "names or FIPS codes"},
    "circle": {"type": "object", "description": "radius_km, and lat and lon or place"},
    "text": TEXT | {"description": "corners, one a line in any notation; or GeoJSON"},
    "allow_elsewhere": {"type": "boolean", "description": "take what is far from the state"},
}
_SETTABLE: dict[str, dict[str, Any]] = {
    "kind": _KIND,
    "name": TEXT,
    "incident_id": {"type": ["integer", "null"]},
    "starts_at": _MAYBE_TIME,
    "ends_at": _MAYBE_TIME | {"description": 'null: until further notice; "now" ends it'},
    "notes": MAYBE_TEXT,
    "sensitivity": _SENSITIVITY,
    **_SHAPE,
}
_LINE: dict[str, dict[str, Any]] = {
    "id": NUMBER,
    "kind": _KIND,
    "kind_title": TEXT,
    "danger": {"type": "boolean", "description": "what is inside is flagged"},
    "name": TEXT,
    "starts_at": _TIME,
    "ends_at": _MAYBE_TIME,
    "state": {"enum": ["planned", "in force", "over"]},
    "sensitivity": _SENSITIVITY,
    "version": NUMBER,
}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Areas": object_of(areas=list_of(object_of(**_LINE))),
    "Area": object_of(
        **_LINE,
        incident=_MAYBE_OBJECT | {"description": "id, number, title, status"},
        agency=_MAYBE_OBJECT,
        geometry=_GEOMETRY,
        bounds=_BOUNDS,
        sq_km=_SQ_KM,
        notes=MAYBE_TEXT,
        created_by=MAYBE_TEXT,
        created_at=_TIME,
        updated_at=_TIME,
        editable={"type": "boolean"},
    ),
    "NewArea": {
        "type": "object",
        "required": ["kind", "name"],
        "properties": {
            **_SETTABLE,
            "key": TEXT | {"maxLength": 64, "description": "the same again makes no second area"},
        },
        "description": "with exactly one of geometry, counties, circle and text",
    },
    "AreaChange": {
        "type": "object",
        "required": ["version", "set"],
        "properties": {"version": _VERSION, "set": {"type": "object", "properties": _SETTABLE}},
    },
    "AreaRemoval": object_of(version=_VERSION, reason=TEXT),
    "AreaRemoved": object_of(removed=NUMBER),
    "ShapeGiven": {"type": "object", "properties": _SHAPE},
    "Shape": object_of(geometry=_GEOMETRY, bounds=_BOUNDS, sq_km=_SQ_KM, people=_PEOPLE),
    "Inside": object_of(
        area=NUMBER,
        version=NUMBER,
        near_km={"type": "number"},
        inside={"type": "object", "description": "per kind: count, by_status, and more"},
        near={"type": "object", "description": "the same for what is near and not inside"},
        people=_PEOPLE,
        total=NUMBER | {"description": "how many lines the whole list has"},
        resources=list_of(ref("Brief")) | {"description": "with `near` and `meters` from the edge"},
    ),
    "Table": {"type": "string", "description": "CSV with a header; unknown numbers are empty"},
}
