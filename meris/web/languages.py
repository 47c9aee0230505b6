"""Which language an answer is in: the one chosen by a link, else the one the browser asks for.

A page is wholly in one language: pages that are there in English only (the desks') are in English,
and so is everything on them.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from babel.support import Translations
from flask import Flask, Response, current_app, request
from flask_babel import Babel, Domain
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from meris.language import ENGLISH, LANGUAGES, LOCALES, script_words, speak, spoken, teach
from meris.language.catalogs import translations

#: The choice, readable by scripts: what a phone keeps is kept in one language.
COOKIE = "meris-language"
#: What a link to a page in another language says.
PARAMETER = "language"
#: Blueprints that are there in every language.
SPOKEN = frozenset(
    {"security", "account", "phone", "phone_api", "phone_files", "devices", "notices"}
)
_YEAR_SECONDS = 365 * 24 * 3600
_LONGEST = 200


class Words(Domain):  # type: ignore[misc]
    """Our catalogs, for libraries that ask Flask-Babel."""

    def get_translations(self) -> Translations:
        """Those of the language spoken."""
        return translations(spoken())


class _Babel(Babel):  # type: ignore[misc]
    domain_instance = Words()


def init_app(app: Flask) -> None:
    """Choose a language where each request begins, and have templates speak it."""
    _Babel(app, configure_jinja=False, locale_selector=lambda: LOCALES[spoken()])
    teach(app.jinja_env)
    app.jinja_env.globals.update(
        spoken=spoken, other_languages=other_languages, words_for_scripts=words_for_scripts
    )
    app.before_request(_choose)
    app.after_request(_remember)
    app.teardown_request(lambda _: speak(ENGLISH))


@lru_cache(maxsize=500)
def accepted(header: str) -> str:
    """The language of ours that a browser likes best (`Accept-Language`)."""
    for tag, quality in parse_accept_header(header[:_LONGEST], LanguageAccept):
        language = tag.partition("-")[0].lower()
        if quality > 0 and language in LANGUAGES:
            return language
    return ENGLISH


def other_languages() -> list[tuple[str, str, str]]:
    """Code, own name and address of this page in each language but the one it is in.

    An address begins with its query, because a path may be anything, another host's too (//host).
    """
    if not _is_spoken():
        return []
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != PARAMETER]
    return [
        (code, name, f"?{urlencode([*kept, (PARAMETER, code)])}")
        for code, name in LANGUAGES.items()
        if code != spoken()
    ]


def words_for_scripts(*folders: str) -> dict[str, Any]:
    """What the scripts in these folders of static/js say (`words/language.js`); none in English."""
    return dict(script_words(spoken(), *folders))


def _choose() -> None:
    speak(_chosen() if _is_spoken() else ENGLISH)


def _is_spoken() -> bool:
    """Whether what is asked for is there in every language; what programs mistype is not."""
    if request.blueprint is None:
        return not request.path.startswith("/api/")
    return request.blueprint in SPOKEN


def _chosen() -> str:
    for asked in (request.args.get(PARAMETER), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    return accepted(request.headers.get("Accept-Language", ""))


def _remember(response: Response) -> Response:
    """Keep what was chosen by a link; say that the answer depends on what the browser sent."""
    if not _is_spoken():
        return response
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers.setdefault("Content-Language", spoken())
    asked = request.args.get(PARAMETER, "")
    if asked in LANGUAGES and request.cookies.get(COOKIE) != asked:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(COOKIE, asked, max_age=_YEAR_SECONDS, secure=secure, samesite="Lax")
    return response
