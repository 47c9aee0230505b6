"""How each address of MERIS is asked: what stands for its arguments, and what is sent to it.

Addresses are taken from the application. One whose arguments are not known here fails the walk: say
in `ARGUMENTS` what they are, and the new address is walked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.routing import Rule

from meris.web.openapi import DETAILS, SCHEMAS, methods
from tests.planted.world import ASKED

#: Not of resources and what hangs on them: one's own account, and files that are the same for all.
ELSEWHERE = {
    "security": "log-in; tests/web/test_accounts_*.py",
    "account": "one's own account",
    "assets": "files that are the same for everybody",
    "phone_files": "files that are the same for everybody",
}
#: Answers without an end: tests/flows/test_planted_feeds.py listens to them.
FEEDS = frozenset({"feed.feed", "notices.feed"})
#: Takes the rest of the walk with it, or is as long as the day.
NOT_SENT = frozenset({"tokens.create", "devices.create", "uploads.create", "uploads_api.create"})

#: The id that stands for an argument, by the name of what was planted.
ARGUMENTS: dict[str, str] = {
    "account_id": "account",
    "area_id": "area",
    "assignment_id": "assignment",
    "device_id": "device",
    "fill_id": "fill",
    "hold_id": "hold",
    "incident_id": "incident",
    "line_id": "line",
    "movement_id": "movement",
    "look_id": "look",
    "request_id": "request",
    "resource_id": "shelter",
    "shelter_id": "shelter",
    "shipment_id": "shipment",
    "stock_line_id": "stock",
    "stocktake_id": "stocktake",
    "sheet_id": "stocktake",
    "token_id": "token",
    "unit_id": "unit",
    "upload_id": "upload",
}
#: A site is a shelter in some addresses and a store in others: both are asked.
ALSO: dict[str, tuple[str, ...]] = {
    "site_id": ("supply", "shelter"),
    "resource_id": ("shelter", "supply", "unit"),
}
_TODAY = datetime.now(UTC).astimezone(ZoneInfo("America/Chicago")).date().isoformat()
#: Arguments that name nothing that could be hidden.
WORDS: dict[str, tuple[str, ...]] = {
    "card_id": ("1",),
    "day": (_TODAY, f"{_TODAY}.pdf"),
    "rule_id": ("1",),
    "code": ("structure_fire",),
    "item": ("WAT-BTL",),
    "item_code": ("WAT-BTL",),
    "kind": ("shelter", "supply", "unit"),
    "extension": ("csv", "xlsx", "geojson"),
    "sheet": ("201", "211.csv", "214"),
    "fips": ("29019",),
    "what": ("still_true",),
    "move": ("release",),
    "name": ("depart", "arrive", "receive", "cancel"),
    "step": ("depart", "arrive", "receive", "cancel"),
}

#: Questions of addresses without arguments; {} is filled with an id.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "/api/resources": ("ids={shelter},{supply},{unit}",),
    "/api/search": (f"q={ASKED}", "q=depot"),
    "/api/incidents": ("status=all", f"status=all&q={ASKED}"),
    "/api/incidents/place": (f"text={ASKED}", "lat=38.93717&lon=-92.30719"),
    "/api/incidents/similar": ("lat=38.93717&lon=-92.30719&type=structure_fire",),
    "/api/areas": ("incident={incident}",),
    "/api/board/units": (f"q={ASKED}",),
    "/api/requests": ("status=all", f"q={ASKED}", "deliver_to={shelter}", "incident={incident}"),
    "/api/running-out": ("show=all", "show=unsure"),
    "/api/confirm": ("show=all", "show=tried"),
    "/board/units": (f"q={ASKED}",),
    "/confirm": ("show=all", "show=tried"),
    "/incidents": ("status=all", f"q={ASKED}"),
    "/m/near": ("",),
    "/m": (f"find={ASKED}",),
    "/m/shelter": (f"find={ASKED}",),
    "/place": ("incident_id={incident}", "resource_id={shelter}"),
    "/place/holds": ("shelter={shelter}",),
    "/requests": ("status=all", f"q={ASKED}", "deliver_to={shelter}"),
    "/running-out": ("show=all", "show=unsure", "site={supply}", "site={shelter}"),
    "/supplies": (f"q={ASKED}",),
    "/uploads": ("agency={agency}",),
}
#: In front of Flask (`meris/web/front.py`), so that no map of addresses has them.
IN_FRONT = (
    "/shelters", "/shelters?near=Columbia", "/shelters?county=29019", "/shelters.csv",
    "/shelters.geojson", "/shelters/{shelter}", "/pos?id=none", "/pub",
)  # fmt: skip

#: Of an address, in turn: text, or an argument's name.
_PARTS = re.compile(r"([^<]+)|<(?:[^<>:]+:)?([a-z_]+)>")
_PLACES = {"lat": 38.937, "lon": -92.307, "latitude": 38.937, "longitude": -92.307}
_WORDS = {"place": "Columbia", "reason": "completed", "text": "cots 4", "need": "water"}
#: Members of what is sent that are ids, by the name of what was planted.
_IDS = {
    "deliver_to": "shelter", "resource_id": "unit", "incident_id": "incident",
    "incident": "incident", "area_id": "area", "units": "unit", "fills": "fill",
    "destination_id": "shelter", "corrects": "entry", "stock_line_id": "stock",
    "to_id": "supply", "from_id": "supply", "to": "supply", "from": "supply",
    "shelter": "shelter", "site": "supply", "unit_id": "unit", "site_id": "supply",
    "request_line_id": "line", "shipment_id": "shipment",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing to ask. `key` is the same for the same address, whichever ids fill it."""

    endpoint: str
    method: str
    pattern: str
    body: Any = None

    @property
    def key(self) -> str:
        """Its name in a list of findings."""
        return f"{self.method} {self.pattern}"

    @property
    def about(self) -> bool:
        """Whether it names something that may be hidden."""
        return "{" in self.pattern or self.body is not None


