"""The description of /api/running-out: its routes, and the schemas of what they answer."""

from typing import Any

from meris.running_out import SHOWN
from meris.web.route_details import WRITE, Details
from meris.web.schema_parts import MAYBE_NUMBER, MAYBE_TEXT, NUMBER, TEXT, list_of, object_of, ref

ROUTES: dict[tuple[str, str], Details] = {
    ("/api/running-out", "GET"): Details(
        "RunningOut",
        query=(
            ("show", "known (default): what can be reckoned; soon, unsure or all"),
            ("hours", "what soon means: hours of use left at most; 24 without it"),
            ("county", "FIPS code"),
            ("agency", "the id of an agency"),
            ("kind", "shelter or pod"),
            ("item", "code of the catalogue of items"),
            ("page", "from 1"),
            ("limit", "lines a page, at most 200; 100 without it"),
        ),
        refuses=(401, 403, 422),
    ),
    ("/api/running-out/<int:site_id>", "GET"): Details("RunningOutSite", refuses=(401, 403, 404)),
    ("/api/running-out/<int:site_id>/order", "POST"): Details(
        "Request", body="RunningOutOrder", status=201, refuses=(400, *WRITE)
    ),
}

_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
_YES_NO = {"type": "boolean"}
_SITE = object_of(
    id=NUMBER,
    name=TEXT,
    kind={"enum": ["shelter", "supply_site"]},
    type=MAYBE_TEXT,
    status=TEXT,
    city=MAYBE_TEXT,
    agency=TEXT,
    county=MAYBE_TEXT,
)
_REQUEST = object_of(id=NUMBER, number=TEXT, words=TEXT, status=TEXT, expected_at=_MAYBE_TIME)
_ORDER = {
    **object_of(quantity=NUMBER, unit=TEXT, words=TEXT),
    "type": ["object", "null"],
    "description": "what a ready-made request asks for; null where it is not low, has been asked"
    " for, or this viewer may not ask",
}
_COMING = {
    **object_of(quantity=NUMBER, at=_MAYBE_TIME, left_then=MAYBE_NUMBER, runs_out_then=_MAYBE_TIME),
    "type": ["object", "null"],
    "description": "what is on its way, and the hours that all of it lasts",
}
_HOURS = MAYBE_NUMBER | {"description": "hours of use; null: not known, never endless"}

SCHEMAS: dict[str, dict[str, Any]] = {
    "RunningOutLine": object_of(
        site=_SITE,
        need=TEXT | {"description": "code of the item, or other:name:unit"},
        item=TEXT,
        category=MAYBE_TEXT,
        unit=TEXT | {"description": "what quantities are counted in"},
        state={"enum": ["known", "none", "short", "unknown", "enough"]},
        left=_HOURS,
        left_least=_HOURS,
        left_most=_HOURS,
        runs_out_at=_MAYBE_TIME,
        may_run_out_at=_MAYBE_TIME,
        open_hours=NUMBER | {"description": "hours a day in which the place uses things"},
        a_day=MAYBE_NUMBER,
        basis={"enum": ["issues", "counts", "factor", None]},
        why=TEXT,
        free=MAYBE_NUMBER,
        expired=MAYBE_NUMBER,
        committed=MAYBE_NUMBER,
        unsized=NUMBER | {"description": "stock lines in packs of unknown size, not in `free`"},
        par=MAYBE_NUMBER,
        people=MAYBE_NUMBER,
        reorder_at=MAYBE_NUMBER,
        low=_YES_NO,
        coming=_COMING,
        requests=list_of(_REQUEST),
        may_ask=_YES_NO,
        order=_ORDER,
    ),
    "RunningOut": object_of(
        lines=list_of(ref("RunningOutLine")),
        counts=object_of(**dict.fromkeys(SHOWN[:3], NUMBER)),
        more=_YES_NO,
        places=NUMBER,
    ),
    "RunningOutSite": object_of(
        site=_SITE,
        lines=list_of(ref("RunningOutLine")),
        pod={
            **object_of(
                type=MAYBE_NUMBER,
                vehicles_per_hour=MAYBE_NUMBER,
                people_per_vehicle=NUMBER,
                hours=NUMBER,
                loading_points=MAYBE_NUMBER,
                staff=MAYBE_NUMBER,
                people_a_day=MAYBE_NUMBER,
                check=MAYBE_TEXT,
                assumed=list_of(TEXT) | {"description": "planned for, not reported"},
                measured=list_of(object_of(item=TEXT, people_a_day=NUMBER)),
            ),
            "type": ["object", "null"],
        },
    ),
    "RunningOutOrder": {
        "type": "object",
        "required": ["need"],
        "properties": {
            "need": TEXT | {"description": "as the list names it"},
            "key": TEXT | {"description": "sent twice, it asks once"},
        },
    },
}
