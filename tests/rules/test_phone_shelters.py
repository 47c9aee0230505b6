"""What managers report of their shelters from phones: counts, statuses, still true, needs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from meris import counts, requests, resources
from meris.phone import bases
from meris.tables import Request, Resource, Shelter, ShelterCount
from tests import makers, phones
from tests.phones import HOME, minutes_ago, outcomes, report


@pytest.fixture
def sam(cast):
    return cast.viewer("sam")


@pytest.fixture
def gym(session, sam):
    """Sam's shelter, open for four hours, not counted yet."""
    return makers.shelter(
        session,
        name="Gym",
        agency_id=sam.agency_id,
        status_at=minutes_ago(240),
        confirmed_at=minutes_ago(240),
    )


@pytest.fixture
def send(database, sam):
    """Sam's phone sends."""
    return lambda *given, **options: phones.send(database, sam, *given, **options)


def shelter_of(session, gym):
    session.expire_all()
    return session.get_one(Resource, gym), session.get_one(Shelter, gym)


def base(session, gym):
    return bases.of_status(shelter_of(session, gym)[0])


def counted(gym, general, ago, at=None, **given):
    shown = {"at": at and phones.iso(at)}
    return report("shelter_count", gym, ago=ago, base=shown, general=general, **given)


def test_counts_said_offline_are_kept_in_order_at_their_real_times(session, send, gym):
    answers = send(counted(gym, 40, 90), counted(gym, "52", 30, pets="4", period="midday"))
    one, part = shelter_of(session, gym)
    assert outcomes(answers) == ["applied", "applied"]
    assert answers[1].outcome.message == "Gym: 52 people, 4 pets."
    assert (part.population_total, part.population_pets, part.reporting_period) == (52, 4, "midday")
    assert abs(part.counted_at - minutes_ago(30)) < timedelta(seconds=20)
    assert one.confirmed_at == part.counted_at
    history = counts.history(session, gym)
    assert [(row.total, row.source, row.reported_by) for row in history] == [
        (52, "phone", "Sam"),
        (40, "phone", "Sam"),
    ]


def test_the_same_report_twice_counts_once(session, send, gym):
    said = counted(gym, 40, 5)
    assert outcomes([*send(said), *send(said)]) == ["applied", "applied"]
    assert len(counts.history(session, gym)) == 1


def test_a_count_that_did_not_know_of_anothers_shows_both(session, cast, send, gym):
    dana = cast.viewer("dana")
    counts.take(session, dana, gym, counts.Count(general=70), at=minutes_ago(20), source="web")
    [answer] = send(counted(gym, 52, 5))
    assert answer.outcome.outcome == "conflict"
    assert (answer.outcome.theirs["what"], answer.outcome.theirs["by"]) == ("70 people", "Dana")
    assert answer.outcome.mine["what"] == "52 people"
    assert shelter_of(session, gym)[1].population_total == 70
    # "use mine" is said again, knowing of theirs
    again = report("shelter_count", gym, base=answer.outcome.state, general=52)
    assert outcomes(send(again)) == ["applied"]
    assert shelter_of(session, gym)[1].population_total == 52


def test_a_count_from_before_anothers_is_kept_and_gives_way(session, cast, send, gym):
    dana = cast.viewer("dana")
    counts.take(session, dana, gym, counts.Count(general=70), at=minutes_ago(5), source="web")
    [answer] = send(counted(gym, 52, 60))
    assert answer.outcome.outcome == "older"
    assert [row.total for row in counts.history(session, gym)] == [70, 52]
    assert shelter_of(session, gym)[1].population_total == 70


def test_a_bad_count_is_refused_in_words(session, send, gym):
    answers = send(counted(gym, "many", 5), counted(gym, "", 5), counted(gym, -1, 5))
    assert outcomes(answers) == ["refused"] * 3
    assert session.scalars(select(ShelterCount.id)).all() == []


