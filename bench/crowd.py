"""A crowd of feed clients (`bench.feed_load`) started, listened to and ended from a benchmark."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

from meris.demo import people
from meris.demo.console import Console


class Crowd:
    """The process, and what it has reported; `reports` may be read and emptied at any time."""

    def __init__(self, process: subprocess.Popen[str], size: int) -> None:
        self.process, self.size = process, size
        self.reports: list[dict[str, Any]] = []
        self.opened = int(self._line()["open"])
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def end(self) -> dict[str, Any]:
        """Ask for the last report, and wait for it."""
        assert self.process.stdin is not None
        self.process.stdin.write("end\n")
        self.process.stdin.flush()
        self._reader.join(60)
        self.process.wait(10)
        return self.reports[-1]

    def take(self) -> list[dict[str, Any]]:
        """What has come since the last time."""
        taken, self.reports = self.reports, []
        return taken

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the clients of the feed have ended")
        said: dict[str, Any] = json.loads(line)
        return said

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.reports.append(json.loads(line))


@contextmanager
def crowd(
    address: str, clients: int, cookie: str = "", *, report_s: float, arrivals: bool
) -> Iterator[Crowd]:
    """So many clients at `address`, all with one cookie, until the block ends."""
    where = urlsplit(address)
    asked = {
        "host": where.hostname,
        "port": where.port,
        "clients": clients,
        "cookie": cookie,
        "report_s": report_s,
        "arrivals": arrivals,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.feed_load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    try:
        yield Crowd(process, clients)
    finally:
        process.kill()
        process.wait(10)


def signed_in(address: str, home: Path, role: str) -> tuple[Console, str]:
    """A console of the exercise's account with this role, and its cookies as a header."""
    one = next(one for one in people.kept(home) if one.role == role)
    jar = CookieJar()
    console = Console(address, _opener=build_opener(HTTPCookieProcessor(jar)))
    console.log_in(one.email, one.passphrase)
    return console, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
