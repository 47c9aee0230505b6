"""A folder that files are dropped into: whole files only, each once, whatever happens between."""

import json
import os

import pytest

from meris.errors import Conflict
from meris.uploads.dropfolder import DropFolder, Job, Taken
from meris.uploads.unattended import Result


class Crashed(BaseException):
    """The process ended here."""


class Office:
    """Takes what it is given, and remembers it; `verdicts` are said in turn, the last for all."""

    def __init__(self, *verdicts):
        self.verdicts = list(verdicts or ["applied"])
        self.got = []
        self.numbers = []
        self.crash = False

    def __call__(self, job, content, why, kept):
        self.got.append((job.agency, job.kind, job.name, content or why))
        self.numbers.append(job.upload_id)
        if job.upload_id is None:
            kept(40 + len(self.got))
        if self.crash:
            raise Crashed
        verdict = self.verdicts[0] if len(self.verdicts) == 1 else self.verdicts.pop(0)
        refused = ["name,row\r\n", "Hall,3\r\n"] if verdict == "partly" else None
        return Taken(Result(verdict, "Said.", {"id": 7}), refused)


class Folder(DropFolder):
    """A drop folder with a clock in its hand."""

    def __init__(self, root, office, **more):
        self.now = 0.0
        self.said = []
        super().__init__(root, office, self.said.append, clock=lambda: self.now, **more)
        (root / ".working").mkdir(exist_ok=True)

    def looks(self, *seconds):
        found = []
        for later in seconds:
            self.now += later
            found += self.look()
        return found


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def folder(tmp_path, office):
    return Folder(tmp_path, office)


def drop(folder, path, text="name\nHall\n"):
    file = folder.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def there(folder):
    """Every file but the lock, by its path."""
    files = (f for f in folder.root.rglob("*") if f.is_file() and f.name != "lock")
    return sorted(str(f.relative_to(folder.root)) for f in files)


def test_a_file_is_taken_when_it_has_settled_and_put_away_with_its_report(folder, office):
    drop(folder, "Boone/shelters.csv")
    assert folder.looks(0, 5) == []
    assert office.got == []
    folder.looks(6)
    assert office.got == [("Boone", None, "shelters.csv", b"name\nHall\n")]
    assert there(folder) == ["done/Boone/shelters.csv", "done/Boone/shelters.csv.report.json"]
    report = json.loads((folder.root / "done/Boone/shelters.csv.report.json").read_text())
    assert report == {
        "file": "shelters.csv",
        "folder": "Boone",
        "verdict": "applied",
        "message": "Said.",
        "report": {"id": 7},
    }
    assert folder.looks(20, 20) == []
    assert len(office.got) == 1


def test_a_file_that_grows_is_left_until_it_stops(folder, office):
    file = drop(folder, "Boone/big.csv", "name\n")
    folder.looks(0)
    for _ in range(4):
        folder.looks(9)
        with file.open("a") as out:
            out.write("Hall\n")
    assert office.got == []
    folder.looks(9, 9, 9)
    assert office.got[0][3] == b"name\n" + 4 * b"Hall\n"


def test_a_file_that_somebody_still_writes_to_when_it_is_taken_goes_back(folder, office):
    file = drop(folder, "Boone/big.csv", "name\n")
    folder.looks(0)
    with file.open("a") as late:
        folder.now += 11
        claimed = list(folder._settled())
        folder._claim(claimed[0])
        late.write("Hall\n")
        late.flush()
        assert folder.looks(0) == []
    assert office.got == []
    assert file.read_text() == "name\nHall\n"
    folder.looks(1, 11)
    assert office.got[0][3] == b"name\nHall\n"


@pytest.mark.parametrize("name", [".hidden.csv", "a.csv.part", "~$a.xlsx", "a.csv.filepart"])
def test_what_is_being_copied_or_hidden_is_left_alone(folder, office, name):
    drop(folder, f"Boone/{name}")
    folder.looks(0, 11, 11)
    assert office.got == []
    assert there(folder) == [f"Boone/{name}"]


def test_the_folder_may_name_the_kind(folder, office):
    drop(folder, "Boone/supply/a.csv")
    drop(folder, "Boone/Units/b.csv")
    drop(folder, "Boone/castles/c.csv")
    folder.looks(0, 11)
    assert {got[:3] for got in office.got} == {
        ("Boone", "supply", "a.csv"),
        ("Boone", "unit", "b.csv"),
        ("Boone", None, "c.csv"),
    }
    assert "done/Boone/supply/a.csv" in there(folder)


def test_what_cannot_be_taken_is_said_once_and_stays(folder, office):
    drop(folder, "lost.csv")
    drop(folder, "Boone/unit/deep/d.csv")
    (folder.root / "Boone/link.csv").symlink_to("/etc/hostname")
    folder.looks(0, 11, 11)
    assert office.got == []
    assert len(folder.said) == 2
    assert "put it into one" in folder.said[1]
    assert there(folder)[-1] == "lost.csv"


