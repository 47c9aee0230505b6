"""Where things may break: an installation of this run's own, on a disk of its own where possible.

MERIS_FAULTS=20 does each thing so many times, at other moments each time.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from meris.postgres import Cluster
from tests.faults.harness import Installation

#: How often each fault is tried.
TIMES = int(os.environ.get("MERIS_FAULTS", "1"))
_PLACE = "/tmp/meris-faults-"
_SIZE = "900m"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `turn` is done MERIS_FAULTS times."""
    if "turn" in metafunc.fixturenames:
        metafunc.parametrize("turn", range(TIMES))


@pytest.fixture(scope="session")
def disk() -> Iterator[Path]:
    """A folder; a file system of its own where this user may mount one."""
    _sweep()
    folder = Path(f"{_PLACE}{os.getpid()}")
    folder.mkdir(mode=0o755)
    options = f"size={_SIZE},mode=755"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "meris-faults", str(folder)],
        capture_output=True,
        check=False,
    )
    yield folder
    _remove(folder)


def _sweep() -> None:
    """Remove what runs that were killed have left behind."""
    for folder in Path("/tmp").glob(Path(_PLACE).name + "*"):
        pid = folder.name.rpartition("-")[2]
        if folder.stat().st_uid == os.geteuid() and not Path(f"/proc/{pid}").exists():
            _remove(folder)


def _remove(folder: Path) -> None:
    for home in folder.iterdir():
        Cluster(home).stop()
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def lasting(disk: Path) -> Iterator[Installation]:
    """The installation; it has to outlive everything that is done to it."""
    installation = Installation(disk / "home")
    installation.home.mkdir(mode=0o711)
    installation.start()
    installation.populate()
    yield installation
    installation.stop()


@pytest.fixture
def installation(lasting: Installation) -> Iterator[Installation]:
    """The same, whole again before each test."""
    if lasting.server.poll() is not None:
        lasting.start()
    lasting.until_ready()
    return lasting
