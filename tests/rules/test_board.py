"""The board shows what is open, to those who may see it, and says when things fall due."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from meris import board, units
from meris.accounts import Policy
from meris.tables import Assignment, Incident
from tests import makers

PUBLIC, STAFF = Policy(), Policy(staff=True)
ALL = Policy(staff=True, everything=True)
NOW = datetime.now(UTC).replace(microsecond=0)


def minutes_ago(minutes):
    return NOW - timedelta(minutes=minutes)


def ids(rows):
    return [row["id"] for row in rows]


def seen(session, policy, what):
    return ids(board.whole(session, policy)[what])


def test_an_incident_says_where_since_when_and_until_when_it_may_wait(session):
    fire = makers.incident(session, reported_at=minutes_ago(3), place="Broadway and 9th")
    (row,) = board.whole(session, STAFF)["incidents"]
    at = int(minutes_ago(3).timestamp())
    assert (row["id"], row["lat"], row["lon"]) == (fire, makers.COLUMBIA.lat, makers.COLUMBIA.lon)
    assert (row["county"], row["place"], row["units"]) == ("Boone", "Broadway and 9th", 0)
    assert (row["reported_at"], row["overdue_at"]) == (at, at + 600)  # structure fire: 10 min


def test_it_no_longer_waits_once_a_unit_was_on_scene(session):
    fire, engine = makers.incident(session), makers.unit(session)
    work = makers.assignment(session, engine, fire, "on_scene")
    assert board.whole(session, STAFF)["incidents"][0]["overdue_at"] is None
    session.execute(
        update(Assignment).where(Assignment.id == work).values(status="released", status_at=NOW)
    )
    assert board.whole(session, STAFF)["incidents"][0]["overdue_at"] is None


def test_a_closed_incident_and_what_has_ended_are_not_on_the_board(session):
    fire, engine = makers.incident(session), makers.unit(session)
    makers.assignment(session, engine, fire, "released")
    area = makers.area(session, starts_at=minutes_ago(60), ends_at=minutes_ago(1))
    session.execute(
        update(Incident)
        .where(Incident.id == fire)
        .values(status="closed", closed_at=NOW, closed_by="Dana", close_reason="completed")
    )
    whole = board.whole(session, ALL)
    assert area
    assert (whole["incidents"], whole["assignments"], whole["areas"]) == ([], [], [])


def test_units_are_counted_when_they_work_and_not_while_they_are_held(session):
    fire = makers.incident(session)
    makers.assignment(session, makers.unit(session), fire, "en_route")
    makers.assignment(session, makers.unit(session), fire, "reserved")
    (row,) = board.whole(session, STAFF)["incidents"]
    assert (row["units"], len(board.whole(session, STAFF)["assignments"])) == (1, 2)


@pytest.mark.parametrize(
    ("status", "heard", "due"),
    [("on_scene", None, 15), ("on_scene", 4, 11), ("en_route", None, None)],
)
def test_a_unit_on_scene_must_be_heard_of_again(session, status, heard, due):
    makers.assignment(
        session,
        makers.unit(session),
        makers.incident(session),
        status,
        status_at=NOW if heard is None else minutes_ago(9),
        par_minutes=15,
        heard_at=None if heard is None else minutes_ago(heard),
    )
    (row,) = board.whole(session, STAFF)["assignments"]
    expected = None if due is None else int((NOW + timedelta(minutes=due)).timestamp())
    assert row["par_at"] == expected


def test_a_hold_says_when_it_lapses(session):
    # not from NOW: a long run is over it by then
    until = datetime.now(UTC) + timedelta(minutes=10)
    makers.assignment(
        session,
        makers.unit(session, name="E12"),
        makers.incident(session),
        "reserved",
        during=Range(NOW, until),
    )
    (row,) = board.whole(session, STAFF)["assignments"]
    assert (row["unit_name"], row["until"]) == ("E12", int(until.timestamp()))


def test_a_hold_that_has_lapsed_is_not_on_the_board(session):
    lapsed = Range(minutes_ago(20), minutes_ago(10))
    makers.assignment(
        session, makers.unit(session), makers.incident(session), "reserved", during=lapsed
    )
    assert seen(session, STAFF, "assignments") == []


def test_the_public_sees_public_areas_and_nothing_else(session):
    shown = makers.area(session, sensitivity="public", incident_id=makers.incident(session))
    makers.area(session)
    makers.assignment(session, makers.unit(session), makers.incident(session))
    whole = board.whole(session, PUBLIC)
    assert (whole["incidents"], whole["assignments"], ids(whole["areas"])) == ([], [], [shown])
    assert whole["areas"][0]["incident"] is None


def test_what_is_confidential_is_for_its_own_agency(session):
    own = makers.agency(session)
    other = makers.agency(session, "Greene County OEM")
    mine = makers.incident(session, sensitivity="confidential", agency_id=own)
    theirs = makers.incident(session, sensitivity="confidential", agency_id=other)
    nobodys = makers.incident(session, sensitivity="confidential")
    assert seen(session, Policy(staff=True, own_agency=own), "incidents") == [mine]
    assert seen(session, STAFF, "incidents") == []
    assert set(seen(session, ALL, "incidents")) == {mine, theirs, nobodys}


def test_a_hidden_unit_or_parent_does_not_show_through(session):
    big = makers.incident(session, sensitivity="confidential")
    fire = makers.incident(session, parent_id=big)
    makers.assignment(session, makers.unit(session, sensitivity="confidential"), fire)
    (row,) = board.whole(session, STAFF)["incidents"]
    assert (row["parent"], row["units"], seen(session, STAFF, "assignments")) == (None, 0, [])
    of_all = {row["id"]: row for row in board.whole(session, ALL)["incidents"]}
    assert (of_all[fire]["parent"], of_all[fire]["units"]) == (big, 1)


def test_the_log_shows_as_a_count_and_a_time(session):
    fire = makers.incident(session)
    makers.log_entry(session, fire, "Smoke showing")
    makers.log_entry(session, fire, "Second alarm")
    (row,) = board.whole(session, STAFF)["incidents"]
    assert row["entries"] == 2
    assert row["entry_at"] == pytest.approx(datetime.now(UTC).timestamp(), abs=30)


@pytest.mark.parametrize("status", ["dispatched", "on_scene", "transporting"])
@pytest.mark.parametrize("minutes", [None, 20])
@pytest.mark.parametrize("heard", [None, -9, 4])
def test_a_check_in_is_due_at_the_same_moment_for_python_and_the_database(
    session, status, minutes, heard
):
    at = datetime.now(UTC).replace(microsecond=0)
    held = makers.assignment(
        session,
        makers.unit(session),
        makers.incident(session),
        status,
        par_minutes=minutes,
        heard_at=None if heard is None else at + timedelta(minutes=heard),
    )
    row = session.get_one(Assignment, held)
    due = session.scalar(select(units.par_due()).where(Assignment.id == held))
    assert units.par_at(row) == due
    assert (due is None) == (status != "on_scene" or minutes is None)
