"""What the boards show: of incidents, of units, and to whom."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.dialects.postgresql import Range

from geo.values import Position
from meris.accounts import Policy
from meris.db import SYSTEM, Database, driver_url
from meris.dispatch import board_units, boards
from meris.dispatch.board_units import Asked
from tests import makers

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
STAFF, ALL = Policy(staff=True), Policy(staff=True, everything=True)


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def seconds(moment):
    return int(moment.timestamp())


def row_of(session, incident, policy=STAFF):
    rows = boards.incidents(session, policy)["rows"]
    return next((row for row in rows if row["id"] == incident), None)


def unit_rows(session, policy=STAFF, **asked):
    return board_units.units(session, policy, Asked(**asked))["rows"]


def unit_row(session, unit, policy=STAFF):
    return next((row for row in unit_rows(session, policy) if row["id"] == unit), None)


# Incidents


def test_a_new_incident_waits_for_its_first_unit(session):
    fire = makers.incident(session, reported_at=ago(4), place="12 Main St")
    row = row_of(session, fire)
    assert (row["status"], row["sent"], row["units"], row["log"]) == ("new", False, [], None)
    assert row["overdue_at"] == seconds(ago(4)) + 10 * 60
    assert (row["place"], row["county"]) == ("12 Main St", "Boone")


def test_once_a_unit_was_on_scene_the_incident_is_not_late_whoever_left(session):
    fire = makers.incident(session, status="active", reported_at=ago(50))
    left = makers.assignment(session, makers.unit(session), fire, "on_scene", status_at=ago(40))
    assert row_of(session, fire)["overdue_at"] is None
    session.execute(
        text("UPDATE assignment SET status = 'released', status_at = now() WHERE id = :id"),
        {"id": left},
    )
    row = row_of(session, fire)
    assert (row["overdue_at"], row["sent"], row["units"]) == (None, True, [])


def test_a_unit_that_is_only_held_was_not_sent(session):
    fire = makers.incident(session)
    makers.assignment(session, makers.unit(session), fire, "reserved")
    row = row_of(session, fire)
    assert row["sent"] is False
    assert [unit["status"] for unit in row["units"]] == ["reserved"]


def test_a_hold_that_has_run_out_and_a_booking_are_nobody(session):
    fire = makers.incident(session)
    lapsed = Range(ago(20), ago(10))
    makers.assignment(session, makers.unit(session), fire, "reserved", during=lapsed)
    later = Range(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    makers.assignment(session, makers.unit(session), fire, "reserved", booked=True, during=later)
    assert row_of(session, fire)["units"] == []


def test_what_is_missing_counts_each_unit_once_where_it_helps_most(session):
    fire = makers.incident(session)
    makers.need(session, fire, ["engine"], count=4)
    makers.need(session, fire, ["ambulance_als", "ambulance_bls"])
    makers.need(session, fire, ["ambulance_als"])
    for kind in ("engine", "engine", "ambulance_als", "ambulance_bls"):
        makers.assignment(session, makers.unit(session, type=kind), fire)
    lacking = row_of(session, fire)["missing"]
    assert [(n["have"], n["count"], n["unit_types"]) for n in lacking] == [(2, 4, ("engine",))]


def test_a_unit_tells_its_status_since_when_and_when_it_must_be_heard_of(session):
    fire = makers.incident(session)
    engine = makers.unit(session, name="E12")
    makers.assignment(
        session,
        engine,
        fire,
        "on_scene",
        status_at=ago(25),
        heard_at=ago(5),
        par_minutes=20,
        silenced_until=NOW + timedelta(minutes=5),
        silenced_by="Dana",
    )
    chip = row_of(session, fire)["units"][0]
    assert (chip["name"], chip["unit"], chip["status"]) == ("E12", engine, "on_scene")
    assert chip["status_at"] == seconds(ago(25))
    assert chip["par_at"] == seconds(ago(5)) + 20 * 60
    assert (chip["silenced_by"], chip["silenced_until"]) == (
        "Dana",
        seconds(NOW + timedelta(minutes=5)),
    )


def test_the_last_entry_is_the_newest_by_when_it_happened(session):
    fire = makers.incident(session)
    makers.log_entry(session, fire, "Smoke showing", at=ago(3), author="Rita")
    makers.log_entry(session, fire, "Called in late", at=ago(9))
    assert row_of(session, fire)["log"] == {
        "at": seconds(ago(3)),
        "text": "Smoke showing",
        "author": "Rita",
        "kind": "note",
    }


def test_the_most_urgent_and_oldest_come_first_and_what_is_closed_not_at_all(session):
    late = makers.incident(session, priority=3, reported_at=ago(90))
    young = makers.incident(session, priority=1, reported_at=ago(1))
    old = makers.incident(session, priority=1, reported_at=ago(30))
    closed = {"status": "closed", "closed_at": NOW, "closed_by": "Dana"}
    makers.incident(session, close_reason="completed", **closed)
    board = boards.incidents(session, STAFF)
    assert [row["id"] for row in board["rows"]] == [old, young, late]
    assert board["total"] == 3


def test_more_than_a_board_can_hold_is_said(session, monkeypatch):
    monkeypatch.setattr(boards, "MOST_INCIDENTS", 2)
    for _ in range(3):
        makers.incident(session)
    board = boards.incidents(session, STAFF)
    assert (len(board["rows"]), board["total"]) == (2, 3)


def test_a_parent_that_one_may_not_see_is_not_named(session):
    hidden = makers.incident(session, sensitivity="confidential")
    part = makers.incident(session, parent_id=hidden)
    assert row_of(session, part)["parent"] is None
    assert row_of(session, part, ALL)["parent"] == hidden
    assert row_of(session, hidden) is None


def test_a_unit_that_one_may_not_see_is_not_on_the_incident(session):
    fire = makers.incident(session)
    makers.assignment(session, makers.unit(session, sensitivity="confidential"), fire)
    assert row_of(session, fire)["units"] == []
    assert len(row_of(session, fire, ALL)["units"]) == 1


def test_the_public_sees_no_board(session):
    makers.incident(session, sensitivity="public")
    makers.unit(session, sensitivity="public")
    assert boards.incidents(session, Policy()) == {"rows": [], "total": 0}
    assert board_units.units(session, Policy(), Asked())["rows"] == []


# Units


@pytest.fixture
def fleet(session):
    """Two on scene, one en route, one staged, two available, one out of service."""
    fire = makers.incident(session, title="Barn fire", priority=2)
    made = {}
    for name, status, minutes in (
        ("O1", "on_scene", 20), ("O2", "on_scene", 50), ("R1", "en_route", 5)
    ):  # fmt: skip
        made[name] = makers.unit(session, name=name)
        makers.assignment(session, made[name], fire, status, status_at=ago(minutes))
    for name, status in (("S1", "staged"), ("A1", "available"), ("A2", "available")):
        made[name] = makers.unit(session, name=name, status=status, status_at=ago(60))
    made["X1"] = makers.unit(
        session, name="X1", status="out_of_service", status_reason="mechanical", status_at=ago(9)
    )
    made["fire"] = fire
    return made


def names(rows):
    return [row["name"] for row in rows]


def test_units_stand_by_status_the_busy_first_and_the_longest_in_it_first(session, fleet):
    board = board_units.units(session, STAFF, Asked())
    assert names(board["rows"]) == ["O2", "O1", "R1", "S1", "A1", "A2", "X1"]
    assert board["counts"]["on_scene"] == 2
    assert (board["counts"]["transporting"], board["total"]) == (0, 7)
    backward = board_units.units(session, STAFF, Asked(reverse=True))
    assert names(backward["rows"]) == names(board["rows"])[::-1]


def test_pages_cut_through_statuses_and_lose_nobody(session, fleet):
    for reverse in (False, True):
        whole = names(unit_rows(session, reverse=reverse))
        paged = [
            name
            for offset in range(0, 7, 2)
            for name in names(unit_rows(session, reverse=reverse, limit=2, offset=offset))
        ]
        assert paged == whole


def test_a_page_beyond_the_end_is_the_last(session, fleet):
    board = board_units.units(session, STAFF, Asked(limit=3, offset=300))
    assert (board["offset"], names(board["rows"])) == (6, ["X1"])


@pytest.mark.parametrize("sort", board_units.known_sorts())
def test_every_order_has_every_unit_both_ways(session, fleet, sort):
    for reverse in (False, True):
        assert len(unit_rows(session, sort=sort, reverse=reverse)) == 7


def test_sorting_puts_what_is_not_known_last(session, fleet):
    makers.unit(session, name="P1", personnel_count=4)
    for reverse in (False, True):
        assert names(unit_rows(session, sort="people", reverse=reverse))[0] == "P1"
    assert names(unit_rows(session, sort="name"))[:2] == ["A1", "A2"]


def test_a_board_is_narrowed_and_counts_what_passes(session, fleet):
    greene = makers.agency(session, "Greene County OEM", kind="county")
    there = makers.unit(
        session, name="G1", type="ladder", county_fips="29077", agency_id=greene, status="staged"
    )
    for asked in (
        {"counties": ["29077"]}, {"agencies": [greene]}, {"types": ["ladder"]}, {"text": "g1"}
    ):  # fmt: skip
        board = board_units.units(session, STAFF, Asked(**asked))
        assert [row["id"] for row in board["rows"]] == [there], asked
        assert board["counts"]["staged"] == 1
    chosen = board_units.units(session, STAFF, Asked(statuses=["staged"], counties=["29077"]))
    assert chosen["total"] == 1
    # the numbers on the other buttons say what they would show
    assert board_units.units(session, STAFF, Asked(statuses=["staged"]))["counts"]["on_scene"] == 2


def test_a_unit_tells_where_it_is_and_since_when(session, fleet):
    row = unit_row(session, fleet["O1"])
    assert row["assignment"]["incident"] == fleet["fire"]
    assert row["assignment"]["incident_title"] == "Barn fire"
    assert row["assignment"]["priority"] == 2
    assert (row["status_at"], row["by"]) == (seconds(ago(20)), "Dana")
    out = unit_row(session, fleet["X1"])
    assert (out["reason"], out["assignment"]) == ("mechanical", None)


def test_a_held_unit_stays_available_and_says_for_whom(session, fleet):
    makers.assignment(session, fleet["A1"], fleet["fire"], "reserved")
    row = unit_row(session, fleet["A1"])
    assert (row["status"], row["assignment"]["status"]) == ("available", "reserved")


def test_of_an_incident_that_one_may_not_know_only_that_the_unit_is_busy(session):
    secret = makers.incident(session, sensitivity="confidential", title="Witness")
    unit = makers.unit(session)
    makers.assignment(session, unit, secret, "on_scene", task="Guard")
    doing = unit_row(session, unit)["assignment"]
    assert doing["status"] == "on_scene"
    told = ("incident", "incident_number", "incident_title", "priority", "task")
    assert [doing[name] for name in told] == [None] * 5
    assert unit_row(session, unit, ALL)["assignment"]["incident_title"] == "Witness"


def test_hours_on_duty_run_from_the_shift_and_end_with_the_rest_that_is_due(session):
    unit = makers.unit(session, available_from=ago(120), type="engine")
    row = unit_row(session, unit)
    hours = session.scalar(
        text("SELECT rest_after_hours FROM unit_profile WHERE unit_type = 'engine'")
    )
    assert row["duty_from"] == seconds(ago(120))
    assert row["rest_at"] == seconds(ago(120)) + int(hours * 3600)
    tomorrow = makers.unit(session, available_from=NOW + timedelta(hours=9))
    assert unit_row(session, tomorrow)["duty_from"] is None


def test_a_position_is_as_old_as_the_newest_that_is_known(session):
    unit = makers.unit(session, position_at=ago(300))
    assert (unit_row(session, unit)["position_at"], unit_row(session, unit)["live"]) == (
        seconds(ago(300)),
        False,
    )
    makers.fix(session, unit, makers.COLUMBIA, when=ago(2))
    row = unit_row(session, unit)
    assert (row["position_at"], row["live"]) == (seconds(ago(2)), True)


def test_who_is_in_an_area_of_danger_is_flagged(session):
    inside = makers.unit(session, at=makers.COLUMBIA)
    outside = makers.unit(session, at=Position(36.6, -93.2))
    makers.area(session, name="Gas leak", kind="hazard")
    assert unit_row(session, inside)["dangers"] == ["Gas leak"]
    assert unit_row(session, outside)["dangers"] == []


# What it costs

_MANY = """
    INSERT INTO resource
      (kind, agency_id, name, type, status, status_at, county_fips, sensitivity, notes)
    SELECT 'unit', :agency, 'U ' || n, 'engine',
      (ARRAY['available', 'staged', 'returning', 'out_of_service'])[1 + n % 4],
      now() - n * interval '1 second', '29019', 'restricted',
      repeat('as long as what a county writes of a unit ', 8)
    FROM generate_series(1, 8000) AS n
