"""The description of /api/audit: its route, and the schema of what it answers."""

from typing import Any

from meris.web.route_details import Details
from meris.web.schema_parts import MAYBE_TEXT, NUMBER, TEXT, list_of, object_of, ref

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/audit/roots", "GET"): Details(
        "Roots",
        query=(
            ("from", "a day in the state's time; a month before `to` where it is missing"),
            ("to", "a day, 365 days after `from` at most; today where it is missing"),
        ),
        refuses=(401, 403, 422),
    ),
}

_MAYBE_NUMBER = {"type": ["number", "null"]}
SCHEMAS: dict[str, dict[str, Any]] = {
    "Roots": object_of(
        zone=TEXT | {"description": "whose days they are, e.g. America/Chicago"},
        sealed_at=MAYBE_TEXT,
        not_sealed=_MAYBE_NUMBER | {"description": "rows; null where nobody has counted them"},
        oldest_not_sealed=MAYBE_TEXT,
        roots=list_of(ref("Root")),
    ),
    "Root": object_of(
        day=TEXT,
        root=TEXT | {"description": "the first 120 bits of the hash, to be read aloud"},
        hash=TEXT | {"description": "SHA-256 of the day's last seal, 64 hexadecimal digits"},
        seal=NUMBER,
        sealed_at=TEXT,
        seals=NUMBER,
        rows=NUMBER,
        final={"type": "boolean", "description": "false for today, whose root goes on changing"},
    ),
}
