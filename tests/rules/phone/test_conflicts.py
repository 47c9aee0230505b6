"""A report in the face of what somebody else did meanwhile: told from both sides, never applied."""

from datetime import timedelta

from meris import resources
from meris.dispatch.assignments import assign
from meris.dispatch.moves import move
from meris.dispatch.unit_status import set_unit_status
from tests import makers, phones
from tests.phones import HOME, held_of, minutes_ago, outcomes, report, status, unit_of

MINUTE = timedelta(minutes=1)


def test_what_the_dispatcher_did_meanwhile_is_a_conflict_whatever_the_clocks(
    session, dana, send, engine, held
):
    base = phones.base(session, engine)
    move(session, dana, held.id, status="released", left_as="returning", at=minutes_ago(10))
    before = unit_of(session, engine).version
    early, late = status(engine, base, "on_scene", 25), status(engine, base, "on_scene", 1)
    for one in (early, late):
        (answer,) = send(one)
        told = answer.told()
        assert told["outcome"] == "conflict"
        assert (told["theirs"]["what"], told["theirs"]["by"]) == ("Returning", "Dana")
        assert told["theirs"]["at"] == phones.base(session, engine)["status_at"]
        assert told["mine"]["what"] == "On scene"
        assert told["mine"]["at"][:15] == one["said_at"][:15]
    assert unit_of(session, engine).version == before


def test_use_mine_is_a_new_report_in_the_face_of_theirs(session, dana, send, engine, held):
    base = phones.base(session, engine)
    move(session, dana, held.id, status="on_scene", at=minutes_ago(2))
    (answer,) = send(status(engine, base, "en_route", 1))
    assert answer.outcome.outcome == "conflict"
    assert answer.outcome.theirs["what"].startswith("On scene, 2000-")
    mine = status(engine, answer.told()["state"], "available")
    assert outcomes(send(mine)) == ["applied"]
    assert unit_of(session, engine).status == "available"


def test_every_report_of_a_chain_conflicts_when_the_first_does(session, dana, send, engine, held):
    base = phones.base(session, engine)
    move(session, dana, held.id, status="released", left_as="returning", at=minutes_ago(10))
    chain = [status(engine, base, to, 5) for to in ("en_route", "on_scene", "available")]
    assert outcomes(send(*chain)) == ["conflict"] * 3
    assert unit_of(session, engine).status == "returning"


def test_a_change_between_two_of_a_chain_is_a_conflict_for_the_second(
    session, dana, send, engine, held
):
    base = phones.base(session, engine)
    assert outcomes(send(status(engine, base, "en_route", 5))) == ["applied"]
    move(session, dana, held.id, status="cancelled", reason="False alarm", at=minutes_ago(1))
    (answer,) = send(status(engine, base, "on_scene", 4))
    assert answer.outcome.outcome == "conflict"
    assert answer.outcome.theirs["by"] == "Dana"


def test_another_assignment_meanwhile_is_a_conflict_though_the_status_is_the_same(
    session, dana, send, engine, held
):
    base = phones.base(session, engine)
    move(session, dana, held.id, status="cancelled", reason="Nearer one", at=minutes_ago(5))
    other = makers.incident(session)
    assign(session, dana, other, [engine], at=minutes_ago(4))
    move(session, dana, _active(session, engine), status="en_route", at=minutes_ago(3))
    (answer,) = send(status(engine, base, "en_route", 2))
    assert answer.outcome.outcome == "conflict"


def _active(session, engine):
    return phones.base(session, engine)["assignment_id"]


def test_what_is_so_already_is_applied_and_keeps_the_earlier_time(
    session, dana, send, engine, held
):
    base = phones.base(session, engine)
    move(session, dana, held.id, status="on_scene", at=minutes_ago(2))
    (answer,) = send(status(engine, base, "on_scene", 6))
    assert answer.told()["outcome"] == "applied"
    assert answer.told()["message"] == "E12 was so already: on scene."
    assert abs(held_of(session, held).on_scene_at - minutes_ago(6)) < MINUTE / 2
    # and the chain goes on from there: both sides have said the same
    assert outcomes(send(status(engine, base, "available", 1))) == ["applied"]


def test_what_another_phone_of_mine_said_later_stays(session, send, engine):
    base = phones.base(session, engine)
    send(status(engine, base, "staged", 2))
    (answer,) = send(status(engine, base, "available", 8))
    assert answer.told()["outcome"] == "older"
    assert answer.told()["message"].startswith("Kept in the record. E12 became staged 2 min ago")
    assert unit_of(session, engine).status == "staged"


def test_an_older_status_of_the_same_work_gives_its_time(session, send, engine, held):
    base = phones.base(session, engine)
    send(status(engine, base, "on_scene", 2))
    (answer,) = send(status(engine, base, "en_route", 8))
    assert answer.told()["outcome"] == "older"
    now = held_of(session, held)
    assert now.status == "on_scene"
    assert abs(now.en_route_at - minutes_ago(8)) < MINUTE / 2


def test_respond_to_what_was_called_off_is_a_conflict(session, dana, send, engine, held):
    base = phones.base(session, engine)
    move(session, dana, held.id, status="cancelled", reason="False alarm")
    (answer,) = send(report("respond", engine, base=base))
    assert answer.told()["outcome"] == "conflict"


def test_a_county_that_set_the_status_meanwhile_is_a_conflict(session, dana, send, engine):
    base = phones.base(session, engine)
    version = unit_of(session, engine).version
    set_unit_status(
        session, dana, engine, version=version, values={"status": "out_of_service"}, home=HOME
    )
    (answer,) = send(status(engine, base, "staged", 0))
    assert answer.told()["theirs"]["what"] == "Out of service"


def test_what_does_not_touch_the_status_is_no_conflict(session, dana, send, engine):
    base = phones.base(session, engine)
    version = unit_of(session, engine).version
    resources.change(
        session, dana, engine, version=version, values={"personnel_count": 3}, home=HOME
    )
    assert outcomes(send(status(engine, base, "staged", 0))) == ["applied"]


def test_a_report_of_mine_about_something_else_hides_no_change(session, dana, send, engine, held):
    """A check-in after Dana's change does not make that change mine."""
    base = phones.base(session, engine)
    move(session, dana, held.id, status="on_scene", at=minutes_ago(3))
    assert outcomes(send(report("check_in", engine, base=base))) == ["applied"]
    assert outcomes(send(status(engine, base, "available", 0))) == ["conflict"]


def test_what_a_free_unit_is_already_is_no_conflict_and_stays_as_it_was_told(
    session, dana, send, engine
):
    base = phones.base(session, engine)
    unit = unit_of(session, engine)
    resources.change(
        session, dana, engine, version=unit.version, values={"status": "staged"}, home=HOME
    )
    (answer,) = send(status(engine, base, "staged", 5))
    assert answer.told()["message"] == "E12 was so already: staged."
    assert answer.told()["state"]["status_at"] == phones.base(session, engine)["status_at"]
