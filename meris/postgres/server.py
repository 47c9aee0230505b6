"""One PostgreSQL server for one folder: its data, its socket, its process.

Whoever calls these must be alone (see `meris.postgres.Cluster`).
"""

import hashlib
import os
import pwd
import shlex
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2

from meris.errors import Refused
from meris.postgres.configuration import configuration
from meris.postgres.installed import (
    installation_of,
    newest_installation,
    run_as,
    unprivileged_user,
)

ADMIN = "postgres"
PORT = 5432  # names the socket's file; each server has a folder of its own, so it never clashes

_LONGEST_SOCKET_PATH = 107  # bytes that fit sockaddr_un on Linux
_NO_SUCH_PID = 2**31 - 1  # beyond every pid_max
_PATIENCE_S = 120


class Server:
    """The PostgreSQL of one home; `durable=False` gives up crash safety for speed."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        self._home = home.resolve()
        self._durable = durable

    @property
    def data(self) -> Path:
        """The data folder: in the home, or where a link there leads."""
        link = self._home / "postgres"
        return (self._home / link.readlink()).resolve() if link.is_symlink() else link

    @property
    def sockets(self) -> Path:
        """The folder of the socket, elsewhere when the home's path is too long for one."""
        folder = self.data.parent / "run"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH:
            return folder
        return Path("/tmp") / f"meris-{_digest(folder)}"  # noqa: S108  # nosec B108 - `_make_sockets` is careful

    def pid(self) -> int | None:
        """The running server's process; None when it is down, whatever a stale pid file says."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            # a server stands in its data folder; a process that got its pid later does not
            if Path(f"/proc/{pid}/cwd").readlink() == self.data:
                return pid
        return None

    def have_running(self) -> bool:
        """Make and start what is missing and wait until it answers; whether it had to start."""
        if not self.data.exists():
            self._initialize()
        installation_of(self.data)
        started, deadline = False, time.monotonic() + _PATIENCE_S
        while True:
            if self.pid() is None:
                self._start(deadline)
                started = True
            try:
                self.connect("postgres").close()
            except psycopg2.OperationalError as error:
                if "authentication failed" in str(error) or time.monotonic() > deadline:
                    problem = f"PostgreSQL does not answer: {error}{self._log_tail()}"
                    raise Refused(problem) from error
                time.sleep(0.1)
            else:
                return started

    def stop(self) -> None:
        """Stop it now, ending its sessions; nothing happens when it is down."""
        if self.pid() is None:
            return
        stopped = self._pg_ctl("stop", "-m", "fast")
        if stopped is not None:
            raise Refused(f"PostgreSQL does not stop: {stopped}")

    def connect(self, database: str) -> Any:
        """A connection as administrator, each statement its own transaction."""
        connection = psycopg2.connect(
            host=str(self.sockets), port=PORT, user=ADMIN, dbname=database, connect_timeout=10
        )
        connection.autocommit = True
        return connection

    def _initialize(self) -> None:
        """Make the data folder under another name first: half a folder must never look whole."""
        programs, user = newest_installation().programs, unprivileged_user()
        self._place_for(user)
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _give(fresh, user)
        command = [str(programs / "initdb"), "-D", str(fresh), "-U", ADMIN, "-E", "UTF8"]
        command += ["--locale=C.UTF-8", "--data-checksums", "--auth-local=peer"]
        command += ["--auth-host=reject", *([] if self._durable else ["--no-sync"])]
        made = run_as(user, command)
        if made.returncode != 0:
            raise Refused(f"PostgreSQL cannot make its data folder {fresh}:\n{made.stderr.strip()}")
        fresh.rename(self.data)

    def _place_for(self, user: str) -> None:
        """Lead the data out of a home that the server's user cannot enter, such as /root/x."""
        link = self._home / "postgres"
        if link.is_symlink() or run_as(user, ["test", "-x", str(self._home)]).returncode == 0:
            return
        folder = Path("/var/lib") / f"meris-{_digest(self._home)}"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        link.symlink_to(folder / "postgres")

    def _start(self, deadline: float) -> None:
        user = self.data.owner()
        self._write_configuration(user)
        self._make_sockets(user)
        while True:
            self._disown_dead_server()
            problem = self._pg_ctl("start", "-l", "start.log")
            if problem is None:
                return
            # after kill -9 the server's children need a moment to notice and let go of its memory
            if "shared memory" not in self._log_tail(6) or time.monotonic() > deadline:
                raise Refused(f"PostgreSQL does not start: {problem}\n{self._log_tail()}")
            time.sleep(0.2)

    def _pg_ctl(self, action: str, *options: str) -> str | None:
        """None when it did what it should, else what it said."""
        command = [str(installation_of(self.data).programs / "pg_ctl"), action]
        # pg_ctl hands paths to a shell: it gets ours, for `ps` to show, only when that is harmless
        path = str(self.data)
        command += ["-D", path if shlex.quote(path) == path else "."]
        command += ["-s", "-w", "-t", str(_PATIENCE_S), *options]
        done = run_as(self.data.owner(), command, within=self.data)
        return None if done.returncode == 0 else done.stderr.strip()

    def _disown_dead_server(self) -> None:
        """Take the pid of a dead server out of its way: it may be a stranger's or a zombie's now.

        The pid file itself stays: its last line leads PostgreSQL to the memory that children of a
        killed server may still use, the one good reason not to start.
        """
        (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        file = self.data / "postmaster.pid"
        if file.exists():
            _, *rest = file.read_text().splitlines() or [""]
            with file.open("r+") as stream:
                stream.truncate()
                stream.write("\n".join([str(_NO_SUCH_PID), *rest]) + "\n")

    def _make_sockets(self, user: str) -> None:
        folder = self.sockets
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755)
            _give(folder, user)
        if folder.is_symlink() or folder.owner() != user:
            raise Refused(f"{folder} belongs to somebody else. Remove it and start again.")

    def _write_configuration(self, user: str) -> None:
        for name, text in configuration(self.sockets, user, durable=self._durable).items():
            path = self.data / name
            path.write_text(text)
            path.chmod(0o600)
            _give(path, user)

    def _log_tail(self, lines: int = 20) -> str:
        logs = [self.data / "start.log", *(self.data / "log").glob("*.log")]
        written = [log for log in logs if log.exists() and log.stat().st_size]
        if not written:
            return "(its log is empty)"
        newest = max(written, key=lambda log: log.stat().st_mtime)
        return "\n".join(newest.read_text(errors="replace").splitlines()[-lines:])


def _give(path: Path, user: str) -> None:
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
