"""Where a party may go: the nearest that surely suit, unknown never taken for yes, and why not."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from geo.values import Position
from meris import fields
from meris.errors import Invalid
from meris.placing import holds
from meris.placing.find import places
from meris.placing.party import Party, read_party, require_known
from tests import makers

HOME = fields.Home.of()
HERE = makers.COLUMBIA
#: Nothing speaks against it.
GOOD = {
    "evacuation_capacity": 100,
    "population_total": 40,
    "wheelchair_accessible": True,
    "generator": True,
    "pet_policy": "onsite",
}
EVERYTHING = Party(people=12, wheelchair=2, power=True, pets=1)


def away(km: float) -> Position:
    return Position(HERE.lat + km / 111.2, HERE.lon)


def found(session, viewer, party=EVERYTHING, **given):
    return places(session, viewer, HERE, party, detour=1.3, **given)


def make(session, **values):
    return makers.shelter(session, **{**GOOD, **values})


def texts(offer):
    return {reason.about: (reason.answer, reason.text) for reason in offer.reasons}


def ids(offers):
    return [offer.id for offer in offers]


def test_what_surely_suits_comes_first_though_others_are_nearer(session, dana):
    unknown = make(session, at=away(1), wheelchair_accessible=None)
    far = make(session, at=away(9))
    near = make(session, at=away(4))
    answer = found(session, dana)
    assert ids(answer.sure) == [near, far]
    assert ids(answer.call_first) == [unknown]
    assert answer.others == []
    [first, _] = answer.sure
    assert texts(first) == {
        "beds": ("yes", "60 beds free, 40 of 100 taken"),
        "wheelchair": ("yes", "Wheelchair access"),
        "power": ("yes", "Backup power"),
        "pets": ("yes", "Pets in a separate area"),
        "kind": ("yes", "Evacuation shelter"),
        "age": ("yes", "Confirmed just now"),
    }
    # 4 km × 1.3 at 50 km/h
    assert (first.minutes, round(first.meters, -2)) == (6, 4000)


@pytest.mark.parametrize(
    ("facts", "about", "answer", "words"),
    [
        ({"population_total": None}, "beds", "unknown", "Nobody knows how many beds are free"),
        ({"evacuation_capacity": None}, "beds", "unknown", "Nobody knows how many beds are free"),
        ({"population_total": 95}, "beds", "no", "5 beds free; 12 needed"),
        ({"population_total": 120}, "beds", "no", "No bed free"),
        (
            {"wheelchair_accessible": None},
            "wheelchair",
            "unknown",
            "Wheelchair access is not known",
        ),
        ({"wheelchair_accessible": False}, "wheelchair", "no", "No wheelchair access"),
        ({"generator": None}, "power", "unknown", "Backup power is not known"),
        (
            {"generator": None, "self_sufficient_electricity": False},
            "power",
            "unknown",
            "Backup power is not known",
        ),
        ({"generator": False}, "power", "no", "No generator"),
        ({"pet_policy": None}, "pets", "unknown", "Whether pets may come is not known"),
        ({"pet_policy": "none"}, "pets", "no", "No pets but service animals"),
        ({"pet_policy": "offsite"}, "pets", "unknown", "Pets at another site: ask where"),
        ({"pet_capacity": 3, "population_pets": 3}, "pets", "no", "Room for 0 more pets; 1 come"),
        ({"type": None}, "kind", "unknown", "What kind of shelter it is is not known"),
        ({"type": "medical_needs"}, "kind", "no", "Kept for medical needs"),
        ({"type": "warming_center"}, "kind", "no", "Warming center: no beds for the night"),
        ({"confirmed_at": None, "population_total": None}, "age", "unknown", "Never confirmed"),
    ],
)
def test_each_need_is_yes_no_or_unknown(session, dana, facts, about, answer, words):
    made = make(session, **facts)
    told = found(session, dana)
    assert told.sure == []
    [offer] = told.call_first if answer == "unknown" else told.others
    assert (offer.id, offer.answer) == (made, answer)
    assert texts(offer)[about] == (answer, words)


@pytest.mark.parametrize(
    ("facts", "party"),
    [
        ({"wheelchair_accessible": False}, Party(12)),
        ({"generator": False, "pet_policy": None}, Party(12, wheelchair=1)),
        ({"generator": None, "self_sufficient_electricity": True}, EVERYTHING),
        ({"pet_policy": "cohabit", "pet_capacity": 1}, EVERYTHING),
        ({"type": "medical_needs"}, Party(12, medical=True)),
    ],
)
def test_only_what_is_needed_counts(session, dana, facts, party):
    made = make(session, **facts)
    assert ids(found(session, dana, party).sure) == [made]


def test_a_general_shelter_is_asked_before_people_with_medical_needs_are_sent(session, dana):
    made = make(session)
    answer = found(session, dana, Party(2, medical=True))
    assert (answer.sure, ids(answer.call_first)) == ([], [made])


def test_old_figures_are_to_be_called_about(session, dana):
    old = datetime.now(UTC) - timedelta(days=3)
    made = make(session, confirmed_at=old)
    answer = found(session, dana, Party(2))
    assert (answer.sure, ids(answer.call_first)) == ([], [made])
    assert texts(answer.call_first[0])["age"] == (
        "unknown",
        "Last confirmed 3 d ago: too old to rely on",
    )


def test_a_shelter_in_danger_is_not_offered(session, dana):
    makers.area(session, name="Tornado damage")
    make(session)
    answer = found(session, dana, Party(2))
    assert (answer.sure, answer.call_first) == ([], [])
    assert texts(answer.others[0])["danger"] == ("no", "Lies in Tornado damage")


def test_only_open_ones_take_people_in_and_standby_could_open(session, dana):
    full = make(session, status="full", at=away(1))
    standby = make(session, status="standby", at=away(2), population_total=None)
    make(session, status="standby", at=away(3), population_total=None, evacuation_capacity=5)
    make(session, status="closed", at=away(4), population_total=None)
    make(session, status="unknown", at=away(5))
    answer = found(session, dana)
    assert (answer.sure, answer.call_first) == ([], [])
    assert ids(answer.others) == [full]
    assert texts(answer.others[0])["beds"] == ("no", "Says that it is full")
    assert ids(answer.could_open) == [standby]
    assert texts(answer.could_open[0])["beds"] == ("yes", "Standby; 100 places when it opens")


def test_the_answer_is_that_of_weighing_every_shelter(session, dana):
    """Against brute force: the index walks in steps and stops early."""
    chance = random.Random(11)
    sure, call = [], []
    for _ in range(160):
        km = chance.uniform(0, 140)
        people = chance.choice((None, 10, 95))
        chair = chance.choice((None, True, False))
        made = make(session, at=away(km), population_total=people, wheelchair_accessible=chair)
        if km > 99.5 or chair is False or people == 95:
            continue
        (sure if people is not None and chair else call).append((km, made))
    answer = found(session, dana, Party(12, wheelchair=1))
    expected = [made for _, made in sorted(sure)[:8]]
    assert ids(answer.sure) == expected
    last = sorted(sure)[7][0]
    assert ids(answer.call_first) == [made for km, made in sorted(call) if km < last][:8]


def test_a_hidden_shelter_is_in_no_list(session, cast):
    """Not offered, not among the reasons, and no number tells of it."""
    elsewhere = makers.agency(session, "Somebody else")
    seen = make(session, at=away(5))
    before = found(session, cast.viewer("rita"))
    for status in ("open", "full", "standby"):
        for people in (0, 100, None):
            make(
                session,
                status=status,
                at=away(1),
                population_total=people,
                sensitivity="confidential",
                agency_id=elsewhere,
            )
    after = found(session, cast.viewer("rita"))
    for answer in (before, after):
        for offer in answer.sure:
            # the clock goes on
            offer.reasons[:] = [one for one in offer.reasons if one.about != "age"]
    assert after == before
    assert ids(after.sure) == [seen]
    assert len(found(session, cast.viewer("stella")).sure) > 1


def test_beds_held_and_people_on_their_way_are_not_free(session, dana):
    made = make(session, population_total=80)
    holds.hold(session, dana, made, 15, terms=holds.Terms())
    answer = found(session, dana)
    assert answer.sure == []
    [offer] = answer.others
    assert (offer.free, offer.promised.held) == (5, 15)


def test_far_away_is_not_offered(session, dana):
    made = make(session, at=away(40))
    assert ids(found(session, dana).sure) == [made]
    assert found(session, dana, reach_km=25).sure == []
    with pytest.raises(Invalid, match="Look within"):
        found(session, dana, reach_km=5000)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "people"),
        ({"people": "0"}, "people"),
        ({"people": "many"}, "people"),
        ({"people": "9999"}, "people"),
        ({"people": ["Ann"]}, "people"),
        ({"people": 2, "wheelchair": 3}, "wheelchair"),
        ({"people": 2, "power": "perhaps"}, "power"),
        ({"people": 2, "pets": -1}, "pets"),
    ],
)
def test_a_party_that_makes_no_sense_is_refused_by_its_field(given, field):
    with pytest.raises(Invalid) as refusal:
        read_party(given, HOME)
    assert [problem["field"] for problem in refusal.value.details["problems"]] == [field]


def test_nothing_about_a_person_is_taken():
    for name in ("name", "note", "condition"):
        with pytest.raises(Invalid, match="no names"):
            require_known({"people", name}, {"people"})
    assert read_party({"people": "3", "power": True}, HOME) == Party(3, power=True)
