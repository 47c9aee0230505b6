"""GET /api/dispatch: what the dispatcher's board starts from; the feed keeps it true."""

import time

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from meris import board, changes
from meris.web.context import context, viewer

api = Blueprint("live", __name__)


@api.get("/api/dispatch")
def dispatch() -> ResponseReturnValue:
    """Open incidents, the units committed to them, and areas in force or to come.

    The feed's `dispatch` event brings the same rows as they change: rows replace by id, ids in
    `gone` go. After each connection of the feed this is asked again; an event whose cursor is not
    newer than this answer's has nothing new.
    """
    policy = viewer().policy
    with context().database.reading() as session:
        answer = {
            "cursor": str(changes.now(session)),
            "now": int(time.time()),
            "types": board.types(session) if policy.staff or policy.everything else {},
            **board.whole(session, policy),
        }
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
