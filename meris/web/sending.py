"""What a program sends with a write: a JSON object, and the version that it saw."""

from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider

from meris.errors import Invalid


class _Reader(DefaultJSONProvider):
    """Flask's reader of JSON, to which lists within lists a thousand deep are no JSON either."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises `ValueError` for what cannot be read, however it fails."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as deep:
            raise ValueError("nested too deeply") from deep


def init_app(app: Flask) -> None:
    """Read what is sent by our own reader."""
    app.json_provider_class = _Reader  # what Flask-Security makes its own from
    app.json = _Reader(app)


def body_of() -> dict[str, Any]:
    """The object that was sent. Raises `Invalid` for anything else."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object, sent as application/json.")
    return body


def version_of(body: dict[str, Any]) -> int:
    """The version seen. Raises `Invalid` when there is none."""
    version = body.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version < 2**31:
        raise Invalid('The body needs "version": the whole number you saw.')
    return version


def values_of(body: dict[str, Any]) -> dict[str, Any]:
    """The fields to set, by name. Raises `Invalid` when there are none."""
    values = body.get("set")
    if not isinstance(values, dict):
        raise Invalid('The body needs "set": an object of fields and their new values.')
    return values
