"""/api/uploads: spreadsheets from machines, by the same steps as the pages."""

from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from meris import uploads
from meris.errors import Invalid
from meris.uploads import review
from meris.uploads.review import Line
from meris.web.context import context, viewer
from meris.web.upload_forms import agency_of, file_of, flag, from_json, scope
from meris.web.upload_page import state_of
from meris.web.uploads import drain, say_too_large

api = Blueprint("uploads_api", __name__)
log = structlog.get_logger(__name__)


@api.post("/api/uploads")
def create() -> ResponseReturnValue:
    """Send a spreadsheet and be told what is in it.

    Nothing on the map changes before it is applied. `check=later` only keeps the file: a page that
    wants to show progress asks for the check by itself.
    """
    file, form = file_of(request), request.form
    with context().database.transaction(viewer().actor) as session:
        received = uploads.receive(
            session,
            viewer().actor,
            agency_id=agency_of(session, viewer(), form.get("agency", "")),
            kind=form.get("kind", ""),
            filename=file.filename or "",
            content=file.read(),
        )
        if form.get("check") != "later":
            review.review(
                session, viewer().actor, received.upload_id, context().home, uploads.Decisions()
            )
        log.info("upload received", who=viewer().name, upload=received.upload_id)
        return jsonify(_report(session, received.upload_id)), 201


@api.get("/api/uploads/<int:upload_id>")
def report(upload_id: int) -> ResponseReturnValue:
    """What is known of an upload: its state, counts, columns and the first problems."""
    with context().database.reading() as session:
        return jsonify(_report(session, upload_id))


@api.post("/api/uploads/<int:upload_id>/check")
def check(upload_id: int) -> ResponseReturnValue:
    """Read the file anew, by other columns or choices; members left out go by the file."""
    decisions = from_json(_body())
    with context().database.transaction(viewer().actor) as session:
        uploads.find(session, upload_id, agency_id=scope(viewer()))
        review.review(session, viewer().actor, upload_id, context().home, decisions)
        return jsonify(_report(session, upload_id))


@api.post("/api/uploads/<int:upload_id>/apply")
def apply(upload_id: int) -> ResponseReturnValue:
    """Load the file into the tables: all rows or nothing, unless `only_valid` is true."""
    body = _body()
    with context().database.transaction(viewer().actor) as session:
        uploads.find(session, upload_id, agency_id=scope(viewer()))
        review.apply_reviewed(
            session,
            viewer().actor,
            upload_id,
            context().home,
            only_valid=flag(body, "only_valid"),
        )
        log.info("upload applied", who=viewer().name, upload=upload_id)
        return jsonify(_report(session, upload_id))


@api.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    """The limit in words."""
    drain()
    return jsonify(error="too_large", message=say_too_large()), 413


def _report(session: Session, upload_id: int) -> dict[str, Any]:
    line = review.line_of(session, upload_id, agency_id=scope(viewer()))
    upload = line.upload
    state = state_of(session, upload)
    earlier = review.earlier(session, upload) if state == "received" else None
    return {
        "id": upload.id,
        "url": url_for("uploads.show", upload_id=upload.id),
        "filename": upload.filename,
        "kind": upload.kind,
        "agency": line.agency,
        "by": line.person,
        "state": state,
        "received_at": _moment(upload.created_at),
        "applied_at": _moment(upload.applied_at),
        "undone_at": _moment(upload.undone_at),
        "applied_before": _reference(earlier) if earlier else None,
        **_found(upload.summary),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _reference(line: Line) -> dict[str, Any]:
    return {"id": line.upload.id, "at": _moment(line.upload.applied_at), "by": line.person}


def _found(summary: dict[str, Any] | None) -> dict[str, Any]:
    """What the check found; null where the file was not checked yet."""
    names = ("counts", "outcome", "rows", "columns", "missing_text", "notes", "problems")
    return {name: (summary or {}).get(name) for name in (*names, "more_problems", "undone")}


def _body() -> dict[str, Any]:
    """The JSON object that was sent; an empty one when nothing was."""
    if not request.get_data(cache=True):
        return {}
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object, sent as application/json.")
    return body
