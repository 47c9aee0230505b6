"""What log-in tells people, in place of Flask-Security's own words: (text, kind of banner)."""

_WRONG = "The e-mail address or the password is wrong."

MESSAGES: dict[str, tuple[str, str]] = {
    f"MSG_{name}": message
    for name, message in {
        "GENERIC_AUTHN_FAILED": (_WRONG, "error"),
        "UNAUTHENTICATED": ("Log in first.", "info"),
        "REAUTHENTICATION_REQUIRED": ("Show that it is still you.", "info"),
        "REAUTHENTICATION_SUCCESSFUL": ("Thank you. Go on.", "success"),
        "EMAIL_NOT_PROVIDED": ("Type your e-mail address.", "error"),
        "PASSWORD_NOT_PROVIDED": ("Type your password.", "error"),
        "INVALID_PASSWORD": ("The password is wrong.", "error"),
        "RETYPE_PASSWORD_MISMATCH": ("The two are not the same.", "error"),
        "PASSWORD_IS_THE_SAME": ("This is the password you have now.", "error"),
        "PASSWORD_CHANGE": (
            "Your password is changed. All other devices are logged out.",
            "success",
        ),
        "TWO_FACTOR_INVALID_TOKEN": (
            "The code is wrong or used up. Wait for the next one.",
            "error",
        ),
        "TWO_FACTOR_LOGIN_SUCCESSFUL": ("You are logged in.", "success"),
        "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
            "The authenticator is set up. Make recovery codes now, for the day you lose it.",
            "success",
        ),
        "TWO_FACTOR_PERMISSION_DENIED": ("Log in again from the start.", "info"),
        "TWO_FACTOR_DISABLED": ("The authenticator is removed.", "success"),
        "TWO_FACTOR_SETUP_EXPIRED": ("This took too long. Start again.", "error"),
        "INVALID_RECOVERY_CODE": ("This is not one of your unused recovery codes.", "error"),
        "NO_RECOVERY_CODES_SETUP": ("There are no recovery codes.", "info"),
        "WEBAUTHN_EXPIRED": ("This took too long. Start again.", "error"),
        "WEBAUTHN_NAME_REQUIRED": ("Name the passkey.", "error"),
        "WEBAUTHN_NAME_INUSE": ("You have a passkey named %(name)s already.", "error"),
        "WEBAUTHN_NAME_NOT_FOUND": ("You have no passkey named %(name)s.", "error"),
        "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": ("Use letters, digits, spaces and -.", "error"),
        "WEBAUTHN_CREDENTIAL_DELETED": ("The passkey %(name)s is removed.", "success"),
        "WEBAUTHN_REGISTER_SUCCESSFUL": ("The passkey %(name)s is added.", "success"),
        "WEBAUTHN_CREDENTIAL_ID_INUSE": ("This passkey is added already.", "error"),
        "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": ("MERIS does not know this passkey.", "error"),
        "WEBAUTHN_NO_VERIFY": ("The passkey could not be checked. Try again.", "error"),
        "WEBAUTHN_MISMATCH_USER_HANDLE": ("This passkey is another account's.", "error"),
    }.items()
}
