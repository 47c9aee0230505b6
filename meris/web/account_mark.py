"""A name for an account that a phone may keep: it tells accounts apart and opens nothing.

The page carries it, its answers are marked with it, the phone's cache and outbox are named by it,
and a readable cookie says whose log-in this browser holds. The service worker, which cannot read
the log-in itself, goes by that cookie: after another person's log-in nothing kept for the one
before is shown, not even when the line fails at that moment.
"""

import hashlib
import hmac

from flask import Response, current_app, request

COOKIE = "meris-account"
HEADER = "X-Meris-Account"
_YEAR_SECONDS = 365 * 24 * 3600
_LENGTH = 16


def mark_of(account_id: int) -> str:
    """The account's mark, 16 hexadecimal digits; the same on every server of an installation."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, f"account-mark:{account_id}".encode(), hashlib.sha256)
    return digest.hexdigest()[:_LENGTH]


def name_account(response: Response, account_id: int) -> Response:
    """Mark an answer, and this browser, as the account's."""
    mark = mark_of(account_id)
    response.headers[HEADER] = mark
    if request.cookies.get(COOKIE) != mark:
        _set(response, mark)
    return response


def rename(response: Response, account_id: int) -> Response:
    """Somebody logs in: a browser that has been used as a phone learns whose it is now."""
    if COOKIE in request.cookies:
        _set(response, mark_of(account_id))
    return response


def forget(response: Response) -> Response:
    """Somebody logs out: a browser that has been used as a phone keeps nothing."""
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, secure=_secure(), samesite="Lax")
        # pages kept for reading without a line, the outbox, the service worker
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _set(response: Response, mark: str) -> None:
    # readable by scripts on purpose, see above
    response.set_cookie(COOKIE, mark, max_age=_YEAR_SECONDS, secure=_secure(), samesite="Lax")


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
