"""Duty: from a tap to a tap, to log-out or to its end by the clock, and what the unit is by it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from meris import resources
from meris.dispatch.assignments import assign
from meris.dispatch.moves import move
from meris.dispatch.terms import Terms
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.phone import duty
from meris.tables import Change, Duty, IncidentLog, Resource
from meris.web.chores import CHORES
from tests import makers, phones
from tests.phones import HOME, minutes_ago, outcomes, report

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rob(session, cast, rita):
    """Rob rides with Rita."""
    account = cast.account("sam")
    account.agency_id = rita.agency_id
    account.roles = list(cast.account("rita").roles)
    session.flush()
    return cast.viewer("sam")


@pytest.fixture
def engine(session, rita):
    """Rita's engine, off duty since yesterday."""
    return _unit(session, rita, "E12")


@pytest.fixture
def ladder(session, rita):
    return _unit(session, rita, "L1")


@pytest.fixture
def send(database, rita):
    return lambda *given, **options: phones.send(database, rita, *given, **options)


def _unit(session, viewer, name):
    return makers.unit(
        session,
        name=name,
        agency_id=viewer.agency_id,
        status="off_duty",
        status_at=minutes_ago(24 * 60),
        status_by="Rita",
    )


def status_of(session, unit):
    session.expire_all()
    return session.get_one(Resource, unit).status


def turns(session):
    session.expire_all()
    return session.scalars(select(Duty).order_by(Duty.id)).all()


def start(session, viewer, unit, ago=0, hours=14):
    return duty.start(session, viewer, unit, hours=hours, at=minutes_ago(ago))


def test_on_duty_makes_the_unit_available_and_shares_nothing(session, rita, engine):
    turn = start(session, rita, engine, ago=10)
    assert status_of(session, engine) == "available"
    assert (turn.sharing, turn.ended_at) == (False, None)
    assert turn.until_at - turn.started_at == timedelta(hours=14)
    assert duty.current(session, rita.account_id) is turn


def test_a_unit_that_cannot_go_stays_out_of_service(session, rita, engine):
    session.get_one(Resource, engine).status = "out_of_service"
    start(session, rita, engine)
    duty.stop(session, rita, at=minutes_ago(0))
    assert status_of(session, engine) == "out_of_service"


def test_what_was_set_after_the_tap_stays(session, dana, rita, engine):
    """Told late: a dispatcher has set it out of service and back to off duty since."""
    session.get_one(Resource, engine).status_at = minutes_ago(1)
    start(session, rita, engine, ago=10)
    assert status_of(session, engine) == "off_duty"


def test_twice_on_the_same_unit_is_one_turn(session, rita, engine):
    assert start(session, rita, engine, ago=10).id == start(session, rita, engine).id


def test_another_unit_ends_the_turn_on_the_first(session, rita, engine, ladder):
    start(session, rita, engine, ago=10)
    start(session, rita, ladder, ago=5)
    first, second = turns(session)
    assert (first.ended_by, second.ended_at) == ("unit", None)
    assert first.ended_at == second.started_at
    assert (status_of(session, engine), status_of(session, ladder)) == ("off_duty", "available")


def test_the_last_one_off_takes_the_unit_off_duty(session, rita, rob, engine):
    start(session, rita, engine, ago=10)
    start(session, rob, engine, ago=9)
    duty.stop(session, rita, at=minutes_ago(5))
    assert status_of(session, engine) == "available"
    turn = duty.stop(session, rob, at=minutes_ago(4))
    assert (status_of(session, engine), turn.ended_by) == ("off_duty", "self")
    assert duty.stop(session, rob, at=minutes_ago(3)) is None


def test_off_duty_while_assigned_is_refused_and_says_where(session, dana, rita, rob, engine):
    start(session, rita, engine, ago=10)
    fire = makers.incident(session)
    (held,) = assign(session, dana, fire, [engine], at=minutes_ago(5))
    with pytest.raises(Conflict, match=r"E12 is dispatched at 2000-\d+ and you are the last one"):
        duty.stop(session, rita, at=minutes_ago(0))
    assert duty.current(session, rita.account_id)
    start(session, rob, engine)
    assert duty.stop(session, rita, at=minutes_ago(0)).ended_by == "self"
    move(session, dana, held.id, status="released")
    duty.stop(session, rob, at=minutes_ago(-1))
    assert status_of(session, engine) == "off_duty"


def test_another_unit_while_assigned_is_refused_too(session, dana, rita, engine, ladder):
    start(session, rita, engine, ago=10)
    assign(session, dana, makers.incident(session), [engine])
    with pytest.raises(Conflict):
        start(session, rita, ladder)
    assert status_of(session, ladder) == "off_duty"


def test_log_out_ends_the_turn_though_the_unit_is_assigned(session, dana, rita, engine):
    start(session, rita, engine, ago=10)
    duty.share(session, rita, on=True, at=minutes_ago(9))
    assign(session, dana, makers.incident(session), [engine])
    turn = duty.stop(session, rita, at=minutes_ago(0), by="log_out")
    assert (turn.ended_by, turn.sharing) == ("log_out", False)
    assert status_of(session, engine) == "dispatched"