def test_a_status_is_said_at_its_time_and_a_dispatchers_word_conflicts(session, cast, send, gym):
    shown = base(session, gym)
    said = {"status": "full", "reason": "No cots left"}
    [full] = send(report("shelter_status", gym, ago=30, base=shown, **said))
    one, _ = shelter_of(session, gym)
    assert one.status_reason == "No cots left"
    assert (full.outcome.outcome, full.outcome.message) == ("applied", "Gym is full.")
    assert one.status == "full"
    assert abs(one.status_at - minutes_ago(30)) < timedelta(seconds=20)
    # said hours ago, so confirmed then and not now
    assert one.confirmed_at == one.status_at
    resources.change(
        session,
        cast.viewer("dana"),
        gym,
        version=one.version,
        values={"status": "closed"},
        home=HOME,
    )
    [answer] = send(report("shelter_status", gym, base=shown, status="open"))
    assert answer.outcome.outcome == "conflict"
    assert answer.outcome.theirs["what"] == "Closed"
    assert answer.outcome.mine["what"] == "Open"
    assert shelter_of(session, gym)[0].status == "closed"


def test_a_chain_of_statuses_from_one_page_does_not_conflict_with_itself(session, send, gym):
    shown = base(session, gym)
    chain = [
        report("shelter_status", gym, ago=ago, base=shown, status=status)
        for ago, status in ((20, "full"), (10, "open"), (2, "full"))
    ]
    assert outcomes(send(*chain)) == ["applied"] * 3
    assert shelter_of(session, gym)[0].status == "full"


def test_a_shelter_with_people_is_not_closed(session, send, gym):
    counted_first, closed = send(
        counted(gym, 12, 10),
        report("shelter_status", gym, base=base(session, gym), status="closed"),
    )
    assert counted_first.outcome.outcome == "applied"
    assert closed.outcome.outcome == "refused"
    assert "12 people are still counted at Gym" in closed.outcome.message


def test_still_true_is_as_old_as_it_was_said(session, send, gym):
    [answer] = send(report("still_true", gym, ago=15))
    one, _ = shelter_of(session, gym)
    assert answer.outcome.outcome == "applied"
    assert abs(one.confirmed_at - minutes_ago(15)) < timedelta(seconds=20)
    [late] = send(report("still_true", gym, ago=60))
    assert late.outcome.outcome == "older"
    assert shelter_of(session, gym)[0].confirmed_at == one.confirmed_at


def test_a_need_becomes_a_request_once(session, sam, send, gym):
    said = report("need", gym, ago=20, text="cots 40, blankets 80", priority="high")
    first, again = *send(said), *send(said)
    assert first.outcome.outcome == again.outcome.outcome == "applied"
    assert first.outcome.message == again.outcome.message
    assert "40 cots, standard and 80 blankets, for Gym." in first.outcome.message
    [one] = requests.open_at(session, sam, gym)
    assert (one["priority"], one["source"], len(one["lines"])) == ("high", "phone", 2)
    [made] = session.scalars(select(Request)).all()
    assert abs(made.requested_at - minutes_ago(20)) < timedelta(seconds=20)


def test_a_need_that_cannot_be_read_is_refused_and_nothing_is_asked(session, send, gym):
    answers = send(
        report("need", gym, text="cots"),
        report("need", gym, item_code="NOPE", quantity="4"),
        report("need", gym),
    )
    assert outcomes(answers) == ["refused"] * 3
    assert "How many?" in answers[0].outcome.message
    assert session.scalars(select(Request.id)).all() == []


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("shelter_count", {"general": 3}),
        ("shelter_status", {"status": "full"}),
        ("still_true", {}),
        ("need", {"text": "cots 40"}),
    ],
)
def test_who_does_not_keep_a_shelter_reports_nothing_of_it(
    database, session, cast, gym, kind, given
):
    shown = {"at": None} if kind == "shelter_count" else base(session, gym)
    before = shelter_of(session, gym)[0].version
    for who in ("rita", "joe"):
        answers = phones.send(database, cast.viewer(who), report(kind, gym, base=shown, **given))
        assert outcomes(answers) == ["refused"]
    assert shelter_of(session, gym)[0].version == before
    unit = makers.unit(session, agency_id=cast.viewer("sam").agency_id)
    for subject in (unit, 999_999_999, None):
        answers = phones.send(
            database, cast.viewer("sam"), report(kind, subject, base=shown, **given)
        )
        assert outcomes(answers) == ["refused"]
