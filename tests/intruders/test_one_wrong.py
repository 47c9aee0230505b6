"""One thing wrong at a time: each member of each body, and each field of each form, as what nobody
means to send. Never a fault of ours, and a program is told in JSON.

A plain run tries one or two of the odd values at each member and field, others at each next one;
MERIS_EXAMPLES=1000 tries them all.
"""

import copy
import json
import os

import pytest

from tests.intruders.how_asked import Question, question
from tests.intruders.standing import kept
from tests.intruders.who_may import entries

DEEP = int(os.environ.get("MERIS_EXAMPLES", "0")) > 100
#: What cannot be true of a database that a test works in: that it is ready to be served.
NEVER_READY = "/readyz"

#: For JSON; what has to be whole, finite, short, or a text at all.
ODD = (
    None, True, 0, -1, 2**63, 10**400, 1e300, float("nan"), float("inf"), "", "x" * 20_000,
    "a\0b", "\ud800", "\u202e\u0301", "2026-13-45T99:99", "٣", "1e999999", "9" * 5_000, [], [[]],
    [None], {}, {"a": {"b": []}}, ["a"] * 1_000, json.loads("[" * 300 + "]" * 300),
)  # fmt: skip
#: For forms, where all is text.
ODD_TEXT = tuple(one for one in ODD if isinstance(one, str) and one != "\ud800")
#: Fields that a form may carry without showing them.
HIDDEN = ("version", "key", "client_key", "at", "next", "do")
RAW = (
    b"", b"null", b"[]", b'"x"', b"1", b"{", b"\xff\xfe", b'{"a":' * 2_000, b"[" * 100_000,
    b'{"version": 1, "version": []}', b'{"a": NaN}', b'{"a": ' + b"9" * 5_000 + b"}",
    b'\xef\xbb\xbf{"a": 1}',
)  # fmt: skip
TYPES = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)


@pytest.fixture(scope="module")
def send(standing):
    client = standing.client("ada")
    headers = client.csrf()

    def ask(asked, **sent):
        with standing.undone(), kept(client):
            try:
                answer = client.open(asked.path, method=asked.method, headers=headers, **sent)
            except Exception as fault:  # noqa: BLE001  # the application lets its faults through
                return f"{type(fault).__name__}: {fault}"[:200]
            answer.get_data()
            answer.close()
            if answer.status_code >= 500:
                return f"{answer.status_code}"
            if asked.path.startswith("/api/") and answer.status_code >= 400 and not answer.is_json:
                return f"{answer.status_code} and no JSON"
            return None

    return ask


def writes(ids, api):
    """Every address that takes a body, as who may would send it."""
    for entry in entries():
        if entry.method != "GET" and entry.route.startswith("/api/") == api:
            yield entry, question(entry, ids)


def members(body, path=()):
    """The path of each member of a body, however deep."""
    for name, value in body.items() if isinstance(body, dict) else ():
        yield (*path, name)
        yield from members(value, (*path, name))


def changed(body, path, value):
    made = copy.deepcopy(body)
    *to, last = path
    within = made
    for name in to:
        within = within[name]
    within[last] = value
    return made


def rotated(values, number, few):
    """Some of the values, others for each number, so that all are tried by the whole."""
    some = len(values) if DEEP else few
    return [values[(number * some + n) % len(values)] for n in range(some)]


def fail(found):
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_a_member_that_is_something_else(send, ids):
    found, number = [], 0
    for entry, asked in writes(ids, api=True):
        body = {} if asked.file else asked.body or {}
        for path in [*members(body), ("more",)]:
            number += 1
            for odd in rotated(ODD, number, 2):
                wrong = send(asked, json=changed(body, path, odd))
                if wrong:
                    found.append(f"{entry.method} {entry.route} {path}={odd!r:.60}: {wrong}")
    fail(found)


def test_a_body_that_is_none(send, ids):
    found = []
    for number, (entry, asked) in enumerate(writes(ids, api=True)):
        for raw in rotated(RAW, number, 3):
            for kind in rotated(TYPES, number, 1):
                wrong = send(asked, data=raw, content_type=kind)
                if wrong:
                    found.append(f"{entry.method} {entry.route} {raw[:30]!r} as {kind}: {wrong}")
    fail(found)


def test_a_field_of_a_form_that_is_something_else(send, ids):
    found, number = [], 0
    for entry, asked in writes(ids, api=False):
        for name in [*(asked.body or {}), *rotated(HIDDEN, number, 2)]:
            number += 1
            for odd in rotated(ODD_TEXT, number, 1):
                wrong = send(asked, data={**(asked.body or {}), name: odd})
                if wrong:
                    found.append(f"{entry.method} {entry.route} {name}={odd!r:.40}: {wrong}")
    fail(found)


def test_a_form_without_one_of_its_fields(send, ids):
    found = []
    for entry, asked in writes(ids, api=False):
        for name in asked.body or {}:
            left = {other: value for other, value in asked.body.items() if other != name}
            if wrong := send(asked, data=left):
                found.append(f"{entry.method} {entry.route} without {name}: {wrong}")
    fail(found)


def test_a_question_that_is_something_else(send, ids):
    """Every address that is read, with every name that any address understands."""
    names = ("page", "q", "status", "site", "line", "before", "after", "limit", "county", "agency",
             "ids", "lat", "lon", "from", "to", "show", "sort", "incident", "most", "within",
             "since", "reach_km", "deliver_to", "type", "text", "sheet", "n")  # fmt: skip
    found = []
    for number, entry in enumerate(entries()):
        endless = "feed" in entry.route
        if entry.method != "GET" or endless or entry.route.endswith((".pdf", NEVER_READY)):
            continue
        asked = question(entry, ids)
        for odd in rotated(ODD_TEXT, number, 1):
            path = asked.path.partition("?")[0]
            plain = Question("GET", path)
            if wrong := send(plain, query_string=dict.fromkeys(names, odd)):
                found.append(f"GET {entry.route} everything={odd!r:.40}: {wrong}")
    fail(found)
