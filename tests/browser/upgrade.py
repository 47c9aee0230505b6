"""A server that is updated while a browser looks on: the same, under other names of its files."""

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOP = {"connection", "transfer-encoding", "content-encoding", "content-length", "date", "server"}
_TEXTS = ("text/", "application/json", "application/manifest+json")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Upgrade:
    """What stands between: `url` for the browser, `now()` to update."""

    def __init__(self, behind: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.behind = behind
        self.version = self._version()
        self.shown = self.version
        self.has_worker = True

    def now(self, to: str = "fedcba9876543210") -> str:
        """From here on the files have another version."""
        self.shown = to
        return to

    def _version(self) -> str:
        with urllib.request.urlopen(f"{self.behind}/m/sw.js") as answer:
            return re.search(r'"version": "(\w+)"', answer.read().decode()).group(1)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upgrade: Upgrade

    def log_message(self, *_):
        """The server behind writes a log of its own."""

    def do_GET(self) -> None:
        self._pass_on()

    do_POST = do_GET  # noqa: N815  # the library's name

    def _pass_on(self) -> None:
        if self.path.startswith("/api/phone/feed"):
            self._answer(204, [], b"")  # no feed: the page asks by itself
            return
        if self.path == "/m/sw.js" and not self.upgrade.has_worker:
            self._answer(404, [("Content-Type", "text/plain")], b"gone")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        path = self.path.replace(self.upgrade.shown, self.upgrade.version)
        sent = {
            k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")
        }
        sent["Host"] = self.headers["Host"]
        asked = urllib.request.Request(
            self.upgrade.behind + path, data=body, headers=sent, method=self.command
        )
        try:
            with urllib.request.build_opener(_NoRedirect).open(asked) as answer:
                self._relay(answer)
        except urllib.error.HTTPError as answer:
            self._relay(answer)

    def _relay(self, answer) -> None:
        body = answer.read()
        if answer.headers.get("Content-Type", "").startswith(_TEXTS):
            body = body.replace(self.upgrade.version.encode(), self.upgrade.shown.encode())
        kept = [(k, v) for k, v in answer.headers.items() if k.lower() not in _HOP]
        self._answer(answer.status, kept, body)

    def _answer(self, status, headers, body) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def upgradable(behind: str) -> Iterator[Upgrade]:
    """The server at `behind`, at an address of its own and ready to be updated."""

    class Handler(_Handler):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Handler.upgrade = Upgrade(behind, server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Handler.upgrade
        finally:
            server.shutdown()
