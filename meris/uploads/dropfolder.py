"""A folder that counties drop files into: DIR/<agency>/[<kind>/]<file>, each taken once.

    DIR/.working/<job>/   a file that was taken, and what is known of it until it is dealt with
    DIR/done, DIR/refused the same folders as above, with a report beside each file

A file is taken by moving it into a job's folder, which only one process can. What comes after is
noted there before it is done, so that a crash at any moment is picked up where it was.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from meris.errors import Conflict
from meris.uploads.read import MOST_BYTES
from meris.uploads.unattended import Result

DONE, REFUSED, WORKING = "done", "refused", ".working"
KIND_FOLDERS = {
    "shelter": "shelter",
    "shelters": "shelter",
    "supply": "supply",
    "supplies": "supply",
    "unit": "unit",
    "units": "unit",
}
# What copying programs and desktops leave beside files.
_PASSING = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".swp", "~")
_NOT_FILES = frozenset({"thumbs.db", "desktop.ini"})

Signature = tuple[int, int, int]


class Waiting(NamedTuple):
    """A file that nobody has taken yet: whose, of which kind (None: nobody said), how it looks."""

    path: Path
    agency: str
    folder: str | None
    signature: Signature


@dataclass(frozen=True)
class Job:
    """A file that was taken, as `job.json` beside it says.

    `target` is where it goes once it is dealt with, relative to DIR; `upload_id` is known as soon
    as the file is kept in MERIS.
    """

    folder: Path
    name: str
    agency: str
    kind_folder: str | None
    signature: Signature
    upload_id: int | None = None
    target: str | None = None

    @property
    def file(self) -> Path:
        return self.folder / "file"

    @property
    def kind(self) -> str | None:
        """The kind that the folder names; None to tell it by the columns."""
        return KIND_FOLDERS.get((self.kind_folder or "").lower())

    def note(self) -> None:
        """Write down what is known, whole or not at all."""
        kept = {name: value for name, value in asdict(self).items() if name != "folder"}
        fresh = self.folder / "job.json.new"
        with fresh.open("w") as out:
            json.dump(kept, out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.folder / "job.json")

    @classmethod
    def read(cls, folder: Path) -> "Job":
        """The job in a folder. Raises `OSError` or `ValueError` where it was never noted."""
        kept = json.loads((folder / "job.json").read_text())
        return cls(folder, **{**kept, "signature": tuple(kept["signature"])})


class Taken(NamedTuple):
    """What became of a job's file, and the rows that were left out as the pieces of a CSV file."""

    result: Result
    refused: Iterable[str] | None = None


#: Deals with a job: gets its bytes (None: they cannot be read, and why) and a way to note the
#: upload's number.
Take = Callable[[Job, bytes | None, str, Callable[[int], None]], Taken]


