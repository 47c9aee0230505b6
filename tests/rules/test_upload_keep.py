"""What a check finds, kept row by row: fates, differences, reasons; and applied without reading
the file again."""

import pytest
from sqlalchemy import delete, func, select, text

from meris import uploads
from meris.errors import Refused
from meris.fields import Home
from meris.tables import Change, Resource, UploadRow
from meris.uploads import Decisions, job, keep, review
from tests import makers
from tests.rules.sending import CAROL, FIXTURES, THREE, send, shelter
from tests.rules.tables_of_text import csv_bytes


def received(session, table, kind="shelter", agency_id=None, filename="list.csv"):
    content = table if isinstance(table, bytes) else csv_bytes(table)
    return uploads.receive(
        session,
        CAROL,
        agency_id=agency_id or makers.agency(session),
        kind=kind,
        filename=filename,
        content=content,
    ).upload_id


def checked(session, table, kind="shelter", decisions=None, **given):
    upload_id = received(session, table, kind, **given)
    return review.review(session, CAROL, upload_id, Home.of(), decisions or Decisions())


def fates(session, upload_id):
    return {row.number: row.fate for row in keep.rows(session, upload_id, limit=1_000)}


MIXED = """
    external_id | name        | status | evacuation_capacity | as_of            | city
    A-1         | North Gym   | full   | 200                 | 2025-03-02 12:00 | Columbia
    A-2         | South Hall  | closed | 100                 | 2025-03-01 11:00 | Columbia
    A-3         | East School | alert  |                     | 2025-03-03 12:00 | Columbia
    A-4         | West Barn   | open   | 50                  | 2025-03-02 12:00 | Columbia
    A-5         | Old Mill    | Opn    | 10                  | 2025-03-02 12:00 | Columbia
    A-4         | West Barn   | open   | 50                  | 2025-03-02 12:00 | Columbia
    A-6         | Depot       | open   | 60                  | 2025-03-02 12:00 | Columbia
"""
BEFORE = """
    external_id | name        | status | evacuation_capacity | as_of            | city
    A-1         | North Gym   | open   | 200                 | 2025-03-01 12:00 | Columbia
    A-2         | South Hall  | open   | 100                 | 2025-03-01 12:00 | Columbia
    A-3         | East School | alert  | 70                  | 2025-03-01 12:00 | Columbia
    A-6         | Depot       | open   | 60                  | 2025-03-02 12:00 | Columbia
"""


def test_every_row_has_one_fate_and_they_add_up(session):
    send(session, BEFORE)
    upload = checked(session, MIXED)
    assert fates(session, upload.id) == {
        2: "changed",
        3: "older",
        4: "confirmed",
        5: "new",
        6: "refused",
        7: "repeated",
        8: "unchanged",
    }
    summary = upload.summary
    assert sum(summary["fates"].values()) == summary["counts"]["total"] == 7
    assert summary["counts"]["refused"] == 1


def test_a_changed_row_says_what_differs_in_the_words_of_the_form(session):
    send(session, BEFORE)
    upload = checked(session, MIXED)
    (row,) = keep.rows(session, upload.id, fate="changed")
    assert row.diff == [{"name": "status", "title": "Status", "before": "Open", "after": "Full"}]
    assert (row.number, row.name, row.values["Evacuation capacity"]) == (2, "North Gym", "200")
    assert row.resource_id == shelter(session, "A-1").id


def test_a_row_that_moves_says_where_from_and_to(session):
    send(session, THREE)
    moved = THREE.replace("38.95171", "38.96000")
    (row,) = keep.rows(session, checked(session, moved).id, fate="changed")
    assert row.diff == [
        {
            "name": "position",
            "title": "Place",
            "before": "38.95171, -92.33407",
            "after": "38.96000, -92.33407",
        }
    ]


