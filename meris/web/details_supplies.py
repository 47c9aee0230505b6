"""The description of the API of stock: sites, items, movements, shipments and count sheets."""

from typing import Any

from meris import ledger
from meris.fields.lists_supply import CATEGORY, UNIT_OF_ISSUE
from meris.ledger.shipments import TRANSITIONS
from meris.tables.ledger import KINDS
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import (
    ANY,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    list_of,
    object_of,
    ref,
)
from meris.web.shipments_given import STEPS

_READ = (401, 403, 404, 422)
_PAGE = ("page", "from 1")

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/supplies", "GET"): Details(
        "StockSites",
        query=(
            ("q", "words in the name, the city or the agency"),
            ("county", "FIPS code"),
            ("own", "1: only those of the own agency"),
            _PAGE,
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/supplies/<int:site_id>/stock", "GET"): Details(
        "StockSheet",
        query=(
            ("category", "only items of this category"),
            ("q", "words in the item or the lot"),
            ("only", "low: below par; expiring: expired, or within 30 days"),
        ),
        refuses=(401, 403, 404),
    ),
    ("/api/supplies/<int:site_id>/movements", "GET"): Details(
        "StockMovements",
        query=(
            ("line", "a stock line: explains its figures; without it the newest of the site"),
            ("before", "only movements before this id: `more` of the page before"),
        ),
        refuses=_READ,
    ),
    ("/api/supplies/<int:site_id>/movements", "POST"): Details(
        "StockMoved", body="NewMovement", status=201, refuses=(400, *WRITE)
    ),
    ("/api/movements/<int:movement_id>/reverse", "POST"): Details(
        "StockMoved", body="Reversal", status=201, refuses=(400, *WRITE)
    ),
    ("/api/items", "GET"): Details("Items", refuses=(401, 403)),
    ("/api/items/<code>", "GET"): Details(
        "ItemHolders", query=(("county", "FIPS code"), _PAGE), refuses=_READ
    ),
    ("/api/shipments", "GET"): Details(
        "Shipments",
        query=(
            ("status", f"open (default), ended, all, or one of {', '.join(TRANSITIONS)}"),
            ("site", "the id of a site: from it or to it"),
            ("q", "words in the number, an item, a site or the carrier"),
            _PAGE,
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/shipments", "POST"): Details(
        "Shipment", body="NewShipment", status=201, refuses=(400, *WRITE)
    ),
    ("/api/shipments/<int:shipment_id>", "GET"): Details("Shipment", refuses=(401, 403, 404)),
    ("/api/shipments/<int:shipment_id>/<name>", "POST"): Details(
        "Shipment", body="ShipmentStep", refuses=(400, *WRITE)
    ),
    ("/api/supplies/<int:site_id>/stocktakes", "GET"): Details(
        "Stocktakes", refuses=(401, 403, 404)
    ),
    ("/api/supplies/<int:site_id>/stocktakes", "POST"): Details(
        "Stocktake", body="NewStocktake", status=201, refuses=(400, *WRITE)
    ),
    ("/api/stocktakes/<int:stocktake_id>", "GET"): Details("Stocktake", refuses=(401, 403, 404)),
    ("/api/stocktakes/<int:stocktake_id>/<step>", "POST"): Details(
        "Stocktake", body="StocktakeStep", refuses=(400, *WRITE)
    ),
}

