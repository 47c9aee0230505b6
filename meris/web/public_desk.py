"""/shelters and its feeds: what the public hammers, answered before Flask from what is kept.

Nobody is asked who they are, no cookie is set and nothing is counted against an address: a whole
town may stand behind one. Each answer is made once an edition (`meris.public.editions`), packed
once, and sent as often as it is asked for.
"""

import gzip
import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import format_datetime
from functools import lru_cache

import structlog

from meris.db import Database
from meris.fields import Home
from meris.language import ENGLISH, LANGUAGES, N_, _, speaking
from meris.public.editions import Edition, Editions, edition_of
from meris.settings import Settings
from meris.web import headers
from meris.web.front import PLAIN, Reply, Request
from meris.web.languages import accepted
from meris.web.public_pages import Made, Pages
from meris.web.public_questions import CSV, GEOJSON, PAGE, Question, read

log = structlog.get_logger(__name__)

FEEDS = (CSV, GEOJSON)
#: Browsers ask for one page and then read; proxies ask on.
_IDLE_S = 5.0
#: Editions that an answer may wait for, and how much older than one it may be (RFC 5861).
_WAIT_AFTER, _STALE_S = 3, 600
_MOST_ANSWERS = 2_000
#: What was asked for twice is made for the next edition before anybody asks.
_HOT, _MOST_HOT = 2, 300
_EFFORT = 6
_SMALLEST = 500
#: Who makes answers, and how many may wait to have one made: what is kept is never behind them.
_MAKERS, _MOST_WAITING = 2, 300

_OPTIONS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_NO_METHOD = Reply("405 Method Not Allowed", PLAIN, b"Use GET.", (("Allow", "GET, HEAD"),))


def _plain(status: str, text: str, *extra: tuple[str, str]) -> dict[str, Reply]:
    """A few words, by the language they are said in."""
    replies = {}
    for language in LANGUAGES:
        with speaking(language):
            replies[language] = Reply(status, PLAIN, _(text).encode(), extra)
    return replies


