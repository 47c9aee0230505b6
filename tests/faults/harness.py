"""An installation that things happen to: its server, who writes, who listens, and the verdict.

    installation   `meris serve` with its private PostgreSQL, and the processes of both
    Writer         keeps a list of every write that was acknowledged
    Listener       a client of the feed that resumes at its cursor, as browsers do
    Load           several of both, and what is found in rows and journal when they have ended

Each writer makes incidents, each under a key until it is answered (so each must be there once), and
moves a shelter of its own from number to number: name, capacity and place change in one write over
two tables, so that a half of one would be seen.
"""

import http.client
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from meris.accounts import Viewer, tokens
from meris.db import SYSTEM, Database
from meris.postgres import Cluster
from meris.tables import Agency
from tests import makers, people
from tests.browsing import Fork, LiveServer, free_port, share_files

PATIENCE_S = 60.0
_STEP_S = 0.05


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """Wait for something to be so; what it was. Fails with `what` when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(_STEP_S)
    return found


@dataclass(frozen=True)
class Answer:
    """What the server said; `status` 0: nothing, the line broke or was never there."""

    status: int
    body: Any = None
    retry_after: str | None = None

    @property
    def words(self) -> str:
        """What a person is told."""
        return str(self.body.get("message", "")) if isinstance(self.body, dict) else ""


class Installation:
    """One MERIS in a home of its own, with its private cluster."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.home, self.port = home, free_port()
        self.environ = environ
        self.cluster = Cluster(home)
        self.log = home / "server.log"
        self.server: Fork
        self.secret = ""

    # Its life

    def start(self) -> None:
        """As `meris serve` does, until it can do its work."""
        share_files(self.home)
        self.server = Fork(self.home, self.log, self.settings())
        self.until_ready()

    def settings(self) -> dict[str, str]:
        """What it is started with."""
        return {
            "MERIS_HOME": str(self.home),
            "MERIS_ENV": "test",
            "PORT": str(self.port),
            **self.environ,
        }

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(PATIENCE_S)

    def until_ready(self) -> None:
        """Until /readyz says that every part works."""

        def ready() -> bool:
            assert self.server.poll() is None, self.log.read_text()[-4000:]
            return self.ask("/readyz").status == 200

        until(ready, "the installation is ready", 2 * PATIENCE_S)

    def populate(self) -> None:
        """The cast, and the key that writers and listeners show."""
        with self.writing() as session:
            for who in people.PEOPLE:
                people.account(session, who)
            agency = session.get_one(Agency, makers.agency(session))
            admin = Viewer(name="test", roles=frozenset({"admin"}))
            made = tokens.create(session, admin, name="Load", role="state", agency=agency)
            self.secret = made.secret

    # Its processes

    @property
    def worker(self) -> int:
        """The process that answers."""
        return until(lambda: children(self.server.pid), "there is a worker")[0]

    @property
    def postmaster(self) -> int:
        """PostgreSQL's first process."""
        return until(self.cluster.server.pid, "PostgreSQL runs")

    def backends(self) -> list[int]:
        """PostgreSQL's processes that work for the web's role."""
        query = "SELECT pid FROM pg_stat_activity WHERE usename = 'meris_web' ORDER BY query_start"
        return [int(pid) for (pid,) in self.sql(query)]

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Ask as PostgreSQL's administrator."""
        connection = self.cluster.server.connect("meris")
        try:
            cursor = connection.cursor()
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    # Its answers

    def ask(
        self, path: str, body: Any = None, method: str | None = None, timeout: float = 30
    ) -> Answer:
        """What it says to whoever has the key; never raises."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.secret and path.startswith("/api/"):
            headers["Authorization"] = f"Bearer {self.secret}"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            content = None if body is None else json.dumps(body)
            line.request(method or ("POST" if content else "GET"), path, content, headers)
            answer = line.getresponse()
            return Answer(answer.status, _read(answer), answer.getheader("Retry-After"))
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            line.close()

    def cookie_for(self, who: str) -> dict[str, str]:
        """The cookie of somebody of the cast who has logged in."""
        return self.as_live().cookie_for(who)

    def as_live(self) -> LiveServer:
        """For helpers of browser tests."""
        url = f"http://127.0.0.1:{self.port}"
        return LiveServer(url, self.cluster.urls(), self.log, self.server)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A session on its database, beside the server, to make what a test needs."""
        database = Database.at(self.cluster.urls().owner, pool_size=1)
        try:
            with database.transaction(SYSTEM) as session:
                yield session
        finally:
            database.dispose()

    def logged(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


def _read(answer: http.client.HTTPResponse) -> Any:
    content = answer.read()
    with suppress(ValueError):
        return json.loads(content)
    return content


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not fetched does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def kill(pid: int, how: int = signal.SIGKILL) -> None:
    """End a process of ours; nothing happens when it has ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, how)


def closed(connections: list[Any]) -> None:
    """Close connections, whatever state they are in."""
    for connection in connections:
        with suppress(psycopg2.Error):
            connection.close()


def take(installation: Installation, administrator: Any, taken: list[Any]) -> bool:
    """End what MERIS has and take what is free; whether MERIS has none then."""
    cursor = administrator.cursor()
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'meris_web'"
    )
    address = installation.cluster.urls().owner.replace("+psycopg2", "")
    try:
        while True:
            taken.append(psycopg2.connect(address))
    except psycopg2.OperationalError:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'meris_web'")
        return cursor.fetchone() == (0,)
