"""A county's spreadsheet by the web, the API and the shell, beside bare SQL with the same rows.

Each way gets a database of its own, made from the same template, so that none finds the rows of
another. The floor is what an expert would type: `\\copy` into a staging table and two
`INSERT … ON CONFLICT`, into the very tables of MERIS, with their indexes and their journal. It
checks nothing, finds no duplicates and shows nobody anything.
"""

import io
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Connection, text

from bench import upload_file
from bench.calls import post_form
from bench.page import CHROMIUM, log_in
from bench.world import World, memory_mb, table
from meris import migrations
from meris.accounts import Viewer, agencies, people, tokens
from meris.db import SYSTEM, Database, engine_at
from meris.settings import Settings

SIZE = 100_000
_AGENCY = "Bench Relief"
_STEPS = ("reading", "checking", "comparing", "writing")
# a person's patience, not the server's
_LONGEST_MS = 600_000


@dataclass(frozen=True)
class Way:
    """What one way of sending the file took. `steps` are the server's own seconds."""

    name: str
    seconds: float
    steps: dict[str, float]
    memory: float

    def line(self, floor: float) -> tuple[str, str]:
        """A line of the table."""
        steps = ", ".join(f"{step} {self.steps.get(step, 0):.1f}" for step in _STEPS)
        return (
            self.name,
            f"{self.seconds:.1f} s ({self.seconds / floor:.1f} × the floor; {steps} s), "
            f"{self.memory:.0f} MB",
        )


def run(world: World) -> str:
    """A table of figures."""
    content = upload_file.shelters(SIZE)
    settings = world.settings
    made = world.cluster.create_database("bench_upload")
    migrations.migrate(settings.at(database_url=made.web, owner_url=made.owner))
    person = _Person.made(settings.at(database_url=made.web, owner_url=made.owner))
    bare = _floor(world, content, journal=False)
    floor = _floor(world, content, journal=True)
    ways = [_shell(world, content), _api(world, content, person), _web(world, content, person)]
    again = list(_again(world, content))
    world.cluster.drop_database("bench_upload")
    wrote = ways[0].steps.get("writing", 0)
    return table(
        ("file", f"{SIZE:,} shelters, {len(content) / 2**20:.1f} MB"),
        ("floor: \\copy, INSERT … ON CONFLICT, with journal", f"{floor:.1f} s"),
        ("the same without the journal's triggers", f"{bare:.1f} s"),
        *(way.line(floor) for way in ways),
        ("writing alone (by the shell), against the floor", f"{wrote / floor:.1f} ×"),
        *again,
    )


@dataclass(frozen=True)
class _Person:
    """Somebody who may upload, and a machine that may."""

    email: str
    password: str
    token: str

    @classmethod
    def made(cls, settings: Settings) -> "_Person":
        database = Database.at(settings.database_url or "", pool_size=1)
        email, password = "bench@example.org", secrets.token_urlsafe(18)
        with database.transaction(SYSTEM) as session:
            agency = agencies.add(session, _AGENCY, kind="ngo", county=None)
            people.add(
                session,
                email=email,
                name="Bench",
                roles=["county_editor"],
                agency=agency,
                password=password,
                settled=True,
            )
            viewer = Viewer("Bench", roles=frozenset({"state"}))
            token = tokens.create(
                session, viewer, name="Bench", role="county_editor", agency=agency
            )
        database.dispose()
        return cls(email, password, token.secret)


@contextmanager
def _database(world: World) -> Iterator[World]:
    """A world like the template's, for one way."""
    name = "bench_upload_one"
    urls = world.cluster.create_database(name, template="bench_upload")
    one = World(0, home=world.home, urls=urls)
    try:
        yield one
    finally:
        world.cluster.drop_database(name)


def _floor(world: World, content: bytes, *, journal: bool) -> float:
    with _database(world) as one:
        engine = engine_at(one.settings.owner_url or "")
        with engine.begin() as connection:
            if not journal:
                for name in ("resource", "shelter"):
                    connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
            agency = connection.scalar(
                text("SELECT id FROM agency WHERE name = :n"), {"n": _AGENCY}
            )
            start = time.perf_counter()
            _bare_sql(connection, content, agency)
        taken = time.perf_counter() - start
        engine.dispose()
    return taken


