"""GET /api/feed: the live feed, as Server-Sent Events."""

from flask import Blueprint, Response, request

from meris.web.context import context, viewer

api = Blueprint("feed", __name__)


@api.get("/api/feed")
def feed() -> Response:
    """Changes as they happen, from the cursor on; resumes by Last-Event-ID."""
    cursor = request.headers.get("Last-Event-ID") or request.args.get("cursor")
    hub = context().hub
    mailbox, first = hub.subscribe(viewer().policy, cursor)
    response = Response(hub.stream(mailbox, first), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    # a buffering proxy would hold the news back
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: hub.unsubscribe(mailbox))
    return response
