"""Log-in by Flask-Security: how it is set up, and where it meets the rules of `meris.accounts`."""

import base64
import hashlib
from datetime import timedelta
from typing import Any, cast

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_principal import Principal
from flask_security import (
    MailUtil,
    PasswordUtil,
    Security,
    SQLAlchemySessionUserDatastore,
    Totp,
)
from flask_security.mail_util import EmailValidateException
from flask_security.utils import aware_utcnow
from flask_wtf import CSRFProtect
from sqlalchemy.dialects.postgresql import insert
from werkzeug.local import LocalProxy

from meris.accounts import passwords, people, sign_ins
from meris.errors import Invalid
from meris.settings import Settings
from meris.tables import Account, Role, TotpUse, WebAuthn
from meris.web import auth_events, forms, passkeys
from meris.web.context import context
from meris.web.cookies import Cookies
from meris.web.languages import Words
from meris.web.sessions import accounts_session, visit
from meris.web.words import MESSAGES

#: Log-ins from one address. An operations room shares one, hence not fewer.
_TRIES_PER_ADDRESS = "30 per minute;300 per hour"
_COUNTED_VIEWS = ("login", "two_factor_token_validation", "mf_recovery", "wan_signin_response")
#: What changes how an account is proved asks for the password again after so long.
_FRESH = timedelta(minutes=15)
_RECOVERY_CODES = 10


class Store(SQLAlchemySessionUserDatastore):
    """Accounts in the request's transaction, which ends where the request does."""

    def commit(self) -> None:
        """Leave it to the end of the request: the only commit is in `meris.db`."""

    def set_uniquifier(self, user: Any, uniquifier: str | None = None) -> None:
        """A new password or a reset ends every sign-in of the account."""
        super().set_uniquifier(user, uniquifier)
        sign_ins.end_all(accounts_session(), user.id)


class Passwords(PasswordUtil):
    """The password rules of `meris.accounts.passwords`."""

    def normalize(self, password: str) -> str:
        """The form that is hashed."""
        return passwords.normalize(password)

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: ARG002  # Flask-Security's signature
        **kwargs: Any,
    ) -> tuple[list[str] | None, str]:
        """What is wrong with a new password, if anything, and its normal form."""
        account = kwargs["user"]
        asked = people.must_use_second_factor(account, context().settings.mfa_roles)
        try:
            passwords.check(password, about=people.words_about(account), second_factor=asked)
        except Invalid as refused:
            return [refused.message], password
        return None, self.normalize(password)


class Addresses(MailUtil):
    """E-mail addresses as names only: no mail is sent and no domain looked up."""

    def normalize(self, email: str) -> str:
        """The form that is compared."""
        try:
            return people.email_key(email)
        except Invalid as refused:
            raise EmailValidateException(refused.message) from refused


class Codes(Totp):
    """Codes of an authenticator, each good for one log-in."""

    def get_last_counter(self, user: Any) -> int | None:
        """The last code that was accepted; locked, so that no two requests use the next one."""
        found = accounts_session().get(TotpUse, user.id, with_for_update=True)
        return found.counter if found else None

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember a code that was accepted."""
        row = insert(TotpUse).values(account_id=user.id, counter=tmatch.counter)
        accounts_session().execute(
            row.on_conflict_do_update(
                index_elements=["account_id"], set_={"counter": row.excluded.counter}
            )
        )


def init_app(app: Flask, settings: Settings, secret: str) -> None:
    """Set up log-in, the check for forged requests and the limit on tries."""
    app.config.update(_cookies(settings, secret))
    app.config.update(_flask_security(secret))
    app.session_interface = Cookies()
    CSRFProtect(app)
    security = Security(
        app,
        Store(cast(Any, LocalProxy(accounts_session)), Account, Role, WebAuthn),
        password_util_cls=Passwords,
        mail_util_cls=Addresses,
        totp_cls=Codes,
        webauthn_util_cls=passkeys.PasskeyUtil,
        **forms.FORMS,
    )
    security.i18n_domain = Words()
    # pages only: no log-in by JSON, no tokens but our own, and no say of the browser's address
    security.want_json(lambda _request: False)
    security.login_manager.request_loader(None)
    security.login_manager.session_protection = None
    security.change_password_context_processor(_password_length)
    _hold_no_second_connection(app)
    _limit_tries(app)
    passkeys.init_app(app)
    auth_events.init_app(app)


def _hold_no_second_connection(app: Flask) -> None:
    """Flask-Principal loads the account at the start of every request, in a transaction that lasts
    to its end, beside the one that the request itself needs: thirty consoles that come back at once
    then wait for each other until all are refused. Nothing here asks it; doors ask `visit`.
    Flask-Login does so for each page's template, of which none asks for its `current_user`."""
    asked = app.before_request_funcs[None]
    asked[:] = [one for one in asked if not isinstance(getattr(one, "__self__", None), Principal)]
    told = app.template_context_processors[None]
    told[:] = [one for one in told if one.__module__ != "flask_login.utils"]


