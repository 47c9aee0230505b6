"""The walk: asks every address as somebody, and says what it should not have been told."""

import io
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask
from sqlalchemy import Connection

from tests.people import Visitor, account, signed_in
from tests.planted.routes import Step, filled, steps
from tests.planted.world import Planted

#: Far beyond every id that a test can reach, and yet a number that the database takes.
MISSING = 990_000_017

#: What differs between two answers to the same question: secrets of the page, moments, ages.
_VOLATILE = (
    (re.compile(r'nonce(=|-)"?[A-Za-z0-9_-]{16,}"?'), "NONCE"),
    (re.compile(r'(csrf[-_]token"[^>]*?(?:content|value)=")[^"]*'), r"\1TOKEN"),
    (re.compile(r'"(cursor|request_id|stale_base|now|seen)": ?("[^"]*"|\d+)'), r'"\1": X'),
    (re.compile(r'"stale_at": ?\[[^\]]*\]'), '"stale_at": X'),
    (
        re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z| UTC| C[SD]T)?"),
        "AT",
    ),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\b1[789]\d{8}(\.\d+)?\b"), "EPOCH"),
    # a moment of yesterday has its day with it
    (re.compile(r"\b([A-Z][a-z]{2} \d\d?, )?\d\d?:\d\d( [AP]M)?\b"), "CLOCK"),
    (re.compile(r"\b(\d+ (s|min|h|d|seconds?|minutes?|hours?)\b( ago)?|just now)"), "AGE"),
    (re.compile(r'(data-as-of|data-now|data-seen)="[^"]*"'), r"\1"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "HEX"),
    (re.compile(r'"key": ?"[A-Za-z0-9_-]{80,}"'), '"key": X'),
    # a chart ends at this moment; its figures are in the list beside it
    (re.compile(r"<svg.*?</svg>", re.DOTALL), "<svg>"),
)
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


_AT_THE_DOOR = ("Your account may not open this page", "Location: /log-in", "Log in first")


@dataclass(frozen=True)
class Answer:
    """What came: the status, the text with nothing volatile in it, and all of it as it was."""

    status: int
    text: str
    raw: str

    @property
    def is_at_the_door(self) -> bool:
        """Whether it is what the door says, before anything was looked for."""
        return any(words in self.text for words in _AT_THE_DOOR)


class Walker:
    """Somebody who asks; nothing that they ask for stays done."""

    def __init__(self, app: Flask, connection: Connection, cookie: dict[str, Any] | None) -> None:
        self._connection = connection
        app.test_client_class = Visitor
        self._client = app.test_client()
        if cookie:
            with self._client.session_transaction() as kept:
                kept.update(cookie)
        self._headers = self._client.csrf()
        with self._client.session_transaction() as kept:
            self._session = dict(kept)

    def ask(self, step: Step, ids: dict[str, int]) -> Answer:
        """The answer to a step, whose names stand for `ids`."""
        before = self._connection.begin_nested()
        try:
            response = self._open(step, ids)
            return _read(response.status_code, response.headers, response.data)
        except Exception as fault:  # noqa: BLE001  # a test's application lets its faults through
            return Answer(500, type(fault).__name__, f"{type(fault).__name__}: {fault}"[:300])
        finally:
            before.rollback()
            with self._client.session_transaction() as kept:
                kept.clear()
                kept.update(self._session)

    def _open(self, step: Step, ids: dict[str, int]) -> Any:
        path = step.pattern.format(**ids)
        if step.method == "GET":
            return self._client.get(path)
        body = filled(step.body, ids)
        sent = {"json": body} if path.startswith("/api/") else {"data": body}
        return self._client.open(path, method=step.method, headers=self._headers, **sent)


def cookie_of(session: Any, who: str) -> dict[str, Any] | None:
    """The cookie of somebody of the cast; None for the public."""
    return None if who == "nobody" else signed_in(session, account(session, who))


