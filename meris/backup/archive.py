"""The archive's file: written whole or not at all, and read back."""

import fcntl
import hashlib
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from meris.backup import programs
from meris.backup.manifest import FORMAT, Manifest, Part
from meris.errors import Refused

DUMP, MANIFEST, SUMS = "meris.dump", "manifest.json", "SHA256SUMS"
#: Files of MERIS_HOME lie under this name.
HOME = "home/"
_BLOCK = tarfile.BLOCKSIZE
_PARTIAL = ".partial"


class Writer:
    """Adds parts to a tar file whose size need not be known before they are there."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.parts: list[Part] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """One part; its header is written last, when its size is known."""
        start, digest = self._out.tell(), hashlib.sha256()
        self._out.write(bytes(_BLOCK))
        for chunk in chunks:
            digest.update(chunk)
            self._out.write(chunk)
        end = self._out.tell()
        size = end - start - _BLOCK
        self._out.write(bytes(-size % _BLOCK))
        after = self._out.tell()
        self._out.seek(start)
        self._out.write(_header(name, size))
        self._out.seek(after)
        self.parts.append(Part(name, size, digest.hexdigest()))

    def finish(self) -> None:
        """The digests of all parts, and the end of the tar file."""
        lines = "".join(f"{part.sha256}  {part.name}\n" for part in self.parts)
        self.add(SUMS, [lines.encode()])
        self._out.write(bytes(2 * _BLOCK))


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


@contextmanager
def whole_file(path: Path, verify: Callable[[Path], object]) -> Iterator[BinaryIO]:
    """A file that has its name only once it is on the disk and `verify` has read it back.

    Raises `Refused` in words for a full disk, a folder that is not there, a name that is taken.
    """
    if path.exists():
        raise Refused(f"There is a file {path} already. Name another, or a folder.")
    partial = path.with_name(f".{path.name}{_PARTIAL}")
    try:
        _sweep(path.parent)
        with _exclusive(partial) as out:
            try:
                yield out
                out.flush()
                os.fsync(out.fileno())
                _forget(out)
                verify(partial)
                partial.rename(path)
                _sync_folder(path.parent)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
    except OSError as error:
        free = _free(path.parent)
        raise Refused(
            f"The backup cannot be written to {path}: {error.strerror or error}{free}."
            " Nothing was left there. Make room, or name another place."
        ) from error


@contextmanager
def _exclusive(partial: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        yield out


def _forget(out: BinaryIO) -> None:
    """What is read back shall come from the disk, not from memory."""
    with suppress(OSError):
        os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _sweep(folder: Path) -> None:
    """Remove what backups that were killed have left: nobody holds its lock any more."""
    for left in folder.glob(f".*.backup{_PARTIAL}"):
        with left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            left.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _free(folder: Path) -> str:
    try:
        room = os.statvfs(folder)
    except OSError:
        return ""
    return f" ({room.f_bavail * room.f_frsize / 1e6:,.0f} MB are free there)"


class Reader:
    """An archive that is there; every method raises `Refused` where it is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places = _places(path)
        self.manifest = self._manifest()

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part's bytes."""
        start, left = self._places[name]
        with self._path.open("rb") as file:
            file.seek(start)
            while left:
                chunk = file.read(min(left, programs.CHUNK))
                if not chunk:
                    raise damaged(self._path, "it ends too early")
                left -= len(chunk)
                yield chunk

    def text(self, name: str) -> str:
        """A small part."""
        return b"".join(self.chunks(name)).decode()

    def files(self) -> list[str]:
        """Names of the parts that belong into MERIS_HOME."""
        return [part.name for part in self.manifest.parts if part.name.startswith(HOME)]

    def verify(self, tell: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        """Read everything and hold it to its digests; `tell` hears of bytes read, of how many."""
        sums = dict(_sum(line) for line in self.text(SUMS).splitlines())
        everything, done = sum(self._places[name][1] for name in sums if name in self._places), 0
        for name, digest in sums.items():
            if name not in self._places:
                raise damaged(self._path, f"its part {name} is missing")
            hashed = hashlib.sha256()
            for chunk in self.chunks(name):
                hashed.update(chunk)
                done += len(chunk)
                tell(done, everything)
            if hashed.hexdigest() != digest:
                raise damaged(self._path, f"its part {name} has other bytes than were written")
        if {part.name: part.sha256 for part in self.manifest.parts} != {
            name: digest for name, digest in sums.items() if name != MANIFEST
        }:
            raise damaged(self._path, "its manifest is of another archive")

    def tables(self) -> list[str]:
        """The dump's table of contents, line by line, as `pg_restore --list` gives it."""
        restorer, _ = programs.program("pg_restore", self.manifest.dumper)
        return programs.feed([str(restorer), "--list"], None, self.chunks(DUMP)).splitlines()

    def _manifest(self) -> Manifest:
        try:
            return Manifest.read(self.text(MANIFEST))
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(self._path, "its manifest cannot be read") from error


def _places(path: Path) -> dict[str, tuple[int, int]]:
    """Where each part begins, and its size."""
    try:
        with tarfile.open(path, "r:") as tar:
            places = {member.name: (member.offset_data, member.size) for member in tar}
    except FileNotFoundError as error:
        raise Refused(f"There is no file {path}.") from error
    except (tarfile.TarError, OSError, EOFError) as error:
        raise damaged(path, f"it is no backup, or not all of one ({error})") from error
    if not {DUMP, MANIFEST, SUMS} <= places.keys():
        raise damaged(path, "it is no backup of MERIS, or not all of one")
    return places


def damaged(path: Path, why: str) -> Refused:
    """The refusal of a file that is not what was written."""
    return Refused(f"{path} cannot be used: {why}. Take another backup.")


def _sum(line: str) -> tuple[str, str]:
    digest, _, name = line.partition("  ")
    return name, digest


def check(path: Path, tell: Callable[[int, int], None] = lambda _done, _all: None) -> Manifest:
    """Read an archive back: digests, every byte of the dump unpacked, every table in it.

    Raises `Refused` where it is damaged, or of a newer MERIS.
    """
    archive = Reader(path)
    if archive.manifest.format > FORMAT:
        raise Refused(f"{path} was made by a newer MERIS ({archive.manifest.version}). Use that.")
    archive.verify(tell)
    restorer, _ = programs.program("pg_restore", archive.manifest.dumper)
    script = [str(restorer), "--file", os.devnull]
    programs.feed(script, None, archive.chunks(DUMP))
    held = {words[6] for line in archive.tables() if (words := _of_data(line))}
    if missing := sorted(archive.manifest.counts.keys() - held):
        raise damaged(path, f"the rows of {', '.join(missing)} are not in it")
    return archive.manifest


def _of_data(line: str) -> list[str]:
    """The words of a line of contents that is about a table's rows: …, schema, name, owner."""
    words = line.split()
    return words if words[3:5] == ["TABLE", "DATA"] else []
