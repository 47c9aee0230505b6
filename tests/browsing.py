"""A real server and a real browser: gunicorn in a process of its own, Debian's Chromium.

What every server needs and what is proven elsewhere is done once a run: the compressed files of
the pages are shared by all (tests/rules/test_assets.py), servers of browser tests are forks of one
process that has imported MERIS (tests/web/test_operations_serve.py starts the program itself), and
people come with the cookie of a log-in (tests/flows/test_log_in_in_a_browser.py has the page).
"""

import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from meris.db import SYSTEM, Database
from meris.postgres import Cluster, Urls
from tests import people
from tests.faults import jumping
from tests.templates import keep_templates

ROOT = Path(__file__).parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
#: No sandbox: tests run as root in containers. The rest keeps the browser from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_S = 60
#: A clean process that imports MERIS once and forks from there.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["meris.cli"])


class Fork:
    """`meris serve` in a fork of a process that has imported it; speaks as `subprocess.Popen`."""

    def __init__(self, home: Path, log: Path, settings: Mapping[str, str]) -> None:
        environ = {**os.environ, **settings}
        self._process = _FORKS.Process(target=_serve, args=(home, log, environ), daemon=False)
        self._process.start()

    @property
    def pid(self) -> int:
        """Of the server, not of the process it was forked from."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.exitcode

    def send_signal(self, how: int) -> None:
        """As Popen does."""
        if self.poll() is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        """As Popen does."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended."""
        self._process.join(timeout)
        ended = self.poll()
        if ended is None:
            raise TimeoutError(f"The server did not end within {timeout} s.")
        return ended


def _serve(home: Path, log: Path, environ: Mapping[str, str]) -> None:
    from meris.cli import main  # noqa: PLC0415  # not in the process of the tests

    os.environ.clear()
    os.environ.update(environ)
    os.chdir(home)
    keep_templates(Path(environ["MERIS_TEST_HOME"]))
    with log.open("ab") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    if clock := environ.get(jumping.CLOCK):
        jumping.follow(clock)
    main(["serve"], prog_name="meris")


@dataclass(frozen=True)
class LiveServer:
    """A running MERIS on a database of its own."""

    url: str
    urls: Urls
    log: Path
    process: subprocess.Popen[bytes] | Fork

    def database(self) -> Database:
        """Its database, for making what a test looks at; whoever asks must dispose of it."""
        return Database.at(self.urls.web, pool_size=2)

    def cookie_for(self, who: str) -> dict[str, str]:
        """The cookie of somebody of the cast who has logged in."""
        app = Flask("cookies")
        app.secret_key = (self.log.parent / "secret.key").read_text().strip()
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        database = self.database()
        with database.transaction(SYSTEM) as session:
            content = people.signed_in(session, people.account(session, who))
        database.dispose()
        return {"name": "meris", "value": str(serializer.dumps(content)), "url": self.url}


def start_server(urls: Urls, home: Path, *, fork: bool = False, **environ: str) -> LiveServer:
    """`meris serve` on PORT or a free port, answering; the caller stops it."""
    home.mkdir(parents=True, exist_ok=True)
    share_files(home)
    port, log = int(environ.get("PORT") or free_port()), home / "server.log"
    settings = {
        "MERIS_HOME": str(home),
        "MERIS_ENV": "test",
        "DATABASE_URL": urls.web,
        "DATABASE_OWNER_URL": urls.owner,
        "PORT": str(port),
        **environ,
    }
    process = Fork(home, log, settings) if fork else _program(home, log, settings)
    server = LiveServer(f"http://127.0.0.1:{port}", urls, log, process)
    _wait_for(server)
    return server


def share_files(home: Path) -> None:
    """To compress the files of the pages takes longer than all else of a start."""
    shared = Path(os.environ["MERIS_TEST_HOME"]) / "static"
    shared.mkdir(parents=True, exist_ok=True)
    if not (home / "static").exists():
        (home / "static").symlink_to(shared, target_is_directory=True)


def _program(home: Path, log: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "meris"), "serve"],
            cwd=home,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def stop_server(server: LiveServer) -> None:
    """End it as Ctrl-C does, and see that it ends well."""
    server.process.send_signal(signal.SIGINT)
    server.process.wait(_PATIENCE_S)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: LiveServer) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while server.process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{server.url}/healthz", timeout=5):
            return
        time.sleep(0.1)
    server.process.kill()
    server.process.wait()
    pytest.fail(f"The server does not answer. Its log:\n{server.log.read_text()[-4000:]}")


@pytest.fixture(scope="module")
def live_server(cluster: Cluster, home: Path, request: pytest.FixtureRequest) -> Iterator:
    """A running MERIS for the tests of one file, with the whole cast in its database."""
    name = f"live_{os.getpid()}_{request.module.__name__.rpartition('.')[2]}"
    urls = cluster.create_database(name, template="meris_template")
    database = Database.at(urls.web, pool_size=1)
    with database.transaction(SYSTEM) as session:
        for who in people.PEOPLE:
            people.account(session, who)
    database.dispose()
    server = start_server(urls, home / name, fork=True)
    yield server
    stop_server(server)
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests of this process; each page has a fresh profile."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program is not None, "Chromium is not installed; `make setup-test` installs it."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


class Visitors:
    """Opens pages, each in a profile of its own, and remembers what went wrong on any of them."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self._browser = browser
        self._server = server
        self._contexts: list = []
        self.problems: list[str] = []

    def page(self, who: str = "nobody", **options) -> Page:
        """A page for somebody of the cast, signed in unless "nobody"; not yet at any address."""
        size = options.pop("viewport", {"width": 1440, "height": 900})
        context = self._browser.new_context(base_url=self._server.url, viewport=size, **options)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        if who != "nobody":
            self.sign_in(page, who)
        return page

    def sign_in(self, page: Page, who: str) -> None:
        """Without the log-in page."""
        page.context.add_cookies([self._server.cookie_for(who)])

    def close(self) -> None:
        """End all pages."""
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"{message.text} ({message.location.get('url')})")


@pytest.fixture
def visitors(browser: Browser, live_server: LiveServer) -> Iterator[Visitors]:
    """Opens pages on the live server; errors in any page's console fail the test.

    A test that provokes one on purpose takes it out of `visitors.problems`.
    """
    visitors = Visitors(browser, live_server)
    yield visitors
    visitors.close()
    assert visitors.problems == []


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """A page for the public, desktop size."""
    return visitors.page()
