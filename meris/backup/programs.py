"""pg_dump and pg_restore: which of them fits a server, and how they are run."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from meris.errors import Refused

#: Bytes that are handed on at a time.
CHUNK = 1 << 20
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
#: What an address may say beside the usual five parts, as libpq's programs are told it.
_VARIABLES = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "gssencmode": "PGGSSENCMODE",
    "krbsrvname": "PGKRBSRVNAME",
    "options": "PGOPTIONS",
    "passfile": "PGPASSFILE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


def environment(url: str) -> dict[str, str]:
    """The variables by which PostgreSQL's programs find a database.

    Not arguments, because everybody on the machine can read those.
    """
    parts = make_url(url.replace("postgres://", "postgresql://", 1))
    told = {name: value if isinstance(value, str) else ",".join(value)
            for name, value in parts.query.items()}  # fmt: skip
    known = {
        "PGHOST": told.get("host", parts.host),
        "PGPORT": told.get("port", parts.port),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
        **{variable: told.get(name) for name, variable in _VARIABLES.items()},
    }
    return {**os.environ, **{name: str(value) for name, value in known.items() if value}}


def program(name: str, at_least: int) -> tuple[Path, int]:
    """The oldest installed `name` of this major version or newer, and its version.

    The nearest to the server: what a newer one writes, an older one may not read. Raises `Refused`.
    """
    found = sorted({(major, path) for path in _candidates(name) if (major := _major(path))})
    fitting = [(path, major) for major, path in found if major >= at_least]
    if fitting:
        return fitting[0]
    here = f"the newest here is of {found[-1][0]}" if found else "there is none here"
    raise Refused(
        f"PostgreSQL {at_least} needs {name} of version {at_least} or newer, and {here}. On Debian"
        f' or Ubuntu run "apt install postgresql-client-{at_least}".'
    )


def _candidates(name: str) -> Iterator[Path]:
    for pattern in _FOLDERS:
        for folder in Path("/").glob(pattern.lstrip("/")):
            if (folder / name).exists():
                yield folder / name
    if on_path := shutil.which(name):
        yield Path(on_path)


def _major(path: Path) -> int:
    """0 when it does not run."""
    with suppress(OSError, subprocess.CalledProcessError, IndexError):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
        return int(re.findall(r"\d+", said.stdout)[0])
    return 0


@contextmanager
def output_of(
    command: list[str], url: str, heard: Callable[[str], None]
) -> Iterator[Iterator[bytes]]:
    """What a program writes, in chunks; `heard` is called with each line of its errors' stream.

    Raises `Refused` with the program's own words when it fails; killed when the block fails.
    """
    with subprocess.Popen(
        command,
        env=environment(url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        try:
            with _listening(process.stderr, heard) as said:
                yield iter(partial(process.stdout.read, CHUNK), b"")
                process.wait()
        except BaseException:
            process.kill()
            raise
    _check(command, process.returncode, said)


def feed(command: list[str], url: str | None, chunks: Iterable[bytes]) -> str:
    """Give a program its standard input; what it wrote. Raises `Refused` when it fails.

    One that has had enough before the end may leave the rest.
    """
    env = {**os.environ} if url is None else environment(url)
    with subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        try:
            with _listening(process.stderr) as said, _listening(process.stdout) as written:
                with suppress(BrokenPipeError):
                    for chunk in chunks:
                        process.stdin.write(chunk)
                with suppress(BrokenPipeError):
                    process.stdin.close()
                process.wait()
        except BaseException:
            process.kill()
            raise
    _check(command, process.returncode, said)
    return "\n".join(written)


@contextmanager
def _listening(
    stream: IO[bytes] | None, heard: Callable[[str], None] = lambda _: None
) -> Iterator[list[str]]:
    """The lines of a stream, complete once the block has ended."""
    lines: list[str] = []

    def listen() -> None:
        for line in stream or ():
            lines.append(line.decode(errors="replace").rstrip("\n"))
            heard(lines[-1])

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield lines
    thread.join()


def _check(command: list[str], code: int, said: list[str]) -> None:
    if code != 0:
        telling = [line for line in said if re.search(r": (error|detail|hint):", line)]
        words = "\n".join((telling or said)[-5:]) or f"it ended with {code}"
        raise Refused(f"{Path(command[0]).name} failed:\n{words}")
