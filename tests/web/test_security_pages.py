"""Every page and file, with hostile words in everything people may write.

Names come from spreadsheets, phones and calls. Whatever they hold, a page shows it as text and a
spreadsheet opens it as text; and no page brings anything that its own policy would have to allow.
"""

import csv
import io
import re
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from sqlalchemy import text
from werkzeug.datastructures import Headers

from tests.planted import world
from tests.planted.routes import steps
from tests.planted.walking import Walker, cookie_of, reading

pytest_plugins = ["tests.planted.walkers"]

#: Markup, an attribute's end, a template, a formula, an escape of a terminal, right-to-left.
HOSTILE = "=1+1\"'><img src=x onerror=alert(1)>{{7*191}}\x1b[31m\u202e</script><script>x()"
_PERSONAL = (
    "/account", "/account/password", "/account/authenticator", "/tokens", "/log-out", "/nothing",
    "/nothing/%0d%0aSet-Cookie:%20a=b", "/log-in?next=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
)  # fmt: skip
_RENAMED = (
    "UPDATE resource SET name = :words || id, city = :words, notes = :words, contact_name = :words",
    "UPDATE stock_line SET item_name = :words || id",
    "UPDATE incident SET title = :words, place = :words, situation = :words, caller_name = :words",
    "UPDATE request SET note = :words, contact_name = :words",
    "UPDATE request_line SET item_name = :words, details = :words",
    "UPDATE area SET name = :words, notes = :words",
    "UPDATE agency SET name = :words || id",
    "UPDATE upload SET filename = :words",
)
#: A block of data is not run, and needs no leave.
_ACTIVE = re.compile(r'<(?:script|style)\b(?![^>]*type="application/json")[^>]*>')
#: What a spreadsheet program takes for a formula at the start of a cell; a number is none.
_FORMULA = re.compile(r"[=+@\t\r]|-(?![\d.])")


class _Tags(HTMLParser):
    """The tags of a page that its policy would have to allow."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is inline, or from elsewhere."""
        for name, value in attrs:
            says = (value or "").strip().lower()
            loads = tag != "a" and name in ("src", "href", "action")
            if (
                name.startswith("on")
                or name == "style"
                or says.startswith("javascript:")
                or (loads and re.match(r"(https?:)?//", says))
            ):
                self.forbidden.append(f"<{tag} {name}={value!r}>")


_READ = frozenset({"text/html", "text/csv"})


class Came(NamedTuple):
    """An answer."""

    status: int
    mimetype: str
    headers: Headers
    text: str


@pytest.fixture(scope="module")
def kept():
    """Answers of the walk, asked once for all that is looked for in them."""
    return {}


@pytest.fixture
def answered(app, session, connection, kept):
    """Every address that only reads, as an administrator sees it, as it came."""
    if kept:
        return kept
    ids = world.plant(session, "Plumbago", "public", beside=world.ground(session)).ids
    for statement in _RENAMED:
        session.execute(text(statement), {"words": HOSTILE})
    session.flush()
    walker = Walker(app, connection, cookie_of(session, "ada"))
    paths = [step.pattern.format(**ids) for step in reading(app) if step.endpoint != "front"]
    for path in dict.fromkeys((*paths, *_PERSONAL)):
        with walker._client.get(path) as answer:
            text_of = answer.text if answer.mimetype in _READ else ""
            kept[path] = Came(answer.status_code, answer.mimetype, answer.headers, text_of)
    return kept


def pages(answered):
    """The HTML pages among the answers."""
    return {p: r for p, r in answered.items() if r.mimetype == "text/html"}


def test_the_walk_reaches_pages_that_show_the_words(answered, app):
    shown = [p for p, r in pages(answered).items() if "onerror=alert(1)" in r.text]
    assert len(shown) > 25
    assert len(pages(answered)) > 50
    assert len(answered) > len([s for s in steps(app) if s.method == "GET"]) / 2


def test_no_word_becomes_markup(answered):
    for path, response in pages(answered).items():
        html = response.text
        assert "<img src=x" not in html, path
        assert "<script>x()" not in html, path
        assert "1337" not in html, path  # 7*191: somebody's words were taken for a template


def test_no_page_has_what_its_policy_forbids(answered):
    for path, response in pages(answered).items():
        html = response.text
        assert _Tags(html).forbidden == [], path
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, path
        for tag in _ACTIVE.findall(html):
            (nonce,) = re.findall(r'nonce="([^"]+)"', tag)
            assert f"'nonce-{nonce}'" in policy, path


def test_no_answer_for_somebody_is_kept_or_guessed_at(answered):
    for path, response in answered.items():
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
    for path, response in pages(answered).items():
        kept_by_all = re.search(r"\bpublic\b", response.headers.get("Cache-Control", ""))
        assert not kept_by_all, path


def test_no_cell_of_a_file_is_a_formula(answered):
    files = {p: r for p, r in answered.items() if r.mimetype == "text/csv" and r.status == 200}
    assert len(files) > 4
    for path, response in files.items():
        for row in csv.reader(io.StringIO(response.text.lstrip("\ufeff"))):
            assert [cell for cell in row if _FORMULA.match(cell)] == [], path


def test_no_words_end_a_header(answered):
    for path, response in answered.items():
        assert "Set-Cookie: a=b" not in str(response.headers), path
        name = response.headers.get("Content-Disposition", "")
        assert not re.search(r"[\r\n]", name), path