def test_a_refused_row_keeps_its_cells_and_says_why(session):
    upload = checked(session, MIXED)
    (row,) = keep.rows(session, upload.id, fate="refused")
    assert row.cells == ["A-5", "Old Mill", "Opn", "10", "2025-03-02 12:00", "Columbia"]
    assert row.name == "Old Mill"
    assert "Opn" in row.why[0]
    assert keep.reasons(session, upload.id) == {6: row.why}


def test_rows_are_found_by_name_cell_and_number(session):
    upload = checked(session, MIXED)
    assert [row.number for row in keep.rows(session, upload.id, q="gym")] == [2]
    assert [row.number for row in keep.rows(session, upload.id, q="Opn")] == [6]
    assert [row.number for row in keep.rows(session, upload.id, q="8")] == [8]
    assert [row.number for row in keep.rows(session, upload.id, q="%")] == []
    assert [row.number for row in keep.rows(session, upload.id, after=3, limit=2)] == [4, 5]


def test_rows_without_a_place_are_found_and_the_others_are_on_the_map(session):
    table = """
        name | status | latitude | longitude
        Gym  | open   | 38.95171 | -92.33407
        Hall | open   |          |
    """
    upload = checked(session, table)
    assert upload.summary["counts"]["unplaced"] == 1
    assert [row.name for row in keep.rows(session, upload.id, unplaced=True)] == ["Hall"]
    assert keep.points(session, upload.id) == {
        "row": [2],
        "fate": ["new"],
        "lat": [38.95171],
        "lon": [-92.33407],
        "approximate": [False],
        "of": 1,
    }


def test_a_recorded_place_counts_for_a_row_without_one(session):
    send(session, THREE)
    table = "external_id | name | status\nA-1 | North Gym | full"
    upload = checked(session, table)
    assert upload.summary["counts"]["unplaced"] == 0
    assert keep.points(session, upload.id)["of"] == 1


def test_a_new_check_replaces_the_one_before(session):
    upload = checked(session, MIXED)
    again = review.review(
        session,
        CAROL,
        upload.id,
        Home.of(),
        Decisions(confirmed={"evacuation_capacity": None}),
    )
    assert len(fates(session, upload.id)) == again.summary["counts"]["total"] == 7


def test_left_out_rows_are_counted_and_not_loaded(session):
    decided = Decisions(corrections=uploads.Corrections(left_out=frozenset({6})))
    upload = checked(session, MIXED, decisions=decided)
    assert upload.summary["fates"]["left_out"] == 1
    review.apply_reviewed(session, CAROL, upload.id, Home.of())
    assert session.scalar(select(func.count()).select_from(Resource)) == 5


@pytest.fixture
def reads(monkeypatch):
    """How often a file was read."""
    calls = []
    real = job.read
    monkeypatch.setattr(job, "read", lambda *given: calls.append(given[1]) or real(*given))
    return calls


def test_a_checked_file_is_applied_without_reading_it_again(session, reads):
    send(session, BEFORE)
    upload = checked(session, MIXED)
    del reads[:]
    review.apply_reviewed(session, CAROL, upload.id, Home.of(), only_valid=True)
    assert reads == []
    session.expire_all()
    assert upload.state == "applied"
    assert upload.summary["outcome"]["new"] == 1
    assert (shelter(session, "A-1").status, shelter(session, "A-2").status) == ("full", "open")
    kept = {row.number: row for row in keep.rows(session, upload.id)}
    assert kept[5].resource_id == shelter(session, "A-4").id
    assert sum(upload.summary["fates"].values()) == 7


