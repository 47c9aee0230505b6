"""/api/uploads/ID/…: how far the work on a file is, and what became of its rows one by one."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from meris import uploads
from meris.web.context import context, viewer
from meris.web.upload_forms import scope
from meris.web.upload_page import state_of

api = Blueprint("uploads_api_rows", __name__)


@api.get("/api/uploads/<int:upload_id>/progress")
def progress(upload_id: int) -> ResponseReturnValue:
    """How far the work on an upload is: its state, the step in hand, and rows where counted."""
    with context().database.reading() as session:
        upload = uploads.find(session, upload_id, agency_id=scope(viewer()))
        return jsonify(state=state_of(session, upload), step=None, done=0, total=0)
