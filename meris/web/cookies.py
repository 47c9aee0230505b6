"""The browser's cookie, for servers whose clocks are put right now and then."""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer


class _Patient(TimestampSigner):
    """Takes a cookie that was signed by a clock ahead of ours.

    It is as genuine as any, and the database says whether the sign-in holds. A clock that was put
    back by five minutes must not log everybody out who came within them.
    """

    def unsign(
        self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False
    ) -> Any:
        value, at = super().unsign(signed_value, return_timestamp=True)
        age = self.get_timestamp() - at.timestamp()
        if max_age is not None and age > max_age:
            raise SignatureExpired(f"{age} s old", payload=value, date_signed=at)
        return (value, at) if return_timestamp else value


class Cookies(SecureCookieSessionInterface):
    """Flask's sessions, with that patience."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Flask's, with our signer."""
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = _Patient
        return serializer
