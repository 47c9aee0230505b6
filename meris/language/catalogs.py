"""The catalogs: what each English text is in another language, read from the .po files themselves.

Nothing is compiled: a fresh clone and a wheel hold all that there is, and a word that was changed
in a .po file is said after a restart.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent
ENGLISH = "en"
#: Each language by its own name, as a link to it says.
LANGUAGES = {ENGLISH: "English", "es": "Español"}
#: How each writes dates and numbers here.
LOCALES = {ENGLISH: "en_US", "es": "es_US"}


def part(language: str, name: str) -> Catalog:
    """One .po file; an empty catalog where there is none yet."""
    file = FOLDER / language / f"{name}.po"
    if not file.exists():
        return Catalog(locale=language, fuzzy=False)
    with file.open("rb") as opened:
        return read_po(opened, locale=language, abort_invalid=True)


def parts(language: str) -> list[str]:
    """The names of a language's .po files."""
    return sorted(file.stem for file in (FOLDER / language).glob("*.po"))


@cache
def whole(language: str) -> Catalog:
    """All of a language's words, without those that nobody has confirmed yet (fuzzy)."""
    together = Catalog(locale=language, fuzzy=False)
    for name in parts(language):
        for message in part(language, name):
            if message.id and not message.fuzzy:
                together.add(message.id, message.string, locations=message.locations)
    return together


@cache
def translations(language: str) -> Translations:
    """A language as gettext knows it; what it lacks is said in English."""
    packed = BytesIO()
    write_mo(packed, whole(language))
    packed.seek(0)
    return Translations(packed)


@cache
def script_words(language: str, *folders: str) -> Mapping[str, str | list[str]]:
    """What scripts in these folders of static/js say, by the English text; plurals by the singular.

    Nothing in English, which the scripts speak by themselves.
    """
    if language == ENGLISH:
        return {}
    begins = tuple(f"static/js/{folder}" for folder in folders)
    return {
        _first(message.id): message.string
        if isinstance(message.string, str)
        else [*strings(message)]
        for message in whole(language)
        if message.id and any(file.startswith(begins) for file, _ in message.locations)
    }


def strings(message: Message) -> tuple[str, ...]:
    """What a text is in the catalog's language: one string, or one for each plural form."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]
