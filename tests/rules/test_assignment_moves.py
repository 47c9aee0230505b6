"""Moving units on: what is allowed, what is heard late, who may, and what is said twice."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from meris import units
from meris.dispatch import par
from meris.dispatch.assignments import assign
from meris.dispatch.moves import TRANSITIONS, move, move_all
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.incidents.lines import line, lines, of_unit
from meris.tables import Assignment, IncidentLog, Resource
from tests import makers

MINUTES = timedelta(minutes=1)


@pytest.fixture
def fire(session):
    return makers.incident(session)


@pytest.fixture
def engine(session, rita):
    """Rita's engine."""
    return makers.unit(session, name="E12", agency_id=rita.agency_id)


@pytest.fixture
def held(session, dana, fire, engine):
    return assign(session, dana, fire, [engine], at=ago(30))[0]


def ago(minutes):
    return datetime.now(UTC) - minutes * MINUTES


def unit_of(session, engine):
    session.expire_all()
    return session.get_one(Resource, engine)


def log_of(session, incident):
    statement = select(IncidentLog.text).where(IncidentLog.incident_id == incident)
    return list(session.scalars(statement.order_by(IncidentLog.id)))


def bring_to(session, dana, held, status):
    """An assignment in any status that there is."""
    session.execute(
        update(Assignment)
        .where(Assignment.id == held.id)
        .values(status=status, status_at=ago(1), status_by="Dana")
    )
    session.expire_all()


@pytest.mark.parametrize("begin", [s for s in TRANSITIONS if s != "reserved"])
def test_the_table_of_moves_is_what_is_allowed(session, dana, held, begin):
    if begin != "dispatched":
        bring_to(session, dana, held, begin)
    for status in TRANSITIONS:
        if status == begin:
            continue
        with session.begin_nested() as attempt:
            if status in TRANSITIONS[begin]:
                assert move(session, dana, held.id, status=status).outcome == "moved"
            else:
                with pytest.raises((Invalid, Conflict)):
                    move(session, dana, held.id, status=status)
            attempt.rollback()
        session.expire_all()


def test_the_units_status_is_its_assignments(session, dana, fire, engine, held):
    for status in ("acknowledged", "en_route", "on_scene", "transporting", "at_destination"):
        move(session, dana, held.id, status=status)
        expected = "dispatched" if status == "acknowledged" else status
        assert unit_of(session, engine).status == expected
    assert log_of(session, fire)[2:] == [
        "E12 acknowledged.",
        "E12 en route.",
        "E12 on scene.",
        "E12 transporting.",
        "E12 at destination.",
    ]


def test_what_cannot_be_is_refused_with_what_can(session, dana, held):
    with pytest.raises(Invalid, match="It can become Acknowledged, En route, On scene, Released"):
        move(session, dana, held.id, status="transporting")


def test_a_crew_that_rolls_has_acknowledged_in_the_same_step(session, rita, fire, held):
    move(session, rita, held.id, status="en_route")
    assert held.acknowledged_at == held.en_route_at
    assert log_of(session, fire)[-1] == "E12 acknowledged and en route."


def test_for_a_dispatcher_they_are_two(session, dana, held):
    move(session, dana, held.id, status="en_route")
    assert held.acknowledged_at is None


def test_a_late_report_is_kept_as_a_time_and_turns_nothing_back(session, dana, fire, held):
    move(session, dana, held.id, status="on_scene", at=ago(10))
    done = move(session, dana, held.id, status="en_route", at=ago(20))
    assert (done.outcome, held.status) == ("older", "on_scene")
    assert held.dispatched_at < held.en_route_at < held.on_scene_at
    assert unit_of(session, held.resource_id).status == "on_scene"
    assert log_of(session, fire)[-1] == "E12 was en route (reported 20 min later)."


def test_the_earliest_time_of_a_status_is_the_one_that_counts(session, dana, held):
    move(session, dana, held.id, status="en_route", at=ago(10))
    move(session, dana, held.id, status="on_scene", at=ago(5))
    move(session, dana, held.id, status="en_route", at=ago(12))
    earliest = held.en_route_at
    assert move(session, dana, held.id, status="en_route", at=ago(8)).outcome == "older"
    assert held.en_route_at == earliest < ago(11)


def test_a_time_told_to_the_minute_is_not_before_what_came_in_that_minute(session, dana, fire):
    sent_at = ago(5).replace(second=40, microsecond=500)
    (held,) = assign(session, dana, fire, [makers.unit(session)], at=sent_at)
    minute = sent_at.replace(second=0, microsecond=0)
    assert move(session, dana, held.id, status="en_route", at=minute).outcome == "moved"
    assert held.en_route_at == sent_at
    before = minute - timedelta(minutes=1)
    with pytest.raises(Invalid, match="had not been sent by then"):
        move(session, dana, held.id, status="acknowledged", at=before)


