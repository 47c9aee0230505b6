"""Browsers that have logged in to an account before, told by a signed cookie.

Tries from such a browser are counted apart, so that strangers cannot shut a person out by guessing.
The cookie opens nothing.
"""

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from meris.accounts import guesses

_YEAR_SECONDS = 365 * 24 * 3600


def known_to(email: str) -> str | None:
    """The browser's own random text, when it has logged in to the account before."""
    try:
        account, nonce = _serializer().loads(request.cookies.get(_cookie_name(), ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(nonce) if account == guesses.key(email) else None


def remember(response: Response, email: str) -> Response:
    """Mark the browser as one that has logged in to the account."""
    if known_to(email) is None:
        response.set_cookie(
            _cookie_name(),
            _serializer().dumps([guesses.key(email), secrets.token_urlsafe(16)]),
            max_age=_YEAR_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response


def _cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")
