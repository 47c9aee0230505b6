"""Headers of every answer: what a browser may load, frame, keep and tell others."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g

from meris.settings import Settings

_YEAR_SECONDS = 365 * 24 * 3600
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # same-origin and no less: the check for forged requests needs it
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Set the headers, and let templates name their scripts by the request's nonce."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    always = fixed(settings)
    pages = _sources(settings)

    @app.after_request
    def _set_headers(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _policy(pages))
        # a view that may be cached says so itself
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def fixed(settings: Settings) -> dict[str, str]:
    """The headers that are the same on every answer."""
    if settings.environment != "production":
        return _ALWAYS
    return _ALWAYS | {"Strict-Transport-Security": f"max-age={_YEAR_SECONDS}; includeSubDomains"}


def csp_nonce() -> str:
    """The text that marks this answer's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _sources(settings: Settings) -> dict[str, str]:
    """Where each kind of thing may come from: ourselves, and the basemap that is configured."""
    tiles, archive = _origin(settings.tile_url), _origin(settings.pmtiles)
    return {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: blob:{tiles}",
        "connect-src": f"'self'{tiles}{archive}",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "object-src": "'none'",
    }


def _origin(url: str | None) -> str:
    parts = urlsplit(url or "")
    if not (parts.scheme and parts.netloc):
        return ""
    # {s} in a tile address stands for one of several hosts
    return f" {parts.scheme}://{parts.netloc.replace('{s}', '*')}"


def _policy(sources: dict[str, str]) -> str:
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    marked = {name: sources[name] + nonce for name in ("script-src", "style-src")}
    return "; ".join(f"{name} {value}" for name, value in (sources | marked).items())
