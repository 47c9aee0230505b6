"""Fifty desks hold beds of one shelter at the same moment: as many as are free, no more."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from meris import shelters
from meris.accounts import Viewer
from meris.db import SYSTEM, Database
from meris.errors import Conflict
from meris.placing import holds
from meris.tables import BedHold, Shelter
from tests import makers

DESKS, FREE = 50, 37
VIEWERS = [
    Viewer(f"Desk {number}", None, None, None, frozenset({"dispatcher"})) for number in range(DESKS)
]


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web, pool_size=DESKS)
    yield database
    database.dispose()


@pytest.fixture
def gym(database):
    with database.transaction(SYSTEM) as session:
        return makers.shelter(session, evacuation_capacity=100, population_total=100 - FREE)


def at_once(do):
    """What each desk got when all begin at the same moment."""
    start = Barrier(DESKS)

    def run(number):
        start.wait(30)
        return do(number)

    with ThreadPoolExecutor(DESKS) as pool:
        return list(pool.map(run, range(DESKS)))


def ask(database, gym, number, people, key=None):
    """The id of the hold, or None where beds were too few; anything else fails the test."""
    viewer = VIEWERS[number]
    try:
        with database.transaction(viewer.actor) as session:
            held = holds.hold(session, viewer, gym, people, terms=holds.Terms(), key=key)
            return held.hold.id
    except Conflict:
        return None


def held_and_free(database, gym):
    with database.reading() as session:
        held = session.scalar(select(func.coalesce(func.sum(BedHold.people), 0)))
        free = session.scalar(select(shelters.places_free()).where(Shelter.resource_id == gym))
    return held, free


def test_one_bed_each(database, gym):
    answers = at_once(lambda n: ask(database, gym, n, 1))
    assert len([answer for answer in answers if answer]) == FREE
    assert held_and_free(database, gym) == (FREE, 0)


def test_parties_of_every_size(database, gym):
    sizes = [1 + number % 7 for number in range(DESKS)]
    answers = at_once(lambda n: ask(database, gym, n, sizes[n]))
    granted = sum(size for size, answer in zip(sizes, answers, strict=True) if answer)
    assert held_and_free(database, gym) == (granted, FREE - granted)
    # who was refused asked for more than was left at the end of all
    refused = [size for size, answer in zip(sizes, answers, strict=True) if not answer]
    assert min(refused) > FREE - granted


def test_one_finger_that_clicks_fifty_times(database, gym):
    same = VIEWERS[0]

    def click(_number):
        with database.transaction(same.actor) as session:
            held = holds.hold(session, same, gym, 5, terms=holds.Terms(), key="once")
            return held.hold.id

    assert len(set(at_once(click))) == 1
    assert held_and_free(database, gym) == (5, FREE - 5)


def test_some_let_go_while_others_hold(database, gym):
    with database.transaction(SYSTEM) as session:
        first = [
            holds.hold(session, VIEWERS[0], gym, 1, terms=holds.Terms()).hold.id
            for _ in range(FREE)
        ]

    def go(number):
        if number >= len(first):
            return ask(database, gym, number, 2)
        with database.transaction(SYSTEM) as session:
            holds.release(session, VIEWERS[0], first[number], terms=holds.Terms())
        return None

    won = [answer for answer in at_once(go) if answer]
    with database.reading() as session:
        free = session.scalar(select(shelters.places_free()).where(Shelter.resource_id == gym))
    assert free == FREE - 2 * len(won)
