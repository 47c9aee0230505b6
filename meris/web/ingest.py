"""/pub and /pos: positions of devices, answered before Flask is asked (docs/adr/0013).

OwnTracks posts to /pub, with the device's token as password of HTTP Basic; Traccar's client and
OsmAnd ask /pos, with the token as `id`. `Desk` reads a request and finds out what to answer; how
it came does not matter to it: through WSGI (`Front`), or on a line of its own (`meris.web.lane`).
No token is ever logged: nothing here logs a request at all, `Intake.counts` counts them.
"""

import base64
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from sqlalchemy.exc import SQLAlchemyError

from meris.positions import Fix, Intake, Verdict, owntracks, traccar

log = structlog.get_logger(__name__)

OWNTRACKS, TRACCAR = "/pub", "/pos"
PATHS = frozenset({OWNTRACKS, TRACCAR})
#: A message is a few hundred bytes; one with a picture of its owner may be more.
MOST_BYTES = 64 * 1024
_WAIT_S = 15.0

_PLAIN, _JSON = "text/plain; charset=utf-8", "application/json"


class Request(NamedTuple):
    """What both ways know of a request; header fields that are missing are empty."""

    method: str
    path: str
    query: str
    content_type: str
    authorization: str
    body: bytes


class Reply(NamedTuple):
    """An answer; `extra` are further header fields."""

    status: str
    kind: str
    body: bytes
    extra: tuple[tuple[str, str], ...] = ()

    def headers(self) -> list[tuple[str, str]]:
        """All header fields."""
        return [
            ("Content-Type", self.kind),
            ("Content-Length", str(len(self.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *self.extra,
        ]


class _Asked(NamedTuple):
    """A request as read: the token, the positions, and how its program is answered."""

    token: str
    source: str
    fixes: Iterable[Fix]
    taken: Reply
    unknown: Reply


# programs send again later whatever is not answered with 200
_EMPTY_LIST = Reply("200 OK", _JSON, b"[]")
_OK = Reply("200 OK", _PLAIN, b"")
_NOBODY = Reply(
    "401 Unauthorized",
    _PLAIN,
    b"The password is not the token of a device, or the device was revoked.",
    (("WWW-Authenticate", 'Basic realm="MERIS positions"'),),
)
_UNKNOWN_ID = b"The id is not the token of a device, or the device was revoked."
_BAD_ID = Reply("400 Bad Request", _PLAIN, _UNKNOWN_ID)
_NO_SUCH_ID = Reply("404 Not Found", _PLAIN, _UNKNOWN_ID)
_WRONG_METHOD = {
    OWNTRACKS: Reply("405 Method Not Allowed", _PLAIN, b"Use POST.", (("Allow", "POST"),)),
    TRACCAR: Reply("405 Method Not Allowed", _PLAIN, b"Use POST.", (("Allow", "GET, POST"),)),
}
_METHODS = {OWNTRACKS: ("POST",), TRACCAR: ("GET", "POST")}
_HURRIES = Reply("429 Too Many Requests", _PLAIN, b"Too fast.", (("Retry-After", "30"),))
_AWAY = Reply("503 Service Unavailable", _PLAIN, b"Not kept. Try again.", (("Retry-After", "5"),))
TOO_LARGE = Reply("413 Content Too Large", _PLAIN, b"At most 64 KB.")


class Desk:
    """Answers requests about positions."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def take(self, request: Request, answer: Callable[[Reply], None]) -> None:
        """Call `answer` once: at once, or from another thread when the positions are kept."""
        if request.method not in _METHODS[request.path]:
            answer(_WRONG_METHOD[request.path])
            return
        asked = _read(request)
        try:
            verdict = self._intake.take(
                asked.token,
                asked.source,
                asked.fixes,
                lambda kept: answer(asked.taken if kept else _AWAY),
            )
        except SQLAlchemyError as problem:
            log.warning("positions.database_away", problem=type(problem).__name__)
            answer(_AWAY)
            return
        if verdict is not Verdict.WAITING:
            answer(_at_once(verdict, asked))


def _at_once(verdict: Verdict, asked: _Asked) -> Reply:
    if verdict is Verdict.UNKNOWN:
        return asked.unknown
    return _HURRIES if verdict is Verdict.HURRIES else asked.taken


def _read(request: Request) -> _Asked:
    if request.path == OWNTRACKS:
        token, fixes = _password(request.authorization), owntracks.read(request.body)
        return _Asked(token, owntracks.SOURCE, fixes, _EMPTY_LIST, _NOBODY)
    now = time.time()
    if request.content_type.startswith(_JSON):
        said, unknown = traccar.from_json(request.body, now), _NO_SUCH_ID
    else:
        form = request.body.decode("utf-8", "replace") if request.method == "POST" else ""
        query = "&".join(part for part in (request.query, form) if part)
        said, unknown = traccar.from_query(query, now), _BAD_ID
    fixes = [said.fix] if said.fix else []
    return _Asked(said.token or "", traccar.SOURCE, fixes, _OK, unknown)


def _password(authorization: str) -> str:
    """The password of HTTP Basic; the name beside it is only a label."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        plain = base64.b64decode(coded.strip(), validate=True).decode()
    except ValueError:  # not of its letters, or not UTF-8
        return ""
    return plain.partition(":")[2]


class Front:
    """WSGI in front of the application: takes what is for the desk, passes on the rest."""

    def __init__(self, app: WSGIApplication, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") not in PATHS:
            return self._app(environ, start_response)
        reply = self._answered(environ)
        start_response(reply.status, reply.headers())
        return [reply.body]

    def _answered(self, environ: WSGIEnvironment) -> Reply:
        body = _body(environ)
        if body is None:
            return TOO_LARGE
        request = Request(
            str(environ["REQUEST_METHOD"]),
            str(environ["PATH_INFO"]),
            str(environ.get("QUERY_STRING", "")),
            str(environ.get("CONTENT_TYPE", "")),
            str(environ.get("HTTP_AUTHORIZATION", "")),
            body,
        )
        ready, replies = threading.Event(), list[Reply]()

        def answer(reply: Reply) -> None:
            replies.append(reply)
            ready.set()

        self._desk.take(request, answer)
        return replies[0] if ready.wait(_WAIT_S) else _AWAY


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
