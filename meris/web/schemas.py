"""JSON schemas of what the API takes and answers; those of the kinds come from the catalogue."""

from typing import Any

from meris.web import (
    details_areas,
    details_assignments,
    details_audit,
    details_boards,
    details_commands,
    details_freshness,
    details_incidents,
    details_notices,
    details_phone,
    details_placing,
    details_recommend,
    details_requests,
    details_running_out,
    details_supplies,
    details_trails,
)
from meris.web.schema_parts import ANY as _ANY
from meris.web.schema_parts import MAYBE_DEGREES as _MAYBE_DEGREES
from meris.web.schema_parts import MAYBE_NUMBER as _MAYBE_NUMBER
from meris.web.schema_parts import MAYBE_TEXT as _MAYBE_TEXT
from meris.web.schema_parts import NUMBER as _NUMBER
from meris.web.schema_parts import TEXT as _TEXT
from meris.web.schema_parts import list_of as _list_of
from meris.web.schema_parts import object_of as _object
from meris.web.schema_parts import ref as _ref
from meris.web.schemas_live import LIVE

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
    stale_base=_NUMBER | {"description": "a minute, counted from 2020-01-01T00:00Z"},
    stale_at=_list_of({"type": ["integer", "null"]})
    | {"description": "minutes after stale_base at which the row is stale; null: never confirmed"},
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
    dangers=_list_of({"type": "object"})
    | {"description": "areas it is in: area, kind, name, since"},
)
_VERSION = _NUMBER | {"minimum": 1, "description": "the version that was seen"}

_FLAG = {"type": "boolean", "default": False}
_MAYBE_LIST = {"type": ["array", "null"], "items": {"type": "object"}}
_MAYBE_COUNTS = {"type": ["object", "null"], "additionalProperties": True}
_KIND_OF_FILE = {"enum": ["shelter", "supply", "unit"]}

_FATE = {
    "enum": [
        "new",
        "changed",
        "confirmed",
        "unchanged",
        "held",
        "refused",
        "left_out",
        "repeated",
        "older",
    ]
}
_STATE = {"enum": ["received", "applying", "interrupted", "applied", "refused", "undone"]}

#: What /api/uploads takes and answers.
_UPLOADS: dict[str, dict[str, Any]] = {
    "NewUpload": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "a table, or a zip of one",
            },
            "kind": _KIND_OF_FILE | {"description": "without it, told from the columns"},
            "apply": {"enum": ["all", "valid"], "description": "load it at once"},
            "agency": _TEXT | {"description": "name or id, for those who may act for any agency"},
            "check": {"enum": ["now", "later"], "default": "now"},
        },
    },
    "UploadReading": {
        "type": "object",
        "properties": {
            "sheet": _MAYBE_TEXT | {"description": "worksheet to read"},
            "columns": {
                "type": "object",
                "additionalProperties": _MAYBE_TEXT,
                "description": "column of the file to field, null: do not read",
            },
            "constants": {
                "type": "object",
                "additionalProperties": _TEXT,
                "description": "one value for all rows, for fields without a column",
            },
            "repairs": _list_of(_TEXT | {"description": "ids of `proposals` that are taken"}),
            "corrections": {
                "type": "object",
                "description": "replaced {column: {text: text}}, cells {row: {column: text}},"
                " left_out [row]",
            },
            "allow_out_of_state": _FLAG,
            "clear": _FLAG | {"description": "empty cells clear what is recorded"},
            "as_of": _MAYBE_TIME | {"description": "when rows without a time were true"},
        },
    },
    "UploadFix": {
        "type": "object",
        "properties": {
            "group": _TEXT | {"description": "id of the problem"},
            "do": {"type": "object", "description": "one of the problem's fixes, or a cell"},
            "fixes": _list_of({"type": "object"}) | {"description": "several of {group, do}"},
            "revoke": _TEXT | {"description": "key of a decision to take back"},
        },
    },
    "UploadApplying": {
        "type": "object",
        "properties": {
            "only_valid": _FLAG | {"description": "leave rows with errors out"},
        },
    },
    "UploadRows": _object(
        rows=_list_of(
            _object(
                number=_NUMBER | {"description": "as the spreadsheet shows it"},
                fate=_FATE,
                resource_id=_MAYBE_NUMBER,
                name=_MAYBE_TEXT,
                cells={"type": ["array", "null"], "items": _TEXT},
                values={"type": "object", "additionalProperties": _TEXT},
                diff=_list_of({"type": "object"}) | {"description": "name, title, before, after"},
                why=_list_of(_TEXT),
                lat=_MAYBE_DEGREES,
                lon=_MAYBE_DEGREES,
                radius_m=_MAYBE_NUMBER | {"description": "null: the very place"},
            )
        ),
        next=_MAYBE_NUMBER | {"description": "`after` of the next page; null: there is none"},
    ),
    "UploadPoints": _object(
        row=_NUMBERS,
        fate=_list_of(_FATE),
        lat=_list_of({"type": "number"}),
        lon=_list_of({"type": "number"}),
        approximate=_list_of({"type": "boolean"}),
        of=_NUMBER | {"description": "how many rows have a place; 20,000 of them are told"},
    ),
    "UploadPairs": _object(
        pairs=_list_of({"type": "object"})
        | {"description": "row and other, score, reasons, choice"},
        counts=_MAYBE_COUNTS | {"description": "undecided, decided, told"},
    ),
    "UploadPairCounts": _object(counts=_MAYBE_COUNTS),
    "UploadAnswer": {
        "type": "object",
        "required": ["choice"],
        "properties": {
            "number": _NUMBER | {"description": "of the row"},
            "resource_id": _NUMBER,
            "other_number": _NUMBER | {"description": "another row of the same file"},
            "at_least": {"type": "number", "description": "all pairs of this score (0–1) and more"},
            "choice": {"enum": ["same", "different", "merge", None]},
        },
    },
    "UploadAbsent": _object(
        absent=_list_of({"type": "object"}) | {"description": "id, name, confirmed_at, …"},
        total=_NUMBER,
        next=_MAYBE_NUMBER,
    ),
    "UploadMarking": _object(ids={"description": '"all" or a list of ids of resources'}),
    "UploadMarked": _object(marked=_NUMBER),
    "UploadPublished": _object(published=_NUMBER),
    "UploadProgress": _object(
        state=_STATE,
        step=_MAYBE_TEXT | {"description": "waiting, reading, checking, comparing or writing"},
        done=_NUMBER | {"description": "rows done in this step"},
        total=_NUMBER | {"description": "rows to do; 0 where nobody counts"},
    ),
    "Upload": _object(
        id=_NUMBER,
        url=_TEXT | {"description": "its page"},
        filename=_TEXT,
        kind=_KIND_OF_FILE,
        agency=_TEXT,
        by=_MAYBE_TEXT,
        state=_STATE,
        received_at=_MAYBE_TIME,
        applied_at=_MAYBE_TIME,
        undone_at=_MAYBE_TIME,
        applied_before={
            "type": ["object", "null"],
            "description": "when the very same file was applied before",
        },
        rows=_MAYBE_NUMBER,
        counts=_MAYBE_COUNTS | {"description": "of rows: total, ready, refused, unplaced, …"},
        fates=_MAYBE_COUNTS | {"description": "what becomes of the rows; adds up to the total"},
        proposals=_MAYBE_LIST | {"description": "repairs of places, to be taken by `repairs`"},
        outcome=_MAYBE_COUNTS | {"description": "what applying does, or did"},
        columns=_MAYBE_LIST,
        missing_text=_MAYBE_TEXT,
        notes={"type": ["array", "null"], "items": _TEXT},
        problems=_MAYBE_LIST,
        more_problems=_MAYBE_NUMBER,
        undone=_MAYBE_COUNTS,
    ),
}

