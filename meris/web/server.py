"""gunicorn as a library: one process, many threads, because most requests are feeds that wait."""

import gc
import resource
import socket
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from meris.errors import Refused
from meris.settings import Settings
from meris.web.context import Context
from meris.web.ingest import PATHS, Desk
from meris.web.lane import Lane

_BACKLOG = 1024
_GRACE_SECONDS = 10
_MOST_FILES = 16_384


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
    _allow_many_lines()
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


def _allow_many_lines() -> None:
    """Each open feed and each device takes a file; 1,024 is what a shell allows at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


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
    """Hands lines that report positions over to the fast lane, and tells the open feeds to end
    when it is told to."""

    _lane: Lane | None = None

    def handle_request(self, req: Any, conn: Any) -> bool:
        keep = bool(super().handle_request(req, conn))
        conn.of_positions = keep and req.path in PATHS
        return keep

    def finish_request(self, conn: Any, fs: Any) -> None:
        if not self._handed_over(conn, fs):
            super().finish_request(conn, fs)

    def _handed_over(self, conn: Any, fs: Any) -> bool:
        """Whether the lane has taken the line over; its lines do not count against ours."""
        done = not fs.cancelled() and fs.exception() is None and fs.result() is True
        if not (self.alive and done and getattr(conn, "of_positions", False)):
            return False
        if conn.parser.unreader.buf.getvalue():
            return False
        if self._lane is None:
            self._lane = Lane(Desk(self._parts().intake))
        taken = self._lane.adopt(conn.sock, partial(self._give_back, conn))
        self.nr_conns -= int(taken)
        return taken

    def _give_back(self, conn: Any, read: bytes) -> None:
        """From the lane's thread: a request on this line belongs elsewhere."""
        self.method_queue.defer(self._readmit, conn, read)

    def _readmit(self, conn: Any, read: bytes) -> None:
        self.nr_conns += 1
        conn.sock.setblocking(True)
        conn.parser.unreader.unread(read)
        self.enqueue_req(conn)

    def _parts(self) -> Context:
        parts: Context = self.wsgi.extensions["meris"]
        return parts

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._end_feeds()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        self._end_feeds()
        super().handle_quit(sig, frame)

    def _end_feeds(self) -> None:
        if self._lane is not None:
            self._lane.stop()
        if isinstance(getattr(self, "wsgi", None), Flask):
            parts = self._parts()
            # not here: a signal may come while this very thread holds the hub's lock
            threading.Thread(target=parts.hub.stop, daemon=True).start()


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's messages, in the log of MERIS."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.handlers = []
