"""Finding every text that is said, and bringing the catalogs up to date with them.

Each text belongs to one part, a .po file of its own: `phone` where only the responders' pages say
it, `fields` where it is a title of the field catalogue, else `pages`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from meris import fields, wording
from meris.fields import dispatch, factors, items, lists_request, lists_supply
from meris.language.catalogs import FOLDER, LANGUAGES, part, strings

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("pages", "phone", "fields")
#: Files whose texts are in the part `phone`, unless something else says them too.
PHONE = (
    *("templates/phone/", "static/js/phone/", "meris/phone/", "meris/notices/"),
    *("meris/web/phone", "meris/web/positions.py", "meris/web/notices_api.py"),
    *("meris/web/devices.py", "meris/web/running_out_words.py", "meris/web/count_chart.py"),
    *("meris/dispatch/", "meris/incidents/", "meris/requests/", "meris/resources/"),
    *(
        "meris/running_out/",
        "meris/positions/",
        "meris/fields/",
        "meris/counts.py",
        "meris/stays.py",
    ),
    *("meris/shelters.py", "meris/units.py", "meris/wording.py", "static/js/words/"),
    *("templates/running_out/", "templates/sites/_chart.html"),
)

_KEYWORDS: dict[str, Any] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
#: Files, how they are read, and what one holds that says anything.
_SOURCES = (
    ("templates/**/*.html", "jinja2.ext:babel_extract", ""),
    ("meris/**/*.py", "python", "from meris.language import"),
    ("static/js/**/*.js", "javascript", "/language.js'"),
)
_OPTIONS = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}
_TITLED = {"shelter": ("pet_policy",)}
_LISTS = (
    *(fields.ASSIGNMENT_STATUS, fields.OUT_REASON, lists_request.LINE_STATUS),
    lists_request.REQUEST_PRIORITY,
)
_HEADING = """\
# Words of MERIS. Translate each msgid in its msgstr; leave %(names)s and {names} as they are.
# `make words` writes this file anew and keeps what is translated.
#"""


def gathered() -> dict[str, Catalog]:
    """Every text that is said, by part, with the files that say it."""
    found = {name: Catalog(fuzzy=False) for name in PARTS}
    for file, text in sorted(_texts(), key=str):
        found["phone" if file.startswith(PHONE) else "pages"].add(text, locations=[(file, 1)])
    for message in list(found["phone"]):
        if message.id and message.id in found["pages"]:
            found["pages"].add(message.id, locations=message.locations)
            found["phone"].delete(message.id)
    for title in _titles():
        if title not in found["pages"] and title not in found["phone"]:
            found["fields"].add(title, locations=[("meris/fields", 1)])
    return found


def update(names: tuple[str, ...] = PARTS) -> None:
    """Write the .po files of these parts anew: new texts without a translation, old ones gone."""
    found = gathered()
    for language in LANGUAGES:
        if (FOLDER / language).is_dir():
            known = _known(language)
            for name in names:
                _write(language, name, found[name], known)


def _write(language: str, name: str, texts: Catalog, known: dict[Any, Any]) -> None:
    old = part(language, name)
    fresh = Catalog(
        locale=language,
        header_comment=_HEADING,
        project="MERIS",
        version="1",
        **dict.fromkeys(("msgid_bugs_address", "last_translator", "language_team"), "MERIS"),
        creation_date=old.creation_date,
        revision_date=old.creation_date,
        fuzzy=False,
    )
    for message in texts:
        if message.id:
            string, flags = known.get(message.id, (None, ()))
            fresh.add(message.id, string, locations=message.locations, flags=flags)
    with (FOLDER / language / f"{name}.po").open("wb") as file:
        write_po(file, fresh, width=100, sort_by_file=True, include_lineno=False)


def _known(language: str) -> dict[Any, Any]:
    """Every translation there is, from whichever part: a text may have moved."""
    return {
        message.id: (message.string, tuple(message.flags - {"python-format"}))
        for name in PARTS
        for message in part(language, name)
        if message.id and all(strings(message))
    }


def _texts() -> Iterator[tuple[str, Any]]:
    """Each text and the file that says it."""
    for pattern, method, sign in _SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if sign in path.read_text(encoding="utf-8"):
                with path.open("rb") as opened:
                    texts = extract(method, opened, _KEYWORDS, options=_OPTIONS)
                    file = path.relative_to(ROOT).as_posix()
                    yield from ((file, message) for _, message, _, _ in texts)


def _titles() -> Iterator[str | tuple[str, str]]:
    """Titles of the field catalogue that are shown in every language."""
    for kind in fields.KINDS:
        yield from (choice.title for choice in (*fields.statuses(kind), *fields.types(kind)))
    for kind, names in _TITLED.items():
        for name in names:
            choices = fields.choices_of(fields.field(kind, name)) or ()
            yield from (choice["title"] for choice in choices)
    for unit in lists_supply.UNIT_OF_ISSUE:
        yield unit.title, wording.several(unit.title)
    for codes in _LISTS:
        yield from (choice.title for choice in codes)
    yield from (kind.title for kind in dispatch.incident_types())
    yield from (item.title for item in items.ITEMS)
    yield from (factor.title for factor in factors.FACTORS)
