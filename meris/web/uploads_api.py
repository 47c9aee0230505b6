"""/api/uploads: spreadsheets from machines, by the same steps as the pages."""

from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from meris.errors import Invalid, Refused
from meris.uploads import review, unattended
from meris.uploads.report import report as report_of
from meris.web.context import context, viewer
from meris.web.upload_fixes import by_json
from meris.web.upload_forms import Sent, body_of, flag, from_json, scope, sent
from meris.web.upload_steps import admit, check_anew, load, take_back
from meris.web.uploads import drain, keep_and_check, original, say_too_large

api = Blueprint("uploads_api", __name__)
log = structlog.get_logger(__name__)


@api.post("/api/uploads")
def create() -> ResponseReturnValue:
    """Send a spreadsheet and be told what is in it.

    Nothing on the map changes before it is applied. `apply=all` also loads the file if every row
    is good, `apply=valid` its valid rows; the `state` of the answer says whether that was done.
    `check=later` only keeps the file: a page that wants to show progress asks for the check by
    itself.
    """
    how = request.form.get("apply")
    if how not in (None, "", "all", "valid"):
        raise Invalid('"apply" must be all or valid.')
    file = sent(request)
    if how:
        return jsonify(_apply_at_once(file, only_valid=how == "valid")), 201
    upload_id = keep_and_check(file, later=request.form.get("check") == "later")
    return _answer(upload_id)[0], 201


def _apply_at_once(file: Sent, *, only_valid: bool) -> dict[str, Any]:
    """Receive, check and apply in one go; the report. Raises `Refused` for what is no table."""
    parts, who = context(), viewer()
    done = unattended.run(
        parts.database,
        who.actor,
        parts.home,
        **file._asdict(),
        only_valid=only_valid,
        own_county=parts.settings.upload_own_county,
    )
    if done.report is None:
        raise Refused(done.message)
    log.info("upload sent", who=who.name, upload=done.report["id"], verdict=done.verdict)
    return done.report | {"verdict": done.verdict, "message": done.message}


@api.get("/api/uploads/<int:upload_id>")
def report(upload_id: int) -> ResponseReturnValue:
    """What is known of an upload: its state, counts, columns and the first problems."""
    with context().database.reading() as session:
        return jsonify(_report(session, upload_id))


@api.post("/api/uploads/<int:upload_id>/check")
def check(upload_id: int) -> ResponseReturnValue:
    """Read the file anew, by other columns or choices; members left out go by the file."""
    decisions = from_json(body_of(request))
    admit(upload_id)
    check_anew(upload_id, decisions)
    return _answer(upload_id)


@api.post("/api/uploads/<int:upload_id>/fix")
def fix(upload_id: int) -> ResponseReturnValue:
    """Take a fix that a problem offers, several at once, or take a decision back; then read anew.

    `do` is one of the problem's `fixes`, or a correction of one cell:
    `{"cell": {"row": 14, "column": "LAT", "to": "38.5"}}`. `group` is the problem's `id`, needed
    where the fix is for all of its rows.
    """
    body = body_of(request)
    admit(upload_id)
    check_anew(upload_id, lambda upload: by_json(body, upload))
    return _answer(upload_id)


@api.get("/api/uploads/<int:upload_id>/file")
def file(upload_id: int) -> Response:
    """The file as it was received, byte for byte."""
    return original(upload_id)


@api.post("/api/uploads/<int:upload_id>/apply")
def apply(upload_id: int) -> ResponseReturnValue:
    """Load the file into the tables: all rows or nothing, unless `only_valid` is true."""
    only_valid = flag(body_of(request), "only_valid")
    admit(upload_id)
    load(upload_id, only_valid=only_valid)
    return _answer(upload_id)


@api.post("/api/uploads/<int:upload_id>/undo")
def undo(upload_id: int) -> ResponseReturnValue:
    """Take back what an upload did, within 30 days, wherever nobody changed it since."""
    admit(upload_id)
    take_back(upload_id)
    return _answer(upload_id)


@api.post("/api/uploads/<int:upload_id>/publish")
def publish(upload_id: int) -> ResponseReturnValue:
    """Show to everybody what the file added; confidential records stay so."""
    admit(upload_id)
    with context().database.transaction(viewer().actor) as session:
        return jsonify(published=review.publish(session, viewer().actor, upload_id))


@api.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    """The limit in words."""
    drain()
    return jsonify(error="too_large", message=say_too_large()), 413


def _answer(upload_id: int) -> tuple[Response, int]:
    with context().database.reading() as session:
        return jsonify(_report(session, upload_id)), 200


def _report(session: Session, upload_id: int) -> dict[str, Any]:
    return report_of(session, upload_id, agency_id=scope(viewer()))
