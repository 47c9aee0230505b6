"""Words in other languages: none is missing, none is bare, and each keeps what is filled in."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.jslexer import tokenize
from jinja2 import Environment, nodes

from meris.accounts import ROLES
from meris.language import LANGUAGES, N_, _, ngettext, script_words, speaking, spoken, teach
from meris.language.catalogs import part, parts
from meris.language.gathering import ROOT, gathered
from meris.web import nav
from meris.web.languages import accepted

OTHERS = [language for language in LANGUAGES if language != "en"]
SAID = ("public", "account", "errors", "phone")
TEMPLATES = [ROOT / "templates/base.html"] + [
    path for folder in SAID for path in sorted((ROOT / "templates" / folder).glob("*.html"))
]
SCRIPTS = sorted(
    p for folder in ("account", "phone") for p in (ROOT / "static/js" / folder).glob("*.js")
)
#: What is called the same in every language.
NAMES = {"MERIS", "CSV", "GeoJSON", "Android", "iPhone", "ICS", "USNG", "HTTP", "URL"}
#: Attributes that are read out or shown.
SHOWN = {"alt", "aria-label", "aria-description", "placeholder", "title"}
_FILLED = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|</?(\w+)|%(?!\()")


@pytest.fixture(scope="module")
def texts():
    """Every text that is said, by part."""
    return gathered()


def strings(message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def ids(message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english_or_unconfirmed(texts, language):
    assert set(parts(language)) == set(texts)
    for name, said in texts.items():
        known = {m.id: m for m in part(language, name) if m.id}
        wanted = {m.id for m in said if m.id}
        assert wanted - set(known) == set(), f"{name}: run `make words`, then translate"
        assert set(known) - wanted == set(), f"{name}: nobody says this; run `make words`"
        bare = [m.id for m in known.values() if m.fuzzy or not all(strings(m))]
        assert bare == [], f"translate in meris/language/{language}/{name}.po"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_names_and_tags(language):
    def kept(text: str) -> set[tuple[str, ...]]:
        return set(_FILLED.findall(text))

    wrong = [
        (one, said)
        for name in parts(language)
        for message in part(language, name)
        if message.id
        for said in strings(message)
        # of one, the number may be left out
        for one in [ids(message)[-1]]
        if kept(said) != kept(one) and kept(said) != kept(ids(message)[0])
    ]
    assert wrong == []


def test_titles_in_tables_are_marked_to_be_said(texts):
    known = {
        one for said in texts.values() for message in said if message.id for one in ids(message)
    }
    titles = {group.title for group in nav.MENU} | {
        text
        for group in nav.MENU
        for page in group.pages
        for text in (page.title, page.short)
        if text
    }
    titles |= {text for role in ROLES for text in (role.title, role.description)}
    assert titles - known == set()


def reads(text: str) -> str:
    """What of a text is words; empty where it is only marks, numbers and names."""
    left = " ".join(word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in NAMES)
    return left.strip()


class Shown(HTMLParser):
    """Collects what of HTML a person reads or hears."""

    def __init__(self):
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._aside = 0

    def handle_starttag(self, tag, attrs):
        self._aside += tag in ("script", "style")
        for name, value in attrs:
            if name in SHOWN and reads(value or ""):
                self.found.append((self.getpos()[0], value))

    def handle_endtag(self, tag):
        self._aside -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._aside and reads(data):
            self.found.append((self.getpos()[0], data.strip()))


def environment() -> Environment:
    made = Environment(autoescape=True)
    teach(made)
    return made


#: Blocks that are classes of CSS.
_CLASSES = re.compile(r"{% block (?:page_width|body_class) %}\w*{% endblock %}")


def html_of(source: str) -> str:
    """A template without what is in braces, lines kept; a space stands for what is put in."""
    kept, aside, in_trans = [], False, False
    for _line, kind, text in environment().lex(_CLASSES.sub("", source)):
        if kind in ("block_begin", "variable_begin", "comment_begin"):
            aside = True
        if kind == "name" and text in ("trans", "endtrans"):
            in_trans = text == "trans"
        kept.append("\n" * text.count("\n") if aside or in_trans else text)
        if kind in ("block_end", "variable_end", "comment_end"):
            aside = False
            kept.append("·" if kind == "variable_end" else "")
    return "".join(kept)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_of_a_template_is_bare(path: Path):
    shown = Shown()
    shown.feed(html_of(path.read_text()))
    assert shown.found == []
    assert list(bare_constants(environment().parse(path.read_text()))) == []


def is_sentence(value: object) -> bool:
    """Whether a constant looks like words for people and not like a code."""
    if not isinstance(value, str) or not reads(value):
        return False
    return value[:1].isupper() or re.search(r"[a-z] [a-z]", value) is not None


#: Whose texts are not shown, or are said already.
NOT_SHOWN = {"_", "ngettext", "url_for", "static_url", "viewer.may", "words_for_scripts"}


def bare_constants(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """Sentences written in expressions of a template that nobody says."""
    if isinstance(node, nodes.Call):
        called = node.node.name if isinstance(node.node, nodes.Name) else ""
        if called in NOT_SHOWN:
            return
    if isinstance(node, nodes.Const) and is_sentence(node.value):
        yield node.lineno, node.value
    if not isinstance(node, nodes.Compare | nodes.Test):
        for child in node.iter_child_nodes():
            yield from bare_constants(child)


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: p.name)
def test_a_template_says_by_underscore_only_what_is_written_in_it(path: Path):
    # it takes its text for HTML, so that one from elsewhere would be let in as such
    said = environment().parse(path.read_text()).find_all(nodes.Call)
    calls = [one for one in said if isinstance(one.node, nodes.Name) and one.node.name == "_"]
    assert [c.lineno for c in calls if not isinstance(c.args[0], nodes.Const)] == []


#: What in a script looks like words for people: a capital first, then no code, tag or header.
_SPOKEN = re.compile(r"(?!Notification)[A-Z][a-z]+(?:[.?]?$|[ ,][^<]*$)")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_of_a_script_is_bare(path: Path):
    words = [token for token in tokenize(path.read_text()) if token.type != "linecomment"]
    bare = []
    for at, token in enumerate(words):
        if token.type not in ("string", "template_string") or not _SPOKEN.match(token.value[1:-1]):
            continue
        before = [word.value for word in words[max(0, at - 4) : at]]
        said = before[-1:] == ["("] and before[-2:-1] in (["_"], ["ngettext"], ["Error"])
        if not said and "ngettext" not in before:
            bare.append((token.lineno, token.value))
    assert bare == []


#: Modules whose refusals and messages pages in every language show.
SPEAKERS = ["meris/accounts/passwords.py", "meris/accounts/guesses.py", "meris/public"] + [
    f"meris/web/{name}.py"
    for name in ("accounts", "doors", "errors", "forms", "passkeys", "troubles", "words", "nav")
]
#: What tells a person something.
TELLERS = {"Forbidden", "NotSignedIn", "NotFound", "Invalid", "flash", "append", "_answer"}


def test_no_message_of_the_pages_is_bare():
    files = [p for name in SPEAKERS for p in sorted((ROOT / name).rglob("*.py")) or [ROOT / name]]
    bare = [
        (path.relative_to(ROOT).as_posix(), call.lineno)
        for path in files
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and called(call) in TELLERS
        if any(map(is_bare, call.args))
    ]
    assert bare == []


def is_bare(argument: ast.expr) -> bool:
    if isinstance(argument, ast.JoinedStr):
        return True
    return isinstance(argument, ast.Constant) and is_sentence(argument.value)


def called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def test_what_is_said_is_in_the_language_spoken():
    assert (spoken(), _("yes"), ngettext("%(num)s hour", "%(num)s hours", 2)) == (
        "en",
        "yes",
        "2 hours",
    )
    with speaking("es"):
        assert (spoken(), _("yes"), _(""), N_("yes")) == ("es", "sí", "", "yes")
        assert (
            _("Call %(phone)s before you set out.", phone="211") == "Llame al 211 antes de salir."
        )
        hours = [ngettext("%(num)s hour", "%(num)s hours", n) for n in (0, 1, 2)]
        assert hours == ["0 horas", "1 hora", "2 horas"]
        assert _("Nobody has translated this") == "Nobody has translated this"
    assert spoken() == "en"


def test_in_a_template_what_is_filled_in_stays_text():
    made = environment()
    with speaking("es"):
        page = made.from_string(
            '{{ _("Account of %(name)s", name=who) }} {{ title | said }} {{ evil | said }}'
        )
        shown = page.render(who="<b>Jo</b>", title="yes", evil="<i>100%</i>")
    assert shown == "Cuenta de &lt;b&gt;Jo&lt;/b&gt; sí &lt;i&gt;100%&lt;/i&gt;"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("es", "es"),
        ("es-MX,en;q=0.8", "es"),
        ("en-US,es;q=0.9", "en"),
        ("fr-CA, ES-419;q=0.4", "es"),
        ("es;q=0, fr", "en"),
        (";;q=,es" + "x" * 9000, "en"),
    ],
)
def test_the_browser_is_given_the_language_it_likes_best(header, language):
    assert accepted(header) == language


def test_scripts_get_their_words_and_nobody_elses():
    words = script_words("es", "account/")
    assert words["Show"] == "Mostrar"
    assert "Find shelters" not in words
    assert script_words("en", "account/") == {}
