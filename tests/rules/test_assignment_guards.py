"""What the database itself refuses, whoever writes: two commitments, and two minds about a unit."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from meris.tables import Assignment, Incident, IncidentLog, Resource
from tests import makers

NOW = datetime.now(UTC)


@pytest.fixture
def engine(session):
    return makers.unit(session)


@pytest.fixture
def fire(session):
    return makers.incident(session)


def status_of(session, unit):
    return session.scalar(select(Resource.status).where(Resource.id == unit))


def move(session, assignment, status, **values):
    session.execute(
        update(Assignment)
        .where(Assignment.id == assignment)
        .values(status=status, status_at=datetime.now(UTC), **values)
    )


@contextmanager
def refused(session, *constraints):
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        yield
    assert caught.value.orig.diag.constraint_name in constraints


def hours(begin, end):
    return Range(NOW + timedelta(hours=begin), NOW + timedelta(hours=end))


def test_a_unit_is_at_one_incident_only(session, engine, fire):
    makers.assignment(session, engine, fire)
    with refused(session, "uq_assignment_now", "ex_assignment_once"):
        makers.assignment(session, engine, makers.incident(session))


def test_work_that_takes_longer_than_planned_still_holds_the_unit(session, engine, fire):
    makers.assignment(session, engine, fire, during=hours(-9, -1))
    with refused(session, "uq_assignment_now"):
        makers.assignment(session, engine, makers.incident(session))


def test_a_booking_stands_beside_work_now_but_not_over_another_booking(session, engine, fire):
    makers.assignment(session, engine, fire)
    makers.assignment(session, engine, fire, "reserved", booked=True, during=hours(20, 24))
    with refused(session, "ex_assignment_once"):
        makers.assignment(session, engine, fire, "reserved", booked=True, during=hours(23, 30))


def test_what_is_released_holds_nobody(session, engine, fire):
    first = makers.assignment(session, engine, fire)
    move(session, first, "released")
    makers.assignment(session, engine, makers.incident(session))


def test_the_unit_follows_its_assignment(session, engine, fire):
    held = makers.assignment(session, engine, fire, "reserved")
    seen = [status_of(session, engine)]
    for status in ("dispatched", "acknowledged", "en_route", "on_scene", "transporting"):
        move(session, held, status)
        seen.append(status_of(session, engine))
    move(session, held, "released", left_as="returning")
    assert [*seen, status_of(session, engine)] == [
        "available", "dispatched", "dispatched", "en_route", "on_scene", "transporting",
        "returning",
    ]  # fmt: skip


def test_a_released_unit_is_available_unless_said_otherwise(session, engine, fire):
    held = makers.assignment(session, engine, fire)
    move(session, held, "cancelled")
    assert status_of(session, engine) == "available"


def test_the_times_of_every_status_are_kept(session, engine, fire):
    held = makers.assignment(session, engine, fire)
    move(session, held, "on_scene")
    row = session.get_one(Assignment, held)
    session.refresh(row)
    assert row.dispatched_at < row.on_scene_at
    assert row.en_route_at is None


def test_nothing_else_moves_a_unit_that_is_assigned(session, engine, fire):
    makers.assignment(session, engine, fire)
    with refused(session, "unit_status_agrees"):
        session.execute(update(Resource).where(Resource.id == engine).values(status="available"))


def test_a_file_says_what_it_likes_of_an_assigned_unit_and_is_passed_over(session, engine, fire):
    makers.assignment(session, engine, fire)
    session.execute(text("SELECT set_config('meris.upload', '1', true)"))
    session.execute(
        update(Resource).where(Resource.id == engine).values(status="off_duty", name="Engine 9")
    )
    row = session.execute(select(Resource.status, Resource.name).where(Resource.id == engine)).one()
    assert row == ("dispatched", "Engine 9")


def test_what_is_over_stays_over(session, engine, fire):
    held = makers.assignment(session, engine, fire)
    move(session, held, "released")
    with refused(session, "assignment_over"):
        move(session, held, "dispatched")


def test_only_units_are_assigned(session, fire):
    with refused(session, "assignment_unit"):
        makers.assignment(session, makers.shelter(session), fire)


def test_the_log_is_never_changed(session, fire):
    session.add(IncidentLog(incident_id=fire, text="Smoke showing", author="Dana"))
    session.flush()
    with refused(session, "incident_log_keep"):
        session.execute(update(IncidentLog).values(text="No smoke"))


def test_an_incident_cannot_be_closed_without_a_reason(session, fire):
    with refused(session, "ck_incident_closed", "ck_incident_close_reason"):
        session.execute(update(Incident).where(Incident.id == fire).values(status="closed"))


@pytest.mark.parametrize("table", [Assignment, Incident])
def test_a_write_that_changes_nothing_moves_no_version(session, engine, fire, table):
    held = makers.assignment(session, engine, fire)
    row = held if table is Assignment else fire
    for seen in (1, 2):
        session.execute(update(table).where(table.id == row).values(created_by="Joe"))
        assert session.scalar(select(table.version).where(table.id == row)) == 2, seen
