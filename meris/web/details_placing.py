"""The description of /api/places and /api/bed-holds: routes, and what they take and answer."""

from typing import Any

from meris.placing import find
from meris.placing.party import MOST_PEOPLE
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import (
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    list_of,
    object_of,
    ref,
)

_REACH = {"type": "integer", "minimum": find.LEAST_REACH, "maximum": find.MOST_REACH}

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/places", "POST"): Details("Places", body="Party", refuses=(400, *WRITE)),
    ("/api/areas/<int:area_id>/places", "GET"): Details(
        "AreaPlaces",
        query=(
            ("people", "how many need a place; without it estimated"),
            ("share", "of 100 who live there, so many use a shelter: 15 without it"),
            ("wheelchair", "of these people, how many use one"),
            ("power", "how many need power for a device"),
            ("pets", "how many bring pets"),
            ("medical", "how many have medical needs"),
            ("reach_km", f"from its edge, {find.LEAST_REACH} to {find.MOST_REACH}"),
        ),
        refuses=(401, 403, 404, 422),
    ),
    ("/api/bed-holds", "GET"): Details("BedHolds", refuses=(401, 403)),
    ("/api/shelters/<int:shelter_id>/holds", "GET"): Details("BedHolds", refuses=(401, 403, 404)),
    ("/api/shelters/<int:shelter_id>/holds", "POST"): Details(
        "BedHold", body="NewBedHold", status=201, refuses=(400, *WRITE)
    ),
    ("/api/bed-holds/<int:hold_id>", "PATCH"): Details(
        "BedHold", body="BedHoldMove", refuses=(400, *WRITE)
    ),
    ("/api/bed-holds/<int:hold_id>", "DELETE"): Details("BedHold", refuses=(400, *WRITE)),
}

_TIME = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_YES_NO = {"type": "boolean"}
_MAYBE_YES_NO = {"type": ["boolean", "null"], "description": "null is unknown"}
_ANSWER = {"enum": ["yes", "unknown", "no"]}
_DEGREES = {"type": "number", "description": "decimal degrees, WGS 84"}
_PEOPLE = {"type": "integer", "minimum": 1, "maximum": MOST_PEOPLE}
_BY_NEED = {"type": "object", "additionalProperties": NUMBER}
_AT = _TIME | {"description": "when it was so; within 72 hours, now without it"}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Party": {
        "type": "object",
        "required": ["people"],
        "additionalProperties": False,
        "properties": {
            "people": _PEOPLE,
            "wheelchair": NUMBER | {"description": "of these, how many use one"},
            "power": _YES_NO | {"description": "for oxygen or another device"},
            "pets": NUMBER | {"description": "animals; service animals are not counted"},
            "medical": _YES_NO,
            "place": TEXT | {"description": "a town, an address, USNG or coordinates"},
            "latitude": _DEGREES,
            "longitude": _DEGREES,
            "incident_id": NUMBER,
            "resource_id": NUMBER,
            "area_id": NUMBER,
            "reach_km": _REACH | {"default": find.USUAL_REACH},
        },
    },
    "PlaceReason": object_of(about=TEXT, answer=_ANSWER, text=TEXT),
    "PlaceOffer": object_of(
        id=NUMBER,
        name=TEXT,
        status=TEXT,
        status_title=TEXT,
        type_title=MAYBE_TEXT,
        address=MAYBE_TEXT,
        agency=TEXT,
        phone=MAYBE_TEXT,
        lat=_DEGREES,
        lon=_DEGREES,
        meters=NUMBER | {"description": "in a straight line"},
        minutes=NUMBER | {"description": "by road, an estimate"},
        answer=_ANSWER,
        reasons=list_of(ref("PlaceReason")),
        free=MAYBE_NUMBER | {"description": "beds free, without those held; null is unknown"},
        people=MAYBE_NUMBER,
        capacity=MAYBE_NUMBER,
        promised=object_of(held=NUMBER, until=_MAYBE_TIME, arrived=NUMBER, coming=NUMBER),
        wheelchair=_MAYBE_YES_NO,
        power=_MAYBE_YES_NO,
        pets=MAYBE_TEXT,
        confirmed_at=_MAYBE_TIME,
        stale=_YES_NO,
        approximate=_YES_NO,
        may_hold=_YES_NO,
    ),
    "Places": object_of(
        place=object_of(text=TEXT, note=MAYBE_TEXT, lat=_DEGREES, lon=_DEGREES),
        party=object_of(
            people=NUMBER, wheelchair=NUMBER, power=_YES_NO, pets=NUMBER, medical=_YES_NO
        ),
        reach_km=NUMBER,
        how=TEXT | {"description": "what the minutes are estimated from"},
        sure=list_of(ref("PlaceOffer")) | {"description": "nothing speaks against; nearest first"},
        call_first=list_of(ref("PlaceOffer")) | {"description": "something is not known of them"},
        others=list_of(ref("PlaceOffer")) | {"description": "why they are not offered"},
        could_open=list_of(ref("PlaceOffer")) | {"description": "on standby or alert"},
    ),
    "AreaPlaces": object_of(
        area=object_of(id=NUMBER, name=TEXT, kind=TEXT),
        demand={"type": "object", "description": "people by need, the basis, and from where"},
        reach_km=NUMBER,
        placed=NUMBER,
        short=_BY_NEED | {"description": "by need, how many find no place"},
        to_ask=_BY_NEED | {"description": "beds where what is short is not known: call"},
        free=NUMBER | {"description": "beds known to be free within reach"},
        stale=NUMBER | {"description": "of these, by figures too old to rely on"},
        lines=list_of(
            object_of(
                shelter=ref("PlaceOffer"),
                people=NUMBER,
                by_need=_BY_NEED,
                **{"from": list_of(object_of(name=TEXT, people=NUMBER))},
                left=NUMBER,
            )
        ),
        inside=list_of(ref("PlaceOffer")),
        endangered=list_of(ref("PlaceOffer")),
        call_first=list_of(ref("PlaceOffer")),
        could_open=list_of(ref("PlaceOffer")),
    ),
    "BedHold": object_of(
        id=NUMBER,
        shelter=object_of(id=NUMBER, name=TEXT),
        people=NUMBER,
        wheelchair=NUMBER,
        state={"enum": ["running", "arrived", "released", "expired"]},
        held_by=TEXT,
        held_at=_TIME,
        held_until=_TIME,
        may_extend=_YES_NO,
        may_move=_YES_NO,
        ended_at=_MAYBE_TIME,
        ended_by=MAYBE_TEXT,
    ),
    "BedHolds": object_of(holds=list_of(ref("BedHold"))),
    "NewBedHold": {
        "type": "object",
        "required": ["people"],
        "additionalProperties": False,
        "properties": {
            "people": _PEOPLE,
            "wheelchair": NUMBER,
            "key": TEXT | {"maxLength": 64, "description": "the same again changes nothing"},
            "at": _AT,
        },
    },
    "BedHoldMove": {
        "type": "object",
        "required": ["move"],
        "additionalProperties": False,
        "properties": {
            "move": {"enum": ["extend", "arrived"]},
            "people": NUMBER | {"description": "how many arrived, where not all"},
            "at": _AT,
        },
    },
}