_TIME = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_MAYBE_DAY = {"type": ["string", "null"], "format": "date"}
_QUANTITY = {"type": "number", "minimum": 0}
_MAYBE_QUANTITY = {"type": ["number", "null"]}
_UNIT = {"enum": list(UNIT_OF_ISSUE.by_code)}
_FLAG = {"type": "boolean"}
_KEY = TEXT | {"maxLength": 64, "description": "the same again changes nothing"}
_AT = _TIME | {"description": "when it happened, at most 72 hours ago; now without it"}
_SITE = object_of(
    id=NUMBER,
    kind=TEXT,
    type=MAYBE_TEXT,
    name=TEXT,
    city=MAYBE_TEXT,
    status=TEXT,
    agency=TEXT,
    county=MAYBE_TEXT,
)
_LINE = object_of(
    id=NUMBER,
    item_code=MAYBE_TEXT,
    item_name=TEXT,
    category=TEXT,
    unit=TEXT,
    units_per_pack=_MAYBE_QUANTITY,
    base_unit=MAYBE_TEXT,
    size=_MAYBE_QUANTITY | {"description": "base units in one; null: nobody knows"},
    on_hand=_QUANTITY,
    committed=_QUANTITY,
    promised=_QUANTITY | {"description": "of the committed, to a request or a shipment"},
    available=_QUANTITY,
    in_transit_out=_QUANTITY,
    par=_MAYBE_QUANTITY,
    lot=MAYBE_TEXT,
    expires_on=_MAYBE_DAY,
    expiry={"enum": ["expired", "soon", None]},
    condition=MAYBE_TEXT,
    as_of=_MAYBE_TIME,
)
_MOVEMENT = object_of(
    id=NUMBER,
    at=_TIME,
    recorded_at=_TIME,
    kind={"enum": list(KINDS)},
    quantity=_QUANTITY,
    **{"from": TEXT, "to": TEXT},
    entered_quantity=_MAYBE_QUANTITY,
    entered_unit=MAYBE_TEXT,
    reason=MAYBE_TEXT,
    by=TEXT,
    source=TEXT,
    reverses_id=MAYBE_NUMBER,
    fill_id=MAYBE_NUMBER,
    shipment_line_id=MAYBE_NUMBER,
    stocktake_id=MAYBE_NUMBER,
    upload_id=MAYBE_NUMBER,
)
_END = {"type": ["object", "null"], "description": "null: a site that you may not see"}
_LOAD = object_of(
    id=NUMBER,
    stock_line_id=NUMBER,
    item_code=MAYBE_TEXT,
    item_name=TEXT,
    unit=TEXT,
    lot=MAYBE_TEXT,
    expires_on=_MAYBE_DAY,
    quantity=_QUANTITY,
    in_transit=_QUANTITY,
    received=_QUANTITY,
    short=_QUANTITY,
    request=MAYBE_TEXT,
)
_SHEET = object_of(
    id=NUMBER,
    status={"enum": ["open", "entered", "cancelled"]},
    drawn_by=TEXT,
    drawn_at=_TIME,
    counted_by=MAYBE_TEXT,
    counted_at=_MAYBE_TIME,
    entered_by=MAYBE_TEXT,
    entered_at=_MAYBE_TIME,
)
_COUNT = object_of(
    stock_line_id=NUMBER,
    item_name=TEXT,
    lot=MAYBE_TEXT,
    expires_on=_MAYBE_DAY,
    unit=TEXT,
    expected=_QUANTITY,
    books=_MAYBE_QUANTITY | {"description": "what should have been there when it was counted"},
    counted=_MAYBE_QUANTITY,
    difference=_MAYBE_QUANTITY,
    note=MAYBE_TEXT,
)
_ITEM = object_of(
    code=TEXT,
    title=TEXT,
    category=TEXT,
    base_unit=TEXT,
    packs=list_of(object_of(unit=TEXT, title=TEXT, size=_QUANTITY)),
    on_hand=_QUANTITY,
    available=_QUANTITY | {"description": "base units: free, serviceable and not expired"},
    expired=_QUANTITY,
    sites=NUMBER,
    uncounted=NUMBER | {"description": "lines in packs of unknown size; not in the sums"},
    expires_on=_MAYBE_DAY,
)


