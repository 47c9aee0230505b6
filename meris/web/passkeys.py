"""Passkeys: one is enough to log in, because it proves both the device and the person.

Flask-Security tells keys that replace a password from keys that stand beside one. Ours all verify
the person (PIN, finger or face), so that each serves for either.
"""

from functools import wraps
from typing import Any

from flask import Flask, Response, make_response, session, url_for
from flask_security import WebauthnUtil
from flask_security.webauthn import (
    WebAuthnRegisterForm,
    WebAuthnSigninResponseForm,
    WebAuthnTfPlugin,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from meris.language import _

_USAGE = "first"

CONFIG: dict[str, Any] = {
    "WEBAUTHN": True,
    "WAN_RP_NAME": "MERIS",
    "WAN_ALLOW_AS_FIRST_FACTOR": True,
    "WAN_ALLOW_AS_MULTI_FACTOR": True,
    # a name typed on the log-in page must not bring up whose keys are known
    "WAN_ALLOW_USER_HINTS": False,
    "WAN_REGISTER_URL": "/account/passkeys",
    "WAN_REGISTER_TEMPLATE": "account/passkeys.html",
    "WAN_POST_REGISTER_VIEW": "/account",
    "WAN_DELETE_URL": "/account/passkeys/remove",
    "WAN_SIGNIN_URL": "/log-in/passkey",
    "WAN_SIGNIN_TEMPLATE": "account/passkey_log_in.html",
    "WAN_VERIFY_URL": "/account/verify/passkey",
    "WAN_VERIFY_TEMPLATE": "account/passkey_verify.html",
    "TWO_FACTOR_IMPLEMENTATIONS": {
        "code": "flask_security.twofactor.CodeTfPlugin",
        "webauthn": "meris.web.passkeys.PasskeyFactor",
    },
}


def init_app(app: Flask) -> None:
    """Lead back to the account when a passkey is removed, not to the form for a new one."""
    views: dict[str, Any] = app.view_functions
    remove = views["security.wan_delete"]

    @wraps(remove)
    def remove_and_return() -> Response:
        response = make_response(remove())
        if response.location == url_for("security.wan_register"):
            response.location = url_for("account.overview")
        return response

    views["security.wan_delete"] = remove_and_return


class PasskeyUtil(WebauthnUtil):
    """Asks for keys that live on the device and verify the person."""

    def authenticator_selection(
        self,
        user: Any,  # noqa: ARG002  # Flask-Security's signature
        usage: str,  # noqa: ARG002
    ) -> AuthenticatorSelectionCriteria:
        """What a new key must be able to do."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(
        self,
        user: Any,  # noqa: ARG002
        usage: list[str],  # noqa: ARG002
    ) -> UserVerificationRequirement:
        """What a key must do at each use."""
        return UserVerificationRequirement.REQUIRED


class PasskeyFactor(WebAuthnTfPlugin):
    """A passkey beside a password: whoever has one must show it."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        """The way to prove it that the account has set up, if it has."""
        return [("webauthn", "Passkey")] if user.webauthn else []


class NewPasskeyForm(WebAuthnRegisterForm):
    """A name for a new passkey; there is but one use."""

    def validate(self, **kwargs: Any) -> bool:
        """Take the name; say what it is for."""
        self.usage.data = _USAGE
        return bool(super().validate(**kwargs))


class PasskeyForm(WebAuthnSigninResponseForm):
    """The browser's proof, alone or after a password."""

    def validate(self, **kwargs: Any) -> bool:
        """Check the proof, and that it is of an open account: after a password, of the same."""
        after_password, self.is_secondary = self.is_secondary, False
        proved = bool(super().validate(**kwargs))
        self.is_secondary = after_password
        if not proved or self.user is None or not self.user.is_active:
            return False
        if after_password and session.get("tf_user_id") != self.user.fs_uniquifier:
            self.form_errors.append(_("This passkey is another account's."))
            return False
        return True
