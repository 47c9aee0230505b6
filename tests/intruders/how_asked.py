"""How each line of the table is asked: what fills the address, and a body that is right in every
other way, so that only the right to do it is in question.
"""

import io
import re
from dataclasses import dataclass
from typing import Any

from tests.intruders.who_may import Entry
from tests.planted.routes import ARGUMENTS, WORDS, filled

_PART = re.compile(r"<(?:[^<>:]+:)?([a-z_]+)>")

#: What fills an argument, where the walk of the planted secrets means something else by it.
_FILLS = {"site_id": "supply", "line_id": "line", "resource_id": "shelter"}
#: Words for arguments, by the address; `{name}` is an id.
_WORDS = {
    "/units/<int:unit_id>/ics-<sheet>": {"sheet": "214"},
    "/people/<int:account_id>/ics-<sheet>": {"sheet": "214"},
    "/requests/<int:request_id>/ics-<sheet>": {"sheet": "213RR"},
    "/static/<version>/<path:name>": {"version": "0", "name": "css/base.css"},
    "/place/holds/<int:hold_id>/<move>": {"move": "release"},
    "/confirm/<int:site_id>/<what>": {"what": "still_true"},
    "/accounts/<int:account_id>/<what>": {"what": "log-out"},
    "/rules/cover/<int:rule_id>": {"rule_id": "{rule}"},
    "/items/<code>": {"code": "WATER-BTL"},
    "/api/items/<code>": {"code": "WATER-BTL"},
}
#: An address that is asked of something else than its argument says.
_OF = {
    "GET /incidents/<int:incident_id>/reopen": {"incident_id": "{closed}"},
    "POST /incidents/<int:incident_id>/reopen": {"incident_id": "{closed}"},
    "POST /api/request-lines/<int:line_id>/move": {"line_id": "{open_line}"},
    "POST /api/request-lines/<int:line_id>/commit": {"line_id": "{open_line}"},
    "POST /requests/lines/<int:line_id>/move": {"line_id": "{open_line}"},
    "POST /requests/lines/<int:line_id>/commit": {"line_id": "{open_line}"},
    "POST /api/fills/<int:fill_id>/release": {"fill_id": "{new_fill}"},
    "POST /requests/fills/<int:fill_id>/release": {"fill_id": "{new_fill}"},
    "POST /requests/fills/<int:fill_id>/ship": {"fill_id": "{new_fill}"},
    "POST /requests/shipments/<int:shipment_id>/receive": {"shipment_id": "{shipment_receive}"},
}
_SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-92.4, 38.9], [-92.3, 38.9], [-92.3, 39.0], [-92.4, 39.0], [-92.4, 38.9]]],
}
_FIRE = {"type": "structure_fire", "lat": 38.95, "lon": -92.33}
_CSV = b"external_id,name,status,latitude,longitude\r\nX-1,New annex,open,38.95171,-92.33407\r\n"

#: What reading asks for beside the address.
_ASKED = {
    "/api/incidents/place": "?text=Columbia",
    "/api/incidents/similar": "?lat=38.95&lon=-92.33&type=structure_fire",
    "/exports": "?agency={agency}",
    "/exports/<kind>.<extension>": "?agency={agency}",
    "/api/exports/<kind>.<extension>": "?agency={agency}",
}