def _body(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


SCHEMAS: dict[str, dict[str, Any]] = {
    "StockSites": object_of(
        sites=list_of(
            object_of(
                id=NUMBER,
                name=TEXT,
                kind=TEXT,
                city=MAYBE_TEXT,
                county=MAYBE_TEXT,
                agency=TEXT,
                items=NUMBER,
                low=NUMBER,
                expired=NUMBER,
                soon=NUMBER,
                as_of=_MAYBE_TIME,
            )
        ),
        more=_FLAG,
    ),
    "StockSheet": object_of(
        site=_SITE,
        counts={"type": "object", "additionalProperties": NUMBER},
        categories=list_of(object_of(code=TEXT, title=TEXT)),
        items=list_of(
            object_of(
                item_code=MAYBE_TEXT,
                title=TEXT,
                category=TEXT,
                lines=list_of(_LINE),
                coming=list_of(
                    object_of(shipment_id=NUMBER, number=TEXT, quantity=_QUANTITY, unit=TEXT)
                ),
                totals={"type": ["object", "null"]},
                below_par=_FLAG,
            )
        ),
    ),
    "StockMovements": _body(
        ("movements", "more"),
        line=ANY | {"description": "with `line`: its figures, as these movements make them"},
        promises=list_of(ANY),
        shipments=list_of(ANY),
        movements=list_of(_MOVEMENT),
        more=MAYBE_NUMBER,
    ),
    "StockMoved": object_of(
        movement=_MOVEMENT,
        line=object_of(
            id=NUMBER,
            item_name=TEXT,
            unit=TEXT,
            on_hand=_QUANTITY,
            committed=_QUANTITY,
            available=_QUANTITY,
        ),
    ),
    "NewMovement": _body(
        ("kind", "quantity"),
        kind={"enum": list(ledger.BY_NAME)},
        line=NUMBER | {"description": "a stock line; to receive what is new here, item instead"},
        item=TEXT | {"description": "code or name; only to receive"},
        quantity=_QUANTITY,
        unit=_UNIT | {"description": "without it, the line's own"},
        units_per_pack=_MAYBE_QUANTITY,
        lot=TEXT,
        expires_on={"type": "string", "format": "date"},
        condition=TEXT,
        reason=TEXT | {"description": "needed for adjust_up, adjust_down, damage"},
        at=_AT,
        client_key=_KEY,
    ),
    "Reversal": _body(("reason",), reason=TEXT, at=_AT, client_key=_KEY),
    "Items": object_of(
        items=list_of(_ITEM),
        others=list_of(object_of(name=TEXT, unit=TEXT, available=_QUANTITY, sites=NUMBER)),
    ),
    "ItemHolders": object_of(
        item=_ITEM,
        units=list_of(object_of(unit=TEXT, title=TEXT, words=TEXT)),
        counties=list_of(object_of(fips=TEXT, name=TEXT)),
        holders=list_of(
            object_of(
                site={"type": "object"},
                on_hand=_MAYBE_QUANTITY,
                committed=_MAYBE_QUANTITY,
                available=_MAYBE_QUANTITY,
                par=_MAYBE_QUANTITY,
                coming=_MAYBE_QUANTITY,
                unit=TEXT,
                below_par=_FLAG,
                kept=list_of({"type": "object"}),
            )
        ),
        more=_FLAG,
    ),
    "Shipment": object_of(
        id=NUMBER,
        number=TEXT,
        status={"enum": list(TRANSITIONS)},
        status_at=_TIME,
        by=TEXT,
        reason=MAYBE_TEXT,
        **{"from": _END, "to": _END},
        carrier=MAYBE_TEXT,
        carrier_phone=MAYBE_TEXT,
        departed_at=_MAYBE_TIME,
        expected_at=_MAYBE_TIME,
        arrived_at=_MAYBE_TIME,
        received_at=_MAYBE_TIME,
        received_by=MAYBE_TEXT,
        late=_FLAG,
        note=MAYBE_TEXT,
        version=NUMBER,
        lines=list_of(_LOAD),
    ),
    "Shipments": object_of(shipments=list_of(ref("Shipment")), more=_FLAG),
    "NewShipment": _body(
        ("to", "lines"),
        to=NUMBER | {"description": "the site or shelter it goes to"},
        lines=list_of(
            _body(
                ("quantity",),
                line=NUMBER | {"description": "a stock line; or fill"},
                fill=NUMBER | {"description": "what was promised to a request"},
                quantity=_QUANTITY,
                unit=_UNIT,
            )
        ),
        carrier=TEXT,
        carrier_phone=TEXT,
        unit_id=NUMBER,
        expected_at=_TIME,
        note=TEXT,
        client_key=_KEY,
    ),
    "ShipmentStep": _body(
        at=_AT,
        expected_at=_TIME,
        reason=TEXT | {"description": "needed to turn-back and to cancel"},
        client_key=_KEY,
        lines=list_of(
            _body(
                ("id",),
                id=NUMBER,
                received=_QUANTITY,
                short=_QUANTITY,
                damaged=_QUANTITY,
                unit=_UNIT,
                reason=TEXT | {"description": "needed where it is not as it was sent"},
            )
        )
        | {"description": f"to receive and to come-back; the steps are {', '.join(STEPS)}"},
    ),
    "Stocktake": object_of(
        site=_SITE, lines=list_of(_COUNT), differing=NUMBER, **_SHEET["properties"]
    ),
    "Stocktakes": object_of(site=_SITE, categories=list_of(ANY), stocktakes=list_of(_SHEET)),
    "NewStocktake": _body(
        categories=list_of({"enum": list(CATEGORY.by_code)}) | {"description": "none: everything"}
    ),
    "StocktakeStep": _body(
        counted={
            "type": "object",
            "additionalProperties": _MAYBE_QUANTITY,
            "description": "to enter: what was counted, by stock line; null is not counted",
        },
        notes={"type": "object", "additionalProperties": TEXT},
        counted_by=TEXT,
        counted_at=_AT,
    ),
}
