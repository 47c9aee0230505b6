"""Doors: who may enter a blueprint. `meris.app` hangs them, one beside each blueprint.

A door keeps out whole groups; what somebody may do to a single resource is a rule of
`meris.accounts`, which every function that reads or writes one applies.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    after_this_request,
    current_app,
    flash,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from meris.accounts import Viewer
from meris.errors import Forbidden
from meris.language import N_, _
from meris.web.context import context
from meris.web.errors import NotSignedIn, is_for_programs
from meris.web.sessions import Visit, bearer, is_somebody_else, visit

log = structlog.get_logger(__name__)

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Door:
    """Who may enter; `asks` is false where nobody is even asked who they are."""

    who: str
    admits: Callable[[Viewer], bool]
    asks: bool = True


def _everybody(_: Viewer) -> bool:
    return True


unasked = Door("everybody, unasked", _everybody, asks=False)
public = Door("everybody", _everybody)
person = Door("who is logged in", lambda viewer: viewer.signed_in)


def may(permission: str) -> Door:
    """Open to those whose roles carry the permission."""
    return Door(f"who may {permission}", lambda viewer: viewer.may(permission))


#: Those who may say what became of a unit or a shelter: the pages and calls of phones.
reporter = Door(
    "who reports",
    lambda viewer: any(map(viewer.may, ("report", "edit_own", "edit_all"))),
)


def _measures(viewer: Viewer) -> bool:
    token, given = context().settings.metrics_token, bearer()
    if token and given:
        return hmac.compare_digest(token.encode(), given.encode())
    return viewer.may("metrics")


meter = Door("admins, and who shows the metrics token", _measures)

#: What somebody with a duty may still do, and where it is done.
_DUTIES = {
    "password": ("security.change_password", frozenset({"security.change_password"})),
    "second_factor": (
        "account.second_factor",
        frozenset(
            {
                "account.second_factor",
                "security.two_factor_setup",
                "security.two_factor_setup_validate",
                "security.wan_register",
                "security.wan_register_response",
                "security.verify",
            }
        ),
    ),
}
_ALWAYS = frozenset({"account.log_out", "security.logout"})
#: Flask-Security brings this page and cannot leave it out; it would send mail.
_WALLED_UP = frozenset({"security.two_factor_rescue"})


def init_app(app: Flask) -> None:
    """Let every request through a door, or not at all."""
    app.extensions["doors"] = {}
    app.before_request(_enter)


def hang(app: Flask, blueprint: Blueprint | str, door: Door) -> None:
    """Register a blueprint behind its door; a name stands for one that is registered already."""
    if isinstance(blueprint, Blueprint):
        app.register_blueprint(blueprint)
    name = blueprint if isinstance(blueprint, str) else blueprint.name
    app.extensions["doors"][name] = door


def door_of(app: Flask, endpoint: str) -> Door | None:
    """The door that an endpoint lies behind."""
    doors = cast(dict[str, Door], app.extensions["doors"])
    return doors.get(endpoint.rpartition(".")[0])


def _enter() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such page: 404 follows
    door = door_of(current_app, request.endpoint)
    if door is None or request.endpoint in _WALLED_UP:
        raise Forbidden(_("This page has no door."))
    if not door.asks:
        return None
    seen = visit()
    if (
        not seen.viewer.signed_in
        and request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    ):
        after_this_request(_leave_cookie)
    return _admit(door, seen)


def _leave_cookie(response: Response) -> Response:
    """A page left open asks in the background, and its answer may come after another tab's log-in,
    which must not be undone by it."""
    session.modified = False
    return response


def _admit(door: Door, seen: Visit) -> ResponseReturnValue | None:
    """Who has ended or has a duty is dealt with first, then the door, then forged requests."""
    if seen.ended or (is_for_programs() and is_somebody_else()):
        return _ended(door)
    if seen.duty:
        if request.endpoint not in _ALWAYS | _DUTIES[seen.duty][1]:
            return _remind(seen.duty)
    elif not door.admits(seen.viewer):
        return _turn_away(seen.viewer)
    if request.method not in _SAFE_METHODS and seen.token_id is None:
        _refuse_forged(seen.viewer)
    return None


def _ended(door: Door) -> ResponseReturnValue | None:
    if is_for_programs():
        raise NotSignedIn(_("Your log-in has ended. Log in again to go on."))
    session.clear()
    flash(N_("Your log-in has ended. Log in again to go on."), "info")
    return None if door.admits(Viewer()) else _to_log_in()


def _remind(duty: str) -> ResponseReturnValue:
    if is_for_programs():
        raise Forbidden(_("Finish setting up your account first, in the browser."))
    return redirect(url_for(_DUTIES[duty][0]))


def _turn_away(viewer: Viewer) -> ResponseReturnValue:
    log.warning("denied", who=viewer.account_id, endpoint=request.endpoint)
    if viewer.signed_in:
        raise Forbidden(_("Your account may not open this page. Ask your administrator."))
    if is_for_programs() or request.method not in _SAFE_METHODS:
        raise NotSignedIn(_("Log in first, or send a token: Authorization: Bearer …"))
    return _to_log_in()


def _to_log_in() -> ResponseReturnValue:
    if request.endpoint in _ALWAYS:
        return redirect("/")  # to log in only to be asked to log out again would be odd
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def _refuse_forged(viewer: Viewer) -> None:
    """Refuse a write that another site's page sent with this browser's cookie."""
    if is_for_programs() and not viewer.signed_in:
        raise NotSignedIn(_("Log in first, or send a token: Authorization: Bearer …"))
    if not viewer.signed_in and _is_our_page():
        g.csrf_valid = (
            True  # for the form; two tabs at the log-in page overwrite each other's token
        )
        return
    current_app.extensions["csrf"].protect()


def _is_our_page() -> bool:
    """Whether the browser vouches that a page of ours sends this: no script can set the header."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
