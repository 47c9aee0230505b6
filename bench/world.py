"""A private cluster with the exercise state in it, for one run of the benchmarks."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from meris import demo, migrations
from meris.db import Database
from meris.postgres import Cluster, Urls
from meris.settings import Settings

#: What the exercise state holds at scale 1.
_AT_SCALE_ONE = 4_400


@dataclass
class World:
    """The cluster is made at first use and dropped at the end."""

    resources: int
    #: Only to see that everything works: its figures mean nothing.
    small: bool = False
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="meris-bench-")))
    urls: Urls | None = None

    def __post_init__(self) -> None:
        self._has_template = False
        self.home.chmod(0o755)
        self.cluster = Cluster(self.home)

    @property
    def settings(self) -> Settings:
        """Settings that name this world's database."""
        settings = Settings.from_environment({"MERIS_HOME": str(self.home)})
        if self.urls is None:
            self.urls = self.cluster.ensure()
            settings = settings.at(database_url=self.urls.web, owner_url=self.urls.owner)
            migrations.migrate(settings)
            self._populate(settings)
        return settings.at(database_url=self.urls.web, owner_url=self.urls.owner)

    def sized(self, full: int, small: int) -> int:
        """How many of something this run takes."""
        return small if self.small else full

    @contextmanager
    def database(self, name: str, template: str = "bench_empty") -> Iterator[Urls]:
        """A database of its own for a while: schema and seed only, unless the template has more."""
        settings = self.settings
        if template == "bench_empty" and not self._has_template:
            made = self.cluster.create_database(template)
            migrations.migrate(settings.at(database_url=made.web, owner_url=made.owner))
            self._has_template = True
        urls = self.cluster.create_database(name, template=template)
        try:
            yield urls
        finally:
            self.cluster.drop_database(name)

    def _populate(self, settings: Settings) -> None:
        database = Database.at(settings.owner_url or "")
        if self.resources:
            demo.load(database, settings, scale=self.resources / _AT_SCALE_ONE)
        database.dispose()

    @contextmanager
    def served(self, environment: str | None = None) -> Iterator[tuple[str, int]]:
        """A real server on a free port: its address and process id."""
        settings = self.settings
        port = free_port()
        environ = {**os.environ, "MERIS_HOME": str(self.home), "PORT": str(port)}
        if not self.resources:
            # the exercise state would be loaded into an empty database
            environ["MERIS_ENV"] = environment or "production"
        environ |= {
            "DATABASE_URL": settings.database_url or "",
            "DATABASE_OWNER_URL": settings.owner_url or "",
        }
        meris = Path(sys.executable).with_name("meris")
        with (self.home / "server.log").open("a") as log:
            server = subprocess.Popen([meris, "serve"], env=environ, stdout=log, stderr=log)
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


@contextmanager
def cleared(world: World) -> Iterator[World]:
    """The world, and nothing of it left afterwards."""
    try:
        yield world
    finally:
        world.cluster.stop()
        shutil.rmtree(world.home, ignore_errors=True)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/readyz", timeout=5)
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not become ready")


def timed(work: Any, runs: int = 7) -> float:
    """Median milliseconds of `work`."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken)


def memory_mb(pid: int) -> float:
    """Memory of a process and its children in MB, what they share counted once (PSS)."""
    kilobytes = 0
    for process in [pid, *children(pid)]:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]