def _password_length() -> dict[str, int]:
    account = visit().account
    asked = account and people.must_use_second_factor(account, context().settings.mfa_roles)
    shortest = passwords.MIN_WITH_SECOND_FACTOR if asked else passwords.MIN_ALONE
    return {"password_length": shortest}


def _limit_tries(app: Flask) -> None:
    limiter = Limiter(
        get_remote_address, app=app, storage_uri="memory://", strategy="moving-window"
    )
    limit = limiter.shared_limit(_TRIES_PER_ADDRESS, scope="log-in", methods=["POST"])
    views: dict[str, Any] = app.view_functions
    for name in _COUNTED_VIEWS:
        views[f"security.{name}"] = limit(views[f"security.{name}"])


def _cookies(settings: Settings, secret: str) -> dict[str, Any]:
    production = settings.environment == "production"
    return {
        "SECRET_KEY": secret,
        "SESSION_COOKIE_NAME": "__Host-meris" if production else "meris",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # the database ends a sign-in, at its own time for each account; the cookie only outlasts it
        "PERMANENT_SESSION_LIFETIME": max(
            timedelta(hours=settings.session_hours), timedelta(days=settings.wall_days)
        ),
        "SESSION_REFRESH_EACH_REQUEST": False,
        # what asks this machine itself, such as a probe, names it so
        "TRUSTED_HOSTS": [*settings.hosts, "localhost", "127.0.0.1"] if settings.hosts else None,
        "MAX_CONTENT_LENGTH": settings.upload_limit_mb * 1_000_000,
        # the doors check, because a token needs none
        "WTF_CSRF_CHECK_DEFAULT": False,
        # a map stays open all day; what it may send ends with its log-in
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _flask_security(secret: str) -> dict[str, Any]:
    config = {
        **_PASSWORDS,
        **_PLACES,
        **passkeys.CONFIG,
        "DATETIME_FACTORY": aware_utcnow,
        "API_ENABLED_METHODS": ["session"],
        "RETURN_GENERIC_RESPONSES": True,
        "STATIC_FOLDER": None,
        "CACHE_CONTROL": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "TRACKABLE": True,
        "CHANGEABLE": True,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "FRESHNESS": _FRESH,
        "FRESHNESS_GRACE_PERIOD": _FRESH,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TOTP_SECRETS": {1: _derived(secret, "authenticators")},
        "TOTP_ISSUER": "MERIS",
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": _RECOVERY_CODES,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [_fernet_key(secret)],
        **MESSAGES,
    }
    return {f"SECURITY_{name}": value for name, value in config.items()}


_PASSWORDS: dict[str, Any] = {
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_HASH_PASSLIB_OPTIONS": passwords.ARGON2,
    # no secret is mixed in: a restored database must be all that log-in needs
    "PASSWORD_SINGLE_HASH": {"argon2"},
}

#: Where each page of log-in is, and the template that shows it.
_PLACES = {
    "LOGIN_URL": "/log-in",
    "LOGIN_USER_TEMPLATE": "account/log_in.html",
    "LOGOUT_URL": "/log-out",
    "POST_LOGIN_VIEW": "/",
    "POST_LOGOUT_VIEW": "/",
    "CHANGE_URL": "/account/password",
    "CHANGE_PASSWORD_TEMPLATE": "account/password.html",
    "POST_CHANGE_VIEW": "/account",
    "VERIFY_URL": "/account/verify",
    "VERIFY_TEMPLATE": "account/verify.html",
    "POST_VERIFY_VIEW": "/account",
    "TWO_FACTOR_SETUP_URL": "/account/authenticator",
    "TWO_FACTOR_SETUP_TEMPLATE": "account/authenticator.html",
    "TWO_FACTOR_POST_SETUP_VIEW": "/account",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/log-in/code",
    "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "account/code.html",
    "TWO_FACTOR_SELECT_URL": "/log-in/second-factor",
    "TWO_FACTOR_SELECT_TEMPLATE": "account/choose_factor.html",
    "MULTI_FACTOR_RECOVERY_URL": "/log-in/recovery",
    "MULTI_FACTOR_RECOVERY_TEMPLATE": "account/recovery.html",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
    "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "account/recovery_codes.html",
}


def _derived(secret: str, purpose: str) -> str:
    """A key of its own for each purpose, from the one secret."""
    return hashlib.sha256(f"{purpose}:{secret}".encode()).hexdigest()


def _fernet_key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(bytes.fromhex(_derived(secret, "recovery codes")))
