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
from bench.filling import untriggered
from bench.page import CHROMIUM, log_in
from bench.rows import Aim, Findings, Row
from bench.world import World, memory_mb
from meris.accounts import Viewer, agencies, people, tokens
from meris.db import SYSTEM, Database, engine_at
from meris.settings import Settings

MINUTES = 8
SIZE = 100_000
AGENCY = "Bench Relief"
_STEPS = ("reading", "checking", "comparing", "writing")
_FLOOR = "\\copy, INSERT … ON CONFLICT"
# a person's patience, not the server's
_LONGEST_MS = 600_000
#: How often somebody looks whether a command has ended, and what it takes.
_LOOK_S = 0.05


@dataclass(frozen=True)
class Way:
    """What one way of sending the file took. `steps` are the server's own seconds."""

    name: str
    seconds: float
    steps: dict[str, float]
    memory: float

    def row(self, size: str, floor: float) -> Row:
        """Its line of the table."""
        steps = ", ".join(f"{step} {self.steps.get(step, 0):.1f}" for step in _STEPS)
        return Row(f"upload {self.name}", size, p95=self.seconds, floor=floor, floor_is=_FLOOR,
                   unit="s", tail="total", aim=Aim(5, "ratio", by="issue 3"),
                   note=f"{steps} s; {self.memory:.0f} MB")  # fmt: skip


def run(world: World) -> Findings:
    """Seconds, beside the floor; memory; the same again; and a million."""
    count = world.sized(SIZE, 1_000)
    content = upload_file.shelters(count)
    size = f"{count:,} rows, {len(content) / 2**20:.1f} MB"
    with world.database("bench_upload") as made:
        settings = world.settings
        person = Person.made(settings.at(database_url=made.web, owner_url=made.owner))
        bare = floor(world, content, journal=False)
        expert = floor(world, content, journal=True)
        shell, again = _shell(world, content, size)
        ways = [shell, _api(world, content, person), _web(world, content, person)]
    wrote = shell.steps.get("writing", 0)
    most = max(way.memory for way in ways)
    return Findings([
        *(way.row(size, expert) for way in ways),
        Row("upload: writing alone, by the shell", size, p95=wrote, floor=expert, floor_is=_FLOOR,
            unit="s", tail="total", aim=Aim(2.5, "ratio", by="issue 3"),
            note=f"the floor without the journal's triggers: {bare:.1f} s"),
        Row("upload: memory, the most of the three", size, p95=most, unit="MB", tail="total",
            aim=Aim(500, by="issue 3")),
        again,
    ])  # fmt: skip


def written(one: World, content: bytes, *, triggered: bool) -> float:
    """Seconds of the bare SQL, with the journal's triggers or without."""
    engine = engine_at(one.settings.owner_url or "")
    tables = () if triggered else ("resource", "shelter")
    with engine.begin() as connection, untriggered(connection, *tables):
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        agency = connection.scalar(text("SELECT id FROM agency WHERE name = :n"), {"n": AGENCY})
        start = time.perf_counter()
        _bare_sql(connection, content, int(agency or 0))
    taken = time.perf_counter() - start
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    engine.dispose()
    return taken


@dataclass(frozen=True)
class Person:
    """Somebody who may upload, and a machine that may."""

    email: str
    password: str
    token: str

    @classmethod
    def made(cls, settings: Settings) -> "Person":
        database = Database.at(settings.database_url or "", pool_size=1)
        email, password = "bench@example.org", secrets.token_urlsafe(18)
        with database.transaction(SYSTEM) as session:
            agency = agencies.add(session, AGENCY, kind="ngo", county=None)
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
def database(
    world: World, name: str = "bench_upload_one", template: str = "bench_upload"
) -> Iterator[World]:
    """A world like the template's, for one way."""
    with world.database(name, template) as urls:
        yield World(0, home=world.home, urls=urls)


def floor(world: World, content: bytes, *, journal: bool, template: str = "bench_upload") -> float:
    with database(world, "bench_upload_one", template) as one:
        return written(one, content, triggered=journal)


def _bare_sql(connection: Connection, content: bytes, agency: int) -> None:
    columns = ", ".join(f"{name} text" for name in upload_file.COLUMNS)
    connection.execute(text(f"CREATE TEMP TABLE bare ({columns}) ON COMMIT DROP"))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", io.BytesIO(content))
    connection.execute(text("ANALYZE bare"))
    connection.execute(upload_file.INSERT_RESOURCES, {"agency": agency})
    # without it the join looks through the agency's rows anew for each row: 33 s for 40,000
    connection.execute(text("ANALYZE resource"))
    connection.execute(upload_file.INSERT_SHELTERS, {"agency": agency})


def _shell(world: World, content: bytes, size: str) -> tuple[Way, Row]:
    """By the shell; then the same rows once more, in a file that differs by an empty line."""
    with database(world) as one, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shelters.csv"
        words = ("upload", str(file), "--agency", AGENCY, "--kind", "shelter")
        file.write_bytes(content)
        seconds, memory = command(one, *words)
        way = Way("by the shell", seconds, steps_of(one), memory)
        before = _journal(one)
        file.write_bytes(content + b"\r\n")
        again, _ = command(one, *words)
        wrote = _journal(one) - before
    if wrote:
        raise RuntimeError(f"the same rows again wrote {wrote:,} rows")
    return way, Row("upload: the same rows again, by the shell", size, p95=again, unit="s",
                    floor=seconds, floor_is="the first time", tail="total",
                    note="0 rows written")  # fmt: skip


def command(one: World, *words: str) -> tuple[float, float]:
    """Seconds and peak MB of one `meris` command. Raises when it fails."""
    start = time.perf_counter()
    meris = Path(sys.executable).with_name("meris")
    child = subprocess.Popen([meris, *words], env=_environ(one), stdout=subprocess.DEVNULL)
    peak = 0.0
    while child.poll() is None:
        peak = max(peak, _high_water_mb(child.pid))
        time.sleep(_LOOK_S)
    if child.returncode:
        raise RuntimeError(f"meris {words[0]} ended with {child.returncode}")
    return time.perf_counter() - start, peak


def _high_water_mb(pid: int) -> float:
    """The most memory that a process has had; wait4 would tell its parent's too, from the fork."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return int(kilobytes) / 1024


def _environ(one: World) -> dict[str, str]:
    settings = one.settings
    return {
        **os.environ,
        "MERIS_HOME": str(one.home),
        "MERIS_ENV": "test",
        "DATABASE_URL": settings.database_url or "",
        "DATABASE_OWNER_URL": settings.owner_url or "",
    }


def _api(world: World, content: bytes, person: Person) -> Way:
    with database(world) as one, one.served(environment="test") as (address, pid):
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
        return Way("by the API, one call", seconds, steps_of(one), peak())


def _web(world: World, content: bytes, person: Person) -> Way:
    with (
        database(world) as one,
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
        return Way(
            "by the web, from choosing the file to the result", seconds, steps_of(one), peak()
        )


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


def steps_of(one: World) -> dict[str, float]:
    with reading(one) as connection:
        summary = connection.scalar(text("SELECT summary FROM upload ORDER BY id DESC LIMIT 1"))
    return dict((summary or {}).get("seconds", {}))


def _journal(one: World) -> int:
    """How many changes of resources and their parts the journal holds."""
    with reading(one) as connection:
        found = connection.scalar(text("SELECT count(*) FROM change WHERE resource_id IS NOT NULL"))
    return int(found or 0)


@contextmanager
def reading(one: World) -> Iterator[Connection]:
    engine = engine_at(one.settings.owner_url or "", pool_size=1)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