def answers(walker: Walker, chosen: Iterable[Step], ids: dict[str, int]) -> dict[str, Answer]:
    """What each step was answered."""
    return {step.key: walker.ask(step, ids) for step in chosen}


def reading(app: Flask, only: str = "") -> list[Step]:
    """All steps that only read, of addresses that begin so."""
    return [step for step in steps(app) if step.method == "GET" and step.pattern.startswith(only)]


def missing(planted: Planted) -> dict[str, int]:
    """Ids of the same names of which none is anywhere."""
    return {name: MISSING + n for n, name in enumerate(planted.ids)}


def named(found: dict[str, Answer], ids: dict[str, int], planted: Planted) -> dict[str, Answer]:
    """The answers as they would be, had those ids been the planted ones'."""
    return {
        key: replace(answer, text=_named(answer.text, ids, planted))
        for key, answer in found.items()
    }


def _named(text: str, ids: dict[str, int], planted: Planted) -> str:
    for name, number in ids.items():
        text = text.replace(str(number), str(planted.ids[name]))
        text = text.replace(f"{number:,}", f"{planted.ids[name]:,}")
    return text


def given_away(found: dict[str, Answer], telltales: Iterable[str]) -> list[str]:
    """The steps whose answers hold what should be nowhere."""
    return [
        f"{key} tells {telltale!r}: {_around(answer.raw, telltale)}"
        for key, answer in found.items()
        for telltale in telltales
        if telltale in answer.raw
    ]


def broken(found: dict[str, Answer]) -> list[str]:
    """The steps that ended in a fault of ours."""
    return [f"{key}: {answer.raw}" for key, answer in found.items() if answer.status == 500]


def differing(one: dict[str, Answer], other: dict[str, Answer]) -> list[str]:
    """The steps that were answered differently, and where the difference begins."""
    return [
        f"{key}: {one[key].status} and {other[key].status}: {_difference(one[key], other[key])}"
        for key in one
        if key in other
        if (one[key].status, one[key].text) != (other[key].status, other[key].text)
    ]


def _read(status: int, headers: Any, data: bytes) -> Answer:
    raw = _unpacked(data)
    kept = [f"{name}: {value}" for name, value in headers if name in ("Location", "Allow")]
    text = "\n".join([*kept, raw])
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    return Answer(status, text, "\n".join([*kept, raw]).lower())


def _unpacked(data: bytes) -> str:
    """All text of a body, whatever it is packed in; the columns of the map as ids and places."""
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = [packed.read(name) for name in packed.namelist()]
        return "\n".join(part.decode("utf-8", "replace") for part in parts)
    if data[:4] == b"%PDF":
        return "\n".join(_inflated(part) for part in _PDF_STREAM.findall(data))
    text = data.decode("utf-8", "replace")
    return text + _columns(text)


def _inflated(part: bytes) -> str:
    try:
        return zlib.decompress(part).decode("latin-1")
    except zlib.error:
        return ""


def _columns(text: str) -> str:
    """Ids and places that a map's columns hold as differences."""
    if '"located"' not in text[:4000]:
        return ""
    map_ = json.loads(text)
    told: dict[str, Callable[[int], object]] = {
        "id": lambda n: f"#{n}",
        "lat": lambda n: f"{n / 1e5:.5f}",
        "lon": lambda n: f"{n / 1e5:.5f}",
    }
    return "".join(
        f"\n{told[name](n)}" for name in told for n in itertools.accumulate(map_.get(name, []))
    )


def _around(text: str, word: str) -> str:
    at = text.find(word)
    return " ".join(text[max(0, at - 60) : at + 60].split())


def _difference(one: Answer, other: Answer) -> str:
    pairs = zip(one.text, other.text, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one.text), len(other.text)))
    first, second = (
        " ".join(text[max(0, at - 70) : at + 70].split()) for text in (one.text, other.text)
    )
    return f"…{first}… ≠ …{second}…"