_SHARE = {"type": ["integer", "null"], "description": "percent, rounded down"}
_CARD = _object(
    fips=_MAYBE_TEXT,
    name=_MAYBE_TEXT,
    grade=_MAYBE_TEXT | {"description": "A to D; null: nothing is reported"},
    overall=_SHARE,
    complete=_SHARE,
    fresh=_SHARE,
    placed=_SHARE,
    problems=_NUMBER,
    counts={"type": "object", "additionalProperties": _NUMBER},
    last_upload={"type": ["object", "null"], "description": "`at`, `by`"},
    ask=_list_of(_TEXT) | {"description": "what to ask for, the most urgent first"},
    contact={"type": ["object", "null"], "description": "whom to call"},
)

#: Descriptions of other files.
_OF_OTHERS = (
    _UPLOADS
    | LIVE
    | details_areas.SCHEMAS
    | details_audit.SCHEMAS
    | details_boards.SCHEMAS
    | details_commands.SCHEMAS
    | details_assignments.SCHEMAS
    | details_freshness.SCHEMAS
    | details_incidents.SCHEMAS
    | details_notices.SCHEMAS
    | details_phone.SCHEMAS
    | details_placing.SCHEMAS
    | details_recommend.SCHEMAS
    | details_requests.SCHEMAS
    | details_running_out.SCHEMAS
    | details_supplies.SCHEMAS
    | details_trails.SCHEMAS
)
_EVENTS = "Server-Sent Events: change, dispatch, catchup, reload, beat"

SCHEMAS: dict[str, dict[str, Any]] = _OF_OTHERS | {
    "Anything": {},
    "OpenAPI": {"type": "object"},
    "File": {"type": "string", "format": "binary", "description": "CSV, XLSX or GeoJSON"},
    "Feed": {"type": "string", "description": _EVENTS},
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
        requests=_list_of(_ref("Request")) | {"description": "those that are open, for staff"},
        beds={"type": ["object", "null"], "description": "of a shelter, for staff: free, promised"},
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
    "Scorecard": _object(
        as_of={"type": "string", "format": "date-time"},
        counties=_list_of(_CARD) | {"description": "in the order of calls"},
        elsewhere=_CARD | {"description": "what no county answers for"},
    ),
    "Found": _object(
        query=_TEXT,
        places=_list_of(_object(title=_TEXT, what=_TEXT, lat=_MAYBE_DEGREES, lon=_MAYBE_DEGREES)),
        resources=_list_of(_object(id=_NUMBER, kind=_TEXT, name=_TEXT, status=_TEXT)),
        ids=_NUMBERS,
        more={"type": "boolean"},
    ),
}
