"""/pub and /pos: positions of devices, answered before Flask is asked (docs/adr/0013).

OwnTracks posts to /pub, with the device's token as password of HTTP Basic; Traccar's client and
OsmAnd ask /pos, with the token as `id`. No token is ever logged: nothing here logs a request at
all, `Intake.counts` counts them.
"""

import base64
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from meris.positions import Fix, Intake, Verdict, owntracks, traccar
from meris.web.front import PLAIN, Reply, Request

log = structlog.get_logger(__name__)

OWNTRACKS, TRACCAR = "/pub", "/pos"
PATHS = frozenset({OWNTRACKS, TRACCAR})
#: Devices report every few seconds to a minute while they move.
_IDLE_S = 90.0
_JSON = "application/json"


class _Asked(NamedTuple):
    """A request as read: the token, the positions, and how its program is answered."""

    token: str
    source: str
    fixes: Iterable[Fix]
    taken: Reply
    unknown: Reply


# programs send again later whatever is not answered with 200
_EMPTY_LIST = Reply("200 OK", _JSON, b"[]")
_OK = Reply("200 OK", PLAIN, b"")
_NOBODY = Reply(
    "401 Unauthorized",
    PLAIN,
    b"The password is not the token of a device, or the device was revoked.",
    (("WWW-Authenticate", 'Basic realm="MERIS positions"'),),
)
_UNKNOWN_ID = b"The id is not the token of a device, or the device was revoked."
_BAD_ID = Reply("400 Bad Request", PLAIN, _UNKNOWN_ID)
_NO_SUCH_ID = Reply("404 Not Found", PLAIN, _UNKNOWN_ID)
_WRONG_METHOD = {
    OWNTRACKS: Reply("405 Method Not Allowed", PLAIN, b"Use POST.", (("Allow", "POST"),)),
    TRACCAR: Reply("405 Method Not Allowed", PLAIN, b"Use POST.", (("Allow", "GET, POST"),)),
}
_METHODS = {OWNTRACKS: ("POST",), TRACCAR: ("GET", "POST")}
_HURRIES = Reply("429 Too Many Requests", PLAIN, b"Too fast.", (("Retry-After", "30"),))
_AWAY = Reply("503 Service Unavailable", PLAIN, b"Not kept. Try again.", (("Retry-After", "5"),))


class Desk:
    """Answers requests about positions."""

    idle_s = _IDLE_S

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def has(self, path: str) -> bool:
        """Whether an address is this desk's."""
        return path in PATHS

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
        token = _password(request.fields.get("authorization", ""))
        fixes = owntracks.read(request.body)
        return _Asked(token, owntracks.SOURCE, fixes, _EMPTY_LIST, _NOBODY)
    now = time.time()
    if request.fields.get("content-type", "").startswith(_JSON):
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
