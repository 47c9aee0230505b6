"""The language that is spoken at the moment, and saying something in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from jinja2 import Environment

from meris.language.catalogs import ENGLISH, translations

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def spoken() -> str:
    """The language spoken now: a key of `LANGUAGES`."""
    return _spoken.get()


def speak(language: str) -> None:
    """Speak a language from here on, in this thread."""
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for as long as the block lasts."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def _(text: str, /, **values: object) -> str:
    """A text in the language spoken, its `%(name)s` filled in."""
    said = _one(text)
    return said % values if values else said


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """One or several of something; `%(num)s` is the number unless `num` is given."""
    return _several(one, many, number) % {"num": number, **values}


def N_(text: str) -> str:  # noqa: N802  # the name that every catalog's tools know
    """The text itself; only tells `make words` that somebody will say it by `_`."""
    return text


def teach(environment: Environment) -> None:
    """Have templates say things: `_`, `ngettext`, `{% trans %}`, and `title | said` for a text
    that is not written in the template (which `_` would take for HTML)."""
    environment.policies["ext.i18n.trimmed"] = True
    environment.add_extension("jinja2.ext.i18n")
    environment.filters["said"] = _
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        _one, _several, newstyle=True
    )


def _one(text: str) -> str:
    language = _spoken.get()
    # gettext answers nothing by its own heading
    if language == ENGLISH or not text:
        return text
    return translations(language).gettext(text)


def _several(one: str, many: str, number: int) -> str:
    language = _spoken.get()
    if language == ENGLISH:
        return one if number == 1 else many
    return translations(language).ngettext(one, many, number)