def steps(app: Flask) -> list[Step]:
    """Everything that can be asked. Raises KeyError for an address nobody has taught the walk."""
    found = [Step("front", "GET", pattern) for pattern in IN_FRONT]
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint.partition(".")[0] in ELSEWHERE or rule.endpoint in FEEDS | NOT_SENT:
            continue
        for method in methods(rule):
            found += _steps_of(rule, method)
    return found


def _steps_of(rule: Rule, method: str) -> Iterator[Step]:
    for pattern in _patterns(rule):
        if method == "GET":
            yield Step(rule.endpoint, method, pattern)
            for question in QUESTIONS.get(pattern, ()):
                yield Step(rule.endpoint, method, f"{pattern}?{question}")
        else:
            yield Step(rule.endpoint, method, pattern, _body(rule, method))


def _patterns(rule: Rule) -> list[str]:
    """The address with what stands for each argument: `{name}` of a planted thing, or a word."""
    whole = [""]
    for text, argument in _PARTS.findall(rule.rule):
        parts = _stand_ins(rule, argument) if argument else [text]
        whole = [before + part for before in whole for part in parts]
    return whole


def _stand_ins(rule: Rule, argument: str) -> list[str]:
    if argument in ALSO:
        return [f"{{{name}}}" for name in ALSO[argument]]
    if argument in ARGUMENTS:
        return [f"{{{ARGUMENTS[argument]}}}"]
    if argument in WORDS:
        return list(WORDS[argument])
    raise KeyError(f"{rule.rule} has the argument {argument!r}: say in ARGUMENTS what it is")


def _body(rule: Rule, method: str) -> dict[str, Any]:
    """What the address's own description asks for; a form gets whatever any form has."""
    details = DETAILS.get((rule.rule, method))
    if details is None or not details.body:
        return _FORM | _TYPED.get(rule.rule, {})
    return _object(SCHEMAS.get(details.body, {}))


def _object(schema: dict[str, Any]) -> dict[str, Any]:
    given = schema.get("properties", {})
    wanted = set(schema.get("required", ())) | (_IDS.keys() & given.keys())
    return {name: _value(name, given.get(name, {})) for name in sorted(wanted)}


def _value(name: str, schema: dict[str, Any]) -> Any:
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if name in _IDS and kind == "integer":
        return f"{{{_IDS[name]}}}"
    if kind == "array":
        member = schema.get("items", {})
        return [f"{{{_IDS[name]}}}" if name in _IDS else _value(name, member)]
    if "enum" in schema:
        return next(one for one in schema["enum"] if one is not None)
    if kind == "object":
        return _object(schema) if schema.get("properties") else {}
    if kind in ("integer", "number"):
        return _PLACES.get(name, 1)
    return kind != "boolean" and _WORDS.get(name, "walked by")


_FORM: dict[str, Any] = {
    "version": "1", "reason": "walked by", "note": "walked by", "status": "closed",
    "to": "cancelled", "people": "3", "place": "Columbia", "quantity": "1", "need": "water",
    "kind": "count", "subject": "{shelter}", "key": "00000000-0000-4000-8000-000000000000",
    "site": "{supply}", "shelter": "{shelter}", "incident_id": "{incident}",
    "resource_id": "{shelter}", "general": "3", "text": "cots 4", "to_id": "{supply}",
    "stock_line_id": "{stock}", "fills": "{fill}",
}  # fmt: skip
#: A form whose field of that name takes words: an id's digits there may be those of a phone number.
_TYPED = {"/requests/new": {"site": ASKED}}


def filled(value: Any, ids: dict[str, int]) -> Any:
    """The value with ids in the place of names; in JSON they are numbers."""
    if isinstance(value, dict):
        return {name: filled(member, ids) for name, member in value.items()}
    if isinstance(value, list):
        return [filled(member, ids) for member in value]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return ids[value[1:-1]]
    return value