#: By method and address, and where it differs by the thing; forms and JSON alike.
BODIES: dict[str, dict[str, Any]] = {
    "PATCH /api/resources/<int:resource_id> shelter":
        {"version": "{shelter_version}", "set": {"notes": "seen by us"}},
    "PATCH /api/resources/<int:resource_id> supply":
        {"version": "{supply_version}", "set": {"notes": "seen by us"}},
    "PATCH /api/resources/<int:resource_id> unit":
        {"version": "{unit_version}", "set": {"personnel_count": 5}},
    "POST /api/resources/<int:resource_id>/confirm shelter": {"version": "{shelter_version}"},
    "POST /api/resources/<int:resource_id>/confirm supply": {"version": "{supply_version}"},
    "POST /api/resources/<int:resource_id>/confirm unit": {"version": "{unit_version}"},
    "POST /api/resources/<int:resource_id>/tries": {"outcome": "cannot_reach"},
    "POST /confirm/<int:site_id>/<what> shelter": {"version": "{shelter_version}"},
    "POST /confirm/<int:site_id>/<what> supply": {"version": "{supply_version}"},
    "POST /sites/<int:site_id>/record":
        {"version": "{shelter_version}", "status": "full"},
    "POST /tokens": {"name": "a machine", "role": "reader"},
    "POST /accounts": {"name": "New", "email": "new@example.org", "role": "reader"},
    "POST /api/incidents": _FIRE,
    "PATCH /api/incidents/<int:incident_id>":
        {"version": "{incident_version}", "set": {"title": "It is larger"}},
    "POST /api/incidents/<int:incident_id>/status":
        {"version": "{incident_version}", "status": "active"},
    "POST /api/incidents/<int:incident_id>/close":
        {"version": "{incident_version}", "reason": "completed",
         "release": [{"id": "{assignment}", "left_as": "available"}]},
    "POST /api/incidents/<int:incident_id>/needs": {"needs": []},
    "POST /api/incidents/<int:incident_id>/log": {"text": "Smoke from the roof"},
    "POST /incidents/<int:incident_id>/reopen":
        {"version": "{closed_version}", "reason": "It flared up again"},
    "POST /api/incidents/<int:incident_id>/assignments": {"units": ["{fresh_unit}"]},
    "POST /api/incidents/<int:incident_id>/move":
        {"from": ["dispatched"], "status": "acknowledged"},
    "POST /api/assignments/<int:assignment_id>/move": {"status": "acknowledged"},
    "POST /api/assignments/<int:assignment_id>/check-in": {"note": "all well"},
    "POST /api/assignments/<int:assignment_id>/silence": {"minutes": 0},
    "POST /api/recommendation": _FIRE | {"needs": [{"unit_types": ["engine"], "count": 1}]},
    "POST /api/cover/what-if": {"units": ["{fresh_unit}"]},
    "POST /api/command": {"text": "help"},
    "POST /api/units/<int:unit_id>/trail":
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z", "reason": "a complaint"},
    "POST /api/areas": {"kind": "hazard", "name": "Gas", "geometry": _SQUARE},
    "POST /api/areas/shape": {"geometry": _SQUARE},
    "PATCH /api/areas/<int:area_id>": {"version": 1, "set": {"name": "More gas"}},
    "DELETE /api/areas/<int:area_id>": {"version": 1, "reason": "It is over"},
    "POST /place": {"people": "3", "place": "Columbia"},
    "POST /place/hold/<int:shelter_id>": {"people": "3", "place": "Columbia"},
    "POST /api/places": {"people": 3, "place": "Columbia"},
    "PATCH /api/bed-holds/<int:hold_id>": {"move": "extend"},
    "POST /api/shelters/<int:shelter_id>/holds": {"people": 3},
    "POST /api/requests shelter": {"deliver_to": "{shelter}", "text": "cots 4"},
    "POST /api/requests supply": {"deliver_to": "{supply}", "text": "cots 4"},
    "PATCH /api/requests/<int:request_id>":
        {"version": "{request_version}", "set": {"note": "at the back door"}},
    "POST /api/requests/<int:request_id>/level":
        {"to": "region", "version": "{request_version}", "tried": "all of the county",
         "left": "it is promised elsewhere"},
    "POST /api/request-lines/<int:line_id>/move":
        {"to": "sourced", "version": "{open_line_version}", "provider": "Red Cross"},
    "POST /api/request-lines/<int:line_id>/move cancelled":
        {"to": "cancelled", "version": "{open_line_version}", "reason": "not needed"},
    "POST /api/request-lines/<int:line_id>/commit":
        {"takes": [{"stock_line_id": "{stock}", "quantity": 1}]},
    "POST /api/fills/<int:fill_id>/release": {"reason": "it broke"},
    "POST /api/fills/ship": {"fills": ["{new_fill}"]},
    "POST /requests/new": {"deliver_to": "{shelter}", "text": "cots 4"},
    "POST /requests/<int:request_id>/change":
        {"version": "{request_version}", "note": "at the back door"},
    "POST /requests/<int:request_id>/level":
        {"to": "region", "version": "{request_version}", "tried": "all of the county",
         "left": "it is promised elsewhere"},
    "POST /requests/lines/<int:line_id>/move":
        {"to": "sourced", "version": "{open_line_version}", "provider": "Red Cross"},
    "POST /requests/lines/<int:line_id>/commit": {"take": "{stock}:1"},
    "POST /requests/fills/<int:fill_id>/release": {"reason": "it broke"},
    "POST /supplies/<int:site_id>/movements":
        {"kind": "receive", "line": "{stock}", "quantity": "2", "unit": "EA", "reason": "given"},
    "POST /api/supplies/<int:site_id>/movements supply":
        {"kind": "receive", "line": "{stock}", "quantity": 2, "unit": "EA"},
    "POST /api/supplies/<int:site_id>/movements shelter":
        {"kind": "issue", "line": "{shelter_stock}", "quantity": 2, "unit": "EA"},
    "POST /api/movements/<int:movement_id>/reverse": {"reason": "it was not so"},
    "POST /supplies/<int:site_id>/movements/<int:movement_id>/reverse":
        {"reason": "it was not so"},
    "POST /api/shipments":
        {"to": "{shelter}", "lines": [{"line": "{stock}", "quantity": 1, "unit": "EA"}]},
    "POST /api/shipments/<int:shipment_id>/<name> cancel": {"reason": "no driver"},
    "POST /supplies/<int:site_id>/send":
        {"to": "{shelter_name}", "send-{stock}": "1"},
    "POST /api/stocktakes/<int:stocktake_id>/<step> enter": {"counted": {"{stock}": 5}},
    "POST /counts/<int:stocktake_id>": {"counted-{stock}": "5", "do": "enter"},
    "POST /api/running-out/<int:site_id>/order": {"need": "COT-STD"},
    "POST /running-out/order": {"need": "COT-STD", "site": "{shelter}"},
    "POST /m/near": {"place": "Columbia"},
    "POST /m/devices": {"name": "Phone", "kind": "owntracks"},
    "POST /api/phone/notices/seen": {"up_to": 0},
    "POST /api/uploads": {"agency": "{agency}", "kind": "shelter"},
    "POST /uploads": {"agency": "{agency}", "kind": "shelter"},
    "POST /add/<kind>":
        {"agency": "{agency}", "name": "New annex", "status": "open",
         "coordinates": "38.95171, -92.33407"},
    "POST /api/uploads/<int:upload_id>/fix": {},
    "POST /api/uploads/<int:upload_id>/pairs": {"number": 1, "choice": "different"},
    "POST /api/uploads/<int:upload_id>/absent": {"ids": ["{absent}"]},
    "POST /uploads/<int:upload_id>/absent": {"id": "{absent}"},
}  # fmt: skip
_FILES = ("POST /api/uploads", "POST /uploads", "POST /rules/cover.csv")


