"""Committing units: now, for a few minutes, or ahead; all of them or none; and who is told what."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range

from geo.values import Position
from meris.dispatch import found, par
from meris.dispatch.assignments import assign
from meris.dispatch.moves import move
from meris.dispatch.taken import Taken, Unfit
from meris.dispatch.terms import Terms
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.incidents.lines import lines, of_unit
from meris.tables import Assignment, Incident, IncidentLog, Resource
from meris.units import in_force
from tests import makers

MINUTES = timedelta(minutes=1)


@pytest.fixture
def stella(cast):
    return cast.viewer("stella")


@pytest.fixture
def fire(session):
    return makers.incident(session)


@pytest.fixture
def flood(session):
    return makers.incident(session, type="water_rescue", title="Water rescue")


@pytest.fixture
def engine(session):
    return makers.unit(session, name="E12")


def now():
    return datetime.now(UTC)


def soon(minutes):
    return now() + minutes * MINUTES


def status_of(session, unit):
    return session.scalar(select(Resource.status).where(Resource.id == unit))


def log_of(session, incident):
    statement = select(IncidentLog.text).where(IncidentLog.incident_id == incident)
    return list(session.scalars(statement.order_by(IncidentLog.id)))


def in_force_of(session, unit):
    statement = select(Assignment.id).where(Assignment.resource_id == unit, in_force())
    return list(session.scalars(statement))


def run_out(session, assignment, ago=1):
    """As if the hold had been made long enough ago."""
    begun, ended = now() - (ago + 10) * MINUTES, now() - ago * MINUTES
    session.execute(
        update(Assignment)
        .where(Assignment.id == assignment.id)
        .values(during=Range(begun, ended), reserved_at=begun)
    )
    session.expire_all()


def test_a_unit_that_is_sent_follows_and_the_incident_begins(session, dana, fire, engine):
    (held,) = assign(session, dana, fire, [engine], task="East side")
    assert status_of(session, engine) == "dispatched"
    assert session.get_one(Incident, fire).status == "active"
    assert log_of(session, fire) == ["E12 dispatched: East side.", "New → Active."]
    assert (held.par_minutes, held.heard_at) == (20, held.dispatched_at)
    assert held.during.upper - held.during.lower == timedelta(hours=8)


def test_distance_and_arrival_are_written_down_when_it_is_sent(session, dana, fire):
    far = makers.unit(session, at=Position(38.60, -92.33))
    (held,) = assign(session, dana, fire, [far])
    assert 38_000 < held.distance_m < 40_000
    assert 30 * MINUTES < held.eta_at - held.dispatched_at < 90 * MINUTES


def test_a_unit_without_a_place_has_no_arrival(session, dana, fire):
    (held,) = assign(session, dana, fire, [makers.unit(session, at=None)])
    assert (held.distance_m, held.eta_at) == (None, None)


def test_the_second_is_told_who_when_and_for_what_and_the_next_best(
    session, dana, stella, fire, flood, engine
):
    spare = makers.unit(session, name="E14")
    assign(session, dana, fire, [engine])
    with pytest.raises(Taken, match=r"^Dana sent E12 to 2000-\d+ just now\.$") as refused:
        assign(session, stella, flood, [engine])
    taken, following = refused.value.details["taken"][0], refused.value.details["next"][0]
    assert (taken["unit"], taken["by"], taken["incident_id"]) == ("E12", "Dana", fire)
    assert (following["for"], following["unit_id"]) == (engine, spare)


def test_all_or_none(session, dana, stella, fire, flood, engine):
    free = makers.unit(session)
    assign(session, dana, fire, [engine])
    with pytest.raises(Taken, match="E12"):
        assign(session, stella, flood, [free, engine])
    assert status_of(session, free) == "available"
    assert lines(session, stella, flood) == []
    assert log_of(session, flood) == []


def test_the_number_of_a_confidential_incident_is_not_told(session, cast, stella, flood, engine):
    hidden = makers.incident(session, sensitivity="confidential")
    assign(session, stella, hidden, [engine])
    with pytest.raises(Taken, match="Stella sent E12 to another incident") as refused:
        assign(session, cast.viewer("dana"), flood, [engine])
    taken = refused.value.details["taken"][0]
    assert (taken["incident_id"], taken["incident_number"]) == (None, None)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("out_of_service", r"E12 is out of service \(Mechanical\) for 2 h, as Chief Lee says\."),
        ("off_duty", "E12 is off duty"),
        ("on_scene", "E12 is on scene"),
    ],
)
def test_what_its_agency_says_keeps_a_unit_back(session, dana, fire, status, says):
    unit = makers.unit(
        session,
        name="E12",
        status=status,
        status_at=now() - timedelta(hours=2),
        status_by="Chief Lee",
        status_reason="Mechanical" if status == "out_of_service" else None,
    )
    with pytest.raises(Unfit, match=says) as refused:
        assign(session, dana, fire, [unit])
    assert refused.value.details["unfit"][0]["status"] == status
    with pytest.raises(Unfit):
        assign(session, dana, fire, [unit], how="reserved")


@pytest.mark.parametrize("status", ["available", "staged", "returning"])
def test_units_that_are_ready_or_come_back_can_be_sent(session, dana, fire, status):
    unit = makers.unit(session, status=status)
    assert assign(session, dana, fire, [unit])


def test_a_unit_that_the_viewer_may_not_know_of_is_not_found(session, dana, fire):
    hidden = makers.unit(session, sensitivity="confidential")
    shelter = makers.shelter(session)
    for resource in (hidden, shelter, 10**9):
        with pytest.raises(NotFound, match="There is no such unit"):
            assign(session, dana, fire, [resource])


def test_only_dispatchers_commit(session, cast, fire, engine):
    for who in ("rita", "carol", "sam"):
        with pytest.raises(Forbidden, match="may not send or reserve units"):
            assign(session, cast.viewer(who), fire, [engine])


def test_nothing_is_sent_to_what_is_closed(session, dana, engine):
    over = makers.incident(
        session, status="closed", closed_at=now(), closed_by="Lee", close_reason="completed"
    )
    with pytest.raises(Conflict, match="Lee has closed"):
        assign(session, dana, over, [engine])


def test_the_same_key_again_answers_what_the_first_did(session, dana, fire, flood, engine):
    (first,) = assign(session, dana, fire, [engine], key="k1")
    (again,) = assign(session, dana, fire, [engine], key="k1")
    assert again.id == first.id
    assert len(log_of(session, fire)) == 2
    with pytest.raises(Invalid, match="another order"):
        assign(session, dana, flood, [engine], key="k1")


def test_a_hold_ends_by_itself_and_nobody_has_to_sweep(session, dana, stella, fire, flood, engine):
    (hold,) = assign(session, dana, fire, [engine], how="reserved")
    assert status_of(session, engine) == "available"
    with pytest.raises(Taken, match="Dana reserved E12 for"):
        assign(session, stella, flood, [engine])
    run_out(session, hold)
    assert in_force_of(session, engine) == []
    assert lines(session, dana, fire)[0]["status"] == "cancelled"
    assert of_unit(session, dana, engine)["active"] is None
    assert assign(session, stella, flood, [engine])
    session.refresh(hold)
    assert (hold.status, hold.reason) == ("cancelled", "it ran out")
    assert log_of(session, fire)[-1] == "The hold on E12 by Dana ran out."


def test_a_hold_lasts_as_long_as_the_installation_says(session, dana, fire, engine):
    terms = Terms(hold=timedelta(minutes=3))
    (hold,) = assign(session, dana, fire, [engine], how="reserved", terms=terms)
    assert hold.during.upper - hold.during.lower == 3 * MINUTES
    assert log_of(session, fire) == ["E12 reserved for 3 min."]


def test_whoever_holds_a_unit_may_hold_it_longer_and_others_may_not(
    session, dana, stella, fire, engine
):
    (hold,) = assign(session, dana, fire, [engine], how="reserved")
    run_out(session, hold, ago=-2)
    (longer,) = assign(session, dana, fire, [engine], how="reserved")
    assert longer.id == hold.id
    assert longer.during.upper > soon(9)
    with pytest.raises(Taken, match="Dana reserved E12 for this incident"):
        assign(session, stella, fire, [engine], how="reserved")


def test_what_an_incident_holds_is_sent_by_whoever_sends(session, dana, stella, fire, engine):
    (hold,) = assign(session, dana, fire, [engine], how="reserved")
    (sent,) = assign(session, stella, fire, [engine])
    assert (sent.id, sent.status, sent.status_by) == (hold.id, "dispatched", "Stella")
    assert status_of(session, engine) == "dispatched"
    assert sent.during.upper - sent.during.lower == timedelta(hours=8)


def test_a_booking_stands_beside_work_now_which_ends_where_it_begins(
    session, dana, stella, fire, flood, engine
):
    begins = soon(120)
    (booked,) = assign(
        session, dana, fire, [engine], how="reserved", booked_from=begins, until=soon(240)
    )
    assert (booked.booked, status_of(session, engine)) == (True, "available")
    (sent,) = assign(session, stella, flood, [engine])
    assert sent.during.upper == booked.during.lower
    assert "dispatched until its next booking at " in log_of(session, flood)[0]
    told = of_unit(session, dana, engine)
    assert (told["active"]["id"], [one["id"] for one in told["booked"]]) == (sent.id, [booked.id])


def test_two_bookings_may_not_overlap(session, dana, stella, fire, flood, engine):
    assign(session, dana, fire, [engine], how="reserved", booked_from=soon(60), until=soon(120))
    with pytest.raises(Taken, match=r"Dana booked E12 for 2000-\d+; its time begins in (59|60)"):
        assign(
            session, stella, flood, [engine], how="reserved", booked_from=soon(90), until=soon(99)
        )
    (before,) = assign(
        session, stella, flood, [engine], how="reserved", booked_from=soon(30), until=soon(99)
    )
    assert before.during.upper < soon(61)


def test_a_booking_whose_time_has_come_holds_the_unit_and_is_sent_by_a_person(
    session, dana, stella, fire, flood, engine
):
    (booked,) = assign(session, dana, fire, [engine], how="reserved", booked_from=soon(60))
    session.execute(
        update(Assignment)
        .where(Assignment.id == booked.id)
        .values(during=Range(soon(-1), soon(60)))
    )
    assert status_of(session, engine) == "available"
    with pytest.raises(Taken, match="its time begins now"):
        assign(session, stella, flood, [engine])
    assert assign(session, dana, fire, [engine])[0].id == booked.id


def test_a_booking_is_sent_early(session, dana, fire, engine):
    (booked,) = assign(
        session, dana, fire, [engine], how="reserved", booked_from=soon(60), until=soon(120)
    )
    move(session, dana, booked.id, status="dispatched")
    assert (booked.booked, booked.status) == (False, "dispatched")
    assert booked.during.lower <= now() < booked.during.upper


def test_a_booking_is_not_sent_while_the_unit_is_elsewhere(session, dana, fire, flood, engine):
    (booked,) = assign(session, dana, fire, [engine], how="reserved", booked_from=soon(60))
    assign(session, dana, flood, [engine])
    with pytest.raises(Taken, match="Dana sent E12 to") as refused:
        move(session, dana, booked.id, status="dispatched")
    assert refused.value.details["next"][0]["for"] == engine


def test_a_booking_that_is_called_off_never_was(session, dana, stella, fire, flood, engine):
    """Its span is empty then, and nobody stumbles over that."""
    (booked,) = assign(session, dana, fire, [engine], how="reserved", booked_from=soon(60))
    move(session, dana, booked.id, status="cancelled", reason="Rain")
    (told,) = lines(session, dana, fire)
    assert (told["status"], told["from"], told["until"]) == ("cancelled", *[told["status_at"]] * 2)
    other = makers.unit(session)
    assign(session, dana, fire, [other])
    with pytest.raises(Taken) as refused:
        assign(session, stella, flood, [other])
    assert refused.value.details["next"][0]["unit_id"] == engine


def test_a_booking_that_nobody_used_is_in_nobodys_way(session, dana, stella, fire, flood, engine):
    (booked,) = assign(session, dana, fire, [engine], how="reserved", booked_from=soon(60))
    session.execute(
        update(Assignment)
        .where(Assignment.id == booked.id)
        .values(during=Range(soon(-120), soon(-60)))
    )
    session.expire_all()
    assert assign(session, stella, flood, [engine])
    assert log_of(session, fire)[-1] == "The booking on E12 by Dana ran out."


def test_work_that_takes_longer_holds_the_unit_and_keeps_off_new_bookings(
    session, dana, stella, fire, flood, engine
):
    (held,) = assign(session, dana, fire, [engine])
    session.execute(
        update(Assignment)
        .where(Assignment.id == held.id)
        .values(during=Range(soon(-540), soon(-60)), dispatched_at=soon(-540), status_at=soon(-540))
    )
    session.expire_all()
    assert lines(session, dana, fire)[0]["overrun"]
    with pytest.raises(Taken, match="Dana sent E12"):
        assign(session, stella, flood, [engine])
    move(session, dana, held.id, status="on_scene")
    assert held.during.upper > soon(7 * 60)
    assert not lines(session, dana, fire)[0]["overrun"]


def test_what_is_sent_by_radio_is_written_down_later(session, dana, fire, engine):
    (held,) = assign(session, dana, fire, [engine], at=soon(-5))
    assert now() - held.dispatched_at > 4 * MINUTES
    assert log_of(session, fire)[0] == "E12 dispatched (reported 5 min later)."


def test_but_not_to_before_what_is_known_of_the_unit_since(session, dana, fire):
    unit = makers.unit(session, name="E12", status_at=soon(-3))
    with pytest.raises(Invalid, match="E12 became available 3 min ago"):
        assign(session, dana, fire, [unit], at=soon(-5))


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"how": "sent"}, "dispatched or reserved"),
        ({"at": timedelta(hours=1)}, "lies in the future"),
        ({"at": timedelta(hours=-30)}, "more than a day ago"),
        ({"until": timedelta(hours=-1)}, "end before it begins"),
        ({"until": timedelta(days=40)}, "30 days at most"),
        ({"booked_from": timedelta(hours=1)}, "cannot begin later"),
        ({"how": "reserved", "booked_from": timedelta(hours=-1)}, "a time that is to come"),
        ({"how": "reserved", "booked_from": timedelta(days=90)}, "within 60 days"),
    ],
)
def test_times_that_cannot_be(session, dana, fire, engine, order, says):
    given = {k: now() + v if isinstance(v, timedelta) else v for k, v in order.items()}
    with pytest.raises(Invalid, match=says):
        assign(session, dana, fire, [engine], **given)


def test_a_unit_is_booked_though_it_is_off_duty_now(session, dana, fire):
    unit = makers.unit(session, status="off_duty")
    assert assign(session, dana, fire, [unit], how="reserved", booked_from=soon(600))


def test_somebody_who_writes_around_the_locks_is_told_of_as_well(
    session, dana, fire, flood, engine, monkeypatch
):
    """The constraint has the last word, with the same answer."""
    seen = found.live
    calls = []

    def blind_at_first(session, viewer, unit_ids):
        calls.append(1)
        if len(calls) == 1:
            makers.assignment(session, engine, flood)
            return []
        return seen(session, viewer, unit_ids)

    monkeypatch.setattr(found, "live", blind_at_first)
    with pytest.raises(Taken, match="Dana sent E12 to"):
        assign(session, dana, fire, [engine])
    assert session.scalar(select(func.count()).where(Assignment.incident_id == fire)) == 0


def test_a_check_in_needs_a_unit_that_was_sent(session, dana, fire, engine):
    (hold,) = assign(session, dana, fire, [engine], how="reserved")
    with pytest.raises(Conflict, match="only reserved"):
        par.check_in(session, dana, hold.id)
