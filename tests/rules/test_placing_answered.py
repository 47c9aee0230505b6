"""What the database says of a shelter and what `fit` says agree, need by need and in every mix."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from geo.values import Position
from meris.dispatch.prepared import Prepared
from meris.placing import answered, reach
from meris.placing.find import offer_of, places
from meris.placing.fit import NO_BEDS, known_facts
from meris.placing.party import Party
from tests import makers

HERE = makers.COLUMBIA
SHELTERS = 150
TYPES = ("evacuation", "short_term_congregate", "medical_needs", None, *sorted(NO_BEDS)[:2])
PARTIES = [
    Party(12, wheelchair=int(chair), power=power, pets=2 * pets, medical=medical)
    for chair, power, pets, medical in product((False, True), repeat=4)
]


def facts(chance):
    """A shelter at random, of which much is not known."""
    now = datetime.now(UTC)
    ages = (None, now - timedelta(minutes=20), now - timedelta(days=3))
    maybe = (True, True, False, None)
    return {
        "at": Position(HERE.lat + chance.uniform(-0.4, 0.4), HERE.lon + chance.uniform(-0.4, 0.4)),
        "type": chance.choice(TYPES[:2] * 4 + TYPES),
        "evacuation_capacity": chance.choice((100, 100, 100, 20, None)),
        "population_total": chance.choice((10, 10, 85, 95, None)),
        "population_pets": chance.choice((0, 3, None)),
        "wheelchair_accessible": chance.choice(maybe),
        "generator": chance.choice(maybe),
        "self_sufficient_electricity": chance.choice((True, False, None)),
        "pet_policy": chance.choice(("onsite", "onsite", "colocated", "offsite", "none", None)),
        "pet_capacity": chance.choice((None, 4, 40)),
        "counted_at": chance.choice(ages),
        "confirmed_at": chance.choice((ages[1], *ages)),
    }


@pytest.fixture
def land(session):
    """Shelters around Columbia, some of them with beds held, and some in a flood."""
    chance = random.Random(7)
    for number in range(SHELTERS):
        made = makers.shelter(session, **facts(chance))
        if number % 5 == 0:
            makers.hold(session, made, chance.choice((2, 10)))
    makers.area(session)


@pytest.mark.usefixtures("land")
@pytest.mark.parametrize("party", PARTIES, ids=lambda party: ", ".join(party.needs()) or "beds")
def test_the_database_sorts_as_the_rules_do(session, dana, party):
    now = datetime.now(UTC)
    rows = reach.around(session, dana, HERE, 100_000, "open", SHELTERS)
    danger = reach.dangers_of(session, dana, [row.id for row in rows])
    expected = {"yes": [], "unknown": [], "no": []}
    for row in rows:
        known = known_facts(row, danger.get(row.id, ()), stale=row.stale)
        offer = offer_of(row, known, party, HERE, viewer=dana, detour=1.3, now=now)
        expected[offer.answer].append(row.id)
    everything = reach.Most(*[SHELTERS + 1] * len(reach.Most._fields))
    found = reach.nearest(session, dana, HERE, 100_000, party, everything)
    assert {name: [row.id for row in found[name]] for name in expected} == expected
    assert expected["unknown"]
    assert expected["no"]


@pytest.mark.usefixtures("land")
def test_nothing_is_looked_up_beyond_the_last_that_suits(session, dana):
    answer = places(session, dana, HERE, Party(4), detour=1.3)
    last = answer.sure[-1].meters
    assert len(answer.sure) == 8
    assert answer.call_first
    assert answer.others
    for offer in (*answer.call_first, *answer.others, *answer.could_open):
        assert offer.meters <= last


def test_a_statement_is_made_once_for_all_parties_with_the_same_needs(session, dana):
    few, many = (answered.Needs.of(Party(people, 1)) for people in (2, 40))
    most = reach.Most(8, 8, 6, 6, 6, 6)
    first = reach._walks(dana.policy, few, most)
    assert isinstance(first, Prepared)
    assert first is reach._walks(dana.policy, many, most)