@pytest.mark.parametrize("second", [0, 40])
@pytest.mark.parametrize("apart", [timedelta(milliseconds=300), timedelta(seconds=15)])
def test_what_was_told_may_always_be_said_again(session, dana, fire, second, apart):
    """A phone repeats times as it was told them: whole seconds, be they of the second before."""
    sent_at = ago(5).replace(second=second, microsecond=200_000)
    (held,) = assign(session, dana, fire, [makers.unit(session)], at=sent_at)
    for n, status in enumerate(("en_route", "on_scene", "transporting", "released"), 1):
        move(session, dana, held.id, status=status, at=sent_at + n * apart)
    told, logged = line(session, dana, held.id), len(log_of(session, fire))
    for status, at in told["times"].items():
        done = move(session, dana, held.id, status=status, at=datetime.fromtimestamp(at, UTC))
        assert done.outcome == ("same" if status == "released" else "older")
    assert (line(session, dana, held.id), len(log_of(session, fire))) == (told, logged)


def test_within_one_second_the_order_of_the_statuses_decides(session, dana, fire):
    sent_at = ago(5).replace(second=40, microsecond=200_000)
    (held,) = assign(session, dana, fire, [makers.unit(session)], at=sent_at)
    scene_at = sent_at + timedelta(milliseconds=300)
    move(session, dana, held.id, status="on_scene", at=scene_at)
    told = sent_at.replace(microsecond=0)
    assert move(session, dana, held.id, status="en_route", at=told).outcome == "older"
    assert (held.status, held.en_route_at) == ("on_scene", sent_at)
    assert move(session, dana, held.id, status="released", at=told).outcome == "moved"
    assert held.released_at == scene_at


def test_also_after_the_unit_has_left(session, dana, held):
    move(session, dana, held.id, status="released")
    assert move(session, dana, held.id, status="on_scene", at=ago(9)).outcome == "older"
    assert (held.status, held.on_scene_at < ago(8)) == ("released", True)


@pytest.mark.parametrize(
    ("status", "minutes", "refusal", "says"),
    [
        ("released", 20, Conflict, "E12 was on scene after that"),
        ("en_route", 60, Invalid, "had not been sent by then"),
        ("transporting", -30, Invalid, "lies in the future"),
    ],
)
def test_times_that_cannot_be(session, dana, held, status, minutes, refusal, says):
    move(session, dana, held.id, status="on_scene", at=ago(5))
    with pytest.raises(refusal, match=says):
        move(session, dana, held.id, status=status, at=ago(minutes))


@pytest.mark.parametrize("left_as", units.AFTERWARD)
def test_a_unit_is_left_as_somebody_says(session, dana, fire, engine, held, left_as):
    move(session, dana, held.id, status="released", left_as=left_as, reason="Mechanical")
    unit = unit_of(session, engine)
    assert (unit.status, unit.status_by) == (left_as, "Dana")
    assert unit.status_reason == ("Mechanical" if left_as == "out_of_service" else None)
    assert line(session, dana, held.id)["left_as"] == left_as


def test_a_unit_is_not_left_as_something_else(session, dana, held):
    with pytest.raises(Invalid, match="Afterward a unit is one of: available, returning"):
        move(session, dana, held.id, status="released", left_as="off_duty")
    with pytest.raises(Invalid, match="Only a unit that is released"):
        move(session, dana, held.id, status="en_route", left_as="staged")


def test_said_twice_is_done_once(session, dana, fire, held):
    before = len(log_of(session, fire))
    assert move(session, dana, held.id, status="en_route", key="a").outcome == "moved"
    assert move(session, dana, held.id, status="en_route", key="a").outcome == "same"
    assert move(session, dana, held.id, status="en_route").outcome == "same"
    move(session, dana, held.id, status="on_scene")
    assert move(session, dana, held.id, status="en_route", key="a").outcome == "same"
    assert held.status == "on_scene"
    assert len(log_of(session, fire)) == before + 2


def test_what_was_seen_at_an_older_version_is_refused_with_what_is(session, cast, dana, held):
    seen = held.version
    move(session, cast.viewer("stella"), held.id, status="en_route")
    with pytest.raises(Conflict, match="Stella set E12 to en route just now") as refused:
        move(session, dana, held.id, status="cancelled", version=seen)
    assert refused.value.details["current"]["status"] == "en_route"


def test_what_is_over_is_told_with_who_ended_it(session, cast, dana, held):
    move(session, cast.viewer("stella"), held.id, status="released")
    with pytest.raises(Conflict, match="Stella released E12 just now"):
        move(session, dana, held.id, status="on_scene")


def test_a_crew_moves_its_own_unit_and_no_other(session, cast, rita, fire, held):
    move(session, rita, held.id, status="en_route")
    for who in ("carol", "joe", "sam"):
        with pytest.raises(Forbidden, match="may not move E12: dispatchers may, and Columbia"):
            move(session, cast.viewer(who), held.id, status="on_scene")


def test_a_crew_does_not_send_or_cancel_what_is_only_reserved(session, dana, rita, fire, engine):
    (hold,) = assign(session, dana, fire, [engine], how="reserved")
    for status in ("dispatched", "cancelled"):
        with pytest.raises(Forbidden, match="may not send or cancel what is reserved"):
            move(session, rita, hold.id, status=status)


