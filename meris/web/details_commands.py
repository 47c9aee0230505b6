"""The description of /api/command, and the schemas of what it takes and answers."""

from typing import Any

from meris.web.route_details import Details
from meris.web.schema_parts import MAYBE_NUMBER, MAYBE_TEXT, NUMBER, TEXT, list_of, object_of

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/command", "POST"): Details("Command", body="CommandLine", refuses=(400, 401, 403, 422)),
}
_FLAG = {"type": "boolean"}
_WORDS = list_of(TEXT)
_ACTION = object_of(
    method={"enum": ["POST", "PATCH"]},
    url=TEXT,
    body={"type": "object", "description": "add your own `key` to it"},
)
_ROW = object_of(
    title=TEXT,
    about=TEXT,
    text=MAYBE_TEXT | {"description": "a line to type instead"},
    resource=MAYBE_NUMBER | {"description": "the id of a resource to look at"},
    kind=MAYBE_TEXT,
    status=MAYBE_TEXT,
    reasons=_WORDS,
    warnings=_WORDS,
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "CommandLine": {
        "type": "object",
        "properties": {
            "text": TEXT | {"maxLength": 4000},
            "context": {
                "type": "object",
                "description": "what the page holds: ids of an incident and a unit, and the middle"
                " of the map as center {lat, lon}",
            },
        },
        "required": ["text"],
    },
    "Command": object_of(
        text=TEXT,
        intent=MAYBE_TEXT | {"description": "null: no command, so words to search for"},
        guess=_FLAG | {"description": "may as well be words to search for"},
        complete=_FLAG | {"description": "can be done as it stands"},
        understood=list_of(object_of(text=TEXT, means=MAYBE_TEXT, start=NUMBER, end=NUMBER)),
        sentence=TEXT | {"description": "what will happen"},
        action={"anyOf": [_ACTION, {"type": "null"}]},
        actions=list_of(_ACTION) | {"description": "all calls, in order; `action` is the first"},
        show={
            "type": ["object", "null"],
            "description": "what to show: incident, resource, place, page, units, ids or draw",
        },
        rows=list_of(_ROW),
        others=list_of(_ROW) | {"description": "what else the words may mean"},
        warnings=_WORDS | {"description": "to be read before it is done"},
        problems=list_of(
            object_of(
                message=TEXT,
                word=MAYBE_TEXT,
                start=MAYBE_NUMBER,
                end=MAYBE_NUMBER,
                nearest=MAYBE_TEXT,
            )
        ),
        completions=list_of(object_of(text=TEXT, word=TEXT, about=TEXT)),
        help=list_of(object_of(intent=TEXT, title=TEXT, about=TEXT, examples=_WORDS)),
    ),
}
