"""gunicorn as a library: one process, many threads, because most requests are feeds that wait."""

import gc
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from meris.errors import Refused
from meris.settings import Settings
from meris.web.context import Context

_BACKLOG = 1024
_GRACE_SECONDS = 10


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything slow is done. Raises `Refused` when somebody has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise Refused(
            f"Something else listens on {host}:{port}, or it is not an address of this machine"
            f" ({error}). Stop the other program, or choose another port: PORT=8001 meris serve."
        ) from error
    return listener


def serve(make_app: Callable[[], Flask], settings: Settings, listener: socket.socket) -> None:
    """Answer requests until a signal says stop; ends by SystemExit."""
    options = {
        "bind": f"fd://{listener.detach()}",
        "workers": 1,
        "worker_class": _Worker,
        "threads": settings.threads,
        # beside those that are being answered, browsers keep some open for their next request
        "worker_connections": settings.threads + 800,
        "keepalive": 15,
        "timeout": 60,
        "graceful_timeout": _GRACE_SECONDS,
        "limit_request_line": 8190,
        "logger_class": _Log,
        "control_socket_disable": True,
        # who stands in front is said by MERIS_TRUSTED_PROXIES alone
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
    }
    _Server(make_app, options).run()


class _Server(BaseApplication):  # type: ignore[misc]
    """Hands gunicorn the application and the options."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = self._make_app()
        # the places of a state stay for good: looking through them anew at every full collection
        # would halt all threads for 140 ms
        gc.collect()
        gc.freeze()
        return app


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Tells the open feeds to end when it is told to."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._end_feeds()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        self._end_feeds()
        super().handle_quit(sig, frame)

    def _end_feeds(self) -> None:
        app = getattr(self, "wsgi", None)
        if isinstance(app, Flask):
            parts: Context = app.extensions["meris"]
            # not here: a signal may come while this very thread holds the hub's lock
            threading.Thread(target=parts.hub.stop, daemon=True).start()


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's messages, in the log of MERIS."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.handlers = []