def _bare_sql(connection: Connection, content: bytes, agency: int) -> None:
    columns = ", ".join(f"{name} text" for name in upload_file.COLUMNS)
    connection.execute(text(f"CREATE TEMP TABLE bare ({columns}) ON COMMIT DROP"))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", io.BytesIO(content))
    connection.execute(text("ANALYZE bare"))
    connection.execute(upload_file.INSERT_RESOURCES, {"agency": agency})
    connection.execute(upload_file.INSERT_SHELTERS, {"agency": agency})


def _shell(world: World, content: bytes) -> Way:
    with _database(world) as one, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shelters.csv"
        file.write_bytes(content)
        seconds, memory = _command(
            one, "upload", str(file), "--agency", _AGENCY, "--kind", "shelter"
        )
        return Way("by the shell", seconds, _steps(one), memory)


def _command(one: World, *words: str) -> tuple[float, float]:
    """Seconds and peak MB of one `meris` command. Raises when it fails."""
    start = time.perf_counter()
    meris = Path(sys.executable).with_name("meris")
    child = subprocess.Popen([meris, *words], env=_environ(one), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"meris {words[0]} ended with {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def _environ(one: World) -> dict[str, str]:
    settings = one.settings
    return {
        **os.environ,
        "MERIS_HOME": str(one.home),
        "MERIS_ENV": "test",
        "DATABASE_URL": settings.database_url or "",
        "DATABASE_OWNER_URL": settings.owner_url or "",
    }


def _api(world: World, content: bytes, person: _Person) -> Way:
    with _database(world) as one, one.served(environment="test") as (address, pid):
        with _watched(pid) as peak:
            start = time.perf_counter()
            answer = post_form(
                f"{address}/api/uploads",
                {"kind": "shelter", "apply": "all"},
                ("shelters.csv", content),
                token=person.token,
            )
            seconds = time.perf_counter() - start
        if answer["state"] != "applied":
            raise RuntimeError(f"the API left the upload {answer['state']}")
        return Way("by the API, one call", seconds, _steps(one), peak())


def _web(world: World, content: bytes, person: _Person) -> Way:
    with (
        _database(world) as one,
        one.served(environment="test") as (address, pid),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        sync_playwright() as playwright,
    ):
        file = Path(folder) / "shelters.csv"
        file.write_bytes(content)
        browser = playwright.chromium.launch_persistent_context(
            str(Path(folder) / "profile"), executable_path="/usr/bin/chromium", args=CHROMIUM
        )
        page = browser.new_page()
        page.set_default_timeout(_LONGEST_MS)
        log_in(page, address, person.email, person.password)
        with _watched(pid) as peak:
            seconds = _by_hand(page, address, file)
        browser.close()
        return Way("by the web, from choosing the file to the result", seconds, _steps(one), peak())


def _by_hand(page: Page, address: str, file: Path) -> float:
    page.goto(f"{address}/uploads/new")
    start = time.perf_counter()
    page.set_input_files("#file", file)
    page.click("#send")
    page.click("#do-apply:enabled")
    page.wait_for_selector('#upload-page[data-stage="applied"]')
    return time.perf_counter() - start


@contextmanager
def _watched(pid: int) -> Iterator[Callable[[], float]]:
    """The most memory that a server takes meanwhile, in MB, looked at four times a second."""
    seen, ended = [memory_mb(pid)], threading.Event()

    def look() -> None:
        while not ended.wait(0.25):
            seen.append(memory_mb(pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield lambda: max(seen)
    finally:
        ended.set()
        watcher.join()


def _steps(one: World) -> dict[str, float]:
    with _reading(one) as connection:
        summary = connection.scalar(text("SELECT summary FROM upload ORDER BY id DESC LIMIT 1"))
    return dict((summary or {}).get("seconds", {}))


def _again(world: World, content: bytes) -> Iterator[tuple[str, str]]:
    """The same rows once more, in a file that differs by an empty line."""
    with _database(world) as one, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shelters.csv"
        words = ("upload", str(file), "--agency", _AGENCY, "--kind", "shelter")
        file.write_bytes(content)
        _command(one, *words)
        before = _journal(one)
        file.write_bytes(content + b"\r\n")
        seconds, _ = _command(one, *words)
        yield "the same rows again, by the shell", f"{seconds:.1f} s"
        yield "rows of resources written by that", f"{_journal(one) - before:,}"


def _journal(one: World) -> int:
    """How many changes of resources and their parts the journal holds."""
    with _reading(one) as connection:
        found = connection.scalar(text("SELECT count(*) FROM change WHERE resource_id IS NOT NULL"))
    return int(found or 0)


@contextmanager
def _reading(one: World) -> Iterator[Connection]:
    engine = engine_at(one.settings.owner_url or "", pool_size=1)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