"""
# on its own: a part is behind the wall of its resource, which has to be there
_PARTS = "INSERT INTO unit (resource_id) SELECT id FROM resource WHERE kind = 'unit'"


_VISIBLE = "SELECT relallvisible FROM pg_class WHERE relname = 'resource'"


def _settle(connection):
    """Vacuum; a page counts as visible to all only once its commit has reached the disk."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        connection.execute(text("VACUUM ANALYZE resource, unit"))
        if connection.scalar(text(_VISIBLE)):
            return
        time.sleep(0.2)
    pytest.fail("The rows never became visible to all.")


@pytest.fixture
def crowded(fresh_database):
    """A database with 8,000 units that knows how many they are."""
    database = Database.at(fresh_database.web, pool_size=1)
    with database.transaction(SYSTEM) as session:
        session.execute(text(_MANY), {"agency": makers.agency(session)})
        session.execute(text(_PARTS))
    owner = create_engine(driver_url(fresh_database.owner), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        _settle(connection)
    owner.dispose()
    yield database
    database.dispose()


def plan_of(session, statement):
    sql = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(session.scalars(text(f"EXPLAIN {sql}".replace(":", r"\:"))))


def test_the_usual_page_reads_no_more_than_it_shows(crowded):
    with crowded.reading() as session:
        page = board_units._slice(STAFF, Asked(), "available", 0, 200)
        assert "Index Only Scan using ix_resource_unit_board" in plan_of(session, page)
        counts = plan_of(session, board_units._count(STAFF, Asked()))
        assert "Index Only Scan using ix_resource_unit_board" in counts
        lines = plan_of(session, board_units._lines(STAFF, list(session.scalars(page))))
        assert "Seq Scan on resource" not in lines
        assert "Seq Scan on unit " not in lines


def test_the_minutes_of_the_docs_are_those_of_the_boards():
    rows = re.findall(
        r"^\| (\w+) \| (\d+) \|$", (ROOT / "docs/boards.md").read_text(), re.MULTILINE
    )
    assert {status: int(minutes) for status, minutes in rows} == dict(boards.STATUS_MINUTES)
