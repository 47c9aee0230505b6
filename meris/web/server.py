"""gunicorn as a library: one process, many threads, because most requests are feeds that wait."""

import ctypes
import gc
import os
import resource
import socket
import struct
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.workers.gthread import TConn, ThreadWorker

from meris.errors import Refused
from meris.settings import Settings
from meris.web.context import Context
from meris.web.fan import KEY as HAND_OVER
from meris.web.fan import Fan, HandOver
from meris.web.lane import FIRST_S, Lane

_BACKLOG = 1024
#: Whose lines stay open and take no thread.
FEED = "/api/feed"
#: New lines that are taken in before anything else has its turn.
_AT_ONCE = 64
_GRACE_SECONDS = 10
_MOST_FILES = 16_384
#: A thread waits no longer than this for the next piece of a body, or for who takes no answer.
_SILENT_S = 30
#: glibc's number for how many pools of memory the threads share (malloc.h), and how many do.
_M_ARENA_MAX, _POOLS = -8, 2


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
    share_memory()
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


def share_memory() -> None:
    """Let all threads share two pools of memory, where the C library knows of pools.

    With a pool for each, what one thread needed for a big answer serves no other: half an hour of
    the soak (bench/soak.py) took 190 MB more in steps, one for each thread that met the map.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_ARENA_MAX, _POOLS)


def _bound(sock: socket.socket) -> None:
    """Let no blocking call on this line last for ever; gunicorn itself sets no limit."""
    limit = struct.pack("ll", _SILENT_S, 0)
    for which in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(socket.SOL_SOCKET, which, limit)


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
    """Lets every line begin in the fast lane, which gives back what is not for one of the desks,
    and tells the open feeds to end when it is told to."""

    _lane: Lane | None = None
    _fan: Fan | None = None

    def accept(self, listener: socket.socket) -> None:
        """Take in those who stand at the door."""
        for _ in range(_AT_ONCE):
            try:
                sock, client = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            _bound(sock)
            conn = TConn(self.cfg, sock, client, listener.getsockname())
            if not self._hand_over(conn):
                self.nr_conns += 1
                sock.setblocking(True)
                self.enqueue_req(conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        if req.path == FEED and req.method == "GET" and req.version >= (1, 1) and self.alive:
            return self._begin_feed(req, conn)
        keep = bool(super().handle_request(req, conn))
        conn.desk = self._parts().desks.of(req.path) if keep else None
        return keep

    def _begin_feed(self, req: Any, conn: Any) -> bool:
        """Let in and begin as any answer; whether the fan is to go on with it."""
        answer, environ = wsgi.create(req, conn.sock, conn.client, conn.server, self.cfg)
        given = HandOver()
        environ |= {"wsgi.multithread": True, HAND_OVER: given}
        # nothing else is asked on this line
        answer.force_close()
        body = self.wsgi(environ, answer.start_response)
        try:
            for chunk in body:
                answer.write(chunk)
            if given.mailbox is None:
                answer.close()
                return False
        except BaseException:
            if given.mailbox:
                self._parts().hub.unsubscribe(given.mailbox)
            raise
        finally:
            body.close()
        conn.given = given
        return True

    def finish_request(self, conn: Any, fs: Any) -> None:
        if self._fanned(conn, fs):
            self.nr_conns -= 1
        elif not self._handed_over(conn, fs):
            super().finish_request(conn, fs)

    def _fanned(self, conn: Any, fs: Any) -> bool:
        """Whether this was the beginning of a feed, which the fan has now."""
        given = getattr(conn, "given", None)
        if given is None or fs.cancelled() or fs.exception() is not None:
            return False
        if self._fan is None:
            self._fan = Fan(self._parts().hub)
        self._fan.adopt(conn.sock, given)
        return True

    def _handed_over(self, conn: Any, fs: Any) -> bool:
        """Whether the lane has taken the line over; its lines do not count against ours."""
        done = not fs.cancelled() and fs.exception() is None and fs.result() is True
        desk = getattr(conn, "desk", None)
        if not (self.alive and done and desk):
            return False
        if conn.parser.unreader.buf.getvalue():
            return False
        taken = self._hand_over(conn, desk.idle_s)
        self.nr_conns -= int(taken)
        return taken

    def _hand_over(self, conn: Any, idle_s: float = FIRST_S) -> bool:
        if self._lane is None:
            self._lane = Lane(self._parts().desks)
        return self._lane.adopt(conn.sock, partial(self._give_back, conn), idle_s)

    def _give_back(self, conn: Any, read: bytes) -> None:
        """From the lane's thread: a request on this line belongs elsewhere."""
        self.method_queue.defer(self._readmit, conn, read)

    def _readmit(self, conn: Any, read: bytes) -> None:
        self.nr_conns += 1
        conn.init()
        conn.sock.setblocking(True)
        conn.parser.unreader.unread(read)
        self.enqueue_req(conn)

    def _parts(self) -> Context:
        parts: Context = self.wsgi.extensions["meris"]
        return parts

    def is_parent_alive(self) -> bool:
        """Asked every second. Without a master nobody would end what does not end by itself."""
        alive = bool(super().is_parent_alive())
        if not alive:
            self._end_feeds()
            last = threading.Timer(_GRACE_SECONDS, os._exit, (1,))
            last.daemon = True
            last.start()
        return alive

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