def test_sharing_starts_and_stops_by_a_tap_and_only_on_duty(session, rita, engine):
    with pytest.raises(Conflict, match="Go on duty first"):
        duty.share(session, rita, on=True, at=minutes_ago(0))
    start(session, rita, engine, ago=10)
    turn = duty.share(session, rita, on=True, at=minutes_ago(5))
    assert (turn.sharing, round((minutes_ago(0) - turn.sharing_at) / MINUTE)) == (True, 5)
    assert not duty.share(session, rita, on=False, at=minutes_ago(0)).sharing


def test_whose_unit_it_may_be(session, cast, rita, dana, engine):
    shelter = makers.shelter(session, agency_id=rita.agency_id)
    for viewer, unit, refusal in (
        (dana, engine, Forbidden),
        (cast.viewer("sam"), engine, Forbidden),
        (cast.viewer("nobody"), engine, Forbidden),
        (rita, shelter, Invalid),
        (rita, 2**40, NotFound),
    ):
        with pytest.raises(refusal):
            start(session, viewer, unit)
    assert turns(session) == []


@pytest.mark.parametrize("hours", [0, -1, 24.5])
def test_a_turn_lasts_up_to_a_day(session, rita, engine, hours):
    with pytest.raises(Invalid):
        start(session, rita, engine, hours=hours)


def test_a_turn_ends_by_itself_at_its_time(session, rita, rob, engine):
    start(session, rita, engine, ago=130, hours=2)
    assert turns(session)[0].ended_by == "limit"  # told after it was over
    assert status_of(session, engine) == "off_duty"
    turn = _overdue(session, rob, engine)
    assert duty.current(session, rob.account_id) is None
    assert duty.end_overdue(session) == 1
    session.refresh(turn)
    assert (turn.ended_at, turn.ended_by, turn.sharing) == (turn.until_at, "limit", False)
    unit = session.get_one(Resource, engine, populate_existing=True)
    assert (unit.status, unit.status_at, unit.status_by) == ("off_duty", turn.until_at, "MERIS")
    assert duty.end_overdue(session) == 0


def _overdue(session, viewer, unit, minutes=10):
    """A turn whose time was over so many minutes ago and whose end nobody has noticed."""
    turn = start(session, viewer, unit, ago=120)
    turn.until_at = minutes_ago(minutes)
    turn.sharing = True
    session.flush()
    return turn


def test_the_server_ends_turns_by_itself(session, database, settings, rita, engine):
    turn = _overdue(session, rita, engine)
    (chore,) = (one for one in CHORES if one.name == "duty")
    assert (chore.work(database, settings), chore.work(database, settings)) == (1, 0)
    session.refresh(turn)
    assert turn.ended_by == "limit"
    assert chore.every <= 60


def test_nobody_is_taken_off_a_unit_where_another_stays(session, rita, rob, engine):
    _overdue(session, rita, engine)
    start(session, rob, engine)
    assert duty.end_overdue(session) == 1
    assert status_of(session, engine) == "available"


def test_a_unit_at_work_stays_there_and_the_log_tells_that_duty_ended(session, dana, rita, engine):
    _overdue(session, rita, engine)
    fire = makers.incident(session)
    assign(session, dana, fire, [engine], at=minutes_ago(30))
    duty.end_overdue(session)
    assert status_of(session, engine) == "dispatched"
    (line,) = session.scalars(
        select(IncidentLog).where(IncidentLog.author == "MERIS", IncidentLog.incident_id == fire)
    ).all()
    assert line.text == "Duty on E12 ended by itself after 1 h; the unit is still assigned."


def test_a_dispatcher_who_sets_the_unit_off_duty_ends_the_turns(session, dana, rita, engine):
    start(session, rita, engine, ago=10)
    version = session.get_one(Resource, engine, populate_existing=True).version
    resources.change(
        session, dana, engine, version=version, values={"status": "off_duty"}, home=HOME
    )
    assert duty.end_overdue(session) == 1
    assert turns(session)[0].ended_by == "dispatcher"


def test_turns_of_one_person_never_overlap(session, rita, engine):
    start(session, rita, engine, ago=30)
    duty.stop(session, rita, at=minutes_ago(5))
    second = start(session, rita, engine, ago=20)
    assert second.started_at == turns(session)[0].ended_at


def test_the_journal_has_every_turn(session, rita, engine):
    start(session, rita, engine)
    duty.stop(session, rita, at=minutes_ago(0))
    told = session.scalars(
        select(Change.operation).where(Change.table_name == "duty").order_by(Change.id)
    ).all()
    assert len(told) == 2


# By reports


