"""In front of Flask: what must be answered more often than its machinery could.

A `Desk` reads a request and finds out what to answer; how it came does not matter to it: through
WSGI (`Front`), or on a line that stays open (`meris.web.lane`). Nothing here logs a request: each
desk counts what it does.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: No desk needs more: a message is a few hundred bytes; one with its owner's picture may be more.
MOST_BYTES = 64 * 1024
_WAIT_S = 15.0
PLAIN = "text/plain; charset=utf-8"
#: The header fields that some desk reads, as WSGI names them.
_READ = {
    "content-type": "CONTENT_TYPE",
    "authorization": "HTTP_AUTHORIZATION",
    "accept-encoding": "HTTP_ACCEPT_ENCODING",
    "accept-language": "HTTP_ACCEPT_LANGUAGE",
    "if-none-match": "HTTP_IF_NONE_MATCH",
}


class Request(NamedTuple):
    """What both ways know of a request; `fields` are header fields by their names in lower case."""

    method: str
    path: str
    query: str
    fields: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """An answer; `extra` are further header fields, `kind` is empty where nothing follows."""

    status: str
    kind: str
    body: bytes
    extra: tuple[tuple[str, str], ...] = ()
    caching: str = "no-store"

    def headers(self) -> list[tuple[str, str]]:
        """All header fields."""
        # of an answer without content, the length would be that of another
        content = [("Content-Type", self.kind), ("Content-Length", str(len(self.body)))]
        return [
            *(content if self.kind else ()),
            ("Cache-Control", self.caching),
            ("X-Content-Type-Options", "nosniff"),
            *self.extra,
        ]

    @property
    def went_well(self) -> bool:
        """Whether who asked got what they asked for."""
        return self.status[0] in "23"


class Desk(Protocol):
    """Answers requests for some addresses."""

    #: How long a line may be silent before it is closed, in seconds.
    idle_s: float

    def has(self, path: str) -> bool:
        """Whether an address is this desk's."""

    def take(self, request: Request, answer: Callable[[Reply], None]) -> None:
        """Call `answer` once: at once, or from another thread."""


TOO_LARGE = Reply("413 Content Too Large", PLAIN, b"At most 64 KB.")
_LATE = Reply("503 Service Unavailable", PLAIN, b"Try again.", (("Retry-After", "5"),))


class Desks:
    """Several desks, each with addresses of its own."""

    def __init__(self, desks: Sequence[Desk]) -> None:
        self._desks = desks

    def of(self, path: str) -> Desk | None:
        """Whose an address is."""
        return next((desk for desk in self._desks if desk.has(path)), None)


class Front:
    """WSGI in front of the application: takes what is for a desk, passes on the rest."""

    def __init__(self, app: WSGIApplication, desks: Callable[[], Desks]) -> None:
        self._app = app
        self._desks = desks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        desk = self._desks().of(str(environ.get("PATH_INFO")))
        if desk is None:
            return self._app(environ, start_response)
        reply = _answered(desk, environ)
        start_response(reply.status, reply.headers())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]


def _answered(desk: Desk, environ: WSGIEnvironment) -> Reply:
    body = _body(environ)
    if body is None:
        return TOO_LARGE
    request = Request(
        str(environ["REQUEST_METHOD"]),
        str(environ["PATH_INFO"]),
        str(environ.get("QUERY_STRING", "")),
        {name: str(environ.get(key, "")) for name, key in _READ.items()},
        body,
    )
    ready, replies = threading.Event(), list[Reply]()

    def answer(reply: Reply) -> None:
        replies.append(reply)
        ready.set()

    desk.take(request, answer)
    return replies[0] if ready.wait(_WAIT_S) else _LATE


def _body(environ: WSGIEnvironment) -> bytes | None:
    """The body; None when it is larger than anybody needs."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    if not length and "HTTP_TRANSFER_ENCODING" not in environ:
        return b""
    stream: Any = environ["wsgi.input"]
    size = int(length) if length.isdecimal() else MOST_BYTES + 1
    if length and size > MOST_BYTES:
        return None
    read: bytes = stream.read(size)
    return read if len(read) <= MOST_BYTES else None
