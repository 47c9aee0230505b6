"""`meris upload` and `meris watch`: the same checks without a page, an end that cron can read."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from meris.accounts import Viewer, agencies, tokens
from meris.cli import main
from meris.db import SYSTEM, Database
from tests.web.forms import another, app_with

GOOD = "name,status,latitude,longitude\nHickman High School,Open,38.9604,-92.3285\n"
BAD = GOOD + "Oakland School,Opn,38.9951,-92.2877\n"


@pytest.fixture
def environment(fresh_database, tmp_path, monkeypatch):
    values = {
        "MERIS_HOME": str(tmp_path / "home"),
        "MERIS_ENV": "test",
        "DATABASE_URL": fresh_database.web,
        "DATABASE_OWNER_URL": fresh_database.owner,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def meris(environment):
    """Runs a command; returns what it printed on both streams, and checks how it ended."""

    def run(*words, code=0):
        done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.output

    run("agency", "add", "Boone County OEM", "--kind", "county", "--county", "Boone")
    return run


@pytest.fixture
def upload(meris, tmp_path):
    """Uploads a text for Boone County."""

    def run(content, *options, code=0, name="shelters.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return meris("upload", file, "--agency", "Boone County OEM", *options, code=code)

    return run


def rows(fresh_database, query):
    database = Database.at(fresh_database.web, pool_size=1)
    with database.reading() as session:
        found = [tuple(row) for row in session.execute(text(query))]
    database.dispose()
    return found


def names(fresh_database):
    return [name for (name,) in rows(fresh_database, "SELECT name FROM resource ORDER BY id")]


# meris upload


def test_a_good_file_is_loaded_and_the_second_time_changes_nothing(upload, fresh_database):
    said = upload(GOOD)
    assert "name  →  name" in said
    assert "Loaded: 1 new" in said
    before = rows(fresh_database, "SELECT count(*) FROM change WHERE table_name = 'resource'")
    again = upload(GOOD)
    assert "already imported" in again
    assert "nothing changes" in again
    after = rows(fresh_database, "SELECT count(*) FROM change WHERE table_name = 'resource'")
    assert (names(fresh_database), after) == (["Hickman High School"], before)


def test_a_row_with_an_error_stops_all_or_is_left_out(upload, fresh_database):
    said = upload(BAD, code=4)
    assert "Row 3" in said
    assert "Opn" in said
    assert names(fresh_database) == []
    said = upload(BAD, "--valid-rows-only", code=3)
    assert "1 rows left out" in said
    assert names(fresh_database) == ["Hickman High School"]


def test_a_dry_run_keeps_nothing_and_ends_as_the_real_one_would(upload, fresh_database):
    assert "Would be loaded: 1 new" in upload(GOOD, "--dry-run")
    upload(BAD, "--dry-run", code=4)
    upload(BAD, "--dry-run", "--valid-rows-only", code=3)
    assert rows(fresh_database, "SELECT count(*) FROM upload") == [(0,)]
    assert names(fresh_database) == []


def test_the_kind_is_told_from_the_columns(upload, fresh_database):
    upload("call_sign,unit_type,status\nEngine 12,Engine,Available\n")
    upload("warehouse,item,qty,uom\nCache 1,Cots,40,each\n")
    assert rows(fresh_database, "SELECT kind FROM upload ORDER BY id") == [("unit",), ("supply",)]


def test_what_no_table_is_ends_with_5(upload, meris):
    assert "a PDF" in upload(b"%PDF-1.7", code=5)
    assert "cannot tell" in upload("a,b\n1,2\n", code=5)


@pytest.mark.parametrize(
    ("options", "because"),
    [
        (("--agency", "Nobody"), "There is no agency"),
        (("--agency", "Boone County OEM", "--set", "status"), 'has no "="'),
        ((), "Missing option"),
    ],
)
def test_a_wrong_command_ends_with_2(meris, tmp_path, options, because):
    (tmp_path / "a.csv").write_text(GOOD)
    assert because in meris("upload", tmp_path / "a.csv", *options, code=2)


def test_a_database_that_is_away_ends_with_7(meris, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(GOOD)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:x@127.0.0.1:1/none")
    words = ("upload", tmp_path / "a.csv", "--agency", "Boone County OEM")
    assert "does not answer" in meris(*words, code=7)
    (tmp_path / "drop/29019").mkdir(parents=True)
    (tmp_path / "drop/29019/a.csv").write_text(GOOD)
    words = ("watch", tmp_path / "drop", "--once", "--settle", "0")
    assert "does not answer" in meris(*words, code=7)


def test_columns_and_values_may_be_said(upload, fresh_database):
    upload(
        "Ort,Breite,Laenge\nHickman,38.9604,-92.3285\n",
        *("--kind", "shelter", "--set", "status=open"),
        *("--column", "Ort=name", "--column", "Breite=latitude", "--column", "Laenge=longitude"),
    )
    assert rows(fresh_database, "SELECT name, status FROM resource") == [("Hickman", "open")]


def test_the_report_is_the_one_that_the_api_gives(upload, environment, settings, fresh_database):
    told = json.loads(upload(BAD, "--json", code=4))
    assert (told["state"], told["counts"]["refused"]) == ("received", 1)
    here = settings.at(database_url=fresh_database.web, owner_url=fresh_database.owner)
    database = Database.at(fresh_database.web, pool_size=2)
    secret = _token(database)
    machine = another(app_with(here, database))
    asked = machine.get(
        f"/api/uploads/{told['id']}", headers={"Authorization": f"Bearer {secret}"}
    ).json
    database.dispose()
    assert (told.pop("verdict"), "have errors" in told.pop("message")) == ("refused", True)
    assert asked == told
    assert json.loads(upload(b"%PDF-1.7", "--json", code=5))["error"] == "unreadable"


def _token(database):
    admin = Viewer(name="test", roles=frozenset({"admin"}))
    with database.transaction(SYSTEM) as session:
        boone = agencies.find(session, "Boone County OEM")
        made = tokens.create(session, admin, name="CAD", role="county_editor", agency=boone)
        return made.secret


# meris watch


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def put(folder, path, content):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def once(meris, folder, *options, code=0):
    return meris("watch", folder, "--once", "--settle", "0.1", *options, code=code)


def test_dropped_files_are_loaded_and_put_away_with_their_reports(meris, folder, fresh_database):
    put(folder, "Boone County OEM/a.csv", GOOD)
    put(folder, "29019/shelter/b.csv", BAD.replace("Hickman", "Rock Bridge"))
    put(folder, "Nobody/c.csv", GOOD)
    once(meris, folder, "--valid-rows-only", code=4)
    assert names(fresh_database) == ["Hickman High School", "Rock Bridge High School"]
    put_away = {str(f.relative_to(folder)) for f in folder.glob("[dr]*/**/*") if f.is_file()}
    assert put_away == {
        "done/Boone County OEM/a.csv",
        "done/Boone County OEM/a.csv.report.json",
        "done/29019/shelter/b.csv",
        "done/29019/shelter/b.csv.report.json",
        "done/29019/shelter/b.csv.refused.csv",
        "refused/Nobody/c.csv",
        "refused/Nobody/c.csv.report.json",
    }
    report = json.loads((folder / "done/29019/shelter/b.csv.report.json").read_text())
    assert (report["verdict"], report["report"]["state"]) == ("partly", "applied")
    refused = (folder / "done/29019/shelter/b.csv.refused.csv").read_text("utf-8-sig")
    assert refused.startswith("name,status,latitude,longitude,")
    assert "Oakland School" in refused
    assert "Hickman" not in refused
    said = json.loads((folder / "refused/Nobody/c.csv.report.json").read_text())["message"]
    assert 'There is no agency "Nobody"' in said
    assert rows(fresh_database, "SELECT actor_name LIKE 'meris watch (%' FROM change"
                " WHERE table_name = 'resource' LIMIT 1") == [(True,)]  # fmt: skip


def test_a_file_dropped_again_changes_nothing(meris, folder, fresh_database):
    for _ in range(2):
        put(folder, "29019/a.csv", GOOD)
        once(meris, folder)
    assert names(fresh_database) == ["Hickman High School"]
    second = json.loads((folder / "done/29019/a-2.csv.report.json").read_text())
    assert second["verdict"] == "unchanged"


def test_a_watcher_takes_files_as_they_come_and_ends_at_a_signal(
    meris, folder, environment, fresh_database
):
    words = (sys.executable, "-c", "from meris.cli import main; main()", "watch", str(folder))
    with subprocess.Popen(
        [*words, "--settle", "0.2", "--every", "0.1"],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    ) as watcher:
        try:
            put(folder, "29019/a.csv", GOOD)
            _wait_for(folder / "done/29019/a.csv")
            again = once(meris, folder, code=6)
            assert "Another meris watch" in again
            watcher.send_signal(signal.SIGTERM)
            _, said = watcher.communicate(timeout=20)
        finally:
            watcher.kill()
    assert watcher.returncode == 0
    assert "29019/a.csv: applied." in said
    assert names(fresh_database) == ["Hickman High School"]


def _wait_for(file, seconds=30):
    until = time.monotonic() + seconds
    while not file.exists():
        assert time.monotonic() < until, f"{file} did not come"
        time.sleep(0.05)
