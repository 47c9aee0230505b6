"""Loading a spreadsheet into the tables: whole or not at all, once, and never by accident."""

from time import monotonic

import pytest
from sqlalchemy import func, select

from meris import uploads
from meris.db import Database
from meris.errors import Conflict, NotFound, Refused
from meris.fields import Home
from meris.tables import Change, Resource, Shelter, Upload
from meris.uploads import Choices, Decisions
from tests import makers
from tests.rules.sending import CAROL, FIXTURES, THREE, VALID_ONLY, journal, send, shelter
from tests.rules.tables_of_text import csv_bytes


def test_new_rows_become_resources_that_only_staff_see(session):
    upload_id, done = send(session, THREE)
    assert (done.outcome.new, done.outcome.changed) == (3, 0)
    north = shelter(session, "A-1")
    assert (north.name, north.status, north.sensitivity) == ("North Gym", "open", "restricted")
    assert (north.position_source, north.county_fips) == ("reported", "29019")
    assert north.source == "list.csv"
    assert (north.confirmed_by, north.status_by) == ("Carol", "Carol")
    assert session.get(Shelter, north.id).evacuation_capacity == 200
    assert session.get(Upload, upload_id).state == "applied"
    assert journal(session, upload_id) >= 6


def test_a_row_without_coordinates_is_placed_roughly_and_says_so(session):
    send(session, THREE)
    east = shelter(session, "A-3")
    assert (east.position_source, east.county_fips) == ("town", "29019")
    assert east.position_radius_m > 0


def test_the_same_file_again_changes_nothing(session):
    send(session, THREE)
    before = shelter(session, "A-1").version
    upload_id, done = send(session, THREE)
    assert (done.outcome.new, done.outcome.changed, done.outcome.unchanged) == (0, 0, 3)
    assert shelter(session, "A-1").version == before
    assert (
        session.scalar(
            select(func.count()).where(
                Change.upload_id == upload_id, Change.table_name == "resource"
            )
        )
        == 0
    )


def test_the_same_file_is_recognized(session):
    agency_id = makers.agency(session)
    content = csv_bytes(THREE)
    send(session, content, agency_id=agency_id)
    again = uploads.receive(
        session, CAROL, agency_id=agency_id, kind="shelter", filename="b.csv", content=content
    )
    assert again.already.startswith("This file was already imported on ")
    other = uploads.receive(
        session,
        CAROL,
        agency_id=makers.agency(session, "Greene County OEM"),
        kind="shelter",
        filename="b.csv",
        content=content,
    )
    assert other.already is None


def test_only_what_differs_is_written(session):
    send(session, THREE)
    south = shelter(session, "A-2").version
    upload_id, done = send(
        session,
        """
        external_id | name      | status | evacuation_capacity
        A-1         | North Gym | full   | 200
        A-2         | South Hall| closed | 100
        """,
    )
    assert (done.outcome.changed, done.outcome.unchanged) == (1, 1)
    assert shelter(session, "A-1").status == "full"
    assert shelter(session, "A-2").version == south
    assert journal(session, upload_id) == 1 + 1  # the shelter, and the upload's own row


def test_a_missing_column_and_an_empty_cell_leave_what_is_recorded_alone(session):
    send(session, THREE)
    send(
        session,
        """
        external_id | name      | status | city
        A-1         | North Gym | open   |
        """,
    )
    north = shelter(session, "A-1")
    assert north.city == "Columbia"
    assert north.position is not None
    assert session.get(Shelter, north.id).evacuation_capacity == 200


def test_empty_cells_empty_a_field_only_when_asked(session):
    send(session, THREE)
    send(
        session,
        """
        external_id | name | status | evacuation_capacity
        A-1         |North Gym| open|
        """,
        decisions=Decisions(clear=True),
    )
    north = shelter(session, "A-1")
    assert session.get(Shelter, north.id).evacuation_capacity is None
    assert north.city == "Columbia"


def test_a_rough_place_never_replaces_a_real_one(session):
    send(session, THREE)
    before = shelter(session, "A-1").position_source
    send(
        session,
        """
        external_id | name      | status | city       | county
        A-1         | North Gym | full   | Hallsville | Boone
        """,
    )
    after = shelter(session, "A-1")
    assert (after.position_source, after.position_radius_m) == (before, None)


def test_without_an_id_a_record_is_known_by_name_and_address(session):
    table = """
        name      | status | address | city
        North Gym | open   | 1 Oak   | Columbia
    """
    send(session, table)
    _, done = send(session, table.replace("open", "full"))
    assert (done.outcome.new, done.outcome.changed) == (0, 1)
    _, other = send(session, table.replace("1 Oak", "9 Elm"))
    assert other.outcome.new == 1


def test_another_agencys_record_is_never_touched(session):
    send(session, THREE)
    _, done = send(session, THREE, agency_id=makers.agency(session, "Greene County OEM"))
    assert done.outcome.new == 3


def test_an_older_row_is_not_used_and_told(session):
    send(
        session,
        """
        external_id | name | status | as_of
        A-1         | Gym  | open   | 2025-03-02 12:00
        A-2         | Hall | open   | 2025-03-02 12:00
        """,
    )
    _, done = send(
        session,
        """
        external_id | name | status | as_of
        A-1         | Gym  | closed | 2025-03-01 12:00
        A-2         | Hall | closed | 2025-03-03 12:00
        """,
    )
    assert (done.outcome.older, done.outcome.changed) == (1, 1)
    assert shelter(session, "A-1").status == "open"
    assert "older than what is recorded" in "".join(g.text for g in done.checked.problems)


def test_nothing_but_older_rows_is_no_success(session):
    table = "external_id | name | status | as_of\nA-1 | Gym | open | 2025-03-02 12:00"
    send(session, table)
    with pytest.raises(Refused, match="older than what is recorded"):
        send(session, table.replace("03-02", "03-01"))


