"""GET /api/feed: the live feed, as Server-Sent Events."""

from flask import Blueprint, Response, request

from meris.feed import RETRY
from meris.web.context import context, viewer
from meris.web.fan import KEY, HandOver

api = Blueprint("feed", __name__)


@api.get("/api/feed")
def feed() -> Response:
    """Changes as they happen, from the cursor on; resumes by Last-Event-ID.

    Where the server takes the line over, this is its beginning; elsewhere it is all of it.
    """
    cursor = request.headers.get("Last-Event-ID") or request.args.get("cursor")
    hub = context().hub
    mailbox, first = hub.subscribe(viewer().policy, cursor)
    given: HandOver | None = request.environ.get(KEY)
    if given:
        given.mailbox = mailbox
    # no list: that would be an answer with an end
    chunks = iter([RETRY + first]) if given else hub.stream(mailbox, first)
    response = Response(chunks, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    # a buffering proxy would hold the news back
    response.headers["X-Accel-Buffering"] = "no"
    if not given:
        response.call_on_close(lambda: hub.unsubscribe(mailbox))
    return response
