"""/api/units/ID/trail: where a unit has been, for a reason that is written down."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any, BinaryIO

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from meris import trails
from meris.errors import Invalid
from meris.incidents.log import read_time
from meris.trails import Look
from meris.web.context import context, viewer
from meris.web.sending import body_of
from meris.web.written import download

api = Blueprint("trails", __name__)

_COLUMNS = (
    "at",
    "lat",
    "lon",
    "accuracy_m",
    "speed_mps",
    "course_deg",
    "altitude_m",
    "source",
)


@api.post("/api/units/<int:unit_id>/trail")
def look(unit_id: int) -> ResponseReturnValue:
    """Where a unit was between two moments. That it was asked, by whom and why is kept."""
    body, home = body_of(), context().home
    to_at = read_time(body.get("to"), home) or datetime.now(UTC)
    from_at = read_time(body.get("from"), home)
    if from_at is None:
        raise Invalid('From when on? Give "from", a date and time.')
    with context().database.transaction(viewer().actor) as session:
        shown = trails.look(
            session,
            viewer(),
            unit_id,
            from_at=from_at,
            to_at=to_at,
            reason=body.get("reason"),
        )
        return _private(jsonify(_told(shown)))


@api.get("/api/units/<int:unit_id>/trail")
def looks(unit_id: int) -> ResponseReturnValue:
    """Who looked at a unit's trail, when and why, newest first."""
    with context().database.reading() as session:
        return _private(jsonify(looks=trails.looks(session, viewer(), unit_id)))


@api.get("/api/trails/<int:look_id>")
def file(look_id: int) -> ResponseReturnValue:
    """All fixes of a look that I had within the last hour, as CSV."""

    def write(out: BinaryIO) -> str:
        with context().database.reading() as session:
            shown = trails.looked_again(session, viewer(), look_id)
            _write(shown, out)
            return _filename(shown)

    return download("text/csv; charset=utf-8", write)


def _told(shown: Look) -> dict[str, Any]:
    return {
        "id": shown.view.id,
        "unit": {"id": shown.unit.id, "name": shown.unit.name},
        "from": int(shown.view.from_at.timestamp()),
        "to": int(shown.view.to_at.timestamp()),
        "reason": shown.view.reason,
        "total": shown.total,
        "every": shown.every,
        "fixes": list(shown.fixes),
        "kept_days": context().settings.trail_days,
        "file": f"/api/trails/{shown.view.id}",
    }


def _write(shown: Look, out: BinaryIO) -> None:
    """Numbers only, but for the source, which is a code: nothing a spreadsheet could run."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    rows = csv.DictWriter(text, _COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    for fix in shown.fixes:
        at = datetime.fromtimestamp(fix["at"], UTC)
        rows.writerow(fix | {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
    text.detach()


def _filename(shown: Look) -> str:
    words = "-".join(re.findall(r"[a-z0-9]+", shown.unit.name.lower())) or "unit"
    return f"{words[:60]}-trail-{shown.view.from_at:%Y%m%d-%H%M}.csv"


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
