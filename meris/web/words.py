"""What log-in tells people, in place of Flask-Security's own words: (text, kind of banner).

Flask-Security says them in the language of the page.
"""

from meris.language import N_

_WRONG = N_("The e-mail address or the password is wrong.")

MESSAGES: dict[str, tuple[str, str]] = {
    f"MSG_{name}": message
    for name, message in {
        "GENERIC_AUTHN_FAILED": (_WRONG, "error"),
        "UNAUTHENTICATED": (N_("Log in first."), "info"),
        "REAUTHENTICATION_REQUIRED": (N_("Show that it is still you."), "info"),
        "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. Go on."), "success"),
        "EMAIL_NOT_PROVIDED": (N_("Type your e-mail address."), "error"),
        "PASSWORD_NOT_PROVIDED": (N_("Type your password."), "error"),
        "INVALID_PASSWORD": (N_("The password is wrong."), "error"),
        "RETYPE_PASSWORD_MISMATCH": (N_("The two are not the same."), "error"),
        "PASSWORD_IS_THE_SAME": (N_("This is the password you have now."), "error"),
        "PASSWORD_CHANGE": (
            N_("Your password is changed. All other devices are logged out."),
            "success",
        ),
        "TWO_FACTOR_INVALID_TOKEN": (
            N_("The code is wrong or used up. Wait for the next one."),
            "error",
        ),
        "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are logged in."), "success"),
        "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
            N_("The authenticator is set up. Make recovery codes now, for the day you lose it."),
            "success",
        ),
        "TWO_FACTOR_PERMISSION_DENIED": (N_("Log in again from the start."), "info"),
        "TWO_FACTOR_DISABLED": (N_("The authenticator is removed."), "success"),
        "TWO_FACTOR_SETUP_EXPIRED": (N_("This took too long. Start again."), "error"),
        "INVALID_RECOVERY_CODE": (N_("This is not one of your unused recovery codes."), "error"),
        "NO_RECOVERY_CODES_SETUP": (N_("There are no recovery codes."), "info"),
        "WEBAUTHN_EXPIRED": (N_("This took too long. Start again."), "error"),
        "WEBAUTHN_NAME_REQUIRED": (N_("Name the passkey."), "error"),
        "WEBAUTHN_NAME_INUSE": (N_("You have a passkey named %(name)s already."), "error"),
        "WEBAUTHN_NAME_NOT_FOUND": (N_("You have no passkey named %(name)s."), "error"),
        "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (N_("Use letters, digits, spaces and -."), "error"),
        "WEBAUTHN_CREDENTIAL_DELETED": (N_("The passkey %(name)s is removed."), "success"),
        "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("The passkey %(name)s is added."), "success"),
        "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("This passkey is added already."), "error"),
        "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (N_("MERIS does not know this passkey."), "error"),
        "WEBAUTHN_NO_VERIFY": (N_("The passkey could not be checked. Try again."), "error"),
        "WEBAUTHN_MISMATCH_USER_HANDLE": (N_("This passkey is another account's."), "error"),
    }.items()
}
