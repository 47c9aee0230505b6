"""What crews report from phones: applied at its real time, once; conflicts told from both sides."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from meris.dispatch.moves import move
from meris.errors import Conflict, Forbidden, Unavailable
from meris.phone.kinds import KINDS
from meris.tables import Change, IncidentLog, PhoneReport
from tests import phones
from tests.phones import held_of, minutes_ago, outcomes, report, status, unit_of

MINUTE = timedelta(minutes=1)


def test_a_chain_said_offline_is_applied_in_order_at_its_real_times(session, send, engine, held):
    base = phones.base(session, engine)
    chain = [
        status(engine, base, "en_route", 20),
        status(engine, base, "on_scene", 12),
        status(engine, base, "available", 3),
    ]
    answers = send(*chain)
    assert outcomes(answers) == ["applied"] * 3
    now = held_of(session, held)
    assert (now.status, now.left_as) == ("released", "available")
    for moment, ago in ((now.en_route_at, 20), (now.on_scene_at, 12), (now.released_at, 3)):
        assert abs(moment - minutes_ago(ago)) < MINUTE / 2
    unit = unit_of(session, engine)
    assert (unit.status, unit.status_by) == ("available", "Rita")
    assert answers[-1].outcome.state == phones.base(session, engine)
    assert answers[1].outcome.message == "E12 is on scene."


def test_a_unit_that_nobody_sent_changes_at_its_real_time_too(session, send, engine):
    base = phones.base(session, engine)
    answers = send(
        status(engine, base, "staged", 9),
        status(engine, base, "out_of_service", 4, reason="Mechanical"),
    )
    assert [one.outcome.message for one in answers] == ["E12 is staged.", "E12 is out of service."]
    unit = unit_of(session, engine)
    assert (unit.status, unit.status_reason) == ("out_of_service", "Mechanical")
    assert abs(unit.status_at - minutes_ago(4)) < MINUTE / 2


def test_what_a_slow_line_carried_is_not_newer_than_what_was_said_after_it(
    session, send, engine, held
):
    base = phones.base(session, engine)
    first = status(engine, base, "en_route", 0.2)
    # sent when it was tapped, twelve seconds ago, and on its way until now
    send(first, sent_at=minutes_ago(0.2))
    assert outcomes(send(status(engine, base, "on_scene", 0.1))) == ["applied"]
    now = held_of(session, held)
    assert (now.status, now.on_scene_at) == ("on_scene", now.en_route_at)


def test_the_same_key_again_answers_as_it_did_and_does_nothing(session, send, engine, held):
    base = phones.base(session, engine)
    once = status(engine, base, "en_route", 5)
    first = send(once)
    later = status(engine, base, "on_scene", 2)
    send(later)
    assert send(once, later)[0].told() == first[0].told()
    assert held_of(session, held).status == "on_scene"
    assert session.scalar(select(func.count()).select_from(PhoneReport)) == 2


def test_the_key_of_another_account_is_refused_without_saying_whose(
    session, database, cast, send, engine, held
):
    mine = status(engine, phones.base(session, engine), "en_route", 5)
    send(mine)
    (answer,) = phones.send(database, cast.viewer("sam"), mine)
    assert answer.outcome.outcome == "refused"
    assert "Rita" not in answer.outcome.message
    assert answer.outcome.state is None


def test_respond_acknowledges_and_rolls_at_once(session, send, engine, held):
    (answer,) = send(report("respond", engine, ago=4, base=phones.base(session, engine)))
    assert answer.told()["outcome"] == "applied"
    now = held_of(session, held)
    assert (now.status, now.acknowledged_at) == ("en_route", now.en_route_at)
    assert abs(now.en_route_at - minutes_ago(4)) < MINUTE / 2


def test_respond_to_nothing_is_refused(session, send, engine):
    (answer,) = send(report("respond", engine, base=phones.base(session, engine)))
    assert answer.told()["message"] == "E12 is not sent anywhere. There is nothing to respond to."


def test_a_move_that_is_not_allowed_is_refused_with_what_is(session, send, engine, held):
    base = phones.base(session, engine)
    (answer,) = send(status(engine, base, "at_destination", 1))
    assert answer.told()["outcome"] == "refused"
    assert "cannot become at destination" in answer.told()["message"]


def test_a_report_without_what_was_shown_is_refused(send, engine):
    (answer,) = send(report("unit_status", engine, status="staged"))
    assert "does not say what the phone showed" in answer.told()["message"]


def test_what_was_said_three_days_ago_is_refused_with_words(session, send, engine):
    base = phones.base(session, engine) | {"status_at": None}
    (answer,) = send(status(engine, base, "staged", 73 * 60))
    assert answer.told()["outcome"] == "refused"
    assert "more than 72 hours ago" in answer.told()["message"]


def test_the_crew_of_another_agency_is_refused(session, database, cast, engine):
    given = status(engine, phones.base(session, engine), "staged")
    (answer,) = phones.send(database, cast.viewer("sam"), given)
    assert answer.told()["outcome"] == "refused"
    assert unit_of(session, engine).status == "available"


def test_the_public_and_machines_send_nothing(database, cast, engine):
    with pytest.raises(Forbidden):
        phones.send(database, cast.viewer("nobody"), report("check_in", engine))


@pytest.mark.parametrize("subject", [None, 2**40, 1])
def test_a_unit_that_is_not_there_is_refused(session, send, subject):
    (answer,) = send(report("unit_status", subject, base={}, status="staged"))
    assert answer.told()["outcome"] == "refused"


def test_a_kind_that_the_server_does_not_know_is_refused_and_kept(session, send):
    answers = send(report("beam_up"), report("sharing", on="false"))
    assert outcomes(answers) == ["refused", "applied"]
    assert session.scalar(select(PhoneReport.outcome).where(PhoneReport.kind == "beam_up"))


def test_rows_that_others_hold_too_long_say_nothing_about_the_report(
    session, send, monkeypatch, engine
):
    """It stays unknown, so that the phone sends it again."""

    def busy(*_):
        raise Conflict("Somebody is writing to these units right now.") from OperationalError(
            "SELECT", {}, Exception("lock timeout")
        )

    given = status(engine, phones.base(session, engine), "staged")
    with monkeypatch.context() as patched:
        patched.setitem(KINDS, "unit_status", busy)
        with pytest.raises(Unavailable):
            send(given)
    assert outcomes(send(given)) == ["applied"]


def test_an_answer_of_another_version_is_still_an_answer(session, rita, send, engine):
    """Members that are not known are passed over, those that are missing are empty."""
    given = status(engine, phones.base(session, engine), "staged")
    at = minutes_ago(0)
    session.add(
        PhoneReport(
            key=given["key"],
            account_id=rita.account_id,
            kind="unit_status",
            body={},
            said_at=at,
            sent_at=at,
            happened_at=at,
            outcome="applied",
            answer={"outcome": "applied", "message": "Done.", "mood": "bright"},
        )
    )
    session.flush()
    (answer,) = send(given)
    assert (answer.told()["outcome"], answer.told()["message"]) == ("applied", "Done.")
    assert unit_of(session, engine).status == "available"


def test_a_report_and_its_answer_are_never_changed(session, send, engine):
    """The web's role may add to the record and not alter it."""
    send(report("sharing", on=False))
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(update(PhoneReport).values(outcome="refused"))