def test_a_newer_time_confirms_without_changing(session):
    table = "external_id | name | status | as_of\nA-1 | Gym | open | 2025-03-02 12:00"
    send(session, table)
    before = shelter(session, "A-1").confirmed_at
    _, done = send(session, table.replace("03-02", "03-04"))
    assert (done.outcome.changed, done.outcome.confirmed) == (0, 1)
    assert shelter(session, "A-1").confirmed_at > before


def test_one_bad_row_keeps_everything_out(session):
    with pytest.raises(Refused, match=r"1 of 3 rows of list\.csv have errors") as refused:
        send(session, THREE.replace("200", "200+"))
    assert refused.value.details["problems"][0]["row"] == 2
    assert session.scalar(select(func.count()).select_from(Resource)) == 0


def test_the_valid_rows_can_be_loaded_without_the_others(session):
    upload_id, done = send(session, THREE.replace("200", "200+"), decisions=VALID_ONLY)
    assert (done.outcome.new, done.checked.refused) == (2, 1)
    assert session.get(Upload, upload_id).summary["counts"]["refused"] == 1
    rows = "".join(uploads.failed_rows(done.sheet, done.checked)).splitlines()
    assert rows[0].startswith("\ufeffexternal_id,name")
    assert rows[1].startswith("A-1,North Gym,open,200+")
    assert "200+" in rows[1]
    assert len(rows) == 2


def test_no_row_is_no_success(session):
    with pytest.raises(Refused, match=r"No row of list\.csv can be loaded"):
        send(session, "name | status\nGym | Opn", decisions=VALID_ONLY)


def test_an_upload_is_applied_once(session):
    upload_id, _ = send(session, THREE)
    with pytest.raises(Conflict, match=r"list.csv was applied before"):
        uploads.apply(session, CAROL, upload_id, Home.of(), Decisions())


def test_a_bulk_change_after_a_small_one_is_not_slow(session):
    """The journal once joined old and new rows one by one: 160 s for 1,100 rows."""
    started = monotonic()
    send(session, THREE)
    rows = [f"B-{n} | Barn {n} | open | {n}" for n in range(1_500)]
    table = "\n".join(["external_id | name | status | evacuation_capacity", *rows])
    send(session, table)
    _, done = send(session, table.replace("open", "full"))
    assert done.outcome.changed == 1_500
    assert monotonic() - started < 60


def test_two_people_cannot_apply_one_upload(fresh_database):
    database = Database.at(fresh_database.web)
    with database.transaction(CAROL) as session:
        agency_id = makers.agency(session)
        received = uploads.receive(
            session,
            CAROL,
            agency_id=agency_id,
            kind="shelter",
            filename="list.csv",
            content=csv_bytes(THREE),
        )
    with database.transaction(CAROL) as first:
        uploads.apply(first, CAROL, received.upload_id, Home.of(), Decisions())
        with (
            pytest.raises(Conflict, match="being applied at this moment"),
            database.transaction(CAROL) as second,
        ):
            uploads.apply(second, CAROL, received.upload_id, Home.of(), Decisions())
    database.dispose()


def test_looking_changes_nothing(session):
    received = uploads.receive(
        session,
        CAROL,
        agency_id=makers.agency(session),
        kind="shelter",
        filename="list.csv",
        content=csv_bytes(THREE),
    )
    seen = uploads.examine(session, CAROL, received.upload_id, Home.of())
    assert (seen.outcome.new, seen.checked.ready) == (3, 3)
    assert session.scalar(select(func.count()).select_from(Resource)) == 0
    assert session.get(Upload, received.upload_id).state == "received"


def test_what_a_person_decided_is_remembered_for_the_next_file(session):
    table = "external_id | name | how is it\nA-1 | Gym | open"
    decided = Decisions(confirmed={"how is it": "status"})
    send(session, table, decisions=decided)
    _, done = send(session, table.replace("open", "full"))
    assert done.match.column("status").label == "how is it"
    assert shelter(session, "A-1").status == "full"


def test_a_value_can_be_given_for_all_rows(session):
    send(
        session,
        "external_id | name\nA-1 | Gym",
        decisions=Decisions(constants={"status": "standby"}),
    )
    assert shelter(session, "A-1").status == "standby"


def test_a_confidential_record_is_not_uncovered_by_a_file(session):
    table = "external_id | name | status | sensitivity\nA-1 | Gym | open | confidential"
    send(session, table)
    send(session, table.replace("confidential", "public"))
    assert shelter(session, "A-1").sensitivity == "confidential"


def test_the_likeness_of_the_federal_export_loads_its_missouri_rows(session):
    content = (FIXTURES / "open_shelters_nss_like.csv").read_bytes()
    with pytest.raises(Refused, match="6 of 23 rows"):
        send(session, content)
    _, done = send(session, content, decisions=VALID_ONLY)
    assert (done.outcome.new, done.checked.refused) == (17, 6)
    refused = {row for g in done.checked.problems.of("error") for row in g.rows}
    assert refused == {6, 7, 8, 9, 11, 13}


def test_rows_of_other_states_come_in_when_allowed(session):
    content = (FIXTURES / "open_shelters_nss_like.csv").read_bytes()
    allowed = Decisions(choices=Choices(allow_out_of_state=True))
    _, done = send(session, content, decisions=allowed)
    assert done.outcome.new == 23


def test_an_upload_of_another_agency_is_not_found(session):
    upload_id, _ = send(session, THREE)
    other = makers.agency(session, "Greene County OEM")
    with pytest.raises(NotFound):
        uploads.find(session, upload_id, agency_id=other)
    assert [u.id for u in uploads.recent(session, agency_id=other)] == []
