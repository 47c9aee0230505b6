"""The forms of log-in, each of which counts its tries (`meris.accounts.guesses`)."""

from collections.abc import Callable
from threading import BoundedSemaphore
from time import monotonic, sleep
from typing import Any

import structlog
from flask import Response, after_this_request
from flask_login import current_user
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MfRecoveryForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.utils import validate_redirect_url
from wtforms import Field, Form

from meris.accounts import guesses, people
from meris.db import SYSTEM
from meris.errors import Invalid
from meris.language import _
from meris.web import devices
from meris.web.context import context
from meris.web.passkeys import NewPasskeyForm, PasskeyForm
from meris.web.sessions import accounts_session, give_up

log = structlog.get_logger(__name__)

#: A failed log-in takes so long at least: longer than checking a password does, so that the time
#: does not tell whether there is such an account.
FAILURE_SECONDS = 0.2


class LogInForm(LoginForm):
    """E-mail and password. Nobody is remembered longer than a sign-in lasts."""

    remember = None

    def validate_next(self, field: Field) -> None:
        """Forget an address on another site; it is no reason to refuse the log-in."""
        if not validate_redirect_url(field.data):
            field.data = ""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the two belong together; the answer does not say which is wrong."""
        if not (self.email.data and self.password.data):
            return bool(super().validate(**kwargs))
        began, who = monotonic(), _who(self.email.data)
        good = _counted(self, who, lambda: super(LogInForm, self).validate(**kwargs))
        if not good:
            give_up()
            sleep(max(0.0, began + FAILURE_SECONDS - monotonic()))
        return good


class VerifyAgainForm(VerifyForm):
    """The password once more, before a change of how the account is proved."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether it is the password."""
        who = _who(current_user.email)
        return _counted(self, who, lambda: super(VerifyAgainForm, self).validate(**kwargs))


class NewPasswordForm(ChangePasswordForm):
    """The old password and a new one."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the old one is right and the new one good."""
        if not self.password.data:
            return bool(super().validate(**kwargs))
        who = _who(current_user.email)
        return _counted(self, who, lambda: super(NewPasswordForm, self).validate(**kwargs))


class CodeForm(TwoFactorVerifyCodeForm):
    """A code of the authenticator."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether it is the code of this half minute, and unused."""
        if self.is_setup or self.user is None:
            return bool(super().validate(**kwargs))
        who = guesses.key("code", str(self.user.id))
        return _counted(self, who, lambda: super(CodeForm, self).validate(**kwargs))


class RecoveryForm(MfRecoveryForm):
    """A recovery code in place of the authenticator."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether it is one that is unused."""
        if self.user is None:
            return False
        who = guesses.key("code", str(self.user.id))
        return _counted(self, who, lambda: super(RecoveryForm, self).validate(**kwargs))


FORMS: dict[str, Any] = {
    "login_form": LogInForm,
    "verify_form": VerifyAgainForm,
    "change_password_form": NewPasswordForm,
    "two_factor_verify_code_form": CodeForm,
    "mf_recovery_form": RecoveryForm,
    "wan_register_form": NewPasskeyForm,
    "wan_signin_response_form": PasskeyForm,
}


#: A password takes 20 MB to check; a crowd of log-ins must not take all there is.
_AT_ONCE = BoundedSemaphore(8)


def _who(email: str) -> str:
    """What a try at the password of `email` counts under; a device known to it counts apart."""
    try:
        name = people.email_key(email)
    except Invalid:
        name = email
    return guesses.key("password", name, devices.known_to(name) or "")


def _counted(form: Form, who: str, judge: Callable[[], bool]) -> bool:
    """Judge a form unless it was tried too often; a success starts the count anew.

    A try is counted in a transaction of its own, because a refused request keeps nothing.
    """
    with context().database.transaction(SYSTEM) as session:
        wait = guesses.count_try(session, who)
    if wait is not None:
        log.warning("too many tries", form=type(form).__name__, wait=round(wait.total_seconds()))
        form.form_errors.append(
            _("Too many tries. Wait %(time)s, then try again.", time=guesses.in_words(wait))
        )
        after_this_request(_too_many)
        return False
    with _AT_ONCE:
        good = judge()
    if not good:
        log.warning("log-in failed", form=type(form).__name__)
        return False
    guesses.forget(accounts_session(), who)
    return True


def _too_many(response: Response) -> Response:
    response.status_code = 429
    return response