def test_what_is_refused_leaves_nothing_half_done(session, send, engine, held):
    """A status of a hundred words: the move is undone, the log has no line."""
    lines = session.scalar(select(func.count()).select_from(IncidentLog))
    base = phones.base(session, engine)
    (answer,) = send(status(engine, base, "available", 1, reason="word " * 100))
    assert answer.told()["outcome"] == "refused"
    assert held_of(session, held).status == "dispatched"
    assert session.scalar(select(func.count()).select_from(IncidentLog)) == lines


def test_a_check_in_counts_from_when_it_was_said(session, dana, send, engine, held):
    move(session, dana, held.id, status="on_scene", at=minutes_ago(25))
    base = phones.base(session, engine)
    assert outcomes(send(report("check_in", engine, ago=5, base=base))) == ["applied"]
    heard = held_of(session, held).heard_at
    assert abs(heard - minutes_ago(5)) < MINUTE / 2
    assert outcomes(send(report("check_in", engine, ago=9, base=base))) == ["older"]
    assert held_of(session, held).heard_at == heard
    told = session.scalars(
        select(IncidentLog.at).where(IncidentLog.kind == "check_in").order_by(IncidentLog.at)
    ).all()
    assert [round((minutes_ago(0) - at) / MINUTE) for at in told] == [9, 5]


def test_a_check_in_at_an_incident_that_is_over_is_refused(session, dana, send, engine, held):
    base = phones.base(session, engine)
    move(session, dana, held.id, status="cancelled", reason="False alarm")
    (answer,) = send(report("check_in", engine, base=base))
    assert answer.told()["outcome"] == "refused"


def test_a_check_in_by_hand_still_counts_from_now(session, database, dana, send, engine, held):
    assert outcomes(send(status(engine, phones.base(session, engine), "on_scene", 9))) == [
        "applied"
    ]
    base = phones.base(session, engine)
    send(report("check_in", engine, base=base))
    assert minutes_ago(0) - held_of(session, held).heard_at < MINUTE


def test_a_line_in_the_log_stands_at_the_time_it_was_said(session, send, engine, fire, held):
    said = report("log", engine, ago=7, incident_id=str(fire), text="Second floor is clear.")
    assert outcomes(send(said, said)) == ["applied", "applied"]
    (line,) = session.scalars(
        select(IncidentLog).where(IncidentLog.text == "Second floor is clear.")
    ).all()
    assert abs(line.at - minutes_ago(7)) < MINUTE / 2
    assert (line.author, line.resource_id, line.kind) == ("Rita", engine, "note")


@pytest.mark.parametrize("incident", [None, "x", -1, 2**40, 0, True])
def test_a_line_for_no_incident_is_refused(send, engine, incident):
    (answer,) = send(report("log", engine, incident_id=incident, text="Hello"))
    assert answer.told()["outcome"] == "refused"


def test_the_journal_names_who_said_it(session, send, rita, engine):
    send(status(engine, phones.base(session, engine), "staged", 1))
    row = session.scalars(
        select(Change).where(Change.resource_id == engine).order_by(Change.id.desc())
    ).first()
    assert (row.actor_id, row.actor_name) == (rita.account_id, "Rita")
