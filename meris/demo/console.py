"""A dispatcher's browser without a screen: logs in like one, and speaks to the API by HTTP."""

import json
import re
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from meris.errors import Refused

_TIMEOUT_S = 30
_FORM_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_PAGE_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Answer:
    """What came back: the HTTP status, and the JSON."""

    status: int
    body: dict[str, Any]


@dataclass
class Console:
    """One person at one server; `took` holds how long each call lasted, in seconds."""

    server: str
    took: list[float] = field(default_factory=list)
    _opener: OpenerDirector = field(
        default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar()))
    )
    _token: str = ""

    def log_in(self, email: str, passphrase: str) -> None:
        """Raises `Refused` when nobody answers there, or when the pass phrase is not right."""
        if urlsplit(self.server).scheme not in ("http", "https"):
            raise Refused(f"{self.server} is not an address like http://127.0.0.1:8000.")
        form = {"email": email, "password": passphrase}
        form["csrf_token"] = self._found(_FORM_TOKEN, self._text("/log-in"))
        self._text("/log-in", urlencode(form).encode())
        page = self._text("/")
        if '"signed_in": true' not in page:
            raise Refused(f"{email} cannot log in at {self.server} with this pass phrase.")
        self._token = self._found(_PAGE_TOKEN, page)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        """Send JSON; a refusal is an answer as well."""
        return self._call(path, json.dumps(body).encode())

    def patch(self, path: str, body: dict[str, Any]) -> Answer:
        """Send a change as JSON."""
        return self._call(path, json.dumps(body).encode(), "PATCH")

    def get(self, path: str) -> Answer:
        """Ask for JSON."""
        return self._call(path, None)

    def page(self, path: str) -> str:
        """A page as the browser gets it."""
        return self._text(path)

    def _call(self, path: str, body: bytes | None, method: str | None = None) -> Answer:
        headers = {"Accept": "application/json", "X-CSRFToken": self._token}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Referer": f"{self.server}/"}
        begin = time.monotonic()
        try:
            asked = Request(self.server + path, body, headers, method=method)  # noqa: S310  # see log_in
            status, text = self._send(asked)
        finally:
            self.took.append(time.monotonic() - begin)
        return Answer(status, json.loads(text))

    def _text(self, path: str, body: bytes | None = None) -> str:
        request = Request(self.server + path, body, {"Referer": f"{self.server}/"})  # noqa: S310
        status, text = self._send(request)
        if status >= 500:
            raise Refused(f"{self.server}{path} answers {status}.")
        return text

    def _send(self, request: Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as response:
                return response.status, response.read().decode()
        except HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except URLError as problem:
            raise Refused(f"Nobody answers at {self.server}: {problem.reason}.") from problem

    def _found(self, pattern: re.Pattern[str], text: str) -> str:
        found = pattern.search(text)
        if found is None:
            raise Refused(f"{self.server} does not look like MERIS.")
        return found[1]