_BUSY = _plain(
    "503 Service Unavailable",
    N_("Very many people ask just now. Try again in a moment."),
    ("Retry-After", "5"),
)
_NOTHING = _plain("404 Not Found", N_("There is nothing at this address."))


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer in its three shapes."""

    plain: Reply
    packed: Reply
    same: Reply
    tag: str


@dataclass
class Sheets:
    """The answers of an edition; `late`: for how many minutes nothing newer could be read."""

    edition: Edition
    late: int = 0
    answers: OrderedDict[Question, Answer] = field(default_factory=OrderedDict)
    asked: Counter[Question] = field(default_factory=Counter)


class PublicDesk:
    """Answers the public."""

    idle_s = _IDLE_S

    def __init__(self, database: Database, settings: Settings, home: Home) -> None:
        every = settings.public_seconds
        self._pages = Pages(settings, home)
        self._always = headers.fixed(settings)
        self._caching = (
            f"public, max-age={every}, stale-while-revalidate={_WAIT_AFTER * every},"
            f" stale-if-error={_STALE_S}"
        )
        self._late_after = max(60, 3 * every)
        self._sheets: Sheets | None = None
        self._turn, self._counting = threading.Lock(), threading.Lock()
        self._waiting = 0
        self._makers = ThreadPoolExecutor(_MAKERS, thread_name_prefix="public")
        self.editions = Editions(
            lambda: edition_of(database),
            every=every,
            wait_after=_WAIT_AFTER * every,
            published=self._publish,
        )
        #: Answers by how they were found: kept, the same as the client has, made, refused.
        self.counts: Counter[str] = Counter()

    def has(self, path: str) -> bool:
        """Whether an address is this desk's."""
        return path.startswith(PAGE) and path[len(PAGE) : len(PAGE) + 1] in ("", "/", ".")

    def take(self, request: Request, answer: Callable[[Reply], None]) -> None:
        """Call `answer` once: at once with what is kept, else when it is made."""
        question = _understood(request)
        if request.method not in ("GET", "HEAD") or question is None:
            self.counts["refused"] += 1
            answer(self._refusal(request, question))
            return
        sheets = self._sheets
        self.editions.newest()
        if sheets is None or not self.editions.is_ready() or sheets.late != self._late(sheets):
            self._have_made(question, request, answer)
            return
        kept = sheets.answers.get(question)
        if kept is None:
            self._have_made(question, request, answer)
            return
        sheets.asked[question] += 1
        answer(self._fitting(kept, request, "kept"))

    def _refusal(self, request: Request, question: Question | None) -> Reply:
        if question is None:
            return _NOTHING[_accepted(request)]
        if request.method == "OPTIONS" and question.what in FEEDS:
            return Reply("204 No Content", "", b"", _OPTIONS)
        return _NO_METHOD

    def _have_made(
        self, question: Question, request: Request, answer: Callable[[Reply], None]
    ) -> None:
        with self._counting:
            busy = self._waiting >= _MOST_WAITING
            self._waiting += not busy
        if busy:
            self.counts["refused"] += 1
            answer(_BUSY[question.spoken])
        else:
            self._makers.submit(self._make_and_answer, question, request, answer)

    def _make_and_answer(
        self, question: Question, request: Request, answer: Callable[[Reply], None]
    ) -> None:
        try:
            made = self._answer_to(question)
        except Exception as fault:  # who waits must be told, whatever it is
            log.error("public.broke", exc_info=fault)
            made = None
        with self._counting:
            self._waiting -= 1
        if made is None:
            self.counts["refused"] += 1
            answer(self._reply(self._pages.away(question), (("Retry-After", "5"),), "no-store"))
        else:
            answer(self._fitting(made, request, "made"))

    def _answer_to(self, question: Question) -> Answer | None:
        """The answer from the newest edition that can be had; None where there is none."""
        self.editions.current()
        with self._turn:  # whoever asks the same meanwhile finds it made
            sheets = self._sheets
            if sheets is None:
                return None
            if sheets.late != (late := self._late(sheets)):
                sheets = self._sheets = Sheets(sheets.edition, late)
            return self._in(sheets, question)

    def _in(self, sheets: Sheets, question: Question) -> Answer:
        known = sheets.answers.get(question)
        if known is None:
            made = self._pages.make(question, sheets.edition, sheets.late)
            known = sheets.answers[question] = self._packed(made, question, sheets.edition)
            while len(sheets.answers) > _MOST_ANSWERS:
                sheets.answers.popitem(last=False)
        sheets.asked[question] += 1
        return known

    def _publish(self, edition: Edition) -> None:
        """What was asked for often is made anew first; then the edition is everybody's."""
        fresh, before = Sheets(edition), self._sheets
        with self._turn:
            hot = before.asked.most_common(_MOST_HOT) if before else []
        for question in [question for question, times in hot if times >= _HOT]:
            self._in(fresh, question)
            fresh.asked[question] = 0
        self._sheets = fresh

    def _late(self, sheets: Sheets) -> int:
        """Minutes for which nothing newer could be read; 0 while all is as it should be."""
        age = sheets.edition.age_s
        return int(age // 60) if age > self._late_after else 0

    def _packed(self, made: Made, question: Question, edition: Edition) -> Answer:
        digest = hashlib.sha256(made.body).hexdigest()[:20]
        # weak: the same page, packed or not
        tag = f'W/"{digest}"'
        last = format_datetime(edition.as_of.replace(microsecond=0), usegmt=True)
        extra = [("ETag", tag), ("Last-Modified", last), ("Vary", _varies(question))]
        if question.what in FEEDS:
            extra += [
                ("Access-Control-Allow-Origin", "*"),
                ("Access-Control-Expose-Headers", "ETag, Last-Modified"),
                ("Cross-Origin-Resource-Policy", "cross-origin"),
            ]
            name = "open-shelters" + question.what.removeprefix(PAGE)
            extra += [("Content-Disposition", f'inline; filename="{name}"')]
        else:
            extra += [("Content-Language", question.spoken)]
        plain = self._reply(made, tuple(extra), self._caching)
        packed = plain
        if len(made.body) >= _SMALLEST:
            body = gzip.compress(made.body, _EFFORT, mtime=0)
            packed = plain._replace(body=body, extra=(*plain.extra, ("Content-Encoding", "gzip")))
        same = plain._replace(status="304 Not Modified", kind="", body=b"")
        return Answer(plain, packed, same, tag)

    def _reply(self, made: Made, extra: tuple[tuple[str, str], ...], caching: str) -> Reply:
        told = {name for name, _ in extra} | {"X-Content-Type-Options"}
        always = ((name, value) for name, value in self._always.items() if name not in told)
        policy = ("Content-Security-Policy", self._pages.policy)
        return Reply(made.status, made.kind, made.body, (*extra, *always, policy), caching)

    def _fitting(self, answer: Answer, request: Request, how: str) -> Reply:
        seen = request.fields.get("if-none-match", "")
        if seen and answer.plain.status.startswith("200") and _holds(seen, answer.tag):
            self.counts["same"] += 1
            return answer.same
        self.counts[how] += 1
        takes = _takes_gzip(request.fields.get("accept-encoding", ""))
        return answer.packed if takes else answer.plain


def _understood(request: Request) -> Question | None:
    """The question, and the language to answer it in: the address's own, else the browser's."""
    question = read(request.path, request.query)
    if question is None or question.what in FEEDS:
        return question
    language = question.language or _accepted(request)
    return question if language == ENGLISH else question._replace(spoken=language)


def _accepted(request: Request) -> str:
    return accepted(request.fields.get("accept-language", ""))


def _varies(question: Question) -> str:
    """What of a request an answer depends on; an address that names its language is free of it."""
    by_browser = question.what not in FEEDS and not question.language
    return "Accept-Encoding, Accept-Language" if by_browser else "Accept-Encoding"


@lru_cache(maxsize=500)
def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _holds(seen: str, tag: str) -> bool:
    return seen.strip() == "*" or tag.removeprefix("W/") in seen
