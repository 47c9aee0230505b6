"""Run cards: which one applies, and that a new incident asks for what it says."""

import pytest
from sqlalchemy import delete, insert

from meris.needs import cards
from meris.tables import RunCard, RunCardLine

BOONE, COLE = "29019", "29051"


@pytest.fixture
def card(session):
    """Makes a card for medical emergencies that sends so many buses, to know it by."""
    session.execute(delete(RunCard).where(RunCard.incident_type == "medical"))

    def make(count, priority=None, county_fips=None):
        row = {"incident_type": "medical", "priority": priority, "county_fips": county_fips}
        number = session.scalars(insert(RunCard).values(row).returning(RunCard.id)).one()
        line = {"run_card_id": number, "rank": 0, "count": count, "unit_types": ["bus"]}
        session.execute(insert(RunCardLine).values(line))

    return make


def sent(session, priority, county):
    return [need.count for need in cards.needs_of(session, "medical", priority, county)]


def test_the_card_that_says_most_applies(session, card):
    card(1)
    card(2, priority=1)
    card(3, county_fips=BOONE)
    card(4, priority=1, county_fips=BOONE)
    assert sent(session, 2, COLE) == [1]
    assert sent(session, 2, None) == [1]
    assert sent(session, 1, COLE) == [2]
    assert sent(session, 2, BOONE) == [3]
    assert sent(session, 1, BOONE) == [4]


def test_no_card_sends_nothing(session, card):
    card(3, priority=1)
    assert sent(session, 2, BOONE) == []


def test_lines_keep_their_order(session):
    needs = cards.needs_of(session, "structure_fire", 1, BOONE)
    assert [need.text for need in needs] == [
        "2 engines",
        "1 ladder truck",
        "1 command unit",
        "1 ambulance",
    ]