def test_a_crew_sees_what_it_is_sent_to_whoever_may_see_it_else(session, cast, rita, engine):
    hidden = makers.incident(session, sensitivity="confidential")
    (held,) = assign(session, cast.viewer("stella"), hidden, [engine])
    assert move(session, rita, held.id, status="en_route").outcome == "moved"
    assert of_unit(session, rita, engine)["active"]["incident"] == hidden
    assert of_unit(session, cast.viewer("dana"), engine)["active"]["incident"] is None
    with pytest.raises(NotFound):
        move(session, cast.viewer("dana"), held.id, status="on_scene")


def test_where_it_takes_somebody(session, dana, fire, held):
    hospital = makers.shelter(session, name="Boone Hospital")
    move(session, dana, held.id, status="on_scene")
    move(session, dana, held.id, status="transporting", destination_id=hospital)
    assert (held.destination, held.destination_id) == ("Boone Hospital", hospital)
    assert log_of(session, fire)[-1] == "E12 transporting to Boone Hospital."
    with pytest.raises(NotFound, match="no such place"):
        move(session, dana, held.id, status="at_destination", destination_id=10**9)


def test_all_of_an_incident_at_once(session, dana, fire, held):
    others = [makers.unit(session) for _ in range(3)]
    assign(session, dana, fire, others)
    move(session, dana, held.id, status="on_scene")
    moved, kept = move_all(session, dana, fire, from_=["dispatched"], status="en_route", key="b")
    assert ([one.outcome for one in moved], kept) == (["moved"] * 3, [])
    again, _ = move_all(session, dana, fire, from_=["dispatched"], status="en_route", key="b")
    assert again == []
    assert sorted(one["status"] for one in lines(session, dana, fire)) == [
        "en_route", "en_route", "en_route", "on_scene",
    ]  # fmt: skip


def test_those_that_cannot_move_say_why(session, dana, rita, fire, held):
    other = makers.unit(session, name="L3", agency_id=makers.agency(session, "Ashland Fire"))
    assign(session, dana, fire, [other])
    moved, kept = move_all(session, rita, fire, from_=["dispatched"], status="on_scene")
    assert [one.assignment.resource_id for one in moved] == [held.resource_id]
    assert kept[0].why == "Rita may not move L3: dispatchers may, and Ashland Fire."


class TestCheckIns:
    """A unit on scene has to be heard of."""

    @pytest.fixture
    def working(self, session, dana, held):
        move(session, dana, held.id, status="on_scene", at=ago(25))
        return held

    def test_it_is_overdue_after_its_interval(self, session, dana, working):
        timer = line(session, dana, working.id)["par"]
        assert (timer["minutes"], timer["overdue"]) == (20, True)

    def test_nobody_waits_for_a_unit_on_the_road(self, session, dana, held):
        assert line(session, dana, held.id)["par"] is None

    def test_a_check_in_starts_the_timer_anew(self, session, rita, fire, working):
        par.check_in(session, rita, working.id, "All four out, one tank left")
        timer = line(session, rita, working.id)["par"]
        assert not timer["overdue"]
        assert log_of(session, fire)[-1] == "E12 checked in: All four out, one tank left"

    def test_so_does_any_status(self, session, dana, working):
        move(session, dana, working.id, status="transporting")
        move(session, dana, working.id, status="at_destination")
        move(session, dana, working.id, status="on_scene")
        assert not line(session, dana, working.id)["par"]["overdue"]

    def test_silence_has_a_name_and_an_end_and_is_over_when_the_unit_is_heard_of(
        self, session, dana, fire, working
    ):
        par.silence(session, dana, working.id, 5)
        timer = line(session, dana, working.id)["par"]
        assert (timer["overdue"], timer["silenced_by"]) == (True, "Dana")
        assert 280 < timer["silenced_until"] - datetime.now(UTC).timestamp() <= 300
        assert log_of(session, fire)[-1] == "Check-in alarm of E12 silenced for 5 min."
        par.check_in(session, dana, working.id)
        assert line(session, dana, working.id)["par"]["silenced_until"] is None

    def test_silence_ends_by_itself_and_by_hand(self, session, dana, working):
        par.silence(session, dana, working.id, 5)
        working.silenced_until = ago(1)
        session.flush()
        assert line(session, dana, working.id)["par"]["silenced_by"] is None
        par.silence(session, dana, working.id, 5)
        par.silence(session, dana, working.id, 0)
        assert line(session, dana, working.id)["par"]["silenced_until"] is None

    def test_what_is_not_silenced(self, session, dana, rita, working):
        with pytest.raises(Forbidden, match="may not silence"):
            par.silence(session, rita, working.id, 5)
        with pytest.raises(Invalid, match="1 to 60 minutes"):
            par.silence(session, dana, working.id, 61)
        move(session, dana, working.id, status="transporting")
        with pytest.raises(Conflict, match="No check-in is due from E12"):
            par.silence(session, dana, working.id, 5)

    def test_twice_with_one_key_is_once(self, session, rita, fire, working):
        par.check_in(session, rita, working.id, "Water supply set", key="c")
        par.check_in(session, rita, working.id, "Water supply set", key="c")
        assert log_of(session, fire).count("E12 checked in: Water supply set") == 1
