"""What follows when somebody logs in or out, or changes how the account is proved."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from flask import Flask, after_this_request, g, session
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    password_changed,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    wan_deleted,
    wan_registered,
)

from meris.accounts import guesses, sign_ins
from meris.tables import Account
from meris.web import account_mark, devices
from meris.web.sessions import KEY, accounts_session, act_as, limits

log = structlog.get_logger(__name__)

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


def _end(_app: Flask, user: Account, **_: Any) -> None:
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
