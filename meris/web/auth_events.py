"""What follows when somebody logs in or out, or changes how the account is proved."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from flask import Flask, Response, after_this_request, g, session
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    password_changed,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    wan_deleted,
    wan_registered,
)

from meris.accounts import guesses, sign_ins, viewer_of
from meris.phone import duty
from meris.tables import Account
from meris.web import account_mark, devices
from meris.web.sessions import KEY, accounts_session, act_as, limits

log = structlog.get_logger(__name__)

#: Roles that report from the field and do nothing else.
_IN_THE_FIELD = frozenset({"responder", "shelter_manager"})
#: Changes of how an account is proved; whoever logged in by the old way is logged out.
_FACTOR_CHANGES = {
    "authenticator set up": tf_profile_changed,
    "authenticator removed": tf_disabled,
    "passkey added": wan_registered,
    "passkey removed": wan_deleted,
}


def init_app(app: Flask) -> None:
    """Listen to the signals of Flask-Login and Flask-Security."""
    user_logged_in.connect(_start, app)
    user_logged_out.connect(_end, app)
    user_authenticated.connect(_note_log_in, app)
    password_changed.connect(_settle, app)
    for name, signal in _FACTOR_CHANGES.items():
        # weak=False: nobody else holds the partial
        signal.connect(partial(_end_others, name), app, weak=False)


def _start(_app: Flask, user: Account, **_: Any) -> None:
    """A sign-in of its own, and nothing left over from before it that somebody may know."""
    for leftover in ("_remember", "csrf_token", KEY):
        session.pop(leftover, None)
    g.pop("csrf_token", None)
    act_as(user)
    database = accounts_session()
    session.permanent = True  # a phone that closes the browser stays logged in
    session[KEY] = sign_ins.start(database, user.id)
    sign_ins.prune(database, limits())
    guesses.prune(database)
    after_this_request(partial(devices.remember, email=user.email))
    after_this_request(partial(account_mark.rename, account_id=user.id))
    if {role.name for role in user.roles} <= _IN_THE_FIELD:
        after_this_request(_start_at_phone)


def _start_at_phone(response: Response) -> Response:
    """Who only reports starts at the pages of phones, unless the log-in leads elsewhere."""
    if response.location == "/":
        response.location = "/m"
    return response


def _end(_app: Flask, user: Account, **_: Any) -> None:
    """The sign-in ends, and with it the duty in which the person's position is kept."""
    if isinstance(user, Account):
        duty.stop(accounts_session(), viewer_of(user), at=datetime.now(UTC), by="log_out")
    token = session.get(KEY)
    if token:
        sign_ins.end(accounts_session(), token)
    session.clear()
    after_this_request(account_mark.forget)
    log.info("logged out", who=getattr(user, "id", None))


def _note_log_in(_app: Flask, user: Account, authn_via: list[str] | None = None, **_: Any) -> None:
    log.info("logged in", who=user.id, by=authn_via or ["second factor"])


def _settle(_app: Flask, user: Account, **_: Any) -> None:
    """From now on the password is the person's own."""
    user.confirmed_at = datetime.now(UTC)
    log.info("password changed", who=user.id)


def _end_others(what: str, _app: Flask, user: Account, **_: Any) -> None:
    sign_ins.end_all(accounts_session(), user.id, keep=session.get(KEY))
    log.info(what, who=user.id)