def test_duty_by_reports_with_the_hours_of_the_installation(session, send, rita, engine):
    terms = Terms(duty=timedelta(hours=9))
    (answer,) = send(report("duty", engine, ago=60, on="true"), terms=terms)
    assert answer.outcome.outcome == "applied"
    turn = duty.current(session, rita.account_id)
    assert turn.until_at - turn.started_at == timedelta(hours=9)
    assert abs(turn.started_at - minutes_ago(60)) < MINUTE / 2
    assert outcomes(send(report("duty", on=False), terms=terms)) == ["applied"]
    assert outcomes(send(report("duty", on=False), terms=terms)) == ["applied"]
    assert status_of(session, engine) == "off_duty"


@pytest.mark.parametrize("hours", ["15", -1, "many", [], True])
def test_more_hours_than_allowed_are_refused(session, send, engine, hours):
    assert outcomes(send(report("duty", engine, on=True, hours=hours))) == ["refused"]
    assert turns(session) == []


def test_off_duty_while_assigned_is_refused_with_words(session, dana, send, engine):
    send(report("duty", engine, ago=10, on=True))
    assign(session, dana, makers.incident(session), [engine], at=minutes_ago(5))
    (answer,) = send(report("duty", on=False))
    assert answer.outcome.outcome == "refused"
    assert "you are the last one on duty" in answer.outcome.message


def test_a_whole_turn_said_offline_comes_in_order(session, send, engine):
    base = phones.base(session, engine)
    answers = send(
        report("duty", engine, ago=50, on=True, hours=4),
        report("sharing", ago=49, on=True),
        report("unit_status", engine, ago=40, base=base, status="staged"),
        report("unit_status", engine, ago=20, base=base, status="available"),
        report("duty", ago=2, on=False),
    )
    assert outcomes(answers) == ["applied"] * 5
    (turn,) = turns(session)
    assert [round((minutes_ago(0) - at) / MINUTE) for at in (turn.started_at, turn.ended_at)] == [
        50,
        2,
    ]
    assert status_of(session, engine) == "off_duty"


def test_reports_of_a_turn_that_ended_by_itself_meanwhile_are_older(session, send, rita, engine):
    """Said before the end, arrived after it: the end is nobody's word against the crew's."""
    turn = start(session, rita, engine, ago=120)
    base = phones.base(session, engine)
    turn.until_at = minutes_ago(10)
    session.flush()
    duty.end_overdue(session)
    (answer,) = send(report("unit_status", engine, ago=30, base=base, status="staged"))
    assert answer.outcome.outcome == "older"
    assert answer.outcome.message.startswith("Kept in the record. E12 became off duty 10 min ago")
    (after,) = send(report("unit_status", engine, ago=5, base=base, status="available"))
    assert after.outcome.outcome == "applied"
    assert outcomes(send(report("sharing", ago=30, on=True))) == ["refused"]


def test_a_turn_told_after_it_was_over_is_kept_as_older(session, send, engine):
    (answer,) = send(report("duty", engine, ago=20 * 60, on=True, hours=10))
    assert answer.outcome.outcome == "older"
    (turn,) = turns(session)
    assert (turn.ended_by, turn.ended_at) == ("limit", turn.until_at)
    assert status_of(session, engine) == "off_duty"


def test_the_unit_off_duty_by_its_crew_ends_every_turn_on_it(session, send, rita, rob, engine):
    start(session, rita, engine, ago=10)
    start(session, rob, engine, ago=9)
    base = phones.base(session, engine)
    assert outcomes(send(report("unit_status", engine, ago=1, base=base, status="off_duty"))) == [
        "applied"
    ]
    assert [turn.ended_by for turn in turns(session)] == ["unit", "unit"]
    assert datetime.now(UTC) > turns(session)[0].ended_at


def test_taps_of_a_turn_before_change_nothing_of_the_turn_now(session, send, rita, engine, ladder):
    """A tablet left in the cab sends what was tapped on it before the shift."""
    turn = start(session, rita, engine, ago=60)
    late = (
        report("duty", ladder, ago=300, on=True, hours=12),
        report("sharing", ago=200, on=True),
        report("duty", ago=100, on=False),
    )
    assert outcomes(send(*late)) == ["older"] * 3
    session.refresh(turn)
    assert (turn.ended_at, turn.sharing, turn.resource_id) == (None, False, engine)
    assert len(turns(session)) == 1


def test_an_older_tap_about_sharing_does_not_undo_a_later_one(session, send, rita, engine):
    turn = start(session, rita, engine, ago=60)
    duty.share(session, rita, on=True, at=minutes_ago(50))
    duty.share(session, rita, on=False, at=minutes_ago(10))
    assert outcomes(send(report("sharing", ago=40, on=True))) == ["older"]
    session.refresh(turn)
    assert not turn.sharing


def test_a_turn_that_lies_within_one_that_is_known_is_not_made_again(session, send, rita, engine):
    start(session, rita, engine, ago=600)
    duty.stop(session, rita, at=minutes_ago(30))
    assert outcomes(send(report("duty", engine, ago=500, on=True, hours=2))) == ["older"]
    assert duty.current(session, rita.account_id) is None
    assert len(turns(session)) == 1