@dataclass
class DropFolder:
    """One folder, watched by one process. `settle` seconds without a change make a file whole."""

    root: Path
    take: Take
    say: Callable[[str], None]
    settle: float = 10.0
    stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic
    _since: dict[Path, tuple[Signature, float]] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who watches. Raises `Conflict` while somebody else does."""
        (self.root / WORKING).mkdir(parents=True, exist_ok=True)
        with (self.root / WORKING / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(f"Another meris watch is at work on {self.root}.") from None
            yield

    def look(self) -> list[Taken]:
        """One round: take the files that have settled, and deal with all that was taken."""
        for waiting in self._settled():
            self._claim(waiting)
        found: list[Taken] = []
        for job in self._jobs():
            if self.stopped():
                break
            taken = self._deal(job)
            if taken is not None:
                found.append(taken)
        return found

    # Files that wait

    def _settled(self) -> Iterator[Waiting]:
        """Files that have looked the same for long enough, oldest first."""
        now, waiting = self.clock(), sorted(self._waiting(), key=lambda one: one.signature[1])
        before, self._since = self._since, {}
        for one in waiting:
            same = before.get(one.path)
            since = same[1] if same and same[0] == one.signature else now
            self._since[one.path] = (one.signature, since)
            if same and now - since >= self.settle:
                yield one

    def _waiting(self) -> Iterator[Waiting]:
        for agency in self._entries(self.root):
            if agency.name in (DONE, REFUSED):
                continue
            if not agency.is_dir(follow_symlinks=False):
                self._tell_once(agency.path, "lies beside the agencies' folders; put it into one.")
                continue
            for entry in self._entries(agency.path):
                if entry.is_dir(follow_symlinks=False):
                    yield from self._files(entry.path, agency.name, entry.name)
                elif entry.is_file(follow_symlinks=False):
                    yield _waiting(entry, agency.name, None)

    def _files(self, folder: str, agency: str, kind: str) -> Iterator[Waiting]:
        for entry in self._entries(folder):
            if entry.is_file(follow_symlinks=False):
                yield _waiting(entry, agency, kind)
            elif entry.is_dir(follow_symlinks=False):
                self._tell_once(entry.path, "is a folder too deep; files in it are not taken.")

    def _entries(self, folder: str | Path) -> list["os.DirEntry[str]"]:
        """What is in a folder, by name; what is hidden or still being copied is left aside."""
        try:
            with os.scandir(folder) as found:
                return sorted((e for e in found if not _passing(e.name)), key=lambda e: e.name)
        except OSError as error:
            self._tell_once(str(folder), f"cannot be looked into: {error.strerror}.")
            return []

    def _tell_once(self, what: str, message: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self.say(f"{what} {message}")

    # Files that were taken

    def _claim(self, waiting: Waiting) -> None:
        folder = self.root / WORKING / uuid4().hex
        folder.mkdir()
        job = Job(folder, waiting.path.name, waiting.agency, waiting.folder, waiting.signature)
        job.note()
        try:
            waiting.path.rename(job.file)
        except OSError as error:
            shutil.rmtree(folder)
            if not isinstance(error, FileNotFoundError):
                self._tell_once(str(waiting.path), f"cannot be taken: {error.strerror}.")

    def _jobs(self) -> Iterator[Job]:
        """All that was taken and is not dealt with, also by a process that has ended since."""
        for folder in sorted((self.root / WORKING).iterdir(), key=_taken_at):
            if not folder.is_dir():
                continue
            with suppress(OSError, ValueError):
                job = Job.read(folder)
                if job.file.exists():
                    yield job
                    continue
            shutil.rmtree(folder, ignore_errors=True)  # ended before it had a file, or after

    def _deal(self, job: Job) -> Taken | None:
        """Deal with one job; None where it goes back to wait, or was dealt with before."""
        if job.target is not None:
            self._put_away(job)
            return None
        content, why = _content(job)
        if content is None and not why:
            self._give_back(job)
            return None

        def kept(upload_id: int) -> None:
            nonlocal job
            job = replace(job, upload_id=upload_id)
            job.note()

        taken = self.take(job, content, why, kept)
        self.say(f"{job.agency}/{job.name}: {taken.result.verdict}. {taken.result.message}")
        if taken.result.verdict != "busy":
            self._put_away(self._reported(job, taken))
        return taken

    def _reported(self, job: Job, taken: Taken) -> Job:
        """Write the reports beside the file, then decide where all of it goes."""
        result = taken.result
        report = {
            "file": job.name,
            "folder": job.agency,
            "verdict": result.verdict,
            "message": result.message,
            "report": result.report,
        }
        text = json.dumps(report, indent=2, ensure_ascii=False)
        (job.folder / "report.json").write_text(text + "\n", encoding="utf-8")
        if taken.refused is not None:
            with (job.folder / "refused.csv").open("w", encoding="utf-8", newline="") as out:
                out.writelines(taken.refused)
        loaded = result.verdict in ("applied", "unchanged", "partly")
        job = replace(job, target=self._free(job, DONE if loaded else REFUSED))
        job.note()
        return job

    def _free(self, job: Job, outcome: str) -> str:
        """A name under done or refused that is not taken, nor that of a report."""
        folder = Path(outcome, job.agency, job.kind_folder or "")
        stem, ending = Path(job.name).stem, Path(job.name).suffix
        number, name = 1, job.name
        while any((self.root / folder / f"{name}{also}").exists() for also in ("", ".report.json")):
            number += 1
            name = f"{stem}-{number}{ending}"
        return str(folder / name)

    def _put_away(self, job: Job) -> None:
        """Move the reports, and the file last: as long as it is here the job is not done."""
        assert job.target is not None
        target = self.root / job.target
        target.parent.mkdir(parents=True, exist_ok=True)
        for name in ("refused.csv", "report.json"):
            with suppress(FileNotFoundError):
                (job.folder / name).replace(target.with_name(f"{target.name}.{name}"))
        job.file.replace(target)
        shutil.rmtree(job.folder)

    def _give_back(self, job: Job) -> None:
        """Somebody writes to it still: back to where it was, to settle anew."""
        place = self.root / job.agency / (job.kind_folder or "") / job.name
        if place.exists():
            place = place.with_name(f"{uuid4().hex[:6]}-{job.name}")
        job.file.rename(place)
        shutil.rmtree(job.folder)


def _waiting(entry: "os.DirEntry[str]", agency: str, folder: str | None) -> Waiting:
    return Waiting(Path(entry.path), agency, folder, _signature(entry.stat(follow_symlinks=False)))


def _signature(seen: os.stat_result) -> Signature:
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


def _passing(name: str) -> bool:
    lower = name.lower()
    return name.startswith((".", "~")) or lower.endswith(_PASSING) or lower in _NOT_FILES


def _taken_at(folder: Path) -> tuple[int, str]:
    return folder.stat().st_mtime_ns, folder.name


def _content(job: Job) -> tuple[bytes | None, str]:
    """The bytes of a job's file; without them why not, or no reason while it is changing."""
    if job.signature[0] > MOST_BYTES:
        return None, f"{job.name} is larger than {MOST_BYTES // 1_048_576} MB. Split it."
    try:
        with job.file.open("rb") as file:
            content = file.read()
            changed = _signature(os.fstat(file.fileno())) != job.signature
    except OSError as error:
        return None, f"{job.name} cannot be read: {error.strerror}."
    return (None, "") if changed else (content, "")
