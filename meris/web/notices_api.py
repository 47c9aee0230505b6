"""/api/phone/feed, notices and push: what a person on duty is told, and how it reaches them."""

from collections.abc import Collection

from flask import Blueprint, Response, jsonify, request

from meris import notices
from meris.errors import Forbidden, Invalid
from meris.notices import push
from meris.notices.watch import Thing
from meris.web.context import context, viewer
from meris.web.sending import body_of

api = Blueprint("notices", __name__)


@api.get("/api/phone/feed")
def feed() -> Response:
    """News for a phone: that something of mine changed, not what; then it asks for its page.

    After each connection the page is fetched once, so that there is nothing to resume.
    """
    _account_id()
    parts, who = context(), viewer()

    def look() -> Collection[Thing]:
        # all of it: one's own unit may be at what is hidden, and nothing is told but to ask
        with parts.whole.reading() as session:
            return notices.interests(session, who)

    watch = parts.hub.watch
    watcher = watch.open(look())
    parts.hub.wake()
    response = Response(watch.stream(watcher, look), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: watch.close(watcher))
    return response


@api.get("/api/phone/notices")
def listed() -> Response:
    """My notices, newest first."""
    account_id = _account_id()
    with context().database.reading() as session:
        return _private(notices.newest(session, account_id))


@api.post("/api/phone/notices/seen")
def seen() -> Response:
    """Note that I have seen my notices up to an id."""
    account_id, up_to = _account_id(), body_of().get("up_to")
    if not isinstance(up_to, int) or isinstance(up_to, bool) or not 0 <= up_to < 2**63:
        raise Invalid('The body needs "up_to": the id of the newest notice that was shown.')
    with context().database.transaction(viewer().actor) as session:
        notices.mark_seen(session, account_id, up_to)
        return _private(notices.newest(session, account_id))


@api.get("/api/phone/push")
def push_state() -> Response:
    """The key that a browser subscribes with, and whether its address (`endpoint`) is mine.

    `key` is null where this installation sends nothing.
    """
    account_id, settings = _account_id(), context().settings
    with context().database.transaction(viewer().actor) as session:
        state = push.state(session, account_id, request.args.get("endpoint"), settings.push_hosts)
        return _private(state)


@api.post("/api/phone/push")
def subscribe() -> Response:
    """Send my notices to this browser from now on, and to nobody else by its address."""
    account_id, body, settings = _account_id(), body_of(), context().settings
    with context().database.transaction(viewer().actor) as session:
        push.subscribe(
            session,
            account_id,
            body.get("subscription"),
            label=body.get("label"),
            hosts=settings.push_hosts,
        )
        return _private(push.state(session, account_id, None, settings.push_hosts))


@api.delete("/api/phone/push")
def unsubscribe() -> Response:
    """Send nothing to this browser any longer."""
    account_id, body, settings = _account_id(), body_of(), context().settings
    with context().database.transaction(viewer().actor) as session:
        push.unsubscribe(session, account_id, body.get("endpoint"))
        return _private(push.state(session, account_id, None, settings.push_hosts))


def _account_id() -> int:
    account_id = viewer().account_id
    if account_id is None:
        raise Forbidden("Notices are for people. A token has none.")
    return account_id


def _private(answer: dict[str, object]) -> Response:
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