@dataclass(frozen=True)
class Question:
    """A line of the table as a request, about something of one of the agencies."""

    method: str
    path: str
    body: Any = None
    file: bytes | None = None

    def sent(self) -> dict[str, Any]:
        """What the test client is told beside the address."""
        if self.file is not None:
            return {"data": {**self.body, "file": (io.BytesIO(self.file), "list.csv")}}
        if self.method == "GET":
            return {}
        return {"json": self.body} if self.path.startswith("/api/") else {"data": self.body}


def question(entry: Entry, ids: dict[str, Any]) -> Question:
    """How a line is asked about the things with these ids."""
    key = f"{entry.method} {entry.route}"
    path = _PART.sub(lambda found: _fill(entry, found[1], ids), entry.route)
    if entry.method == "GET":
        return Question("GET", path + _ASKED.get(entry.route, "").format(**ids))
    body = _with_ids(BODIES.get(f"{key} {entry.thing}", BODIES.get(key, {})), ids)
    return Question(entry.method, path, body, _CSV if key in _FILES else None)


def _fill(entry: Entry, argument: str, ids: dict[str, Any]) -> str:
    of = _OF.get(f"{entry.method} {entry.route}", {}).get(argument)
    if of is not None:
        return of.format(**ids)
    if argument in ("name", "step") and entry.thing not in ("", "."):
        return entry.thing
    words = _WORDS.get(entry.route, {})
    if argument in words:
        return words[argument].format(**ids)
    noun = argument.removesuffix("_id")
    if f"{noun}_{entry.thing}" in ids:
        return str(ids[f"{noun}_{entry.thing}"])
    if noun in ("site", "resource", "upload") and entry.thing in ids:
        return str(ids[entry.thing])
    name = _FILLS.get(argument) or ARGUMENTS.get(argument)
    return str(ids[name]) if name in ids else WORDS.get(argument, ("x",))[0]


def _with_ids(value: Any, ids: dict[str, Any]) -> Any:
    """`filled`, and ids in the names of a form's fields and within texts too."""
    if isinstance(value, dict):
        return {
            (name.format(**ids) if "{" in name else name): _with_ids(member, ids)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_with_ids(member, ids) for member in value]
    if isinstance(value, str) and re.search(r"\}.", value):
        return value.format(**ids)
    return filled(value, ids)
