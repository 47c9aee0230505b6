"""What a phone installs: the manifest and the service worker, which keeps /m without a line.

The worker's script names the version of the static files, so a new version of MERIS is a new
script: browsers fetch it in the background and start it when the page is opened next.
"""

import json
from functools import cache

from flask import Blueprint, Flask, Response, current_app

from meris.language import LANGUAGES, _, speaking, spoken
from meris.web.assets import shipped, static_url
from meris.web.palette import groups

files = Blueprint("phone_files", __name__)

#: What the pages of /m load before a button works: one file, see `meris.web.bundle`.
MODULES = ("phone/app.js",)
#: What they load later, and what else the worker keeps: all of it is wanted without a line too.
_LATER = (
    "css/phone.css",
    *(
        f"js/{name}.js"
        for name in (
            "core/dom",
            "core/storage",
            "words/age",
            "words/clock",
            "words/language",
            "phone/asking",
            "phone/store",
            "phone/telling",
            "phone/kept",
            "phone/leaving",
            "phone/news",
            "phone/places",
            "phone/positions",
            "phone/push",
            "phone/queue",
            "alarm/siren",
        )
    ),
    "img/icon.svg",
    "img/icon-192.png",
)
#: The worker's own parts, classic scripts.
_WORKER = ("js/phone/push-worker.js", "js/phone/worker.js")
_START = """\
self.MERIS = {settings};
importScripts({scripts});
"""


def init_app(app: Flask) -> None:
    """Let templates name what a phone loads first."""
    app.jinja_env.globals["phone_modules"] = phone_modules
    app.jinja_env.globals["bar_color"] = bar_color


def phone_modules() -> list[str]:
    """Addresses of the modules that the entry script needs."""
    return [static_url(f"js/{name}") for name in MODULES]


@cache
def bar_color() -> str:
    """The color of the bar on top, which the system's own bar takes up."""
    variables = (shipped("static") / "css" / "vars.css").read_text()
    known = {one.name: one.day for group in groups(variables) for one in group.variables}
    return known["bar"]


@files.get("/m/sw.js")
def worker() -> Response:
    """The service worker. Never kept by a browser for longer than it runs."""
    kept = [*phone_modules(), *map(static_url, _LATER)]
    settings = {
        "version": current_app.extensions["static_version"],
        "files": kept,
        "words": {language: _said_in(language) for language in LANGUAGES},
    }
    script = _START.format(
        settings=json.dumps(settings),
        scripts=json.dumps([static_url(name) for name in _WORKER])[1:-1],
    )
    response = Response(script, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/m"
    return response


def _said_in(language: str) -> dict[str, str]:
    """What the worker says by itself; it is one script for all languages, so it is never stale."""
    with speaking(language):
        return {
            "title": _("No connection"),
            "why": _(
                "This page was not opened on this phone before, so there is nothing to show yet."
                " That does not mean that nothing is going on."
            ),
            "again": _("Try again"),
            "home": _("My unit"),
            "news": _("Open MERIS for news."),
        }


@files.get("/m/manifest.webmanifest")
def manifest() -> Response:
    """How the page stands among a phone's own programs."""
    icons = [
        {"src": static_url("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {
                "src": static_url(f"img/icon-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "any maskable",
            }
            for size in (192, 512)
        ),
    ]
    about = {
        "id": "/m",
        "name": "MERIS",
        "short_name": "MERIS",
        "description": _("Your unit, your shelter, what is near: with or without a line."),
        "lang": spoken(),
        "start_url": "/m",
        "scope": "/m",
        "display": "standalone",
        "background_color": bar_color(),
        "theme_color": bar_color(),
        "icons": icons,
    }
    response = Response(json.dumps(about), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response
