"""A shelter's life: it closes only when it is said where its people went; retired stays retired."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from meris import counts, resources, shelters, stays
from meris.errors import Forbidden, Invalid
from meris.tables import Resource, Shelter, ShelterCount, ShelterDeparture, Upload
from tests import makers, phones
from tests.phones import HOME, minutes_ago, report
from tests.rules.sending import send


@pytest.fixture
def dana(cast):
    return cast.viewer("dana")


@pytest.fixture
def gym(session, cast):
    return makers.shelter(
        session,
        name="Gym",
        external_id="G-1",
        agency_id=cast.viewer("sam").agency_id,
        population_total=120,
        population_general=110,
        population_medical_needs=10,
        counted_at=minutes_ago(60),
    )


@pytest.fixture
def hall(session, cast):
    return makers.shelter(session, name="Hall", agency_id=cast.viewer("joe").agency_id)


def state(session, shelter):
    session.expire_all()
    return session.get_one(Resource, shelter), session.get_one(Shelter, shelter)


def become(session, viewer, shelter, status, went=None, **values):
    """The shelter becomes that, by somebody who has just seen it."""
    said = {"status": status, **values} | ({} if went is None else {"went": went})
    version = state(session, shelter)[0].version
    resources.change(session, viewer, shelter, version=version, values=said, home=HOME)
    return state(session, shelter)


def test_it_closes_with_where_its_people_went(session, dana, gym, hall):
    one, part = become(
        session,
        dana,
        gym,
        "closed",
        [{"to": hall, "people": 90}, {"people": "30", "words": "home"}],
    )
    assert (one.status, part.population_total, part.population_medical_needs) == ("closed", 0, 0)
    assert part.population_other is None  # nobody had counted those
    assert part.closed_at is not None
    rows = session.scalars(select(ShelterDeparture).order_by(ShelterDeparture.people)).all()
    assert [(r.to_id, r.people, r.words, r.by_name) for r in rows] == [
        (None, 30, "home", "Dana"),
        (hall, 90, None, "Dana"),
    ]
    assert [row.total for row in counts.history(session, gym)] == [0, 120]
    [coming] = stays.arriving(session, dana, hall)
    assert (coming.people, coming.other) == (90, "Gym")


def test_they_are_on_the_way_until_the_other_is_counted(session, dana, gym, hall):
    counts.take(session, dana, hall, counts.Count(general=10), at=minutes_ago(5))
    become(session, dana, gym, "closed", [{"to": hall, "people": 120}])
    assert session.scalar(select(shelters.coming()).where(Shelter.resource_id == hall)) == 120
    newer = state(session, gym)[1].counted_at
    counts.take(session, dana, hall, counts.Count(general=130), at=newer)
    assert stays.arriving(session, dana, hall) == []
    assert session.scalar(select(shelters.coming()).where(Shelter.resource_id == hall)) == 0
    assert [one.people for one in stays.left(session, dana, gym)] == [120]


@pytest.mark.parametrize(
    ("went", "why"),
    [
        (None, "120 people are still counted at Gym"),
        ([], "120 people are still counted at Gym"),
        ([{"people": 119, "words": "home"}], "119 are said to have left"),
        ([{"people": 121, "words": "home"}], "121 are said to have left"),
        ([{"people": 120}], "either which shelter they went to"),
        ([{"people": 120, "to": 999_999, "words": "home"}], "either which shelter"),
        ([{"people": 120, "to": 999_999_999}], "no such shelter"),
        ([{"people": -1, "words": "home"}], "whole number"),
        ([{"people": True, "words": "home"}], "whole number"),
        ([{"people": "1e3", "words": "home"}], "whole number"),
        ("home", "is a list"),
        ([["home"]], "is an object"),
    ],
)
def test_what_does_not_say_where_everybody_went_closes_nothing(session, dana, gym, went, why):
    with pytest.raises(Invalid, match=why):
        become(session, dana, gym, "closed", went)
    one, part = state(session, gym)
    assert (one.status, part.population_total) == ("open", 120)
    assert session.scalars(select(ShelterDeparture.id)).all() == []


def test_nobody_is_sent_to_a_shut_or_hidden_shelter(session, dana, gym, hall):
    become(session, dana, hall, "closed")
    with pytest.raises(Invalid, match="Hall is closed"):
        become(session, dana, gym, "closed", [{"to": hall, "people": 120}])
    hidden = makers.shelter(
        session, name="Haven", agency_id=makers.agency(session, "Haven"), sensitivity="confidential"
    )
    answers = []
    for to in (hidden, 999_999_999):
        with pytest.raises(Invalid) as refused:
            become(session, dana, gym, "closed", [{"to": to, "people": 120}])
        answers.append(str(refused.value))
    assert answers[0] == answers[1]
    with pytest.raises(Invalid, match="Gym is where they were"):
        become(session, dana, gym, "closed", [{"to": gym, "people": 120}])


def test_a_consolidating_one_empties_by_and_by(session, dana, gym, hall):
    one, part = become(session, dana, gym, "consolidating", [{"to": hall, "people": 50}])
    assert (one.status, part.population_total, part.population_general) == (
        "consolidating",
        70,
        None,
    )
    one, part = become(session, dana, gym, "closed", [{"people": 70, "words": "home"}])
    assert (one.status, part.population_total) == ("closed", 0)
    assert sum(told.people for told in stays.left(session, dana, gym)) == 120


def test_a_retired_site_comes_back_closed_with_a_reason_by_who_edits_it(session, cast, dana, hall):
    sam = cast.viewer("sam")
    own = makers.shelter(session, name="Barn", agency_id=sam.agency_id, status="closed")
    become(session, sam, own, "retired")
    for status in ("open", "standby", "unknown", "consolidating"):
        with pytest.raises(Invalid, match="cannot become"):
            become(session, dana, own, status)
    with pytest.raises(Forbidden, match="Barn is retired"):
        become(session, sam, own, "closed", status_reason="Roof mended")
    with pytest.raises(Invalid, match="Say why"):
        become(session, dana, own, "closed")
    one, _ = become(session, dana, own, "closed", status_reason="Roof mended")
    assert (one.status, one.status_reason) == ("closed", "Roof mended")


def test_not_even_psql_opens_a_retired_site(session, dana, gym):
    become(session, dana, gym, "closed", [{"people": 120, "words": "home"}])
    become(session, dana, gym, "retired")
    with pytest.raises(DBAPIError, match="retired"), session.begin_nested():
        session.execute(text("UPDATE resource SET status = 'open' WHERE id = :id"), {"id": gym})
    with (
        pytest.raises(DBAPIError, match=r"permission denied|never changed"),
        session.begin_nested(),
    ):
        session.execute(text("UPDATE shelter_departure SET people = 1"))


def test_an_occupied_building_is_not_given_back(session, dana, gym):
    with pytest.raises(Invalid, match="not given back"):
        become(session, dana, gym, "full", restored_on="2026-01-02")
    become(session, dana, gym, "closed", [{"people": 120, "words": "home"}])
    _, part = become(session, dana, gym, "alert", restored_on="2026-01-02")
    assert part.restored_on is not None
    _, part = become(session, dana, gym, "open")
    assert part.restored_on is None  # it is in use again
    assert part.opened_at is not None


@pytest.mark.parametrize(
    "body",
    [
        {"went": [{"people": 120, "words": "home"}]},
        {
            "went_people_1": "100",
            "went_words_1": "home",
            "went_people_3": "20",
            "went_words_3": "-x",
        },
    ],
)
def test_a_phone_says_where_they_went(database, session, cast, gym, body):
    one, _ = state(session, gym)
    base = {"status": one.status, "status_at": one.status_at and phones.iso(one.status_at)}
    said = report("shelter_status", gym, base=base, status="closed", **body)
    [answer] = phones.send(database, cast.viewer("sam"), said)
    assert answer.outcome.outcome == "applied", answer.outcome.message
    one, part = state(session, gym)
    assert (one.status, part.population_total) == ("closed", 0)
    newest = session.scalars(select(ShelterCount).order_by(ShelterCount.id.desc())).first()
    assert (newest.total, newest.source, newest.reported_by) == (0, "departure", "Sam")


FILE = """
    external_id | name | status | population_total
    G-1         | Gym  | Closed | {people}
"""


def notes(session, upload_id):
    """What is said of rows that are loaded all the same: rows by rule."""
    problems = session.get_one(Upload, upload_id).summary["problems"]
    return {p["rule"]: p["rows"] for p in problems if p["level"] == "note"}


@pytest.mark.parametrize(("people", "status"), [("", "open"), ("0", "closed")])
def test_a_file_does_not_close_on_people(session, gym, people, status):
    upload_id, _ = send(session, FILE.format(people=people))
    assert state(session, gym)[0].status == status
    assert ("people" in notes(session, upload_id)) == (status == "open")


def test_a_file_does_not_open_a_retired_site(session, dana, gym):
    become(session, dana, gym, "closed", [{"people": 120, "words": "home"}])
    become(session, dana, gym, "retired")
    upload_id, _ = send(session, FILE.format(people="0").replace("Closed", "Open"))
    assert state(session, gym)[0].status == "retired"
    assert notes(session, upload_id)["retired"] == [2]
