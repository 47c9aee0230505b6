"""GET /api/dispatch: what the dispatcher's board starts from; the feed keeps it true."""

import gzip
import time

from flask import Blueprint, Response, request

from meris.web.context import context, viewer

api = Blueprint("live", __name__)

#: Fast rather than small: the answer is made anew whenever an incident changes.
_EFFORT = 1


@api.get("/api/dispatch")
def dispatch() -> Response:
    """Open incidents, the units committed to them, and areas in force or to come.

    The feed's `dispatch` event brings the same rows as they change: rows replace by id, ids in
    `gone` go. After each connection of the feed this is asked again; an event whose cursor is not
    newer than this answer's has nothing new.
    """
    parts = context()
    members = parts.boards.members(parts.database, viewer().policy)
    response = Response(mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Encoding, Cookie, Authorization"
    body = b'{"now":%d,%b}' % (int(time.time()), members)
    if request.accept_encodings.best_match(("gzip",)):
        body = gzip.compress(body, _EFFORT, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(body)
    return response