def test_applied_from_what_was_kept_is_the_same_as_applied_from_the_file(session, reads):
    def facts(agency_id):
        skipped = {"id", "agency_id", "version", "created_at", "updated_at"}
        columns = [c for c in Resource.__table__.c if c.name not in skipped]
        rows = select(*columns).where(Resource.agency_id == agency_id)
        return session.execute(rows.order_by(Resource.external_id, Resource.name)).all()

    for name, kind in (
        ("shelters_good.csv", "shelter"),
        ("units_good.xlsx", "unit"),
        ("supplies_good.csv", "supply"),
    ):
        content = (FIXTURES / name).read_bytes()
        read_again, from_kept = (makers.agency(session, f"{name} {n}") for n in (1, 2))
        send(session, content, kind, agency_id=read_again, filename=name)
        upload = checked(session, content, kind, agency_id=from_kept, filename=name)
        before = len(reads)
        review.apply_reviewed(session, CAROL, upload.id, Home.of())
        assert len(reads) == before
        assert facts(from_kept) == facts(read_again) != []


def test_after_a_crash_that_emptied_what_was_kept_the_file_is_read_again(session, reads):
    upload = checked(session, THREE)
    session.execute(delete(UploadRow))
    before = len(reads)
    review.apply_reviewed(session, CAROL, upload.id, Home.of())
    assert len(reads) == before + 1
    assert session.scalar(select(func.count()).select_from(Resource)) == 3
    assert set(fates(session, upload.id).values()) == {"new"}


def test_what_changed_since_the_check_is_compared_anew(session):
    send(session, THREE)
    upload = checked(session, THREE)
    assert upload.summary["fates"] == {"unchanged": 3}
    session.execute(text("UPDATE resource SET status = 'full' WHERE external_id = 'A-1'"))
    review.apply_reviewed(session, CAROL, upload.id, Home.of())
    session.expire_all()
    assert shelter(session, "A-1").status == "open"
    assert upload.summary["fates"] == {"changed": 1, "unchanged": 2}
    assert fates(session, upload.id)[2] == "changed"


def test_the_same_file_again_writes_nothing_about_any_resource(session):
    send(session, MIXED, decisions=Decisions(only_valid=True))
    versions = session.execute(select(Resource.id, Resource.version)).all()
    last = session.scalar(select(func.max(Change.id)))
    upload = checked(session, MIXED)
    review.apply_reviewed(session, CAROL, upload.id, Home.of(), only_valid=True)
    written = select(Change.table_name).where(Change.id > last).distinct()
    assert set(session.scalars(written)) == {"upload"}
    assert session.execute(select(Resource.id, Resource.version)).all() == versions


def test_goods_promised_since_the_check_cannot_be_counted_away(session):
    table = """
        site  | item   | qty | unit
        Cache | Cots X | 40  | each
        Cache | Soap   | 9   | each
    """
    send(session, table, "supply")
    upload = checked(session, table.replace("40", "20"), "supply")
    assert upload.summary["fates"] == {"changed": 1, "unchanged": 1}
    promise = "UPDATE stock_line SET quantity_committed = 30 WHERE item_name LIKE 'Cot%'"
    session.execute(text(promise))
    with pytest.raises(Refused, match="1 of 2 rows"), session.begin_nested():
        review.apply_reviewed(session, CAROL, upload.id, Home.of())
    review.apply_reviewed(session, CAROL, upload.id, Home.of(), only_valid=True)
    session.expire_all()
    assert upload.summary["fates"] == {"refused": 1, "unchanged": 1}
    assert "30 are committed already" in keep.reasons(session, upload.id)[2][0]


def test_the_rows_of_a_supply_file_are_its_lines(session):
    content = (FIXTURES / "supplies_good.csv").read_bytes()
    upload = checked(session, content, "supply")
    assert upload.summary["fates"] == {"new": 12}
    review.apply_reviewed(session, CAROL, upload.id, Home.of())
    changed = content.replace(b"Water,480,48", b"Water,470,48")
    again = checked(session, changed, "supply")
    assert again.summary["fates"] == {"changed": 1, "unchanged": 11}
    (row,) = keep.rows(session, again.id, fate="changed")
    assert [(d["title"], d["before"], d["after"]) for d in row.diff] == [("On hand", "480", "470")]
    assert row.name == "Bottled water, Pettis County Cache"