def test_rows_left_out_lie_beside_the_report(folder, office):
    office.verdicts = ["partly"]
    drop(folder, "Boone/a.csv")
    folder.looks(0, 11)
    rows = folder.root / "done/Boone/a.csv.refused.csv"
    assert rows.read_bytes() == b"name,row\r\nHall,3\r\n"


@pytest.mark.parametrize("verdict", ["refused", "unreadable"])
def test_a_refused_file_goes_elsewhere(folder, office, verdict):
    office.verdicts = [verdict]
    drop(folder, "Boone/a.csv")
    folder.looks(0, 11)
    assert there(folder) == ["refused/Boone/a.csv", "refused/Boone/a.csv.report.json"]


def test_the_same_name_again_replaces_nothing(folder, office):
    for text in ("one", "two", "three"):
        drop(folder, "Boone/a.csv", text)
        folder.looks(0, 11)
    kept = {
        name: (folder.root / name).read_text() for name in there(folder) if "report" not in name
    }
    assert kept == {
        "done/Boone/a.csv": "one",
        "done/Boone/a-2.csv": "two",
        "done/Boone/a-3.csv": "three",
    }


def test_a_busy_file_waits_for_the_next_round_and_is_not_kept_twice(folder, office):
    office.verdicts = ["busy", "applied"]
    drop(folder, "Boone/a.csv")
    folder.looks(0, 11)
    assert [name for name in there(folder) if name.startswith("done")] == []
    folder.looks(5)
    assert office.numbers == [None, 41], "the second round goes on with the same upload"
    assert "done/Boone/a.csv" in there(folder)


def test_a_process_that_ends_in_the_middle_is_followed_by_one_that_goes_on(tmp_path):
    first = Folder(tmp_path, Office())
    drop(first, "Boone/a.csv")
    first.take.crash = True
    with pytest.raises(Crashed):
        first.looks(0, 11)
    second = Folder(tmp_path, Office())
    second.looks(0)
    assert second.take.numbers == [41]
    assert there(second) == ["done/Boone/a.csv", "done/Boone/a.csv.report.json"]


def test_a_process_that_ends_while_putting_away_asks_nobody_again(tmp_path, monkeypatch):
    first = Folder(tmp_path, Office())
    drop(first, "Boone/a.csv")
    replace = os.replace

    def stumble(self, target):
        if self.name == "file":
            raise Crashed
        replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", stumble)
        with pytest.raises(Crashed):
            first.looks(0, 11)
    assert "done/Boone/a.csv.report.json" in there(first)
    assert "done/Boone/a.csv" not in there(first)
    second = Folder(tmp_path, Office())
    second.looks(0)
    assert second.take.got == []
    assert there(second) == ["done/Boone/a.csv", "done/Boone/a.csv.report.json"]


def test_a_job_without_a_file_is_cleared_away(folder):
    empty = folder.root / ".working/abc"
    empty.mkdir()
    Job(empty, "a.csv", "Boone", None, (1, 2, 3)).note()
    (folder.root / ".working/torn").mkdir()
    folder.looks(0)
    assert there(folder) == []
    assert sorted(p.name for p in (folder.root / ".working").iterdir()) == []


def test_only_one_watches_a_folder(folder, tmp_path):
    other = Folder(tmp_path, Office())
    with folder.locked(), pytest.raises(Conflict, match="Another meris watch"), other.locked():
        pass
    with other.locked():
        assert other.looks(0) == []


def test_two_watchers_without_a_lock_still_take_a_file_once(tmp_path):
    first, second = Folder(tmp_path, Office()), Folder(tmp_path, Office())
    drop(first, "Boone/a.csv")
    first.looks(0)
    second.looks(0)
    second.now += 11
    seen_by_both = list(second._settled())
    first.looks(11)
    second._claim(seen_by_both[0])
    second.looks(0)
    assert (len(first.take.got), len(second.take.got)) == (1, 0)


def test_a_signal_to_stop_leaves_the_rest_for_the_next(tmp_path):
    office = Office()
    folder = Folder(tmp_path, office, stopped=lambda: bool(office.got))
    for name in ("a.csv", "b.csv"):
        drop(folder, f"Boone/{name}")
    folder.looks(0, 11)
    assert len(office.got) == 1
    Folder(tmp_path, office).looks(0)
    assert len(office.got) == 2


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(folder, office, monkeypatch):
    office.verdicts = ["unreadable"]
    drop(folder, "Boone/a.csv")
    opened = type(folder.root).open

    def closed(self, *args, **options):
        if self.name == "file":
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **options)

    monkeypatch.setattr("pathlib.Path.open", closed)
    folder.looks(0, 11)
    assert office.got[0][3] == "a.csv cannot be read: Permission denied."
    assert "refused/Boone/a.csv" in there(folder)
