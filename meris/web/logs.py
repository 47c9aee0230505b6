"""Logs: one JSON object a line, with the request it belongs to and without secrets.

Addresses are logged as their routes, `/api/resources/<int:resource_id>`, because the addresses
themselves and their query strings may hold what nobody should read in a log.
"""

import logging
import re
import secrets
import sys
import time
from typing import TextIO

import structlog
from flask import Flask, Response, g, request

from meris.web.sessions import Visit

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    # without the values of variables, among which may be passwords
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    ),
]
_HANDLER = "meris"
log = structlog.get_logger("meris.requests")


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is now, which tests exchange."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.name = _HANDLER
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=_SHARED,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            )
        )

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


class _Lines(structlog.PrintLogger):
    """Lines of the log. One that cannot be written, on a full disk, must not end a request."""

    lost = 0

    def msg(self, message: str) -> None:
        """Write a line, after a word on those that could not be."""
        lost = _Lines.lost
        try:
            super().msg(f'{{"event": "log.lost", "lines": {lost}}}\n{message}' if lost else message)
        except OSError:
            _Lines.lost += 1
        else:
            _Lines.lost -= lost

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure(level: str) -> None:
    """Send MERIS's and every library's messages to stderr as JSON."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(sys.stderr),
    )
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if h.name != _HANDLER] + [_ToStderr()]
    root.setLevel(max(number, logging.WARNING))


def init_app(app: Flask) -> None:
    """Give every request an id, and log its end."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id, ip=request.remote_addr)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    seen: Visit = g.get("visit", Visit())
    log.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        # of a feed: until it began
        ms=round((time.perf_counter() - g.began) * 1000, 1),
        who=seen.viewer.account_id,
        token=seen.token_id,
    )
    return response
